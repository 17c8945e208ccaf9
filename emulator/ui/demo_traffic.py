"""Demo traffic: texts such as applications send, in several scripts and lengths. Seeded; Faker is loaded here."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import NamedTuple


class DemoSend(NamedTuple):
    provider: str
    to: str
    text: str
    reference: str


_TEXTS = (
    "Your code is {code}. Never tell it to anybody.",
    "{name}, your parcel {code} is at the door of {street}.",
    "თქვენი კოდია {code}. არავის უთხრათ.",
    "Ваш код подтверждения: {code}",
    "გამარჯობა {georgian}! თქვენი ვიზიტი დანიშნულია {day} ივლისს, 12:30. მისამართი: რუსთაველის გამზირი {day}.",
    "Здравствуйте, {russian}! Ваш заказ № {code} передан в доставку, курьер позвонит за час.",
    "Payment of €{day}.40 at {company}. Balance: €{code}.00",
    "Dear {name}, your appointment with {other} is confirmed for {day} July at 10:15. Please bring your insurance "
    "card and arrive ten minutes early. To change or cancel it, reply to this message or call us before "
    "noon the day before.",
    "{name}, sale starts now ☀ -30% on everything until Sunday",
    "OTP {code}",
)


def traffic(providers: Sequence[str], count: int, seed: int) -> Iterator[DemoSend]:
    """So many sends, through the providers in turn; some to numbers that the `happy` scenario lets fail."""
    from faker import Faker

    chance = Random(seed)
    english, georgian, russian = Faker("en_US"), Faker("ka_GE"), Faker("ru_RU")
    for n, fake in enumerate((english, georgian, russian)):
        fake.seed_instance(seed * 3 + n)
    for n in range(count):
        number = f"990{chance.randint(1, 6):03d}" if chance.random() < 0.2 else f"{chance.randint(100_000, 989_999)}"
        text = chance.choice(_TEXTS).format(
            code=chance.randint(1000, 999_999), day=chance.randint(2, 28), name=english.first_name(),
            other=english.name(), street=english.street_address(), company=english.company(),
            georgian=georgian.first_name(), russian=russian.first_name(),
        )  # fmt: skip
        yield DemoSend(providers[n % len(providers)], f"995577{number}", text, f"demo-{seed}-{n}")
