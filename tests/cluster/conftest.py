"""One PostgreSQL for each worker, a database for each test; a clock that is real."""

import shutil

import pytest
from cluster.postgres import Postgres, folder


@pytest.fixture(scope="session")
def postgres():
    where = folder()
    try:
        server = Postgres(where)
        yield server
        server.stop()
    finally:
        shutil.rmtree(where, ignore_errors=True)


@pytest.fixture
async def database(postgres):
    return await postgres.database()
