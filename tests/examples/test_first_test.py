"""docs/first-test.md: each suite passes, and explains itself with a sender that the account does not have."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from typing import NamedTuple

import pytest
from examples.snippets import ROOT, Document
from tools import NODE_MODULES, need

import emulator

PAGE = Document("docs/first-test.md")
EXPLAINED = "right would be: a sender of this account: smsoffice"
PYTEST = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "emulator.pytest_plugin"]


class Story(NamedTuple):
    """`files`: what stands beside each other, by the snippet that it is, or its path here."""

    files: dict[str, tuple[str, str] | str]
    command: Callable[[], list[str]]


STORIES = {
    "fastapi": Story({"test_shop.py": ("python", "fastapi")}, lambda: [sys.executable, *PYTEST, "test_shop.py"]),
    "django": Story({"tests.py": ("python", "django")}, lambda: [sys.executable, "-m", "unittest", "tests"]),
    "express": Story(
        {"shop.test.mjs": ("js", "express"), "sms-emulator.mjs": "clients/node/sms-emulator.mjs"},
        lambda: [need("npm's express"), "--test"],
    ),
    "php": Story(
        {
            "shop.php": ("php", "shop"),
            "ShopTest.php": ("php", "test"),
            "SmsEmulator.php": "clients/php/SmsEmulator.php",
        },
        lambda: [need("php"), need("phpunit"), "ShopTest.php"],
    ),
}


def run(story, folder, url, sender):
    folder.mkdir()
    for name, source in story.files.items():
        text = (ROOT / source).read_text(encoding="utf-8") if isinstance(source, str) else PAGE.of(*source)[0]
        text = re.sub(r"""("?'?sender\W+)smsoffice""", rf"\g<1>{sender}", text)
        (folder / name).write_text(text, encoding="utf-8")
    if NODE_MODULES.is_dir():
        (folder / "node_modules").symlink_to(NODE_MODULES)  # modules do not heed NODE_PATH
    env = {**os.environ, "SMS_EMULATOR_URL": url, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(story.command(), capture_output=True, text=True, timeout=200, cwd=folder, env=env)
    return done.returncode, done.stdout + done.stderr


QUICK = ("php",)
"""Those that `make test` runs too; `make test-long` runs all."""


@pytest.mark.parametrize("name", [pytest.param(one, marks=[] if one in QUICK else pytest.mark.long) for one in STORIES])
def test_a_suite_passes_and_explains_its_failure(name, tmp_path):
    with emulator.running() as sms:
        code, told = run(STORIES[name], tmp_path / "right", sms.base_url, "smsoffice")
        assert code == 0, told
        assert EXPLAINED not in told
        code, told = run(STORIES[name], tmp_path / "wrong", sms.base_url, "Shop")
    assert code == 1, told
    assert EXPLAINED in told
