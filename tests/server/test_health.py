"""Nothing that may be asked of the emulator keeps its health waiting: how long the longest answer took under each hard
request. The table goes to standard output (pytest -s)."""

import asyncio
import itertools
import json
import os
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from support import PATIENCE, frozen, octets, once, serving

from emulator.dispatch.workload import MOST_NUMBERS
from emulator.sandboxes.sandbox import AT_ONCE

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
OFFICE = b"key=emulator-smsoffice&sender=smsoffice&reference=r&"
CENTER = b"login=emulator&psw=emulator&fmt=3&"
HEALTH = once("/_emulator/health", "localhost")
MOST = 1.0
"""Seconds that the emulator itself is at work between the question and its answer: neither how busy the machine is
counts, nor what it does while the one who asks waits for a processor of his own."""


def numbers(count, first=995577000000):
    return ",".join(str(first + n) for n in range(count)).encode()


def rules(count):
    made = [{"when": {"to": f"*{n}"}, "then": {"refuse": {"code": -100}}} for n in range(count)]
    return json.dumps({"rules": made}).encode()


HARD = {
    "smsoffice, 100,000 numbers": ("/api/v2/send/", FORM, lambda: OFFICE + b"content=hi&destination=" + numbers(10**5)),
    "smsoffice, a million": ("/api/v2/send/", FORM, lambda: OFFICE + b"content=hi&destination=" + numbers(10**6)),
    "smsoffice, five million %FF": (
        "/api/v2/send/", FORM, lambda: OFFICE + b"destination=995577123456&content=" + b"%FF" * 5_000_000),
    "ubill, 100,000 numbers": ("/v1/sms/send?key=emulator-ubill", JSON, lambda: json.dumps(
        {"brandID": 1, "text": "hi", "numbers": [995577000000 + n for n in range(10**5)]}).encode()),
    "ubill, 15 million brackets": ("/v1/sms/send?key=emulator-ubill", JSON, lambda: b"[" * 15_000_000),
    "smscenter, 100,000 phones": ("/sys/send.php", FORM, lambda: CENTER + b"mes=hi&phones="
                                  + numbers(10**5, 79 * 10**9)),
    "smscenter, 30,000 told of in XML": ("/sys/send.php?fmt=2&op=1&err=1", FORM, lambda: CENTER[:-6] + b"mes=hi&phones="
                                         + numbers(15_000, 79 * 10**9) + b"," + numbers(15_000, 1000)),
    "smscenter, 50,000 told of": ("/sys/send.php?op=1", FORM, lambda: CENTER + b"mes=hi&phones="
                                  + numbers(50_000, 79 * 10**9)),
    "smscenter, five million bad": ("/sys/send.php", FORM, lambda: CENTER + b"mes=hi&phones=" + b"12," * 5_000_000),
    "smscenter, a list of 100,000": ("/sys/send.php", FORM, lambda: CENTER + b"list=" + b"%0A".join(
        b"%d:text %d" % (79 * 10**9 + n, n) for n in range(10**5))),
    "smscenter, status of 100,000": ("/sys/status.php", FORM, lambda: CENTER + b"phone=" + numbers(10**5, 79 * 10**9)
                                     + b",&id=" + b"1," * 10**5),
    "smscenter, 7 million letters": ("/sys/send.php", FORM, lambda: CENTER + b"phones=79001234567&mes="
                                     + b"\xd0\xb0" * 7_000_000),
    "soap, 3 million elements": ("/sys/soap.php", "text/xml", lambda: b"<a>" + b"<b/>" * 3_000_000 + b"</a>"),
    "smscenter, a list of 11,000": ("/sys/send.php", FORM, lambda: CENTER + b"op=1&list=" + b"%0A".join(
        b"%d:text %d" % (79 * 10**9 + n, n) for n in range(11_000))),
    "ubill, a million attributes": ("/v1/sms/sendXml?key=emulator-ubill", "application/xml", lambda: b"<request "
                                    + b" ".join(b'a%d="1"' % n for n in range(10**6)) + b"></request>"),
    "smscenter, 7 million to be spelt": ("/sys/send.php", FORM, lambda: CENTER + b"translit=1&phones=79001234567&mes="
                                         + b"\xd0\xb0" * 7_000_000),
    "control, 30,000 rules": ("/_emulator/sandboxes/default/rules", JSON, lambda: rules(30_000)),
}  # fmt: skip


