"""Numbers, names and texts such as applications send, for tests and demo traffic. The same seed gives the same.
Faker, which is heavy, is imported with the first name."""

from functools import cached_property
from random import Random
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from faker import Faker

Language = Literal["en", "ka", "ru"]
Country = Literal["ge", "ru", "kz", "ua", "by"]
Encoding = Literal["gsm7", "ucs2"]

_COUNTRIES: dict[str, tuple[str, int]] = {
    "ge": ("995", 12), "ru": ("7", 11), "kz": ("77", 11), "ua": ("380", 12), "by": ("375", 12),
}  # fmt: skip
"""The prefix, and how many digits a number has."""
_LOCALES = {"en": "en_US", "ka": "ka_GE", "ru": "ru_RU"}
_NATIVE: dict[str, Encoding] = {"en": "gsm7", "ka": "ucs2", "ru": "ucs2"}
"""How a language goes on the air in its own letters."""

_CODES: dict[tuple[str, str], tuple[str, ...]] = {
    ("en", "gsm7"): ("Your code is {code}. Never tell it to anybody.", "OTP {code}", "Your PIN: {code}"),
    ("en", "ucs2"): ("Your code is {code} ✓", "☎ Your verification code: {code}"),
    ("ka", "ucs2"): ("თქვენი კოდია {code}. არავის უთხრათ.", "ერთჯერადი პაროლი: {code}"),
    ("ka", "gsm7"): ("Tqveni kodia {code}. Aravis utxrat.",),
    ("ru", "ucs2"): ("Ваш код подтверждения: {code}", "Никому не сообщайте код {code}"),
    ("ru", "gsm7"): ("Vash kod: {code}. Nikomu ego ne soobshchajte.",),
}
_NOTICES: dict[tuple[str, str], tuple[str, ...]] = {
    ("en", "gsm7"): ("{name}, your parcel is at the door.", "Dear {name}, your visit is on {day} July at 10:15."),
    ("en", "ucs2"): ("{name}, sale starts now ☀ -30% on everything", "Payment of {day}.40 ₾ received ✓ {name}"),
    ("ka", "ucs2"): ("გამარჯობა, {name}! თქვენი ვიზიტი {day} ივლისს არის.",),
    ("ka", "gsm7"): ("{name}, tqveni amanati adgilzea.",),
    ("ru", "ucs2"): ("Здравствуйте, {name}! Ваш заказ передан в доставку.",),
    ("ru", "gsm7"): ("{name}, vash zakaz peredan v dostavku.",),
}
_MORE: dict[tuple[str, str], str] = {
    (
        "en",
        "gsm7",
    ): " To change or cancel it, reply to this message or call us before noon the day before. Please bring "
    "your insurance card and arrive ten minutes early; there is a car park behind the house.",
    ("en", "ucs2"): " To change or cancel it, reply to this message or call us before noon the day before.",
    ("ka", "ucs2"): " გასაუქმებლად ან შესაცვლელად გვიპასუხეთ ამ ნომერზე ან დაგვირეკეთ წინა დღეს, შუადღემდე.",
    ("ka", "gsm7"): " Gasauqmeblad an shesacvlelad gvipasuxet am nomerze an dagvireket wina dges, shuadgemde. "
    "Gtxovt mobrzandet ati wutit adre da tan iqoniot piradobis mowmoba.",
    ("ru", "ucs2"): " Чтобы изменить или отменить, ответьте на это сообщение или позвоните нам накануне до полудня.",
    ("ru", "gsm7"): " Chtoby izmenit ili otmenit, otvette na eto soobshchenie ili pozvonite nam nakanune do poludnya. "
    "Pozhalujsta, prihodite na desyat minut ranshe i voz'mite s soboj pasport.",
}
"""What makes a text longer than one part."""


class Fake:
    """Seeded samples. Each call gives the next one; a fresh Fake of the same seed begins anew."""

    def __init__(self, seed: int = 1) -> None:
        self.seed = seed
        self._random = Random(seed)

    def number(self, country: Country = "ge", operator: str | None = None) -> str:
        """A mobile number with its country's code; `operator` as the provider names it, or the beginning of that:
        "magti", "Silknet", "beeline". None of the `happy` scenario's numbers that fail."""
        from emulator.providers.number_ranges import OPERATORS

        if country not in _COUNTRIES:
            raise ValueError(f"no country {country!r}; there are {', '.join(_COUNTRIES)}")
        prefix, digits = _COUNTRIES[country]
        there = [(one.name, codes.split()) for code, one, codes in OPERATORS if code == prefix]
        fit = [codes for name, codes in there if operator is None or name.lower().startswith(operator.lower())]
        if not fit:
            names = ", ".join(dict.fromkeys(name for name, _ in there))
            raise ValueError(f"no operator {operator!r} in {country!r}; there are {names}")
        begun = prefix + self._random.choice(self._random.choice(fit))
        between = "".join(str(self._random.randrange(10)) for _ in range(digits - len(begun) - 6))
        return f"{begun}{between}{self._random.randrange(100_000, 990_000)}"

    def name(self, language: Language = "en") -> str:
        """A person's first name, in the language's letters."""
        self._known(language)
        return str(self._fakers[language].first_name())

    def code(self, digits: int = 6) -> str:
        """A one-time code; it begins with no zero."""
        return str(self._random.randrange(10 ** (digits - 1), 10**digits))

    def text(
        self, language: Language = "en", *, code: str | None = None, encoding: Encoding | None = None,
        long: bool = False,
    ) -> str:  # fmt: skip
        """A text with `code` in it, or without one a notice. `encoding` is how it goes on the air: "gsm7" is Latin
        letters (Georgian and Russian are transliterated), "ucs2" has others in it; without it as the language is
        written. `long`: it takes more than one part, else one."""
        self._known(language)
        kind = (language, encoding or _NATIVE[language])
        table = _NOTICES if code is None else _CODES
        if kind not in table:
            raise ValueError(f"no encoding {encoding!r}; there are gsm7, ucs2")
        written = self._random.choice(table[kind])
        name = self.name("en" if kind[1] == "gsm7" else language) if "{name}" in written else ""
        told = written.format(code=code, name=name, day=self._random.randint(2, 28))
        return told + _MORE[kind] if long else told

    def _known(self, language: str) -> None:
        if language not in _LOCALES:
            raise ValueError(f"no language {language!r}; there are {', '.join(_LOCALES)}")

    @cached_property
    def _fakers(self) -> "dict[str, Faker]":
        from faker import Faker

        made = {language: Faker(locale) for language, locale in _LOCALES.items()}
        for n, one in enumerate(made.values()):
            one.seed_instance(self.seed * 3 + n)
        return made
