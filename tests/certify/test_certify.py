"""A program's grade: the reference client has the top one with each provider; planted bugs are found by name."""

import asyncio
import json
import shlex
import sys
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor

import aiohttp
import pytest
from support import free_port
from yarl import URL

from emulator import world
from emulator.app.server import Server
from emulator.certify.cases import HARMLESS, cases
from emulator.certify.examination import examine
from emulator.certify.program import RequestTemplate
from emulator.certify.report import as_json, badge, junit, table
from emulator.cli.main import main as command
from emulator.client import (
    AsyncSmsCenter,
    AsyncSmsOffice,
    AsyncUbill,
    Patience,
    SmppClient,
    SmsCenter,
    SmsError,
    SmsOffice,
    Ubill,
)
from emulator.control_client.async_client import AsyncSms, ServerAddress
from emulator.control_client.transports import InProcess
from emulator.providers import found

PROVIDERS = found()


def examined(program, provider="smsoffice", only="", timeout=300.0):
    """In virtual time: what hangs for a minute takes none."""
    catalogue = [case for case in cases(PROVIDERS[provider]) if case.name.startswith(only)]

    async def whole(w):
        return await examine(program, lambda seed: w.sandbox(seed=seed), provider, catalogue, timeout=timeout)

    return world.run(whole)


def client(provider, values):
    if provider == "smsoffice":
        return AsyncSmsOffice(values["key"], sender=values["sender"], base_url=values["url"])
    if provider == "ubill":
        return AsyncUbill(values["key"], brand_id=int(values["brandID"]), base_url=values["url"])
    return AsyncSmsCenter(values["login"], values["psw"], base_url=values["url"])


def reference(provider):
    async def send(values, timeout):
        async with client(provider, values) as one:
            try:
                await one.send(values["to"], values["text"])
            except SmsError:
                return False
            return True

    return send


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_reference_client_has_the_top_grade(provider):
    certificate = examined(reference(provider), provider)
    assert (certificate.grade, certificate.findings) == ("A", ())
    assert len(certificate.played) > 20


def test_the_reference_client_has_the_top_grade_over_smpp():
    async def send(values, timeout):
        port = int(values["smpp_port"])
        try:
            async with SmppClient(values["smpp_host"], values["system_id"], values["password"], port=port) as one:
                await one.submit(values["to"], values["text"])
        except SmsError:
            return False
        return True

    async def whole(w):
        catalogue = cases(PROVIDERS["smscenter"], "smpp")
        return await examine(send, lambda seed: w.sandbox(seed=seed), "smscenter", catalogue, timeout=300)

    assert world.run(whole).findings == ()


HASTY = Patience(connect=5.0, timeout=2.5, deadline=9.0, attempts=2, pause=0.02, absent_after=0.2)
SYNC = {
    "smsoffice": lambda values, **how: SmsOffice(values["key"], sender=values["sender"], **how),
    "ubill": lambda values, **how: Ubill(values["key"], brand_id=int(values["brandID"]), **how),
    "smscenter": lambda values, **how: SmsCenter(values["login"], values["psw"], **how),
}


def test_the_synchronous_reference_client_has_the_top_grade_with_each_provider():
    """On real sockets, which it blocks on: all cases beside each other, and hasty."""

    async def whole():
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(24))
        async with Server() as server:
            door, place = InProcess(server.control.answer), ServerAddress(server.base_url, server.smpp_url)
            turns = asyncio.Semaphore(24)

            async def one(provider, case):
                patience = Patience() if case.name.removeprefix("reply-") in HARMLESS else HASTY  # on any machine

                def send(values):
                    with SYNC[provider](values, base_url=values["url"], patience=patience) as client:
                        try:
                            client.send(values["to"], values["text"])
                        except SmsError:
                            return False
                        return True

                async with turns:
                    return await examine(
                        lambda values, timeout: asyncio.to_thread(send, values),
                        lambda seed: AsyncSms.make(door, place, {"seed": seed}), provider, [case],
                    )  # fmt: skip

            every = [one(name, case) for name, provider in PROVIDERS.items() for case in cases(provider)]
            return await asyncio.gather(*every)

    certificates = asyncio.run(whole())
    assert [one for certificate in certificates for one in certificate.findings] == []
    assert len(certificates) > 90


