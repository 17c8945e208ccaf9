"""What an unquoted word in a YAML file is: text, number, true, false or null. YAML 1.2's reading; where readers of
YAML 1.1 would see something else, nothing is guessed: it is a trap, and has to be written in quotes."""

import math
import re
from typing import Any

CONSTANTS: dict[str, Any] = {
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
    "null": None, "Null": None, "NULL": None, "~": None,
}  # fmt: skip

TRAPS: tuple[tuple[re.Pattern[str], str], ...] = tuple((re.compile(pattern, re.ASCII), why) for pattern, why in (
    (r"(?i:yes|no|on|off|y|n)", "some readers of YAML take this for true or false"),
    (r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?", "some readers of YAML take this for a number to base 60"),
    (r"[-+]?0[0-9_]+(\.[0-9_]*)?", "some readers of YAML take a number with leading zeros for octal"),
    (r"[-+]?0(x[0-9a-fA-F_]+|o[0-7]+|b[01_]+)", "readers of YAML differ about numbers that are not decimal"),
    (r"[-+]?[0-9][0-9_]*_[0-9_]*(\.[0-9_]*)?", "some readers of YAML drop the underscores of a number"),
    (r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", "there is no use for a number without an end"),
    (r"[-+]?[0-9]{19,}", "the number does not fit into 64 bits"),
    (r"<<|=", "merging is no part of the scenario language"),
))  # fmt: skip

_may_be_special = re.compile(r"[-+.0-9yYnNoO<=]").match
_whole = re.compile(r"[-+]?[0-9]+", re.ASCII).fullmatch
_broken = re.compile(r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+][0-9]+)?", re.ASCII).fullmatch


def scalar(text: str) -> tuple[Any, str]:
    """The value of an unquoted word, and why it is a trap ("" when it is none: then only the value counts)."""
    if text in CONSTANTS:
        return CONSTANTS[text], ""
    if not _may_be_special(text):
        return text, ""
    for pattern, why in TRAPS:
        if pattern.fullmatch(text):
            return text, why
    if _whole(text):
        return int(text), ""
    if _broken(text):
        value = float(text)
        return (value, "") if math.isfinite(value) else (text, "there is no use for a number without an end")
    return text, ""
