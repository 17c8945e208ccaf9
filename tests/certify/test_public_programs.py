"""Published programs and libraries, unchanged, examined by `sms-emulator certify`: docs/certify.md has what was found,
and each finding was read in the program's source."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from tools import NODE_MODULES, PIP, needs

from emulator.certify.cases import cases
from emulator.providers import found as providers

HERE = Path(__file__).parent
CURL = (
    "curl --fail --silent --max-time 5 --output /dev/null {url}/api/v2/send --data-urlencode key={key} "
    "--data-urlencode destination={to} --data-urlencode sender={sender} --data-urlencode 'content={text}'"
)
NO_LIMIT = {"reply-hang", "reply-endless"}
REPEATED = {"reply-lost", "reply-hang", "reply-reset", "http-502"}
CODES = {one.name for one in cases(providers()["smsoffice"]) if one.name.startswith("code-")}


def python(name):
    return shlex.join((sys.executable, str(HERE / "public" / name)))


def node(name):
    return shlex.join(("node", str(HERE / "public" / name)))


@pytest.mark.long
@pytest.mark.parametrize(
    ("provider", "send", "grade", "found"),
    [
        pytest.param("smsoffice", CURL, "F", CODES, marks=needs("curl"), id="curl --fail"),
        pytest.param("smsoffice", python("requests_retry.py"), "F", REPEATED | {"reply-interim"}, id="requests, Retry"),
        pytest.param(
            "smscenter", python("smsc_of_pypi.py"), "C", NO_LIMIT | {"reply-interim"}, marks=needs("pip's smsc"),
            id="PyPI's smsc",
        ),
        pytest.param(
            "smscenter", node("node_smsc.cjs"), "F", NO_LIMIT | {"http-500", "http-503", "http-429"},
            marks=needs("npm's node-smsc"), id="npm's node-smsc",
        ),
        pytest.param("smscenter smpp", python("with_smpplib.py"), "B", {"reply-close"}, id="smpplib"),
        pytest.param(
            "smscenter smpp", node("smpp.cjs"), "C", {"reply-hang"}, marks=needs("npm's smpp"), id="npm's smpp"
        ),
    ],
)  # fmt: skip
def test_what_is_found_in_a_public_program(provider, send, grade, found):
    name, _, over = provider.partition(" ")
    paths = {"NODE_PATH": str(NODE_MODULES), "PYTHONPATH": os.pathsep.join((str(PIP), str(HERE.parents[1])))}
    command = [sys.executable, "-m", "emulator", "certify", "--provider", name, "--over", over or "http",
               "--timeout", "15", "--json", "--send", send]  # fmt: skip
    done = subprocess.run(command, env={**os.environ, **paths}, capture_output=True, text=True, timeout=900)
    told = json.loads(done.stdout)
    assert (told["grade"], {one["case"] for one in told["findings"]}) == (grade, found)
