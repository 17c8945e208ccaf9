"""A send taken apart by its borders is answered, journalled and taken into the world as one that is read whole."""

import random
from typing import Any
from urllib.parse import quote, quote_plus

import msgspec
import pytest

from emulator.app import Emulator
from emulator.core.plans import Plan, Refuse, Reports, Step
from emulator.core.plans import Reply as ReplyPlan
from emulator.core.reasons import Reason
from emulator.core.rules import RuleSpec
from emulator.core.verbs import PutRules
from emulator.core.when import When
from emulator.reception.repeats import MOST_FORMS
from emulator.reception.requests import Answer
from emulator.recipes import NewSandbox
from emulator.settings import Settings
from emulator.wire import HttpReply, Letterhead

SPELLINGS = {
    "smsoffice": (
        "/api/v2/send", ("destination", "content", "reference"),
        ["key=emulator-smsoffice&sender=smsoffice", "key=emulator-smsoffice&sender=smsoffice", "sender=smsoffice",
         "key=emulator-smsoffice&sender=Nobody", "key=emulator-smsoffice&sender=SMSOFFICE&urgent=true",
         "key=emulator-smsoffice&sender=smsoffice&contentType=2&x=y", "key=nobody&sender=smsoffice",
         "key=emulator-smsoffice&sender=smsoffice&Content=other",
         "key=emulator-smsoffice&sender=smsoffice&scheduledAt=1",
         "key=emulator-smsoffice&sender=smsoffice&content=other", "key=emulator-smsoffice&sender=sms%6Fffice"],
    ),
    "ubill": (
        "/v1/sms/send", ("numbers", "text", ""),
        ["key=emulator-ubill&brandID=1", "key=emulator-ubill&brandID=1", "key=emulator-ubill&brandID=2",
         "key=emulator-ubill&brandID=1&otp=true", "key=emulator-ubill&brandID=1&stopList=false",
         "key=emulator-ubill&brandID=1&sendTime=2030-01-01+10:00", "brandID=1"],
    ),
    "smscenter": (
        "/sys/send.php", ("phones", "mes", ""),
        ["login=emulator&psw=emulator&charset=utf-8&fmt=3", "login=emulator&psw=emulator&charset=utf-8&fmt=3",
         "login=emulator&psw=emulator", "login=emulator&psw=emulator&fmt=1&cost=3", "login=emulator&psw=wrong",
         "login=emulator&psw=emulator&charset=koi8-r&fmt=2", "login=emulator&psw=emulator&op=1&err=1&fmt=3",
         "login=emulator&psw=emulator&maxsms=1", "login=emulator&psw=emulator&translit=1&charset=utf-8",
         "login=emulator&psw=emulator&id=7", "login=emulator&psw=emulator&cost=1",
         "login=emulator&psw=emulator&viber=1"],
    ),
}  # fmt: skip
NUMBERS = [
    "995577123456", "995577990001", "79161234567", "79161230008", "577123456", "7", "", "995577123456,995577123457",
    "%2B79161234567", "+79161234567", "9955７",
]  # fmt: skip
TEXTS = ["Your code is 4829", "", " ", "Привет", "გამარჯობა", "a+b&c", "100%", "x" * 161, "x" * 1001, "კოდი 1234"]
REFERENCES = [None, "", "r1", "r2", "r 3", "მე", "a reference that is too long to be one"]
RULES: list[dict[str, Any]] = [
    {"then": Plan(reply=ReplyPlan(fault="garbled")), "when": When(nth=7)},
    {"then": Plan(refuse=Refuse(reason=Reason.NO_CREDIT)), "when": When(contains="4829")},
    {"then": Plan(steps=(Step(1, "undelivered"),)), "when": When(to="*56")},
]  # fmt: skip
LETTERHEADS = [Letterhead((("Host", "x"),), "127.0.0.1"), Letterhead((("Host", "y"), ("X", "z")), "127.0.0.2")]


def take(one: Emulator, target: str, letterhead: Letterhead = LETTERHEADS[0]) -> HttpReply | Answer:
    """What a request comes to; those like it may take the short way."""
    return one.repeats.take(letterhead, target) or one.exchange(letterhead.request(target))


