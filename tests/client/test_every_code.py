"""Every code of every operation, as the emulator says it, becomes an exception of its own class."""

import pytest
from client.desks import KINDS, PROVIDERS, desk, number

from emulator.client import Refused, SmsError, smscenter, smsoffice, ubill
from emulator.client.errors import NotReached, ReplyLost, Unavailable
from emulator.client.smscenter.errors import SmsCenterRefused
from emulator.client.smsoffice.errors import SmsOfficeRefused
from emulator.client.ubill.errors import UbillRefused
from emulator.providers import found

HEADS = {"smsoffice": SmsOfficeRefused, "ubill": UbillRefused, "smscenter": SmsCenterRefused}
HOMES = {"smsoffice": smsoffice, "ubill": ubill, "smscenter": smscenter}
BASES = {
    "smsoffice": smsoffice.SmsOfficeError, "ubill": ubill.UbillError, "smscenter": smscenter.SmsCenterError
}  # fmt: skip
METHODS = {
    ("smsoffice", "send"): [("send", lambda to: (to, "Hello"))],
    ("smsoffice", "status"): [("message_status", lambda to: (to, "mine"))],
    ("smsoffice", "balance"): [("balance", lambda to: ())],
    ("ubill", "send"): [("send", lambda to: (to, "Hello")), ("send_xml", lambda to: (to, "Hello"))],
    ("ubill", "status"): [("report", lambda to: (1,))],
    ("ubill", "balance"): [("balance", lambda to: ())],
    ("ubill", "brands"): [("create_brand_name", lambda to: ("shop",)), ("brand_names", lambda to: ())],
    ("smscenter", "send"): [("send", lambda to: (to, "Hello")), ("send_sms", lambda to: (to, "Hello"))],
    ("smscenter", "cost"): [("cost", lambda to: (to, "Hello")), ("get_sms_cost", lambda to: (to, "Hello"))],
    ("smscenter", "status"): [("status", lambda to: (to, 1)), ("delete", lambda to: (to, 1))],
    ("smscenter", "status/soap"): [("get_status", lambda to: (to, 1))],
    ("smscenter", "history"): [("history", lambda to: ())],
    ("smscenter", "incoming"): [("received", lambda to: ())],
    ("smscenter", "number"): [("owners", lambda to: (to,))],
    ("smscenter", "brands"): [("sender_names", lambda to: ())],
    ("smscenter", "wait-call"): [("await_call", lambda to: (to,))],
    ("smscenter", "balance"): [("balance", lambda to: ()), ("get_balance", lambda to: ())],
}
PROVIDED = found()


def _rows(provider):
    for operation, table in PROVIDED[provider].profile.errors.items():
        if (provider, operation) in METHODS:
            for code in table.codes:
                yield operation, table.of_code(code)


CASES = [
    pytest.param(provider, operation, row, method, arguments, id=f"{provider}-{operation}-{row.code}-{method}")
    for provider in PROVIDERS
    for operation, row in _rows(provider)
    for method, arguments in METHODS[provider, operation]
    if (row.code, method) != (-3, "delete")
]


@pytest.mark.parametrize(("provider", "operation", "row", "method", "arguments"), CASES)
async def test_a_code_is_raised_as_its_class(sms_emulator, provider, operation, row, method, arguments):
    wanted = HEADS[provider].row(operation, row.code, http=row.http != 200)
    assert wanted is not None, "the code has no class"
    sms = sms_emulator
    told = {"code": row.code} if row.code != -3 else {"reason": row.reason.value}
    await sms.add_rule(when={"provider": provider, "operation": operation.partition("/")[0]}, then={"refuse": told})
    for kind in KINDS:
        async with desk(kind, provider, sms) as ask:
            with pytest.raises(wanted) as raised:
                await ask(method, *arguments(number(provider)))
        error = raised.value
        assert isinstance(error, BASES[provider])
        assert (error.code, error.provider) == (row.code, provider)
        assert error.text
        assert error.maybe_accepted is False
        assert str(row.code) in str(error)
        assert error.text in str(error)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_classes_and_the_emulators_tables_say_the_same(provider):
    head = HEADS[provider]
    used = set()
    for operation, row in _rows(provider):
        cls = head.row(operation, row.code, http=row.http != 200)
        assert cls is not None, f"{operation} {row.code} has no class"
        used.add(cls)
        texts = {other.text for op, other in _rows(provider) if op == operation and other.code == row.code}
        if row.code != -3:
            assert cls.text in texts, f"{cls.__name__} says {cls.text!r}, the emulator {texts}"
    assert used == set(head.rows), "a class has a code that the emulator never says"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_class_can_be_imported_by_its_name_and_says_what_it_means(provider):
    for cls in HEADS[provider].rows:
        assert getattr(HOMES[provider], cls.__name__) is cls
        assert cls.__name__ in HOMES[provider].__all__
        assert cls.__doc__


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_code_without_a_class_is_raised_all_the_same(provider):
    error = HEADS[provider].told("send", 4711, "something new")
    assert type(error) is HEADS[provider]
    assert (error.code, error.text) == (4711, "something new")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_whoever_catches_a_base_catches_its_kinds(provider):
    kinds = [cls for cls in vars(HOMES[provider]).values() if isinstance(cls, type) and issubclass(cls, SmsError)]
    assert all(issubclass(cls, BASES[provider]) for cls in kinds)
    for kind in (Refused, ReplyLost, NotReached, Unavailable):
        assert any(issubclass(cls, kind) for cls in kinds)


async def test_a_refusal_that_uses_up_an_id_tells_it(sms_emulator):
    for kind in KINDS:
        async with desk(kind, "smscenter", sms_emulator) as ask:
            with pytest.raises(smscenter.InvalidNumber) as raised:
                await ask("send", "123", "Hello", id=f"mine-{kind}")
            assert raised.value.id == f"mine-{kind}"
