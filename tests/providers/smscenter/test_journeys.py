"""From socket to callback: one message over HTTP and SOAP, sandboxes apart, requests at once."""

import asyncio
import json
import smtplib
from hashlib import md5

import pytest
from aiohttp import ClientSession, FormData
from esme import Esme
from support import PATIENCE, control, receiver, serving, walk
from yarl import URL

from emulator.dispatch.explain import explain
from emulator.http.messages import HttpReply
from emulator.providers.smscenter import client
from emulator.providers.smscenter.client import Who
from emulator.providers.smscenter.soap import client as soap_client
from emulator.sandboxes.spec import NewSandbox
from emulator.smpp import CommandId

TO = "79161234567"
DEFAULT = Who("emulator", "emulator")


async def call(served, request):
    """A request of the client half, over the wire."""
    url = served.base_url + request.target
    async with (
        ClientSession() as session,
        session.request(request.method, url, headers=dict(request.headers), data=request.body or None) as answer,
    ):
        return HttpReply(status=answer.status, headers=tuple(answer.headers.items()), body=await answer.read())


async def made(served, **wish):
    """A sandbox made over the control API, and who its client is."""
    _, answer = await control(served, "POST", "/_emulator/sandboxes", wish)
    account = answer["accounts"]["smscenter"]
    return served.emulator.sandboxes.by_id[answer["id"]], Who(account["login"], account["psw"]), account


async def test_the_default_sandbox_has_the_credentials_that_are_promised(served):
    for who in (DEFAULT, Who(apikey="emulator-smscenter")):
        assert client.read_balance(await call(served, client.balance(who))) == "1000.00"
    sent = client.read_answer(await call(served, client.send(DEFAULT, [TO], "Hello", sender="anything", cost="3")))
    assert (float(sent["cost"]), float(sent["balance"])) == (1, 999)


async def test_new_sandboxes_have_credentials_that_fit_smpp(served):
    _, _, account = await made(served)
    assert set(account) == {"login", "psw", "apikey", "callback_secret", "smpp"}
    assert account["smpp"]["system_id"] == account["login"]
    assert len(account["login"]) <= 15
    assert len(account["smpp"]["password"]) <= 8
    _, own = await control(served, "POST", "/_emulator/sandboxes", {
        "accounts": {"smscenter": {"login": "mine", "smpp": {"password": "secret"}}}
    })  # fmt: skip
    assert own["accounts"]["smscenter"]["smpp"] == {"system_id": "mine", "password": "secret"}


def mailed(server, text):
    """A mail to the gate, from a thread: smtplib waits."""
    with smtplib.SMTP("127.0.0.1", int(server.rpartition(":")[2]), timeout=PATIENCE) as gate:
        gate.sendmail("api@smsc.ru", "send@send.smsc.ru", f"\nemulator:emulator:0:0:0,0,Shop:{TO}:{text}".encode())


@pytest.mark.contract("smscenter.access.protocols", "smscenter.status.id")
async def test_what_any_protocol_sent_is_asked_after_over_every_other_and_one_account_pays(tmp_path):
    """HTTP, HTTPS, SOAP, SMTP and SMPP in; HTTP, SOAP and SMPP tell the same of each, and of the balance."""
    async with serving(smtp_port=0, ca_dir=str(tmp_path)) as served:
        await call(served, client.send(DEFAULT, [TO], "http", sender="Shop"))
        request = client.send(DEFAULT, [TO], "https", sender="Shop")
        url = f"https://localhost:{URL(served.base_url).port}{request.target}"
        head = dict(request.headers)
        async with (
            ClientSession() as session,
            session.request(request.method, url, headers=head, data=request.body or None, ssl=False) as answer,
        ):
            assert answer.status == 200
        await call(served, soap_client.send_sms(DEFAULT, [TO], "soap", sender="Shop"))
        esme = Esme(*await asyncio.open_connection(served.smpp_host, served.smpp_port))
        await esme.bind({"system_id": "emulator", "password": "emulator"})
        await esme.submit(b"smpp", destination_addr=TO.encode())
        await asyncio.to_thread(mailed, served.smtp_url, "smtp")
        kept = [one for one in served.emulator.default.journal.exchanges(0) if one.operation == "send"]
        ways = [(one.protocol, getattr(one.request, "scheme", None)) for one in kept]
        assert ways == [("http", "http"), ("http", "https"), ("soap", "http"), ("smpp", None), ("smtp", "smtp")]
        await walk(served, served.emulator.default)
        for id, text in enumerate(("http", "https", "soap", "smpp", "smtp"), 1):
            over_http = client.read_answer(await call(served, client.status(DEFAULT, TO, str(id), "1")))
            told = soap_client.read_answer(await call(served, soap_client.get_status(DEFAULT, TO, str(id), "1")))
            asked = await esme.ask(CommandId.QUERY_SM, message_id=b"%d" % id, source_addr=b"Shop")
            assert (over_http["message"], told["message"]) == (text, text)
            assert (over_http["status"], told["status"], asked.number("message_state")) == (1, "1", 2)
        await esme.close()
        assert client.read_balance(await call(served, client.balance(DEFAULT))) == "995.00"
        told = soap_client.read_answer(await call(served, soap_client.get_balance(DEFAULT)))
        assert told["balance"] == "995.00"
        assert (await call(served, client.delete(DEFAULT, TO, "1"))).body == b"OK"
        assert len(client.read_answer(await call(served, client.statuses(DEFAULT, [TO], ["2"])))) == 1
        said = [
            (one.operation, one.protocol, explain(served.emulator.providers, one).rpartition("[smscenter.")[2][:-1])
            for one in served.emulator.default.journal.exchanges(0)
        ]
        assert set(said) == ROWS
        assert said[-2:] == [("status", "http", "http-status.delete"), ("status", "http", "http-status.many")]