def post(path, kind, body):
    method = "PUT" if path.endswith("/rules") else "POST"
    head = once(path, "localhost", f"Content-Type: {kind}", f"Content-Length: {len(body)}", method=method)
    return head + body


def worked(process):
    """The seconds of processor time that it has had, where the system tells; else real ones."""
    try:
        words = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return time.monotonic()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def waited():
    """The seconds that this thread has waited for a processor though it could run, where the system tells."""
    try:
        return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9
    except FileNotFoundError:
        return 0.0


async def health(url, process):
    """How long it kept the one who asks for its health waiting, in seconds of its processor time."""
    began, idle = worked(process), waited()
    assert b'"ok"' in await octets(url, HEALTH)
    return worked(process) - began - (waited() - idle)


@contextmanager
def served(loop="auto"):
    """One in a process of its own: its address, and the process."""
    command = [sys.executable, "-m", "emulator", "serve", "--port", "0", "--smpp-port", "0", "--quiet", "--loop", loop]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield dict(pair.split("=", 1) for pair in process.stdout.readline().split()[1:])["http"], process
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE)


@pytest.mark.long
@pytest.mark.parametrize("case", HARD)
async def test_health_answers_all_the_while(case):
    path, kind, body = HARD[case]
    with served() as (url, process):
        for provider in ("smsoffice", "ubill", "smscenter"):
            account = f"/_emulator/sandboxes/default/accounts/{provider}"
            patch = post(account, JSON, b'{"balance": 1000000000}').replace(b"POST", b"PATCH", 1)
            assert b" 200 " in (await octets(url, patch))[:16]
        answer = await _meanwhile(url, process, case, post(path, kind, body()), afterwards=5)  # what it led to is due
    assert answer.startswith(b"HTTP/1.1 ")


async def _meanwhile(url, process, case, said, afterwards=0.0):
    """The answer to what is said; health is asked all the while."""
    hard = asyncio.create_task(octets(url, said))
    worst, ends = 0.0, None
    while ends is None or time.monotonic() < ends:
        worst = max(worst, await health(url, process))
        if ends is None and hard.done():
            ends = time.monotonic() + afterwards
        await asyncio.sleep(0.02)
    print(f"{case:32} health's longest answer {worst:.2f} s, answered {(await hard)[9:12].decode()}")
    assert worst < MOST
    return await hard


