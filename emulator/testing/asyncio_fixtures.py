"""The hidden fixtures that serve in a loop of pytest-asyncio, one for each loop scope. Only there with that plugin."""

import inspect
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

LOOP_SCOPES = ("function", "class", "module", "package", "session")


def _in_loop_of(scope: Any) -> Any:
    async def serve(request: pytest.FixtureRequest) -> AsyncIterator[Any]:
        from emulator.testing.fixtures import sandbox_here

        async with sandbox_here(request) as sms:
            yield sms

    loop = {"loop_scope": scope} if _KNOWS_SCOPES else {}
    return pytest_asyncio.fixture(name=f"_sms_emulator_in_{scope}_loop", **loop)(serve)  # type: ignore[no-untyped-call, unused-ignore]


_KNOWS_SCOPES = "loop_scope" in inspect.signature(pytest_asyncio.fixture).parameters
"""pytest-asyncio before 0.24 has one loop for each test; a plugin must not break the run of those who have it."""

_SCOPES = LOOP_SCOPES if _KNOWS_SCOPES else LOOP_SCOPES[:1]
globals().update({f"serve_in_{scope}_loop": _in_loop_of(scope) for scope in _SCOPES})
