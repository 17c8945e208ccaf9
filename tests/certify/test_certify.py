"""A program's grade: the reference client has the top one with each provider; planted bugs are found by name."""

import json
import sys
import xml.etree.ElementTree as ET

import aiohttp
import pytest

from emulator import world
from emulator.certify.cases import cases
from emulator.certify.examination import examine
from emulator.certify.report import as_json, badge, junit, table
from emulator.cli.main import main as command
from emulator.client import AsyncSmsCenter, AsyncSmsOffice, AsyncUbill, SmppClient, SmsError
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
    import asyncio

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
    import asyncio

    try:
        return success(await asyncio.wait_for(asked(values, timeout=None), timeout))
    except TimeoutError:
        return None
    except FAILURES:
        return False


async def sends_nothing(values, timeout):
    return True


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
        (sends_nothing, "text-latin", "text-latin", "no send came"),
    ],
    ids=lambda one: getattr(one, "__name__", None),
)
def test_a_planted_bug_is_found(program, only, case, what):
    findings = examined(program, only=only).findings
    assert any(one.case == case and one.what.startswith(what) for one in findings), findings


def test_the_verdict_is_the_same_each_time():
    first, *others = (as_json(examined(repeats_what_is_lost, only="reply")) for _ in range(5))
    assert set(others) == {first}


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
    send = f"{sys.executable} {file} {{url}} {{key}} {{sender}} {{to}} {{text}}"
    options = ["certify", "--provider", "smsoffice", "--send", send, "--badge", str(tmp_path / "badge.svg")]
    status = command([*options, "--only", "reply-lost", "--only", "text-georgian"])
    assert (status, "grade A" in capsys.readouterr().out) == (0, True)
    assert "client: A" in (tmp_path / "badge.svg").read_text()
    bad = tmp_path / "bad.py"
    bad.write_text(PROGRAM.replace("sys.exit(", "("))
    assert command([*options[:4], send.replace(str(file), str(bad)), "--only", "code-80", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["grade"] == "F"


@pytest.mark.parametrize(
    ("options", "told"),
    [
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
