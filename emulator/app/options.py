"""The options of `serve`: each a flag and a variable, what it means, and what may stand there."""

import math
import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from emulator.net import allowed_targets as targets
from emulator.net import hosts

PREFIX = "SMS_EMULATOR_"
_OF_OTHERS = ("SMS_EMULATOR_URL",)
"""Variables with our prefix that the client and the fixtures read."""


class Option(NamedTuple):
    """One option of `serve`."""

    flag: str
    read: Callable[[str], Any]
    meaning: str
    metavar: str | None = None
    many: bool = False

    @property
    def is_switch(self) -> bool:
        """Does the flag stand alone?"""
        return self.read is _yes

    @property
    def name(self) -> str:
        return self.flag.lstrip("-").replace("-", "_")

    @property
    def variable(self) -> str:
        return PREFIX + self.name.upper()


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a whole number") from None


def _port(text: str) -> int:
    port = _whole(text)
    if not 0 <= port <= 65535:
        raise ValueError(f"{text} is no port; 0 to 65535 may stand there, 0 takes a free one")
    return port


def _positive(text: str) -> int:
    number = _whole(text)
    if number < 1:
        raise ValueError(f"{text} is less than 1")
    return number


def _seconds(text: str, none: bool = False) -> float:
    try:
        seconds = float(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a number of seconds") from None
    if not 0 <= seconds < math.inf or (seconds == 0 and not none):
        raise ValueError(f"{text} is not a time; it is a number of seconds{', 0 or more' if none else ' above 0'}")
    return seconds


def name_and_url(text: str) -> tuple[str | None, str]:
    """PROVIDER=URL, or a URL alone."""
    name, equals, url = text.partition("=")
    return (name, url) if equals and "/" not in name else (None, text)


def _callback_url(text: str) -> str:
    url = name_and_url(text)[1]
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"{url!r} does not begin with http:// or https://")
    _url(url)
    return text


def _url(text: str) -> str:
    if not is_url(text):
        raise ValueError(f"{text!r} is no address such as http://localhost:8000/callbacks")
    return text


def _node_url(text: str) -> str:
    if not is_url(text) or not text.startswith("http://") or urlsplit(text).path not in ("", "/"):
        raise ValueError(f"{text!r} is no address such as http://node-1:8775")
    return text.rstrip("/")


def is_url(text: str) -> bool:
    """Is it an http:// or https:// URL with a host?"""
    try:
        parts = urlsplit(text)
        return (
            parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
            and text.isprintable() and " " not in text
        )  # fmt: skip
    except ValueError:
        return False


def _token(text: str) -> str:
    if not text.isascii() or not text.isprintable() or " " in text or not text:
        raise ValueError("a token is one word of ASCII letters, digits and signs; leave it out to have one made")
    return text


def _some(text: str) -> str:
    if not text:
        raise ValueError("nothing stands there; leave it out where it is not wanted")
    return text


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"{text!r} is neither {' nor '.join(words)}")
        return text

    return read


def _yes(text: str) -> bool:
    if text.lower() in ("1", "true", "yes", "on"):
        return True
    if text.lower() in ("0", "false", "no", "off"):
        return False
    raise ValueError(f"{text!r} is neither yes nor no")


