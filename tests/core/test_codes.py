"""One-time codes: the digits that a person would type in."""

import time

import pytest

from emulator.core.codes import code_in, codes


@pytest.mark.parametrize(
    ("text", "digits", "why"),
    [
        ("order 12345 code 111111", "111111", "the digits beside 'code'"),
        ("Заказ №4512, код 0042", "0042", "the digits beside 'код'"),
        ("თქვენი კოდი: 5555, თანხა 1500 GEL", "5555", "the digits beside 'კოდ'"),
        ("Пароль 998877 для входа, договор 123456", "998877", "the digits beside 'Парол'"),
        ("Şifrəniz 4321, sifariş 555555", "4321", "the digits beside 'Şifr'"),
        ("123-456 is your code", "123456", "the digits beside 'code'"),
        ("code 2024", "2024", "the digits beside 'code'"),
        ("G-123456 is your Google verification code", "123456", "the digits beside 'verif'"),
        ("since 1999: 4321", "4321", "the first digits that stand alone, 4 to 8 of them; no word for a code is near"),
        ("№4512", "4512", "the only digits that stand alone, 4 to 8 of them; no word for a code is near"),
    ],
)
def test_the_digits_beside_a_word_for_code_go_first(text: str, digits: str, why: str) -> None:
    found = code_in(text)
    assert found is not None
    assert (found.digits, found.rule) == (digits, why)


@pytest.mark.parametrize("text", ["", "call 995577123456", "12:30, no. 7", "123", "123456789"])
def test_a_text_without_4_to_8_digits_standing_alone_has_no_code(text: str) -> None:
    assert code_in(text) is None


@pytest.mark.parametrize("text", ["№4512", "order 12345", "pay 1500 GEL", "1500.00 ₾", "Заказ № 4512 подтверждён"])
def test_the_number_of_an_order_and_an_amount_look_like_no_code(text: str) -> None:
    assert codes(text) == []


@pytest.mark.parametrize("text", ["code 1234 " * 6_554, "1" * 65_536, "order " * 10_923, "123-" * 16_384])
def test_no_text_takes_it_long(text: str) -> None:
    began = time.process_time()
    code_in(text)
    codes(text)
    assert time.process_time() - began < 0.5