ROWS = {
    ("send", "http", "send.answer"), ("send", "soap", "soap.send"), ("send", "smpp", "smpp.submit-sm"),
    ("send", "smtp", "mail.answer"), ("bind", "smpp", "smpp.bind"), ("status", "http", "http-status.form"),
    ("status", "soap", "status.status"), ("status", "smpp", "smpp.query"), ("balance", "http", "balance.answer"),
    ("balance", "soap", "soap.balance"), ("status", "http", "http-status.delete"),
    ("status", "http", "http-status.many"),
}  # fmt: skip
"""What each answer of that journey rests on."""


@pytest.mark.contract("smscenter.status.error-9", "smscenter.status.id")
async def test_a_message_sent_over_soap_is_found_over_http_and_its_sixth_request_has_to_wait(served):
    sandbox, who, _ = await made(served, clock="frozen")
    sent = soap_client.read_answer(await call(served, soap_client.send_sms(who, [TO], "Привет")))
    for _ in range(3):
        told = client.read_answer(await call(served, client.status(who, TO, sent["id"], "1")))
        assert (told["status"], told["message"]) == (-1, "Привет")
    for _ in range(2):
        told = soap_client.read_answer(await call(served, soap_client.get_status2(who, TO, sent["id"])))
        assert told["status"] == "-1"
    with pytest.raises(client.Failure, match=r"^9"):
        client.read_answer(await call(served, client.status(who, TO, sent["id"])))
    with pytest.raises(client.Failure, match=r"^9"):
        soap_client.read_answer(await call(served, soap_client.get_status(who, TO, sent["id"])))
    await control(served, "POST", f"/_emulator/sandboxes/{sandbox.id}/clock", {"advance": 60})
    assert client.read_answer(await call(served, client.status(who, TO, sent["id"])))["status"] == 1


@pytest.mark.contract("smscenter.callback.account", "smscenter.callback.signatures", "smscenter.callback.fields")
async def test_the_account_s_handler_gets_a_signed_form():
    async with serving() as served, receiver() as handler:
        sandbox, who, account = await made(served, clock="frozen", callback_url=f"{handler.url}?charset=utf-8")
        await call(served, client.send(who, [TO], "Привет"))
        await walk(served, sandbox)
        (told,) = handler.came
        signed = f"{told['id']}:{told['phone']}:{told['status']}:{account['callback_secret']}"
        assert told["md5"] == md5(signed.encode()).hexdigest()
        assert told["message"] == "Привет"
        _, made_calls = await control(served, "GET", f"/_emulator/sandboxes/{sandbox.id}/callbacks")
        assert [one["accepted"] for one in made_calls["callbacks"]] == [True]


@pytest.mark.contract("smscenter.http.get-post")
async def test_the_official_javascript_library_s_multipart_is_read(served):
    form = FormData(default_to_multipart=True)
    fields = {"login": "emulator", "psw": "emulator", "fmt": "3", "charset": "utf-8", "phones": TO, "mes": "Привет"}
    for name, value in fields.items():
        form.add_field(name, value)
    async with ClientSession() as session, session.post(f"{served.base_url}/sys/send.php", data=form) as answer:
        assert json.loads(await answer.read())["cnt"] == 1
    _, kept = await control(served, "GET", "/_emulator/sandboxes/default/messages")
    assert kept["messages"][0]["text"] == "Привет"


