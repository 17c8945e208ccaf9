"""Published clients of SMS Center, unchanged and with the provider's address in them, use its products: led here by
`sms-emulator run`."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tools import NODE_MODULES, PIP, need, needs

HERE = Path(__file__).parent
TO = "79161234567"
SCENARIO = """
accounts: {smscenter: {limits: "off"}}
rules: [{when: {operation: send}, then: {steps: [{after: 0.05, status: delivered}]}}]
"""


def led(folder, *command):
    """What the program printed, as JSON."""
    (folder / "quick.yaml").write_text(SCENARIO)
    paths = {"NODE_PATH": str(NODE_MODULES), "PYTHONPATH": os.pathsep.join((str(PIP), str(HERE.parents[2])))}
    run = (sys.executable, "-m", "emulator", "run", "--port", "0", "--scenario", str(folder / "quick.yaml"), "--")
    done = subprocess.run(
        [*run, *command], env={**os.environ, **paths}, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@needs("npm's node-smsc")
def test_node_smsc_sends_calls_looks_up_and_reads_history(tmp_path):
    came = led(tmp_path, need("node"), str(HERE / "public" / "node_smsc.cjs"))
    assert came["sms"] == {"id": 10, "cnt": 1}
    assert (came["call"]["cost"], len(came["call"]["code"])) == ("1", 6)
    assert came["ping"] == {"cost": "0.3", "cnt": 1}
    assert came["mms"]["failed"].endswith("(1)")
    assert (came["found"]["status"], came["found"]["err"], came["found"]["sender_id"]) == (1, 0, "HLR")
    assert (came["found"]["net"], len(came["found"]["imsi"])) == ("МТС", 15)
    assert all(came["operator"][name] for name in ("country", "operator", "region", "mcc", "mnc", "tz"))
    assert [one["format"] for one in came["history"]] == [3, 9, 0]
    assert (came["answers"], came["senders"]) == ([], [])
    assert came["balance"] == {"balance": "997.70"}
    assert came["deleted"] == {"result": "OK"}  # its parser's word for a bare OK
    assert came["jobs"]["failed"].endswith("(1)")


@needs("pip's smsc")
def test_smsc_of_pypi_reads_every_answer(tmp_path):
    came = led(tmp_path, sys.executable, str(HERE / "public" / "smsc_of_pypi.py"))
    assert came == {
        "sent": [1, 2, "2.0"], "cost": [1, "1.0"], "status": [1, "Доставлено"], "refused": 1,
        "balance": ["997.0", "RUR"],
    }  # fmt: skip
