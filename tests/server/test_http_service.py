"""HTTP as it really comes: odd octets, large bodies, slow senders, what no parser takes."""

import asyncio
import logging
from urllib.parse import quote

import pytest
from support import PATIENCE, TO, control, get, octets, send_path, serving

from emulator.http.messages import split_target

END = b" HTTP/1.1\r\nHost: smsoffice.ge\r\nConnection: close\r\n\r\n"


async def last_request(served, **wanted):
    _, found = await control(served, "GET", "/_emulator/sandboxes/default/requests?limit=1000")
    return found["requests"][-1]


async def messages(served):
    _, found = await control(served, "GET", "/_emulator/sandboxes/default/messages")
    return found["messages"]


async def test_a_request_line_with_raw_utf8_is_read_as_if_it_were_escaped():
    async with serving() as served:
        answer = await octets(served.base_url, b"GET " + send_path(content="გამარჯობა").encode() + END)
        assert answer.startswith(b"HTTP/1.1 200")
        assert (await messages(served))[0]["text"] == "გამარჯობა"
        assert "smsoffice.send.raw-octets" in (await last_request(served))["explain"]


async def test_raw_utf8_that_comes_octet_by_octet_is_read_the_same():
    async with serving() as served:
        line = b"GET " + send_path(content="გა").encode() + END
        answer = await octets(served.base_url, *(line[n : n + 1] for n in range(len(line))))
        assert answer.startswith(b"HTTP/1.1 200")
        assert (await messages(served))[0]["text"] == "გა"


async def test_two_requests_in_one_segment_are_both_answered():
    async with serving() as served:
        first = f"GET {send_path(content='one')} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        answer = await octets(served.base_url, first + b"GET " + send_path(content="two").encode() + END)
        assert answer.count(b"HTTP/1.1 200") == 2
        assert [message["text"] for message in await messages(served)] == ["one", "two"]


async def test_a_body_with_octets_beyond_ascii_is_left_as_it_is():
    async with serving() as served:
        body = f"key=emulator-smsoffice&destination={TO}&sender=smsoffice&content=გა".encode()
        head = (
            b"POST /api/v2/send/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n" % len(body)
        )
        await octets(served.base_url, head + body[:90], body[90:], pause=0.01)
        assert (await messages(served))[0]["text"] == "გა"


@pytest.mark.parametrize(
    "line",
    [b"GET /api/v2/send?content=a b c", b"GET *", b"GET http://[bad/x", b"GET ?x=1", b"GET /a\tb"],
)
async def test_what_the_parser_refuses_is_answered_cleanly_and_journalled(line, caplog):
    async with serving() as served:
        with caplog.at_level(logging.DEBUG):
            answer = await octets(served.base_url, line + END)
        assert answer.split(b"\r\n")[0].split(b" ")[1] == b"400"
        assert b"Traceback" not in answer
        assert not [record for record in caplog.records if record.exc_info and record.levelno >= logging.WARNING]
        kept = await last_request(served)
        assert kept["outcome"] == "unreadable"
        assert kept["reply"]["status"] == 400


async def test_a_request_line_beyond_every_bound_is_414():
    async with serving() as served:
        answer = await octets(served.base_url, b"GET /" + b"a" * 70_000 + END)
        assert answer.startswith((b"HTTP/1.1 414", b"HTTP/1.0 414"))


async def test_a_request_line_that_comes_in_pieces_is_414_too_and_a_header_is_431():
    async with serving() as served:
        pieces = [b"GET /" + b"a" * 40_000, b"a" * 30_000 + END]
        assert (await octets(served.base_url, *pieces, pause=0.05)).split()[1] == b"414"
        pieces = [b"GET / HTTP/1.1\r\nX: " + b"a" * 40_000, b"a" * 30_000 + b"\r\n\r\n"]
        assert (await octets(served.base_url, *pieces, pause=0.05)).split()[1] == b"431"


async def test_an_absolute_target_works_as_through_a_proxy():
    async with serving() as served:
        answer = await octets(served.base_url, b"GET http://smsoffice.ge" + send_path().encode() + END)
        assert b'"ErrorCode":0' in answer


@pytest.mark.parametrize("header", [b"Connection", b"Proxy-Connection"])
async def test_http_1_0_that_stays_is_answered_in_its_version(header):
    async with serving() as served:
        asked = b"GET /_emulator/health HTTP/1.0\r\nHost: x\r\n" + header + b": keep-alive\r\n\r\n"
        answer = await octets(served.base_url, asked + asked.replace(b"keep-alive", b"close"))
        assert answer.count(b"HTTP/1.0 200") == 2


