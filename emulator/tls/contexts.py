"""What a TLS client is shown: a certificate for the name that it asks for, or the user's own."""

import ssl
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from emulator.tls.authority import Authority, Leaf

ALPN = ("http/1.1",)
MOST_NAMES = 1000
"""Contexts that are kept; names below a provider's domain are anybody's to make up."""
_UNNAMED = ("localhost", "127.0.0.1", "::1")
"""What a certificate says for who asks for no name, or for one that we may not vouch for."""


class TlsError(Exception):
    """The certificate files that were named cannot be used; the text says which and why."""


class Contexts(Protocol):
    """Gives the context that a server begins a handshake with."""

    def server(self) -> ssl.SSLContext:
        """The context for a new connection. Raises TlsError, AuthorityError or ImportError (no `cryptography`)."""


class OwnCertificate:
    """The user's certificate, for every name. Raises TlsError when the files are not valid."""

    def __init__(self, certificate: str, key: str | None) -> None:
        self._context = _context()
        try:
            self._context.load_cert_chain(certificate, key)
        except OSError as error:
            raise TlsError(f"the TLS certificate {certificate} cannot be used: {error}") from None

    def server(self) -> ssl.SSLContext:
        return self._context


class IssuedCertificates:
    """A certificate of our authority for each name below its domains that is asked for (SNI), made at the first time;
    for all others one for localhost and loopback. `authority` is called when the first client comes."""

    def __init__(self, authority: "Callable[[], Authority]") -> None:
        self._make = authority
        self._authority: Authority | None = None
        self._by_name: dict[str, ssl.SSLContext] = {}
        self._unnamed: ssl.SSLContext | None = None

    def server(self) -> ssl.SSLContext:
        if self._unnamed is None:
            self._authority = self._make()
            self._unnamed = self._issued(_UNNAMED)
            self._unnamed.sni_callback = self._choose
        return self._unnamed

    def _choose(self, connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        """Called in the handshake once the client has said which server it wants."""
        authority = self._authority
        if name is None or authority is None:
            return
        name = name.lower().removesuffix(".")
        context = self._by_name.get(name)
        if context is None:
            if not authority.covers(name):
                return
            if len(self._by_name) >= MOST_NAMES:
                self._by_name.clear()
            context = self._by_name[name] = self._issued((name,))
        connection.context = context

    def _issued(self, names: tuple[str, ...]) -> ssl.SSLContext:
        from emulator.tls.authority import today

        assert self._authority is not None
        return loaded(self._authority.issue(names, today()))


def loaded(leaf: "Leaf") -> ssl.SSLContext:
    """A server context that shows a certificate. The ssl module reads files alone: one is written for the moment."""
    context = _context()
    with tempfile.TemporaryDirectory(prefix="sms-emulator-") as folder:
        path = Path(folder) / "leaf.pem"
        path.touch(mode=0o600)
        path.write_bytes(leaf.pem)
        context.load_cert_chain(path)
    return context


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(ALPN)
    context.options |= getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0)  # who ends without a goodbye may wait for its answer
    return context
