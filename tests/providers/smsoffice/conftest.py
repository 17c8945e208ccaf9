"""smsoffice in memory as most tests want it: with nothing changed."""

import pytest
from providers.smsoffice.office import Office


@pytest.fixture
def office() -> Office:
    return Office()
