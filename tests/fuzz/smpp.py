"""SMPP: sessions over a connection in memory: good and mutated PDUs in any pieces, wrong states, lengths, TLVs."""

import asyncio
import struct
from typing import Any

from fuzz.chance import DESTINATIONS, MOMENTS, TEXTS, Chance
from fuzz.surface import Broken, Told, cost_since
from smpp.conftest import GOLDEN

from emulator.app.emulator import Emulator
from emulator.core.units import SECOND
from emulator.sandboxes.sandbox import Sandbox
from emulator.server.smpp_connection import SmppConnection
from emulator.smpp import CommandId, Framer, Pdu, Unreadable, encode
from emulator.smpp.pdu_tables import BINDS, RESPONSE

_GOLDEN = list(GOLDEN.values())
_BINDS = tuple(BINDS)
_RESPONSES = tuple(int(command) for command in CommandId if command & RESPONSE)
_TAGS = (0x0005, 0x000D, 0x0017, 0x001E, 0x0204, 0x020A, 0x020C, 0x020E, 0x020F, 0x0210, 0x0424, 0x0427, 0x1401, 0x2000)
_CODINGS = (0, 0, 0, 8, 8, 1, 2, 3, 4, 6, 10, 0x10, 0x18, 0xF0, 0xF4, 0xFF)
_CLASSES = (0, 0, 0, 0x40, 0x40, 0x03, 0x80, 0xC0, 0x04, 0xFF)


