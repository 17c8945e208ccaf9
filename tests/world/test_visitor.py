"""Who visits an application of a world: what is asked, where that leads, what comes."""

import asyncio

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

    app = web.Application()
    for path, page in (
        ("/", told), ("/leads", leads), ("/breaks", breaks), ("/nonsense", nonsense), ("/pieces", pieces),
        ("/round", round_about),
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
    ("path", "how", "why"),
    [
        ("/", {"json": {}, "data": b""}, "give json= or data=, not both"),
        ("/round", {}, "leads from page to page"),
    ],
)
def test_what_no_visitor_does_is_told(path, how, why):
    with pytest.raises(world.WorldFailed, match=why):
        visits(("POST", path, how))
