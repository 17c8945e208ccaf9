"""`sms-emulator certify --tests`: a suite of any language once more for each fault, through one server: the sandboxes
that it makes there, and the one called default, have the fault."""

import asyncio
import os
from collections.abc import Callable, Sequence

from emulator.app.server import Server
from emulator.certify.blind_spots import Overheard, Spot, Tried, spots
from emulator.certify.program import started
from emulator.core.units import counted

_SLOWER = 5
"""With a fault the suite may take so many times as long as without,"""
_AT_LEAST = 30.0
"""and so many seconds in any case; then it is said not to end."""


class Suite:
    """`command` finds the server by SMS_EMULATOR_URL. Raises ValueError when it cannot be run, or fails by itself."""

    def __init__(self, command: Sequence[str], server: Server) -> None:
        self._command = command
        self._server = server

    async def look(
        self, only: Sequence[str], most: float, told: Callable[[str], None] = lambda line: None
    ) -> list[Tried]:  # fmt: skip
        """What became of each fault. `most`: seconds for all of it; `told` hears how far it is."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        passed, heard = await self._run(None, most)
        took = loop.time() - began
        if not passed:
            raise ValueError(f"{self._command[0]} fails, or does not end, without any fault: mend that first")
        catalogue = [one for one in spots(self._server.emulator.providers, heard.marks)
                     if not only or one.name.startswith(tuple(only))]  # fmt: skip
        if not catalogue:
            raise ValueError(f"{self._command[0]} sends nothing to {self._server.base_url} (SMS_EMULATOR_URL), or no "
                             "fault begins as --only says")  # fmt: skip
        again = [one for one in catalogue if one.mark not in heard.marks]
        told(f"{counted(len(again), 'fault')}, {took:.1f} s each: about {len(again) * took:.0f} s, "
             f"{most:g} s at most (--limit)")  # fmt: skip
        tried = []
        for number, spot in enumerate(catalogue, 1):
            told(f"{number}/{len(catalogue)} {spot.provider} {spot.over} {spot.name}")
            if spot.mark in heard.marks:
                tried.append(Tried(spot, "tested"))
            elif loop.time() - began > most:
                tried.append(Tried(spot, "not tried"))
            else:
                tried.append(await self._tried(spot, took, heard.copies))
        return tried

    async def _tried(self, spot: Spot, took: float, copies: int) -> Tried:
        passed, heard = await self._run(spot, max(_AT_LEAST, _SLOWER * took))
        if not heard.met:
            return Tried(spot, "not met")
        if not passed:
            return Tried(spot, "noticed")
        return Tried(spot, "unnoticed", ("the whole suite",), heard.copies if heard.copies > copies else 0)

    async def _run(self, spot: Spot | None, seconds: float) -> tuple[bool, Overheard]:
        """The suite once, on a server that knows nothing of the run before."""
        emulator, heard = self._server.emulator, Overheard(spot)
        for sandbox in list(emulator.sandboxes.by_id.values()):
            if sandbox is emulator.default:
                sandbox.feed.listeners.clear()
                emulator.reset(sandbox)
            else:
                emulator.remove(sandbox)
        emulator.made = heard.attend
        heard.attend(emulator.default)
        variables = {**os.environ, "SMS_EMULATOR_URL": self._server.base_url}
        async with started(self._command, variables, "--tests") as process:
            try:
                return await asyncio.wait_for(process.wait(), seconds) == 0, heard
            except TimeoutError:
                return False, heard
