"""One plain smsoffice send by POST, from `data_received` to `write`: which functions of ours are called, and how
often a call is made in another file than the one before it.

`python -m benchmarks.trace [TREE]`: TREE is a checkout of another version; `-v` lists the calls.
"""

import asyncio
import sys
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

_HERE = Path(__file__).resolve().parent.parent
BODY = b"key=emulator-smsoffice&destination=995577123456&sender=smsoffice&content=Your+code+is+%d&reference=r%d"
_HEADERS = b"Host: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n"


def post(number: int) -> bytes:
    """The send."""
    body = BODY % (number, number)
    return b"POST /api/v2/send/ HTTP/1.1\r\n" + _HEADERS % len(body) + body


class Traced(NamedTuple):
    """Calls of ours, as `file:function`, indented; and how often the way moved between files."""

    calls: list[str]
    moves: int


async def traced(tree: Path) -> Traced:
    """Of the third send on a connection."""
    from emulator.app.server import Server
    from emulator.app.settings import Settings

    server = Server(Settings(port=0, smpp_port=0))
    await server.start()
    ours = f"{tree}/emulator/"
    calls: list[str] = []
    files: list[str] = []
    depth = 0

    def look(frame: FrameType, event: str, _: Any) -> None:
        nonlocal depth
        name = frame.f_code.co_filename
        if not name.startswith(ours) or event not in ("call", "return"):
            return
        if event == "call":
            calls.append(f"{'  ' * depth}{name.removeprefix(ours)}:{frame.f_code.co_qualname}")
            files.append(name)
            depth += 1
        else:
            depth = max(0, depth - 1)

    reader, writer = await asyncio.open_connection("127.0.0.1", int(server.base_url.rpartition(":")[2]))
    try:
        for number in range(3):
            if number == 2:
                sys.setprofile(look)
            writer.write(post(number))
            head = await reader.readuntil(b"\r\n\r\n")
            sys.setprofile(None)
            said = head + await reader.readuntil(b"}")
            assert b'"Success":true' in said, said
    finally:
        sys.setprofile(None)
        writer.close()
        await server.stop()
    return Traced(calls, sum(one != next_ for one, next_ in pairwise(files)))


if __name__ == "__main__":
    given = [argument for argument in sys.argv[1:] if argument != "-v"]
    tree = Path(given[0]).resolve() if given else _HERE
    sys.path.insert(0, str(tree))
    found = asyncio.run(traced(tree))
    if "-v" in sys.argv:
        print(*found.calls, sep="\n")
    print(f"{len(found.calls)} calls of ours, {found.moves} moves between files")
