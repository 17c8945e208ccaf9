"""What only SMPP can have done to a reply: faults of a reply and forms of a receipt, as words of a plan.

F1 to F21 are the faults of the facts (docs/providers/smpp.md, section 6). The faults of actions.py work over SMPP too:
lost, drop, cut, reset and hang are F4 and F5, and a delay is F5.
"""

from typing import Literal

SmppFaultName = Literal[
    "receipt-first", "id-hex", "id-hex-upper", "id-padded", "id-uuid", "reordered", "enquire-first", "nul-body",
    "empty-id", "no-nul", "wrong-kind", "nacked", "foreign-number", "doubled",
]  # fmt: skip

SMPP_FAULTS: dict[SmppFaultName, tuple[bool, str]] = {
    "receipt-first": (True, "F1: the response waits until a receipt of the message, if any, has gone; then the delay"),
    "id-hex": (True, "F2: the response has the id in hexadecimal, everything else in decimal"),
    "id-hex-upper": (True, "F2: the same with capital letters, eight of them"),
    "id-padded": (True, "F2: the response has the id with leading zeros, ten digits"),
    "id-uuid": (True, "F2: the response has a UUID for an id, which nothing else ever names"),
    "reordered": (True, "F5: the response goes after the next one, or a quarter of a second later where none comes"),
    "enquire-first": (True, "F9: an enquire_link of ours goes out just before the response"),
    "nul-body": (True, "F12: the response's body is one NUL"),
    "empty-id": (True, "F12: accepted, with an empty id"),
    "no-nul": (True, "F12: the response's last text has no NUL"),
    "wrong-kind": (True, "F15: the response is that of another command"),
    "nacked": (True, "F18: generic_nack in the place of the response"),
    "foreign-number": (True, "F18: the response has a sequence number that nobody used"),
    "doubled": (True, "F18: the response comes twice"),
}
"""Each fault: is the command executed, and what the client sees."""

FormName = Literal[
    "id-hex", "id-padded", "id-null", "no-sub", "no-dates", "dates-12", "err-1", "err-4", "err-hex", "text-capital",
    "no-text", "blanks", "stat-unknown", "stat-lower", "trailing-nul", "tlvs-only", "payload", "no-tlvs", "no-vendor",
    "vendor-first", "id-last", "id-without-nul", "id-cut", "data-sm",
]  # fmt: skip

FORMS: dict[FormName, str] = {
    "id-hex": "F2: the receipt has the id in hexadecimal, the response in decimal",
    "id-padded": "F2: the id with leading zeros, ten digits",
    "id-null": "F2: receipted_message_id is empty",
    "no-sub": "F7: neither sub nor dlvrd",
    "no-dates": "F7: no dates",
    "dates-12": "F7: dates of 12 digits, with seconds",
    "err-1": "F7: err without leading zeros",
    "err-4": "F7: err of four digits",
    "err-hex": "F7: err in hexadecimal with 0x",
    "text-capital": "F7: Text: with a capital letter",
    "no-text": "F7: no text: at all",
    "blanks": "F7: two blanks between the fields",
    "stat-unknown": "F7: stat is a word that nobody knows",
    "stat-lower": "F7: stat in small letters",
    "trailing-nul": "F7: a NUL behind the text",
    "tlvs-only": "F7: no text, only TLVs",
    "payload": "F7: the text in message_payload",
    "no-tlvs": "F8: no TLVs",
    "no-vendor": "F8: no TLVs of the vendor",
    "vendor-first": "F8: the vendor's TLVs before the standard ones",
    "id-last": "F8: receipted_message_id is the last TLV",
    "id-without-nul": "F8: receipted_message_id without its NUL",
    "id-cut": "F8: the last TLV says more octets than there are",
    "data-sm": "F21: a data_sm in the place of the deliver_sm",
}
"""How a receipt over SMPP may be written, and what is odd about it. Several may be combined."""
