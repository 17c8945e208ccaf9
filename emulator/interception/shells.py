"""Changes of an environment, written so that a shell, a CI or a program that reads .env files takes them over."""

import re
import shlex
from collections.abc import Callable, Mapping

Changes = Mapping[str, str | None]


def _sh(changes: Changes) -> str:
    return _lines(changes, lambda name, value: f"export {name}={shlex.quote(value)}", lambda name: f"unset {name}")


def _fish(changes: Changes) -> str:
    def quoted(value: str) -> str:
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"

    return _lines(changes, lambda name, value: f"set -gx {name} {quoted(value)}", lambda name: f"set -e {name}")


def _powershell(changes: Changes) -> str:
    def quoted(value: str) -> str:
        return "'" + value.replace("'", "''") + "'"

    return _lines(changes, lambda name, value: f"$env:{name} = {quoted(value)}",
                  lambda name: f"Remove-Item Env:{name} -ErrorAction SilentlyContinue")  # fmt: skip


def _github(changes: Changes) -> str:
    """For `>> "$GITHUB_ENV"`; a variable cannot be taken away there, so it is emptied."""
    return _lines(changes, lambda name, value: f"{name}={value}", lambda name: f"{name}=")


def _dotenv(changes: Changes) -> str:
    def quoted(value: str) -> str:
        if re.fullmatch(r"[\w@%+=:,./-]*", value, re.ASCII):
            return value
        return "'" + value + "'" if "'" not in value else '"' + re.sub(r'(["\\$`])', r"\\\1", value) + '"'

    return _lines(changes, lambda name, value: f"{name}={quoted(value)}", lambda name: f"{name}=")


def _lines(changes: Changes, put: Callable[[str, str], str], take: Callable[[str], str]) -> str:
    return "".join(f"{take(name) if value is None else put(name, value)}\n" for name, value in changes.items())


SHELLS: Mapping[str, Callable[[Changes], str]] = {
    "sh": _sh, "fish": _fish, "powershell": _powershell, "github": _github, "dotenv": _dotenv,
}  # fmt: skip
