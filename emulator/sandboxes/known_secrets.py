"""The secrets of all sandboxes of a process, found again in any text: by one look at each place of it, however many
they are and whatever the text."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property
from urllib.parse import quote

from emulator.providers.base import Provider

SHORTEST = 6
"""A shorter value is no secret anywhere: it would hide half of every text."""
_NO_SECRET = ("login", "user", "username", "system_id")
"""Credentials that are names: who asks, not the proof of it."""
HEADERS = ("authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key")
_CUSTOMARY = ("access_token", "api_key", "apikey", "passwd", "password", "pwd", "secret", "token")
"""What clients call their own secrets, in a callback's URL for one."""

Span = tuple[int, int]


def secret_words(provider: Provider) -> list[str]:
    """The names of a provider's credentials that prove who asks."""
    words = {*provider.default_credentials, *provider.credential_lengths, *provider.credential_aliases}
    return sorted(word for word in words if word not in _NO_SECRET and word not in provider.fixed_credentials)


class Values:
    """Texts that are looked for."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._count: Counter[str] = Counter()
        self._by_start: dict[str, dict[int, int]] = {}
        """By their first characters, how long they are, the longest first, each with how many are so long."""
        for value in values:
            self.add(value)

    def add(self, value: str) -> None:
        if len(value) < SHORTEST:
            return
        self._count[value] += 1
        if self._count[value] > 1:
            return
        lengths = self._by_start.setdefault(value[:SHORTEST], {})
        lengths[len(value)] = lengths.get(len(value), 0) + 1
        if lengths[len(value)] == 1 and len(lengths) > 1:
            self._by_start[value[:SHORTEST]] = dict(sorted(lengths.items(), reverse=True))

    def remove(self, value: str) -> None:
        if value not in self._count:
            return
        self._count[value] -= 1
        if self._count[value] <= 0:
            del self._count[value]
            lengths = self._by_start[value[:SHORTEST]]
            lengths[len(value)] -= 1
            if not lengths[len(value)]:
                del lengths[len(value)]
            if not lengths:
                del self._by_start[value[:SHORTEST]]

    def spans(self, text: str, public: frozenset[str] = frozenset()) -> list[Span]:
        """Where they stand in a text, in order; those that are `public` are passed over."""
        found: list[Span] = []
        starts, at, last = self._by_start, 0, len(text) - SHORTEST
        while at <= last:
            for length in starts.get(text[at : at + SHORTEST], ()):
                value = text[at : at + length]
                if value in self._count and value not in public:
                    found.append((at, at + length))
                    at += length - 1
                    break
            at += 1
        return found


class KnownSecrets:
    """What is secret: by the name of what carries it (`words`), and by its value."""

    def __init__(self, providers: Mapping[str, Provider]) -> None:
        self._providers = providers
        self._values = Values()
        self._waiting: dict[str, Mapping[str, Mapping[str, str]]] = {}
        """Credentials whose values nobody has looked for yet, by whose they are; the values of the others:"""
        self._values_of: dict[str, set[str]] = {}

    @cached_property
    def _secret(self) -> dict[str, frozenset[str]]:
        """Of each provider, the names of its secrets."""
        return {name: frozenset(secret_words(provider)) for name, provider in self._providers.items()}

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset((*HEADERS, *_CUSTOMARY, *(word for words in self._secret.values() for word in words)))

    def add(self, whose: str, credentials: Mapping[str, Mapping[str, str]]) -> None:
        """Those of one sandbox, by provider."""
        self._waiting[whose] = credentials

    def remove(self, whose: str) -> None:
        if self._waiting.pop(whose, None) is None:
            for value in self._values_of.pop(whose):
                self._values.remove(value)

    @property
    def values(self) -> Values:
        """What is looked for."""
        while self._waiting:
            whose, credentials = self._waiting.popitem()
            found = self._values_of[whose] = self._of(credentials)
            for value in found:
                self._values.add(value)
        return self._values

    def _of(self, credentials: Mapping[str, Mapping[str, str]]) -> set[str]:
        """As they are and as a URL carries them. What is also a name of the sandbox is none."""
        secret: set[str] = set()
        names: set[str] = set()
        for provider, by_word in credentials.items():
            for word, value in by_word.items():
                (secret if word in self._secret.get(provider, ()) else names).add(value)
        found = {value for value in secret - names if len(value) >= SHORTEST}
        return found | {quote(value, safe="") for value in found if not (value.isascii() and value.isalnum())}
