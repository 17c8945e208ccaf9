"""Tables of the guides that name things: each thing is there, and is as the table says."""

import re
import tomllib
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from examples.snippets import ROOT, Document

import emulator
from emulator import AsyncSms
from emulator.app.options import OPTIONS
from emulator.app.settings import Settings
from emulator.control_api.openapi import document
from emulator.control_client.async_client import Wishes
from emulator.core.rules.actions import Plan, Reply
from emulator.scenarios import library

OPERATIONS = Document("docs/operations.md").text
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def rows(text, heading):
    """The cells of a section's table, without its head."""
    lines = [line for line in text.partition(f"\n## {heading}\n")[2].split("\n## ")[0].splitlines() if line[:1] == "|"]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_dependency_and_extra_stands_among_the_dependencies_and_nothing_else():
    def named(packages, before=""):
        return {before + re.match(r"[\w-]+", one).group().lower() for one in packages}

    wanted = named(PROJECT["dependencies"])
    for extra, packages in PROJECT["optional-dependencies"].items():
        wanted |= named(packages, f"[{extra}]: ")
    assert {cells[0].replace("`", "").lower() for cells in rows(OPERATIONS, "Dependencies")} == wanted


def test_what_is_to_be_installed_is_there_under_that_name():
    """Nobody is told to get us, or an extra of ours, from an index: what is there by our name is somebody else's."""
    told = [line for guide in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
            for line in re.findall(r"pip install ([^\n`(#]+)", guide.read_text(encoding="utf-8"))]  # fmt: skip
    ours = [one for one in told if "CLONE" in one or "sms" in one]
    extras = [re.fullmatch(r"'PATH/TO/THE/CLONE\[([\w,]+)\]'", one.strip()) for one in ours]
    assert {extra for one in extras for extra in one[1].split(",")} <= set(PROJECT["optional-dependencies"])
    brought = {re.match(r"[\w-]+", one).group() for extra in PROJECT["optional-dependencies"].values() for one in extra}
    needed = [name for file in (ROOT / "emulator").rglob("*.py")
              for name in re.findall(r'NotInstalled\(.*, "([\w-]+)"\)', file.read_text(encoding="utf-8"))]  # fmt: skip
    assert sorted(needed) == ["aiosmtpd", "asyncpg", "cryptography", "hypothesis", "urllib3", "uvloop"]
    assert set(needed) <= brought


def test_the_limits_have_the_defaults_that_the_table_says():
    units = {"KiB": 1024, "MiB": 1024**2}
    flags = {option.flag: option for option in OPTIONS}
    settings = Settings()
    for first, default, _ in rows(OPERATIONS, "Limits"):
        for flag, told in zip(re.findall(r"`(--[\w-]+)`", first), re.split(r" each|, (?=\d)", default), strict=False):
            number, unit = re.match(r"([\d,]+)(?: (\w+))?", told).groups()
            value = int(number.replace(",", "")) * units.get(unit, 1)
            assert getattr(settings, flags[flag].flag[2:].replace("-", "_")) == value, flag


API = Document("docs/api.md").text
THERE = Document("docs/coming-from.md").text


@pytest.mark.parametrize("cells", rows("\n## \n" + THERE, ""), ids=lambda cells: cells[0][:40])
def test_what_people_of_other_tools_look_for_is_there(cells):
    names = set(dir(AsyncSms)) | {"running", "explain", "nearest", "refuse", "clock"}
    names |= {word.removesuffix("_") for word in Wishes.__annotations__} | {name for name, _ in library.names()}
    names |= {*Plan.__struct_encode_fields__, *Reply.__struct_encode_fields__}
    names |= set(re.findall(r"`([\w-]+)`", API.partition("## The command")[2]))
    names |= {path.rpartition("/")[2] for path in document()["paths"]}
    for word in re.findall(r"`([^`]*)`", cells[1]):
        assert names & set(re.findall(r"[a-z_]+", word.replace("sms-emulator", "").replace("_emulator", ""))), word


def test_the_nine_numbers_of_the_readme_have_the_fates_that_it_tells():
    told = Document("README.md").text.partition("in this order: ")[2].partition(". All others")[0]
    words = re.split(r", ", " ".join(told.split()))
    with emulator.running(clock="frozen") as sms:
        for number in range(1, 10):
            query = {"key": sms.smsoffice.key, "destination": f"99557799000{number}", "sender": "smsoffice",
                     "content": "Hi", "reference": f"r{number}"}  # fmt: skip
            urlopen(f"{sms.base_url}/api/v2/send/?{urlencode(query)}").close()
        sms.advance(59)
        (late,) = sms.messages(to="995577990006")
        sms.settle()
        fates = [one.status for one in sms.messages()]
        refused = sms.requests(outcome="refused")
        twice = sms.callbacks(message=sms.messages(to="995577990007")[0].id)
    assert late.status != "delivered"
    assert len(twice) == 2
    assert words == [
        "undelivered", "expired", "rejected", "pending for ever", "unknown", "delivered late (60 s)",
        "delivered and reported twice", "stop-listed", "no credit",
    ]  # fmt: skip
    assert fates == ["undelivered", "expired", "rejected", "pending", "unknown", "delivered", "delivered"]
    assert [one.reason for one in refused] == ["stop-listed", "no-credit"]
