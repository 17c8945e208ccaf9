"""What tests of the SMPP client share: an SMSC that does as it is told, and a client that is bound to it."""

import pytest
from client.smsc import smsc


@pytest.fixture
async def server():
    async with smsc() as one:
        yield one


@pytest.fixture
async def client(server):
    from client.test_smpp import bound

    async with bound(server) as one:
        yield one
