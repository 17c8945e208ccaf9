"""The curl command that repeats a request. Secrets stand in it as shell variables; a well-known one is filled in."""

import re
import shlex
from collections.abc import Mapping
from urllib.parse import quote

from emulator.http.messages import HttpRequest
from emulator.providers.base import Provider
from emulator.sandboxes.known_secrets import secret_words
from emulator.ui.masking import Mask

_LEFT_OUT = ("host", "content-length", "user-agent", "accept", "accept-encoding", "connection", "expect")


def command(
    request: HttpRequest, base_url: str, provider: Provider | None, credentials: Mapping[str, str], hide: Mask
) -> str:
    """The lines to paste: variables first, where secrets are needed; what is secret and none of ours is hidden."""
    target = hide.text(request.target)
    words = [base_url.rstrip("/") + (target if target.startswith("/") else f"/{target}")]
    if request.method != "GET":
        words = ["-X", hide.text(request.method), *words]
    for name, value in hide.headers(request.headers):
        if name.lower() not in _LEFT_OUT:
            words += ["-H", f"{name}: {value}"]
    note = ""
    if request.body:
        try:
            words += ["--data-binary", hide.text(request.body.decode())]
        except UnicodeDecodeError:
            words += ["--data-binary", "@body.bin"]
            note = "# body.bin: the request's body, octet by octet, from the control API\n"
    secrets = _variables(provider, credentials)
    used = {name: value for value, name in secrets.items() if any(value in word for word in words)}
    line = " \\\n  ".join(_joined([_quoted(word, secrets) for word in words]))
    return "".join(_assigned(name, value, provider) for name, value in used.items()) + note + f"curl {line}"


def _variables(provider: Provider | None, credentials: Mapping[str, str]) -> dict[str, str]:
    """By secret value, the name of its variable. The value may stand escaped in a URL."""
    if provider is None:
        return {}
    found = {}
    for word in secret_words(provider):
        value = credentials.get(word)
        if value and value not in (credentials.get(name) for name in credentials if name not in secret_words(provider)):
            found[value] = word.upper()
            found[quote(value, safe="")] = word.upper()
    return found


def _assigned(name: str, value: str, provider: Provider | None) -> str:
    known = provider is not None and value in provider.default_credentials.values()
    return f"{name}={shlex.quote(value)}\n" if known else f"{name}='…'  # your account's {name.lower()}\n"


def _quoted(word: str, secrets: Mapping[str, str]) -> str:
    """One word for a shell; secrets as "$NAME" between the quotes, the longer first where one holds another."""
    longest_first = sorted(secrets, key=len, reverse=True)
    parts = re.split(f"({'|'.join(map(re.escape, longest_first))})", word) if secrets else [word]
    quoted = [shlex.quote(part) if part else "" for part in parts]
    quoted[1::2] = [f'"${{{secrets[part]}}}"' for part in parts[1::2]]
    return "".join(quoted) or "''"


def _joined(words: list[str]) -> list[str]:
    """Options beside their values."""
    out: list[str] = []
    for word in words:
        if out and out[-1] in ("-X", "-H", "--data-binary"):
            out[-1] += f" {word}"
        else:
            out.append(word)
    return out
