"""Secrets out of what the page shows: by the names of the fields that carry them, and by their values anywhere."""

import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

from emulator.providers.contract import Provider
from emulator.sandboxes import Sandbox

MASK = "••••••"
_NO_SECRET = ("login", "user", "username", "system_id")
"""Credentials that are names: who asks, not the proof of it."""
_HEADERS = ("authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key")
_SHORT = 6
"""A shorter value is masked only where its field's name tells what it is."""

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
        public = set(public)
        chosen = [provider] if provider in sandbox.providers else list(sandbox.providers)
        words: set[str] = set()
        values: set[str] = set()
        names: set[str] = set()
        for name in chosen:
            if name is None:
                continue
            secret = secret_words(sandbox.providers[name])
            words.update(secret)
            for word, value in sandbox.account(name).credentials.items():
                (values if word in secret else names).add(value)
        values.update(said)
        self._words = words
        self._values = sorted((v for v in values - names - public if len(v) >= _SHORT), key=len, reverse=True)
        self._hex = [v.encode().hex() for v in values]
        self._fields = _pattern(words, public)

    def text(self, text: str) -> str:
        """A URL, a body, a reply."""
        for value in self._values:
            text = text.replace(value, MASK).replace(quote(value, safe=""), MASK)
        return self._fields(text)

    def hex(self, text: str) -> str:
        """Octets in hex."""
        for value in self._hex:
            text = text.replace(value, "··" * (len(value) // 2))
        return text

    def headers(self, headers: Iterable[Iterable[str]]) -> list[tuple[str, str]]:
        shown = []
        for name, value in headers:
            secret = name.lower() in _HEADERS or name.lower() in self._words
            shown.append((name, MASK if secret else self.text(value)))
        return shown

    def fields(self, fields: Json) -> dict[str, str]:
        """Parameters by name."""
        return {
            name: MASK if name.lower() in self._words and value not in ("", None) else self.text(str(value))
            for name, value in fields.items()
        }


def _pattern(words: Iterable[str], public: set[str]) -> Callable[[str], str]:
    """Masks what stands as a value beside one of the words: name=value, "name": "value", <name>value</name>."""
    names = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
    if not names:
        return lambda text: text
    beside = re.compile(
        rf"(?i)(?<![\w-])((?:{names})(?:=|%3D|[\"']?\s*:\s*[\"']?|(?:\s[^<>]*)?>))([^&\"'<>\s,}}]+)"
    )  # fmt: skip
    return lambda text: beside.sub(lambda found: found.group(1) + (found[2] if found[2] in public else MASK), text)
