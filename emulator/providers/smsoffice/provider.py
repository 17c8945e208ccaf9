"""smsoffice.ge as the emulator serves it: the one PROVIDER of this folder, put together from its other files."""

from collections.abc import Mapping

from emulator.core.accounts import Account
from emulator.http.messages import HttpRequest
from emulator.providers.base import Provider, Row
from emulator.providers.smsoffice.callbacks import SINK_ANSWER, judge_answer, report
from emulator.providers.smsoffice.errors import FIRST_VERSION, NEVER_SAYS
from emulator.providers.smsoffice.hosts import HOSTS
from emulator.providers.smsoffice.http import ROUTES
from emulator.providers.smsoffice.lint import LINT, PARAMETERS
from emulator.providers.smsoffice.profile import PROFILE


def _contract() -> tuple[Row, ...]:
    from emulator.providers.smsoffice.contract.documented import ROWS

    return ROWS


def _shown(account: Account) -> dict[str, object]:
    return {"key": account.credentials["key"], "sender": next(iter(account.senders), "")}


def _example(credentials: Mapping[str, str], to: str, text: str, reference: str) -> HttpRequest:
    from emulator.providers.smsoffice import client

    return client.send(credentials["key"], [to], "smsoffice", text, reference=reference)


def _tries(credentials: Mapping[str, str]) -> tuple[str, ...]:
    key = credentials["key"]
    to = "995577123456"
    return (
        f"/api/v2/send/?key={key}&destination={to}&sender=smsoffice&content=Hello&reference=first",
        f"/api/v2/getMessageStatus/?key={key}&destination={to}&reference=first",
        f"/api/getBalance?key={key}",
    )


PROVIDER = Provider(
    name="smsoffice",
    title="smsoffice.ge",
    home="https://smsoffice.ge",
    hosts=HOSTS,
    routes=ROUTES,
    profile=PROFILE,
    contract=_contract,
    success={
        "send": "smsoffice.code.0", f"send/{FIRST_VERSION}": "smsoffice.v1.send", "status": "smsoffice.status.statuses",
        "balance": "smsoffice.balance.number",
    },
    never_says=NEVER_SAYS,
    lint=LINT,
    parameters=PARAMETERS,
    parameter_case=False,
    default_credentials={"key": "emulator-smsoffice"},
    credential_lengths={"key": 32},
    identities=(("key", "key"),),
    default_senders=("smsoffice", "SMSOFFICE"),
    shown=_shown,
    report=report,
    judge_answer=judge_answer,
    sink_answer=SINK_ANSWER,
    example=_example,
    tries=_tries,
)