FIELD = b'--B\r\nContent-Disposition: form-data; name="f%d"\r\n\r\n' + b"x" * 200 + b"\r\n"
BURSTS = {
    "7,000 unknown addresses": (7001, b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n" * 7000 + HEALTH),
    "3,500 balances": (3501, b"GET /api/getBalance?key=emulator-smsoffice HTTP/1.1\r\nHost: x\r\n\r\n" * 3500 + HEALTH),
    "a form of 900 fields": (1, post("/api/v2/send/", "multipart/form-data; boundary=B",
                                     b"".join(FIELD % n for n in range(900)) + b"--B--\r\n")),
}  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
async def test_health_answers_while_much_that_came_in_one_piece_is_answered(loop):
    if loop == "uvloop":
        pytest.importorskip("uvloop", reason="the extra [speed] is not installed")
    with served(loop) as (url, process):
        for case, (answers, burst) in BURSTS.items():
            answer = await _meanwhile(url, process, f"{case}, {loop}", burst)
            assert answer.count(b"HTTP/1.1 ") == answers


S, PAGE = "/_emulator/sandboxes/default", "/_emulator/page/default"
LARGE = [
    *(("GET", f"{S}/{path}", None) for path in (
        "messages?limit=1000000", "messages?contains=zzz", "messages?kind=hlr", "messages?reference=r&limit=1000000",
        "messages?status=pending&limit=1000000", "messages?to=995577000001", "requests?limit=100000",
        "callbacks?limit=1000000", "callbacks?accepted=false", "ledger", "report", "report?format=json", "lint",
        "otp?timeout=0", "otp?timeout=0&pattern=%5B0-9%5D%7B9%7D", "wait?contains=zzz&timeout=0.1",
        "wait?count=200000&timeout=0.1", "export",
    )),
    ("POST", "/_emulator/sandboxes", {}),
    *(("GET", path, None) for path in (
        "/_emulator/metrics", "/_emulator/sandboxes", "/", "/?q=zzzz", "/?q=99557", "/?status=delivered",
        f"{PAGE}/messages/m150000", f"{PAGE}/requests?q=zzz", f"{PAGE}/callbacks?q=zzz", f"{PAGE}/desk",
        f"{PAGE}/ledger",
    )),
    ("POST", f"{S}/clock", {"advance": 60, "timeout": 20}), ("POST", f"{S}/settle", {"timeout": 20}),
    ("POST", f"{S}/snapshots", {"name": "a"}), ("POST", f"{S}/restore", {"name": "a"}),
    ("PUT", f"{S}/scenario", json.loads(rules(30_000))), ("GET", f"{S}/rules", None), ("GET", f"{PAGE}/desk", None),
    ("PUT", f"{S}/scenario", {"rules": []}), ("POST", f"{S}/reset", {}),
]  # fmt: skip
"""What is asked of a sandbox with 200,000 messages, in this order; the first sandbox that is made is a copy of it."""


def asks(method, path, body):
    said = b"" if body is None else json.dumps(body).encode()
    head = [] if body is None else [f"Content-Type: {JSON}", f"Content-Length: {len(said)}"]
    return once(path, "localhost", *head, method=method) + said


async def whole(url, request, seconds=300):
    """As `octets`, for answers of a hundred megabytes."""
    where = urlsplit(url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port, limit=2**24)
    writer.write(request)
    async with asyncio.timeout(seconds):
        answer = await reader.read()
    writer.close()
    return answer


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_a_sandbox_of_200_000_messages_keeps_nobody_waiting():
    """Health's longest answer under each, in seconds of the server's processor time."""
    worst, exported = {}, b""
    with served() as (url, process):
        for provider in ("smsoffice", "smscenter"):
            patch = asks("PATCH", f"{S}/accounts/{provider}", {"balance": 10**9, "callback_url": ""})
            assert b" 200 " in (await octets(url, patch))[:16]
        for body in (OFFICE + b"content=hi&destination=" + numbers(10**5),
                     CENTER + b"mes=hi&phones=" + numbers(10**5, 79 * 10**9)):  # fmt: skip
            path = "/api/v2/send/" if body.startswith(b"key") else "/sys/send.php"
            assert b" 200 " in (await whole(url, post(path, FORM, body)))[:16]
        for method, path, body in LARGE:
            imports = path.endswith("/sandboxes") and method == "POST"
            request = post(path, JSON, b'{"import":%b}' % exported) if imports else asks(method, path, body)
            hard = asyncio.create_task(whole(url, request))
            most = 0.0
            while not hard.done():
                most = max(most, await health(url, process))
                await asyncio.sleep(0.01)
            answer = await hard
            if path.endswith("/export"):
                exported = answer.partition(b"\r\n\r\n")[2]
            worst[f"{method} {path}"] = most
            print(f"{method:4} {path:75} {most:.2f} s, answered {answer[9:12].decode()}, {len(answer)} octets")
    assert {name: most for name, most in worst.items() if most >= MOST} == {}


@pytest.mark.parametrize(("path", "kind", "body"), [
    ("/api/v2/send/", FORM, OFFICE + b"content=hi&destination=" + numbers(MOST_NUMBERS + 1)),
    ("/api/v2/send/", FORM, OFFICE + b"content=hi&destination=" + numbers(3 * MOST_NUMBERS)),
    ("/v1/sms/send?key=emulator-ubill", JSON,
     b'{"brandID":1,"text":"hi","numbers":[' + numbers(MOST_NUMBERS + 1) + b"]}"),
    ("/sys/send.php", FORM, CENTER + b"list=" + b"%0A".join(b"79001234567:a" for _ in range(30_000))),
    ("/sys/status.php", FORM, CENTER + b"phone=" + b"1," * 20_000 + b"&id=" + b"1," * 20_000),
    ("/sys/send.php?op=1", FORM, CENTER + b"mes=hi&phones=" + numbers(50_001, 79 * 10**9)),
    ("/sys/send.php?err=1&op=1", FORM, CENTER + b"mes=hi&cost=1&phones=" + b"1," * 30_001),
])  # fmt: skip
@pytest.mark.contract("smsoffice.send.destination-unlimited", "ubill.send.numbers-most")
async def test_more_numbers_than_one_request_may_have_are_413_and_journalled(path, kind, body):
    async with serving() as one:
        answer = await octets(one.base_url, post(path, kind, body))
        assert answer.startswith(b"HTTP/1.1 413 ")
        (kept,) = one.emulator.default.journal.exchanges()
        most = re.search(r"in one request are too many: at most ([0-9]+) are taken", kept.why)
        assert most
        limits = {"/sys/send.php": 12, "/sys/status.php": 15}
        assert int(most[1]) // 1000 == limits.get(path, 100 if "sys" not in path else 30 if "err" in path else 50)
        assert kept.provider in ("smsoffice", "smscenter", "ubill")


async def test_rules_that_look_at_each_number_count_as_work():
    async with serving() as one:
        told = json.dumps({"rules": [{"when": {"provider": "smsoffice", "per": "number", "nth": n + 1},
                                      "then": {"refuse": {"code": -100}}} for n in range(100)]}).encode()  # fmt: skip
        path = "/_emulator/sandboxes/default/rules"
        assert b" 200 " in (await octets(one.base_url, post(path, JSON, told)))[:16]
        for many, status in ((3_000, b" 200 "), (4_000, b" 413 ")):
            body = OFFICE + b"content=hi&destination=" + numbers(many)
            answer = await octets(one.base_url, post("/api/v2/send/", FORM, body))
            assert status in answer[:16]
        assert b"4000 numbers in one request, with rules that look at each of them 81" in answer


async def test_more_than_can_be_done_at_once_is_done_in_slices_and_the_sandbox_time_lags_behind():
    async with serving() as one:
        sandbox = frozen(one, callback_url="", balance=10**6)
        key = sandbox.account("smsoffice").credentials["key"].encode()
        many = 2 * AT_ONCE + AT_ONCE // 2
        sent = b"key=" + key + b"&sender=smsoffice&content=hi&destination=" + numbers(many)
        assert b'"Success":true' in await octets(one.base_url, post("/api/v2/send/", FORM, sent))
        due = sandbox.engine.state.scheduler.due
        at = due + 3_600_000_000
        sandbox.clock.move_to(at)
        left = [len(sandbox.engine.state.scheduler)]
        while (reached := sandbox.catch_up(at)) < at:
            assert reached == due
            left.append(len(sandbox.engine.state.scheduler))
        assert [before - after for before, after in itertools.pairwise(left)] == [AT_ONCE, AT_ONCE]
        store = sandbox.engine.state.store
        assert {one.history[-1] for one in store.messages} == {due}
        assert {one.status for one in store.messages} == {"delivered"}
