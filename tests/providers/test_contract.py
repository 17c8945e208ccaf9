"""What every provider found must fulfil."""

import ast
from collections import Counter
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from re import MULTILINE, escape, findall, search
from typing import Any

import msgspec
import pytest
from contracts import named_rows, rows_in

from emulator.app.emulator import Emulator, Exchanged
from emulator.app.settings import Settings
from emulator.core.accounts import AccountPatch
from emulator.core.admin_commands import MoveMessage, PatchAccount, PutRules
from emulator.core.outcomes import Accepted, BalanceTold, Refused
from emulator.core.profile import ErrorRow
from emulator.core.reasons import Reason
from emulator.core.rules.actions import Plan, Refuse
from emulator.core.rules.conditions import When
from emulator.core.rules.rule import RuleSpec
from emulator.core.state.sandbox_state import SandboxState
from emulator.core.statuses import STATUSES
from emulator.dispatch.explain import explain
from emulator.http.messages import HttpRequest
from emulator.providers import found
from emulator.providers.base import HEADINGS, LEFT_OUT, Provider, under_headings
from emulator.sandboxes.sandbox import Sandbox
from emulator.sandboxes.spec import NewSandbox

PROVIDERS = found()
each = pytest.mark.parametrize("provider", PROVIDERS.values(), ids=list(PROVIDERS))
TO = "995577123456"

ALL_ROWS = {row.id: row for provider in PROVIDERS.values() for row in provider.contract()}


