"""SMS Center in memory as most tests want it: with nothing changed."""

import pytest
from providers.smscenter.desk import Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()
