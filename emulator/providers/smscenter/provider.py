"""SMS Center as the emulator serves it: the one PROVIDER of this folder, put together from its other files."""

from collections.abc import Mapping

from emulator.core.accounts import Account
from emulator.http.messages import HttpRequest
from emulator.providers.base import Provider, Row
from emulator.providers.smscenter import history, http, left_out, mail, operators, senders, wait_call
from emulator.providers.smscenter.callbacks import (
    SINK_ANSWER,
    incoming,
    judge_answer,
    report,
    rewritten,
    said_in,
    signatures,
)
from emulator.providers.smscenter.errors import NEVER_SAYS
from emulator.providers.smscenter.hosts import HOSTS
from emulator.providers.smscenter.lint import LINT, PARAMETERS
from emulator.providers.smscenter.profile import PROFILE
from emulator.providers.smscenter.reply_formats import SERVER
from emulator.providers.smscenter.smpp import adapter as smpp
from emulator.providers.smscenter.soap import adapter as soap


def _contract() -> tuple[Row, ...]:
    from emulator.providers.smscenter.contract.rows import ROWS

    return ROWS


def _shown(account: Account) -> dict[str, object]:
    told = {name: account.credentials[name] for name in ("login", "psw", "apikey", "callback_secret")}
    return {**told, "smpp": {name: account.credentials[name] for name in ("system_id", "password")}}


def _example(credentials: Mapping[str, str], to: str, text: str, reference: str) -> HttpRequest:
    """SMS Center has no reference of the client's, but its own id may be one (at most 40 characters)."""
    from emulator.providers.smscenter import client

    return client.send(client.Who(credentials["login"], credentials["psw"]), [to], text, id=reference[:40])


def _tries(credentials: Mapping[str, str]) -> tuple[str, ...]:
    who = f"login={credentials['login']}&psw={credentials['psw']}"
    return (
        f"/sys/send.php?{who}&phones=79001234567&mes=Hello&id=1&fmt=3",
        f"/sys/status.php?{who}&phone=79001234567&id=1&fmt=3",
        f"/sys/balance.php?{who}&fmt=3",
        f"/sys/soap.php?wsdl&login={credentials['login']}",
    )


_COUNTED = ("send", "cost", "balance", "history", "incoming", "number", "brands", "wait-call")
"""Under way, by credential; those about statuses for themselves (facts, section 2)."""

PROVIDER = Provider(
    name="smscenter",
    title="SMS Center",
    home="https://smsc.ru",
    hosts=HOSTS,
    routes=(*http.ROUTES, *soap.ROUTES, *history.ROUTES, *operators.ROUTES,
        *senders.ROUTES, *wait_call.ROUTES, *left_out.ROUTES),
    server=SERVER,
    profile=PROFILE,
    contract=_contract,
    success={
        "send": "smscenter.send.answer", "send/soap": "smscenter.soap.send", "send/smpp": "smscenter.smpp.submit-sm",
        "send/smtp": "smscenter.mail.answer", "cost": "smscenter.send.cost", "cost/soap": "smscenter.soap.cost",
        "cost/smtp": "smscenter.mail.test", "status": "smscenter.http-status.form",
        "status/soap": "smscenter.status.status", "status/smpp": "smscenter.smpp.query",
        "status/found-many": "smscenter.http-status.many", "status/deleted": "smscenter.http-status.delete",
        "bind": "smscenter.smpp.bind", "cancel": "smscenter.smpp.cancel", "replace": "smscenter.smpp.replace",
        "link": "smscenter.smpp.idle", "balance": "smscenter.balance.answer", "balance/soap": "smscenter.soap.balance",
        "describe": "smscenter.soap.wsdl-2025",
        "history": "smscenter.history.answer", "incoming": "smscenter.incoming.answer",
        "number": "smscenter.operator.answer", "brands": "smscenter.senders.answer",
        "wait-call": "smscenter.wait-call.answer",
    },
    never_says=NEVER_SAYS,
    lint=LINT,
    parameters=PARAMETERS,
    default_credentials={
        "login": "emulator", "psw": "emulator", "apikey": "emulator-smscenter", "callback_secret": "emulator-callback",
        "system_id": "emulator", "password": "emulator",
    },
    credential_lengths={"login": 12, "psw": 12, "apikey": 32, "callback_secret": 20, "password": 8},
    credential_aliases={"system_id": "login"},
    identities=(("login", "login"), ("apikey", "apikey"), ("system_id", "system_id")),
    secrets={"login": "psw", "system_id": "password"},
    shown=_shown,
    report=report,
    said_in=said_in,
    rewritten=rewritten,
    signatures=signatures,
    judge_answer=judge_answer,
    sink_answer=SINK_ANSWER,
    example=_example,
    tries=_tries,
    lanes={"status": "status", **dict.fromkeys(_COUNTED, "other")},
    smpp=smpp.FACE,
    mail=mail.FACE,
    incoming=incoming,
)  # fmt: skip