async def test_an_address_that_nobody_has_is_404_and_names_those_there_are():
    async with serving() as served:
        status, body = await get(served.base_url + "/api/v3/send")
        assert status == 404
        told = body.decode().split("There are:")[1].split()
        assert {"/api/v2/send", "/api/getBalance", "/v1/sms/report/{smsID}", "/sys/soap.php"} < set(told)
        assert (await last_request(served))["outcome"] == "unroutable"


async def test_another_method_is_405_and_says_which_are_taken():
    async with serving() as served:
        answer = await octets(served.base_url, b"DELETE /api/v2/send" + END)
        assert answer.startswith(b"HTTP/1.1 405")
        assert b"Allow: GET, POST" in answer


async def test_a_body_over_16_mib_gets_413_and_no_reset_before_the_answer():
    async with serving() as served:
        size = 20 * 1024 * 1024
        head = b"POST /api/v2/send/ HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % size
        answer = await octets(served.base_url, head, *([b"x" * 65536] * (size // 65536)))
        assert answer.startswith(b"HTTP/1.1 413")


async def test_a_chunked_body_over_16_mib_gets_413_too():
    async with serving() as served:
        head = b"POST /api/v2/send/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
        answer = await octets(served.base_url, head, *([chunk] * 18), b"0\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 413")


async def test_a_hundred_thousand_destinations_in_one_post_are_ordinary():
    async with serving() as served:
        await control(served, "PATCH", "/_emulator/sandboxes/default/accounts/smsoffice", {"balance": 200_000})
        numbers = ",".join(f"99557{n:07d}" for n in range(100_000))
        body = f"key=emulator-smsoffice&destination={numbers}&sender=smsoffice&content=x".encode()
        head = (
            b"POST /api/v2/send/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n" % len(body)
        )
        answer = await octets(served.base_url, head + body)
        assert b'"ErrorCode":0' in answer
        assert len(served.emulator.default.engine.state.store.messages) == 100_000


async def test_who_waits_for_100_continue_is_told_to_go_on():
    async with serving() as served:
        body = f"key=emulator-smsoffice&destination={TO}&sender=smsoffice&content=x".encode()
        head = (
            b"POST /api/v2/send/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n" % len(body)
        )
        answer = await octets(served.base_url, head, body, pause=0.05)
        assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200")


async def test_a_long_body_is_cut_in_the_journal_and_says_so():
    async with serving() as served:
        body = b"key=nobody&content=" + b"x" * 100_000
        head = b"POST /api/v2/send/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
        await octets(served.base_url, head + body)
        kept = (await last_request(served))["request"]
        assert len(kept["body"]) == 65_536
        assert kept["body_cut"] == f"65536 of {len(body)} bytes are kept"


async def test_a_body_that_is_no_utf8_is_journalled_as_base64():
    async with serving() as served:
        body = b"key=nobody&content=\xcf\xf0\xe8"
        head = b"POST /api/v2/send/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
        await octets(served.base_url, head + body)
        assert "body_base64" in (await last_request(served))["request"]


async def test_stopping_answers_what_is_under_way_and_closes_idle_connections():
    async with serving() as served:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(served.base_url.rpartition(":")[2]))
        writer.write(f"GET {send_path()} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    rest = await asyncio.wait_for(reader.read(), PATIENCE)
    assert rest.endswith(b'"ErrorCode":0}')
    writer.close()


async def test_text_that_was_encoded_twice_is_decoded_once():
    async with serving() as served:
        once = quote("გა")
        await octets(served.base_url, b"GET " + send_path(content=quote(once)).encode() + END)
        assert (await messages(served))[0]["text"] == once


async def test_several_slashes_are_one():
    async with serving() as served:
        answer = await octets(served.base_url, b"GET //sys//balance.php?login=emulator&psw=emulator" + END)
        assert answer.startswith(b"HTTP/1.1 200")
        assert b"\r\n\r\n1000" in answer


async def test_a_raw_space_is_refused_with_what_to_write_in_its_place():
    async with serving() as served:
        await octets(served.base_url, b"GET /api/v2/send?content=a b" + END)
        assert "write it as %20" in (await last_request(served))["explain"]


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
        asked = await octets(served.base_url, b"GET /x HTTP/1.1\r\nHost: smsc.ru\r\nConnection: close\r\n\r\n")
        other = await octets(served.base_url, b"GET /api/v2/nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
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
        line = f" {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
        got, head = [await octets(served.base_url, method + line) for method in (b"GET", b"HEAD")]
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