class Pipe(asyncio.Transport):
    """A connection in memory: keeps what was written."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 1)})
        self.written = bytearray()
        self.shut = False

    def write(self, data: Any) -> None:
        self.written += data

    def is_closing(self) -> bool:
        return self.shut

    def close(self) -> None:
        self.shut = True

    abort = close

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None: ...

    def get_write_buffer_size(self) -> int:
        return 0

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


class Smpp:
    """`play` is one PDU in a session that lasts for some; a session that ended is followed by another."""

    name = "smpp"

    def __init__(self, emulator: Emulator, sandbox: Sandbox) -> None:
        self.emulator = emulator
        self.sandbox = sandbox
        self.who = sandbox.account("smscenter").credentials
        self.links: set[SmppConnection] = set()
        self.link: SmppConnection | None = None
        self.pipe = Pipe()
        self.framer = Framer()
        self.left = 0
        self.number = 0
        sandbox.router = Told(lambda box, out: box.engine.answered(out.attempt, True, out.at))

    async def play(self, chance: Chance) -> Any:
        if self.link is None or self.pipe.shut or self.left <= 0:
            self.begin(chance)
        assert self.link is not None
        self.left -= 1
        octets = self.make(chance)
        account, store = self.sandbox.account("smscenter"), self.sandbox.engine.state.store
        balance, messages = account.balance, len(store.messages)
        try:
            for piece in _pieces(chance, octets):
                if not self.pipe.shut:
                    self.link.data_received(piece)
            await asyncio.sleep(0)
            answers = self.heard()
            cost = cost_since(store, messages)
            assert balance - account.balance == cost
            assert account.balance >= 0
            if cost:
                assert any(one.status == 0 and one.is_response for one in answers), answers
            if chance.one_in(20):
                target = self.sandbox.now() + chance.choice((0, 1, 5, 60, 3600, 90_000)) * SECOND
                while self.sandbox.catch_up(target) < target:
                    pass
                self.sandbox.clock.move_to(target)
        except Exception as error:
            raise Broken(octets.hex()[:4000], f"state {self.link.line.session.state}") from error
        return octets

    def begin(self, chance: Chance) -> None:
        """The next session, mostly bound."""
        self.end()
        self.pipe, self.framer, self.number = Pipe(), Framer(), 0
        self.link = SmppConnection(self.emulator.smpp, self.links)
        self.link.connection_made(self.pipe)
        self.left = chance.randint(1, 60)
        if not chance.one_in(6):
            self.link.data_received(self.bind(chance.choice(_BINDS)))

    def end(self) -> None:
        """The connection goes; nothing of the session stays."""
        if self.link is not None:
            self.link.connection_lost(None)
            assert not self.links
            assert not self.emulator.smpp.lines
        self.link = None

    def heard(self) -> list[Pdu]:
        """What was written is PDUs as the protocol has them."""
        items = self.framer.feed(bytes(self.pipe.written))
        self.pipe.written.clear()
        assert not self.framer.waiting
        assert not [one for one in items if isinstance(one, Unreadable)], items
        return [one for one in items if isinstance(one, Pdu)]

    def bind(self, command: int, **more: Any) -> bytes:
        self.number += 1
        fields = {"system_id": self.who["system_id"].encode(), "password": self.who["password"].encode(), **more}
        return encode(Pdu(command, 0, self.number, {"interface_version": 0x34, **fields}))

    # inputs

    def make(self, chance: Chance) -> bytes:
        """One PDU, or what looks like one."""
        match chance.randrange(12):
            case 0:
                return chance.choice(_GOLDEN)
            case 1 | 2:
                return _framed(chance, chance.mutated(chance.choice(_GOLDEN), _GOLDEN))
            case 3:
                return _framed(chance, chance.mutated(self.submit(chance)))
            case 4:
                return self.odd(chance)
            case 5:
                command = chance.choice((CommandId.QUERY_SM, CommandId.CANCEL_SM, CommandId.REPLACE_SM))
                return self.about(chance, command)
            case 6:
                return b"".join(self.submit(chance) for _ in range(chance.randint(1, 4)))
            case _:
                return self.submit(chance)

    def submit(self, chance: Chance) -> bytes:
        """A submit_sm or data_sm of fields that fit, with any text and TLVs."""
        self.number += 1
        coding = chance.choice(_CODINGS) if not chance.one_in(9) else chance.randrange(256)
        text = _text(chance, coding)
        esm_class = chance.choice(_CLASSES) if not chance.one_in(9) else chance.randrange(256)
        if esm_class & 0x40 and not chance.one_in(4):
            total = chance.randint(1, 4)
            text = bytes((5, 0, 3, chance.randrange(4), total, chance.randint(0, total + 1))) + text
        fields: dict[str, Any] = {
            "source_addr": chance.value(("Shop", "79001112233", "")).encode()[:20].replace(b"\0", b""),
            "source_addr_ton": chance.randrange(7), "dest_addr_ton": 1, "dest_addr_npi": 1,
            "destination_addr": chance.value(DESTINATIONS).encode()[:20].replace(b"\0", b""), "data_coding": coding,
            "esm_class": esm_class, "registered_delivery": chance.choice((0, 1, 1, 2, 3, 16, 255)),
        }  # fmt: skip
        tlvs = [(chance.choice(_TAGS), chance.octets(8)) for _ in range(chance.few(3))]
        if chance.one_in(10):
            fields["validity_period" if chance.one_in(2) else "schedule_delivery_time"] = (
                chance.value(MOMENTS).encode()[:16].replace(b"\0", b"")
            )
        if chance.one_in(10):
            fields["replace_if_present_flag"] = 1
        data = chance.one_in(8)
        if data or chance.one_in(8):
            tlvs.append((0x0424, text))
        else:
            fields["short_message"] = text[:255]
        if data:
            fields = {name: value for name, value in fields.items() if name not in (
                "short_message", "validity_period", "schedule_delivery_time", "replace_if_present_flag")}  # fmt: skip
        return encode(Pdu(CommandId.DATA_SM if data else CommandId.SUBMIT_SM, 0, self.sequence(chance), fields, tlvs))

    def about(self, chance: Chance, command: int) -> bytes:
        """A question about a message, or a change of one."""
        fields: dict[str, Any] = {"message_id": chance.value([str(n) for n in range(20)]).encode()[:64]}
        fields["message_id"] = fields["message_id"].replace(b"\0", b"")
        if chance.one_in(2):
            fields["source_addr"] = b"Shop"
        if command == CommandId.REPLACE_SM:
            fields["short_message"] = _text(chance, 0)[:255]
        return encode(Pdu(command, 0, self.sequence(chance), fields))

    def odd(self, chance: Chance) -> bytes:
        """Binds on bound sessions, answers to nothing, lengths that lie, octets that are no SMPP."""
        match chance.randrange(9):
            case 0:
                return self.bind(chance.choice(_BINDS), password=chance.octets(8).replace(b"\0", b"")[:8])
            case 1:
                return self.bind(chance.choice(_BINDS))
            case 2:
                return struct.pack(">IIII", 16, chance.choice(_RESPONSES), chance.choice((0, 0x58, 0xFFFF)),
                    chance.randrange(9))
            case 3:
                return struct.pack(">IIII", chance.choice((0, 15, 16, 17, 70_000, 70_001, 2**31, 2**32 - 1)), 4, 0, 1)
            case 4:
                return chance.choice((b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01", b"\0" * 64,
                    chance.octets(64)))
            case 5:
                return struct.pack(">IIII", 16, chance.getrandbits(32), chance.getrandbits(32), chance.getrandbits(32))
            case 6:
                return encode(Pdu(CommandId.UNBIND, 0, self.sequence(chance)))
            case _:
                return encode(Pdu(CommandId.ENQUIRE_LINK, 0, self.sequence(chance)))

    def sequence(self, chance: Chance) -> int:
        if chance.one_in(15):
            return int(chance.choice((0, 1, 2**31 - 1, 2**31, 2**32 - 1)))
        self.number += 1
        return self.number


def _text(chance: Chance, coding: int) -> bytes:
    if chance.one_in(5):
        return chance.octets(140)
    text = chance.value(TEXTS)
    return text.encode("utf-16-be" if coding == 8 else "latin-1", "replace")[: chance.choice((140, 255, 500, 60_000))]


def _framed(chance: Chance, octets: bytes) -> bytes:
    """Mostly with a length that is right again."""
    if chance.one_in(8) or len(octets) < 16:
        return octets
    return len(octets).to_bytes(4, "big") + octets[4:]


def _pieces(chance: Chance, octets: bytes) -> list[bytes]:
    if chance.one_in(6) and octets:
        size = chance.randint(1, max(1, len(octets) // 3))
        return [octets[begin : begin + size] for begin in range(0, len(octets), size)]
    return [octets]
