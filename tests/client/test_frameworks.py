"""The examples for Flask, Django and FastAPI, and the aiohttp handler, with callbacks as the emulator sends them."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from client.desks import PROVIDERS, desk, number, own_id
from support import site

from emulator.client import Callbacks, Reports, aiohttp_handler, smscenter, smsoffice, ubill

SECRETS = {"ubill": {"callback_key": "callback-key"}, "smscenter": {"callback_secret": "secret"}}


class Flask:
    def __init__(self) -> None:
        from client.frameworks import flask_app

        self.taken = flask_app.taken
        self._client = flask_app.app.test_client()

    def call(self, method: str, url: str, form: str) -> tuple[int, bytes]:
        kind = "application/x-www-form-urlencoded" if form else None
        answer = self._client.open(url, method=method, data=form, content_type=kind)
        return answer.status_code, answer.data


class Django:
    def __init__(self) -> None:
        from client.frameworks import django_app
        from django.test import Client

        self.taken = django_app.taken
        self._client = Client()

    def call(self, method: str, url: str, form: str) -> tuple[int, bytes]:
        answer = self._client.generic(method, url, form, "application/x-www-form-urlencoded")
        return answer.status_code, answer.content


class FastApi:
    def __init__(self) -> None:
        from client.frameworks import fastapi_app

        self.taken = fastapi_app.taken
        self._app = fastapi_app.app

    def call(self, method: str, url: str, form: str) -> tuple[int, bytes]:
        with ThreadPoolExecutor(1) as thread:  # another loop than the test's
            return thread.submit(asyncio.run, self._asked(method, url, form)).result()

    async def _asked(self, method: str, url: str, form: str) -> tuple[int, bytes]:
        """One request by ASGI alone: its own test client wants another package."""
        where = urlsplit(url)
        kind = [(b"content-type", b"application/x-www-form-urlencoded")] if form else []
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
            "path": where.path, "raw_path": where.path.encode(), "query_string": where.query.encode(), "headers": kind,
        }  # fmt: skip
        said: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": form.encode(), "more_body": False}

        async def send(message: Any) -> None:
            said.append(message)

        await self._app(scope, receive, send)
        return said[0]["status"], b"".join(message.get("body", b"") for message in said[1:])


@pytest.fixture(params=[Flask, Django, FastApi], ids=lambda app: app.__name__)
def app(request):
    made = request.param()
    yield made
    made.taken.clear()


async def told(sms: Any, provider: str) -> list[tuple[str, str, str]]:
    """Callbacks of one send: method, path and query, form."""
    await sms.patch_account(provider, callback_url=f"http://127.0.0.1:9/sms/{provider}?token=in-the-url")
    async with desk("async", provider, sms) as ask:
        await ask("send", number(provider), "Hello", **own_id(provider, "mine"))
    await sms.settle()
    calls = []
    for one in await sms.callbacks():
        where = urlsplit(one.url)
        form = urlencode(dict(one.sent)) if one.method == "POST" else ""
        calls.append((one.method, f"{where.path}?{where.query}", form))
    return calls


def marked(provider):
    return pytest.mark.sms(clock="frozen", accounts={provider: SECRETS.get(provider, {})})


@pytest.mark.parametrize("provider", [pytest.param(one, marks=marked(one)) for one in PROVIDERS])
async def test_each_framework_takes_what_the_emulator_sends_once(app, sms_emulator, provider):
    calls = await told(sms_emulator, provider)
    for method, url, form in [*calls, *calls]:
        assert app.call(method, url, form) == (200, b"OK")
    assert {(one.provider, one.number) for one in app.taken} == {(provider, number(provider))}
    assert [one.status for one in app.taken if one.final] == ["delivered"]
    assert len(app.taken) == len(calls)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_each_framework_turns_away_what_it_cannot_believe(app, provider):
    url = f"/sms/{provider}"
    assert app.call("GET", url, "")[0] == 403
    assert app.call("POST", url, "id=1&phone=2&status=1&key=wrong&token=wrong")[0] == 403
    assert app.taken == []


def test_each_framework_says_what_is_no_report(app):
    status, body = app.call("GET", "/sms/ubill?key=callback-key&smsID=1&number=2&statusID=", "")
    assert (status, body) == (400, b"statusID is missing")


@asynccontextmanager
async def shop(sms):
    """An aiohttp app with a handler for each provider, where the sandbox's callbacks go; the reports that were news."""
    taken: list[Any] = []

    async def take(report: Any) -> None:
        taken.append(report)

    parsers = {
        "smsoffice": partial(smsoffice.parse_callback, token=("token", "in-the-url")),
        "ubill": partial(ubill.parse_callback, key=sms.ubill.callback_key),
        "smscenter": partial(smscenter.parse_callback, secret=sms.smscenter.callback_secret),
    }
    seen = Reports()
    handlers = {f"/sms/{name}": aiohttp_handler(Callbacks(parse, take, seen)) for name, parse in parsers.items()}
    async with site(handlers) as url:
        for provider in parsers:
            await sms.patch_account(provider, callback_url=f"{url}/sms/{provider}?token=in-the-url")
        yield taken


