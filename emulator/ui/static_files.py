"""The page's static files."""

import mimetypes
from functools import lru_cache
from importlib import resources

from emulator.control_api.refusal import Refusal
from emulator.http.messages import HttpReply


@lru_cache(maxsize=64)
def _file(name: str) -> tuple[bytes, str] | None:
    """A static file and its tag; None when there is none of that name."""
    import hashlib

    if "/" in name or "\\" in name or name.startswith("."):
        return None
    found = resources.files("emulator.ui").joinpath("static", name)
    if not found.is_file():
        return None
    octets = found.read_bytes()
    return octets, f'"{hashlib.sha256(octets).hexdigest()[:20]}"'


def static(name: str, seen: str = "") -> HttpReply:
    """A file that comes with the package; 304 where the browser has it already."""
    found = _file(name)
    if found is None:
        raise Refusal(404, "no-such-file", "there is no such file")
    octets, tag = found
    kind = mimetypes.guess_type(name)[0] or "text/plain"
    kind = f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
    headers = (("Content-Type", kind), ("ETag", tag), ("Cache-Control", "no-cache"))
    return HttpReply(status=304, headers=headers) if seen == tag else HttpReply(headers=headers, body=octets)
