"""sms-emulator: a faithful fake of SMS providers, for tests.

    with emulator.running(clock="frozen") as sms:       # serves in a thread; `async with` serves in your loop
        send_with_your_client(sms.base_url, sms.smsoffice.key)
        assert sms.otp(to="995577123456") == "123456"

The map of the house
--------------------

      bytes ─► transport ─► face.read ─► engine.execute ─► face.write ─► transport ─► bytes
                                              │ puts on
                                           agenda
                                              │ falls due
                  pump/advance ─► engine.advance ─► provider.report ─► outbox ─► bytes to the client under test
                                              ▲                          │
                                              └──────── answered ◄───────┘   (a retry is another date in the agenda)

A provider is a translator, the engine is the judge, the transport is the postman, the agenda is the calendar; each
knows nothing of the others' trade. Rooms, from the inside out:

    core/          PURE: values, text, commands, outcomes, accounts, messages, checks, limits, rules, agenda, engine
    smpp/          PURE: the SMPP protocol, both roles
    wire           HTTP requests and replies as values
    providers/     a folder a provider: profile, error table, how requests are read and replies written, its contract
    scripting/     scenario files to rules; complaints with file and line
    transports/    bytes in and out: HTTP, SMPP, the outbox, the faults of a reply
    clock          the only file that reads real time; a clock for each sandbox
    journal/       what was asked and answered, and every callback; bounded by bytes
    sandboxes      isolated worlds, found by the credentials of a request; recipes: what they are made of
    pump           what moves a sandbox's time
    outgoing/      what goes out of it: the postman, and the round that carries callbacks
    links/         SMPP sessions as the house sees them: the switchboard, receipts on their way to a receiver
    reception/     a request's whole way, from what was said to what goes back; sends that come in series
    app            Emulator: joins the parts
    recorder       the seam by which changes are written down; durable/: the state file behind --state
    serving        an emulator on its sockets, from start to stop
    admin/         the control API: verbs (in process), routes (one table), server; client: a sandbox as an object
    testing/       for test suites: handles on an emulator (this loop, a thread, elsewhere); what is behind the fixtures
    pytest_plugin  fixtures and marker
    histories/     delivery histories: values, kinds, the search, reruns of a test; check-callbacks
    client/        the reference client
    cli, command   the command; settings: its options, from flags and environment

`core`, `smpp` and `wire` import no other room, `providers` only those; nobody imports `cli` or `pytest_plugin`.
Importing `emulator` imports nothing: the names below are found when they are asked for.
"""

TYPE_CHECKING = False  # type checkers know the name; importing typing would be most of what importing us costs
if TYPE_CHECKING:
    from typing import Any

    from emulator.control_client.async_client import AsyncSms as AsyncSms
    from emulator.control_client.records import CallRefused as CallRefused
    from emulator.control_client.sync_client import Sms as Sms
    from emulator.testing.running import running as running
    from emulator.version import __version__ as __version__

__all__ = ["AsyncSms", "CallRefused", "Sms", "running"]

_HOMES = {
    "running": "emulator.testing.running",
    "AsyncSms": "emulator.control_client.async_client",
    "Sms": "emulator.control_client.sync_client",
    "CallRefused": "emulator.control_client.records",
}


def __getattr__(name: str) -> "Any":
    if name == "__version__":
        from emulator.version import __version__

        return __version__
    if name not in _HOMES:
        raise AttributeError(f"module 'emulator' has no attribute {name!r}; it has {', '.join(_HOMES)}")
    from importlib import import_module

    found = getattr(import_module(_HOMES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return [*globals(), *_HOMES]
