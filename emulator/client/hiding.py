"""Secrets out of texts: what is logged, raised or shown never holds a key."""

from collections.abc import Sequence
from urllib.parse import quote, quote_plus

MASK = "***"
_SHORTEST = 4
"""What is shorter would also be found where it means nothing."""


def written_forms(secret: str) -> set[str]:
    """A secret as it may stand in a text: bare, in a query, in JSON, in XML, in a repr."""
    from json import dumps  # needed by failures alone

    return {
        secret, quote(secret, "", errors="replace"), quote(secret, errors="replace"),
        quote_plus(secret, "", errors="replace"), dumps(secret)[1:-1], _in_xml(secret), repr(secret)[1:-1],
        repr(secret.encode("utf-8", "replace"))[2:-1],
    }  # fmt: skip


def _in_xml(secret: str) -> str:
    return secret.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def masked(text: str, secrets: Sequence[str]) -> str:
    """The text with `***` for each secret."""
    for secret in secrets:
        if len(secret) >= _SHORTEST:
            for form in sorted(written_forms(secret), key=len, reverse=True):
                text = text.replace(form, MASK)
    return text


def shown(body: bytes, secrets: Sequence[str], most: int = 80) -> str:
    """The beginning of a body, for a message."""
    return repr(masked(body[: most * 8].decode("utf-8", "replace"), secrets)[:most])
