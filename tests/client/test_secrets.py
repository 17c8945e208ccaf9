"""No text of ours holds a key: not of an exception, its traceback or pickle, nor a repr, an event or a log line."""

import logging
import pickle

import pytest
from client.desks import KINDS, PROVIDERS, QUICK, desk, no_id, number
from client.mixtures import KEY, forms_in, shows_the_key
from client.raw import plain, raw
from msgspec import structs
from support import deaf_port

from emulator.client import SmsError, Ubill
from emulator.client.smscenter.calls import Calls as Center
from emulator.client.smsoffice.calls import Calls as Office
from emulator.client.ubill.calls import Calls as Bill

ONE = structs.replace(QUICK, attempts=1, timeout=1.0)
ASKED = {
    "smsoffice": ("send", "message_status", "balance"), "ubill": ("send", "send_xml", "report", "balance"),
    "smscenter": ("send", "send_sms", "status", "get_status", "balance", "get_balance"),
}  # fmt: skip
ARGUMENTS = {
    "message_status": ("1", "x"), "report": (7,), "status": ("1", "x"), "get_status": ("1", "x"), "balance": (),
    "get_balance": (),
}  # fmt: skip


def _echoed(request):
    return request.target + b" " + request.head + b" " + request.body


ANSWERS = {
    "cut": lambda request: plain(_echoed(request))[:-1],
    "nothing": lambda request: None,
    "no HTTP": lambda request: b"SSH-2.0 " + _echoed(request) + b"\r\n\r\n",
    "rubbish": lambda request: plain(_echoed(request)),
    "refused": lambda request: plain(_echoed(request), b"403 Forbidden"),
    "redirected": lambda request: plain(b"", b"302 Found", b"Location: http://elsewhere.test" + request.target),
    "failed": lambda request: plain(_echoed(request), b"502 Bad Gateway"),
    "away": lambda request: plain(_echoed(request), b"503 Service Unavailable"),
    "odd header": lambda request: plain(b"", b"200 OK", b"X\x00: " + request.target),
    "odd length": lambda request: b"HTTP/1.1 200 OK\r\nContent-Length: " + request.target + b"\r\n\r\n",
}


def _credentials(provider):
    return {"login": "me", "psw": KEY} if provider == "smscenter" else {"key": KEY}


SPREAD = [(provider, KINDS[turn % 2], answer) for provider in PROVIDERS for turn, answer in enumerate(ANSWERS)] + [
    (PROVIDERS[turn % 3], KINDS[1 - turn % 2], answer) for turn, answer in enumerate(ANSWERS)
]  # fmt: skip
"""Every answer of every provider, and with and without async."""


@pytest.mark.parametrize(("provider", "kind", "answer"), SPREAD)
async def test_no_failure_shows_the_key(provider, kind, answer, caplog):
    caplog.set_level(logging.DEBUG)
    seen = []
    with raw(ANSWERS[answer], ends=True) as server:
        async with desk(kind, provider, server, ONE, watch=seen.append, **_credentials(provider)) as ask:
            for method in ASKED[provider]:
                more = no_id(provider) if method.startswith("send") else {}
                with pytest.raises(SmsError) as raised:
                    await ask(method, *ARGUMENTS.get(method, (number(provider), "Hello")), **more)
                assert shows_the_key(raised.value) == []
        assert server.requests
    assert seen
    assert forms_in(repr(seen)) == []
    assert "gave up" in caplog.text
    assert forms_in(caplog.text) == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_way_that_is_none_does_not_show_it_either(provider, kind):
    with deaf_port() as port:
        for url in (f"http://127.0.0.1:{port}", "http://no-such-name.invalid"):
            async with desk(kind, provider, None, ONE, base_url=url, **_credentials(provider)) as ask:
                for method in ASKED[provider]:
                    with pytest.raises(SmsError) as raised:
                        await ask(method, *ARGUMENTS.get(method, (number(provider), "Hello")))
                    assert shows_the_key(raised.value) == []


def test_a_call_and_what_is_asked_of_a_driver_show_nothing():
    calls = [Office(KEY).balance(), Bill(KEY).send("1", "x", {}), Center("me", KEY).send_sms("1", "x", {})]
    assert forms_in(repr(calls) + str(calls)) == []


def test_a_key_that_no_header_can_carry_is_told_without_it():
    with pytest.raises(ValueError, match="the key has characters") as raised:
        Ubill(f"{KEY}\n")
    assert shows_the_key(raised.value) == []


def test_an_exception_comes_out_of_a_pickle_as_it_went_in():
    """Its text is not doubled, and what is known of a doubt stays known."""
    from emulator.client.smsoffice import NoCredit, SmsOfficeReplyLost

    lost = SmsOfficeReplyLost("the connection broke")
    lost.attempts, lost.reference, lost.octets_left, lost.status = 2, "order-1", True, 502
    again = pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(lost))))
    assert (str(again), vars(again)) == (str(lost), vars(lost))
    refused = pickle.loads(pickle.dumps(NoCredit()))
    assert (type(refused), str(refused)) == (NoCredit, str(NoCredit()))
