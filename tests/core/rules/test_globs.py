"""Patterns with `*`."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.core.rules.globs import glob


@given(st.text(alphabet="ab*", max_size=8), st.text(alphabet="ab", max_size=10))
def test_a_star_stands_for_anything(pattern: str, text: str) -> None:
    assert bool(glob(pattern)(text)) == bool(re.fullmatch(pattern.replace("*", ".*"), text))


@pytest.mark.parametrize(
    ("pattern", "text"),
    [("*a" * 30 + "*z", "a" * 65_536), ("*" * 65_536 + "z", "a" * 65_536), ("*ab" * 9_000 + "z", "ab" * 32_768)],
)
def test_no_text_takes_it_long(pattern: str, text: str) -> None:
    began = time.process_time()
    assert not glob(pattern)(text)
    assert time.process_time() - began < 0.5
