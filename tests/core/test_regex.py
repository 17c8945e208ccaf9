"""Regular expressions of ours: what they find is what Python's engine finds, and no text takes them long."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.core.regex import BadPattern, Pattern, compiled
from emulator.core.regex.parser import MOST_PIECES
from emulator.core.regex.pattern import REACH

_atoms = st.sampled_from([
    "a", "b", "1", ".", r"\d", r"\w", r"\s", "[ab]", "[^a]", "[a-c1]", r"\D", r"\W", "^", "$", r"\b", r"\Z", "(?=a)",
    "(?!a)",
    "(?<=b)", "(?<!b)", "(?=a|$)", r"[\d\s]", r"[^\w-]", r"\.", "ä", "(?i:A)", r"\x61",
])  # fmt: skip
_signs = st.sampled_from(["*", "+", "?", "{2}", "{1,2}", "{0,3}", "*?", "+?", "??"])
_expressions = st.recursive(
    _atoms,
    lambda inner: st.one_of(
        st.builds("{}{}".format, inner, inner), st.builds("(?:{})".format, inner),
        st.builds("(?:{}|{})".format, inner, inner), st.builds("(?:{}){}".format, inner, _signs),
    ),
    max_leaves=8,
)  # fmt: skip
_texts = st.text(alphabet="aAbcä1 .-\n", max_size=10)


@given(_expressions, _texts)
def test_an_expression_fits_where_pythons_engine_says(expression: str, text: str) -> None:
    assert Pattern(expression).fits(text) == bool(re.search(expression, text))


@pytest.mark.parametrize(
    ("expression", "text", "whole", "group"),
    [
        (r"code (\d+)", "the code 4711, please", "code 4711", "4711"), ("(a+?)(a*)", "aaa", "aaa", "a"),
        ("(a|ab)(c|bcd)", "abcd", "abcd", "a"), (r"(?<![0-9])[0-9]{4,8}(?![0-9])", "123 12345 1", "12345", None),
        ("(?P<code>[A-Z]{2}-[0-9]+)", "your AB-12", "AB-12", "AB-12"),
        (r"(?i)КОД:? (\d+)", "Ваш код 0042", "код 0042", "0042"),
        ("(x)?a", "a", "a", None), (r"a\Z", "ab\na", "a", None),
        (r"\Ab|c", "abc", "c", None), (r"a$", "a\n", "a", None), ("b|a", "ab", "a", None),
        ("(?s)a.b", "a\nb", "a\nb", None),
        (r"(?m)^b(.)$", "a\nbc\nd", "bc", "c"), ("a{2,}", "caaab", "aaa", None), ("[]a-]+", "-a]", "-a]", None),
    ],
)  # fmt: skip
def test_it_finds_what_pythons_engine_finds(expression: str, text: str, whole: str, group: str | None) -> None:
    found, theirs = compiled(expression).find(text), re.search(expression, text)
    assert found is not None
    assert theirs is not None
    assert (found.whole, found.group) == (whole, group)
    assert (found.whole, found.group) == (theirs.group(), theirs.group(1) if theirs.re.groups else None)


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        (r"(a)\1", "a backreference is no part of our expressions, at character 4"),
        ("(?P<x>a)(?P=x)", "a backreference is no part of our expressions, at character 9"),
        ("x(?=ab)", "a lookahead of more than one character is no part of our expressions, at character 2"),
        ("(?<!ab)c", "a lookbehind of more than one character is no part of our expressions, at character 1"),
        ("a++", "possessive repetition is no part of our expressions, at character 3"),
        ("(a)(?(1)b)", "a condition is no part of our expressions, at character 4"),
        ("a**", "repeated twice: put brackets around the first, at character 3"),
        ("*", "nothing to repeat at character 1"),
        ("(a", "a ( without its ) at character 1"), ("a)", "a ) without its ( at character 2"),
        ("x[a", "a [ without its ] at character 2"), ("[b-a]", "a range ends before it begins at character 4"),
        ("a{3,2}", "the least is more than the most, at character 2"),
        ("\\", "what a \\ escapes is missing at character 2"),
        (r"\q", r"no such escape as \q at character 1"),
        ("x(?i)", "(?flags) stand at the very beginning; or write (?flags:...) at character 2"),
        ("(" * 2000 + ")" * 2000, "brackets more than 50 deep at character 52"),
        ("a{99999999999}",
         "the expression is too large: very many pieces so far, and 250 are the most, at character 14"),
        ("(?:a{20}){20}", "the expression is too large: 400 pieces so far, and 250 are the most, at character 13"),
    ],
)  # fmt: skip
def test_what_is_no_expression_of_ours_is_told_with_its_position(expression: str, said: str) -> None:
    with pytest.raises(BadPattern) as wrong:
        Pattern(expression)
    assert str(wrong.value) == said


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("(a+)+$", "a" * 65_536 + "b"), ("(a|a)*c?$", "a" * 65_536 + "b"), ("(.*)(.*)(.*)x?y", "ab" * 32_768 + "y"),
        ("([ab]*a[ab]{60})+$", "abaababbab" * 6_554), ("(?:(?:a?){8}){5}b?$", "a" * 65_536),
        (r"(\w+\s?)*$", "word " * 13_107 + "!"), ("^(([a-z])+.)+[A-Z]([a-z])+$", "a" * 65_536),
    ],
)  # fmt: skip
def test_no_text_takes_it_long(expression: str, text: str) -> None:
    began = time.process_time()
    compiled(expression).find(text)
    assert time.process_time() - began < 1


def test_how_far_it_looks_depends_on_its_size_alone() -> None:
    small = compiled("a.b")
    assert small.fits("-" * (REACH // 4 - 3) + "a-b")
    assert not small.fits("-" * REACH + "a-b")
    assert compiled("a{60}").reach == compiled("b{60}").reach >= REACH // MOST_PIECES == 600


def test_what_it_keeps_of_texts_has_an_end() -> None:
    pattern = Pattern("[ab]*a[ab]{60}c?x")
    for number in range(40):
        pattern.fits(f"{number:0600b}".replace("0", "a").replace("1", "b") + "x")
    assert sum(len(ways.at) for ways in pattern._known.values()) < 30_000
