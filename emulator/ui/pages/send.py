"""Sending from the page, through the emulator's own addresses: a message, a subscriber's message, demo traffic."""

from collections.abc import Callable

import msgspec

from emulator.control_api.refusal import Refusal
from emulator.core.outcomes import Accepted
from emulator.http.messages import HttpReply
from emulator.samples import Fake
from emulator.sandboxes.sandbox import Sandbox
from emulator.ui import api_calls
from emulator.ui.page_request import PageRequest
from emulator.ui.rendering import html
from emulator.ui.urls import go, inbox_of, place

MOST = 500
"""Demo messages at once."""

SAMPLES: dict[str, Callable[[Fake], str]] = {
    "English code": lambda fake: fake.text("en", code=fake.code()),
    "English, long": lambda fake: fake.text("en", long=True),
    "English, UCS-2": lambda fake: fake.text("en", encoding="ucs2"),
    "Georgian code": lambda fake: fake.text("ka", code=fake.code()),
    "Georgian, long": lambda fake: fake.text("ka", long=True),
    "Georgian in Latin letters": lambda fake: fake.text("ka", code=fake.code(), encoding="gsm7"),
    "Russian code": lambda fake: fake.text("ru", code=fake.code()),
    "Russian, long": lambda fake: fake.text("ru", long=True),
    "Russian in Latin letters": lambda fake: fake.text("ru", code=fake.code(), encoding="gsm7"),
}
"""What the form can be filled with, by what the list shows."""


async def form(asked: PageRequest) -> HttpReply:
    """The forms."""
    sandbox = asked.sandbox
    fake = Fake(len(sandbox.engine.state.store.messages) + 1)
    sample = asked.query.get("sample", "")
    told = SAMPLES.get(sample)
    return html(
        "send.html", title="Send", here="send", sandbox=sandbox, providers=sandbox.providers, most=MOST,
        incoming=api_calls.there("POST", "/incoming"), chosen=asked.query.get("provider", ""),
        samples=SAMPLES, sample=sample,
        to=fake.number() if told else "995577123456", text=told(fake) if told else "Your code is 123456",
    )  # fmt: skip


async def send(asked: PageRequest) -> HttpReply:
    """One message as the provider's client would send it; then what came of it."""
    sandbox, form_ = asked.sandbox, asked.form
    number = _send(asked, sandbox, form_.get("provider", ""), form_.get("to", "").strip(), form_.get("text", ""),
                   form_.get("reference", "").strip())  # fmt: skip
    exchange = sandbox.journal.exchange(number)
    if exchange is not None and isinstance(exchange.outcome, Accepted):
        made = sandbox.engine.state.store.messages_of(exchange.outcome.batch)
        if made:
            return go(place(sandbox, "messages", f"m{made[-1]}"))
    return go(place(sandbox, "requests", f"x{number}"))


def _send(asked: PageRequest, sandbox: Sandbox, provider: str, to: str, text: str, reference: str) -> int:
    """The exchange's number."""
    known = sandbox.providers.get(provider)
    if known is None:
        raise Refusal(400, "no-such-provider", "choose a provider", f"there are {', '.join(sandbox.providers)}")
    try:
        request = known.example(sandbox.account(provider).credentials, to, text, reference)
    except ValueError as error:
        raise Refusal(400, "invalid", f"the client would not send that: {error}") from None
    peer = asked.request.peer or "127.0.0.1"
    return asked.context.http.exchange(msgspec.structs.replace(request, peer=peer)).exchange.id


async def call(asked: PageRequest) -> HttpReply:
    """A subscriber's call that was awaited."""
    body = {word: asked.form[word].strip() for word in ("from", "to") if asked.form.get(word, "").strip()}
    await asked.call("POST", "/calls", body)
    return go(f"{place(asked.sandbox, 'desk')}#callbacks")


async def incoming(asked: PageRequest) -> HttpReply:
    """A subscriber's message."""
    words = ("provider", "from", "to", "text")
    body = {word: asked.form[word].strip() for word in words if asked.form.get(word, "").strip()}
    await asked.call("POST", "/incoming", body)
    return go(f"{place(asked.sandbox, 'desk')}#callbacks")


async def demo(asked: PageRequest) -> HttpReply:
    """Plausible traffic through every provider."""
    from emulator.ui.demo_traffic import traffic

    try:
        count, seed = int(asked.form.get("count", "40")), int(asked.form.get("seed", "1"))
    except ValueError:
        raise Refusal(400, "invalid", "count and seed are whole numbers") from None
    sandbox = asked.sandbox
    for one in traffic(list(sandbox.providers), min(max(count, 1), MOST), seed):
        _send(asked, sandbox, *one)
    return go(inbox_of(sandbox))
