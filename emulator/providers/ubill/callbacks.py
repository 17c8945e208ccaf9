"""uBill's callbacks: a GET for each number whenever its status changes (page 003)."""

from emulator.core.accounts import Account
from emulator.core.messages import Batch, Message
from emulator.core.state.scheduler import SendReport
from emulator.http.messages import HttpReply, HttpRequest, add_query
from emulator.providers.base import CallbackVerdict
from emulator.providers.ubill.dates import write_second
from emulator.providers.ubill.profile import PROFILE

KEY_LENGTH = 30
"""The account's settings cut a longer callback key (ubill.callback.key-30)."""
EVENT = "sms.delivery.updated"


def callback_key(account: Account) -> str:
    """The key as it comes with a callback."""
    return account.credentials.get("callback_key", "")[:KEY_LENGTH]


def report(account: Account, batch: Batch, message: Message, due: SendReport, url: str) -> HttpRequest | None:
    """The callback of one change, its parameters in the order of the page's table."""
    switches = PROFILE.in_force(account)
    fields = [("key", callback_key(account))]
    if switches["callback-event"] == "send":
        fields.append(("event", EVENT))
    fields += [
        ("smsID", batch.provider_id or ""),
        ("number", message.to),
        ("statusID", PROFILE.status(due.status).word),
        ("date", write_second(due.changed_at, switches["timezone"])),
    ]
    return HttpRequest(method="GET", target=add_query(url, fields))


def not_called(account: Account, url: str) -> str:
    """Where the switch says so, only https is."""
    if PROFILE.switch(account, "callback-https") == "any" or url.lower().startswith("https:"):
        return ""
    return "the page names an HTTPS address, and callback-https is `required`: this one is called by no callback"


def judge_answer(status: int, body: bytes) -> CallbackVerdict:
    """Any HTTP status from 200 to 299; the body is not looked at."""
    if 200 <= status <= 299:
        return CallbackVerdict(True, f"HTTP {status}: any of 200 to 299 will do")
    return CallbackVerdict(False, f"HTTP {status}; the page asks for 200 to 299")


SINK_ANSWER = HttpReply(headers=(("Content-Type", "text/plain; charset=utf-8"),), body=b"OK")
