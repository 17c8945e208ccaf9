"""Much that comes at once is answered in turns, so that others get theirs: in order, and nothing is lost. The octets
are handed over in one piece, as uvloop does."""

import asyncio
import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from support import PATIENCE, control, send_path, serving, skip, until
from wires import Wire, settled

from emulator.http.messages import HttpRequest
from emulator.server.http_connection import AT_ONCE
from emulator.server.multipart import fields_of

MANY = 600
BALANCE = b"GET /api/getBalance?key=emulator-smsoffice%b HTTP/1.1\r\nHost: x\r\n\r\n"
SEND = f"GET {send_path()}%b HTTP/1.1\r\nHost: x\r\n\r\n".encode()
UPGRADE = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n"
BODY = b"POST /nowhere/%d HTTP/1.1\r\nHost: x\r\n%bContent-Length: 1\r\n\r\na"
BURSTS = {
    "unknown addresses": lambda n: b"GET /nowhere/%d HTTP/1.1\r\nHost: x\r\n\r\n" % n,
    "balances": lambda n: BALANCE % b"",
    "raw octets": lambda n: "GET /ქალაქი/".encode() + b"%d HTTP/1.1\r\nHost: x\r\n\r\n" % n,
    "offers of another protocol": lambda n: b"GET /nowhere/%d HTTP/1.1\r\nHost: x\r\n%b\r\n" % (n, UPGRADE),
    "the same beside a body": lambda n: BODY % (n, UPGRADE),
}  # fmt: skip


def answered(wire):
    return wire.written.count(b"HTTP/1.1 ")


def in_order(wire, first, behind):
    """Do the answers name the addresses from the first one on?"""
    found = [int(n) for n in re.findall(rb"has the address /[^ ]*?([0-9]+)\.", wire.octets)]
    return found == list(range(first, behind))


@pytest.mark.parametrize("burst", BURSTS)
async def test_a_burst_leaves_every_turn_to_others_and_is_answered_in_order(served, burst):
    (busy, wire), (other, well) = Wire.to(served), Wire.to(served)
    busy.data_received(b"".join(map(BURSTS[burst], range(MANY))))
    assert 0 < answered(wire) <= AT_ONCE
    other.data_received(b"GET /_emulator/health HTTP/1.1\r\nHost: x\r\n\r\n")
    await settled(well, 1)
    assert answered(wire) < MANY, "health was answered meanwhile"
    await settled(wire, MANY)
    assert burst == "balances" or in_order(wire, 0, MANY)
    assert len(list(served.emulator.default.journal.exchanges())) == MANY


async def test_what_comes_while_a_burst_is_answered_waits_its_turn_unread(served):
    busy, wire = Wire.to(served)
    one, paused = BURSTS["unknown addresses"], []
    wire.pause_reading = lambda: paused.append(True)
    wire.resume_reading = lambda: paused.append(False)
    busy.data_received(b"".join(map(one, range(MANY))))
    busy.data_received(b"".join(map(one, range(MANY, MANY + 2500))))
    assert paused == [True]
    await settled(wire, MANY + 2500)
    await asyncio.sleep(0)
    assert paused == [True, False]
    assert in_order(wire, 0, MANY + 2500)
    busy.data_received(one(0))
    assert answered(wire) == MANY + 2501


async def test_who_says_no_more_behind_a_burst_is_answered_whole(served):
    busy, wire = Wire.to(served)
    busy.data_received(b"".join(map(BURSTS["unknown addresses"], range(MANY))))
    assert busy.eof_received()
    await settled(wire, MANY)
    await asyncio.sleep(0)
    assert wire.ended


async def test_the_last_request_of_a_burst_is_the_last_that_is_answered(served):
    busy, wire = Wire.to(served)
    asked = list(map(BURSTS["unknown addresses"], range(MANY)))
    asked[350] = asked[350].replace(b"Host: x", b"Connection: close\r\nHost: x")
    busy.data_received(b"".join(asked))
    await settled(wire, 351)
    await asyncio.sleep(0)
    assert wire.ended
    assert in_order(wire, 0, 351)


async def test_a_burst_that_is_answered_when_serving_stops_ends_with_an_answer_that_says_so(served):
    busy, wire = Wire.to(served)
    busy.data_received(b"".join(map(BURSTS["unknown addresses"], range(MANY))))
    before = answered(wire)
    await served.http.stop()
    assert answered(wire) == before + 1
    assert wire.octets.rpartition(b"HTTP/1.1 ")[2].count(b"Connection: close\r\n") == 1
    assert wire.ended


async def test_a_burst_of_sends_is_written_down_before_it_is_answered(tmp_path):
    async with serving(state=str(tmp_path / "state")) as served:
        busy, wire = Wire.to(served)
        busy.data_received(SEND % b"" * 300)
        assert answered(wire) == 0
        await settled(wire, 300)
        assert len(list(served.emulator.default.journal.exchanges())) == 300


FORM = (
    b"POST /api/v2/send/ HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=B\r\n"
    b"Content-Length: %d\r\n\r\n"
)
WAIT = b"GET /_emulator/sandboxes/default/wait?timeout=50 HTTP/1.1\r\nHost: x\r\n\r\n"


