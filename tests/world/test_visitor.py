"""Who visits an application of a world: what is asked, where that leads, what comes."""

import asyncio
import gzip
import zlib

import pytest
from aiohttp import FormData, web

from emulator import world


def echo(process):
    """Tells what it was asked; and leads elsewhere."""

    async def told(request):
        return web.json_response({
            "method": request.method, "q": dict(request.query), "type": request.headers.get("Content-Type"),
            "body": (await request.read()).decode(), "cookie": request.headers.get("Cookie"),
        })  # fmt: skip

    async def leads(request):
        status, there = int(request.query["status"]), request.query.get("to")
        return web.Response(status=status, headers={} if there is None else {"location": there, "set-cookie": "a=b"})

    async def round_about(request):
        raise web.HTTPTemporaryRedirect("/round")

    async def breaks(request):
        answer = web.StreamResponse()
        await answer.prepare(request)
        await answer.write(b"half")
        request.transport.abort()

    async def nonsense(request):
        request.transport.write(b"+OK POP3 server ready\r\n")
        await asyncio.sleep(1)

    async def pieces(request):
        answer = web.StreamResponse()
        await answer.prepare(request)
        for piece in (b"one ", b"two"):
            await answer.write(piece)
            await asyncio.sleep(1)
        return answer

    async def by_hand(request):
        """The octets of an answer, as the test gives them in hex."""
        request.transport.write(bytes.fromhex(request.query["octets"]))
        if "closes" in request.query:
            request.transport.close()
        await asyncio.sleep(1)

    app = web.Application()
    for path, page in (
        ("/", told), ("/leads", leads), ("/breaks", breaks), ("/nonsense", nonsense), ("/pieces", pieces),
        ("/round", round_about), ("/hand", by_hand),
    ):  # fmt: skip
        app.router.add_route("*", path, page)
    return app


def visits(*asked):
    """What each (method, path, options) gives."""

    async def main(w):
        app = await w.app(echo)
        return [await app.request(method, path, **how) for method, path, how in asked]

    return world.run(main)


@pytest.mark.parametrize(
    ("how", "kind", "body"),
    [
        ({"json": {"a": "ü"}}, "application/json", '{"a": "\\u00fc"}'),
        ({"data": {"a": "b c", "d": "ü"}}, "application/x-www-form-urlencoded", "a=b+c&d=%C3%BC"),
        ({"data": [("a", "1"), ("a", "2")]}, "application/x-www-form-urlencoded", "a=1&a=2"),
        ({"data": "тест"}, "text/plain; charset=utf-8", "тест"),
        ({"data": b"octets"}, "application/octet-stream", "octets"),
        ({"data": bytearray(b"octets")}, "application/octet-stream", "octets"),
        ({"data": memoryview(b"octets")}, "application/octet-stream", "octets"),
        ({"data": b"<a/>", "headers": {"content-type": "text/xml"}}, "text/xml", "<a/>"),
        ({}, None, ""),
    ],
)  # fmt: skip
def test_a_visitor_posts(how, kind, body):
    (reply,) = visits(("POST", "/", how))
    assert (reply.json()["type"], reply.json()["body"]) == (kind, body)


def test_a_visitor_posts_a_file():
    async def main(w):
        form = FormData()
        form.add_field("numbers", b"995577000001", filename="n.csv", content_type="text/csv")
        return (await (await w.app(echo)).post("/", data=form)).json()

    told = world.run(main)
    assert told["type"].startswith("multipart/form-data; boundary=")
    assert 'filename="n.csv"' in told["body"]


