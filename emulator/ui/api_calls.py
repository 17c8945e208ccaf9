"""The control API's calls, made from the page: the same table, the same checks, no socket between."""

from typing import Any

import msgspec

from emulator.control_api.call import Call
from emulator.control_api.context import Context
from emulator.control_api.paths import S
from emulator.control_api.refusal import Refusal
from emulator.control_api.routes import CALLS
from emulator.sandboxes.sandbox import Sandbox
from emulator.scenarios.type_errors import find_type_errors

Json = dict[str, Any]


def find(method: str, path: str) -> Call | None:
    """The call on a sandbox with that path behind the sandbox's own; None where there is none."""
    return next((call for call in CALLS if call.method == method and call.path == S + path), None)


def there(method: str, path: str) -> bool:
    return find(method, path) is not None


async def do(
    context: Context, sandbox: Sandbox, method: str, path: str, body: Any = None, query: Json | None = None,
    **values: str,
) -> Any:  # fmt: skip
    """Make the call; gives back its data. Raises Refusal as the control API would."""
    call = find(method, path)
    if call is None:
        raise Refusal(404, "no-such-call", f"there is no {method} {path} here")
    try:
        said = None if call.body is None else msgspec.convert({} if body is None else body, call.body)
        wanted = None if call.query is None else msgspec.convert(query or {}, call.query)
    except msgspec.ValidationError as error:
        told = "; ".join(one.told() for one in find_type_errors(body, call.body)) if body is not None else ""
        raise Refusal(400, "invalid", f"that is not valid: {told or error}") from None
    return await call.do(context, {"sandbox": sandbox, **values}, said, wanted)
