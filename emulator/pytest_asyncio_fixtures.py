"""The hidden fixtures that serve in a loop of pytest-asyncio, one for each loop scope. Only there with that plugin."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

LOOP_SCOPES = ("function", "class", "module", "package", "session")


def _in_loop_of(scope: Any) -> Any:
    async def serve(request: pytest.FixtureRequest) -> AsyncIterator[Any]:
        from emulator.pytest_sandboxes import sandbox_here

        async with sandbox_here(request) as sms:
            yield sms

    return pytest_asyncio.fixture(loop_scope=scope, name=f"_sms_emulator_in_{scope}_loop")(serve)


globals().update({f"serve_in_{scope}_loop": _in_loop_of(scope) for scope in LOOP_SCOPES})
