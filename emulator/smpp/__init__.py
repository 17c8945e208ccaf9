"""SMPP 3.4 itself, both roles, without a socket or a clock: octets, values, tables.

    octets ─► framing ─► codec ─► Pdu | Unreadable ─► session ─► events      (statuses, tables, tags: what is
    known)
                                     │
                                     ├► checks      are the values good ones?
                                     ├► segments ─► joining ─► text          what does the message say?
                                     ├► receipts, receipt_reading, times     what became of it?
                                     └► describing                           how do people read it?

Imports nothing of the house. The GSM alphabet, the time, the zone and the account's name are handed in.
"""

from __future__ import annotations

from .codec import CannotEncode, decode, encode
from .command_status import Status, status_meaning, status_name
from .data_coding import Coding, DecodedText, GsmAlphabet, Habits, coding_of, read_text, write_text
from .display import describe
from .events import Close, Event, Ignored, RequestAnswered, Requested, Send, Unanswered
from .field_checks import Strictness, check
from .framing import Framer
from .pdu import Destination, Pdu, PduFault, Unreadable, Unsuccessful, generic_nack, response
from .pdu_tables import CommandId, command_name
from .reassembly import Gathering, Joined, Key, PartsAwaited, Reassembler, Repeated, key_of
from .receipt_parser import ReceiptRead, is_receipt, read_receipt
from .receipt_writer import Receipt, ReceiptAddress, ReceiptForm, excerpt_of, write_receipt
from .segments import Content, Segment, read_content, write_part
from .session import NotNow, Session
from .session_states import Role, State, judge
from .time_format import is_time, read_time, write_absolute, write_relative
from .timers import ESME_TIMERS, SMSC_TIMERS, Timers

__all__ = [
    "ESME_TIMERS",
    "SMSC_TIMERS",
    "CannotEncode",
    "Close",
    "Coding",
    "CommandId",
    "Content",
    "DecodedText",
    "Destination",
    "Event",
    "Framer",
    "Gathering",
    "GsmAlphabet",
    "Habits",
    "Ignored",
    "Joined",
    "Key",
    "NotNow",
    "PartsAwaited",
    "Pdu",
    "PduFault",
    "Reassembler",
    "Receipt",
    "ReceiptAddress",
    "ReceiptForm",
    "ReceiptRead",
    "Repeated",
    "RequestAnswered",
    "Requested",
    "Role",
    "Segment",
    "Send",
    "Session",
    "State",
    "Status",
    "Strictness",
    "Timers",
    "Unanswered",
    "Unreadable",
    "Unsuccessful",
    "check",
    "coding_of",
    "command_name",
    "decode",
    "describe",
    "encode",
    "excerpt_of",
    "generic_nack",
    "is_receipt",
    "is_time",
    "judge",
    "key_of",
    "read_content",
    "read_receipt",
    "read_text",
    "read_time",
    "response",
    "status_meaning",
    "status_name",
    "write_absolute",
    "write_part",
    "write_receipt",
    "write_relative",
    "write_text",
]
