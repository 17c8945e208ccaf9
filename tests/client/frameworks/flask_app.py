"""Callbacks of all three providers in Flask."""

from functools import partial

from flask import Flask, Response, request

from emulator.client import Callbacks, Report, smscenter, smsoffice, ubill

taken: list[Report] = []
"""Yours: write it to the database, tell the shop."""

CALLBACKS = {
    "smsoffice": Callbacks(partial(smsoffice.parse_callback, token=("token", "in-the-url")), taken.append),
    "ubill": Callbacks(partial(ubill.parse_callback, key="callback-key"), taken.append),
    "smscenter": Callbacks(partial(smscenter.parse_callback, secret="secret"), taken.append),
}
app = Flask(__name__)


@app.route("/sms/<provider>", methods=["GET", "POST"])
def callback(provider: str) -> Response:
    reply = CALLBACKS[provider].answer([*request.args.items(multi=True), *request.form.items(multi=True)])
    return Response(reply.body, reply.status, reply.headers)
