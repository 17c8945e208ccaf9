"""What a text costs, and numbers as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.client import Parts, normal_number, parts


@pytest.mark.parametrize(("text", "said"), [
    ("", Parts("gsm7", 0, 1, 160)),
    ("a" * 160, Parts("gsm7", 160, 1, 0)),
    ("a" * 161, Parts("gsm7", 161, 2, 145)),
    ("€" * 80, Parts("gsm7", 160, 1, 0)),
    ("a" * 152 + "€" * 5, Parts("gsm7", 162, 2, 143)),
    ("ა" * 70, Parts("ucs2", 70, 1, 0, ("ა",))),
    ("hello „ world ”", Parts("ucs2", 15, 1, 55, ("„", "”"))),
    ("🎉" * 36, Parts("ucs2", 72, 2, 61, ("🎉",))),
])  # fmt: skip
def test_parts(text, said):
    assert parts(text) == said


@given(st.text())
def test_what_is_left_fits_and_no_more(text):
    found = parts(text)
    filler = "a" if found.encoding == "gsm7" else "ა"
    assert parts(text + filler * found.left).parts == found.parts
    assert parts(text + filler * (found.left + 1)).parts == found.parts + 1


@pytest.mark.parametrize("written", [
    "+995 577 12-34-56", "00995577123456", "995577123456", "577 123 456", "0577123456", "(577) 12.34.56",
    "+995\u00a0577\u2011123456",
])  # fmt: skip
def test_a_georgian_number(written):
    assert normal_number(written) == "995577123456"


@pytest.mark.parametrize(("written", "country", "said"), [
    ("8 (900) 123-45-67", "7", "79001234567"), ("9001234567", "7", "79001234567"),
    ("+7 900 1234567", "995", "79001234567"),
    ("+44 20 7946 0018", "995", "442079460018"), ("44 20 7946 0018", "44", "442079460018"),
])  # fmt: skip
def test_other_countries(written, country, said):
    assert normal_number(written, country) == said


@pytest.mark.parametrize("written", [
    "", "+", "00", "hello", "12345", "+0995577123456", "1" * 16, "٥٧٧١٢٣٤٥٦", "57712345x",
])  # fmt: skip
def test_what_is_no_number(written):
    with pytest.raises(ValueError, match="is no"):
        normal_number(written)


@given(st.text(alphabet="0123456789+ -()"))
def test_a_normal_number_stays_as_it_is(written):
    try:
        normal = normal_number(written)
    except ValueError:
        return
    assert normal_number(f"+{normal}") == normal
