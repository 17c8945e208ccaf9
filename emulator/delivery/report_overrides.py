"""What a rule makes of a report on its way to its endpoint."""

from emulator.core.accounts import Account
from emulator.core.rules.actions import Reports
from emulator.http.messages import HttpRequest, read_query, write_query
from emulator.providers.base import Provider


def overridden(manner: Reports, request: HttpRequest, provider: Provider, account: Account) -> HttpRequest:
    """The report with the fields that a rule leaves out, or writes otherwise, in the format that it has; `signed` as
    the provider signs what it says now."""
    if not (manner.without or manner.having):
        return request
    if provider.rewritten is not None:
        fields = {name: one for name, one in provider.said_in(request).items() if name not in manner.without}
        fields.update(manner.having)
        if manner.signed and provider.signatures is not None:
            fresh = provider.signatures(account, fields, request.target)
            fields.update((name, one) for name, one in fresh.items() if name in fields and name not in manner.having)
        return provider.rewritten(request, fields)
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
