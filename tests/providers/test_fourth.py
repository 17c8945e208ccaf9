"""A fourth provider is one folder: put beside the others, it has addresses, control, contract, command and fixture."""

import subprocess
import sys
from pathlib import Path

import pytest
from support import control, get, serving

import emulator
from emulator import providers
from emulator.cli.contract import table

FOURTH = Path(__file__).parent / "fourth"


@pytest.fixture(autouse=True)
def _beside_the_others(monkeypatch):
    monkeypatch.setattr(providers, "__path__", [*providers.__path__, str(FOURTH)])
    providers.found.cache_clear()
    yield
    providers.found.cache_clear()
    for name in [name for name in sys.modules if name.startswith("emulator.providers.pigeon")]:
        del sys.modules[name]


def test_its_rows_are_as_a_contract_wants_them():
    pigeon = providers.found()["pigeon"]
    for row in pigeon.contract():
        assert row.source.startswith("https://")
        assert row.switch is None or pigeon.profile.switches[row.switch].row == row.id
        assert row.left_out is False


async def test_it_is_served_stored_journalled_and_explained(served):
    url = f"{served.base_url}/pigeon/send?key=emulator-pigeon&text=coo&to="
    assert await get(url + "995577123456") == (200, b"sent 1")
    assert await get(url + "nowhere") == (200, b"no: 2")
    assert await get(f"{served.base_url}/pigeon/corn?key=emulator-pigeon") == (200, b"999")
    path = "/_emulator/sandboxes/default"
    _, found = await control(served, "GET", f"{path}/messages?provider=pigeon")
    assert [one["text"] for one in found["messages"]] == ["coo"]
    _, journal = await control(served, "GET", f"{path}/requests?outcome=refused")
    assert journal["requests"][0]["explain"] == "refused with 2 (no such loft): not a loft: nowhere [pigeon.send]"


async def test_it_has_an_account_rules_and_callbacks(served, client):
    _, made = await control(served, "POST", "/_emulator/sandboxes", {"clock": "frozen", "callback_url": client.url})
    path, key = f"/_emulator/sandboxes/{made['id']}", made["accounts"]["pigeon"]["key"]
    rule = {"when": {"provider": "pigeon", "operation": "send", "to": "*1"}, "then": {"refuse": {"code": 4}}}
    assert (await control(served, "POST", f"{path}/rules", rule))[0] == 200
    url = f"{served.base_url}/pigeon/send?key={key}&text=coo&to="
    assert await get(url + "11") == (200, b"no: 4")
    assert await get(url + "995577990001") == (200, b"no: 4")
    assert await get(url + "12") == (200, b"sent 1")
    await control(served, "POST", f"{path}/settle")
    assert client.came == [{"loft": "12", "state": "DELIVERED"}]
    _, told = await control(served, "GET", f"{path}/callbacks")
    assert [one["verdict"] for one in told["callbacks"]] == ["HTTP 200; 204 is wanted"]
    _, account = await control(served, "PATCH", f"{path}/accounts/pigeon", {"balance": 0})
    assert account["balance"] == 0
    assert await get(url + "12") == (200, b"no: 4")


async def test_its_sink_contract_and_demo_are_there():
    async with serving() as served:
        assert (await get(f"{served.base_url}/_emulator/sink/pigeon?loft=1"))[0] == 204
        _, contract = await control(served, "GET", "/_emulator/contract/pigeon")
        assert [row["id"] for row in contract["rows"]] == ["pigeon.send", "pigeon.retry"]
    assert "a pigeon carries a text" in table(providers.found()["pigeon"])


def test_the_handle_has_its_credentials():
    with emulator.running() as sms:
        assert len(sms.pigeon.key) == 16


def test_the_command_serves_it():
    code = (
        "import sys\nfrom emulator import providers\n"
        f"providers.__path__.append({str(FOURTH)!r})\n"
        "from emulator.cli.main import main\nsys.exit(main(['demo']))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    assert "HTTP 204; 204 is wanted" in done.stdout
