"""Clients of this very process, and of programs that it starts, led to a sandbox: no line of them changes."""

import asyncio
import http.client
import os
import socket
import ssl
import subprocess
import sys
import urllib.request
from typing import Any

import aiohttp
import httpx
import pytest
import requests
import zeep

import emulator
import emulator.tls.authority

SEND = "https://smsoffice.ge/api/v2/send/?key={}&destination=995577123456&sender=smsoffice&content=Hello"
EARLIER = requests.Session()
"""Made before any test: what it knows of whom to trust is older than the fixture."""


def by_urllib(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=20) as answer:
        said: bytes = answer.read()
        return said


def by_http_client(url: str) -> bytes:
    connection = http.client.HTTPSConnection("smsoffice.ge", timeout=20)
    connection.request("GET", url.removeprefix("https://smsoffice.ge"))
    answer = connection.getresponse().read()
    connection.close()
    return answer


async def by_aiohttp(url: str) -> bytes:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return await answer.read()


async def by_httpx(url: str) -> bytes:
    async with httpx.AsyncClient() as client:
        return (await client.get(url)).content


CLIENTS = {
    "requests": lambda url: requests.get(url, timeout=20).content,
    "requests, a session of before": lambda url: EARLIER.get(url, timeout=20).content,
    "httpx": lambda url: httpx.get(url, timeout=20).content,
    "httpx, async": lambda url: asyncio.run(by_httpx(url)),
    "aiohttp": lambda url: asyncio.run(by_aiohttp(url)),
    "urllib": by_urllib,
    "http.client": by_http_client,
}


def test_clients_of_this_process_reach_the_sandbox_by_its_credentials(
    sms_intercept: Any,
) -> None:
    sms = sms_intercept
    for name, client in CLIENTS.items():
        assert b'"Success":true' in client(SEND.format(sms.smsoffice.key)), name
    assert len(sms.messages()) == len(CLIENTS)
    soap = zeep.Client("https://smsc.ru/sys/soap.php?wsdl")
    assert soap.service.get_balance(sms.smscenter.login, sms.smscenter.psw).balance == "1000.00"


def test_a_test_without_it_has_everything_as_it_was(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import os, socket

        BEFORE = dict(os.environ), socket.getaddrinfo, socket.gethostbyname, socket.socket.connect

        def test_led(sms_intercept):
            assert os.environ["SSL_CERT_FILE"] != BEFORE[0].get("SSL_CERT_FILE")
            assert socket.getaddrinfo("smsc.ru", 443)[0][4][0].startswith("127.")

        def test_not_led():
            del os.environ["PYTEST_CURRENT_TEST"]
            BEFORE[0].pop("PYTEST_CURRENT_TEST", None)
            assert dict(os.environ) == BEFORE[0]
            assert (socket.getaddrinfo, socket.gethostbyname, socket.socket.connect) == BEFORE[1:]
        """
    )
    pytester.runpytest_inprocess().assert_outcomes(passed=2)


def test_without_cryptography_it_says_what_to_install_and_nothing_else(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("import sys\nsys.modules['cryptography'] = None")
    pytester.makepyfile("def test_led(sms_intercept): pass")
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["The fixture sms_intercept: * needs cryptography, which is not installed: pip *"])
    result.stdout.no_fnmatch_line("*ImportError*")


def test_a_proxy_of_the_users_own_is_not_asked(sms_intercept: Any) -> None:
    assert not [name for name in os.environ if name.lower() in ("http_proxy", "https_proxy")]


def test_who_is_led_here_is_told_apart_by_credentials(sms_intercept: Any, live_sms_emulator: Any) -> None:
    with emulator.running() as elsewhere:  # a server of its own: nobody is led to it
        assert b'"ErrorCode":80' in by_urllib(SEND.format(elsewhere.smsoffice.key))
    assert sms_intercept.messages() == []
    assert b'"ErrorCode":0' in by_urllib(SEND.format(sms_intercept.smsoffice.key))
    assert [one.text for one in live_sms_emulator.messages()] == ["Hello"]


PROGRAM = "import sys; from urllib.request import urlopen; print(urlopen(sys.argv[1]).read())"


def test_a_program_that_a_test_starts_is_led_by_its_environment(live_sms_emulator: Any) -> None:
    sms = live_sms_emulator
    command = [sys.executable, "-c", PROGRAM, SEND.format(sms.smsoffice.key)]
    subprocess.run(command, env=sms.environ(), check=True, timeout=60, capture_output=True)
    assert [one.text for one in sms.messages()] == ["Hello"]


async def test_so_it_is_from_an_async_test(sms_emulator: Any) -> None:
    environment = await sms_emulator.environ()
    command = (sys.executable, "-c", PROGRAM, SEND.format(sms_emulator.smsoffice.key))
    started = await asyncio.create_subprocess_exec(*command, env=environment, stdout=subprocess.DEVNULL)
    assert await started.wait() == 0
    assert [one.text for one in await sms_emulator.messages()] == ["Hello"]


def test_a_name_that_is_no_providers_is_looked_up_as_ever(sms_intercept: Any) -> None:
    assert socket.getaddrinfo("localhost", 1)
    with pytest.raises(socket.gaierror, match=r"leads no port of smsc\.ru but"):
        socket.create_connection(("smsc.ru", 22))
    context = ssl.create_default_context()
    with socket.create_connection(("smsc.ru", 443)) as plain, pytest.raises(ssl.SSLCertVerificationError):
        context.wrap_socket(plain, server_hostname="example.com")
