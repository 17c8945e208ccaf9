"""Logs on standard error: as text for people or a JSON object a line for machines; one line a request."""

import json
import logging
import sys
from typing import Literal

from emulator.explaining import explain
from emulator.journal import Exchange
from emulator.sandboxes import Sandbox

log = logging.getLogger("emulator")


class Lines(logging.Formatter):
    """A record as one line, whatever stands in it: nobody but we writes lines of the log. A traceback keeps its own."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = "".join(one if one.isprintable() else _escaped(one) for one in record.message)
        return super().formatMessage(record)


def _escaped(one: str) -> str:
    return " " if one in "\n\t" else ascii(one)[1:-1]


class JsonLines(logging.Formatter):
    """A record as one JSON object: time, level, message, and the fields of a request."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S") + f".{int(record.msecs):03d}",
            "level": record.levelname.lower(), "message": record.getMessage(), **getattr(record, "fields", {}),
        }  # fmt: skip
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return json.dumps(fields, ensure_ascii=False)


def set_up(form: Literal["text", "json"], quiet: bool) -> None:
    """Log to standard error from now on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else Lines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING if quiet else logging.INFO)


def tell(sandbox: Sandbox, exchange: Exchange) -> None:
    """The line of one request: whose, what, how it came out and why. No credential stands in it."""
    why = explain(sandbox.providers, exchange)
    what = " ".join(filter(None, (exchange.provider, exchange.protocol, exchange.operation)))
    fields = {
        "sandbox": sandbox.id, "request": f"x{exchange.id}", "provider": exchange.provider,
        "protocol": exchange.protocol, "operation": exchange.operation, "outcome": exchange.word, "explain": why,
    }  # fmt: skip
    log.info("%s x%d %s: %s: %s", sandbox.id, exchange.id, what, exchange.word, why, extra={"fields": fields})
