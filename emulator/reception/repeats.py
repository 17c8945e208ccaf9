"""Sends over HTTP that say what one before them said, but for number, text and reference: taken apart by their borders
alone, and judged in series (core/series.py). To the same effect as by Reception.exchange, and quicker.

    letterhead, path, what else is said ──► form: what the first one came to ──┐
    number, text, reference ───────────────────────────────────────────────────┴─► reply, a line of shorthand
"""

import re
from collections.abc import Mapping
from typing import TypeAlias

from emulator.core.commands import Submit
from emulator.core.outcomes import Accepted
from emulator.core.series import Series
from emulator.journal import Exchange, Shorthand
from emulator.providers.contract import Provider, Route, Varying
from emulator.reception.requests import Answer, Reception
from emulator.sandboxes import Sandbox, Sandboxes
from emulator.wire import HttpReply, Letterhead, read_query, unquote

MOST_FORMS = 1000
"""Clients that make up a new form for each send begin anew after so many."""
_PROBE = "x"
"""A text that says the same in every charset."""
_VALUES = {"to": "[0-9]+", "text": "[^&]*", "reference": "[^&]+"}
"""What stands for itself in a query."""

_Key: TypeAlias = tuple[Letterhead, str]
"""A letterhead, and a target without the values that vary."""


class _Place:
    """An address at which sends are taken apart."""

    def __init__(self, provider: Provider, route: Route, varying: Varying) -> None:
        self.provider = provider
        self.route = route
        self.varying = varying
        words = {varying.to: "to", varying.text: "text", varying.reference: "reference"}
        self.words = {name: word for name, word in words.items() if name}
        names = "|".join(map(re.escape, self.words))
        self._names = re.compile(f"(?<=[?&])({names})=([^&]*)")
        self.to_one = re.compile(f"[?&]{re.escape(varying.to)}={_VALUES['to']}(?:&|$)").search
        """Does a target name one number?"""

    def without_values(self, target: str) -> str:
        """A target less what varies."""
        return self._names.sub(r"\1=", target)

    def layout(self, target: str) -> re.Pattern[str] | None:
        """What finds number, text and reference in targets like this one; None where one of them comes twice."""
        pieces = self._names.split(target)
        names = pieces[1::3]
        words = [self.words[name] for name in names]
        if not {"to", "text"} <= {*words} or len({*words}) < len(words):
            return None
        groups = [f"{re.escape(name)}=(?P<{word}>{_VALUES[word]})" for name, word in zip(names, words, strict=True)]
        layout = "".join(re.escape(piece) + group for piece, group in zip(pieces[::3], [*groups, ""], strict=True))
        return re.compile(layout if "reference" in words else layout + "(?P<reference>(?!))?")

    def charset(self, target: str, said: re.Match[str], command: Submit) -> str | None:
        """What a send of the probe came to → the charset of the texts of those like it; None: it says more than it
        seems to."""
        rest = self._names.sub("", target)
        others = [name for name, _ in read_query(rest.partition("?")[2], "latin-1")]
        if command.fault is not None or command.notes or any(name.lower() in self.words for name in others):
            return None
        to, reference = said.group("to", "reference")
        if command.destinations != (to,) or command.text != _PROBE:
            return None
        if command.reference != (reference if reference is None else unquote(reference)):
            return None
        return self.varying.charset(command, frozenset(others))


class _Form:
    """What all sends of one form have in common. `kind` is that of the newest."""

    __slots__ = ("charset", "kind", "letterhead", "place", "sandbox", "series", "values_in")

    def __init__(
        self, place: _Place, letterhead: Letterhead, sandbox: Sandbox, series: Series, charset: str,
        layout: re.Pattern[str],
    ) -> None:  # fmt: skip
        self.place = place
        self.letterhead = letterhead
        self.sandbox = sandbox
        self.series = series
        self.charset = charset
        self.values_in = layout.fullmatch
        self.kind: SendKind | None = None


class SendKind:
    """Sends of one form whose replies are alike but for their bodies (journal.Kind)."""

    __slots__ = ("_letterhead", "_route", "headers", "provider", "status", "what")

    protocol = "http"
    operation = "send"
    word = Accepted.word

    def __init__(self, form: _Form, reply: HttpReply) -> None:
        self._letterhead = form.letterhead
        self._route = form.place.route
        self.status = reply.status
        self.headers = reply.headers
        self.provider = form.place.provider.name
        self.what = self.provider, self.protocol, self.operation, self.word

    def whole(self, short: Shorthand) -> Exchange:
        request = self._letterhead.request(short.request.decode("ascii"))
        return Exchange(
            id=short.id, at=short.at, provider=self.provider, protocol=self.protocol, operation=self.operation,
            request=request, request_size=0, reply_size=len(short.reply),
            reply=HttpReply(status=self.status, headers=self.headers, body=short.reply),
            command=self._route.read(request, {}), outcome=short.outcome, word=self.word, rule=short.rule,
        )  # fmt: skip


