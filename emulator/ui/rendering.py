"""Templates to HTML. Jinja2 is loaded with this file, so nothing imports it before somebody asks for a page."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from importlib import resources
from typing import Any
from urllib.parse import quote

import jinja2
from markupsafe import Markup, escape

from emulator.core.statuses import STATUSES
from emulator.core.units import Timestamp
from emulator.http.messages import HttpReply
from emulator.ui.urls import BASE, inbox_of, place
from emulator.version import __version__


def _source(name: str) -> str | None:
    file = resources.files("emulator.ui").joinpath("templates", name)
    return file.read_text(encoding="utf-8") if file.is_file() else None


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """One for the process. Everything is escaped unless a filter here made it."""
    made = jinja2.Environment(
        loader=jinja2.FunctionLoader(_source), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined, auto_reload=False,
    )  # fmt: skip
    made.globals.update(version=__version__, base=BASE, place=place, inbox_of=inbox_of, statuses=STATUSES)
    made.filters.update(_FILTERS)
    return made


def part(template: str, **data: Any) -> str:
    """A template as text."""
    return environment().get_template(template).render(**data)


def html(template: str, status: int = 200, /, **data: Any) -> HttpReply:
    """A template as a reply."""
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    return HttpReply(status=status, headers=headers, body=part(template, **data).encode("utf-8", "replace"))


def when(at: Timestamp) -> datetime:
    return datetime.fromtimestamp(at // 1_000_000, UTC).replace(microsecond=at % 1_000_000)


def day_and_time(at: Timestamp) -> str:
    return f"{when(at):%Y-%m-%d %H:%M:%S}"


def clock_time(at: Timestamp) -> str:
    return f"{when(at):%H:%M:%S}"


def short_time(at: Timestamp, now: Timestamp) -> str:
    """The time of day; of another day than today's, by the sandbox's clock, the date too."""
    return clock_time(at) if when(at).date() == when(now).date() else f"{when(at):%d %b} {clock_time(at)}"


def span(micro: int) -> str:
    """A length of time as people say it."""
    seconds = abs(micro) / 1_000_000
    sign = "-" if micro < 0 else ""
    if seconds < 0.001:
        return "0 s"
    if seconds < 1:
        return f"{sign}{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{sign}{seconds:.1f}".removesuffix(".0") + " s"
    whole = round(seconds)
    for unit, size, rest, small in (("d", 86_400, 3600, "h"), ("h", 3600, 60, "min"), ("min", 60, 1, "s")):
        if whole >= size:
            more = whole % size // rest
            return f"{sign}{whole // size} {unit}" + (f" {more} {small}" if more else "")
    return f"{sign}{whole} s"


_MARKED = re.compile(r"`([^`\n]+)`|\[([^\[\]]+)\]")


def prose(text: str, known: Callable[[str], str | None] = lambda name: None) -> Markup:
    """A sentence of ours: what stands in `backticks` as code, and its [ROW]s as links. `known`: a row's name → where it
    is told, or None."""
    out, at = Markup(), 0
    for found in _MARKED.finditer(text):
        code, row = found.groups()
        where = None if row is None else known(row)
        if code is not None:
            shown = Markup("<code>{}</code>").format(code)
        elif where is not None:
            shown = Markup('<a class="row" href="{}">{}</a>').format(where, row)
        else:
            continue
        out += escape(text[at : found.start()]) + shown
        at = found.end()
    return out + escape(text[at:])


_FILTERS: dict[str, Callable[..., Any]] = {
    "day_and_time": day_and_time, "clock_time": clock_time, "short_time": short_time, "span": span,
    "prose": prose,
    "iso": lambda at: when(at).isoformat(), "q": lambda text: quote(str(text), safe="", errors="replace"),
}  # fmt: skip
