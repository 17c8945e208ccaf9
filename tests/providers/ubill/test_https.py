"""uBill's callbacks to an https address, over real TLS; and to one of http where the account calls https alone."""

import ssl
from typing import Any

import pytest
from aiohttp import web
from providers.ubill.desk import TO
from support import frozen, receiver, serving, walk

from emulator.http.messages import HttpRequest
from emulator.tls.authority import make, today


def submitted(served: Any, sandbox: Any) -> None:
    key = sandbox.account("ubill").credentials["key"]
    target = f"/v1/sms/send?key={key}&brandID=1&numbers={TO}&text=Hello"
    assert served.emulator.exchange(HttpRequest(method="GET", target=target)).exchange.word == "accepted"


@pytest.mark.contract("ubill.callback.https", "ubill.callback.get")
@pytest.mark.parametrize("switch", ["any", "required"])
async def test_an_https_receiver_is_called_by_https(switch: str, tmp_path: Any) -> None:
    authority, _ = make(["localhost"], today())
    (tmp_path / "chain.pem").write_bytes(authority.issue(["localhost"], today()).pem)
    (tmp_path / "ca.pem").write_bytes(authority.pem)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "chain.pem")
    came: list[Any] = []

    async def take(request: web.BaseRequest) -> web.Response:
        came.append((request.scheme, dict(request.query)))
        return web.Response(text="OK")

    runner = web.ServerRunner(web.Server(take))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    url = f"https://localhost:{runner.addresses[0][1]}/callback"
    async with serving(callback_ca=(str(tmp_path / "ca.pem"),)) as served:
        sandbox = frozen(served, callback_url=url, accounts={"ubill": {"switches": {"callback-https": switch}}})
        submitted(served, sandbox)
        await walk(served, sandbox)
    await runner.cleanup()
    assert [(scheme, said["statusID"]) for scheme, said in came] == [("https", "0"), ("https", "1")]


@pytest.mark.contract("ubill.callback.https")
async def test_where_https_is_required_an_http_receiver_is_not_called_and_the_record_says_why() -> None:
    async with serving() as served, receiver() as taking:
        wish = {"ubill": {"switches": {"callback-https": "required"}}}
        sandbox = frozen(served, callback_url=taking.url, accounts=wish)
        submitted(served, sandbox)
        await walk(served, sandbox)
        attempts = list(sandbox.journal.attempts())
        assert taking.came == []
        assert len(attempts) == 2
        assert all("callback-https is `required`" in attempt.verdict for attempt in attempts)


@pytest.mark.contract("ubill.report.result", "ubill.callback.status-id")
async def test_the_report_is_never_behind_a_callback_at_the_moment_of_the_call() -> None:
    """A receiver in use trusts nothing in the call and asks the report."""
    asked: list[tuple[str, str]] = []
    async with serving() as served, receiver() as taking:
        sandbox = frozen(served, callback_url=taking.url)
        key = sandbox.account("ubill").credentials["key"]

        def answer(said: dict[str, str]) -> web.Response:
            target = f"/v1/sms/report/{said['smsID']}?key={key}"
            reply = served.emulator.exchange(HttpRequest(method="GET", target=target)).reply
            assert reply is not None
            asked.append((said["statusID"], reply.body.decode()))
            return web.Response(text="OK")

        taking.answers = answer
        submitted(served, sandbox)
        await walk(served, sandbox)
    assert [status for status, _ in asked] == ["0", "1"]
    assert all(f'"statusID":"{status}"' in report for status, report in asked)
