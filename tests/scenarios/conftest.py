"""A vocabulary of three made-up providers, and a short way to ask what is wrong with a text."""

from collections.abc import Callable
from typing import Any

import pytest

from emulator.core.profile import Switch
from emulator.scenarios.loader import parse
from emulator.scenarios.scenario import Scenario
from emulator.scenarios.validation import Invalid, checked
from emulator.scenarios.vocabulary import ProviderWords, Vocabulary

Lines = Callable[..., list[str]]


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    switches = {
        "numbers": Switch("strict", ("strict", "lenient"), "not known", "row.numbers"),
        "report-pending": Switch(False, (False, True), "not known", "row.pending"),
        "retry": Switch([], "seconds", "not known", "row.retry"),
    }
    return Vocabulary({
        "smsoffice": ProviderWords({"send": (20, 150, -100), "status": (404,), "balance": ()}, switches, (), ("part",)),
        "ubill": ProviderWords({"send": (1, 2), "brands": (30,)}),
        "smscenter": ProviderWords({"send": (3, 6), "cost": (3,)}, {}, ("send-per-second",), ("part", "hlr")),
    })  # fmt: skip


@pytest.fixture
def lines_of(vocabulary: Vocabulary) -> Lines:
    """The complaints about a YAML text, one line each; none when it is right."""

    def ask(text: str, name: str = "play.yaml") -> list[str]:
        try:
            parse(text, name, vocabulary)
        except Invalid as invalid:
            return str(invalid).split("\n")
        return []

    return ask


@pytest.fixture
def json_lines_of(vocabulary: Vocabulary) -> Lines:
    """The complaints about plain data that came without a file."""

    def ask(value: Any, kind: Any = Scenario, provider: str | None = None) -> list[str]:
        try:
            checked(value, kind, vocabulary, provider)
        except Invalid as invalid:
            return invalid.lines
        return []

    return ask
