"""64 clients drain one SMS Center account over HTTP, SOAP and SMPP at once, over real sockets: what was accepted never
costs more than there was, the ledger adds up to the last unit, and no message is lost or doubled."""

import asyncio
import random
from collections import Counter
from decimal import Decimal
from typing import Any

from aiohttp import ClientSession
from esme import Desk, Esme, desk

from emulator.http.messages import HttpReply, HttpRequest
from emulator.providers.smscenter import client
from emulator.providers.smscenter.client import Failure, Who
from emulator.providers.smscenter.soap import client as soap_client
from emulator.smpp import CommandId

BALANCE, PRICE = Decimal("250.0003"), Decimal("0.37")
CLIENTS, SENDS = 64, 12


class Told:
    """What the clients were told: by text the cost, and of those over SMPP the id."""

    def __init__(self) -> None:
        self.cost: dict[str, Decimal] = {}
        self.ids: dict[str, str] = {}
        self.refused: dict[str, int] = {}


def said(chance: random.Random, name: str) -> tuple[list[str], str]:
    """One or two numbers, and a text of one to three parts that nobody else sends."""
    numbers = [f"7900{chance.randrange(10**6):06d}0" for _ in range(chance.randint(1, 2))]
    return list(dict.fromkeys(numbers)), name + " " + "x" * chance.choice((5, 150, 300))


async def ask(session: ClientSession, base: str, request: HttpRequest) -> HttpReply:
    async with session.request(
        request.method, base + request.target, data=request.body, headers=dict(request.headers)
    ) as got:
        return HttpReply(status=got.status, headers=tuple(got.headers.items()), body=await got.read())


async def over_http(at: Desk, number: int, told: Told, soap: bool) -> None:
    chance, who = random.Random(number), Who(at.account["login"], at.account["psw"])
    async with ClientSession() as session:
        for n in range(SENDS):
            numbers, text = said(chance, f"c{number}-{n}")
            made = soap_client.send_sms if soap else client.send
            more = {} if soap else {"cost": "2"}
            reply = await ask(session, at.served.base_url, made(who, numbers, text, **more))
            try:
                answer: Any = (soap_client if soap else client).read_answer(reply)
            except Failure as failure:
                told.refused[text] = failure.code
            else:
                told.cost[text] = Decimal(str(answer["cost"]))


async def over_smpp(esme: Esme, number: int, told: Told) -> None:
    chance = random.Random(number)
    for n in range(SENDS):
        numbers, text = said(chance, f"c{number}-{n}")
        payload = (0x0424, text.encode())
        answer = await esme.ask(
            CommandId.SUBMIT_SM, payload, source_addr=b"Shop", source_addr_ton=5, dest_addr_ton=1, dest_addr_npi=1,
            destination_addr=numbers[0].encode(), data_coding=1, registered_delivery=1,
        )  # fmt: skip
        assert answer.status == 0
        told.ids[text] = answer.octets("message_id").decode()


async def test_64_clients_drain_one_balance_to_the_last_unit():
    account = {"limits": "off", "prices": {"part": float(PRICE)}}
    wish = {"balance": float(BALANCE), "scenario": {"rules": []}, "accounts": {"smscenter": account}}
    async with desk(wish) as at:
        told = Told()
        sessions = [await at.bound() for _ in range(CLIENTS // 4)]
        await asyncio.gather(
            *(over_smpp(esme, number, told) for number, esme in enumerate(sessions)),
            *(over_http(at, number, told, soap=number % 2 == 0) for number in range(len(sessions), CLIENTS)),
        )
        await at.settle()
        ledger = await at.call("GET", "/ledger?provider=smscenter&limit=100000")
        left = Decimal(str(ledger["accounts"][0]["balance"]))
        lines = ledger["messages"]
        costs = Counter[str]()
        for line in lines:
            costs[line["text"]] += round(Decimal(str(line["cost"])) * 10_000)
        spent = Decimal(sum(costs.values())) / 10_000
        assert spent == Decimal(str(ledger["accounts"][0]["cost"]))
        assert spent + left == BALANCE
        assert 0 <= left < 3 * 2 * PRICE, "somebody could still have paid"

        assert len(told.cost) + len(told.refused) + len(told.ids) == CLIENTS * SENDS
        assert {text: Decimal(costs[text]) / 10_000 for text in told.cost} == told.cost
        assert set(told.refused.values()) == {3}
        assert not any(costs[text] for text in told.refused)
        assert set(costs) <= {*told.cost, *told.refused, *told.ids}

        of_smpp = Counter(line["text"] for line in lines if line["text"] in told.ids)
        assert of_smpp == Counter(told.ids.keys()), "each submit is one message"
        assert len(set(told.ids.values())) == len(told.ids)
        reported = Counter(_id(pdu.message) for esme in sessions for pdu in esme.delivered)
        assert reported == Counter(told.ids.values()), "each submit has one receipt"


def _id(receipt: bytes) -> str:
    return receipt.partition(b"id:")[2].partition(b" ")[0].decode()
