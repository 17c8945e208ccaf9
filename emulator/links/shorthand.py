"""Everyday submits of a session as the journal keeps them: the PDU, the response and the outcome, written out as a
whole exchange when somebody reads them."""

from collections.abc import Mapping
from typing import Any

from emulator.core.outcomes import Accepted
from emulator.journal import Exchange, Shorthand
from emulator.providers.contract import Everyday
from emulator.wire import SmppFrame


class SubmitKind:
    """Those of one session under one choice of its account's switches (journal.Kind)."""

    __slots__ = ("everyday", "peer", "provider", "session", "switches", "what")

    protocol = "smpp"
    operation = "send"
    word = Accepted.word

    def __init__(
        self, provider: str, session: str, peer: str, everyday: Everyday, switches: Mapping[str, Any]
    ) -> None:  # fmt: skip
        self.provider = provider
        self.what = provider, self.protocol, self.operation, self.word
        self.session = session
        self.peer = peer
        self.everyday = everyday
        self.switches = switches
        """Those of the account; with others everything is read anew."""

    def whole(self, short: Shorthand) -> Exchange:
        return Exchange(
            id=short.id, at=short.at, provider=self.provider, protocol=self.protocol, operation=self.operation,
            request=SmppFrame(body=short.request, session=self.session, peer=self.peer),
            request_size=len(short.request),
            reply=SmppFrame(body=short.reply, session=self.session, peer=self.peer), reply_size=len(short.reply),
            command=self.everyday.again(short.request), outcome=short.outcome, word=self.word, rule=short.rule,
        )  # fmt: skip
