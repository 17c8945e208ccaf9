"""uBill as the emulator serves it: the one PROVIDER of this folder, put together from its other files."""

from collections.abc import Mapping

from emulator.core.accounts import Account
from emulator.http.messages import HttpRequest
from emulator.providers.base import Provider, Row
from emulator.providers.ubill.callbacks import KEY_LENGTH, SINK_ANSWER, callback_key, judge_answer, not_called, report
from emulator.providers.ubill.errors import NEVER_SAID
from emulator.providers.ubill.hosts import HOSTS
from emulator.providers.ubill.http import ROUTES
from emulator.providers.ubill.lint import LINT, PARAMETERS
from emulator.providers.ubill.profile import FIRST_SMS, PROFILE


def _contract() -> tuple[Row, ...]:
    from emulator.providers.ubill.contract.documented import ROWS

    return ROWS


def _shown(account: Account) -> dict[str, object]:
    approved = (sender.id for sender in account.senders.values() if sender.state == "active")
    return {"key": account.credentials["key"], "brandID": next(approved, None), "callback_key": callback_key(account)}


def _example(credentials: Mapping[str, str], to: str, text: str, reference: str) -> HttpRequest:
    from emulator.providers.ubill import client

    return client.send(credentials["key"], 1, [to], text)


def _tries(credentials: Mapping[str, str]) -> tuple[str, ...]:
    key = credentials["key"]
    return (
        f"/v1/sms/send?key={key}&brandID=1&numbers=995577123456&text=Hello",
        f"/v1/sms/report/{FIRST_SMS}?key={key}",
        f"/v1/sms/balance?key={key}",
        f"/v1/sms/brandNames?key={key}",
    )


PROVIDER = Provider(
    name="ubill",
    title="uBill",
    home="https://api.ubill.dev/v1",
    hosts=HOSTS,
    routes=ROUTES,
    profile=PROFILE,
    contract=_contract,
    success={
        "send": "ubill.code.0", "status": "ubill.report.result", "balance": "ubill.balance.sms",
        "brands": "ubill.brand-code.0",
    },
    never_says=NEVER_SAID,
    lint=LINT,
    parameters=PARAMETERS,
    default_credentials={"key": "emulator-ubill", "callback_key": "emulator-callback"},
    credential_lengths={"key": 32, "callback_key": KEY_LENGTH},
    identities=(("key", "key"),),
    default_senders=("emulator",),
    shown=_shown,
    report=report,
    not_called=not_called,
    judge_answer=judge_answer,
    sink_answer=SINK_ANSWER,
    example=_example,
    tries=_tries,
)  # fmt: skip
