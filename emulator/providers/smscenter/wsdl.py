"""The WSDL: a Jinja2 template. It and Jinja2 are loaded when somebody asks for the WSDL."""

import re
from functools import lru_cache

from emulator.wire import HttpReply, HttpRequest

PATH = "/sys/soap.php"

_host = re.compile(r"[A-Za-z0-9.\-_]{1,255}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?", re.ASCII).fullmatch
_absolute = re.compile(r"(https?)://([^/?#]*)", re.IGNORECASE).match


def address_of(request: HttpRequest) -> str:
    """Namespace, soapAction and address in one: the URL without its query, with scheme and host as requested."""
    absolute = _absolute(request.target)
    scheme, host = (absolute[1].lower(), absolute[2]) if absolute else (request.scheme, request.header("host"))
    return f"{scheme}://{host if _host(host) else 'localhost'}{PATH}"


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
    return HttpReply(headers=(("Content-Type", "text/xml; charset=utf-8"),), body=render(address, profile))
