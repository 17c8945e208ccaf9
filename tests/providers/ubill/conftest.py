"""uBill in memory as most tests want it: with nothing changed."""

import pytest
from providers.ubill.desk import Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()