def targets(provider: str, seed: int) -> list[tuple[Letterhead, str]]:
    """A client that says most things again and again, and the others in the same way three times."""
    chance = random.Random(seed)
    path, names, rests = SPELLINGS[provider]
    made = []
    usual, shape = True, 0.0
    for n in range(400):
        if usual or not n % 3:
            usual, shape = chance.random() < 0.6, chance.random()
        shaping = random.Random(shape)
        to = NUMBERS[0 if provider != "smscenter" else 2] if usual else chance.choice(NUMBERS)
        text = f"Code {n}" if usual else chance.choice(TEXTS)
        reference = f"r{n}" if usual else chance.choice(REFERENCES)
        fields = [f"{names[0]}={to if to.isascii() else quote(to)}",
                  f"{names[1]}={chance.choice((quote, quote_plus))(text)}",
                  *([] if reference is None or not names[2] else [f"{names[2]}={quote(reference)}"]),
                  *(rests[0] if usual else shaping.choice(rests)).split("&")]  # fmt: skip
        if not usual and shaping.random() < 0.2:
            fields.append(shaping.choice((fields[0], fields[1], f"{names[1]}=other", "x=y")))
        if not usual and shaping.random() < 0.5:
            order = shaping.random()
            fields.sort(key=lambda field: random.Random(f"{field.partition('=')[0]}{order}").random())
        slash = shaping.choice(("", "/"))
        made.append((shaping.choice(LETTERHEADS), f"{path}{slash}?{'&'.join(fields)}"))
    return made


def emulator(provider: str, limits_off: bool = True) -> Emulator:
    made = Emulator(Settings(seed=1))
    made.default.clock.rate = 0
    made.default.engine.world.now = 1_900_000_000_000_000
    account = made.default.account(provider)
    account.limits_off, account.balance = limits_off, 10**9
    return made


