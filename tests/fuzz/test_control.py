"""The control API by its own description: schemathesis asks every operation what OpenAPI says may be asked, and what it
says may not; no answer is a 500, none is another than the description has."""

import json
import os
import re
from itertools import product
from urllib.request import urlopen

import pytest

import emulator

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")
from hypothesis import HealthCheck, Phase, given, seed, settings  # noqa: E402
from schemathesis.checks import not_a_server_error  # noqa: E402
from schemathesis.generation import GenerationMode  # noqa: E402
from schemathesis.specs.openapi.checks import (  # noqa: E402
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from emulator.control_api import openapi  # noqa: E402
from emulator.ui.routes import ROUTES  # noqa: E402

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
SEED = int(os.environ.get("SMS_FUZZ_SEED", "1"))
SPECIAL = re.compile("/live/|/static|login")
PLACES = {"provider": "smscenter", "message": "m1", "callback": "c1", "rule": "r1", "session": "s1", "brand": "1"}

schema = schemathesis.openapi.from_dict(openapi.document())
schema.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
OPERATIONS = [found.ok() for found in schema.get_all_operations() if not found.ok().label.endswith("/events")]
"""A stream of events has no end."""

PAGES = [
    route.path.rstrip("?") for route in ROUTES
    if route.method == "GET" and "{" not in route.path.replace("{sandbox}", "") and not SPECIAL.search(route.path)
]  # fmt: skip


@pytest.fixture(scope="module")
def served():
    """Once all was asked, each page about no single thing is there, for two sandboxes that are left."""
    with emulator.running(clock="frozen") as sms:
        yield sms
        with urlopen(f"{sms.base_url}/_emulator/sandboxes", timeout=20) as told:
            left = [one["id"] for one in json.load(told)["sandboxes"]][:2]
        assert left
        for path, sandbox in product(PAGES, left):
            with urlopen(f"{sms.base_url}{path.replace('{sandbox}', sandbox)}?sandbox={sandbox}", timeout=20) as told:
                assert (told.status, told.headers.get_content_type()) == (200, "text/html"), path


def ask(served, operation, examples: int) -> None:
    """So many requests to an operation; of three two name things that are there."""
    count = 0

    @seed(SEED)
    @settings(
        max_examples=examples, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def one(case) -> None:
        nonlocal count
        count += 1
        if count % 3:
            case.path_parameters |= {name: PLACES[name] for name in case.path_parameters if name in PLACES}
            if "sandbox" in case.path_parameters:
                case.path_parameters["sandbox"] = served.id
        if isinstance(case.query, dict) and "timeout" in case.query:
            case.query["timeout"] = min(str(case.query["timeout"]), "0.1")  # as numbers or not: none that is long
        case.call_and_validate(base_url=served.base_url, checks=CHECKS, timeout=20)

    given(case=operation.as_strategy())(one)()
    assert count


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_every_operation_answers_as_it_is_described(served, operation):
    ask(served, operation, 2)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_every_operation_answers_hundreds_as_it_is_described(served, operation):
    ask(served, operation, int(os.environ.get("SMS_FUZZ_CALLS", "200")))
