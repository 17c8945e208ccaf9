"""What a program's environment is changed to."""

import json
import os

import pytest

from emulator.interception.variables import LEAD, Addresses, Files, changed, led_here

FILES = Files("/f/bundle.pem", "/f/ca.pem", "/f/truststore.p12", "/f/python", "/f/preload.cjs", "/f/php",
              "/f/wgetrc")  # fmt: skip
HERE = Addresses("http://127.0.0.1:8775", ("127.0.0.1", 2775))
PORTS = {80: "http", 443: "http", 3700: "smpp", 3443: "smpp_tls"}


def led(environment: dict[str, str], ways: bool = True) -> dict[str, str]:
    return changed(environment, led_here(HERE, FILES, ["smsc.ru"], PORTS, environment, ways))


def test_the_proxy_variables_stand_in_both_cases_and_leave_loopback_out() -> None:
    environment = led({"no_proxy": "db.example, localhost"})
    assert {environment[name] for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")} == {HERE.http}
    assert environment["no_proxy"] == "db.example,localhost,127.0.0.1,::1"
    assert environment["NO_PROXY"] == "localhost,127.0.0.1,::1"


@pytest.mark.parametrize("own", ["*", "SMSC.ru", ".smsc.ru", "*.ru", "ru", "smsc.ru:443", "a.smsc.ru", "db.example, *",
                                 "smsc.ru.", "db.example smsc.ru"])
def test_no_word_of_the_users_own_lets_a_provider_past(own: str) -> None:
    kept = "db.example," if "db" in own else ""
    assert led({"no_proxy": own})["no_proxy"] == f"{kept}localhost,127.0.0.1,::1"


@pytest.mark.parametrize("own", ["csmsc.ru", "10.0.0.0/8", "::ffff:10.0.0.1", ".example", "smsc.ru.example"])
def test_what_the_user_reaches_directly_stays_so(own: str) -> None:
    assert own in led({"no_proxy": own})["no_proxy"].split(",")


@pytest.mark.parametrize("ways", [True, False])
def test_a_proxy_for_everything_is_taken_away(ways: bool) -> None:
    assert {"all_proxy", "ALL_PROXY"}.isdisjoint(led({"ALL_PROXY": "socks5://proxy.example", "all_proxy": "x"}, ways))


def test_what_replaces_is_set_and_what_is_a_list_or_options_is_added_to() -> None:
    environment = led({
        "PYTHONPATH": "/own", "NODE_OPTIONS": "--max-old-space-size=100", "JAVA_TOOL_OPTIONS": "-Xmx1g",
        "PHP_INI_SCAN_DIR": "/etc/php", "SSL_CERT_FILE": "/own.pem", "SSL_CERT_DIR": "/certs", "PATH": "/bin",
    })  # fmt: skip
    assert environment["PYTHONPATH"] == f"/f/python{os.pathsep}/own"
    assert environment["NODE_OPTIONS"] == '--max-old-space-size=100 --require "/f/preload.cjs"'
    assert environment["JAVA_TOOL_OPTIONS"].startswith("-Xmx1g -Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=8775 ")
    assert environment["PHP_INI_SCAN_DIR"] == f"/etc/php{os.pathsep}/f/php"
    assert environment["SSL_CERT_FILE"] == "/f/bundle.pem"
    assert "SSL_CERT_DIR" not in environment
    assert environment["PATH"] == "/bin"


def test_php_keeps_the_folder_it_was_built_with_where_none_is_named() -> None:
    assert led({})["PHP_INI_SCAN_DIR"] == f"{os.pathsep}/f/php"


def test_in_a_network_of_its_own_a_program_is_told_whom_to_trust_alone() -> None:
    environment = led({"https_proxy": "http://proxy.example:3128", "NODE_OPTIONS": "--no-warnings"}, ways=False)
    assert set(environment) == {
        "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "NODE_OPTIONS",
        "PHP_INI_SCAN_DIR", "JAVA_TOOL_OPTIONS", "WGETRC",
    }  # fmt: skip
    assert environment["NODE_OPTIONS"] == "--no-warnings"
    assert "proxy" not in environment["JAVA_TOOL_OPTIONS"]


def test_the_hooks_are_told_where_each_real_port_leads() -> None:
    assert json.loads(led({})[LEAD]) == {
        "hosts": ["smsc.ru"],
        "ports": {"80": ["127.0.0.1", 8775], "443": ["127.0.0.1", 8775], "3700": ["127.0.0.1", 2775]},
    }
