"""uBill over real sockets: from send to callback."""

import asyncio
from typing import Any

import pytest
from aiohttp import ClientSession, web
from providers.ubill.desk import OTHER, TO
from support import control, frozen, receiver, serving, walk

from emulator.app.server import Server


class Customer:
    """A customer's program: aiohttp and the documentation, nothing of ours."""

    def __init__(self, served: Server, session: ClientSession, key: str) -> None:
        self._url = served.base_url + "/v1/sms/"
        self._session = session
        self._key = key

    async def get(self, path: str, **query: Any) -> Any:
        async with self._session.get(self._url + path, params={"key": self._key, **query}) as answer:
            return await answer.json()

    async def post(self, path: str, body: Any) -> Any:
        async with self._session.post(self._url + path, headers={"key": self._key}, json=body) as answer:
            return await answer.json()

    async def send(self, text: str = "Hello", to: str = TO, **more: Any) -> Any:
        return await self.post("send", {"brandID": 1, "numbers": [int(to)], "text": text, "stopList": False, **more})


@pytest.mark.contract("ubill.page.uses", "ubill.callback.automatic")
async def test_a_confirmation_a_code_and_a_scheduled_message_go_out_and_come_back_as_callbacks() -> None:
    async with serving() as served, receiver() as taking, ClientSession() as session:
        sandbox = frozen(served, callback_url=taking.url + "?shop=7")
        customer = Customer(served, session, sandbox.account("ubill").credentials["key"])
        sent = [(await customer.send(text))["smsID"] for text in ("Confirmed", "Parcel on its way")]
        sent.append((await customer.send("Code 1234", otp=True))["smsID"])
        later = (await customer.get("send", brandID=1, numbers=TO, text="Soon", sendTime="2099-01-01 00:00"))["smsID"]
        await walk(served, sandbox, 10)
        first = [(one["smsID"], one["statusID"]) for one in taking.came]
        assert first == [(sent[n], status) for status in "01" for n in (2, 0, 1)]
        assert {one["shop"] for one in taking.came} == {"7"}
        assert {one["key"] for one in taking.came} == {sandbox.account("ubill").credentials["callback_key"]}
        assert (await customer.get(f"report/{later}"))["result"] == [{"number": TO, "statusID": "3"}]
        due = sandbox.engine.state.scheduler.due
        assert due is not None
        await walk(served, sandbox, (due - sandbox.now()) / 1_000_000 + 10)  # settle goes a year ahead at most
        assert [one["smsID"] for one in taking.came[6:]] == [later, later]
        assert taking.came[-1]["date"] == "2099-01-01 00:00:02"
        assert await customer.get("balance") == {"statusID": 0, "sms": "996"}


@pytest.mark.contract("ubill.code.40", "ubill.send.all-or-nothing")
async def test_a_balance_drained_from_all_sides_at_once_never_goes_below_zero() -> None:
    async with serving() as served, ClientSession() as session:
        sandbox = frozen(served, balance=50)
        customer = Customer(served, session, sandbox.account("ubill").credentials["key"])
        answers = await asyncio.gather(*(customer.send() for _ in range(80)), *(
            customer.get("send", brandID=1, numbers=f"{TO},{OTHER}", text="two") for _ in range(40)
        ))  # fmt: skip
        assert {answer["statusID"] for answer in answers} == {0, 40}
        assert await customer.get("balance") == {"statusID": 0, "sms": "0"}
        assert len(sandbox.engine.state.store.messages) == 50
        ids = [answer["smsID"] for answer in answers if answer["statusID"] == 0]
        assert len(set(ids)) == len(ids)


