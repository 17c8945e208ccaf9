"""What every answer of the control API and the page tells browsers. A provider's answers have none of it: they stay as
the provider's."""

import msgspec

from emulator.http.messages import Headers, HttpReply, StreamReply

_ALWAYS: Headers = (
    ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"), ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)  # fmt: skip
DATA: Headers = (
    ("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    *_ALWAYS,
)  # fmt: skip
"""Of what is no page."""
PAGE: Headers = (
    ("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
     "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"),
    *_ALWAYS,
)  # fmt: skip


def dressed(reply: HttpReply | StreamReply, more: Headers) -> HttpReply | StreamReply:
    """The reply with headers that it does not say itself."""
    said = {name.lower() for name, _ in reply.headers}
    added = [(name, value) for name, value in more if name.lower() not in said]
    return msgspec.structs.replace(reply, headers=(*reply.headers, *added))
