"""The server of the soak: an emulator that tells of its insides, which no client sees.

`python -m benchmarks.soak_server`: prints the ready line; for each line on standard input one of JSON: tasks of the
loop, sandboxes, callbacks under way, SMPP links, objects that the garbage collector knows (after it has run).
"""

import asyncio
import gc
import json
import signal
import sys

from emulator.app.server import Server
from emulator.app.settings import Settings

JOURNAL = 1024 * 1024
"""Bytes of each sandbox: the bound is met again and again."""


def _insides(serving: Server) -> dict[str, int]:
    gc.collect()
    emulator = serving.emulator
    assert emulator.router is not None
    under_way = sum(len(emulator.router.in_flight.of(one)) for one in emulator.sandboxes.by_id.values())
    return {
        "tasks": len(asyncio.all_tasks()), "sandboxes": len(emulator.sandboxes.by_id), "under_way": under_way,
        "links": len(serving._smpp.links), "objects": len(gc.get_objects()),
    }  # fmt: skip


async def _main() -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    async with Server(Settings(port=0, journal_bytes=JOURNAL)) as serving:

        def asked() -> None:
            if not sys.stdin.readline():
                loop.remove_reader(sys.stdin.fileno())
            else:
                print(json.dumps(_insides(serving)), flush=True)

        loop.add_reader(sys.stdin.fileno(), asked)
        print(f"ready http={serving.base_url} smpp={serving.smpp_url}", flush=True)
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(_main())
