"""What a rule makes of a reply on its way to the client, as a value. What is done to the connection itself is in
server/http_faults.py. Providers hear of neither."""

from emulator.core.rules.actions import Reply
from emulator.http.messages import HttpReply

_TEXT = ("Content-Type", "text/plain; charset=utf-8")


def reply(fault: Reply, made: HttpReply | None) -> HttpReply | None:
    """The reply as a rule wants it; `made` is the provider's, None where the call was never heard."""
    if fault.status is not None:
        server = tuple(pair for pair in made.headers if pair[0] == "Server") if made else ()
        made = HttpReply(status=fault.status, headers=(_TEXT, *server) if fault.body else server)
    if made is None or not (fault.headers or fault.body is not None):
        return made
    own = {name.lower() for name in fault.headers}
    kept = tuple(pair for pair in made.headers if pair[0].lower() not in own)
    body = made.body if fault.body is None else fault.body.encode()
    return HttpReply(status=made.status, headers=(*kept, *fault.headers.items()), body=body)