class House:
    """An emulator in memory with one sandbox whose clock stands."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.emulator = Emulator(Settings())
        self.sandbox: Sandbox = self.emulator.create(NewSandbox(clock="frozen", scenario={"rules": []}))

    @property
    def state(self) -> SandboxState:
        return self.sandbox.engine.state

    @property
    def credentials(self) -> dict[str, str]:
        return self.sandbox.account(self.provider.name).credentials

    def send(self, to: str = TO, text: str = "Hello", reference: str = "mine") -> Exchanged:
        return self.emulator.exchange(self.provider.example(self.credentials, to, text, reference))

    def ordinary(self) -> dict[str, HttpRequest]:
        """A request that is not valid for nothing, by operation."""
        requests = [self.provider.example(self.credentials, TO, "Hello", "mine")]
        requests += [HttpRequest(method="GET", target=target) for target in self.provider.tries(self.credentials)]
        by_operation: dict[str, HttpRequest] = {}
        for request in requests:
            route = self.emulator.http.routing.match(request).route
            assert route is not None, f"{request.target} leads nowhere"
            by_operation.setdefault(route.operation, request)
        return by_operation

    def refuse(self, operation: str, refuse: Refuse) -> None:
        when = When(provider=self.provider.name, operation=operation)  # type: ignore[arg-type]
        self.sandbox.control(PutRules([RuleSpec(Plan(refuse=refuse), when)]))

    def told(self) -> Any:
        """The state, without the counters of its rules."""
        state = msgspec.msgpack.decode(self.state.dump())
        for rule in state["rules"]:
            rule.pop("fired")
            rule.pop("seen")
        return state


# the package and the table


@each
def test_its_package_has_the_provider_and_nothing_that_is_not_there(provider: Provider) -> None:
    package = import_module(f"emulator.providers.{provider.name}")
    assert package.PROVIDER is provider
    with pytest.raises(AttributeError, match="has no attribute 'PROVIDED'"):
        _ = package.PROVIDED


WEB = {80: "http", 443: "http"}
SPOKEN = {"smscenter": WEB | {3700: "smpp", 3443: "smpp_tls", 25: "smtp"}}


@each
def test_its_hosts_are_reached_at_the_ports_that_its_pages_name(provider: Provider) -> None:
    spoken = {port: kind for host in provider.hosts for port, kind in host.ports.items()}
    assert spoken == SPOKEN.get(provider.name, WEB)


@each
def test_row_ids_are_unique_and_begin_with_the_providers_name(provider: Provider) -> None:
    ids = [row.id for row in provider.contract()]
    assert [id for id, count in Counter(ids).items() if count > 1] == []
    assert [id for id in ids if not id.startswith(f"{provider.name}.")] == []


@each
def test_every_row_says_what_is_so_where_it_is_said_and_what_we_do(provider: Provider) -> None:
    for row in provider.contract():
        assert row.statement, row.id
        assert row.source, row.id
        assert row.emulator not in ("", "So."), row.id


@each
def test_every_row_that_is_not_left_out_has_a_test_that_names_it(provider: Provider) -> None:
    assert [row.id for row in provider.contract() if not row.left_out and row.id not in named_rows()] == []


@each
def test_every_row_stands_under_the_one_heading_that_its_evidence_leads_to(provider: Provider) -> None:
    rows = provider.contract()
    told = under_headings(rows)
    assert sorted(row.id for _, under in told for row in under) == sorted(row.id for row in rows)
    for head, under in told:
        for row in under:
            assert row.left_out if head == LEFT_OUT else row.evidence in dict(HEADINGS)[head]
    live = dict(told).get("What the live service was seen to do", [])
    assert {row.evidence for row in live} <= {"recorded", "client-live"}


@each
def test_the_source_of_every_row_can_be_followed(provider: Provider) -> None:
    """A page that docs/providers/README.md has an address for, a section or fact of a sheet there, the specification,
    or an address."""
    lost = [(row.id, row.source) for row in provider.contract() if not leads_somewhere(row.source)]
    assert lost == []
    if not provider.contract():
        pytest.skip("a provider without a contract")
    for row in provider.contract():
        held = row.source.startswith("page ")
        assert held == (row.evidence == "documented") or (held and row.evidence == "none"), row.id


SHEETS = Path(__file__).parents[2] / "docs" / "providers"


def leads_somewhere(source: str) -> bool:
    if source.startswith("page "):
        return f"| {source[:8]} |" in (SHEETS / "README.md").read_text("utf-8")
    if source.startswith(("https://", "SMPP 3.4, ")):
        return True
    found = search(r"docs/providers/(\w+)\.md(?:, (section|fact) ([0-9a-z., ]+))?", source)
    if found is None or not (SHEETS / f"{found[1]}.md").exists():
        return False
    text = (SHEETS / f"{found[1]}.md").read_text("utf-8")
    places = findall(r"[0-9]+(?:\.[0-9]+)?[a-z]?", found[3] or "")
    if found[2] == "fact":
        return all(f"| {place} |" in text for place in places)
    return all(search(rf"^#+ {escape(place)}[. ]", text, MULTILINE) for place in places)


def test_no_test_names_a_row_that_is_not_there() -> None:
    assert {row: places for row, places in named_rows().items() if row not in ALL_ROWS} == {}


def test_the_scan_of_the_tests_finds_marks_wherever_they_stand() -> None:
    source = (
        'import pytest\n@pytest.mark.contract("a", "b")\ndef test(): ...\n'
        'P = pytest.param(1, marks=pytest.mark.contract("c"))\n'
    )
    assert [row for row, _ in rows_in(source)] == ["a", "b", "c"]
    with pytest.raises(ValueError, match="plain text"):
        rows_in("@pytest.mark.contract(NAME)\ndef test(): ...")


@each
def test_every_error_names_a_row_that_exists(provider: Provider) -> None:
    named = {row.row for table in provider.profile.errors.values() for row in table.rows}
    assert named - ALL_ROWS.keys() == set()


@each
def test_every_success_names_a_row_that_exists_and_every_operation_has_one(provider: Provider) -> None:
    assert set(provider.success.values()) - ALL_ROWS.keys() == set()
    assert {route.operation for route in provider.routes} - provider.success.keys() == set()


@each
def test_every_limit_names_a_row_that_exists(provider: Provider) -> None:
    assert {limit.row for limit in provider.profile.limits.values()} - ALL_ROWS.keys() == set()


@each
def test_every_switch_names_a_row_that_names_it_back(provider: Provider) -> None:
    rows = {row.id: row for row in provider.contract()}
    for name, switch in provider.profile.switches.items():
        assert switch.row in rows, f"{name}: there is no row {switch.row}"
        assert rows[switch.row].switch == name


@each
def test_every_row_with_a_switch_names_one_that_exists(provider: Provider) -> None:
    named = {row.switch for row in provider.contract() if row.switch}
    assert named - provider.profile.switches.keys() == set()


@each
def test_the_default_of_every_switch_may_stand(provider: Provider) -> None:
    for name, switch in provider.profile.switches.items():
        assert switch.complaint(switch.default) is None, name


@each
def test_every_row_that_a_face_names_as_bent_exists(provider: Provider) -> None:
    """Found in the sources of the provider's folder: whatever looks like a row of its own."""
    spec = find_spec(f"emulator.providers.{provider.name}")
    assert spec is not None
    assert spec.origin is not None
    for path in Path(spec.origin).parent.glob("*.py"):
        named = set(findall(rf'"({provider.name}\.[a-z0-9.-]+)"', path.read_text("utf-8")))
        assert named - ALL_ROWS.keys() - {provider.title} == set(), path.name


