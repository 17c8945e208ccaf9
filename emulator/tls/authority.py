"""Our own certificate authority: made once per machine, kept in one file that only its owner may read.

It may vouch for nothing but the names it was made for: they stand in its name constraints, which are critical, so that
a client which trusts it is at no risk elsewhere. The only file that imports `cryptography`.
"""

import ipaddress
import os
import tempfile
import warnings
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from emulator.extras import NotInstalled
from emulator.tls.folders import CERTIFICATE, FILE

try:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import pkcs12
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
except ImportError:
    raise NotInstalled("TLS with certificates of the emulator's own", "cryptography") from None

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
LOCAL = "localhost"
LEAF_DAYS = 396
"""Clients of some makers refuse certificates that are valid for more than 397 days."""
_AUTHORITY_DAYS = 3650
_FOR_ALL = 0o644
_EARLIER = timedelta(days=1)
"""Certificates are valid from a day before they are made, for clients whose clock is behind."""
_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sms-emulator test authority")])


class AuthorityError(Exception):
    """The authority cannot be had, or may not vouch for what was asked; the text says why and what to do."""


class Leaf:
    """A server certificate with its key. `pem`: certificate, the authority's, and the key, one behind the other."""

    def __init__(self, certificate: bytes, chain: bytes, key: bytes) -> None:
        self.certificate = certificate
        self.key = key
        self.pem = certificate + chain + key


class Authority:
    """Issues server certificates for the names in its constraints."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
        self._key = key
        self._certificate = certificate
        self._leaf_key = ec.generate_private_key(ec.SECP256R1())
        """One for all leaves of this process: making one takes as long as signing."""
        constraints = certificate.extensions.get_extension_for_class(x509.NameConstraints).value
        self.domains: tuple[str, ...] = tuple(
            one.value for one in constraints.permitted_subtrees or () if isinstance(one, x509.DNSName)
        )

    @property
    def pem(self) -> bytes:
        """The certificate alone, PEM: what a client is told to trust."""
        return self._certificate.public_bytes(serialization.Encoding.PEM)

    def issue(self, names: Iterable[str], now: datetime) -> Leaf:
        """A server certificate for host names and addresses. Raises AuthorityError for one outside the constraints."""
        alternatives = [self._alternative(name) for name in names]
        public = self._leaf_key.public_key()
        ours = self._certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        certificate = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([]))
            .issuer_name(self._certificate.subject)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _EARLIER)
            .not_valid_after(min(now - _EARLIER + timedelta(days=LEAF_DAYS), self._certificate.not_valid_after_utc))
            .add_extension(x509.SubjectAlternativeName(alternatives), critical=True)  # the subject is empty
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(digital_signature=True), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(ours), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        return Leaf(certificate.public_bytes(serialization.Encoding.PEM), self.pem, _key_pem(self._leaf_key))

    def covers(self, name: str) -> bool:
        """Is a host name one of the domains or below one?"""
        return any(name == domain or name.endswith(f".{domain}") for domain in self.domains)

    def _alternative(self, name: str) -> x509.GeneralName:
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            if not self.covers(name):
                may = ", ".join(self.domains)
                raise AuthorityError(
                    f"the authority may not vouch for {name!r}: it was made for {may}, the names below them, and "
                    "addresses of loopback"
                ) from None
            return x509.DNSName(name)
        if not any(address in network for network in LOOPBACK):
            raise AuthorityError(f"the authority may not vouch for {name}: of addresses it may for those of loopback")
        return x509.IPAddress(address)


def make(domains: Iterable[str], now: datetime) -> tuple[Authority, bytes]:
    """A new authority for domains (each with the names below it), and what to keep of it."""
    key = ec.generate_private_key(ec.SECP256R1())
    permitted: list[x509.GeneralName] = [x509.DNSName(name) for name in sorted({*domains, LOCAL})]
    permitted += [x509.IPAddress(network) for network in LOOPBACK]
    public = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(_NAME)
        .issuer_name(_NAME)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(now + timedelta(days=_AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .add_extension(public, critical=False)
        .sign(key, hashes.SHA256())
    )
    authority = Authority(key, certificate)
    return authority, authority.pem + _key_pem(key)


def read(kept: bytes, now: datetime, where: str = FILE) -> Authority:
    """The authority that was kept. Raises AuthorityError when it is damaged or has expired."""
    again = "move it away to have a new one made, which clients then have to trust anew"
    try:
        key = serialization.load_pem_private_key(kept, None)
        certificate = x509.load_pem_x509_certificate(kept)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError("its key is of another kind")
        if key.public_key() != certificate.public_key():
            raise ValueError("its key does not belong to its certificate")
        authority = Authority(key, certificate)
    except (ValueError, TypeError, x509.ExtensionNotFound) as wrong:
        raise AuthorityError(f"{where} is no certificate authority of ours ({wrong}); {again}") from None
    if certificate.not_valid_after_utc <= now:
        raise AuthorityError(f"{where} expired on {certificate.not_valid_after_utc:%Y-%m-%d}; {again}")
    return authority


def kept_in(folder: Path, domains: Iterable[str], now: datetime) -> Authority:
    """The authority of a folder, made if there is none. Of several processes that start at once all get the same.

    Raises AuthorityError when the folder cannot be used, or when what lies there is damaged: nothing is overwritten.
    """
    path = folder / FILE
    try:
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _put(path, make(domains, now)[1])
        kept = path.read_bytes()
        authority = read(kept, now, str(path))
        if not (folder / CERTIFICATE).exists():
            _put(folder / CERTIFICATE, authority.pem, _FOR_ALL)
    except OSError as wrong:
        raise AuthorityError(f"the authority cannot be kept in {path}: {wrong.strerror or wrong}; "
                             "--ca-dir names another folder") from None  # fmt: skip
    return authority


def today() -> datetime:
    """The real moment, as certificates write it."""
    from emulator.clock import real_now

    return datetime.fromtimestamp(real_now() / 1_000_000, UTC)


def truststore(bundle: bytes, password: str) -> bytes:
    """Certificates, PEM one behind the other, as a PKCS12 trust store, as Java reads one."""
    begin = b"-----BEGIN CERTIFICATE-----"
    entries = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # machines trust some odd old ones: they are nobody's business here
        for number, one in enumerate(bundle.split(begin)[1:]):
            with suppress(ValueError):  # one that this library does not read would help no client either
                entries.append(pkcs12.PKCS12Certificate(x509.load_pem_x509_certificate(begin + one), b"ca-%d" % number))
    return pkcs12.serialize_java_truststore(
        entries,
        serialization.BestAvailableEncryption(password.encode()),
    )


def _put(path: Path, kept: bytes, mode: int = 0o600) -> None:
    """Write a whole file that only its owner may read. Where one is there already, nothing is changed."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(kept)
        os.chmod(temporary, mode)
        with suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        os.unlink(temporary)


def _usage(**said: bool) -> x509.KeyUsage:
    names = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**dict.fromkeys(names, False) | said)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
