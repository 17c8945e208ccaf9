"""SOAP clients that are not ours read the WSDL and call all seven operations: zeep, PHP's SoapClient, npm's soap."""

import asyncio
import json
import os
import subprocess
from pathlib import Path

import pytest
from tools import NODE_MODULES, need, needs

from emulator.providers.smscenter import client
from emulator.sandboxes.spec import NewSandbox

HERE = Path(__file__).parent
PROFILES = pytest.mark.parametrize("profile", ["2025", "2020"])


def run(*command, **environment):
    return subprocess.run(
        command, capture_output=True, text=True, timeout=200, env={**os.environ, **dict(environment)}, check=False
    )


def account(served, profile="2025"):
    """A sandbox with the page's own credentials."""
    own = {"login": "alex", "psw": "123", "apikey": "key", "switches": {"wsdl": profile}}
    served.emulator.create(NewSandbox(scenario={"rules": []}, clock="frozen", accounts={"smscenter": own}))
    return f"{served.base_url}/sys/soap.php?wsdl&login=alex"


def told(found, profile):
    """What every client must have understood."""
    sent = found["send_sms"]
    assert (sent["id"], sent["cnt"], sent["balance"], sent.get("error")) == ("1", "1", "999", None)
    assert (found["send_sms2"]["id"], found["send_sms2"]["cnt"]) == ("2", "1")
    errors = found["send_sms2"]["errors"]
    assert (errors[0] if isinstance(errors, list) else errors) == {"phone": "12", "status": "22"}
    assert found["get_sms_cost"]["cost"] == found["get_sms_cost2"]["cost"] == "1"
    full, placed = found["get_status"], found["get_status2"]
    assert (full["status"], full["message"], full["status_name"]) == ("-1", "Привет", "Ожидает отправки")
    assert full.get("sms_cnt") == ("1" if profile == "2025" else None)
    assert placed["operator"] == "МегаФон"
    assert found["get_balance"] == {"balance": "998.00", "error": "0"}


@PROFILES
@pytest.mark.contract("smscenter.soap.wsdl", "smscenter.soap.wsdl-2025", "smscenter.status.query")
async def test_zeep_in_strict_mode_calls_all_seven_operations(served, profile):
    zeep = pytest.importorskip("zeep")
    from zeep.helpers import serialize_object

    def calls(url):
        service = zeep.Client(url, settings=zeep.Settings(strict=True)).service
        who, to = {"login": "alex", "psw": "123"}, "79999999999"
        sent = service.send_sms(**who, phones=to, mes="Привет", id="", sender="", time="0")
        found = {
            "send_sms": sent,
            "send_sms2": service.send_sms2(**who, phones=f"{to},12", mes="b", query="err=1"),
            "get_sms_cost": service.get_sms_cost(**who, phones=to, mes="a"),
            "get_sms_cost2": service.get_sms_cost2(**who, phones=to, mes="a", query=""),
            "get_status": service.get_status(**who, phone=to, id=sent.id, all="1"),
            "get_status2": service.get_status2(**who, phone=to, id=sent.id, query="all=2"),
            "get_balance": service.get_balance(**who),
        }
        missing = service.get_status(**who, phone=to, id="999")
        if profile == "2025":
            assert service.get_balance(apikey="key").error == "0"
        return {name: serialize_object(one, dict) for name, one in found.items()}, missing.error

    found, error = await asyncio.to_thread(calls, account(served, profile))
    told(found, profile)
    assert error == "3"


@needs("php-soap")
@PROFILES
@pytest.mark.contract("smscenter.soap.wsdl", "smscenter.soap.send2")
async def test_php_s_soap_client_calls_all_seven_operations(served, profile):
    url = account(served, profile)
    done = await asyncio.to_thread(run, need("php-soap"), str(HERE / "clients.php"), url, "alex", "123")
    assert done.returncode == 0, done.stdout + done.stderr
    told(json.loads(done.stdout), profile)


@needs("php-soap")
@pytest.mark.contract("smscenter.status.example", "smscenter.status.error-3")
async def test_the_page_s_own_php_line_works_with_only_the_url_changed(served, tmp_path):
    account(served)
    script = tmp_path / "page.php"
    text = (HERE / "page.php").read_text("utf-8").replace("'URL'", f"'{served.base_url}/sys/soap.php?wsdl'")
    script.write_text(text, "utf-8")
    command = (need("php-soap"), "-d", "soap.wsdl_cache_enabled=0", str(script))
    done = await asyncio.to_thread(run, *command)
    assert json.loads(done.stdout) == {"statusresult": {"error": "3"}}, done.stdout + done.stderr
    served.emulator.exchange(client.send(client.Who("alex", "123"), ["79999999999"], "Hello", id="999"))
    done = await asyncio.to_thread(run, *command)
    assert json.loads(done.stdout)["statusresult"]["status"] == "-1"


@needs("npm's soap")
@PROFILES
@pytest.mark.contract("smscenter.soap.wsdl")
async def test_npm_s_soap_calls_all_seven_operations(served, profile):
    url = account(served, profile)
    script = str(HERE / "clients.js")
    done = await asyncio.to_thread(run, need("node"), script, url, "alex", "123", NODE_PATH=str(NODE_MODULES))
    assert done.returncode == 0, done.stdout + done.stderr
    told(json.loads(done.stdout), profile)


def test_the_page_s_line_is_the_page_s():
    """But for the URL, which the page leaves empty; the reader's copy is page 001."""
    said = "array('login'=>'alex', 'psw'=>'123', 'phone'=>'79999999999', 'id'=>'999', 'all'=>'0')"
    assert f"$ret = $client->get_status({said});" in (HERE / "page.php").read_text("utf-8")
