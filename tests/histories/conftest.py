"""Inner pytest runs, with the two clients at hand."""

from pathlib import Path
from typing import Any

import pytest
from testing.conftest import Inner, inner  # noqa: F401

CLIENTS = Path(__file__).with_name("clients.py").read_text(encoding="utf-8")


@pytest.fixture
def histories(inner: Inner) -> Inner:  # noqa: F811
    """Like `inner`; the test files can import `clients`."""

    def run(*args: str, **more: Any) -> pytest.RunResult:
        return inner(*args, clients=CLIENTS, **more)

    return run
