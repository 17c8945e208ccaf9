"""What a rule makes of a report on its way to its endpoint. Providers do not hear of it."""

from emulator.core.rules.actions import Reports
from emulator.http.messages import HttpRequest, read_query, write_query


def overridden(manner: Reports, request: HttpRequest) -> HttpRequest:
    """The report with the fields that a rule leaves out, or writes otherwise; in its query, or in its form."""
    if not (manner.without or manner.having):
        return request
    if request.method == "POST":
        return _replace(request, body=_fields(manner, request.body.decode("latin-1")).encode("latin-1"))
    base, mark, query = request.target.partition("?")
    return _replace(request, target=f"{base}{mark}{_fields(manner, query)}")


def _replace(request: HttpRequest, target: str | None = None, body: bytes | None = None) -> HttpRequest:
    return HttpRequest(
        method=request.method, target=request.target if target is None else target, headers=request.headers,
        body=request.body if body is None else body,
    )  # fmt: skip


def _fields(manner: Reports, written: str) -> str:
    """The pairs as they were written, but for those that the manner speaks of; new ones behind them."""
    left = dict(manner.having)
    pairs: list[str] = []
    for pair in filter(None, written.split("&")):
        name = read_query(pair)[0][0]
        if name in left:
            pairs.append(write_query([(name, left.pop(name))]))
        elif name not in manner.without and name not in manner.having:
            pairs.append(pair)
    return "&".join([*pairs, *([write_query(left.items())] if left else [])])
