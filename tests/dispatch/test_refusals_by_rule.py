"""Whatever a rule refuses with, the answer is the provider's own: no word of ours gets into it."""

from collections.abc import Iterator

import pytest

from emulator.app.emulator import Emulator
from emulator.app.settings import Settings
from emulator.control_api import views
from emulator.core.admin_commands import PutRules
from emulator.core.commands import OPERATIONS
from emulator.core.reasons import Reason
from emulator.core.rules.actions import Plan, Refuse
from emulator.core.rules.conditions import When
from emulator.core.rules.rule import RuleSpec
from emulator.http.messages import HttpReply, HttpRequest
from emulator.providers import found
from emulator.sandboxes.spec import NewSandbox


def requests(emulator: Emulator, provider: str, credentials: dict[str, str]) -> Iterator[tuple[str, HttpRequest]]:
    """One for each operation."""
    face = emulator.providers[provider]
    every = [face.example(credentials, "995577123456", "Hello", "mine")]
    every += [HttpRequest(method="GET", target=target) for target in face.tries(credentials)]
    known: dict[str, HttpRequest] = {}
    for request in every:
        route = emulator.http.routing.match(request).route
        assert route is not None
        known.setdefault(route.operation, request)
    yield from known.items()


@pytest.mark.parametrize("provider", found())
def test_a_reason_that_the_provider_has_no_code_for_is_said_as_a_general_failure_and_explained(provider: str) -> None:
    emulator = Emulator(Settings())
    sandbox = emulator.create(NewSandbox(clock="frozen", scenario={"rules": []}))
    for operation, request in requests(emulator, provider, sandbox.account(provider).credentials):
        table = sandbox.providers[provider].profile.table(operation)
        if table is None or operation not in OPERATIONS:
            continue
        for reason in Reason:
            sandbox.control(PutRules([RuleSpec(Plan(refuse=Refuse(reason=reason)), When(operation=operation))]))
            reply = emulator.exchange(request).reply
            assert isinstance(reply, HttpReply)
            (kept,) = [*sandbox.journal.exchanges(sandbox.journal.made - 1)]
            told = views.exchange(sandbox, kept)["explain"]
            if table.of_reason(reason) is not None:
                assert "has no code here" not in told
                continue
            where = (operation, reason)
            assert reason.value.encode() not in reply.body.lower(), where
            assert f"the rule says {reason.value}, for which {provider} has no code here" in told, where
            assert kept.rule is not None


def test_a_code_of_another_protocol_is_said_in_the_words_of_this_one() -> None:
    emulator = Emulator(Settings())
    sandbox = emulator.create(NewSandbox(clock="frozen", scenario={"rules": []}))
    over_smpp = sandbox.providers["smscenter"].profile.table("send", "smpp")
    over_http = sandbox.providers["smscenter"].profile.table("send")
    assert over_smpp is not None
    assert over_http is not None
    for row in over_smpp.rows:
        if over_http.of_code(row.code) is not None:
            continue
        sandbox.control(PutRules([RuleSpec(Plan(refuse=Refuse(code=row.code)), When())]))
        request = next(requests(emulator, "smscenter", sandbox.account("smscenter").credentials))[1]
        reply = emulator.exchange(request).reply
        assert isinstance(reply, HttpReply)
        assert reply.body
        assert str(row.code).encode() not in reply.body.split(b"(")[0]
