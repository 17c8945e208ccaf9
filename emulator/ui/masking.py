"""Secrets out of what the page shows: by the names of the fields that carry them, and by their values anywhere."""

import json
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote_plus

from emulator.providers.contract import Provider
from emulator.sandboxes import Sandbox
from emulator.smpp.tables import BINDS, Command

MASK = "••••••"
_NO_SECRET = ("login", "user", "username", "system_id")
"""Credentials that are names: who asks, not the proof of it."""
_HEADERS = ("authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key")
_CUSTOMARY = ("access_token", "api_key", "apikey", "passwd", "password", "pwd", "secret", "token")
"""What clients call their own secrets, in a callback's URL for one."""
_SHORT = 6
"""A shorter value is masked only where its field's name tells what it is."""
_HEAD = 16
_SAY_A_PASSWORD = (*BINDS, Command.OUTBIND)

Json = dict[str, Any]


def secret_words(provider: Provider) -> list[str]:
    """The names of a provider's credentials that prove who asks."""
    words = {*provider.default_credentials, *provider.credential_lengths, *provider.credential_aliases}
    return sorted(word for word in words if word not in _NO_SECRET and word not in provider.fixed_credentials)


class Mask:
    """Masks texts about one provider of a sandbox, or about all of them. `public`: values that are no secret;
    `said`: secrets that somebody tried."""

    def __init__(
        self, sandbox: Sandbox, provider: str | None = None, public: Iterable[str] = (), said: Iterable[str] = ()
    ) -> None:
        self._public = set(public)
        self._words = {*_HEADERS, *_CUSTOMARY}
        values: set[str] = set()
        names: set[str] = set()
        for name, offered in sandbox.providers.items():
            secret = secret_words(offered)
            self._words.update(secret)
            if provider in (None, name) or provider not in sandbox.providers:
                for word, value in sandbox.account(name).credentials.items():
                    (values if word in secret else names).add(value)
        values.update(said)
        shown = names | self._public
        self._values = sorted((v for v in values - shown if len(v) >= _SHORT), key=len, reverse=True)
        self._hex = [v.encode().hex() for v in values if v]
        self._beside = (*_BESIDE, _xml(frozenset(self._words)))

    def text(self, text: str) -> str:
        """A URL, a body, a reply."""
        for value in self._values:
            text = text.replace(value, MASK).replace(quote(value, safe=""), MASK)
        for pattern, plain in self._beside:
            text = pattern.sub(lambda found, plain=plain: self._masked(found, plain), text)  # type: ignore[misc]
        return _USERINFO.sub(rf"\1{MASK}@", text)

    def _masked(self, found: "re.Match[str]", plain: Callable[[str], str]) -> str:
        whole, value = found[0], found["value"]
        secret = plain(found["name"]).lower() in self._words and value not in ("", *self._public)
        begin, end = found.span("value")
        return f"{whole[: begin - found.start()]}{MASK}{whole[end - found.start() :]}" if secret else whole

    def hex(self, text: str) -> str:
        """Octets of a PDU in hex."""
        for value in self._hex:
            text = text.replace(value, "··" * (len(value) // 2))
        if text[8:16] in _BIND_IDS:
            text = _without_password(text)
        return text

    def headers(self, headers: Iterable[Iterable[str]]) -> list[tuple[str, str]]:
        return [
            (name, MASK if name.lower() in self._words and value not in self._public else self.text(value))
            for name, value in headers
        ]

    def fields(self, fields: Json) -> dict[str, str]:
        """Parameters by name."""
        return {
            name: MASK if name.lower() in self._words and value not in ("", None) else self.text(str(value))
            for name, value in fields.items()
        }


_BIND_IDS = frozenset(f"{int(command):08x}" for command in _SAY_A_PASSWORD)


def _without_password(text: str) -> str:
    """A bind in hex, readable or not: the second of its texts is the password."""
    octets = [text[n : n + 2] for n in range(0, len(text), 2)]
    if "00" not in octets[_HEAD:]:
        return text
    begin = octets.index("00", _HEAD) + 1
    end = octets.index("00", begin) if "00" in octets[begin:] else len(octets)
    return "".join([*octets[:begin], *(["··"] * (end - begin)), *octets[end:]])


def _of_json(name: str) -> str:
    try:
        return str(json.loads(f'"{name}"'))
    except ValueError:
        return name


_Beside = tuple["re.Pattern[str]", Callable[[str], str]]
_PART = r'name="?(?P<name>[^"\r\n;]+)"?[^\r\n]*(?:\r?\n[^\r\n]+)*\r?\n\r?\n(?P<value>.*?)(?=\r?\n--|\Z)'
_BESIDE: tuple[_Beside, ...] = (
    (re.compile(_PART, re.S), str),
    (re.compile(r"^(?P<name>[\w-]+):[ \t]*(?P<value>[^\r\n]+)", re.M), str),
    (re.compile(rf"^(?P<name>{'|'.join(_HEADERS)}) +(?P<value>[^\r\n]+)", re.M | re.I), str),
    (re.compile(r"(?P<name>[\w%+.\[\]-]+)=(?![\"'])(?P<value>[^&\s\"'<>]+)"), unquote_plus),
    (re.compile(r"(?P<name>[\w-]+)\s*=\s*(?P<quote>[\"'])(?P<value>.*?)(?P=quote)", re.S), str),
    (re.compile(r'"(?P<name>(?:[^"\\]|\\.)*)"\s*:\s*"(?P<value>(?:[^"\\]|\\.)*)', re.S), _of_json),
    (re.compile(r'"(?P<name>(?:[^"\\]|\\.)*)"\s*:\s*(?P<value>[^"\s,}\]\[{][^,}\]]*)'), _of_json),
)  # fmt: skip
"""A value beside a name, as multipart, header, query, attribute and JSON write it; and how to read the name."""
_USERINFO = re.compile(r"(://[^/\s:@]*:)[^/\s@]+@")


@lru_cache(maxsize=8)
def _xml(words: frozenset[str]) -> _Beside:
    """The same of XML, where an element may hold others: only those named so are looked for."""
    names = "|".join(sorted(map(re.escape, words)))
    start = rf"<(?:\w+:)?(?P<name>{names})(?:\s[^<>]*)?(?<!/)>"
    return re.compile(rf"{start}(?P<value>(?:(?!</(?:\w+:)?(?P=name)\s*>).)+)", re.S | re.I), str
