"""Whereto the emulator may connect, as a rule alone; tests/delivery/test_http_client.py has the sockets."""

import pytest

from emulator.app.settings import Settings, settings
from emulator.net.allowed_targets import Targets, read
from emulator.net.hosts import of_header


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "127.255.0.9", "::1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.65.254", "fd12:3456::1",
     "::ffff:127.0.0.1", "::ffff:10.0.0.1"],
)  # fmt: skip
def test_loopback_and_private_addresses_are_open(address):
    assert Targets().refusal("app.test", address) is None
    assert Targets().refusal(address, address) is None


@pytest.mark.parametrize(
    "address",
    ["93.184.216.34", "8.8.8.8", "172.32.0.1", "172.15.255.255", "192.169.0.1", "11.0.0.1", "100.64.0.1", "2001:db8::1",
     "2606:4700::1", "::ffff:93.184.216.34", "64:ff9b::5db8:d822", "64:ff9b::7f00:1", "2002:7f00:1::", "192.0.2.1",
     "fec0::1", "198.18.0.1", "::127.0.0.1"],
)  # fmt: skip
def test_others_are_open_to_who_names_them(address):
    assert "--callback-allow does not name it" in Targets().refusal("app.test", address)
    for named in ("*", "app.test", "APP.test.", "*.test", address, f"{address}/{128 if ':' in address else 32}"):
        assert Targets([named]).refusal("app.test", address) is None, named
    for other in ("other.test", "*.app.test", "*.est", "test", "10.0.0.0/8", "2a00::/16"):
        assert Targets([other]).refusal("app.test", address), other


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "169.254.1.2", "fe80::1", "fe80::1%2", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe",
     "2002:a9fe:a9fe::1", "fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "168.63.129.16", "64:ff9b:1::1"],
)  # fmt: skip
def test_link_local_addresses_and_those_of_a_clouds_own_services_are_open_to_nobody_but_who_names_the_address(address):
    for named in ((), ("*",), ("metadata.test",), ("*.test",), ("0.0.0.0/0",), ("::/0",), ("fd00::/8",)):
        assert "opens it" in Targets(named).refusal("metadata.test", address), named
    plain = address.removeprefix("::ffff:").partition("%")[0]
    if not plain.startswith(("64:ff9b::", "2002:")):
        assert Targets([plain]).refusal("metadata.test", address) is None


@pytest.mark.parametrize(
    "address", ["0.0.0.0", "0.1.2.3", "::", "224.0.0.1", "239.1.1.1", "ff02::1", "255.255.255.255", "240.0.0.1",
                "::ffff:0.0.0.0", "64:ff9b::e000:1"],
)  # fmt: skip
def test_nobodys_addresses_are_never_called(address):
    for named in ("*", "0.0.0.0/0", "::/0", address, "any.test"):
        assert "nothing is sent there" in Targets([named]).refusal("any.test", address), named


def test_the_refusal_teaches():
    assert Targets().refusal("example.com", "93.184.216.34") == (
        "example.com is 93.184.216.34, which is neither loopback nor private, and --callback-allow does not name it; "
        "--callback-allow example.com opens it"
    )
    assert Targets().refusal("93.184.216.34", "93.184.216.34").startswith("93.184.216.34, which")


@pytest.mark.parametrize(
    ("given", "wanted"),
    [("*", "*"), ("10.0.0.0/8", "10.0.0.0/8"), ("Example.COM.", "example.com"), ("*.Example.com", "*.example.com"),
     ("[::1]", "::1"), ("2001:db8::/32", "2001:db8::/32"), ("bücher.example", "xn--bcher-kva.example"),
     ("faß.de", "xn--fa-hia.de"),
     ("my_service", "my_service")],
)  # fmt: skip
def test_the_words_of_callback_allow(given, wanted):
    assert read(given) == wanted


@pytest.mark.parametrize(
    ("given", "teaches"),
    [("http://example.com/sms", "example.com alone is wanted"), ("example.com:8080", "example.com alone is wanted"),
     ("[::1]:80", "::1 alone is wanted"), ("10.0.0.1/8", "the network is 10.0.0.0/8"),
     ("10.0.0.0/99", "'99' is not a number of bits"),
     ("", "a host name (example.com)"), ("ex ample", "* for everything"),
     ("*.*", "a network (10.0.0.0/8)"), ("*example.com", "*.example.com"), ("1.2.3", "no host name and no address"),
     ("user@example.com", "no host name")],
)  # fmt: skip
def test_other_words_are_refused_with_what_may_stand_there(given, teaches):
    with pytest.raises(ValueError, match=r"^--callback-allow: ") as refused:
        settings({"callback_allow": [given]}, {})
    assert teaches in str(refused.value)


def test_the_option_is_read_from_flags_and_environment():
    assert settings({}, {"SMS_EMULATOR_CALLBACK_ALLOW": "a.test 10.0.0.0/8"}).callback_allow == ("a.test", "10.0.0.0/8")
    assert settings({"callback_allow": ["b.test"]}, {"SMS_EMULATOR_CALLBACK_ALLOW": "*"}).callback_allow == ("b.test",)
    assert Settings(public_url="https://sms.test/x").targets.refusal("sms.test", "93.184.216.34") is None


@pytest.mark.parametrize(
    ("url", "foreseen"),
    [("http://93.184.216.34/x", True), ("http://[2606::1]:80/x", True), ("http://169.254.169.254/", True),
     ("http://user:word@8.8.8.8/x", True), ("http://127.0.0.1@8.8.8.8/x", True), ("http://10.0.0.1/", False),
     ("http://8.8.8.8@10.0.0.1/", False), ("http://example.com/", False), ("", False), (None, False)],
)  # fmt: skip
def test_an_address_in_a_url_is_judged_ahead(url, foreseen):
    assert (Targets().foreseen(url) is not None) is foreseen


@pytest.mark.parametrize(
    ("header", "host"),
    [("localhost", "localhost"), ("LOCALHOST.:80", "localhost"), ("[::1]:8775", "::1"), ("[::1]", "::1"),
     ("127.0.0.1:", "127.0.0.1"), ("::1", None), ("a@localhost", None), ("localhost/x", None), ("localhost:x", None),
     ("evil.example#localhost", None), ("evil.example\\localhost", None), ("[", None), ("", None), (":80", None),
     ("[::1]evil.example", None), ("a b", None)],
)  # fmt: skip
def test_the_header_host(header, host):
    assert of_header(header) == host