def sent_as_form(n):
    said = {**dict(parse_qsl(urlsplit(send_path()).query)), "content": str(n)}
    fields = "".join(f'--B\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in said.items())
    body = f"{fields}--B--\r\n".encode()
    return FORM % len(body) + body


def one_is_the_last(n):
    asked = BURSTS["unknown addresses"](n)
    return asked.replace(b"Host: x", b"Connection: close\r\nHost: x") if n == 400 else asked


GONE = {
    "unknown addresses": (BURSTS["unknown addresses"], MANY),
    "forms": (sent_as_form, MANY),
    "late answers": (lambda n: SEND % b"", MANY),
    "calls that wait among them": (lambda n: BURSTS["unknown addresses"](n) if n % 100 else WAIT, MANY - 6),
    "one that is the last": (one_is_the_last, 401),
}


@pytest.mark.parametrize("unread", [False, True], ids=["read", "unread"])
@pytest.mark.parametrize("burst", GONE)
async def test_what_a_client_has_said_before_it_goes_is_done_and_then_it_is_forgotten(served, burst, unread):
    asked, done = GONE[burst]
    if burst == "late answers":
        late = {"when": {"operation": "send"}, "then": {"reply": {"delay": 90}}}
        assert (await control(served, "POST", "/_emulator/sandboxes/default/rules", late))[0] < 300
    busy, wire = Wire.to(served)
    busy.data_received(b"".join(map(asked, range(MANY))))
    if unread:
        busy.pause_writing()
    before = answered(wire)
    wire.close()
    await until(lambda: not served.http.connections)
    assert answered(wire) == before
    entries = served.emulator.default.journal.exchanges()
    assert sum(1 for one in entries if one.protocol == "http") == done


async def test_where_each_request_takes_long_another_connection_is_served_after_a_few(served, monkeypatch):
    (busy, wire), (other, well) = Wire.to(served), Wire.to(served)
    answer = served.http._service.answer

    def slowly(parsed, connection):
        if b"nowhere" in parsed.request.target.encode():
            skip(0.006)
        return answer(parsed, connection)

    monkeypatch.setattr(served.http._service, "answer", slowly)
    loop = asyncio.get_running_loop()
    now = loop.time()
    with monkeypatch.context() as still:  # what the machine takes for two does not count
        still.setattr(loop, "time", lambda: now)
        busy.data_received(b"".join(map(BURSTS["unknown addresses"], range(MANY))))
    assert answered(wire) == 2
    other.data_received(b"GET /_emulator/health HTTP/1.1\r\nHost: x\r\n\r\n")
    await settled(well, 1)
    assert answered(wire) < 30
    await settled(wire, MANY)


async def test_a_burst_with_something_that_is_waited_for_goes_on_behind_it(served):
    busy, wire = Wire.to(served)
    asked = list(map(BURSTS["unknown addresses"], range(MANY)))
    for place in (50, 250, 251, 500):
        asked[place] = b"GET /_emulator/health HTTP/1.1\r\nHost: x\r\n\r\n"
    busy.data_received(b"".join(asked))
    await settled(wire, MANY)
    statuses = re.findall(rb"HTTP/1.1 ([0-9]+)", wire.octets)
    assert [n for n, status in enumerate(statuses) if status == b"200"] == [50, 250, 251, 500]


@pytest.mark.parametrize(("count", "octets"), [(300, 200), (100, 30_000)])
async def test_a_form_of_many_fields_is_taken_apart_in_turns(count, octets):
    field = b'--B\r\nContent-Disposition: form-data; name="f%d"\r\n\r\n%b\r\n'
    body = b"".join(field % (n, b"x" * octets) for n in range(count)) + b"--B--\r\n"
    headers = (("Content-Type", "multipart/form-data; boundary=B"),)
    reading = asyncio.ensure_future(fields_of(HttpRequest("POST", "/", headers, body)))
    turns = 0
    async with asyncio.timeout(PATIENCE):
        while not reading.done():
            await asyncio.sleep(0)
            turns += 1
    assert reading.result() == tuple((f"f{n}", b"x" * octets) for n in range(count))
    assert turns > count / 20


@pytest.mark.filterwarnings("error")
async def test_a_form_whose_headers_are_amiss_is_read_where_warnings_are_errors():
    said = (
        'form-data; name="key"; x', "form-data; name=a b", 'name="c"', "form-data", "form-data; name*=utf-8''%E1%83%90",
        'form-data; name="a;\\"b"; filename="name=x"', "form-data; name*=no-such''%ff",
        'form-data; name="a\udcffb"', 'form-data; filename="; name=x"; NAME = y', 'form-data; name="unclosed',
    )  # fmt: skip
    body = "".join(f"--B\r\nContent-Disposition: {one}\r\n\r\nv\r\n" for one in said) + "--B--\r\n"
    headers = (("Content-Type", "multipart/form-data; boundary=B"),)
    fields = await fields_of(HttpRequest("POST", "/", headers, body.encode("utf-8", "surrogateescape")))
    assert fields is not None
    assert [name for name, _ in fields] == ["key", "a b", "c", "", "ა", 'a;"b', "", "a\ufffdb", "y", '"unclosed']


@pytest.mark.parametrize("header", [
    "Content-Length: 6", "Content-Length: 0", "Content-Length: -1", "Content-Length: 30", "Content-Encoding: gzip",
    "Content-Encoding: utf-8",
])  # fmt: skip
async def test_length_and_encoding_of_a_part_mean_nothing(header):
    """RFC 7578, 4.8."""
    body = f'--B\r\n{header}\r\nContent-Disposition: form-data; name="a"\r\n\r\nпривет\r\n--B--\r\n'.encode()
    headers = (("Content-Type", "multipart/form-data; boundary=B"),)
    assert await fields_of(HttpRequest("POST", "/", headers, body)) == (("a", "привет".encode()),)
