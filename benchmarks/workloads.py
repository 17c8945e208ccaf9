"""Requests as real suites send them: octets, and what must stand in the answer. By a seed, the same each time.

mixed: three providers, sandboxes, GET, POST, forms and JSON, four clients' headers, shuffled parameters, Latin,
Georgian and Russian, lists, refusals, status and balance. different: smsoffice sends, each with another order of its
keys, text, number and client. plain: sends alike but for number, text and reference.
"""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote, quote_plus, urlencode

Credentials = Mapping[str, Mapping[str, Any]]
"""Of a sandbox: provider → credential → what it is."""


class Asked(NamedTuple):
    """A request, and what its answer must hold."""

    octets: bytes
    holds: bytes


_CLIENTS: tuple[tuple[tuple[str, str], ...], ...] = (
    (("Host", "127.0.0.1"), ("User-Agent", "curl/8.5.0"), ("Accept", "*/*")),
    (("Host", "127.0.0.1"), ("User-Agent", "python-requests/2.32.3"), ("Accept-Encoding", "gzip, deflate"),
     ("Accept", "*/*"), ("Connection", "keep-alive")),
    (("Host", "127.0.0.1"), ("Accept", "application/json, text/plain, */*"), ("User-Agent", "axios/1.7.9"),
     ("Accept-Encoding", "gzip, compress, deflate, br"), ("Connection", "keep-alive")),
    (("Host", "127.0.0.1"), ("User-Agent", "Symfony HttpClient (Curl)"), ("Accept-Encoding", "gzip"),
     ("Accept", "*/*"), ("X-Request-Id", "7f3c2b1a"), ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-01")),
)  # fmt: skip
_TEXTS = ("Your code is {n}", "თქვენი კოდია {n}", "Ваш код {n}", "Order {n} is on its way, thank you for shopping")


class _Writer:
    """Writes requests; `chance` decides everything."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.number = 0

    def text(self) -> str:
        self.number += 1
        return self.chance.choice(_TEXTS).format(n=self.number)

    def georgian(self) -> str:
        return f"9955{self.chance.randrange(10**8):08d}"

    def russian(self) -> str:
        return f"79{self.chance.randrange(10**9):09d}"

    def written(self, method: str, path: str, fields: Sequence[tuple[str, str]], how: str = "query") -> bytes:
        """`how`: query, form or json."""
        fields = list(fields)
        self.chance.shuffle(fields)
        escape: Callable[..., str] = quote if self.chance.random() < 0.5 else quote_plus
        headers, body, target = list(self.chance.choice(_CLIENTS)), b"", path
        if how == "query":
            target = f"{path}?{urlencode(fields, quote_via=escape)}"
        elif how == "form":
            body = urlencode(fields, quote_via=escape).encode()
            headers.append(("Content-Type", "application/x-www-form-urlencoded"))
        else:
            body = json.dumps(dict(fields), ensure_ascii=self.chance.random() < 0.5).encode()
            headers.append(("Content-Type", "application/json"))
        if body:
            headers.append(("Content-Length", str(len(body))))
        head = "".join(f"{name}: {value}\r\n" for name, value in headers)
        return f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode() + body


def mixed(seed: int, sandboxes: Sequence[Credentials], count: int) -> list[Asked]:
    """So many requests."""
    writer = _Writer(random.Random(seed))
    calls = (_smsoffice, _smsoffice, _ubill, _smscenter, _smscenter)
    return [writer.chance.choice(calls)(writer, writer.chance.choice(sandboxes)) for _ in range(count)]


def different(seed: int, sandboxes: Sequence[Credentials], count: int) -> list[Asked]:
    """So many sends to smsoffice."""
    writer = _Writer(random.Random(seed))
    return [_smsoffice_send(writer, writer.chance.choice(sandboxes)["smsoffice"]["key"], "GET") for _ in range(count)]


def plain(seed: int, sandboxes: Sequence[Credentials], count: int) -> list[Asked]:
    """So many sends to smsoffice, alike."""
    key = sandboxes[0]["smsoffice"]["key"]
    chance = random.Random(seed)
    return [Asked(
        f"GET /api/v2/send?key={key}&destination=9955{chance.randrange(10**8):08d}&sender=smsoffice"
        f"&content=Your%20code%20is%20{n}&reference=r{n} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode(),
        b'"ErrorCode":0',
    ) for n in range(count)]  # fmt: skip


def smscenter(seed: int, sandboxes: Sequence[Credentials], count: int) -> list[Asked]:
    """So many sends to SMS Center."""
    writer = _Writer(random.Random(seed))
    return [_smscenter_send(writer, writer.chance.choice(sandboxes)["smscenter"], "GET") for _ in range(count)]


def _smsoffice(writer: _Writer, of: Credentials) -> Asked:
    chance, key = writer.chance, of["smsoffice"]["key"]
    dice = chance.random()
    if dice < 0.1:
        return Asked(writer.written("GET", "/api/getBalance", [("key", key)]), b"200 OK")
    if dice < 0.2:
        fields = [("key", key), ("destination", writer.georgian()), ("reference", f"r{chance.randrange(1000)}")]
        return Asked(writer.written("GET", "/api/v2/getMessageStatus", fields), b'"ErrorCode":')
    if dice < 0.25:
        fields = [("key", key), ("destination", writer.georgian()), ("sender", "Nobody"), ("content", "Hello")]
        return Asked(writer.written("GET", "/api/v2/send", fields), b'"Success":false')
    return _smsoffice_send(writer, key, "GET" if chance.random() < 0.5 else "POST")


def _smsoffice_send(writer: _Writer, key: str, method: str) -> Asked:
    chance = writer.chance
    to = ",".join(writer.georgian() for _ in range(chance.choice((1, 1, 1, 1, 1, 3))))
    fields = [("key", key), ("destination", to), ("sender", "smsoffice"), ("content", writer.text())]
    if chance.random() < 0.6:
        fields.append(("reference", f"ref{writer.number}"))
    if chance.random() < 0.2:
        fields.append(("urgent", "true"))
    if method == "GET":
        return Asked(writer.written(method, "/api/v2/send", fields), b'"ErrorCode":0')
    return Asked(writer.written(method, "/api/v2/send/", fields, "form"), b'"ErrorCode":0')


def _ubill(writer: _Writer, of: Credentials) -> Asked:
    chance, key = writer.chance, of["ubill"]["key"]
    dice = chance.random()
    if dice < 0.15:
        return Asked(writer.written("GET", "/v1/sms/balance", [("key", key)]), b'"statusID":0')
    if dice < 0.25:
        return Asked(writer.written("GET", f"/v1/sms/report/{chance.randrange(1, 50)}", [("key", key)]), b'"statusID":')
    numbers: Any = [int(writer.georgian()) for _ in range(chance.choice((1, 1, 1, 4)))]
    text = "" if dice < 0.3 else writer.text()
    holds = b'"statusID":' if dice < 0.3 else b'"statusID":0'
    if chance.random() < 0.7:
        fields: list[tuple[str, Any]] = [("brandID", 1), ("numbers", numbers), ("text", text), ("stopList", False)]
        return Asked(writer.written("POST", f"/v1/sms/send?key={key}", fields, "json"), holds)
    fields = [("key", key), ("brandID", "1"), ("numbers", ",".join(map(str, numbers))), ("text", text)]
    return Asked(writer.written("GET", "/v1/sms/send", fields), holds)


def _smscenter(writer: _Writer, of: Credentials) -> Asked:
    chance, who = writer.chance, of["smscenter"]
    login = [("login", who["login"]), ("psw", who["psw"])]
    dice = chance.random()
    fmt = chance.choice(("0", "1", "2", "3", "3", "3"))
    if dice < 0.1:
        return Asked(writer.written("GET", "/sys/balance.php", [*login, ("fmt", fmt)]), b"200 OK")
    if dice < 0.2:
        fields = [*login, ("fmt", fmt), ("phone", writer.russian()), ("id", str(chance.randrange(1, 100)))]
        return Asked(writer.written("GET", "/sys/status.php", fields), b"200 OK")
    if dice < 0.25:
        fields = [("login", who["login"]), ("psw", "wrong"), ("phones", writer.russian()), ("mes", "x"), ("fmt", "3")]
        return Asked(writer.written("POST", "/sys/send.php", fields, "form"), b'"error_code": 2')
    return _smscenter_send(writer, who, "GET" if dice < 0.6 else "POST")


def _smscenter_send(writer: _Writer, who: Mapping[str, Any], method: str) -> Asked:
    chance = writer.chance
    to = ";".join(writer.russian() for _ in range(chance.choice((1, 1, 1, 1, 3))))
    fields = [("login", who["login"]), ("psw", who["psw"]), ("phones", to), ("mes", writer.text())]
    fields += [("fmt", "3"), ("charset", "utf-8")]
    if chance.random() < 0.3:
        fields.append(("cost", "3"))
    how = "query" if method == "GET" else "form"
    return Asked(writer.written(method, "/sys/send.php", fields, how), b'"cnt"')
