"""The WSDL: a Jinja2 template. It and Jinja2 are loaded when somebody asks for the WSDL."""

from functools import lru_cache

from emulator.http.messages import HttpReply, HttpRequest
from emulator.providers.smscenter.countries import asked
from emulator.providers.smscenter.reply_formats import SERVER

PATH = "/sys/soap.php"

def address_of(request: HttpRequest) -> str:
    """Namespace, soapAction and address in one: the URL without its query, with scheme and host as requested."""
    scheme, host = asked(request)
    return f"{scheme}://{host}{PATH}"


@lru_cache(maxsize=16)
def render(address: str, profile: str) -> bytes:
    """The WSDL of a profile, 2025 or 2020, at an address."""
    from importlib.resources import files

    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = files(__package__).joinpath("service.wsdl.j2").read_text("utf-8")
    text = environment.from_string(template).render(ns=address, new=profile == "2025")
    return "\n".join(line for line in text.splitlines() if line.strip()).encode() + b"\n"


def reply(address: str, profile: str) -> HttpReply:
    headers = ("Content-Type", "text/xml; charset=utf-8"), ("Server", SERVER)
    return HttpReply(headers=headers, body=render(address, profile))
