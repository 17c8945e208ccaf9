"""HTTP as it really comes: odd octets, large bodies, slow senders, what no parser takes."""

import asyncio
import gzip
import logging
import zlib

import pytest
from support import PATIENCE, TO, connected, control, get, journal, octets, once, request, send_path, serving
from wires import Wire

from emulator.http.limits import Limits
from emulator.http.messages import split_target
from emulator.http.request_parser import RequestParser

END = b" HTTP/1.1\r\nHost: smsoffice.ge\r\nConnection: close\r\n\r\n"
FORM = "Content-Type: application/x-www-form-urlencoded"


def posted(body, *fields):
    return once("/api/v2/send/", "x", *fields, f"Content-Length: {len(body)}", method="POST")


async def messages(served):
    _, found = await control(served, "GET", "/_emulator/sandboxes/default/messages")
    return found["messages"]


async def test_two_requests_in_one_segment_are_both_answered(served):
    asked = request(send_path(content="one")) + once(send_path(content="two"))
    answer = await octets(served.base_url, asked)
    assert answer.count(b"HTTP/1.1 200") == 2
    assert [message["text"] for message in await messages(served)] == ["one", "two"]


async def test_a_body_with_octets_beyond_ascii_is_left_as_it_is(served):
    body = f"key=emulator-smsoffice&destination={TO}&sender=smsoffice&content=გა".encode()
    await octets(served.base_url, posted(body, FORM) + body[:90], body[90:], pause=0.01)
    assert (await messages(served))[0]["text"] == "გა"


@pytest.mark.parametrize(
    "line",
    [b"GET /api/v2/send?content=a b c", b"GET *", b"GET http://[bad/x", b"GET ?x=1", b"GET /a\tb"],
)
async def test_what_the_parser_refuses_is_answered_cleanly_and_journalled(served, line, caplog):
    with caplog.at_level(logging.DEBUG):
        answer = await octets(served.base_url, line + END)
    assert answer.split(b"\r\n")[0].split(b" ")[1] == b"400"
    assert b"Traceback" not in answer
    assert not [record for record in caplog.records if record.exc_info and record.levelno >= logging.WARNING]
    kept = (await journal(served))[-1]
    assert kept["outcome"] == "unreadable"
    assert kept["reply"]["status"] == 400


WORDS = {
    b"GET / HTTP/1.1\r\n\r\n": b"400|the header Host is missing, which a request of HTTP/1.1 has",
    b"GET / HTTP/1.1\r\nHost:\r\n\r\n": b"400|the header Host names no host",
    b"GET / HTTP/1.1\r\nHost: x/y\r\n\r\n": b"400|the header Host names no host",
    b"GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n": b"400|there are several Host headers",
    b"GET / HTTP/2.0\r\nHost: x\r\n\r\n": b"505|the port speaks HTTP/1.1, and no HTTP/2 or other version",
    b"GET / HTTP/3.0\r\nHost: x\r\n\r\n": b"505|the port speaks HTTP/1.1",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n": b"505|the port speaks HTTP/1.1",
    b"get / HTTP/1.1\r\nHost: x\r\n\r\n": b"501|the method is none that is known here; they are written in capitals",
    b"PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n": b"400|this is the PROXY protocol",
    b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c": b"400|this is the PROXY protocol",
    b"\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0\1": b"400|this is no HTTP request; if it is SMPP: that has a port of its own",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n":
        b"400|Transfer-Encoding can't be present with Content-Length",
}  # fmt: skip


@pytest.mark.parametrize("said", WORDS)
async def test_what_is_wrong_with_a_request_has_its_status_and_its_words(served, said):
    status, _, words = WORDS[said].partition(b"|")
    answer = await octets(served.base_url, said)
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert words in answer


SHORT = b"POST /api/v2/send HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n\xe1\x83\x90"
BROKEN_OFF = {
    SHORT: "3 bytes were there of a body of 9 bytes",
    SHORT.replace(b"Content-Length: 9", b"Transfer-Encoding: chunked").replace(b"\xe1", b"3\r\n\xe1"):
        "3 bytes were there of a body in chunks",
    b"GET / HTTP/1.1\r\nHost: x": "its head was not whole",
}  # fmt: skip


