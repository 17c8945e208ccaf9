"""A network of its own, as far as this kernel permits one."""

import subprocess
import sys

import pytest

PROGRAM = """
import os, socket, sys
from emulator.interception.isolation import IsolationError, enter
user = os.getuid()
try:
    enter(["smsc.ru", "www.smsc.ru"])
except IsolationError as refused:
    print(refused)
    sys.exit(77)
print(os.getuid() == user)
for family in (socket.AF_INET, socket.AF_INET6):
    print({found[4][0] for name in ("smsc.ru", "www.smsc.ru") for found in socket.getaddrinfo(name, 443, family)})
with socket.create_server(("127.0.0.1", 443)) as listening:
    socket.create_connection(("smsc.ru", 443)).close()
with socket.socket() as elsewhere:
    try:
        elsewhere.connect(("192.0.2.1", 80))
    except OSError as error:
        print(error.strerror)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="networks for single processes are Linux's")
def test_names_lead_to_loopback_the_real_port_can_be_had_and_nothing_else_is_reached() -> None:
    ran = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    if ran.returncode == 77:
        pytest.skip(ran.stdout)
    assert ran.stderr == ""
    assert ran.stdout.splitlines() == ["True", "{'127.0.0.1'}", "{'::ffff:127.0.0.1'}", "Network is unreachable"]