class Repeats:
    """All forms of a server."""

    def __init__(self, providers: Mapping[str, Provider], sandboxes: Sandboxes, reception: Reception) -> None:
        self._sandboxes = sandboxes
        self._reception = reception
        self._places = {
            route.path + slash: _Place(provider, route, route.varying)
            for provider in providers.values() for route in provider.routes for slash in ("", "/")
            if route.varying is not None and "GET" in route.methods
        }  # fmt: skip
        self._forms: dict[_Key, _Form | None] = {}
        """None: sends of this form go the ordinary way."""
        self._seen: dict[_Key, None] = {}
        """What came so far and is no known form: one that never comes again is not worth being learnt."""
        self._newest: dict[Letterhead, _Form] = {}

    def take(self, letterhead: Letterhead, target: str) -> HttpReply | Answer | None:
        """A GET by its target → its reply, where nothing happens to it; else an Answer; None: nothing was done yet, it
        goes the ordinary way."""
        form = self._newest.get(letterhead)
        found = None if form is None else form.values_in(target)
        if form is None or found is None:
            form = self._form(letterhead, target)
            found = None if form is None else form.values_in(target)
            if form is None or found is None:
                return None
            self._newest[letterhead] = form
        to, text, reference = found.group("to", "text", "reference")
        if "%" in text or "+" in text:
            text = unquote(text, form.charset)
            if form.charset == "ascii" and not text.isascii():
                return None
        if reference is not None:
            reference = unquote(reference)
            if len(reference) > form.place.varying.most_reference:
                return None
        provider, sandbox = form.place.provider, form.sandbox
        account = sandbox.account(provider.name)
        if provider.lane is not None and not account.limits_off:
            return None
        series, route = form.series, form.place.route
        at, verdict = sandbox.execute_in_series(series, to, text, reference)
        outcome = verdict.outcome
        if verdict.reply is not None or verdict.reports_first or type(outcome) is not Accepted:
            request, command = letterhead.request(target), series.command(to, text, reference)
            return self._reception.answer(sandbox, route, request, command, at, verdict)
        reply = route.write(series.like, outcome, account)
        kind = form.kind
        if kind is None or kind.headers != reply.headers or kind.status != reply.status:
            kind = form.kind = SendKind(form, reply)
        self._reception.jot(sandbox, Shorthand(kind, at, target.encode(), reply.body, outcome, verdict.rule))
        return reply

    def forget(self, sandbox: Sandbox) -> None:
        """The sandbox is gone."""
        self._forms = {key: form for key, form in self._forms.items() if form is None or form.sandbox is not sandbox}
        self._newest = {of: form for of, form in self._newest.items() if form.sandbox is not sandbox}

    def _form(self, letterhead: Letterhead, target: str) -> _Form | None:
        place = self._places.get(target.partition("?")[0])
        if place is None or not place.to_one(target):
            return None
        key = letterhead, place.without_values(target)
        if key in self._forms:
            return self._forms[key]
        if key in self._seen:
            return self._learn(place, key, target)
        if len(self._seen) >= MOST_FORMS:
            self._seen.clear()
        self._seen[key] = None
        return None

    def _learn(self, place: _Place, key: _Key, target: str) -> _Form | None:
        """The second of its form is read the ordinary way, with another text: does it say what it seems to say?"""
        letterhead = key[0]
        layout = place.layout(target)
        form = None
        if layout is not None:
            said = layout.fullmatch(target)
            if said is None:  # the next one may do
                return None
            begin, end = said.span("text")
            command = place.route.read(letterhead.request(target[:begin] + _PROBE + target[end:]), {})
            sandbox = self._sandboxes.of(place.provider.name, command.credential)
            if sandbox is None:  # it may come
                del self._seen[key]
                return None
            if type(command) is Submit:
                charset = place.charset(target, said, command)
                if charset is not None:
                    form = _Form(place, letterhead, sandbox, Series(command), charset, layout)
        if len(self._forms) >= MOST_FORMS:
            self._forms.clear()
            self._newest.clear()
        self._forms[key] = form
        return form
