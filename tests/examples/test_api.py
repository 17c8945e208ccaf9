"""docs/api.md names what is public, all of it, and nothing that is not there."""

import importlib
import inspect
import re
from importlib import resources

import pytest
from examples.snippets import Document

from emulator import pytest_plugin
from emulator.cli.main import _parser
from emulator.control_api.routes import CALLS
from emulator.control_client.async_client import AsyncSms
from emulator.control_client.sync_client import Sms

API = Document("docs/api.md").text


def part(heading):
    """What stands below a heading, up to the next."""
    return re.split(r"^#+ ", API.partition(f"# {heading}\n")[2], maxsplit=1, flags=re.M)[0]


def named(text):
    """The names of its paragraphs that are names and nothing else."""
    paragraphs = [one for one in text.split("\n\n") if re.fullmatch(r"\s*(`[\w-]+`\s*)+", one)]
    return [re.findall(r"`([\w-]+)`", one) for one in paragraphs]


def cells(row):
    return re.findall(r"`([\w-]+)`", re.search(rf"^\| {row} \|(.*)\|$", part("pytest"), re.M).group(1))


@pytest.mark.parametrize(
    "module", ["", ".client", ".client.smsoffice", ".client.ubill", ".client.smscenter", ".client.smpp"]
)
def test_the_names_of_a_module_are_those_that_it_exports(module):
    name = f"emulator{module}"
    heading = f"Python: `{name}`" if module in ("", ".client") else f"`{name}`"
    found = importlib.import_module(name)
    assert named(part(heading))[0] == sorted(found.__all__)
    assert all(getattr(found, one) is not None for one in found.__all__)
    ours = {"exports"} if module == "" else set()
    assert {"exports", "when_asked"}.intersection(dir(found)) <= ours  # how names are passed on is no name


def test_a_handle_has_what_is_listed_with_or_without_async():
    listed = named(part("Python: `emulator`"))[1]
    public = {name for name in dir(Sms) if not name.startswith("_")}
    assert listed == sorted(public)
    asynchronous = {name for name in dir(AsyncSms) if not name.startswith("_")}
    assert public - {"id", "accounts", "warnings", "fake"} == asynchronous - {"make"}


def test_fixtures_marks_and_options_are_those_of_the_plugin(pytester):
    told = pytester.runpytest("--fixtures", "--help").stdout.str() + pytester.runpytest("--markers").stdout.str()
    assert set(cells("options")) == set(re.findall(r"--sms-[\w-]+", told))
    assert set(cells("ini options")) == set(re.findall(r"^  (sms_emulator_\w+) \(", told, re.M))
    assert set(cells("marks")) == set(re.findall(r"^@pytest\.mark\.(sms\w*)\(", told, re.M))
    public = [name for name in vars(pytest_plugin) if re.match(r"(live_)?sms_(emulator|history|intercept|world)", name)]
    assert set(cells("fixtures")) == set(public)
    rooms = ("testing.fixtures", "testing.running")
    source = "".join(inspect.getsource(importlib.import_module(f"emulator.{one}")) for one in rooms)
    assert all(f'"{name}"' in source for name in cells("environment"))


def test_the_commands_are_those_of_the_parser():
    commands = next(one for one in _parser()._actions if isinstance(one.choices, dict))
    assert named(part("The command"))[0] == list(commands.choices)


def test_the_openapi_document_has_every_call():
    from emulator.control_api import openapi

    paths = openapi.document()["paths"]
    assert {(call.method.lower(), call.name) for call in CALLS} <= {
        (method, said["operationId"]) for one in paths.values() for method, said in one.items() if "operationId" in said
    }


def test_the_package_says_that_it_is_typed():
    assert (resources.files("emulator") / "py.typed").is_file()
