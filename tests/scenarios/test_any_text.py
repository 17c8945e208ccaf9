"""No text, however odd, brings anything but a scenario or Invalid."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from emulator.core.accounts import AccountPatch
from emulator.core.rules.rule import RuleSpec
from emulator.scenarios import yaml_reader
from emulator.scenarios.loader import parse
from emulator.scenarios.scenario import Scenario
from emulator.scenarios.validation import Invalid, checked
from emulator.scenarios.vocabulary import ProviderWords, Vocabulary

VOCABULARY = Vocabulary({"smsoffice": ProviderWords({"send": (1,)})})

WORDS = (
    "rules", "when", "then", "steps", "after", "status", "to", "accounts", "smsoffice", "limits", "off", "matches",
    "refuse", "code", "seed", ": ", ":\n  ", "- ", "\n", "\n  ", "\n    ", "{", "}", "[", "]", ", ", "'", '"', "\\U",
    "&a ", "*a", "!!x ", "|\n", ">\n", "? ", "<<", "---\n", "...\n", "%YAML ", "#", "\t", "1", "-1", "0x1", "1.5",
    "~", "null", "12:30", "\ufeff", "\r", "\x85", "\u2028", "😀",
)  # fmt: skip

texts = st.text(max_size=60) | st.lists(st.sampled_from(WORDS), max_size=40).map("".join)

KEYS = st.sampled_from(("rules", "when", "then", "steps", "refuse", "code", "accounts", "smsoffice", "provider", "to"))

data = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=3), inner, max_size=4),
    max_leaves=20,
)


def refusal(act: Callable[[], object]) -> Invalid | None:
    try:
        act()
    except Invalid as invalid:
        return invalid
    return None


def one_line_each(invalid: Invalid) -> bool:
    return len(str(invalid).splitlines()) == len(invalid.complaints) > 0


@pytest.mark.parametrize("loader", [yaml_reader.Loader, yaml.SafeLoader], ids=["c", "python"])
@given(text=texts)
def test_no_text_crashes_the_reading_of_a_file(loader: Any, text: str) -> None:
    before, yaml_reader.Loader = yaml_reader.Loader, loader
    try:
        invalid = refusal(lambda: parse(text, "any.yaml", VOCABULARY))
    finally:
        yaml_reader.Loader = before
    assert invalid is None or one_line_each(invalid)
    assert invalid is None or all(line.startswith("any.yaml:") for line in invalid.lines)


@pytest.mark.parametrize("kind", [Scenario, RuleSpec, list[RuleSpec], AccountPatch, dict[str, AccountPatch]])
@given(value=data)
def test_no_data_crashes_the_checking(kind: Any, value: Any) -> None:
    invalid = refusal(lambda: checked(value, kind, VOCABULARY, "smsoffice"))
    assert invalid is None or one_line_each(invalid)
