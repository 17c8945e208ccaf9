"""The printed variables, read back by what they are for where it can be had."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from emulator.interception.shells import SHELLS

CHANGES = {"PLAIN": "a/b:c", "ODD": "it's \"so\" $HOME `x` \\ {1}", "GONE": None}


def test_a_posix_shell_takes_over_every_value(tmp_path: Path) -> None:
    (tmp_path / "env").write_text(SHELLS["sh"](CHANGES))
    told = subprocess.run(
        ["sh", "-c", '. ./env; printf "%s\\n%s\\n%s" "$PLAIN" "$ODD" "${GONE-unset}"'], cwd=tmp_path,
        env={**os.environ, "GONE": "there"}, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert told.split("\n") == [CHANGES["PLAIN"], CHANGES["ODD"], "unset"]


@pytest.mark.parametrize(("shell", "written"), [
    ("fish", "set -gx PLAIN 'a/b:c'\nset -gx ODD 'it\\'s \"so\" $HOME `x` \\\\ {1}'\nset -e GONE\n"),
    ("powershell", "$env:PLAIN = 'a/b:c'\n$env:ODD = 'it''s \"so\" $HOME `x` \\ {1}'\n"
                   "Remove-Item Env:GONE -ErrorAction SilentlyContinue\n"),
    ("github", "PLAIN=a/b:c\nODD=it's \"so\" $HOME `x` \\ {1}\nGONE=\n"),
    ("dotenv", "PLAIN=a/b:c\nODD=\"it's \\\"so\\\" \\$HOME \\`x\\` \\\\ {1}\"\nGONE=\n"),
])  # fmt: skip
def test_the_others_are_written_by_their_own_rules(shell: str, written: str) -> None:
    assert SHELLS[shell](CHANGES) == written


def test_every_shell_of_the_command_is_here() -> None:
    assert set(SHELLS) == {"sh", "fish", "powershell", "github", "dotenv"}
    assert shutil.which("sh")
