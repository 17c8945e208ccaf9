"""Demo traffic: what applications send, through every provider in turn. Seeded."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import NamedTuple

from emulator.samples import Encoding, Fake, Language


class DemoSend(NamedTuple):
    provider: str
    to: str
    text: str
    reference: str


_LANGUAGES: tuple[Language, ...] = ("en", "ka", "ru")
_ENCODINGS: tuple[Encoding, ...] = ("gsm7", "ucs2")


def traffic(providers: Sequence[str], count: int, seed: int) -> Iterator[DemoSend]:
    """So many sends; some to numbers that the `happy` scenario lets fail."""
    chance, fake = Random(seed), Fake(seed)
    for n in range(count):
        to = f"995577990{chance.randint(1, 6):03d}" if chance.random() < 0.2 else fake.number()
        code = fake.code(chance.choice((4, 6))) if chance.random() < 0.6 else None
        encoding = chance.choice(_ENCODINGS) if chance.random() < 0.3 else None
        text = fake.text(chance.choice(_LANGUAGES), code=code, encoding=encoding, long=chance.random() < 0.2)
        yield DemoSend(providers[n % len(providers)], to, text, f"demo-{seed}-{n}")
