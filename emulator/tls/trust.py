"""The authorities that this machine's programs trust, as one PEM text: what replaces them must hold them too."""

import ssl
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path


class TrustError(Exception):
    """A file of authorities that was named cannot be used; the text says which and why."""


_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
)  # fmt: skip
"""Where Debian, Fedora, SUSE, Alpine and macOS, and CentOS keep theirs."""
_NAMED = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
"""Variables by which the user may have named others."""
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


def receivers(named: Iterable[str], ours: Path) -> ssl.SSLContext:
    """What https servers that we call are held against: the machine's authorities (or SSL_CERT_FILE's), those in the
    named files, and our own where one has been made. Raises TrustError."""
    context = ssl.create_default_context()
    for name in (*named, *((str(ours),) if ours.exists() else ())):
        _load(context, name)
    return context


def check(name: str) -> None:
    """Raises TrustError when a file holds no authorities."""
    _load(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), name)


def _load(context: ssl.SSLContext, name: str) -> None:
    try:
        context.load_verify_locations(name)
    except OSError as wrong:
        raise TrustError(f"the authorities in {name} cannot be used: {wrong.strerror or wrong}") from None


def trusted(environment: Mapping[str, str]) -> list[str]:
    """The certificates, PEM, each once: those that the user's variables name, and the machine's."""
    found: dict[str, None] = {}
    for name in _NAMED:
        if environment.get(name):
            found |= dict.fromkeys(_in_file(Path(environment[name])))
    folder = environment.get("SSL_CERT_DIR")
    if folder:
        with suppress(OSError):
            for path in sorted(Path(folder).iterdir()):
                found |= dict.fromkeys(_in_file(path))
    return list(found | dict.fromkeys(_machines()))


def _machines() -> list[str]:
    paths = ssl.get_default_verify_paths()
    for name in (paths.openssl_cafile, *_BUNDLES):
        certificates = _in_file(Path(name))
        if certificates:
            return certificates
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_default_certs()  # Windows keeps them in no file
    return [ssl.DER_cert_to_PEM_cert(der).strip() for der in context.get_ca_certs(binary_form=True)]


def _in_file(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="latin-1")
    except OSError:
        return []
    return [f"{_BEGIN}{piece.partition(_END)[0]}{_END}" for piece in text.split(_BEGIN)[1:]]
