"""What importing the client brings along: nothing of the server, and aiohttp only for those who want it."""

import subprocess
import sys

import pytest

SERVER = {
    "aiohttp.web", "jinja2", "yaml", "faker", "emulator.core.engine.engine", "emulator.providers.base",
    "emulator.app.emulator",
}  # fmt: skip
LIGHT = SERVER | {"aiohttp", "asyncio"}


def brought(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_the_package_alone_brings_next_to_nothing():
    assert {name for name in brought("import emulator.client") if name.startswith("emulator")} == {
        "emulator", "emulator.client", "emulator.exports",
    }  # fmt: skip


SYNC = """
from emulator.client import BadCallback, Callbacks, Patience, Report, Reports, SmsCenter, SmsError, SmsOffice, Ubill
from emulator.client import normal_number, parts, settle_reports, smscenter, smsoffice, ubill
SmsOffice("key"), Ubill("key"), SmsCenter("login", "psw")
"""


def test_the_sync_clients_bring_no_aiohttp():
    assert brought(SYNC) & LIGHT == set()


@pytest.mark.parametrize("name", ["AsyncSmsOffice", "AsyncUbill", "AsyncSmsCenter", "SmppClient", "aiohttp_handler"])
def test_the_async_clients_bring_nothing_of_the_server(name):
    assert brought(f"from emulator.client import {name}") & SERVER == set()


def test_an_async_client_that_is_made_brings_aiohttps_client_and_nothing_of_the_server():
    found = brought("import asyncio\nfrom emulator.client import AsyncUbill\nAsyncUbill('key')")
    assert "aiohttp" in found
    assert found & SERVER == set()


def test_a_name_that_is_not_there_is_told_with_those_that_are():
    from emulator import client

    with pytest.raises(AttributeError, match=r"it has .*AsyncSmsCenter"):
        _ = client.SmsOfice
    assert {"SmsOffice", "smscenter", "parts"} <= set(dir(client))
