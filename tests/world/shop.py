"""A shop that sends a message for each order, as tests of worlds have it."""

from aiohttp import ClientSession, web

TO = "995577000001"


async def send(w, text="hi", to=TO, **more):
    """A naive client: aiohttp and a GET."""
    wanted = {"key": w.smsoffice.key, "destination": to, "sender": "smsoffice", "content": text, **more}
    async with ClientSession() as session, session.get(f"{w.base_url}/api/v2/send", params=wanted) as answer:
        return (await answer.json())["Success"]


def shop(w):
    def make_shop(process):
        async def order(request):
            return web.json_response({"sent": await send(w, f"order {(await request.json())['id']}")})

        app = web.Application()
        app.router.add_post("/orders", order)
        return app

    return make_shop


async def one_order(w):
    app = await w.app(shop(w))
    await w.at(hours=9)
    reply = await app.post("/orders", json={"id": 1})
    await w.quiet()
    await w.assert_once_each()
    return reply.status, w.now
