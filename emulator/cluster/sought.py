"""Which sandbox a request is about that may be at another node. Pure."""

from typing import NamedTuple, TypeAlias
from urllib.parse import unquote

import msgspec

from emulator.cluster.directory import Named
from emulator.dispatch.http import Stranger
from emulator.http.messages import HttpRequest, read_query
from emulator.sandboxes.spec import DEFAULT, token

_SANDBOXES = "/_emulator/sandboxes"
_PAGE = "/_emulator/page"


class Placed(NamedTuple):
    """One that is to be made: where, its name says."""

    name: str


Sought: TypeAlias = Named | Placed


def of_stranger(who: Stranger) -> Named:
    """The one whose credentials these are; of none: the default's."""
    credential = who.credential
    return DEFAULT if credential is None else (who.provider, credential.kind, credential.name)


def of_call(request: HttpRequest) -> str | Placed | None:
    """The one that a control call or a page is about, by its id; None: it is about none."""
    path = request.path
    for prefix in (f"{_SANDBOXES}/", f"{_PAGE}/"):
        if path.startswith(prefix):
            name = unquote(path[len(prefix) :].partition("/")[0])
            if prefix.startswith(_PAGE) and name in ("static", "login", "logout"):
                return None
            if name:
                return name
    match request.method, path.rstrip("/"):
        case "POST", "/_emulator/sandboxes":
            return Placed(_name_wanted(request) or token(8))
        case _, "" | "/_emulator/page" | "/_emulator":
            return dict(read_query(request.query)).get("sandbox") or DEFAULT
    return None


def _name_wanted(request: HttpRequest) -> str | None:
    try:
        wanted = msgspec.json.decode(request.body or b"{}").get("id")
    except (msgspec.DecodeError, AttributeError):  # the answer says what is wrong
        return None
    return wanted if isinstance(wanted, str) else None
