"""Golden transcripts (transcripts/README.md of a provider): their lines by mark, and their request over a socket."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from aiohttp import ClientSession
from yarl import URL

from emulator.app.server import Server


class Transcript(NamedTuple):
    state: dict[str, Any]
    request: list[str]
    reply: list[str]
    callbacks: list[str]


def files(test: str) -> list[Path]:
    """The transcripts beside this test."""
    return sorted(Path(test).with_name("transcripts").glob("*.txt"))


def read(file: Path) -> Transcript:
    lines = file.read_text("utf-8").splitlines()
    said = {mark: [line[1:].removeprefix(" ") for line in lines if line.startswith(mark)] for mark in "#><!"}
    state: dict[str, Any] = next((json.loads(line) for line in said["#"] if line.startswith("{")), {})
    return Transcript(state, said[">"], said["<"], said["!"])


async def answer(serving: Server, request: str) -> tuple[int, str, bytes]:
    """Status, content type and body of what comes back."""
    head, _, body = request.partition("\n\n")
    first, *fields = head.split("\n")
    method, target = first.split(" ", 1)
    headers = dict(field.split(": ", 1) for field in fields)
    url = URL(serving.base_url + target, encoded=True)
    async with (
        ClientSession() as session,
        session.request(method, url, headers=headers, data=body.encode() or None) as came,
    ):
        return came.status, came.headers["Content-Type"], await came.read()
