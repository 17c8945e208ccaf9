"""The alphabet: judged by gsm0338 (an independent table) and by answers worked out by hand."""

import gsm0338
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.core.text import forcing_ucs2, gsm_decode, gsm_encode, measure, split, width

_oracle = gsm0338.Codec()
BASIC = [_oracle.decode(bytes((n,)))[0] for n in range(128) if n != 0x1B]
EXTENSION = list("\f^{}\\[~]|€")
GSM = BASIC + EXTENSION
GEORGIAN = "გ"


def lengths(text: str) -> list[int]:
    return [len(part) for part in split(text)]


def test_every_gsm_character_is_encoded_and_decoded_as_the_oracle_says() -> None:
    said = {character: _oracle.encode(character)[0] for character in GSM}
    assert {character: gsm_encode(character) for character in GSM} == said
    assert [gsm_decode(octets) for octets in said.values()] == GSM


def test_there_are_127_characters_and_10_of_the_extension() -> None:
    assert len(set(BASIC)) == 127
    assert len({c for c in map(chr, range(0x3000)) if gsm_encode(c) is not None}) == 137


@given(st.text(alphabet=GSM, max_size=400))
def test_gsm_text_comes_back_as_it_went(text: str) -> None:
    octets = gsm_encode(text)
    assert octets == _oracle.encode(text)[0]
    assert gsm_decode(octets) == text


@given(st.binary(max_size=60))
def test_decoding_never_fails(octets: bytes) -> None:
    assert isinstance(gsm_decode(octets), str)


@pytest.mark.parametrize(
    ("octets", "text"),
    [(b"a\x1b", "a "), (b"\x1ba", "a"), (b"\x1b\x1bA", " A"), (b"\x80\xff", "??"), (b"\x1b\x65", "€"), (b"\x00", "@")],
)
def test_what_is_no_clean_gsm_is_read_as_the_standard_says(octets: bytes, text: str) -> None:
    assert gsm_decode(octets) == text


@pytest.mark.parametrize("character", ["`", "გ", "я", "😀", "\t", "ç", "’"])
def test_what_gsm_has_no_place_for_is_not_encoded(character: str) -> None:
    assert gsm_encode(character) is None
    assert measure(character).encoding == "ucs2"
    assert forcing_ucs2(f"a{character}b{character}") == [character]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1), ("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("a" * 459, 3), ("a" * 460, 4),
        (GEORGIAN * 70, 1), (GEORGIAN * 71, 2), (GEORGIAN * 134, 2), (GEORGIAN * 135, 3),
        ("я" * 71, 2), ("a" * 69 + GEORGIAN, 1), ("a" * 70 + GEORGIAN, 2),
        ("😀" * 35, 1), ("😀" * 36, 2), ("€" * 80, 1), ("€" * 81, 2),
    ],
    ids=lambda value: f"{value[:1]}x{len(value)}" if isinstance(value, str) else str(value),
)  # fmt: skip
def test_a_text_makes_so_many_parts(text: str, parts: int) -> None:
    assert measure(text).parts == parts
    assert len(split(text)) == parts


@pytest.mark.parametrize("character", EXTENSION, ids=lambda c: f"U+{ord(c):04X}")
def test_an_extension_character_costs_two_and_is_not_cut(character: str) -> None:
    assert measure("a" * 158 + character).parts == 1
    assert measure("a" * 159 + character).parts == 2
    assert lengths("a" * 152 + character + "a" * 10) == [152, 11]


def test_eighty_one_euro_signs_are_cut_after_the_seventy_sixth() -> None:
    assert lengths("€" * 81) == [76, 5]


def test_a_surrogate_pair_is_not_cut() -> None:
    assert lengths(GEORGIAN * 66 + "😀" + GEORGIAN * 10) == [66, 11]


def test_a_family_of_joined_emoji_may_be_cut_between_its_members() -> None:
    family = "👩‍👩‍👧‍👦"  # 4 surrogate pairs and 3 joiners: 11 units, so five and most of a sixth fit behind xxx
    assert lengths("xxx" + family * 7) == [44, 8]


@given(st.text(max_size=500))
def test_parts_joined_are_the_text_and_each_has_room(text: str) -> None:
    parts = split(text)
    assert "".join(parts) == text
    assert len(parts) == measure(text).parts
    if len(parts) == 1:
        return
    if measure(text).encoding == "gsm7":
        assert all(len(gsm_encode(part) or b"") <= 153 for part in parts)
    else:
        assert all(len(part.encode("utf-16-be", "surrogatepass")) <= 134 for part in parts)


def test_what_lies_beyond_the_basic_plane_is_a_pair_of_units() -> None:
    assert [width(character, "ucs2") for character in "ж\uffff\U00010000"] == [1, 1, 2]
