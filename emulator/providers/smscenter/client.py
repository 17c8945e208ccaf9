"""The client's half of SMS Center over HTTP: builds requests, reads replies. No I/O. SOAP's half:
providers/smscenter/soap/client.py."""

from typing import Any

import msgspec

from emulator.http.messages import Fields, HttpReply, HttpRequest, write_query
from emulator.providers.reply_reading import charset_of, read_json

BASE_URL = "https://smsc.ru"
_FORM = (("Content-Type", "application/x-www-form-urlencoded"),)


class Who(msgspec.Struct, frozen=True):
    """login with psw (plain or md5), or apikey."""

    login: str = ""
    psw: str = ""
    apikey: str = ""

    def __repr__(self) -> str:
        return f"Who({self.login!r})"

    def fields(self) -> Fields:
        if self.apikey:
            return [("apikey", self.apikey)]
        return [("login", self.login), ("psw", self.psw)]


class Failure(Exception):
    """An error that SMS Center answered: its number, text, and the id that it used up."""

    def __init__(self, code: int, text: str = "", id: int | str | None = None) -> None:
        super().__init__(f"{code} {text}".strip())
        self.code = code
        self.text = text
        self.id = id


def _post(path: str, who: Who, fields: Fields) -> HttpRequest:
    body = write_query([*who.fields(), ("fmt", "3"), ("charset", "utf-8"), *fields])
    return HttpRequest(method="POST", target=path, headers=_FORM, body=body.encode())


def send(who: Who, phones: list[str], text: str, *, sender: str = "", id: str = "", **more: str) -> HttpRequest:
    """A send; `more`: parameters of the page (cost, time, translit, ...)."""
    fields = [("phones", ",".join(phones)), ("mes", text), ("sender", sender), ("id", id), *more.items()]
    return _post("/sys/send.php", who, [(name, value) for name, value in fields if value])


def cost(who: Who, phones: list[str], text: str) -> HttpRequest:
    return _post("/sys/send.php", who, [("phones", ",".join(phones)), ("mes", text), ("cost", "1")])


def status(who: Who, phone: str, id: str, all: str = "0") -> HttpRequest:
    return _post("/sys/status.php", who, [("phone", phone), ("id", id), ("all", all)])


def statuses(who: Who, phones: list[str], ids: list[str], all: str = "0") -> HttpRequest:
    """The multiple form: a comma behind the last makes it one even for a single message."""
    lists = [("phone", "".join(f"{one}," for one in phones)), ("id", "".join(f"{one}," for one in ids))]
    return _post("/sys/status.php", who, [*lists, ("all", all)])


def delete(who: Who, phone: str, id: str) -> HttpRequest:
    """Answered by a bare OK."""
    return _post("/sys/status.php", who, [("phone", phone), ("id", id), ("del", "1")])


def balance(who: Who) -> HttpRequest:
    return _post("/sys/balance.php", who, [])


def ask(page: str, who: Who, fields: Fields) -> HttpRequest:
    """A question to another page: get, info, senders."""
    return _post(f"/sys/{page}.php", who, fields)


def read_answer(reply: HttpReply) -> Any:
    """The JSON of any answer. Raises Failure for an error, ValueError for what is no answer."""
    found = read_json(reply.body, charset_of(reply.header("content-type")))
    if isinstance(found, dict) and "error_code" in found:
        raise Failure(found["error_code"], str(found.get("error", "")), found.get("id"))
    return found


def read_balance(reply: HttpReply) -> str:
    """What is left, as SMS Center writes it."""
    return str(read_answer(reply)["balance"])