@pytest.mark.contract("smscenter.access.at-once", "smscenter.send.error-9")
async def test_of_twenty_sends_at_once_fourteen_are_served(served):
    rule = {"when": {"operation": "send"}, "then": {"reply": {"delay": 0.3}}}
    _, who, _ = await made(served, scenario={"rules": [rule]})
    sends = (call(served, client.send(who, [TO], f"text {place}")) for place in range(20))
    bodies = [reply.body for reply in await asyncio.gather(*sends)]
    assert sum(b'"id"' in body for body in bodies) == 14
    assert sum(b'"too many concurrent requests"' in body for body in bodies) == 6
    assert b'"id"' in (await call(served, client.send(who, [TO], "later"))).body


@pytest.mark.contract("smscenter.access.at-once", "smscenter.http-status.error-9")
async def test_of_eight_status_requests_at_once_four_are_served_and_sends_are_not_held_up(served):
    rule = {"when": {"operation": "status"}, "then": {"reply": {"delay": 0.3}}}
    _, who, _ = await made(served, scenario={"rules": [rule]})
    asked = [call(served, client.status(who, TO, str(place))) for place in range(4)]
    asked += [call(served, soap_client.get_status(who, TO, str(place))) for place in range(4, 8)]
    replies = await asyncio.gather(*asked, call(served, client.send(who, [TO], "a")))
    over = sum(b"concurrent" in one.body or b"<error>9</error>" in one.body for one in replies[:8])
    assert over == 4
    assert b'"id"' in replies[8].body


@pytest.mark.contract("smscenter.access.at-once")
async def test_limits_off_lifts_concurrency_too_and_other_sandboxes_count_for_themselves(served):
    rule = {"when": {"operation": "send"}, "then": {"reply": {"delay": 0.3}}}
    _, one, _ = await made(served, scenario={"rules": [rule]}, accounts={"smscenter": {"limits": "off"}})
    _, two, _ = await made(served, scenario={"rules": [rule]})
    sends = [call(served, client.send(one, [TO], "same")) for _ in range(20)]
    sends += [call(served, client.send(two, [TO], f"{n}")) for n in range(14)]
    assert all(b'"id"' in reply.body for reply in await asyncio.gather(*sends))


async def test_a_lost_reply_does_not_stay_under_way(served):
    rule = {"when": {"operation": "send"}, "then": {"reply": {"fault": "lost"}}, "times": 20}
    sandbox, who, _ = await made(served, scenario={"rules": [rule]})
    for place in range(20):
        with pytest.raises(Exception, match=r"disconnected|closed"):
            await call(served, client.send(who, [TO], f"text {place}"))
    assert len(sandbox.engine.state.store.messages) == 20
    assert b'"id"' in (await call(served, client.send(who, [TO], "after"))).body


@pytest.mark.contract("smscenter.soap.fault")
async def test_an_attack_over_the_wire_gets_500_and_the_server_lives_on(served):
    bomb = b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    for body in (bomb, b"<a>" * 1_000_000, b"\xff" * 1000, b""):
        async with ClientSession() as session, session.post(f"{served.base_url}/sys/soap.php", data=body) as answer:
            assert answer.status == 500
            assert b"SOAP-ENV:Client" in await answer.read()
    assert soap_client.read_answer(await call(served, soap_client.get_balance(DEFAULT)))["error"] == "0"


async def test_the_magic_numbers_of_happy_work_here_too(served):
    sandbox = served.emulator.create(NewSandbox(clock="frozen"))
    own = sandbox.account("smscenter").credentials
    who = Who(own["login"], own["psw"])
    numbers = [f"7900199000{place}" for place in range(1, 8)]
    for number in numbers:
        assert b'"id"' in (await call(served, client.send(who, [number], "Hello"))).body
    await walk(served, sandbox, 10)
    told = client.read_answer(await call(served, client.statuses(who, numbers, list("1234567"))))
    assert [one["status"] for one in told] == [20, 3, 23, -1, 20, -1, 1]
    refusals = [client.send(who, [f"7900199000{place}"], "Hello") for place in (8, 9)]
    assert [json.loads((await call(served, one)).body)["error_code"] for one in refusals] == [8, 3]
