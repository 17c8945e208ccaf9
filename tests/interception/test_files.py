"""The files that the variables name."""

import ssl
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from emulator.interception.files import lay
from emulator.interception.variables import LEAD
from emulator.tls.authority import make
from emulator.tls.trust import trusted

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def authority() -> bytes:
    return make(["smsc.ru"], NOW)[0].pem


def test_the_bundle_holds_the_machines_authorities_the_users_own_and_ours(tmp_path: Path, authority: bytes) -> None:
    own = make(["example.com"], NOW)[0].pem
    (tmp_path / "own.pem").write_bytes(b"# a comment\n" + own)
    laid = lay(tmp_path / "laid", authority, {"REQUESTS_CA_BUNDLE": str(tmp_path / "own.pem")})
    written = Path(laid.bundle).read_text()
    assert own.decode().strip() in written
    assert authority.decode().strip() in written
    assert all(one in written for one in trusted({}))
    context = ssl.create_default_context(cafile=laid.bundle)
    assert context.cert_store_stats()["x509_ca"] == len(trusted({})) + 2


def test_a_second_run_under_the_first_ones_variables_changes_nothing(tmp_path: Path, authority: bytes) -> None:
    first = lay(tmp_path, authority, {})
    before = Path(first.bundle).read_text()
    assert lay(tmp_path, authority, {"SSL_CERT_FILE": first.bundle}) == first
    assert Path(first.bundle).read_text() == before


def test_wgets_settings_hold_the_users_own(tmp_path: Path, authority: bytes) -> None:
    (tmp_path / ".wgetrc").write_text("tries = 3")
    laid = lay(tmp_path / "laid", authority, {"HOME": str(tmp_path)})
    assert Path(laid.wget).read_text() == f"tries = 3\nca_certificate={laid.bundle}\n"
    again = lay(tmp_path / "laid", authority, {"WGETRC": laid.wget})
    assert Path(again.wget).read_text().splitlines()[0] == "tries = 3"


def test_pythons_hook_leads_names_and_does_what_the_users_own_sitecustomize_does(
    tmp_path: Path, authority: bytes
) -> None:
    laid = lay(tmp_path / "laid", authority, {})
    own = tmp_path / "own"
    own.mkdir()
    (own / "sitecustomize.py").write_text("print('own')\n")
    program = (
        "import socket\n"
        "for host, port in (('smsc.ru', 443), ('WWW2.smsc.ru.', 'https'), (b'smsc.ru', 80), ('127.0.0.2', 25),\n"
        "                   ('\uff33msc\uff0eru', 80), ('smsc.ru', None)):\n"
        "    print(*socket.getaddrinfo(host, port, socket.AF_INET, socket.SOCK_STREAM)[0][4])\n"
        "for host in ('smsc.ru', b'smsc.ru', 'SMSC.ru.', '\uff33msc.ru'):\n"
        "    print(socket.gethostbyname(host), *socket.gethostbyname_ex(host)[2])\n"
        "try:\n"
        "    socket.getaddrinfo('smsc.ru', 22)\n"
        "except socket.gaierror as error:\n"
        "    print(error.strerror)\n"
    )
    lead = '{"hosts": ["smsc.ru"], "ports": {"80": ["127.0.0.1", 81], "443": ["127.0.0.1", 444]}}'
    told = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": f"{laid.python}:{own}", LEAD: lead}, capture_output=True,
        text=True, check=True,
    ).stdout  # fmt: skip
    assert told.splitlines() == [
        "own", "127.83.77.83 443", "127.83.77.83 443", "127.83.77.83 80", "127.0.0.2 25",
        "127.83.77.83 80", "127.83.77.83 0", *["127.83.77.83 127.83.77.83"] * 4,
        "sms-emulator leads no port of smsc.ru but 443, 80",
    ]  # fmt: skip