async def asked(values, method="POST", timeout=30.0, text=None):
    wanted = {"key": values["key"], "destination": values["to"], "sender": values["sender"],
              "content": values["text"] if text is None else text}  # fmt: skip
    total = aiohttp.ClientTimeout(total=timeout)
    async with aiohttp.ClientSession(timeout=total) as session:
        how = {"params": wanted} if method == "GET" else {"data": wanted}
        async with session.request(method, f"{values['url']}/api/v2/send", **how) as answer:
            return answer.status, await answer.text()


def success(answer):
    return answer[0] == 200 and json.loads(answer[1])["Success"]


FAILURES = (aiohttp.ClientError, TimeoutError, ValueError)


async def good(values, timeout):
    try:
        return success(await asked(values))
    except FAILURES:
        return False


async def repeats_what_is_lost(values, timeout):
    for _ in range(3):
        try:
            return success(await asked(values))
        except FAILURES:
            continue
    return False


async def repeats_failures(values, timeout):
    for _ in range(3):
        status, body = await asked(values)
        if status < 500:
            return json.loads(body)["Success"]
    return False


async def library_repeats(values, timeout):
    try:
        return success(await asked(values, "GET"))
    except FAILURES:
        return False


async def takes_200_for_success(values, timeout):
    try:
        return (await asked(values))[0] == 200
    except FAILURES:
        return False


async def takes_all_for_success(values, timeout):
    try:
        await asked(values)
    except FAILURES:
        return False
    return True


async def swallows(values, timeout):
    try:
        return success(await asked(values))
    except FAILURES:
        return True


async def hammers(values, timeout):
    for _ in range(20):
        try:
            if success(await asked(values)):
                return True
        except FAILURES:
            return False
    return False


async def repeats_refusals(values, timeout):
    for _ in range(3):
        try:
            if success(await asked(values)):
                return True
        except FAILURES:
            return False
        await asyncio.sleep(5)
    return False


async def cuts_the_text(values, timeout):
    try:
        return success(await asked(values, text=values["text"][:70]))
    except FAILURES:
        return False


async def wrong_letters(values, timeout):
    try:
        return success(await asked(values, text=values["text"].encode("ascii", "replace").decode()))
    except FAILURES:
        return False


async def no_limit(values, timeout):
    try:
        return success(await asyncio.wait_for(asked(values, timeout=None), timeout))
    except TimeoutError:
        return None
    except FAILURES:
        return False


async def sends_nothing(values, timeout):
    return True


async def does_not_encode(values, timeout):
    """The text as it is in the address."""
    query = f"key={values['key']}&destination={values['to']}&sender={values['sender']}&content={values['text']}"
    url = URL(f"{values['url']}/api/v2/send?{query.replace(' ', '%20')}", encoded=True)
    try:
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            return success((answer.status, await answer.text()))
    except FAILURES:
        return False


async def sends_each_part(values, timeout):
    """A long text as messages of its own."""
    try:
        whole, done = values["text"], True
        for at in range(0, len(whole), 153):
            done = success(await asked(values, text=whole[at : at + 153])) and done
    except FAILURES:
        return False
    return done


async def wants_a_length(values, timeout):
    """Takes a good answer without Content-Length for none."""
    wanted = {"key": values["key"], "destination": values["to"], "sender": values["sender"], "content": values["text"]}
    try:
        async with aiohttp.ClientSession(values["url"]) as session, session.post("/api/v2/send", data=wanted) as answer:
            return answer.content_length is not None and success((answer.status, await answer.text()))
    except FAILURES:
        return False


async def sends_again_when_it_takes_long(values, timeout):
    """Asks twice at once, and takes the first answer."""
    try:
        return success(await asked(values, timeout=2.0))
    except TimeoutError:
        await asked(values)
        return True
    except FAILURES:
        return False


def test_a_client_that_only_reads_the_answer_and_repeats_nothing_is_good():
    assert examined(good).findings == ()


