"""What a switch may be set to."""

from typing import Any

import pytest

from emulator.core.profile import Switch

FITS: list[tuple[Any, list[Any], list[Any]]] = [
    (("on", "off"), ["on", "off"], ["On", 1, None]), ((0, 1), [0, 1], [True, "1"]),
    ("text", ["", "x" * 1000], ["x" * 1001, 1]), ("number", [0, 86_400], [-1, 86_401, True, 1.0, "1"]),
    ("hours", [-12, 14, 5.5], [-12.5, 14.5, True, "host"]), ("zone", [-12, 14, "host"], [15, False, "hosts"]),
    ("seconds", [[], [0, 604_800], (0.5,), [1] * 50], [[-1], [604_801], [1] * 51, [True], 1, ["1"]]),
]


@pytest.mark.parametrize(("choices", "fitting", "others"), FITS, ids=lambda given: str(given)[:20])
def test_what_fits_is_taken_and_all_else_has_a_complaint(choices: Any, fitting: list[Any], others: list[Any]) -> None:
    switch = Switch(None, choices, "", "")
    assert [value for value in fitting if switch.complaint(value)] == []
    assert [value for value in others if not switch.complaint(value)] == []
