"""`closed_network.py closed RECORD COMMAND …` runs a command in a network where nothing but loopback exists and no name
is led anywhere, and writes down what it asked for: names that the resolver was asked for, and how many packets found no
way out. Exit status 77: the kernel permits no such network. `here` in place of `closed`: in the network as it is."""

import ctypes
import json
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

from emulator.interception.isolation import IsolationError, enter

REFUSED = 77
_BIND = 0x1000


def without_a_way() -> int:
    """Packets, of either version, for which there was no route."""
    lines = [line.split() for line in Path("/proc/net/snmp").read_text().splitlines() if line.startswith("Ip:")]
    counted = dict(zip(*lines, strict=True))
    newer = dict(line.split() for line in Path("/proc/net/snmp6").read_text().splitlines())
    return int(counted["OutNoRoutes"]) + int(newer["Ip6OutNoRoutes"])


def resolver(asked: list[str]) -> None:
    """Answers nothing, and remembers what it was asked."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listening.bind(("127.0.0.1", 53))

    def listen() -> None:
        while True:
            question, whence = listening.recvfrom(512)
            rest, labels = question[12:], []
            while rest[0]:
                labels.append(rest[1 : 1 + rest[0]].decode("latin-1"))
                rest = rest[1 + rest[0] :]
            asked.append(".".join(labels))
            listening.sendto(question[:2] + b"\x81\x83" + question[4:6] + bytes(6) + question[12:], whence)

    threading.Thread(target=listen, daemon=True).start()


def record(into: Path, command: list[str]) -> int:
    """Run the command in the network that this process is in."""
    asked: list[str] = []
    with tempfile.NamedTemporaryFile("w") as file:
        file.write("nameserver 127.0.0.1\noptions attempts:1 timeout:1\n")
        file.flush()
        ctypes.CDLL(None).mount(file.name.encode(), b"/etc/resolv.conf", None, _BIND, None)
        with suppress(PermissionError):  # whoever is not root may not: what is asked finds no way out, and is counted
            resolver(asked)
        before = without_a_way()
        status = subprocess.call(command)
    into.write_text(json.dumps({"asked": asked, "lost": without_a_way() - before}))
    return status


def main() -> int:
    here, into, *command = sys.argv[1:]
    if here == "closed":
        try:
            enter(["closed.invalid"])
        except IsolationError as refused:
            print(refused, file=sys.stderr)
            return REFUSED
    return record(Path(into), command)


if __name__ == "__main__":
    sys.exit(main())