@pytest.mark.parametrize("said", BROKEN_OFF)
async def test_a_client_that_says_no_more_in_the_middle_of_a_request_is_told_so_and_one_that_goes_is_journalled(
    served, said
):
    reader, writer = await connected(served.base_url)
    writer.write(said)
    writer.write_eof()
    answer = await asyncio.wait_for(reader.read(), PATIENCE)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.endswith(f"said no more in the middle of a request: {BROKEN_OFF[said]}\n".encode())
    connection, _ = Wire.to(served)
    connection.data_received(said)
    connection.connection_lost(ConnectionResetError())
    first, second = served.emulator.default.journal.exchanges()
    assert (first.reply.status, second.reply) == (400, None)
    assert second.why == f"the client went away: {BROKEN_OFF[said]}"


async def test_a_control_call_that_ends_in_its_body_is_told_so_as_such_calls_are_and_in_no_journal(served):
    said = SHORT.replace(b"/api/v2/send", b"/_emulator/sandboxes")
    reader, writer = await connected(served.base_url)
    writer.write(said)
    writer.write_eof()
    answer = await asyncio.wait_for(reader.read(), PATIENCE)
    assert b'{"error":{"code":"body","message":"the client said no more' in answer
    connection, _ = Wire.to(served)
    connection.data_received(said)
    connection.connection_lost(ConnectionResetError())
    assert list(served.emulator.default.journal.exchanges()) == []


async def test_what_stands_behind_a_body_that_was_counted_in_letters_is_told_for_what_it_is(served):
    body = "content=ტექსტი"
    answer = await octets(served.base_url, posted(body, FORM) + body.encode())
    assert answer.count(b"HTTP/1.1 ") == 1, "the connection was to end"
    head = posted(body, FORM).replace(b"Connection: close\r\n", b"")
    answer = await octets(served.base_url, head + body.encode())
    assert answer.count(b"HTTP/1.1 200") == 1
    assert b"it stands behind a body of 14 bytes: Content-Length counts bytes, not letters" in answer


async def test_a_request_of_http_1_0_may_come_without_a_host_and_is_never_told_to_go_on(served):
    body = f"key=emulator-smsoffice&destination={TO}&sender=smsoffice&content=x".encode()
    head = f"POST /api/v2/send/ HTTP/1.0\r\n{FORM}\r\nExpect: 100-continue\r\nContent-Length: {len(body)}\r\n\r\n"
    answer = await octets(served.base_url, head.encode(), body, pause=0.02)
    assert answer.startswith(b"HTTP/1.0 200")


async def test_chunks_of_http_1_0_end_the_connection_as_nobody_can_tell_where_they_end(served):
    head = b"POST /nowhere HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    assert (await octets(served.base_url, head + END)).count(b"HTTP/1.") == 1


@pytest.mark.parametrize("path", [
    "/api/%67etBalance", "/api%2FgetBalance", "/api/./getBalance", "/api/v2/../getBalance/", "//api//getBalance",
    "/%61pi/v2/%2e%2e/GETBALANCE",
])  # fmt: skip
async def test_a_path_is_read_as_servers_read_it_however_it_is_written(served, path):
    assert (await octets(served.base_url, once(f"{path}?key=emulator-smsoffice"))).endswith(b"\r\n\r\n1000")


@pytest.mark.parametrize("header", [b"Connection", b"Proxy-Connection"])
async def test_http_1_0_that_stays_is_answered_in_its_version(served, header):
    asked = b"GET /_emulator/health HTTP/1.0\r\nHost: x\r\n" + header + b": keep-alive\r\n\r\n"
    answer = await octets(served.base_url, asked + asked.replace(b"keep-alive", b"close"))
    assert answer.count(b"HTTP/1.0 200") == 2


async def test_an_address_that_nobody_has_is_404_and_names_those_there_are(served):
    status, body = await get(served.base_url + "/api/v3/send")
    assert status == 404
    told = body.decode().split("There are:")[1].split()
    assert {"/api/v2/send", "/api/getBalance", "/v1/sms/report/{smsID}", "/sys/soap.php"} < set(told)
    assert (await journal(served))[-1]["outcome"] == "unroutable"


@pytest.mark.parametrize(("size", "chunk", "count"), [
    (b"Content-Length: 20971520", b"x" * 65_536, 320),
    (b"Transfer-Encoding: chunked", b"100000\r\n" + b"x" * 0x100000 + b"\r\n", 18),
])  # fmt: skip
async def test_a_body_over_16_mib_gets_413_and_no_reset_before_the_answer(served, size, chunk, count):
    head = b"POST /api/v2/send/ HTTP/1.1\r\nHost: x\r\n" + size + b"\r\n\r\n"
    assert (await octets(served.base_url, head, *([chunk] * count))).startswith(b"HTTP/1.1 413")


