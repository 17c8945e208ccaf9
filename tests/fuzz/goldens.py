"""The golden transcripts of the tests as what generators start from: good inputs, to be mutated."""

import re
from collections.abc import Mapping
from pathlib import Path

from emulator.http.messages import HttpRequest

_ROOT = Path(__file__).parent.parent
_HEADER = re.compile(r"^[A-Za-z-]+: ")


def requests(provider: str, fill: Mapping[str, str]) -> list[HttpRequest]:
    """All requests of a provider's transcripts, with the placeholders of `fill` replaced."""
    found = []
    for file in sorted((_ROOT / "providers" / provider / "transcripts").glob("*.txt")):
        text = file.read_text("utf-8")
        for placeholder, value in fill.items():
            text = text.replace(placeholder, value)
        for block in re.findall(r"(?:^>.*\n)+", text, re.MULTILINE):
            found.append(_request([line[1:].removeprefix(" ") for line in block.splitlines()]))
    assert found
    return found


def _request(lines: list[str]) -> HttpRequest:
    method, _, rest = lines[0].partition(" ")
    target = rest.removesuffix(" HTTP/1.1").removesuffix(" HTTP/1.0").replace(" ", "%20")
    headers = []
    body = 1
    while body < len(lines) and _HEADER.match(lines[body]):
        name, _, value = lines[body].partition(": ")
        headers.append((name, value))
        body += 1
    octets = "\n".join(lines[body + 1 :]).encode()
    return HttpRequest(method=method, target=target, headers=tuple(headers), body=octets)
