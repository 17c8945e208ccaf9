"""What somebody asked the page for: the request, taken apart, with the sandbox it is about."""

from typing import Any

from emulator.control_api.auth import Auth
from emulator.control_api.context import Context
from emulator.control_api.handlers.sandboxes import named
from emulator.http.messages import HttpRequest, read_query
from emulator.sandboxes.sandbox import Sandbox
from emulator.sandboxes.spec import DEFAULT
from emulator.ui import api_calls


class PageRequest:
    """One request to the page. `values`: what stood in the path, once a route was found."""

    def __init__(self, context: Context, request: HttpRequest, gate: Auth) -> None:
        self.context = context
        self.request = request
        self.gate = gate
        self.query: dict[str, str] = dict(read_query(request.query))
        self.values: dict[str, str] = {}
        self._form: dict[str, str] | None = None

    @property
    def form(self) -> dict[str, str]:
        """The fields of the body."""
        if self._form is None:
            self._form = dict(read_query(self.request.body))
        return self._form

    @property
    def sandbox(self) -> Sandbox:
        """Named in the path, or in the query, or the default one. Raises Refusal."""
        return named(self.context, self.values.get("sandbox") or self.query.get("sandbox") or DEFAULT)

    async def call(
        self, method: str, path: str, body: Any = None, query: dict[str, Any] | None = None, **values: str
    ) -> Any:
        """A call of the control API on this sandbox: api_calls.py."""
        return await api_calls.do(self.context, self.sandbox, method, path, body, query, **values)

    def base_url(self) -> str:
        """Under which address the browser sees us."""
        host = self.request.header("host")
        return f"http://{host}" if host else self.context.base_url
