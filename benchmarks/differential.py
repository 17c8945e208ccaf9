"""The same requests to two trees of this project: which answers and journal entries differ?

`python -m benchmarks.differential OTHER_TREE [COUNT]`: OTHER_TREE is a checkout of another version; it is served with
the Python and the packages of this one. Runs: mixed over several sandboxes without limits, SMS Center's sends with
limits on, its SOAP, submits over SMPP; then an hour passes, and what was called back is compared too. Date and Server
headers, and the times of journal entries, are left out. What differs is printed and the exit code says so: whether a
difference is meant is for people to judge.
"""

import json
import os
import random
import re
import socket
import struct
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
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
_ENTRY = {"at", "url"}
"""Of an entry, what need not be alike: real time; a port that each server has for itself."""
BIND, SUBMIT = 9, 4
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"


@contextmanager
def serving(tree: Path) -> Iterator[dict[str, str]]:
    """A tree's server; its URLs by name."""
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    command = [sys.executable, "-m", *servers.EMULATOR, "--smpp-port", "0"]
    process = subprocess.Popen(command, cwd=tree, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stdout is not None
        yield dict(pair.split("=", 1) for pair in process.stdout.readline().split()[1:])
    finally:
        process.terminate()
        process.wait(10)


def sandboxes(url: str, limits: bool) -> list[Credentials]:
    """The same in every tree: same seeds, moments, credentials."""
    made = []
    for number in range(SANDBOXES):
        own: Credentials = {
            "smsoffice": {"key": f"office-{number}"},
            "ubill": {"key": f"ubill-{number}", "callback_key": f"callback-{number}"},
            "smscenter": {"login": f"center-{number}", "psw": f"secret-{number}", "password": f"smpp-{number}",
                          "callback_secret": f"callback-{number}"},
        }  # fmt: skip
        account: dict[str, Any] = {"balance": 100_000_000}
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


def soap(seed: int, own: Sequence[Credentials], count: int) -> list[Asked]:
    """Calls of SMS Center's SOAP."""
    chance = random.Random(seed)
    made = []
    for number in range(count):
        who = chance.choice(own)["smscenter"]
        name, said = chance.choice((
            ("send_sms", {"phones": f"79{chance.randrange(10**9):09d}", "mes": f"Код {number}", "sender": ""}),
            ("get_sms_cost", {"phones": "79161234567;+7 916 123 45 67", "mes": "x" * chance.randrange(200)}),
            ("get_status", {"phone": "79161234567", "id": str(chance.randrange(100)), "all": "2"}),
            ("get_balance", {}),
        ))  # fmt: skip
        said = {"login": who["login"], "psw": who["psw"] if chance.random() < 0.95 else "wrong", **said}
        inside = "".join(f"<{word}>{value}</{word}>" for word, value in said.items())
        call = f'<{name} xmlns="http://smsc.ru/sys/soap">{inside}</{name}>'
        body = f'<s:Envelope xmlns:s="{ENVELOPE}"><s:Body>{call}</s:Body></s:Envelope>'.encode()
        head = f"Host: smsc.ru\r\nContent-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n"
        made.append(Asked(f"POST /sys/soap.php HTTP/1.1\r\n{head}".encode() + body, b""))
    return made


def submits(url: str, count: int) -> list[bytes]:
    """The responses to a bind and to so many submits, some of them broken, over SMPP."""
    chance, said = random.Random(7), [(BIND, b"center-0\0smpp-0\0\0\x34\0\0\0")]
    for number in range(count):
        text, coding = ((b"Your code", 0), ("Код".encode("utf-16-be"), 8), (b"\xff\x00\x41", 4))[chance.randrange(3)]
        to = b"79%09d" % chance.randrange(10**9) if chance.random() < 0.9 else chance.choice((b"", b"12", b"letters"))
        life = chance.choice((b"", b"000001000000000R", b"wrong"))
        fields = b"\0\1\1\0\1\1%b\0\0\0\0\0%b\0%c\0%c\0" % (to, life, chance.choice((0, 1, 17)), coding)
        tlv = struct.pack("!HHH", 0x204, 2, number) if chance.random() < 0.3 else b""
        said.append((SUBMIT, fields + bytes((len(text),)) + text + tlv))
    host, port = url.removeprefix("smpp://").split(":")
    with socket.create_connection((host, int(port))) as sock, sock.makefile("rb") as file:
        for sequence, (command, body) in enumerate(said, 1):
            sock.sendall(struct.pack("!IIII", 16 + len(body), command, 0, sequence) + body)
        heads = iter(lambda: file.read(16), b"")
        got = [head + file.read(int.from_bytes(head[:4]) - 16) for head, _ in zip(heads, said, strict=False)]
    return got


def journal(url: str, sandbox: str, what: str = "requests") -> list[dict[str, Any]]:
    """All its entries."""
    found: list[dict[str, Any]] = []
    after = "0"
    while True:
        target = f"{url}/_emulator/sandboxes/{sandbox}/{what}?limit=500&after={after}"
        page = json.loads(servers.call(target, "", "GET"))[what]
        if not page:
            return found
        found += page
        after = re.sub(r"\D", "", str(page[-1]["id"]))


def compare(other: Path, made: str, limits: bool, count: int) -> int:
    """How much differs."""
    with serving(other) as urls_before, serving(_HERE) as urls_now:
        before, now = urls_before["http"], urls_now["http"]
        own = sandboxes(before, limits)
        assert sandboxes(now, limits) == own
        if made == "submits":
            both = zip(submits(urls_before["smpp"], count), submits(urls_now["smpp"], count), strict=True)
            wrong: list[Any] = [(was, is_) for was, is_ in both if was != is_]
        else:
            asked: list[Asked] = (soap if made == "soap" else getattr(workloads, made))(7, own, count)
            pairs = zip(asked, answers(before, asked), answers(now, asked), strict=True)
            wrong = [(one.octets[:200], was, is_) for one, was, is_ in pairs if was != is_]
        for url in (before, now):
            for number in range(SANDBOXES):
                hour = '{"advance": 3600, "timeout": 290}'
                servers.call(f"{url}/_emulator/sandboxes/d{number}/clock", hour, seconds=300)
        fields: Counter[str] = Counter()
        entries, shown = 0, []
        for sandbox in ("default", *(f"d{number}" for number in range(SANDBOXES))):
            old, new = ([*journal(url, sandbox), *journal(url, sandbox, "callbacks")] for url in (before, now))
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
    tree, count = Path(sys.argv[1]), int((*sys.argv[2:], "10000")[0])
    runs = (("mixed", False, count), ("smscenter", True, count // 5), ("soap", False, count // 5),
            ("submits", False, count // 5))  # fmt: skip
    sys.exit(bool(sum(compare(tree, *run) for run in runs)))
