"""One plain send by POST, from `data_received` to `write`: which functions of ours are called, which of C they call,
how often a call is made in another file than the one before it, how many instructions of Python that is. Counts are
the same on every machine, and what a send costs goes with the instructions.

`python -m benchmarks.trace [smsoffice|smscenter] [TREE]`: TREE is a checkout of another version; `-v` lists the calls,
`-c` also those of C. SMS Center's limits are on, as they are by default.
"""

import asyncio
import sys
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

_HERE = Path(__file__).resolve().parent.parent
_HEAD = (
    b"POST %b HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: %d\r\n\r\n"
)


class Send(NamedTuple):
    """A provider's address, the form of a send with places for its number, what its answer holds."""

    path: bytes
    form: bytes
    holds: bytes


SENDS = {
    "smsoffice": Send(b"/api/v2/send/", b"key=emulator-smsoffice&destination=995577123456&sender=smsoffice"
                      b"&content=Your+code+is+%(n)d&reference=r%(n)d", b'"Success":true'),
    "smscenter": Send(b"/sys/send.php", b"login=emulator&psw=emulator&phones=79261234567&charset=utf-8&fmt=3"
                      b"&mes=Your+code+is+%(n)d", b'"cnt": 1'),
}  # fmt: skip


class Traced(NamedTuple):
    """Calls of ours, as `file:function`, indented, those of C among them with a dash; how often the way moved between
    files; how many instructions were carried out."""

    calls: list[str]
    moves: int
    instructions: int


async def traced(tree: Path, send: Send) -> Traced:
    """Of the tenth send on a connection, and the instructions of the eleventh: by then Python knows what comes."""
    from emulator.app.server import Server
    from emulator.app.settings import Settings

    server = Server(Settings(port=0, smpp_port=0))
    await server.start()
    ours = f"{tree}/emulator/"
    calls: list[str] = []
    files: list[str] = []
    depth = instructions = 0

    def look(frame: FrameType, event: str, of_c: Any) -> None:
        nonlocal depth
        name = frame.f_code.co_filename
        if not name.startswith(ours):
            return
        if event == "call":
            calls.append(f"{'  ' * depth}{name.removeprefix(ours)}:{frame.f_code.co_qualname}")
            files.append(name)
            depth += 1
        elif event == "return":
            depth = max(0, depth - 1)
        elif event == "c_call":
            calls.append(f"{'  ' * depth}- {of_c.__qualname__}")

    def count(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal instructions
        if not frame.f_code.co_filename.startswith(ours):
            return None
        frame.f_trace_lines, frame.f_trace_opcodes = False, True
        instructions += event == "opcode"
        return count

    reader, writer = await asyncio.open_connection("127.0.0.1", int(server.base_url.rpartition(":")[2]))
    try:
        for number in range(10, 21):
            form = send.form % {b"n": number}
            if number > 18:
                (sys.setprofile if number == 19 else sys.settrace)(look if number == 19 else count)
            writer.write(_HEAD % (send.path, len(form)) + form)
            head = await reader.readuntil(b"\r\n\r\n")
            sys.setprofile(None)
            sys.settrace(None)
            said = head + await reader.readuntil(b"}")
            assert send.holds in said, said
    finally:
        writer.close()
        await server.stop()
    return Traced(calls, sum(one != next_ for one, next_ in pairwise(files)), instructions)


if __name__ == "__main__":
    given = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    send = SENDS[given.pop(0) if given[:1] and given[0] in SENDS else "smsoffice"]
    tree = Path(given[0]).resolve() if given else _HERE
    sys.path.insert(0, str(tree))
    found = asyncio.run(traced(tree, send))
    own = [call for call in found.calls if not call.lstrip().startswith("-")]
    if "-v" in sys.argv or "-c" in sys.argv:
        print(*(found.calls if "-c" in sys.argv else own), sep="\n")
    print(
        f"{len(own)} calls of ours, {found.moves} moves between files, {len(found.calls) - len(own)} calls of C, "
        f"{found.instructions} instructions"
    )
