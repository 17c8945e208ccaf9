"""SECURITY.md held against the code: every number and name in it that the code decides."""

import re
import tomllib
from pathlib import Path

from emulator.app.options import OPTIONS
from emulator.app.settings import Settings
from emulator.control_api.login_sessions import FREE, LASTS
from emulator.net.allowed_targets import NotAllowed, Targets
from emulator.storage.sqlite import SqliteStore

ROOT = Path(__file__).parent.parent
TEXT = " ".join((ROOT / "SECURITY.md").read_text(encoding="utf-8").split())
PARAGRAPHS = {
    found[1]: " ".join(found[0].split())
    for found in re.finditer(r"(?s)\*\*([^*]+)\.\*\*.*?(?=\n\n)", (ROOT / "SECURITY.md").read_text(encoding="utf-8"))
}


def test_its_defaults_are_those_of_the_command():
    assert Settings().host == "127.0.0.1"
    assert "It listens on `127.0.0.1` unless told otherwise" in TEXT
    assert Settings().loopback
    assert (Settings().token, Settings().callback_allow, Settings().allow_host) == (None, (), ())


def test_its_numbers_are_those_of_the_code():
    assert f"{FREE} wrong ones in a row" in TEXT
    assert f"forgotten {LASTS / 3600:g} hours after its last use" in TEXT


def test_the_options_and_files_that_it_names_are_there():
    flags = {option.flag for option in OPTIONS}
    variables = {option.variable for option in OPTIONS}
    assert set(re.findall(r"--[a-z-]+", TEXT)) <= flags
    assert set(re.findall(r"SMS_EMULATOR_\w+", TEXT)) <= variables
    for path in re.findall(r"`((?:tests|constraints)[\w/.]*)`", TEXT):
        assert (ROOT / path).exists(), path
    for target in re.findall(r"`make (\w+)`", TEXT):
        assert re.search(rf"(?m)^{target}:", (ROOT / "Makefile").read_text()), target


def addresses(text):
    return re.findall(r"`([0-9a-f:.]*[0-9:][0-9a-f:.]*(?:/\d+)?)`", text)


def test_the_targets_that_it_calls_open_are_and_the_others_are_not():
    calls = PARAGRAPHS["Where it calls"]
    open_, behind = calls.split("`--callback-allow` names more")
    shut, never = behind.split("does not open them.")
    assert len(addresses(open_)) == 6
    for network in addresses(open_):
        assert Targets().refusal("x", network.partition("/")[0].replace("fc00::", "fc00::1")) is None, network
    assert len(addresses(shut)) == 4
    for address in addresses(shut):
        assert Targets(["*", "x", "0.0.0.0/0"]).refusal("x", address), address
        assert Targets([address]).refusal("x", address) is None, address
    assert "0.0.0.0" in addresses(never)
    assert Targets(["*", "0.0.0.0"]).refusal("x", "0.0.0.0")
    assert issubclass(NotAllowed, OSError)


def test_no_address_is_made_up_for_reports():
    assert not re.search(r"[\w.]+@[\w.]+\.\w+|https?://", TEXT.partition("## Reporting")[2])


def test_every_dependency_is_named_with_its_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["pytest"], *extras["histories"], *extras["speed"], *extras["tls"]]
    whole = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    readme = whole.partition("## Dependencies")[2].partition("\n## ")[0]
    table = " ".join(row.partition("|")[2].partition("|")[0] for row in readme.splitlines()).lower()
    for one in wanted:
        name = re.match(r"[\w-]+", one)[0]
        assert re.search(rf"(?<![\w-]){name}(?![\w-])", table), name
    assert all(row.count("|") == 4 for row in readme.splitlines() if row.startswith("|"))


def test_the_state_file_is_its_owners(tmp_path):
    SqliteStore(str(tmp_path / "state"))
    assert {oct(one.stat().st_mode & 0o777) for one in tmp_path.iterdir()} == {"0o600"}
