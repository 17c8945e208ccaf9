"""Methods of a handle that look at a run, or keep it: lint, events, ledger, snapshots, export."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from emulator.control_client import assertions
from emulator.control_client.calls import ALL, call_of, record
from emulator.control_client.event_reader import heard
from emulator.control_client.ledger_text import ledger_text
from emulator.control_client.records import Callback, Finding, Message, Record
from emulator.control_client.transports import ApiTransport
from emulator.http.messages import HttpRequest

__tracebackhide__ = True
"""A failed test shows the line that called a method, not ours (pytest reads this)."""


_NOTHING = "  nothing was sent, and nothing was refused"


def _given(**wanted: Any) -> dict[str, Any]:
    return {name: value for name, value in wanted.items() if value is not None}


class Inspection:
    """A part of AsyncSms, which has the rest."""

    id: str
    _door: ApiTransport

    async def operation(self, name: str, body: Any = None, /, *, patience: float = 60.0, **words: Any) -> Any:
        raise NotImplementedError

    async def lint(self, *, mild: bool = False) -> list[Finding]:
        """What the client does that a real provider lets pass, or punishes later: each with the `row` that says so,
        its `count` and `details`. `mild`: also what costs nothing yet, or is what the provider's own page does."""
        return [Finding(one) for one in (await self.operation("lint", mild=mild or None))["findings"]]

    async def report(self, *, limit: int = 20) -> str:
        """What a failed test should print: the newest sends with their parameters decoded, each answer with its reason
        and what would have been right, callbacks with their answers, findings, and what is due next."""
        return str(await self.operation("report", limit=limit))

    async def assert_sent(
        self, *, to: str | None = None, contains: str | None = None, times: int | None = None,
        text: str | None = None, sender: str | None = None, reference: str | None = None, provider: str | None = None,
        status: str | None = None,
    ) -> list[Message]:  # fmt: skip
        """AssertionError unless messages that fit were accepted: at least one, or exactly so many `times`. It shows the
        nearest, refused sends among them, with what differs. Gives back those that fit, oldest first."""
        wanted = _given(to=to, contains=contains, text=text, sender=sender, reference=reference, provider=provider,
                        status=status)  # fmt: skip
        every = [Message(one) for one in (await self.operation("listMessages", limit=ALL))["messages"]]
        found = [one for one in every if assertions.fits(one, wanted)]
        if (len(found) == times) if times is not None else found:
            return found
        told = await self.operation("report", format="json", limit=ALL)
        refused = [one for one in told["sends"] if one["outcome"] == "refused"]
        lines = assertions.nearest(
            [*((assertions.refusal_title(one), one) for one in refused),
             *((assertions.message_title(one), one) for one in every)], wanted,
        )  # fmt: skip
        head = assertions.expected("message", wanted, times, len(found))
        raise AssertionError("\n".join([head, *(lines or [_NOTHING])]))

    async def assert_not_sent(
        self, *, to: str | None = None, contains: str | None = None, text: str | None = None,
        sender: str | None = None, reference: str | None = None, provider: str | None = None,
        status: str | None = None,
    ) -> None:  # fmt: skip
        """AssertionError, with those that fit, if such a message was accepted."""
        await self.assert_sent(to=to, contains=contains, text=text, sender=sender, reference=reference,
                               provider=provider, status=status, times=0)  # fmt: skip

    async def assert_callbacks(
        self, *, message: str | None = None, provider: str | None = None, status: str | None = None,
        accepted: bool | None = None, attempt: int | None = None, times: int | None = None,
    ) -> list[Callback]:  # fmt: skip
        """AssertionError unless callbacks that fit went out: at least one, or exactly so many `times`. `message`: the
        id of their message; `accepted`: whether the provider would take the answer for success. Gives back those that
        fit, oldest first."""
        wanted = _given(message_id=message, provider=provider, status=status, accepted=accepted, attempt=attempt)
        every = [Callback(one) for one in (await self.operation("listCallbacks", limit=ALL))["callbacks"]]
        found = [one for one in every if assertions.fits(one, wanted)]
        if (len(found) == times) if times is not None else found:
            return found
        lines = assertions.nearest([(assertions.callback_title(one), one) for one in every], wanted)
        if not lines:
            due = (await self.operation("getSandbox"))["next_due"]
            lines = [f"  no callback has gone out; next due: {due or 'nothing'}"]
        raise AssertionError("\n".join([assertions.expected("callback", wanted, times, len(found)), *lines]))

    # what happens, what it costs

    def events(self, *, after: int = 0, timeout: float | None = None) -> AsyncIterator[Record]:
        """What happens, as it happens: records with `id`, `event` (request, message, callback; missed when they came
        faster than they were read; reset, restored; forgotten: the journal; gone) and `data`, which is as in the lists.
        First those after event `after` (0: all that are still known), then those to come. TimeoutError when none comes
        for `timeout` real seconds."""
        target = f"{call_of('events').path.format(sandbox=self.id)}?after={after}"
        return heard(self._door.stream(HttpRequest(method="GET", target=target)), f"GET {target}", timeout)

    async def ledger(self, *, provider: str | None = None, window: float | timedelta | None = None) -> Record:
        """What it would have cost: `total`, `accounts`, `messages`, and `doubles`: the same text to the same number
        again within `window` seconds (600) of sandbox time."""
        return record(await self.operation("ledger", provider=provider, window=window, limit=ALL))

    async def assert_cost(self, expected: float, *, provider: str | None = None) -> Record:
        """AssertionError, with the ledger's lines, unless all messages (of a provider) cost that many units: messages
        of the balance, or roubles. Gives back the ledger."""
        told = await self.ledger(provider=provider)
        if abs(told["total"]["cost"] - float(expected)) > 0.00005:
            raise AssertionError(ledger_text(told, expected))
        return told

    # keeping

    async def snapshot(self, name: str) -> Record:
        """Keep the sandbox's state under a name; an older one of that name is replaced."""
        return record(await self.operation("keepSnapshot", {"name": name}))

    async def snapshots(self) -> list[Record]:
        """The states that are kept."""
        return list((await self.operation("listSnapshots"))["snapshots"])

    async def restore(self, name: str) -> Record:
        """Back to a state that was kept: messages, balances, rules, clock. The journal stays; callbacks under way are
        dropped."""
        return record(await self.operation("restore", {"name": name}))

    async def export(self) -> Record:
        """The whole sandbox, JSON-ready: a fresh one is made from it by `emulator.running(import_=exported)`."""
        return record(await self.operation("export"))
