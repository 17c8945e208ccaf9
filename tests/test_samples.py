"""sms.fake: numbers, names and texts that are what they say, the same for the same seed."""

import itertools

import pytest

import emulator
from emulator.core.codes import code_in
from emulator.core.text import measure
from emulator.providers.number_ranges import COUNTRIES
from emulator.providers.smscenter.phone_numbers import place_of
from emulator.samples import Fake


@pytest.mark.parametrize(
    ("language", "encoding", "with_code", "long"),
    [*itertools.product(("en", "ka", "ru"), ("gsm7", "ucs2"), (False, True), (False, True))],
)
def test_a_text_is_of_its_encoding_and_length_and_its_code_is_found(language, encoding, with_code, long):
    fake = Fake(3)
    for _ in range(8):
        code = fake.code() if with_code else None
        text = fake.text(language, code=code, encoding=encoding, long=long)
        told = measure(text)
        assert (told.encoding, told.parts > 1) == (encoding, long), text
        found = code_in(text)
        assert (found.digits if found else None) == code, text


@pytest.mark.parametrize(("language", "letters"), [("en", "az"), ("ka", "აჰ"), ("ru", "ая")])
def test_a_language_is_written_in_its_own_letters(language, letters):
    fake = Fake()
    for text in (fake.name(language)[-1], fake.text(language, code="1")[-15:-10].strip(" ☎✓:")):
        assert letters[0] <= text[-1] <= letters[1], text


@pytest.mark.parametrize(
    ("country", "code", "operator", "name"),
    [("ge", "995", "magti", "MagtiCom"), ("ru", "7", "МТС", "МТС"), ("kz", "77", "altel", "Altel"),
     ("ua", "380", "life", "lifecell"), ("by", "375", "a1", "A1"), ("ge", "995", None, None)],
)  # fmt: skip
def test_a_number_is_its_operators_and_none_that_fails(country, code, operator, name):
    fake = Fake(5)
    numbers = {fake.number(country, operator) for _ in range(200)}
    assert len(numbers) > 190
    assert {place_of(one).country for one in numbers} == {COUNTRIES[code]}
    if name:
        assert {place_of(one).operator for one in numbers} == {name}
    assert not any(one[-6:-1] == "99000" for one in numbers)


def test_a_wrong_word_is_told_with_those_there_are():
    for call, there in (
        (lambda: Fake().number("de"), "there are ge, ru, kz, ua, by"),
        (lambda: Fake().number("ge", "O2"), "there are MagtiCom, Silknet, Cellfie, GlobalCell"),
        (lambda: Fake().text("fr"), "there are en, ka, ru"),
        (lambda: Fake().text("en", encoding="utf8"), "there are gsm7, ucs2"),
    ):
        with pytest.raises(ValueError, match=there):
            call()


def test_a_sandbox_has_the_samples_of_its_seed():
    def some(fake):
        return [fake.number(), fake.name("ka"), fake.text("ru", long=True)]

    with emulator.running(seed=7) as seven, emulator.running(url=seven.base_url) as one:
        assert some(seven.fake) == some(Fake(7)) != some(one.fake)
        assert some(one.fake) != some(one.fake), "each call gives the next"
