"""What an SMPP bind can carry of an account's credentials: short C-Octet Strings of ASCII (SMPP 3.4, 3.1 and 4.1)."""

from __future__ import annotations

from .pdu_tables import LAYOUTS, CommandId

_MOST = {field.name: field.size - 1 for field in LAYOUTS[CommandId.BIND_TRANSCEIVER] if field.size}
"""Octets of each text of a bind, without its NUL."""


def misfit(field: str, value: str) -> str | None:
    """Why a bind cannot say this value in its field (system_id, password), and what can stand there; None when it
    can. The value itself is not told: it may be a secret."""
    most = _MOST[field]
    if len(value) <= most and value.isascii() and "\0" not in value:
        return None
    octets = len(value.encode("utf-8", "replace"))
    wrong = (
        (octets > most, f"has {octets} octets"), (not value.isascii(), "is not all ASCII"),
        ("\0" in value, "has a NUL in it"),
    )  # fmt: skip
    found = ", ".join(said for so, said in wrong if so)
    return f"it {found}; {field} may be 1 to {most} ASCII characters"
