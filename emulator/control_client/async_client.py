"""One sandbox as a Python object: the calls of the control API as coroutines. sync_client.py has them without async.

Paths come from a table (control_api/paths.py), by its operation names; how a call gets there is the transport's trade.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, TypedDict, overload
from urllib.parse import quote, urlsplit

from emulator.control_client.calls import ALL, ask, call_of, record
from emulator.control_client.inspection import Inspection
from emulator.control_client.records import Callback, Code, Message, Record, Request, Typed, missing
from emulator.control_client.scenario_argument import ScenarioArgument, as_sent
from emulator.control_client.transports import ApiTransport
from emulator.samples import Fake

__tracebackhide__ = True
"""A failed test shows the line that called a method, not ours (pytest reads this)."""

Kind = Literal["messages", "callbacks", "requests"]
Json = Mapping[str, Any]

_TYPES: dict[str, type[Typed]] = {"messages": Message, "callbacks": Callback, "requests": Request}
_GRACE = 30.0
"""Real seconds beyond what a call may take by itself."""


def _patience(timeout: Any) -> float:
    """How long an answer is waited for; a time-out that is not a number is for the emulator to refuse."""
    return (timeout if isinstance(timeout, int | float) else 0.0) + _GRACE


class Wishes(TypedDict, total=False):
    """What a new sandbox may be told: the body of POST /_emulator/sandboxes. `import_` is its `import`."""

    id: str
    scenario: ScenarioArgument
    seed: int
    clock: Literal["real", "frozen"] | Mapping[str, Any]
    balance: float | Mapping[str, float]
    callback_url: str | Mapping[str, str]
    stoplist: list[str] | Mapping[str, list[str]]
    accounts: Mapping[str, Mapping[str, Any]]
    ttl: float
    import_: Mapping[str, Any]


class ServerAddress(NamedTuple):
    """Where an emulator is served."""

    base_url: str
    smpp_url: str | None = None


class AsyncSms(Inspection):
    """A sandbox: its calls, `base_url`, `smpp_host`, `smpp_port`, `id`, and its credentials by provider
    (`sms.smsoffice.key`; all of them in `accounts`).

    Every call raises CallRefused when the emulator refuses, ConnectionError when it cannot be reached. Times go in as
    datetime with zone or ISO 8601 and come out as ISO 8601; durations are seconds, or timedelta; `timeout` is real
    seconds, everything else is the sandbox's time.
    """

    def __init__(
        self, door: ApiTransport, place: ServerAddress, id: str, accounts: Json, warnings: Sequence[str] = (),
        seed: int = 1,
    ) -> None:  # fmt: skip
        self._door = door
        self.place = place
        self.id = id
        self.accounts = accounts
        self.warnings = tuple(warnings)
        """What was known when it was made to come to nothing: callbacks that will not be sent, accounts to which nobody
        can bind."""
        self.fake = Fake(seed)
        """Numbers, names and texts such as applications send; the same in each run, others with another `seed`."""

    @classmethod
    async def make(cls, door: ApiTransport, place: ServerAddress, wishes: Json) -> "AsyncSms":
        """A handle of a new sandbox."""
        body = {name.removesuffix("_"): value for name, value in wishes.items()}
        if "scenario" in body:
            body["scenario"] = as_sent(body["scenario"])
        made = await ask(door, "POST", call_of("createSandbox").path, body)
        return cls(door, place, made["id"], made["accounts"], made.get("warnings", ()), body.get("seed", 1))

    # where and who

    @property
    def base_url(self) -> str:
        """Where the providers' paths are served: put it in the place of the provider's address."""
        return self.place.base_url

    @property
    def smpp_host(self) -> str | None:
        """Where SMPP is served; None when it is not."""
        return urlsplit(self.place.smpp_url).hostname if self.place.smpp_url else None

    @property
    def smpp_port(self) -> int | None:
        return urlsplit(self.place.smpp_url).port if self.place.smpp_url else None

    def __getattr__(self, name: str) -> Record:
        """A provider's credentials."""
        if name.startswith("_") or "accounts" not in self.__dict__:
            raise AttributeError(name)
        if name not in self.accounts:
            known = [*self.accounts, *(word for word in dir(type(self)) if not word.startswith("_"))]
            raise AttributeError(missing(name, "neither a provider nor a method", known))
        account: Record = self.accounts[name]
        return account

    def __repr__(self) -> str:
        return f"<{type(self).__name__} sandbox {self.id} at {self.base_url}>"

    # unchanged programs

    async def environ(self) -> dict[str, str]:
        """This process's environment, with what leads a program started with it here: `subprocess.run(..., env=...)`.
        Its requests find the sandbox by their credentials, as all do."""
        import asyncio
        import os

        from emulator.interception.preparation import asked_of, changes
        from emulator.interception.variables import changed

        def made() -> dict[str, str]:
            pem, there = asked_of(self.base_url)
            return changed(os.environ, changes(there, pem, None, os.environ))

        return await asyncio.to_thread(made)

    # any call

    async def call(
        self, method: str, path: str, body: Any = None, query: Json | None = None, patience: float = 60.0
    ) -> Any:
        """Any call of the control API. `path` hangs on this sandbox (`/ledger`) unless it begins with /_emulator.
        Gives back what the answer holds: records, text, or None."""
        if not path.startswith("/_emulator"):
            path = f"{call_of('getSandbox').path.format(sandbox=self.id)}/{path.lstrip('/')}".rstrip("/")
        return await ask(self._door, method, path, body, query, patience)

    async def operation(self, name: str, body: Any = None, /, *, patience: float = 60.0, **words: Any) -> Any:
        """A call by its operationId in /_emulator/openapi.json; `words` fill its path, the rest is its query."""
        call = call_of(name)
        places = re.findall(r"\{(\w+)\}", call.path)
        words = {"sandbox": self.id, **words} if "sandbox" in places else words
        if lacking := [place for place in places if place not in words]:
            raise LookupError(f"{name} lacks {lacking[0]}=: its path is {call.path}")
        path = call.path.format(**{place: quote(str(words.pop(place)), safe="") for place in places})
        return await ask(self._door, call.method, path, body, words, patience)

    # messages

    async def messages(
        self, *, to: str | None = None, provider: str | None = None, provider_id: str | None = None,
        reference: str | None = None, contains: str | None = None, status: str | None = None,
        kind: str | None = None, after: str | None = None, limit: int | None = None,
    ) -> list[Message]:  # fmt: skip
        """Messages that fit, oldest first. `to` exactly; `contains` a part of the text; `kind` sms, call, hlr or ping;
        `after` the id of the last one seen; `limit` at most so many, without it all."""
        found = await self.operation(
            "listMessages", to=to, provider=provider, provider_id=provider_id, reference=reference, contains=contains,
            status=status, kind=kind, after=after, limit=ALL if limit is None else limit,
        )  # fmt: skip
        return [Message(one) for one in found["messages"]]

    async def message(self, id: str) -> Message:
        """One message with its `history`. 404 when there is none."""
        return Message(await self.operation("getMessage", message=id))

    async def set_status(self, id: str, status: str, *, reason: str = "", error: int = 0) -> Message:
        """Give a message another status, now; its reports go out as usual. Gives back the message."""
        body = {"status": status, "reason": reason, "error": error}
        return Message(await self.operation("moveMessage", body, message=id))

    # waiting

    @overload
    async def wait(
        self, /, kind: Literal["messages"] = "messages", *, count: int = 1, timeout: float = 5.0,
        **filters: str | bool | None,
    ) -> list[Message]: ...  # fmt: skip
    @overload
    async def wait(
        self, /, kind: Literal["callbacks"], *, count: int = 1, timeout: float = 5.0, **filters: str | bool | None
    ) -> list[Callback]: ...
    @overload
    async def wait(
        self, /, kind: Literal["requests"], *, count: int = 1, timeout: float = 5.0, **filters: str | bool | None
    ) -> list[Request]: ...
    async def wait(
        self, /, kind: Kind = "messages", *, count: int = 1, timeout: float = 5.0, **filters: str | bool | None
    ) -> list[Any]:
        """All that fit, oldest first, as soon as `count` do, with the filters of `messages`, `callbacks` or `requests`.
        After `timeout` real seconds CallRefused 408, with `nearest`: what did come, and what differed."""
        limit = max(count, ALL)
        found = await self.operation(
            "wait", patience=_patience(timeout), count=count, timeout=timeout, limit=limit, **{"for": kind}, **filters
        )
        return [_TYPES[kind](one) for one in found[kind]]

    async def otp(
        self, to: str | None = None, *, timeout: float = 5.0, pattern: str | None = None, digits: int | None = None
    ) -> Code:
        """The code in the newest message (to that number), as soon as there is one: a text, whose `message` is the one
        it stood in, and whose `rule` says why it is taken for the code: without a `pattern`, 4 to 8 digits standing
        alone, those beside a word for code first. `pattern`: a regular expression whose first group, or else whole
        match, is the code. `digits`: so many of its last ones, as of a call whose number a user types the end of.
        After `timeout` real seconds CallRefused 408."""
        found = await self.operation(
            "otp", patience=_patience(timeout), to=to, timeout=timeout, pattern=pattern, digits=digits
        )
        return Code(found["code"], Message(found["message"]), found.get("rule", ""))

    # the journal

    async def requests(
        self, *, provider: str | None = None, protocol: str | None = None, operation: str | None = None,
        outcome: str | None = None, rule: str | None = None, session: str | None = None, after: str | None = None,
        limit: int | None = None,
    ) -> list[Request]:  # fmt: skip
        """What clients asked, oldest first: `request`, `reply`, `outcome`, and `explain`: which documented rule led to
        this answer. `session`: only PDUs of this SMPP session."""
        found = await self.operation(
            "listRequests", provider=provider, protocol=protocol, operation=operation, outcome=outcome, rule=rule,
            session=session, after=after, limit=ALL if limit is None else limit,
        )  # fmt: skip
        return [Request(one) for one in found["requests"]]

    async def callbacks(
        self, *, message: str | None = None, provider: str | None = None, status: str | None = None,
        accepted: bool | None = None, session: str | None = None, after: str | None = None, limit: int | None = None,
    ) -> list[Callback]:  # fmt: skip
        """Every callback attempt, oldest first: where to, what was `sent`, what was answered (`answer`), whether the
        provider would take that for success (`accepted`) and why (`verdict`). `session`: only receipts that went over
        this SMPP session."""
        found = await self.operation(
            "listCallbacks", message=message, provider=provider, status=status, accepted=accepted, session=session,
            after=after, limit=ALL if limit is None else limit,
        )  # fmt: skip
        return [Callback(one) for one in found["callbacks"]]

    async def redeliver(self, id: str) -> Callback:
        """The same report as this callback's once more, now. Gives back the callback that was; the new one is in
        `callbacks`."""
        return Callback(await self.operation("redeliver", callback=id))

    # SMPP, subscribers

    async def sessions(self) -> list[Record]:
        """The bound SMPP sessions, oldest first."""
        return list((await self.operation("listSessions"))["sessions"])

    async def end_session(self, id: str, how: Literal["unbind", "close", "reset"] = "unbind") -> None:
        """End an SMPP session."""
        await self.operation("endSession", session=id, how=how)

    async def outbind(self, target: str) -> Record:
        """Connect to an SMPP client that listens at host:port, and ask it to bind."""
        return record(await self.operation("outbind", {"target": target}))

    async def subscriber_calls(self, from_: str, to: str = "", *, provider: str | None = None) -> Record:
        """A subscriber calls, where the client asked the provider to wait for it; `to`: the number dialled, without it
        the one that was told. CallRefused 409 when nobody awaits the call, or no longer."""
        return record(await self.operation("putCall", {"from": from_, "to": to, "provider": provider}))

    async def incoming(self, from_: str, to: str, text: str, *, provider: str | None = None) -> Record:
        """A subscriber's message to the account."""
        body = {"from": from_, "to": to, "text": text, **({"provider": provider} if provider else {})}
        return record(await self.operation("putIncoming", body))

    # time

    async def clock(
        self, *, advance: float | timedelta | None = None, set: datetime | str | None = None,
        to: Literal["next"] | None = None, rate: float | None = None, timeout: float = 30.0,
    ) -> Record:  # fmt: skip
        """One of: `advance` by so many seconds, `set` a moment to come, go `to` the next due date, change the `rate`
        (0 stands, 1 is real, 60 is an hour a minute); with none of them, tell. Gives back `now` and `rate`, after
        everything due has fired, in order, and its callbacks were answered; else, after `timeout` real seconds,
        CallRefused 408."""
        said = {"advance": advance, "set": set, "to": to, "rate": rate}
        said = {name: value for name, value in said.items() if value is not None}
        if not said:
            return record((await self.show())["clock"])
        return record(await self.operation("clock", {**said, "timeout": timeout}, patience=_patience(timeout)))

    async def advance(self, seconds: float | timedelta, *, timeout: float = 30.0) -> Record:
        """`clock(advance=seconds)`."""
        return await self.clock(advance=seconds, timeout=timeout)

    async def settle(self, *, timeout: float = 10.0) -> Record:
        """Move the sandbox's time from due date to due date, scheduled sends included, until nothing is due and no
        callback is under way. Gives back and raises as `clock` does."""
        return record(await self.operation("settle", {"timeout": timeout}, patience=_patience(timeout)))

    async def now(self) -> datetime:
        """The sandbox's moment."""
        return datetime.fromisoformat((await self.clock())["now"])

    # what shall happen

    async def rules(self, name: str | None = None) -> list[Record]:
        """The rules in force, or those of a name, first match first, each with how often it `fired`."""
        return list((await self.operation("listRules", name=name))["rules"])

    async def fired(self, name: str) -> int:
        """How often the rules of that name fired."""
        found = await self.rules(name)
        if not found:
            raise LookupError(f"no rule in force has the name {name!r}")
        return sum(one["fired"] for one in found)

    async def put_rules(self, rules: list[Any]) -> list[Record]:
        """Replace the rules put in by the control API; the scenario's stand behind them."""
        return list((await self.operation("putRules", {"rules": rules}))["rules"])

    async def add_rule(self, /, rule: Json | None = None, **words: Any) -> list[Record]:
        """One rule, put in front: `add_rule(when={...}, then={...}, times=2)`, or the whole as a dict. Gives back all
        rules, this one first."""
        return list((await self.operation("addRule", {**(rule or {}), **words}))["rules"])

    async def delete_rule(self, id: str) -> list[Record]:
        """Take a rule out. Gives back those that are left."""
        return list((await self.operation("deleteRule", rule=id))["rules"])

    async def scenario(self) -> Record:
        """The scenario in force."""
        return record(await self.operation("getScenario"))

    async def put_scenario(self, scenario: ScenarioArgument) -> Record:
        """Another scenario: the name of one that comes along, a whole one, or the path of a file."""
        return record(await self.operation("putScenario", as_sent(scenario)))

    # the account, the sandbox

    async def account(self, provider: str) -> Record:
        """An account: balance, stop list, senders, switches, limits, prices, ..."""
        return record(await self.operation("getAccount", provider=provider))

    async def patch_account(self, /, provider: str, **changes: Any) -> Record:
        """Change `balance`, `stoplist`, `senders`, `callback_url`, `api_access`, `allowed_ips`, `blocked`, `switches`,
        `limits` or `prices`; lists replace. Gives back the account."""
        return record(await self.operation("patchAccount", changes, provider=provider))

    async def approve_brand(self, provider: str, id: int | str, *, authorized: int = 1) -> Record:
        """Approve (1) or refuse (2) a sender's name that a client has asked for."""
        return record(await self.operation("patchBrand", {"authorized": authorized}, provider=provider, brand=id))

    async def show(self) -> Record:
        """The sandbox: clock, balances, counts, scenario, when the next thing is due."""
        return record(await self.operation("getSandbox"))

    async def reset(self, what: Literal["all", "journal", "scenario"] = "all") -> None:
        """The sandbox as it was made, credentials kept; or without its journal; or with its scenario's rules."""
        await self.operation("reset", {"what": what})

    async def delete(self) -> None:
        """Forget the sandbox. The fixtures and `running` do so by themselves."""
        await self.operation("deleteSandbox")