@each
def test_every_reason_has_a_code_or_is_listed_as_never_said(provider: Provider) -> None:
    said = {row.reason for table in provider.profile.errors.values() for row in table.rows}
    assert said & provider.never_says.keys() == set(), "listed as never said, yet it has a code"
    if not provider.never_says:
        pytest.skip(f"{provider.name} does not list what it never says")
    assert set(Reason) - said - provider.never_says.keys() == set()
    assert all(provider.never_says.values())


@each
def test_every_state_has_a_word_and_only_one(provider: Provider) -> None:
    assert sorted(row.status for row in provider.profile.statuses) == sorted(STATUSES)
    for row in provider.profile.statuses:
        assert row.word != ""
        assert isinstance(row.reported, bool) or row.reported in provider.profile.switches


# the faces


@each
def test_every_address_answers_with_and_without_a_slash_behind(provider: Provider) -> None:
    house = House(provider)
    for route in provider.routes:
        path = route.path.replace("{", "").replace("}", "")
        for target in (path, f"{path}/"):
            for method in route.methods:
                answer = house.emulator.exchange(HttpRequest(method=method, target=target))
                assert answer.exchange.provider == provider.name, target
                assert answer.exchange.word in ("refused", "answered", "accepted"), target
                assert answer.reply is not None


@each
def test_the_face_understands_the_providers_own_client_half(provider: Provider) -> None:
    house = House(provider)
    for text in ("Hello", "გამარჯობა & 100% + more", "line\nline €"):
        answer = house.send(text=text, reference="mine")
        assert isinstance(answer.exchange.outcome, Accepted), answer.exchange.outcome
        message = house.state.store.messages[-1]
        batch = house.state.store.batch_of(message)
        assert (message.to, batch.text) == (TO, text)


@each
def test_the_example_asks_for_reports_and_they_are_accepted_when_answered_as_the_sink_does(provider: Provider) -> None:
    house = House(provider)
    house.send()
    assert house.state.store.batches[0].report
    sink = provider.sink_answer
    judged = provider.judge_answer(sink.status, sink.body)
    assert judged.accepted, judged.verdict
    assert not provider.judge_answer(500, b"").accepted


@each
def test_what_is_worth_trying_first_works(provider: Provider) -> None:
    house = House(provider)
    for target in provider.tries(house.credentials):
        answer = house.emulator.exchange(HttpRequest(method="GET", target=target))
        assert answer.exchange.word != "refused", (target, answer.reply)


@each
def test_every_state_can_be_reported(provider: Provider) -> None:
    house = House(provider)
    house.send()
    engine, account = house.sandbox.engine, house.sandbox.account(provider.name)
    engine.advance(house.sandbox.now() + 10_000_000)
    for status in STATUSES:
        row = provider.profile.status(status)
        other = next(one.status for one in provider.profile.statuses if one.word != row.word)
        engine.control(MoveMessage(1, other), engine.state.now)
        engine.advance(engine.state.now)
        engine.control(MoveMessage(1, status), engine.state.now)
        reports = engine.advance(engine.state.now)
        expected = provider.profile.switch(account, row.reported) if isinstance(row.reported, str) else row.reported
        assert len(reports) == bool(expected), status
        for report in reports:
            message = engine.state.store.messages[report.due.message - 1]
            batch = engine.state.store.batch_of(message)
            request = provider.report(account, batch, message, report.due, "http://localhost:1/callback?a=b")
            assert request is not None
            assert request.target.startswith("http://localhost:1/callback?a=b")
            engine.answered(report.attempt, True, report.at)


# refusals


def error_rows() -> list[Any]:
    """Every row of every operation that the provider's example and its tries show over HTTP. The tables of what is
    asked in other ways are proved in the provider's own folder."""
    return [
        pytest.param(provider, operation, row, id=f"{name}-{operation}-{row.reason}")
        for name, provider in PROVIDERS.items()
        for operation in House(provider).ordinary()
        for row in provider.profile.errors[operation].rows
    ]  # fmt: skip