@pytest.mark.parametrize(
    ("program", "only", "case", "what"),
    [
        (repeats_what_is_lost, "reply-lost", "reply-lost", "the message was sent 2 times"),
        (repeats_what_is_lost, "reply-garbled", "reply-garbled", "the message was sent 2 times"),
        (repeats_what_is_lost, "reply-hang", "reply-hang", "the message was sent 2 times"),
        (repeats_failures, "http-502", "http-502", "the message was sent 2 times"),
        (library_repeats, "reply-lost", "reply-lost", "the message was sent 2 times"),
        (
            takes_200_for_success,
            "code-80",
            "code-80",
            "it says that the message was sent, and the provider has nothing",
        ),
        (
            takes_all_for_success,
            "http-503",
            "http-503",
            "it says that the message was sent, and the provider has nothing",
        ),
        (swallows, "reply-drop", "reply-drop", "it says that the message was sent, and the provider has nothing"),
        (hammers, "code-80", "code-80", "20 requests for one message"),
        (hammers, "code--100", "code--100", "20 requests for one message"),
        (repeats_refusals, "code-80", "code-80", "what was refused for good was sent 3 times"),
        (cuts_the_text, "text-long", "text-long", "the text came as"),
        (wrong_letters, "text-georgian", "text-georgian", "the text came as '?"),
        (no_limit, "reply-hang", "reply-hang", "it did not end"),
        (no_limit, "reply-endless", "reply-endless", "it did not end"),
        (does_not_encode, "text-signs", "text-signs", "the text came as '50"),
        (sends_each_part, "text-long", "text-long", "the text came as"),
        (wants_a_length, "reply-chunked", "reply-chunked", "a good answer was taken for a failure"),
        (sends_again_when_it_takes_long, "reply-hang", "reply-hang", "the message was sent 2 times"),
        (sends_nothing, "text-latin", "text-latin", "no send came"),
    ],
    ids=lambda one: getattr(one, "__name__", None),
)
def test_a_planted_bug_is_found(program, only, case, what):
    findings = examined(program, only=only).findings
    assert any(one.case == case and one.what.startswith(what) for one in findings), findings


@pytest.mark.parametrize("times", [2, pytest.param(50, marks=pytest.mark.long)])
def test_the_verdict_is_the_same_each_time(times):
    assert len({as_json(examined(repeats_what_is_lost, only="reply")) for _ in range(times)}) == 1


def test_a_certificate_is_a_table_json_junit_and_a_badge():
    certificate = examined(repeats_what_is_lost, only="reply-")
    assert "money the message was sent 2 times" in table(certificate)
    assert "smsoffice: grade F, it costs money or messages" in table(certificate)
    told = json.loads(as_json(certificate))
    assert (told["grade"], told["findings"][0]["level"]) == ("F", "money")
    suite = ET.fromstring(junit(certificate))
    assert int(suite.attrib["failures"]) == len({one.case for one in certificate.findings})
    assert ET.fromstring(badge(certificate)).attrib["aria-label"] == "smsoffice client: F"


PROGRAM = """
import sys, json, urllib.parse, urllib.request
url, key, sender, to, text = sys.argv[1:]
data = urllib.parse.urlencode({"key": key, "sender": sender, "destination": to, "content": text}).encode()
answer = urllib.request.urlopen(url + "/api/v2/send", data, timeout=5)
sys.exit(not json.load(answer)["Success"])
"""