OPTIONS = (
    Option("--host", _some, "address to listen on", "ADDRESS"),
    Option("--port", _port, "HTTP port: providers, control API and page; 0 takes a free one"),
    Option("--smpp-port", _port, "SMPP port, 2775 unless --port is 0; 0 takes a free one"),
    Option("--smpp-tls-port", _port, "SMPP port with TLS from the first octet (the provider's is 3443); 0 takes a free "
           "one"),
    Option("--smtp-port", _port, "port of SMS Center's mail gate, off unless it is given (needs the extra "
           "[smtp]); 0 takes a free one"),
    Option("--https-port", _port, "listen there too, for what reaches the real port 443 by a hosts file or an alias; "
           "the HTTP port takes https and CONNECT as well"),
    Option("--also-http-port", _port, "listen there too, for what reaches the real port 80"),
    Option("--tls-cert", _some, "a certificate of your own for all that speaks TLS, PEM, with its chain; without it "
           "the emulator's authority makes one for each name", "FILE"),
    Option("--tls-key", _some, "its key, PEM; without it the certificate's file holds it", "FILE"),
    Option("--ca-dir", _some, "where the emulator's certificate authority is kept; without it the user's data folder",
           "FOLDER"),
    Option("--tunnel", hosts.read_pattern, "another host to which CONNECT may go on, for the rest of a program's "
           "traffic: a name, *.example.com, or * for all but the providers'; repeatable", "HOST", many=True),
    Option("--any-credentials", _yes, "the sandbox default takes whatever key or login comes that no sandbox has"),
    Option("--scenario", _some, "a scenario's name (see `sms-emulator scenarios`) or a file", "NAME|FILE"),
    Option(
        "--callback-url", _callback_url, "where delivery callbacks of the default sandbox go: URL for all providers or "
        "PROVIDER=URL; repeatable; without it the built-in sink takes them", "URL", many=True,
    ),
    Option("--seed", _whole, "the one source of chance"),
    Option("--token", _token, "what control API and page ask for (Authorization: Bearer)", "TOKEN"),
    Option("--state", _some, "a file that keeps sandboxes over a restart, or the postgresql:// address of a database "
           "that many nodes share (needs the extra [cluster]); without it everything is in memory", "FILE|URL"),
    Option("--node-url", _node_url, "with a database: where other nodes reach this one's HTTP port", "URL"),
    Option("--keep-journal", _yes, "with --state: requests and callbacks, the journal, are kept too, in the same "
           "commits"),
    Option("--drain-seconds", partial(_seconds, none=True), "with a database: so long a node that is told to end goes "
           "on answering, its health 503, before it hands over; a second signal ends that"),
    Option("--journal-bytes", _positive, "how much each sandbox's journal may hold"),
    Option("--max-sandboxes", _positive, "how many sandboxes there may be"),
    Option("--max-body", _positive, "bytes of a request's body, unpacked; more is 413"),
    Option("--max-line", _positive, "bytes of a request line; more is 414"),
    Option("--max-header", _positive, "bytes of one header; more is 431"),
    Option("--max-connections", _positive, "connections at once, over HTTP and over SMPP each; more are 503 or closed"),
    Option("--head-seconds", _seconds, "how long the head of a request, or an SMPP PDU, may take to arrive"),
    Option("--body-seconds", _seconds, "how long the body of a request may take to arrive"),
    Option("--idle-seconds", _seconds, "how long an HTTP connection may stay open between requests"),
    Option("--stalled-seconds", _seconds, "how long a client may leave what is written to it unread"),
    Option("--public-url", _url, "the URL under which others reach the HTTP port", "URL"),
    Option("--allow-host", hosts.read, "another name under which browsers may open page and control API; repeatable",
           "NAME", many=True),
    Option("--callback-allow", targets.read, "where callbacks may go besides loopback and private addresses: "
           f"{targets.GRAMMAR}; repeatable", "TARGET", many=True),
    Option("--callback-ca", _some, "authorities of https callback receivers, PEM, besides the machine's and our own; "
           "repeatable", "FILE", many=True),
    Option("--loop", _one_of("auto", "asyncio", "uvloop"), "the event loop: uvloop (extra [speed]), asyncio, or auto: "
           "uvloop where it is installed", "NAME"),
    Option("--log-format", _one_of("text", "json"), "text or json", "FORMAT"),
    Option("--quiet", _yes, "only the ready line and errors"),
)  # fmt: skip


def unknown_variables(environment: Mapping[str, str] | None = None) -> list[str]:
    """A sentence about each variable that begins as ours do and that nothing reads."""
    from emulator.scenarios.problems import did_you_mean, one_line

    known = [*(option.variable for option in OPTIONS), *_OF_OTHERS]
    variables = os.environ if environment is None else environment
    unknown = sorted(name for name in variables if name.startswith(PREFIX) and name not in known)
    return [f"nothing reads the variable {one_line(name)}; {did_you_mean(name, known) or 'serve --help names them all'}"
            for name in unknown]  # fmt: skip