@pytest.mark.contract("ubill.brands.authorized", "ubill.brands.create", "ubill.brand-code.50")
async def test_a_brand_name_is_asked_for_approved_by_the_control_api_and_sent_with() -> None:
    async with serving() as served, ClientSession() as session:
        sandbox = frozen(served)
        customer = Customer(served, session, sandbox.account("ubill").credentials["key"])
        brand = (await customer.post("brandNameCreate", {"brandName": "shop.ge"}))["brandID"]
        assert (await customer.send(brandID=brand))["statusID"] == 10
        assert (await customer.post("brandNameCreate", {"brandName": "other"}))["statusID"] == 50
        path = f"/_emulator/sandboxes/{sandbox.id}/accounts/ubill/brands/{brand}"
        for odd in ("b2", "2x", "0", "2" + "0" * 18):
            status, told = await control(served, "PATCH", path.removesuffix(str(brand)) + odd, {"authorized": 1})
            assert (status, told["error"]["code"]) == (404, "no-such-brand"), odd
        assert await control(served, "PATCH", path, {"authorized": 1}) == (
            200, {"id": 2, "name": "shop.ge", "authorized": 1},
        )  # fmt: skip
        assert (await customer.get("brandNames"))["brands"][1]["authorized"] == "1"
        assert (await customer.send(brandID=brand))["statusID"] == 0
        _, shown = await control(served, "GET", f"/_emulator/sandboxes/{sandbox.id}/messages")
        assert [(one["sender"], one["provider_id"]) for one in shown["messages"]] == [("shop.ge", "100001")]


@pytest.mark.contract("ubill.send.key-settings", "ubill.callback.key")
async def test_a_new_sandbox_tells_its_key_its_brand_and_its_callback_key(served: Server) -> None:
    status, made = await control(served, "POST", "/_emulator/sandboxes", {"clock": "frozen"})
    told = made["accounts"]["ubill"]
    assert (status, list(told), told["brandID"]) == (201, ["key", "brandID", "callback_key"], 1)
    assert len(told["callback_key"]) <= 30
    _, own = await control(served, "POST", "/_emulator/sandboxes", {"accounts": {"ubill": {"key": "mine"}}})
    assert own["accounts"]["ubill"]["key"] == "mine"
    status, _ = await control(served, "POST", "/_emulator/sandboxes", {"accounts": {"ubill": {"key": "mine"}}})
    assert status == 409


@pytest.mark.contract("ubill.send.key")
async def test_the_default_sandbox_is_as_the_documentation_of_the_emulator_says() -> None:
    async with serving() as served, ClientSession() as session:
        customer = Customer(served, session, "emulator-ubill")
        assert await customer.get("balance") == {"statusID": 0, "sms": "1000"}
        assert (await customer.get("brandNames"))["brands"][0]["name"] == "emulator"
        assert (await customer.send())["statusID"] == 0
        await served.emulator.clock_driver(served.emulator.default).walk(None, 10)
        _, shown = await control(served, "GET", "/_emulator/sandboxes/default/callbacks")
        assert [one["sent"]["key"] for one in shown["callbacks"]] == ["emulator-callback"] * 2
        assert [one["accepted"] for one in shown["callbacks"]] == [True, True]


@pytest.mark.contract("ubill.callback.status-2", "ubill.callback.status-3", "ubill.code.50", "ubill.code.40")
async def test_magic_numbers_end_as_they_should() -> None:
    async with serving() as served, ClientSession() as session:
        sandbox = frozen(served)
        customer = Customer(served, session, sandbox.account("ubill").credentials["key"])
        sent = {n: await customer.send(to=f"99557799000{n}", stopList=True) for n in range(1, 10)}
        await walk(served, sandbox)
        assert (sent[8]["statusID"], sent[9]["statusID"]) == (50, 40)
        found = [(await customer.get(f"report/{sent[n]['smsID']}"))["result"][0]["statusID"] for n in range(1, 8)]
        assert found == ["2", "2", "2", "3", "3", "1", "1"]


@pytest.mark.contract("ubill.callback.success", "ubill.callback.retry")
async def test_a_callback_that_fails_is_recorded_and_not_repeated() -> None:
    async with serving() as served, receiver() as taking, ClientSession() as session:
        taking.answers = lambda _: web.Response(status=500)
        sandbox = frozen(served, callback_url=taking.url)
        customer = Customer(served, session, sandbox.account("ubill").credentials["key"])
        await customer.send()
        await walk(served, sandbox)
        _, shown = await control(served, "GET", f"/_emulator/sandboxes/{sandbox.id}/callbacks")
        assert [one["accepted"] for one in shown["callbacks"]] == [False, False]
        assert shown["callbacks"][0]["verdict"] == "HTTP 500; the page asks for 200 to 299"
