"""Our certificate authority, judged by OpenSSL (the ssl module and the command)."""

import ipaddress
import multiprocessing
import os
import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from emulator.tls import authority, folders
from emulator.tls.authority import AuthorityError, kept_in, make, read
from emulator.tls.contexts import IssuedCertificates, OwnCertificate, TlsError, loaded

NOW = datetime.now(UTC)
DOMAINS = ("smsc.ru", "smsoffice.ge")


def shake_hands(server: ssl.SSLContext, client: ssl.SSLContext, name: str | None) -> ssl.SSLObject:
    """A handshake in memory; gives back the client's side. Raises what the client says."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = server.wrap_bio(to_server, to_client, server_side=True)
    theirs = client.wrap_bio(to_client, to_server, server_hostname=name)
    done: set[ssl.SSLObject] = set()
    for _ in range(10):
        for side in (theirs, ours):
            try:
                side.do_handshake()
                done.add(side)
            except ssl.SSLWantReadError:
                pass
        if len(done) == 2:
            return theirs
    raise AssertionError("the handshake does not end")


def strict(pem: bytes) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=pem.decode())
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


@pytest.fixture(scope="module")
def ours() -> authority.Authority:
    return make(DOMAINS, NOW)[0]


@pytest.mark.parametrize("name", ["smsc.ru", "www5.smsc.ru", "localhost", "127.0.0.1", "127.8.9.1", "::1"])
def test_a_leaf_is_taken_by_a_strict_client(ours: authority.Authority, name: str) -> None:
    side = shake_hands(loaded(ours.issue([name], NOW)), strict(ours.pem), name)
    assert side.version() == "TLSv1.3"


def test_a_leaf_names_its_hosts_in_the_san_alone_for_no_more_than_397_days(ours: authority.Authority) -> None:
    leaf = x509.load_pem_x509_certificate(ours.issue(["smsc.ru", "127.0.0.1"], NOW).certificate)
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert names.value.get_values_for_type(x509.DNSName) == ["smsc.ru"]
    assert names.value.get_values_for_type(x509.IPAddress) == [ipaddress.ip_address("127.0.0.1")]
    assert not list(leaf.subject)
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc <= timedelta(days=397)
    assert leaf.not_valid_before_utc < NOW
    usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [x509.oid.ExtendedKeyUsageOID.SERVER_AUTH]


def test_the_authority_is_constrained_to_its_domains_and_loopback_critically(ours: authority.Authority) -> None:
    certificate = x509.load_pem_x509_certificate(ours.pem)
    constraints = certificate.extensions.get_extension_for_class(x509.NameConstraints)
    assert constraints.critical
    assert {str(one.value) for one in constraints.value.permitted_subtrees or ()} == {
        "smsc.ru", "smsoffice.ge", "localhost", "127.0.0.0/8", "::1/128",
    }  # fmt: skip


@pytest.mark.parametrize(("name", "says"), [
    ("example.com", "may not vouch for 'example.com': it was made for localhost, smsc.ru, smsoffice.ge"),
    ("notsmsc.ru", "may not vouch for 'notsmsc.ru'"),
    ("10.0.0.1", "of addresses it may for those of loopback"),
])  # fmt: skip
def test_no_leaf_is_made_for_a_foreign_name(ours: authority.Authority, name: str, says: str) -> None:
    with pytest.raises(AuthorityError, match=says.replace("(", r"\(")):
        ours.issue([name], NOW)


def test_openssl_refuses_a_foreign_name_under_our_authority_even_if_somebody_signed_it(
    ours: authority.Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authority.Authority, "covers", lambda self, name: True)
    foreign = loaded(ours.issue(["example.com"], NOW))
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        shake_hands(foreign, strict(ours.pem), "example.com")


def test_the_key_is_its_owners_alone_and_the_same_next_time(tmp_path: Path) -> None:
    first = kept_in(tmp_path / "data", DOMAINS, NOW)
    kept = tmp_path / "data" / folders.FILE
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert kept_in(tmp_path / "data", ("other.example",), NOW).pem == first.pem
    assert {one.name for one in kept.parent.iterdir()} == {folders.FILE, folders.CERTIFICATE}


def _made_by_another_process(folder: str, told: "multiprocessing.SimpleQueue[bytes]") -> None:
    told.put(kept_in(Path(folder), DOMAINS, NOW).pem)


def test_the_certificate_alone_is_there_for_others_to_read(tmp_path: Path) -> None:
    ours = kept_in(tmp_path, DOMAINS, NOW)
    beside = tmp_path / "ca.pem"
    assert beside.read_bytes() == ours.pem
    assert stat.S_IMODE(beside.stat().st_mode) == 0o644
    assert kept_in(tmp_path, DOMAINS, NOW).pem == ours.pem


def test_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    told: multiprocessing.SimpleQueue[bytes] = context.SimpleQueue()
    started = [context.Process(target=_made_by_another_process, args=(str(tmp_path), told)) for _ in range(6)]
    for process in started:
        process.start()
    assert len({told.get() for _ in started}) == 1
    for process in started:
        process.join()


@pytest.mark.parametrize(
    "damage", [b"", b"no PEM", make(DOMAINS, NOW)[1][:-200], make(DOMAINS, NOW)[0].pem],
    ids=["empty", "no PEM", "cut", "no key"],
)
def test_a_damaged_file_is_told_and_not_overwritten(tmp_path: Path, damage: bytes) -> None:
    kept = tmp_path / folders.FILE
    kept.write_bytes(damage)
    with pytest.raises(AuthorityError, match=r"authority\.pem is no certificate authority of ours .*move it away"):
        kept_in(tmp_path, DOMAINS, NOW)
    assert kept.read_bytes() == damage


def test_an_expired_authority_is_told(tmp_path: Path) -> None:
    kept = make(DOMAINS, NOW - timedelta(days=4000))[1]
    with pytest.raises(AuthorityError, match="expired on"):
        read(kept, NOW)


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(AuthorityError, match="--ca-dir names another folder"):
        kept_in(tmp_path / "file", DOMAINS, NOW)


@pytest.mark.parametrize(("asked", "shown"), [
    ("smsc.ru", ["smsc.ru"]), ("WWW3.smsc.ru", ["www3.smsc.ru"]), (None, ["localhost"]), ("example.com", ["localhost"]),
])  # fmt: skip
def test_the_certificate_follows_the_name_that_is_asked_for(
    ours: authority.Authority, asked: str | None, shown: list[str]
) -> None:
    client = ssl.create_default_context(cadata=ours.pem.decode())
    client.check_hostname = False
    side = shake_hands(IssuedCertificates(lambda: ours).server(), client, asked)
    certificate = side.getpeercert()
    assert certificate is not None
    assert [value for kind, value in certificate["subjectAltName"] if kind == "DNS"] == shown


def test_http_1_1_is_what_we_speak_when_http_2_is_offered_and_1_2_is_the_oldest_tls(ours: authority.Authority) -> None:
    client = strict(ours.pem)
    client.set_alpn_protocols(["h2", "http/1.1"])
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    side = shake_hands(IssuedCertificates(lambda: ours).server(), client, "smsc.ru")
    assert (side.selected_alpn_protocol(), side.version()) == ("http/1.1", "TLSv1.2")


def test_certificate_files_of_the_users_own_that_are_no_good_are_told(tmp_path: Path) -> None:
    with pytest.raises(TlsError, match=r"certificate .*nothing\.pem cannot be used: .*No such file"):
        OwnCertificate(str(tmp_path / "nothing.pem"), None)


def test_the_data_folder_is_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    assert folders.data_folder({"XDG_DATA_HOME": "/x"}) == Path("/x/sms-emulator")
    monkeypatch.setattr("sys.platform", "win32")
    assert folders.data_folder({"LOCALAPPDATA": os.sep + "y"}) == Path(os.sep + "y") / "sms-emulator"


def test_a_user_whom_nobody_knows_may_have_no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr("os.getuid", lambda: 2**31 - 9)  # no such user: in a container with `user: 12345`
    assert folders.data_folder({}) == Path("/.local/share/sms-emulator")
