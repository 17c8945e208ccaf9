"""Golden transcripts, taken from the page and the facts: octets over a socket, judged by the page's own words.

`#` says where it comes from, `>` is a line that goes, `<` what must come back: the status, then the body, in which
boolean, string, integer and object are the page's words for types (an object may be null). `!` is what must be true
of the message afterwards.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from support import octets

from emulator.app.server import Server

FILES = {
    path.stem: path.read_text("utf-8") for path in sorted(Path(__file__).parent.joinpath("transcripts").glob("*.txt"))
}
FILL = {"[API_KEY]": "emulator-smsoffice", "[CUSTOMER_MOBILE]": "995577123456"}
TYPES = {"boolean": bool, "string": str, "integer": int, "object": dict | None}

Turn = tuple[list[str], list[str]]


def turns(text: str) -> list[Turn]:
    """What goes and what comes back, in turn."""
    made: list[Turn] = []
    for line in text.splitlines():
        if line.startswith(">"):
            if not made or made[-1][1]:
                made.append(([], []))
            made[-1][0].append(line[2:])
        elif line.startswith("<"):
            made[-1][1].append(line[2:])
    return made


def request(lines: list[str]) -> bytes:
    head, body = lines[: lines.index("")], "\r\n".join(lines[lines.index("") + 1 :])
    for placeholder, value in FILL.items():
        head, body = [line.replace(placeholder, value) for line in head], body.replace(placeholder, value)
    head = [line.replace("[LENGTH]", str(len(body))) for line in head]
    return "\r\n".join([*head, "Connection: close", "", body]).encode()


def fits(pattern: Any, found: Any) -> bool:
    """Is what was found what the page says? Types and properties count, and values where it gives them."""
    if isinstance(pattern, str) and pattern in TYPES:
        return isinstance(found, TYPES[pattern]) and (pattern != "integer" or not isinstance(found, bool))
    if isinstance(pattern, dict):
        return isinstance(found, dict) and list(found) == list(pattern) and all(
            fits(pattern[name], found[name]) for name in pattern
        )  # fmt: skip
    return bool(pattern == found) and type(pattern) is type(found)


def pattern_of(text: str) -> Any:
    for word in TYPES:
        text = text.replace(f": {word}", f': "{word}"')
    return json.loads(text)


async def play(served: Server, turn: Turn) -> None:
    goes, comes = turn
    answer = await octets(served.base_url, request(goes))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.split(b" ")[1] == comes[0].encode()
    if comes[1].isdigit():
        assert body == comes[1].encode()
    else:
        assert fits(pattern_of(comes[1]), json.loads(body)), body


@pytest.mark.contract(
    "smsoffice.send.get-slash", "smsoffice.send.json", "smsoffice.send.form-body", "smsoffice.status.json",
    "smsoffice.balance.number",
)  # fmt: skip
@pytest.mark.parametrize("text", FILES.values(), ids=list(FILES))
async def test_the_wire_is_as_the_page_shows_it(served: Server, text: str) -> None:
    for turn in turns(text):
        await play(served, turn)
    state = served.emulator.default.engine.state
    for line in text.splitlines():
        if line.startswith("! text "):
            assert state.store.batches[-1].text == line.removeprefix("! text ")


def test_the_judge_of_transcripts_is_strict() -> None:
    pattern = pattern_of('{"Success": boolean, "Message": string, "Output": object, "ErrorCode": integer}')
    good = {"Success": True, "Message": "", "Output": None, "ErrorCode": 0}
    assert fits(pattern, good)
    for wrong in (
        {**good, "Success": 1}, {**good, "ErrorCode": "0"}, {**good, "ErrorCode": True}, {**good, "Output": []},
        {**good, "Extra": 1}, {"Success": True}, {**good, "Message": None},
    ):  # fmt: skip
        assert not fits(pattern, wrong), wrong
