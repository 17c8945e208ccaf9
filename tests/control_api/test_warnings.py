"""Accounts to which nobody can bind: told where they are made, served over HTTP, explained where a bind fails."""

import pytest
from esme import desk
from support import get

import emulator
from emulator.client import SmsCenter

ROW = "smscenter.smpp.credentials"


@pytest.mark.contract("smscenter.smpp.credentials")
@pytest.mark.parametrize(
    ("account", "said"),
    [
        ({"login": "l" * 16}, "accounts.smscenter.system_id (its login) is not valid there: it has 16 octets; "
         "system_id "
         "may be 1 to 15 ASCII characters"),
        ({"smpp": {"password": "пароль"}}, "accounts.smscenter.password is not valid there: it has 12 octets, is not "
         "all "
         "ASCII; password may be 1 to 8 ASCII characters"),
    ],
)  # fmt: skip
def test_credentials_that_no_bind_can_say_are_told_and_serve_over_http(account, said):
    with emulator.running(accounts={"smscenter": account}) as sms:
        assert sms.warnings == (f"nobody can bind to smscenter over SMPP: {said}; over HTTP it serves [{ROW}]",)
        with SmsCenter(sms.smscenter.login, sms.smscenter.psw, base_url=sms.base_url) as client:
            assert client.balance() == 1000


def test_what_fits_is_not_spoken_of_a_long_login_with_a_short_system_id_among_it():
    account = {"login": "l" * 40, "psw": "p" * 40, "smpp": {"system_id": "s" * 15, "password": "p" * 8}}
    with emulator.running(accounts={"smscenter": account}) as sms:
        assert sms.warnings == ()
    with emulator.running() as sms:
        assert sms.warnings == ()


async def test_a_bind_that_was_cut_to_what_fits_is_explained():
    async with desk({"accounts": {"smscenter": {"password": "longer-than-8"}}}) as at:
        esme = await at.connect()
        assert (await esme.bind(at.account, password=b"longer-t")).status == 0x0E
        _, body = await get(f"{at.served.base_url}{at.path}/requests")
        assert b"no bind can say the account's own: it has 13 octets" in body