def told(one: Emulator) -> list[object]:
    """All that can be asked of an emulator afterwards."""
    sandbox = one.default
    world = sandbox.engine.world.packed()
    world.began = 0
    for account in world.accounts.values():
        for sender in account.senders.values():
            sender.created_at = 0
    return [
        msgspec.msgpack.encode(world), list(sandbox.journal.exchanges()), one.reception.counted,
        sandbox.findings.by_row, sandbox.feed.made,
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("provider", SPELLINGS)
def test_both_ways_come_to_the_same(provider, seed):
    quick, plain = emulator(provider), emulator(provider)
    if seed == 3:
        for one in (quick, plain):
            one.default.engine.control(PutRules([RuleSpec(**spec) for spec in RULES]), one.default.now())
    short = 0
    for letterhead, target in targets(provider, seed):
        wanted = plain.exchange(letterhead.request(target))
        answer = take(quick, target, letterhead)
        short += isinstance(answer, HttpReply)
        reply, fault = (answer.reply, answer.fault) if isinstance(answer, Answer) else (answer, None)
        assert (reply, fault) == (wanted.reply, wanted.fault), target
    assert told(quick) == told(plain)
    assert short > 100


PATH = "/api/v2/send?key=emulator-smsoffice&destination=995577123456&sender=smsoffice&content=Hi&reference=r1"


def test_what_is_counted_by_the_transport_goes_the_ordinary_way():
    target = "/sys/send.php?login=emulator&psw=emulator&phones=79161234567&mes=Hi"
    one = emulator("smscenter")
    assert [type(take(one, target)) for _ in range(2)] == [Answer, HttpReply]
    one.default.account("smscenter").limits_off = False
    assert one.repeats.take(LETTERHEADS[0], target) is None


def test_a_form_ends_with_its_sandbox():
    one = emulator("smsoffice")
    wish = NewSandbox(id="mine", accounts={"smsoffice": {"key": "mykey"}})
    target = PATH.replace("emulator-smsoffice", "mykey")
    first = one.create(wish)
    assert [type(take(one, target)) for _ in range(2)] == [Answer, HttpReply]
    one.remove(first)
    assert one.repeats.take(LETTERHEADS[0], target) is None
    second = one.create(wish)
    assert [type(take(one, target)) for _ in range(2)] == [Answer, HttpReply]
    assert [len(of.engine.world.store.messages) for of in (first, second)] == [2, 2]


def test_a_client_that_makes_up_a_form_for_each_send_is_served_and_costs_no_more_than_so_many():
    one = emulator("smsoffice")
    for n in range(MOST_FORMS + 5):
        assert [type(take(one, f"{PATH}&n={n}")) for _ in range(2)] == [Answer, HttpReply]
    assert len(one.default.engine.world.store.messages) == (MOST_FORMS + 5) * 2
    assert len(one.repeats._forms) == 5
    assert len(one.repeats._seen) <= MOST_FORMS


def test_what_never_comes_again_and_what_goes_to_several_is_not_learnt():
    one = emulator("smsoffice")
    for n in range(50):
        take(one, f"{PATH}&n={n}")
        take(one, PATH.replace("995577123456", "995577123456,995577123457"))
    assert len(one.default.engine.world.store.batches) == 100
    assert one.repeats._forms == {}


@pytest.mark.parametrize(
    ("provider", "target"),
    [("smsoffice", PATH), ("ubill", "/v1/sms/send?key=emulator-ubill&brandID=1&numbers=995577123456&text=Hi"),
     ("smscenter", "/sys/send.php?login=emulator&psw=emulator&charset=utf-8&phones=79161234567&mes=Hi")],
)  # fmt: skip
def test_whoever_never_writes_ascii_goes_the_short_way_too(provider, target):
    one = emulator(provider)
    answers = [take(one, target.replace("Hi", quote(f"კოდი {n}"))) for n in range(3)]
    assert [type(answer) for answer in answers] == [Answer, HttpReply, HttpReply]
    assert one.default.engine.world.store.batches[-1].text == "კოდი 2"


SMSC = "/sys/send.php?login=emulator&psw=emulator&phones=79161234567"


@pytest.mark.parametrize(
    ("provider", "target", "values"),
    [
        ("smsoffice", PATH.replace("destination=", "%64estination=995577123456&destination={}&z="),
         ("995577123456", "995577123457")),
        ("smsoffice", PATH.replace("content=Hi", "c%6Fntent=Hi&x=a?content={}"), ("Hi", "Ho")),
        ("smscenter", SMSC + "&mes={}&m%65s=Hi", ("Hi", "Ho")),
        ("smscenter", SMSC + "&mes={}&mes", ("", "Ho")),
    ],
)  # fmt: skip
def test_a_send_that_has_a_value_twice_the_name_written_otherwise_is_read_whole(provider, target, values):
    quick, plain = emulator(provider), emulator(provider)
    for request in (LETTERHEADS[0].request(target.format(value)) for value in (values[0], *values)):
        wanted = plain.exchange(request).reply
        answer = take(quick, request.target)
        assert (answer.reply if isinstance(answer, Answer) else answer) == wanted
    assert told(quick) == told(plain)


def test_a_text_that_may_lack_its_charset_is_read_whole():
    one = emulator("smscenter")
    answers = [take(one, f"{SMSC}&mes={text}") for text in ("Hi", "Ho", quote("Привет"), "%CF%F0%E8", "Hi")]
    assert [type(answer) for answer in answers] == [Answer, HttpReply, Answer, Answer, HttpReply]
    assert "smscenter.send.charset-missing" in one.default.findings.by_row


def test_where_reports_go_before_the_reply_it_waits_for_them():
    one = emulator("smsoffice")
    spec = RuleSpec(when=When(contains="early"), then=Plan(reports=Reports(before_reply=True)))
    one.default.engine.control(PutRules([spec]), one.default.now())
    answers = [take(one, PATH.replace("Hi", text)) for text in ("Hi", "Hi", "early")]
    assert [type(answer) for answer in answers] == [Answer, HttpReply, Answer]


@pytest.mark.parametrize("path", ["/api/v2/send", "/api/v2/send/"])
def test_the_address_is_written_as_the_page_writes_it_or_without_the_slash(path):
    target = PATH.replace("/api/v2/send", path)
    one = emulator("smsoffice")
    assert [type(take(one, target)) for _ in range(2)] == [Answer, HttpReply]


@pytest.mark.parametrize("target", ["/", "", "/api/v2/send", "/api/getBalance?key=x", "*", "/api/v2/send?content=x"])
def test_what_is_no_send_is_left_alone(target):
    one = emulator("smsoffice")
    assert one.repeats.take(LETTERHEADS[0], target) is None
    assert list(one.default.journal.exchanges()) == []
