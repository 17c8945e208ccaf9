"""assert_sent, assert_not_sent, assert_callbacks: what they take, and what a failure shows."""

import asyncio
import json
from typing import get_type_hints
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

import emulator
from emulator.control_api import response_types
from emulator.control_client import records

TO = "995577123456"


@pytest.fixture(scope="module")
def shared():
    with emulator.running(clock="frozen") as sms:
        yield sms


@pytest.fixture
def sms(shared):
    shared.reset()
    return shared


def send(sms, **more):
    fields = {"key": sms.smsoffice.key, "sender": "smsoffice", "destination": TO, "content": "Your code is 1234",
              "reference": "login-1", **more}  # fmt: skip
    with urlopen(f"{sms.base_url}/api/v2/send/?{urlencode(fields)}") as answer:
        return json.load(answer)["ErrorCode"]


def why(do, *args, **words):
    with pytest.raises(AssertionError) as failed:
        do(*args, **words)
    return str(failed.value)


def test_what_fits_is_given_back(sms):
    send(sms)
    send(sms, destination="995577654321")
    (one,) = sms.assert_sent(to=TO, contains="code", sender="smsoffice", provider="smsoffice", status="pending")
    assert one.reference == "login-1"
    assert len(sms.assert_sent(times=2)) == 2
    sms.assert_not_sent(to="995000000000")
    assert sms.assert_not_sent(text="code") is None


def test_a_failure_shows_the_nearest_first_and_what_differed(sms):
    send(sms, content="Good morning", destination="995577654321")
    send(sms, content="Your code is 9999")
    told = why(sms.assert_sent, to=TO, contains="1234").splitlines()
    assert told[0] == f"expected at least one message with to '{TO}', contains '1234'; there are 0"
    assert told[1].startswith("  m2 smsoffice to 995577123456")
    assert told[1].endswith("text is 'Your code is 9999', without '1234'")
    assert "to is '995577654321', not '995577123456'" in told[2]


def test_refused_sends_are_among_the_nearest_with_what_would_have_been_right(sms):
    assert send(sms, sender="Shop") == 150
    told = why(sms.assert_sent, to=TO)
    assert " smsoffice to 995577123456 was REFUSED: refused with 150" in told
    assert "right would be: a sender of this account: smsoffice, SMSOFFICE" in told


def test_too_many_and_too_few_are_counted(sms):
    assert "nothing was sent, and nothing was refused" in why(sms.assert_sent)
    send(sms)
    send(sms)
    assert "expected 1 message with contains 'code'; there are 2" in why(sms.assert_sent, contains="code", times=1)
    assert "expected no message" in why(sms.assert_not_sent, to=TO)


def test_callbacks_are_found_by_message_status_and_verdict(sms):
    send(sms)
    assert "no callback has gone out; next due: 20" in why(sms.assert_callbacks)
    sms.settle()
    (one,) = sms.assert_callbacks(message="m1", status="delivered", accepted=True, times=1)
    assert one.sent.reference == "login-1"
    told = why(sms.assert_callbacks, message="m1", accepted=False)
    assert told.splitlines()[1] == (
        "  c1 of m1 delivered, attempt 1, accepted: the body is OK: accepted is True, not False"
    )


def test_a_word_that_is_none_is_an_error_of_python(sms):
    with pytest.raises(TypeError, match="contians"):
        sms.assert_sent(contians="x")


async def test_the_same_without_a_thread():
    async with emulator.running(clock="frozen") as sms:
        await asyncio.to_thread(send, sms)
        assert (await sms.assert_sent(to=TO))[0].parts == 1
        with pytest.raises(AssertionError, match="there are 0"):
            await sms.assert_callbacks(times=1)


@pytest.mark.parametrize("name", ["Message", "Request", "Callback", "Finding"])
def test_records_are_typed_as_the_control_api_describes_them(name):
    described = set(get_type_hints(getattr(response_types, name))) - {"hex", "session"}
    assert set(get_type_hints(getattr(emulator, name))) == described


def test_records_are_what_their_type_says(sms):
    send(sms)
    sms.settle()
    assert isinstance(sms.messages()[0], emulator.Message)
    assert isinstance(sms.wait("callbacks")[0], emulator.Callback)
    assert isinstance(sms.requests()[0], emulator.Request)
    assert isinstance(sms.otp().message, emulator.Message)
    with pytest.raises(AttributeError, match="did you mean 'status'"):
        sms.messages()[0].statuss  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.long
def test_a_type_checker_catches_a_word_that_is_none(tmp_path):
    from mypy import api

    file = tmp_path / "wrong.py"
    file.write_text(
        "from emulator.control_client.records import Callback, Message\n"
        "def told(message: Message, callback: Callback) -> None:\n"
        "    message.statuss\n"
        "    callback.verdikt\n"
        "    message.history[0].at.lower()\n",
        encoding="utf-8",
    )
    told, _, _ = api.run(["--follow-imports=skip", str(file), records.__file__])
    assert 'wrong.py:3: error: "Message" has no attribute "statuss"; maybe "status"?' in told
    assert 'wrong.py:4: error: "Callback" has no attribute "verdikt"; maybe "verdict"?' in told
    assert "wrong.py:5" not in told


@pytest.mark.parametrize("handle", [emulator.Sms, emulator.AsyncSms])
def test_the_lists_of_a_handle_are_said_to_hold_them(handle):
    told = {verb: get_type_hints(getattr(handle, verb))["return"] for verb in ("messages", "requests", "callbacks")}
    assert told == {
        "messages": list[emulator.Message], "requests": list[emulator.Request], "callbacks": list[emulator.Callback],
    }  # fmt: skip