@pytest.mark.parametrize(("provider", "operation", "row"), error_rows())
def test_a_refusal_asked_for_by_its_code_leaves_the_world_as_it_was(
    provider: Provider, operation: str, row: ErrorRow
) -> None:
    house = House(provider)
    request = house.ordinary()[operation]
    house.refuse(operation, Refuse(code=row.code))
    before = house.told()
    answer = house.emulator.exchange(request)
    assert answer.reply is not None
    if answer.exchange.command is None or answer.exchange.command.credential is None:
        pytest.skip("nobody in particular asks for it, so no account's rules are looked at")
    assert isinstance(answer.exchange.outcome, Refused)
    assert answer.exchange.outcome.code == row.code
    assert str(row.code) in explained(house)
    if not row.keeps_id:
        assert house.told() == before


def explained(house: House) -> str:
    return explain(PROVIDERS, list(house.sandbox.journal.exchanges())[-1])


@each
@pytest.mark.parametrize("reason", list(Reason))
def test_a_refusal_asked_for_by_any_reason_is_answered(provider: Provider, reason: Reason) -> None:
    house = House(provider)
    for operation, request in house.ordinary().items():
        house.refuse(operation, Refuse(reason=reason))
        answer = house.emulator.exchange(request)
        assert answer.reply is not None
        assert explained(house)


@each
@pytest.mark.parametrize("cause", ["no credit", "stop list", "malformed", "no key"])
def test_a_refusal_with_a_real_cause_leaves_the_world_as_it_was(provider: Provider, cause: str) -> None:
    house = House(provider)
    name = provider.name
    if cause == "no credit":
        house.sandbox.control(PatchAccount(name, AccountPatch(balance=0)))
    if cause == "stop list":
        house.sandbox.control(PatchAccount(name, AccountPatch(stoplist=[TO])))
    before = house.told()
    if cause == "no key":
        stranger = dict.fromkeys(house.credentials, "nobody")
        answer = house.emulator.exchange(provider.example(stranger, TO, "Hello", "mine"))
    else:
        answer = house.send("malformed" if cause == "malformed" else TO)
    outcome = answer.exchange.outcome
    assert isinstance(outcome, Refused), outcome
    assert outcome.details is not None
    row = provider.error_row("send", outcome.reason)
    assert row is not None, outcome.reason
    if not row.keeps_id:
        assert house.told() == before
    assert len(house.state.store.messages) == 0 or row.keeps_id


@each
@pytest.mark.parametrize("written", ["+995577123456", "00995577123456", "+995 (577) 12-34-56"])
def test_a_stop_list_takes_numbers_as_people_write_them(provider: Provider, written: str) -> None:
    if provider.profile.normal_number(written, {**provider.profile.defaults, "numbers": "lenient"}) is None:
        written = f"+{TO}"  # no provider of ours reads 00 but the Georgian ones
    house = House(provider)
    house.sandbox.control(PatchAccount(provider.name, AccountPatch(stoplist=[written, "12"])))
    assert isinstance(house.send().exchange.outcome, Refused)
    assert list(house.sandbox.account(provider.name).stoplist) == [TO, "12"]


@each
def test_the_balance_is_one_lower_after_the_example(provider: Provider) -> None:
    house = House(provider)
    account = house.sandbox.account(provider.name)
    before = account.balance
    house.send()
    assert before - account.balance == provider.profile.price(account)
    request = house.ordinary().get("balance")
    if request is not None:
        outcome = house.emulator.exchange(request).exchange.outcome
        assert outcome == BalanceTold(balance=account.balance)


@each
def test_the_text_of_an_error_is_asserted_in_one_place_besides_the_transcripts(provider: Provider) -> None:
    """Changing a provider's word breaks its transcript and one table, not tests all over."""
    texts = {row.text for table in provider.profile.errors.values() for row in table.rows if " " in row.text}
    places: dict[str, set[str]] = {}
    for file in Path(__file__).parent.parent.rglob("*.py"):
        source = file.read_text()
        if file.name == "test_transcripts.py" or not any(text in source for text in texts):
            continue
        nodes = list(ast.walk(ast.parse(source)))
        docstrings = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
        for node in nodes:
            if isinstance(node, ast.Constant) and id(node) not in docstrings:
                said = node.value.decode("latin-1") if isinstance(node.value, bytes) else str(node.value)
                for text in texts:
                    if text in said:
                        places.setdefault(text, set()).add(file.name)
    assert {text: sorted(files) for text, files in places.items() if len(files) > 1} == {}
