"""Callbacks of all three providers in FastAPI. `take` may be a coroutine function with `answer_async`."""

from functools import partial
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request, Response

from emulator.client import Callbacks, Report, smscenter, smsoffice, ubill

taken: list[Report] = []


async def take(report: Report) -> None:
    """Yours: write it to the database, tell the shop."""
    taken.append(report)


CALLBACKS = {
    "smsoffice": Callbacks(partial(smsoffice.parse_callback, token=("token", "in-the-url")), take),
    "ubill": Callbacks(partial(ubill.parse_callback, key="callback-key"), take),
    "smscenter": Callbacks(partial(smscenter.parse_callback, secret="secret"), take),
}
app = FastAPI()


@app.api_route("/sms/{provider}", methods=["GET", "POST"])
async def callback(provider: str, request: Request) -> Response:
    form = parse_qsl((await request.body()).decode(), keep_blank_values=True)
    reply = await CALLBACKS[provider].answer_async([*request.query_params.multi_items(), *form])
    return Response(reply.body, reply.status, dict(reply.headers))