@pytest.mark.parametrize(
    ("status", "there", "method", "body"),
    [
        (303, "/?q=1", "GET", ""), (302, "/?q=1", "GET", ""), (307, "/?q=1", "POST", "x"), (308, "?q=1", None, ""),
        (303, "http://127.0.0.1:8775/", None, ""), (303, None, None, ""), (304, "/?q=1", None, ""),
        *((303, there, None, "") for there in ("mailto:a@b", "sms:+995577000001", "http://[x/", "http://a:99999/")),
    ],
)  # fmt: skip
def test_a_visitor_is_led_on_within_the_application_alone(status, there, method, body):
    how = {"params": {"status": status} | ({} if there is None else {"to": there}), "data": b"x"}
    if method is None:
        how["allow_redirects"] = there != "?q=1"
    (reply,) = visits(("POST", "/leads", how))
    if method is None:
        assert (reply.status, reply.body) == (status, b"")
    else:
        assert reply.json() | {"type": None} == {
            "method": method, "q": {"q": "1"}, "type": None, "body": body, "cookie": None,
        }  # fmt: skip


def test_what_a_visitor_gets():
    head, pieces, broken, nonsense, slow, continued = visits(
        ("HEAD", "/", {}), ("GET", "/pieces", {}), ("GET", "/breaks", {}), ("GET", "/nonsense", {}),
        ("GET", "/pieces", {"timeout": 1.5}),
        ("POST", "/", {"data": b"x", "headers": {"Expect": "100-continue"}}),
    )  # fmt: skip
    assert (head.status, head.body, dict(head.headers)["Content-Type"]) == (200, b"", "application/json; charset=utf-8")
    assert (pieces.text, pieces.lost) == ("one two", False)
    assert [one.lost for one in (broken, nonsense, slow)] == [True] * 3
    assert continued.json()["body"] == "x"


@pytest.mark.parametrize(
    ("status", "method", "after"),
    [(301, "POST", "GET"), (302, "DELETE", "DELETE"), (301, "PUT", "PUT"), (303, "PUT", "GET"), (303, "HEAD", None),
     (302, "post", "GET"), (307, "delete", "DELETE")],
)  # fmt: skip
def test_what_a_visitor_asks_with_where_he_is_led(status, method, after):
    (reply,) = visits((method, "/leads", {"params": {"status": status, "to": "/"}}))
    assert (reply.status, reply.json()["method"] if reply.body else None) == (200, after)


LENGTHLESS = b"HTTP/1.1 200 OK\r\n\r\nwhole"


@pytest.mark.parametrize(
    ("method", "octets", "status", "body"),
    [
        ("GET", LENGTHLESS, 200, b"whole"), ("GET", LENGTHLESS.replace(b"1.1", b"1.0"), 200, b"whole"),
        ("GET", b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nwhole", 0, b""),
        ("GET", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\n", 0, b""),
        ("HEAD", b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", 204, b""),
        ("GET", b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, b"ok"),
        *(("GET", b"HTTP/1.1 200 OK\r\nContent-Encoding: %b\r\n\r\n%b" % (name, packed), status, body)
          for name, packed, status, body in (
              (b"gzip", gzip.compress(b"whole", mtime=0), 200, b"whole"),
              (b"deflate", zlib.compress(b"whole"), 200, b"whole"),
              (b"gzip", b"whole", 0, b""), (b"other", b"whole", 200, b"whole"))),
    ],
)  # fmt: skip
def test_answers_of_every_shape_are_read(method, octets, status, body):
    (reply,) = visits((method, "/hand", {"params": {"octets": octets.hex(), "closes": "1"}}))
    assert (reply.status, reply.body, dict(reply.headers).get("Link")) == (status, body, None)


def test_headers_are_read_as_utf_8():
    octets = "HTTP/1.1 200 OK\r\nX-Name: Привет\r\nContent-Length: 0\r\n\r\n".encode()
    (reply,) = visits(("GET", "/hand", {"params": {"octets": octets.hex()}}))
    assert dict(reply.headers)["X-Name"] == "Привет"


@pytest.mark.parametrize(
    ("path", "how", "why"),
    [
        ("/", {"json": {}, "data": b""}, "give json= or data=, not both"),
        ("/", {"headers": {"X-Name": "a\r\nX-Other: b"}}, "a header is one line"),
        ("/round", {}, "leads from page to page"),
    ],
)
def test_what_no_visitor_does_is_told(path, how, why):
    with pytest.raises(world.WorldFailed, match=why):
        visits(("POST", path, how))