async def test_blanks_around_a_header_s_value_are_no_part_of_it(served):
    asked = "GET /v1/sms/balance HTTP/1.1\r\nHost: x\t \r\nkey: \t emulator-ubill \t\r\nConnection: close \r\n\r\n"
    assert (await octets(served.base_url, asked.encode())).startswith(b"HTTP/1.1 200 ")


RAW = "GET /ქალაქი".encode() + END
BEYOND = "/%E1%83%A5%E1%83%90%E1%83%9A%E1%83%90%E1%83%A5%E1%83%98"
OFFER = b"%b HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nTransfer-Encoding: chunked\r\n\r\n"
BEFORE = {
    "empty lines": (b"\r\n\r\n", 0),
    "a body with a line too many": (b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na\r\n", 1),
    "a body like a request": (
        b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nGET /\xe1", 1),
    "chunks": (b"POST /nowhere HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
               b"b;a=b\r\n\xe1GET /\xe1 HTT\r\n0\r\nA: b\r\n\r\n", 1),
    "a packed body": (b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 24\r\n\r\n"
                      + gzip.compress(b"abcd", mtime=0), 1),
}  # fmt: skip


@pytest.mark.parametrize("before", BEFORE)
async def test_octets_beyond_ascii_in_a_target_are_read_whatever_came_before_it(served, before):
    octets_before, count = BEFORE[before]
    answer = await octets(served.base_url, octets_before + RAW)
    assert answer.count(b"HTTP/1.1 404 ") == count + 1
    kept = list(served.emulator.default.journal.exchanges())
    assert len(kept) == count + 1
    assert [one for one in kept if one.request.target == BEYOND]


def parsed(*pieces):
    parser = RequestParser(Limits(), lambda head: Limits().body, "127.0.0.1")
    for piece in pieces:
        parser.feed(piece)
    assert (parser.refusal, parser.in_message) == (None, False)
    return list(parser.parsed)


def test_where_octets_are_cut_on_their_way_makes_no_difference():
    whole = b"".join(octets_before for octets_before, _ in BEFORE.values())
    whole += OFFER % b"OPTIONS /\xe1" + b"0\r\n\r\n" + OFFER % b"POST /\xe1" + b"3\r\n\xe1GE\r\n0\r\n\r\n" + RAW
    wanted = parsed(whole)
    assert [one.request.target for one in wanted] == ["/nowhere"] * 4 + ["/%E1", "/%E1", BEYOND]
    for at in range(1, len(whole)):
        assert parsed(whole[:at], whole[at:]) == wanted
    assert parsed(*(bytes((octet,)) for octet in whole)) == wanted


class Counting(RequestParser):
    __slots__ = ("pieces",)

    def on_body(self, body):
        self.pieces += 1
        super().on_body(body)


@pytest.mark.parametrize(("head", "most"), [
    (b"Content-Length: 1000000\r\n\r\n", 40), (b"Transfer-Encoding: chunked\r\n\r\nf4240\r\n", 32_000),
])  # fmt: skip
def test_a_body_full_of_what_may_begin_a_request_is_not_read_word_by_word(head, most):
    parser = Counting(Limits(), lambda head: Limits().body, "127.0.0.1")
    parser.pieces = 0
    parser.feed(b"POST / HTTP/1.1\r\nHost: x\r\n" + head)
    parser.feed(b"GET \xff" * 200_000)
    assert 0 < parser.pieces <= most


def test_as_many_raw_targets_as_one_read_may_hold_are_read():
    parser = RequestParser(Limits(), lambda head: Limits().body, "127.0.0.1")
    parser.feed(b"GET /\xff HTTP/1.1\r\nHost:a\r\n\r\n" * 2300)
    assert (parser.refusal, len(parser.parsed)) == (None, 2300)


@pytest.mark.parametrize(("coding", "behind", "status"), [
    ("gzip", "&reference=me", "200"), ("x-gzip", "", "200"), ("gzip", "more", "400"), ("gzip", 16, "400"),
    ("gzip", "\r\n", "200"), ("deflate", "\0\0", "200"), ("deflate", "more", "400"),
])  # fmt: skip
async def test_a_packed_body_is_read_to_its_end_with_all_its_members(served, coding, behind, status):
    """`behind`: another member, so many empty ones, padding, or what is none."""
    more = gzip.compress(b"") * 16 if behind == 16 else behind.encode()
    more = gzip.compress(more) if behind in ("", "&reference=me") else more
    pack = zlib.compress if coding == "deflate" else gzip.compress
    body = pack(f"key=emulator-smsoffice&destination={TO}&sender=smsoffice&content=x".encode()) + more
    head = posted(body, FORM, f"Content-Encoding: {coding}")
    assert (await octets(served.base_url, head + body)).startswith(f"HTTP/1.1 {status}".encode())
    wanted = ["me" if behind == "&reference=me" else None] if status == "200" else []
    assert [one["reference"] for one in await messages(served)] == wanted


async def test_who_waits_for_100_continue_is_told_to_go_on(served):
    body = f"key=emulator-smsoffice&destination={TO}&sender=smsoffice&content=x".encode()
    answer = await octets(served.base_url, posted(body, FORM, "Expect: 100-continue"), body, pause=0.05)
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200")


async def test_a_long_body_is_cut_in_the_journal_and_says_so(served):
    body = b"key=nobody&content=" + b"x" * 100_000
    await octets(served.base_url, posted(body) + body)
    kept = (await journal(served))[-1]["request"]
    assert len(kept["body"]) == 65_536
    assert kept["body_cut"] == f"65536 of {len(body)} bytes are kept"


async def test_a_body_that_is_no_utf8_is_journalled_as_base64(served):
    body = b"key=nobody&content=\xcf\xf0\xe8"
    await octets(served.base_url, posted(body) + body)
    assert "body_base64" in (await journal(served))[-1]["request"]


async def test_stopping_answers_what_is_under_way_and_closes_idle_connections():
    async with serving() as served:
        reader, writer = await connected(served.base_url)
        writer.write(request(send_path()))
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    rest = await asyncio.wait_for(reader.read(), PATIENCE)
    assert rest.endswith(b'"ErrorCode":0}')
    writer.close()


async def test_several_slashes_are_one(served):
    answer = await octets(served.base_url, once("//sys//balance.php?login=emulator&psw=emulator"))
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"\r\n\r\n1000" in answer


Q = b"login=emulator&psw=emulator&fmt=3"


@pytest.mark.contract("smscenter.http.content-type")
@pytest.mark.parametrize("line", [
    b"GET /sys/balance.php?" + Q, b"GET /sys/balance.php?login=nobody", b"GET /sys/soap.php?wsdl",
    b"POST /sys/soap.php?" + Q, b"DELETE /sys/send.php", b"GET /sys/nowhere.php", b"GET //sys//balance.php?" + Q,
    b"GET /sys/send.php?mes=a b", b"HEAD /sys/balance.php?" + Q,
])  # fmt: skip
async def test_sms_center_names_its_server_on_every_answer(line):
    async with serving() as served:
        answer = await octets(served.base_url, line + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        asked = await octets(served.base_url, once("/x", "smsc.ru"))
        other = await octets(served.base_url, once("/api/v2/nothing", "x"))
    assert b"\r\nServer: nginx\r\n" in answer
    assert answer.count(b"\r\nServer:") == 1
    assert b"\r\nServer: nginx\r\n" in asked
    assert b"nginx" not in other


@pytest.mark.parametrize("target", [
    "/api/getBalance?key=emulator-smsoffice", "/v1/sms/balance?key=emulator-ubill", f"/sys/balance.php?{Q.decode()}",
    "/sys/soap.php?wsdl", "/_emulator/health", send_path(key="nobody"),
])  # fmt: skip
async def test_head_is_get_without_its_body(target):
    async with serving() as served:
        got, head = [await octets(served.base_url, once(target, method=method)) for method in ("GET", "HEAD")]
    assert got.startswith(b"HTTP/1.1 200")
    before, _, body = got.partition(b"\r\n\r\n")
    assert body
    begin = before.partition(b"\r\nDate:")[0]
    assert head.startswith(begin)
    assert head.endswith(b"\r\n\r\n")
    assert head.count(b"\r\n\r\n") == 1


@pytest.mark.parametrize(("target", "parts"), [
    ("http://smsc.ru?a=/sys/balance.php", ("/", "a=/sys/balance.php")), ("http://smsc.ru", ("/", "")),
    ("http://smsc.ru/a?b=/c", ("/a", "b=/c")), ("/a?b", ("/a", "b")), ("*", ("*", "")),
])  # fmt: skip
def test_a_target_is_path_and_query_with_and_without_its_host(target, parts):
    assert split_target(target) == parts
