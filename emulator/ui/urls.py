"""Where the page's pages are."""

from urllib.parse import quote

from emulator.http.messages import Headers, HttpReply
from emulator.sandboxes.sandbox import Sandbox
from emulator.sandboxes.spec import DEFAULT

BASE = "/_emulator/page"


def place(sandbox: Sandbox, *parts: str) -> str:
    """The path of a sandbox's page."""
    return "/".join([BASE, quote(sandbox.id, safe=""), *(quote(part, safe="") for part in parts)])


def inbox_of(sandbox: Sandbox) -> str:
    return "/" if sandbox.id == DEFAULT else f"/?sandbox={quote(sandbox.id, safe='')}"


def go(where: str, more: Headers = ()) -> HttpReply:
    """Look there now."""
    return HttpReply(status=303, headers=(("Location", where), *more))