def test_the_command_examines_a_program_of_any_language(tmp_path, capsys):
    file = tmp_path / "send.py"
    file.write_text(PROGRAM)
    send = f"{shlex.join([sys.executable, str(file)])} {{url}} {{key}} {{sender}} {{to}} {{text}}"
    options = ["certify", "--provider", "smsoffice", "--send", send, "--badge", str(tmp_path / "badge.svg")]
    assert command([*options, "--only", "reply-lost"]) == 0
    assert capsys.readouterr().out.endswith("\nsmsoffice: grade A, nothing found: 1 case, 0 findings\n")
    assert "client: A" in (tmp_path / "badge.svg").read_text()
    bad = tmp_path / "bad.py"
    bad.write_text(PROGRAM.replace("sys.exit(", "("))
    assert command([*options[:4], send.replace(str(file), str(bad)), "--only", "code-80", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["grade"] == "F"


FORM = "POST http://127.0.0.1:8775/api/v2/send key={key}&sender={sender}&destination={to}&content={text}"
QUERY = "GET http://127.0.0.1:8775/api/v2/send?key={key}&sender={sender}&destination={to}&content={text}"


@pytest.mark.parametrize("template", [FORM, QUERY], ids=["form", "query"])
def test_a_request_template_sends_every_text_as_it_is(template):
    assert examined(RequestTemplate(template), only="text-").findings == ()


APPLICATION = """
import json, os, sys, urllib.parse, urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

class Shop(BaseHTTPRequestHandler):
    def do_POST(self):
        order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        fields = {"key": os.environ["SMS_KEY"], "sender": os.environ["SMS_SENDER"], "destination": order["phone"],
                  "content": order["text"]}
        data = urllib.parse.urlencode(fields).encode()
        with urllib.request.urlopen(os.environ["SMS_URL"] + "/api/v2/send", data, timeout=5) as answer:
            self.send_response(200 if json.load(answer)["Success"] else 502)
        self.end_headers()

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"OK" if "Undelivered" not in self.path else b"what is this?")

    def log_message(self, *_): pass

HTTPServer(("127.0.0.1", int(sys.argv[1])), Shop).serve_forever()
"""


def test_an_application_is_started_for_each_case_and_its_callback_endpoint_played_at(tmp_path, capsys):
    (tmp_path / "shop.py").write_text(APPLICATION)
    port = str(free_port())
    here = f"http://127.0.0.1:{port}"
    order = f'POST {here}/orders {{"phone": "{{to}}", "text": "{{text}}"}}'
    status = command([
        "certify", "--provider", "smsoffice", "--send", order, "--callback", f"{here}/sms", "--only", "text-signs",
        "--only", "code-120", "--json", "--run", "--", sys.executable, str(tmp_path / "shop.py"), port,
    ])  # fmt: skip
    told = json.loads(capsys.readouterr().out)
    names = [one["name"] for one in told["cases"]]
    assert names[:3] == ["text-signs", "code-120", "callback-delivered"]
    assert {one["case"] for one in told["findings"]} == {"callback-undelivered", "callback-contradictory"}
    assert (status, told["grade"]) == (1, "C")


SUITE = """
import json, os, urllib.parse, urllib.request
url = os.environ["SMS_EMULATOR_URL"]
def post(path, body):
    asked = urllib.request.Request(url + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
    return json.load(urllib.request.urlopen(asked))
sandbox = post("/_emulator/sandboxes", {})
key = sandbox["accounts"]["smsoffice"]["key"]
fields = {"key": key, "destination": "995577000001", "sender": "smsoffice", "content": "hi"}
data = urllib.parse.urlencode(fields).encode()
for _ in range(2):
    try:
        answer = json.load(urllib.request.urlopen(url + "/api/v2/send", data, timeout=2))
        break
    except OSError:
        pass
MORE
assert answer["Success"]
"""


def test_faults_that_no_test_of_a_suite_notices(tmp_path, capsys):
    suite = tmp_path / "suite.py"
    suite.write_text(SUITE.replace("MORE", ""))
    whole = ["certify", "--tests", "--only", "reply-lost", "--only", "code-80", "--"]
    assert command([*whole, sys.executable, str(suite)]) == 1
    told = capsys.readouterr()
    assert "1 of 3 faults no test noticed" in told.out
    assert "one number had one text 2 times, and no test said so" in told.out
    assert "noticed: a test failed with it, or did not end (2): smsoffice http code-80, " in told.out
    assert "3 faults, " in told.err
    held = "messages = json.load(urllib.request.urlopen(f\"{url}/_emulator/sandboxes/{sandbox['id']}/messages\"))\n"
    suite.write_text(SUITE.replace("MORE", f"{held}assert len(messages['messages']) == 1, messages"))
    assert command([*whole, sys.executable, str(suite)]) == 0
    suite.write_text("raise SystemExit(3)")
    assert command([*whole, sys.executable, str(suite)]) == 2
    assert "fails, or does not end, without any fault" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--tests"], "--tests takes the command that runs them behind two dashes"),
        (["--provider", "smsoffice"], "certify takes --provider and --send; or --tests"),
        (["--provider", "smsoffice", "--send", "true", "--", "x"], "a command stands behind two dashes with --run"),
        (["--provider", "smsoffice", "--send", "true", "--run", "--", "x"], "--run goes with a request in --send"),
        (["--provider", "smsoffice", "--send", "POST here"], "'here' is no address"),
        (["--provider", "smsoffice", "--send", "POST http://a:99999/"], "'http://a:99999/' is no address"),
        (["--provider", "smsoffice", "--send", "true", "--callback", "there"], "--callback: 'there' is no address"),
        (["--provider", "acme", "--send", "x"], "there is no provider 'acme'; there are smscenter, smsoffice"),
        (["--provider", "smsoffice", "--send", "true {kee}"], "{kee} in --send: there are {to}, {text}, {url}"),
        (["--provider", "smsoffice", "--send", "/no/such/program"], "/no/such/program cannot be run"),
        (["--provider", "smsoffice", "--send", "true", "--only", "zzz"], "no case begins so; there are text-latin"),
        (["--provider", "smsoffice", "--send", "true", "--timeout", "0"], "is not between 0 and 3600 seconds"),
    ],
)
def test_what_cannot_be_examined_is_told(options, told, capsys):
    assert command(["certify", *options]) == 2
    assert told in capsys.readouterr().err
