"""The control API as one table: every call, in the order of its addresses. The server, the page, the OpenAPI
document and the tests read it."""

from emulator.control_api import event_stream, metrics, otp
from emulator.control_api.call import DECLARED
from emulator.control_api.handlers import (
    accounts,
    clock,
    contract,
    journal,
    ledger,
    lint,
    messages,
    report,
    rules,
    sandboxes,
    smpp_sessions,
    snapshots,
    wait,
)
from emulator.control_api.paths import ADDRESSES

HANDLERS = (
    sandboxes, accounts, messages, wait, otp, journal, clock, rules, lint, report, snapshots, smpp_sessions, ledger,
    event_stream, contract, metrics,
)  # fmt: skip
"""The files that declare them."""

CALLS = tuple(DECLARED[name] for name in ADDRESSES)
