"""What a rule makes of HTTP as values: of a reply on its way to the client, of a report on its way to its endpoint.

What is done to the connection itself is the transport's (server/http_faults.py). Providers hear of neither.
"""

from emulator.core.rules.actions import Reply, Reports
from emulator.http.messages import HttpReply, HttpRequest, read_query, write_query

_TEXT = ("Content-Type", "text/plain; charset=utf-8")


def reply(fault: Reply, made: HttpReply | None) -> HttpReply | None:
    """The reply as a rule wants it; `made` is the provider's, None where the call was never heard."""
    if fault.status is not None:
        made = HttpReply(status=fault.status, headers=(_TEXT,) if fault.body else ())
    if made is None or not (fault.headers or fault.body is not None):
        return made
    own = {name.lower() for name in fault.headers}
    kept = tuple(pair for pair in made.headers if pair[0].lower() not in own)
    body = made.body if fault.body is None else fault.body.encode()
    return HttpReply(status=made.status, headers=(*kept, *fault.headers.items()), body=body)


def report(manner: Reports, request: HttpRequest) -> HttpRequest:
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
