"""docs/virtual-time.md: its test fails as the page says, its script runs, and its words are those of the code."""

import re
import subprocess
import sys
from typing import get_args

from examples.snippets import Document
from worlds_races import RACES

from emulator.world.plan import KINDS, Kind
from emulator.world.world import World

pytest_plugins = ["pytester"]
PAGE = Document("docs/virtual-time.md")


def test_the_first_test_fails_as_the_page_says_and_passes_by_post(pytester):
    [snippet] = PAGE.of("python", "test")
    [report] = PAGE.of("text", "report")
    file = pytester.makepyfile(snippet)
    options = ("-p", "no:cacheprovider", "-o", "asyncio_mode=auto")
    result = pytester.runpytest_inprocess(*options)
    result.assert_outcomes(failed=1)
    said = result.stdout.str()
    place = 0
    for line in filter(None, map(str.strip, report.splitlines())):
        place = said.find(line, place)
        assert place >= 0, line
    file.write_text(snippet.replace("session.get", "session.post").replace("worlds=200", "worlds=20"))
    pytester.runpytest_inprocess(*options).assert_outcomes(passed=1)


def test_the_script_runs():
    [script] = PAGE.of("python", "script")
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (ran.stdout, ran.stderr) == ("7\n", "")


def test_every_word_of_a_world_is_there():
    for name in re.findall(r"await sms_world\.(\w+)\(", PAGE.text):
        assert callable(getattr(World, name))


def test_all_races_and_kinds_of_faults_are_known():
    assert len(re.findall(r"^\| .* \|$", PAGE.text.rpartition("## Twelve races")[2], re.M)) == len(RACES) + 1
    assert set(get_args(Kind)) == set(KINDS)
