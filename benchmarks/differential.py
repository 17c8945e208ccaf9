"""The same requests to two trees of this project: which answers and journal entries differ?

`python -m benchmarks.differential OTHER_TREE [COUNT]`: OTHER_TREE is a checkout of another version; it is served with
the Python and the packages of this one. Runs: mixed over several sandboxes without limits, SMS Center's sends with
limits on, its SOAP, submits and what is asked of them over SMPP; then an hour passes, and what was told is compared
too. Date and Server headers, and the times of journal entries, are left out. What differs is printed and the exit code
says so: whether a difference is meant is for people to judge.
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
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
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
"""Of an entry, what need not be alike: real time; a port that each server has for itself. And in which order two ways
take their turns, SMPP's receipts and HTTP's callbacks, hangs on real time too:"""
_TURN = {"id", "sent"}
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


class Link:
    """A connection to the emulator over SMPP that says much at once, and answers what it is told."""

    def __init__(self, url: str) -> None:
        host, port = url.removeprefix("smpp://").split(":")
        self._sock = socket.create_connection((host, int(port)))
        self._sequence = 0
        self._came = b""
        self.got: list[bytes] = []
        """All that came, in order."""

    def ask(self, *said: tuple[int, bytes]) -> list[bytes]:
        """Requests by command_id and body, in one piece → their answers."""
        out = []
        for command, body in said:
            self._sequence += 1
            out.append(struct.pack("!IIII", 16 + len(body), command, 0, self._sequence) + body)
        self._sock.sendall(b"".join(out))
        answers: list[bytes] = []
        while len(answers) < len(said):
            one = self._read()
            if one[4] & 0x80:
                answers.append(one)
        return answers

    def listen(self, until: Callable[[], bool]) -> None:
        """Until that is so and nothing more comes."""
        self._sock.settimeout(0.5)
        while True:
            try:
                self._read()
            except TimeoutError:
                if until():
                    return

    def _read(self) -> bytes:
        """One PDU; what it tells us is answered."""
        while len(self._came) < 16 or len(self._came) < int.from_bytes(self._came[:4]):
            more = self._sock.recv(65536)
            assert more, "the connection ended"
            self._came += more
        size = int.from_bytes(self._came[:4])
        one, self._came = self._came[:size], self._came[size:]
        if one[4:8] == b"\0\0\0\5":
            self._sock.sendall(b"\0\0\0\x11\x80\0\0\5\0\0\0\0%b\0" % one[12:16])
        self.got.append(one)
        return one

    def close(self) -> None:
        self._sock.close()


def submits(urls: dict[str, str], count: int) -> list[bytes]:
    """What is said to so many submits, queries, cancellations and replacements over SMPP, some of them broken, and what
    is told of them within an hour."""
    chance, link = random.Random(7), Link(urls["smpp"])
    ids = [b"1"]
    link.ask((BIND, b"center-0\0smpp-0\0\0\x34\0\0\0"))
    left = count
    while left > 0:
        said = [_submit(chance, left - one) if chance.random() < 0.85 else _about(chance, chance.choice(ids[-50:]))
                for one in range(chance.choice((1, 1, 2, 10, 50)))]  # fmt: skip
        ids += [answer[16:-1] for answer in link.ask(*said) if answer[7] == SUBMIT and len(answer) > 17]
        left -= len(said)
    with ThreadPoolExecutor(1) as other:
        link.listen(other.submit(_pass_an_hour, urls["http"], 0).done)
    link.close()
    return link.got


def _submit(chance: random.Random, number: int) -> tuple[int, bytes]:
    """A submit as an app's vary; one in ten is broken."""
    text, coding = chance.choice(((b"Your code %d" % number, 0), ("Код".encode("utf-16-be"), 8), (b"\xff\x00\x41", 4),
                                  (b"caf\xe9", 3), (b"A" * chance.randrange(200), 0)))  # fmt: skip
    to = b"79%09d" % chance.randrange(10**9) if chance.random() < 0.9 else chance.choice((b"", b"12", b"letters"))
    sender = chance.choice((b"\0\1\0", b"\5\0Shop\0", b"\1\x0179001234567\0"))
    life = chance.choice((b"", b"", b"000001000000000R", b"wrong"))
    later = chance.choice((b"", b"", b"", b"000000001000000R"))
    asks, esm_class = chance.choice((0, 1, 1, 17)), 0
    tlvs = b""
    dice = chance.random()
    if dice < 0.2:
        tlvs = struct.pack("!HHH", 0x204, 2, number % 65536)
    elif dice < 0.3:  # parts: some of them of one message
        to, esm_class = b"7900000%04d" % (number // 4 % 40), 0x40
        text = b"\5\0\3%c\2%c" % (number // 4 % 256, number % 2 + 1) + text[:100]
    elif dice < 0.35:
        tlvs, text = struct.pack("!HH", 0x424, len(text)) + text, b""
    elif dice < 0.4:
        tlvs = struct.pack("!HHHHHBHHB", 0x20C, 2, number // 2 % 65536, 0x20E, 1, 2, 0x20F, 1, number % 2 + 1)
    body = b"\0%b\1\1%b\0%c\0\0%b\0%b\0%c\0%c\0%c%b%b" % (
        sender, to, esm_class, later, life, asks, coding, len(text), text, tlvs,
    )  # fmt: skip
    return (SUBMIT, body) if chance.random() < 0.97 else (chance.choice((SUBMIT, 0x103, 0x777)), body[:-3])


def _about(chance: random.Random, message: bytes) -> tuple[int, bytes]:
    """A request about a message, or about the link."""
    from_ = chance.choice((b"\0\1\0", b"\5\0Shop\0", b"\1\x0179001234567\0"))
    return chance.choice((
        (3, b"%b\0%b" % (message, from_)),
        (8, b"\0%b\0%b\0\0\0" % (message, from_)),
        (7, b"%b\0%b\0\0\1\0\5Later" % (message, from_)),
        (0x15, b""),
    ))  # fmt: skip


def _pass_an_hour(url: str, number: int) -> None:
    servers.call(f"{url}/_emulator/sandboxes/d{number}/clock", '{"advance": 3600, "timeout": 290}', seconds=300)


def journal(url: str, sandbox: str, what: str = "requests") -> list[dict[str, Any]]:
    """All its entries, in one list: pages of callbacks by the id of the last one were not whole in older versions."""
    asked = f"{url}/_emulator/sandboxes/{sandbox}/{what}?limit=1000000000"
    found: list[dict[str, Any]] = json.loads(servers.call(asked, "", "GET"))[what]
    return found


def told(url: str, sandbox: str) -> list[dict[str, Any]]:
    """All its callbacks, those of each way in their order."""
    ways = sorted(journal(url, sandbox, "callbacks"), key=lambda one: str(one["method"]))
    return [{name: value for name, value in one.items() if name not in _TURN} for one in ways]


def compare(other: Path, made: str, limits: bool, count: int) -> int:
    """How much differs."""
    with serving(other) as urls_before, serving(_HERE) as urls_now:
        before, now = urls_before["http"], urls_now["http"]
        own = sandboxes(before, limits)
        assert sandboxes(now, limits) == own
        if made == "submits":
            both = zip(submits(urls_before, count), submits(urls_now, count), strict=False)
            wrong: list[Any] = [(was, is_) for was, is_ in both if was != is_]
        else:
            asked: list[Asked] = (soap if made == "soap" else getattr(workloads, made))(7, own, count)
            pairs = zip(asked, answers(before, asked), answers(now, asked), strict=True)
            wrong = [(one.octets[:200], was, is_) for one, was, is_ in pairs if was != is_]
        for url in (before, now):
            for number in range(SANDBOXES):
                _pass_an_hour(url, number)
        fields: Counter[str] = Counter()
        entries, shown = 0, []
        for sandbox in ("default", *(f"d{number}" for number in range(SANDBOXES))):
            old, new = ([*journal(url, sandbox), *told(url, sandbox)] for url in (before, now))
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