PLAYS = ("happy", "doubled-reports", "late-reports", "reordered-reports", "flaky-callbacks", "lost-reply", "throttled")


@pytest.mark.parametrize("play", PLAYS)
@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.sms(clock="frozen")
async def test_in_every_play_a_message_is_sent_at_most_once_and_its_fate_is_known(sms_emulator, provider, play):
    """Not accepted and told so, accepted and told so, or in doubt and told so; and each report is taken once."""
    from emulator.client import SmsError

    sms = sms_emulator
    await sms.put_scenario(play)
    async with shop(sms) as taken:
        said = "accepted"
        async with desk("async", provider, sms) as ask:
            try:
                await ask("send", number(provider), "Hello", **own_id(provider, "mine"))
            except SmsError as error:
                said = "in doubt" if error.maybe_accepted else "not accepted"
        await sms.settle()
        messages = await sms.messages()
        assert len(messages) == {"accepted": 1, "not accepted": 0}.get(said, len(messages))
        assert len(messages) <= 1
        assert (said == "in doubt") == (play == "lost-reply" and provider == "ubill")
        ends = [report.status for report in taken if report.final]
        assert ends == ["delivered"] * len(messages)
        assert all(one.accepted for one in await sms.callbacks())


@pytest.mark.sms(clock="frozen")
async def test_a_report_that_could_not_be_kept_is_answered_with_a_failure_and_taken_when_it_comes_again(sms_emulator):
    sms = sms_emulator
    await sms.put_scenario("flaky-callbacks")
    taken = []

    def take(report):
        taken.append(report)
        if len(taken) == 1:
            raise OSError("the database is away")

    async with site({"/": aiohttp_handler(Callbacks(smsoffice.parse_callback, take))}) as url:
        await sms.patch_account("smsoffice", callback_url=f"{url}/")
        async with desk("async", "smsoffice", sms) as ask:
            await ask("send", number("smsoffice"), "Hello", reference="mine")
        await sms.settle()
        assert [one.accepted for one in await sms.callbacks()] == [False, True]
        assert [one.status for one in taken] == ["delivered", "delivered"]


@pytest.mark.sms_histories(max_examples=25, seconds=30)
async def test_over_any_history_the_first_end_holds_and_comes_once(sms_emulator, sms_history):
    sms = sms_emulator
    async with shop(sms) as taken:
        async with desk("async", "smsoffice", sms) as ask:
            await ask("send", number("smsoffice"), "Hello", reference="mine")
        await sms.settle()
    ends = [status for status in sms_history.statuses if status in ("delivered", "undelivered", "expired")]
    assert [report.status for report in taken if report.final] == ends[:1]
    assert len(await sms.messages()) == 1
