"""A provider in a rough world, drawn from a seed: it takes messages late, or twice not at all, says what is not so, and
answers in any shape. What it took is known; what a client was told is held against that."""

import pickle
import random
import re
import traceback
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from emulator.client import NotReached, SmsError
from emulator.client.hiding import written_forms
from emulator.http.messages import HttpReply, HttpRequest

KEY = "k&y<of>/mine+1=%41'\""
FORMS = written_forms(KEY)
LATE = 0.6
"""What is registered later than answered is there after this part of Patience.absent_after."""
ODD = ("lost", "taken and lost", "late and lost", "503", "taken and 503", "taken and 502", "late and 504", "429", "301",
       "html", "taken and html", "garbled", "cut", "refused", "unreached", "bom", "page of doubt")  # fmt: skip
PAGE = b"<!doctype html><html><h1>It works!</h1>"


def forms_in(text: str) -> list[str]:
    """The forms in which the key stands there."""
    return [form for form in FORMS if form in text]


def shows_the_key(error: BaseException) -> list[str]:
    """The texts of an error that hold the key, in whatever form."""
    texts = [str(error), repr(error), repr(vars(error)), "".join(traceback.format_exception(error)),
             repr(pickle.dumps(error)), str(pickle.loads(pickle.dumps(error)))]  # fmt: skip
    return [text for text in texts if forms_in(text)]


@dataclass
class Send:
    """One call: its text, which nobody else has, and what the client was told."""

    text: str
    reference: str | None
    told: Any = None


@dataclass
class World:
    """`now`: any rising number of seconds; `late`: after how many a late message is registered."""

    seed: int
    now: Any
    late: float
    reachable: bool = True
    sends: list[Send] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    registered: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.calm = self.chance.choice((0.2, 0.5, 0.8))

    def serve(self, request: HttpRequest) -> HttpReply | str:
        """The reply, or "lost", or "unreached" where not an octet came."""
        provider = self._provider(request)
        words = _words(request)
        how = "well" if self.chance.random() < self.calm else self.chance.choice(ODD)
        if how == "unreached":
            return "unreached" if self.reachable else "lost"
        if "text" in words:
            return self._send(provider, words, how)
        return self._status(provider, words, how)

    def _send(self, provider: str, words: dict[str, str], how: str) -> HttpReply | str:
        text, reference = words["text"], words.get("reference", "")
        if reference and reference in self.registered:
            return "lost"  # a reference that was used is dropped without a word
        takes = how in ("well", "bom", "cut", "garbled") or how.startswith(("taken", "late"))
        if takes:
            self.taken.append(text)
            if reference:
                self.registered[reference] = self.now() + (self.late if how.startswith("late") else 0.0)
        if how == "cut":
            return "lost"
        return _said(how, _good(provider)) or _refusal(provider, 3)

    def _status(self, provider: str, words: dict[str, str], how: str) -> HttpReply | str:
        there = self.registered.get(words.get("reference", ""), float("inf")) <= self.now()
        if how == "cut":
            return "lost"
        return _said(how, _found(provider, there)) or _refusal(provider, 9)

    @staticmethod
    def _provider(request: HttpRequest) -> str:
        path = urlsplit(request.target).path
        if path.startswith("/api/"):
            return "smsoffice"
        return "soap" if path.endswith("soap.php") else "smscenter" if path.startswith("/sys/") else "ubill"

    def judge(self) -> list[str]:
        """What was told and is not so."""
        wrong = []
        for send in self.sends:
            count = self.taken.count(send.text)
            if isinstance(send.told, SmsError):
                fits = count <= 1 if send.told.maybe_accepted else count == 0
            else:
                fits = count == 1
            if not fits:
                wrong.append(f"seed {self.seed}: {send.text} was taken {count} times, told {send.told!r}")
            if isinstance(send.told, NotReached) and count:
                wrong.append(f"seed {self.seed}: {send.text} was told as unsent")
        return wrong


def _words(request: HttpRequest) -> dict[str, str]:
    if request.target.startswith("/sys/soap"):
        found = dict(re.findall(r"<(\w+)>([^<]*)</\1>", request.body.decode()))
        said = {"text": found.get("mes", ""), "reference": found.get("id", "")}
        return said if "mes" in found else {"reference": said["reference"]}
    if request.target.startswith("/v1/"):
        return {"text": re.findall(r'"text":"([^"]*)"', request.body.decode())[0]}
    pairs = parse_qs(urlsplit(request.target).query + "&" + request.body.decode())
    names = {"content": "text", "mes": "text", "reference": "reference", "id": "reference"}
    return {names[name]: values[0] for name, values in pairs.items() if name in names}


def _said(how: str, good: bytes) -> HttpReply | str:
    """The answer of that kind; "" for the provider's own refusal."""
    page = (("Content-Type", "text/html"),)
    status = next((int(word) for word in how.split() if word.isdigit()), 200)
    if how == "301":
        return HttpReply(status=301, headers=(("Location", f"http://elsewhere.test/?key={KEY}"),))
    if status != 200:
        return HttpReply(status=status, headers=page, body=PAGE)
    if how in ("lost", "taken and lost", "late and lost"):
        return "lost"
    if how in ("html", "taken and html", "page of doubt"):
        return HttpReply(headers=page, body=PAGE)
    if how == "garbled":
        return HttpReply(body=b"\xff\x00" + good[::-1])
    if how == "refused":
        return ""
    return HttpReply(body=b"\xef\xbb\xbf" + good if how == "bom" else good)


def _soap(name: str, fields: str) -> bytes:
    return f'<e:Envelope xmlns:e="urn:e"><e:Body><r><{name}>{fields}</{name}></r></e:Body></e:Envelope>'.encode()


def _good(provider: str) -> bytes:
    return {
        "smsoffice": b'{"Success":true,"Message":"","Output":null,"ErrorCode":0}',
        "ubill": b'{"statusID":0,"smsID":7,"message":"sent"}',
        "smscenter": b'{"id":7,"cnt":1,"cost":"1","balance":"9"}',
        "soap": _soap("send_smsresult", "<id>7</id><cnt>1</cnt><cost>1</cost><balance>9</balance><error>0</error>"),
    }[provider]


def _refusal(provider: str, error: int) -> HttpReply:
    return HttpReply(body={
        "smsoffice": b'{"Success":false,"Message":"no","Output":null,"ErrorCode":20}',
        "ubill": b'{"statusID":20,"message":"no"}', "smscenter": b'{"error":"no","error_code":%d}' % error,
        "soap": _soap("send_smsresult", f"<error>{error}</error>"),
    }[provider])  # fmt: skip


def _found(provider: str, there: bool) -> bytes:
    if provider == "smsoffice":
        word = "Pending" if there else "Unknown"
        return b'{"Success":true,"Message":"","Output":{"Status":"%s"},"ErrorCode":0}' % word.encode()
    if provider == "soap":
        return _soap("get_statusresult", "<status>0</status><error>0</error>" if there else "<error>3</error>")
    return b'{"status":0,"last_date":"","last_timestamp":0}' if there else b'{"status":-3,"error":"not found"}'
