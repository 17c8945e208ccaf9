"""Logs on standard error: as text for people or a JSON object a line for machines; one line a request."""

import json
import logging
import sys
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Literal

from emulator.dispatch.explain import explain
from emulator.journal import Exchange
from emulator.sandboxes.sandbox import Sandbox
from emulator.ui.masking import Mask

Form = Literal["text", "json"]

log = logging.getLogger("emulator")
ERROR = logging.ERROR
_LONGEST = 2000
"""Characters of an explanation."""


def _time(record: logging.LogRecord) -> str:
    return f"{datetime.fromtimestamp(record.created, UTC):%Y-%m-%dT%H:%M:%S}.{int(record.msecs):03d}Z"


class Lines(logging.Formatter):
    """A record as one line, whatever stands in it: nobody but we writes lines of the log. A traceback keeps its own."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        return _time(record)

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = "".join(one if one.isprintable() else _escaped(one) for one in record.message)
        return super().formatMessage(record)


def _escaped(one: str) -> str:
    return " " if one in "\n\t" else ascii(one)[1:-1]


class JsonLines(logging.Formatter):
    """A record as one JSON object: time, level, message, and the fields of a request."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {
            "time": _time(record), "level": record.levelname.lower(), "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }  # fmt: skip
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        text = json.dumps(fields, ensure_ascii=False, default=str)
        return text if text.isprintable() else "".join(_in_json(one) for one in text)


def _in_json(one: str) -> str:
    return one if one.isprintable() else json.dumps(one)[1:-1]


def set_up(form: Form, quiet: bool) -> None:
    """Log to standard error from now on. As JSON all of it is: warnings and what nobody caught too."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else Lines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING if quiet else logging.INFO)
    if form == "json":
        logging.captureWarnings(True)
        sys.excepthook = _uncaught


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    log.critical("%s: %s", kind.__name__, error, exc_info=(kind, error, trace))


def say(form: Form, text: str, level: int = logging.INFO, **fields: Any) -> None:
    """Something about the whole run: a line as it is, or a JSON object with fields."""
    if form == "text":
        print(text, file=sys.stderr, flush=True)
    else:
        record = log.makeRecord(log.name, level, "", 0, text, (), None, extra={"fields": fields})
        print(JsonLines().format(record), file=sys.stderr, flush=True)


def tell(sandbox: Sandbox, exchange: Exchange) -> None:
    """The line of one request: whose, what, how it came out and why. No credential stands in it."""
    why = Mask(sandbox).cut(explain(sandbox.providers, exchange), _LONGEST)
    what = " ".join(filter(None, (exchange.provider, exchange.protocol, exchange.operation)))
    fields = {
        "sandbox": sandbox.id, "request": f"x{exchange.id}", "provider": exchange.provider,
        "protocol": exchange.protocol, "operation": exchange.operation, "outcome": exchange.word, "explain": why,
    }  # fmt: skip
    log.info("%s x%d %s: %s: %s", sandbox.id, exchange.id, what, exchange.word, why, extra={"fields": fields})
