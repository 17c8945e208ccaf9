"""The same requests to two trees of this project: which answers and journal entries differ?

`python -m benchmarks.differential OTHER_TREE [COUNT]`: OTHER_TREE is a checkout of another version; it is served with
the Python and the packages of this one. Two runs: mixed over several sandboxes without limits, and SMS Center's sends
with limits on. Date and Server headers, and the times of journal entries, are left out. What differs is printed and the
exit code says so: whether a difference is meant is for people to judge.
"""

import json
import os
import re
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import servers, workloads
from benchmarks.workloads import Asked, Credentials

SANDBOXES = 5
_SHOWN = 5
_HERE = Path(__file__).parent.parent
_left_out = re.compile(rb"(?:Date|Server): [^\r]*\r\n")
_length = re.compile(rb"content-length: (\d+)", re.IGNORECASE).search
_ENTRY = {"at"}


@contextmanager
def serving(tree: Path) -> Iterator[str]:
    """A tree's server; its base URL."""
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    command = [sys.executable, "-m", *servers.EMULATOR, "--smpp-port", "0"]
    process = subprocess.Popen(command, cwd=tree, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stdout is not None
        yield dict(pair.split("=", 1) for pair in process.stdout.readline().split()[1:])["http"]
    finally:
        process.terminate()
        process.wait(10)


def sandboxes(url: str, limits: bool) -> list[Credentials]:
    """The same in every tree: same seeds, moments, credentials."""
    made = []
    for number in range(SANDBOXES):
        own: Credentials = {
            "smsoffice": {"key": f"office-{number}"}, "ubill": {"key": f"ubill-{number}"},
            "smscenter": {"login": f"center-{number}", "psw": f"secret-{number}"},
        }  # fmt: skip
        account: dict[str, Any] = {"balance": 100_000_000, "callback_url": ""}
        if not limits:
            account["limits"] = "off"
        asked = {"id": f"d{number}", "seed": number, "clock": {"now": "2026-02-02T12:00:00+04:00", "rate": 0},
                 "accounts": {name: {**account, "credentials": words} for name, words in own.items()}}  # fmt: skip
        servers.call(f"{url}/_emulator/sandboxes", json.dumps(asked))
        made.append(own)
    return made


def answers(url: str, asked: list[Asked]) -> list[tuple[bytes, bytes]]:
    """Head and body of each answer, over one connection for as long as it stays."""
    host, port = url.removeprefix("http://").split(":")
    got = []
    sock = socket.create_connection((host, int(port)))
    file = sock.makefile("rb")
    for one in asked:
        sock.sendall(one.octets)
        head = b""
        while not head.endswith(b"\r\n\r\n") and (line := file.readline()):
            head += line
        found = _length(head)
        got.append((_left_out.sub(b"", head), file.read(int(found[1])) if found else b""))
        if not head or b"Connection: close" in head:
            sock.close()
            sock = socket.create_connection((host, int(port)))
            file = sock.makefile("rb")
    sock.close()
    return got


def journal(url: str, sandbox: str) -> list[dict[str, Any]]:
    """All its entries."""
    found: list[dict[str, Any]] = []
    after = "0"
    while True:
        target = f"{url}/_emulator/sandboxes/{sandbox}/requests?limit=500&after={after}"
        page = json.loads(servers.call(target, "", "GET"))["requests"]
        if not page:
            return found
        found += page
        after = re.sub(r"\D", "", str(page[-1]["id"]))


def compare(other: Path, made: str, limits: bool, count: int) -> int:
    """How much differs."""
    with serving(other) as before, serving(_HERE) as now:
        own = sandboxes(before, limits)
        assert sandboxes(now, limits) == own
        asked: list[Asked] = getattr(workloads, made)(7, own, count)
        pairs = list(zip(asked, answers(before, asked), answers(now, asked), strict=True))
        wrong = [(one.octets[:200], was, is_) for one, was, is_ in pairs if was != is_]
        fields: Counter[str] = Counter()
        entries, shown = 0, []
        for sandbox in ("default", *(f"d{number}" for number in range(SANDBOXES))):
            old, new = journal(before, sandbox), journal(now, sandbox)
            entries += len(new)
            fields["entries that only one has"] += abs(len(old) - len(new))
            for was, is_ in zip(old, new, strict=False):
                for name in {*was, *is_} - _ENTRY:
                    if was.get(name) != is_.get(name):
                        fields[name] += 1
                        shown.append((name, was.get(name), is_.get(name)))
    print(f"{made}, limits {'on' if limits else 'off'}: {count} requests, {len(wrong)} answers differ; "
          f"{entries} entries, {dict(+fields) or 'none differs'}")  # fmt: skip
    for example in (*wrong[:_SHOWN], *shown[:_SHOWN]):
        print(*example, sep="\n  ")
    return len(wrong) + sum(fields.values())


if __name__ == "__main__":
    tree, count = Path(sys.argv[1]), int((*sys.argv[2:], 10_000)[0])
    sys.exit(bool(compare(tree, "mixed", False, count) + compare(tree, "smscenter", True, count // 5)))
