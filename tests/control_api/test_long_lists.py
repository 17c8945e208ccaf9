"""Long lists give way: others have their turn on the loop while one is made, and what they do harms nothing."""

import asyncio
import json

import pytest
from support import control, frozen, key_of

from emulator.http.messages import HttpRequest
from emulator.sandboxes import turns

MANY = 60
TO = 995577000000


@pytest.fixture(autouse=True)
def each_step_is_a_turn(monkeypatch):
    monkeypatch.setattr(turns, "TURN", -1)


@pytest.fixture
def sandbox(served):
    return frozen(served, balance=10**6)


def sent(served, sandbox, many=MANY, text="Hello"):
    key, numbers = key_of(sandbox).encode(), ",".join(str(TO + n) for n in range(many)).encode()
    body = b"key=%b&sender=smsoffice&reference=r&content=%b&destination=%b" % (key, text.encode(), numbers)
    form = (("Content-Type", "application/x-www-form-urlencoded"),)
    answer = served.emulator.exchange(HttpRequest(method="POST", target="/api/v2/send/", headers=form, body=body))
    assert b'"ErrorCode":0' in answer.reply.body
    return answer


async def asked(served, sandbox, path, meanwhile=lambda: None, method="GET", body=b""):
    """The answer to a call, and how many turns others had before it came; `meanwhile` is done in the first of them."""
    target = f"/_emulator/sandboxes/{sandbox.id}{path}" if path[:2] != "/_" else path
    task = asyncio.ensure_future(served.control.answer(HttpRequest(method=method, target=target, body=body)))
    await asyncio.sleep(0)
    meanwhile()
    turns = 0
    while not task.done():
        await asyncio.sleep(0)
        turns += 1
    return task.result(), turns


def listed(reply):
    (found,) = json.loads(reply.body).values()
    return found


@pytest.mark.parametrize(("query", "fitting"), [
    ("limit=1000000", MANY), ("reference=r&limit=1000000", MANY), ("kind=hlr", 0), ("kind=hlr&reference=r", 0),
    ("provider=smsoffice&status=pending&limit=1000000", MANY), ("contains=ello&limit=25", 25),
])  # fmt: skip
async def test_a_list_of_messages_gives_way(served, sandbox, query, fitting):
    sent(served, sandbox)
    reply, turns = await asked(served, sandbox, f"/messages?{query}")
    assert [message["id"] for message in listed(reply)] == [f"m{n}" for n in range(1, fitting + 1)]
    assert turns >= (fitting or MANY) - 1


async def test_a_walk_gives_way_between_what_is_due_at_one_moment(served, sandbox):
    sent(served, sandbox)
    _, turns = await asked(served, sandbox, "/clock", method="POST", body=b'{"advance": 60}')
    assert {message.status for message in sandbox.engine.state.store.messages} == {"delivered"}
    assert turns >= MANY


async def test_a_list_goes_on_through_the_state_it_began_with(served, sandbox):
    sent(served, sandbox)

    def meanwhile():
        served.emulator.reset(sandbox)
        sent(served, sandbox, 1, "Other")

    reply, _ = await asked(served, sandbox, "/messages?limit=100000", meanwhile)
    assert [message["text"] for message in listed(reply)] == ["Hello"] * MANY


async def test_a_report_goes_on_through_the_messages_it_began_with(served, sandbox):
    sent(served, sandbox)
    sandbox.journal.clear()
    path = f"/report?format=json&limit={MANY}"
    reply, _ = await asked(served, sandbox, path, lambda: served.emulator.reset(sandbox))
    assert [message["id"] for message in json.loads(reply.body)["messages"]] == [f"m{n}" for n in range(1, MANY + 1)]


@pytest.mark.parametrize(("method", "path", "body"), [
    ("GET", "/lint", b""), ("GET", "/report", b""), ("GET", "/export", b""), ("POST", "/snapshots", b'{"name": "a"}'),
])  # fmt: skip
async def test_of_a_sandbox_that_is_deleted_while_it_is_looked_through_nothing_is_told(
    served, sandbox, method, path, body
):
    for _ in range(3):
        sent(served, sandbox, 1)
    reply, _ = await asked(served, sandbox, path, lambda: served.emulator.remove(sandbox), method, body)
    assert (reply.status, json.loads(reply.body)["error"]["code"]) == (404, "no-such-sandbox")
    assert sandbox.snapshots.by_name == {}


async def test_a_list_of_requests_has_those_there_were_when_it_was_asked_for(served, sandbox):
    for _ in range(3):
        served.emulator.exchange(HttpRequest(method="GET", target=f"/api/getBalance?key={key_of(sandbox)}"))
    reply, turns = await asked(served, sandbox, "/requests?limit=1000", lambda: sent(served, sandbox, 1))
    assert len(listed(reply)) == 3
    assert turns >= 3


async def test_an_export_has_what_there_was_when_its_turns_began(served, sandbox):
    sent(served, sandbox)
    await asked(served, sandbox, "/lint")  # it is looked through before

    def meanwhile():
        sent(served, sandbox, 1, "Other")
        served.emulator.reset(sandbox)
        sent(served, sandbox, 1, "Another")

    reply, turns = await asked(served, sandbox, "/export", meanwhile)
    file = json.loads(reply.body)
    world, journal = file["state"]["world"], file["journal"]
    assert [batch["text"] for batch in world["batches"]] == ["Hello"]
    assert [message["status"] for message in world["messages"]] == ["pending"] * MANY
    assert [len(world["agenda"]), len(journal["exchanges"])] == [MANY, 1]
    assert turns >= 2 * MANY


async def test_a_wait_for_many_gives_way_and_hears_what_comes_meanwhile(served, sandbox):
    sent(served, sandbox)
    path = f"/wait?count={MANY + 1}&timeout=20"
    reply, turns = await asked(served, sandbox, path, lambda: sent(served, sandbox, 1, "Other"))
    assert turns >= MANY - 1
    found = listed(reply)
    assert len(found) == MANY + 1
    assert [shown["id"] for shown in found if shown["text"] == "Other"] == [f"m{MANY + 1}"]


async def test_a_wait_gives_all_that_fit_oldest_first_up_to_its_limit_also_with_what_comes_meanwhile(served, sandbox):
    sent(served, sandbox)
    path = f"/wait?count={MANY - 1}&limit={MANY}"
    reply, _ = await asked(served, sandbox, path, lambda: sent(served, sandbox, 1))
    assert [shown["id"] for shown in listed(reply)] == [f"m{n}" for n in range(1, MANY + 1)]
    assert len(listed((await asked(served, sandbox, "/wait?limit=2"))[0])) == 2


async def test_a_code_that_came_while_older_texts_were_looked_at_is_told_though_the_state_went(served, sandbox):
    sent(served, sandbox, 1, "code 1111")
    sent(served, sandbox)

    def meanwhile():
        sent(served, sandbox, 1, "code 2222")
        served.emulator.reset(sandbox)

    reply, _ = await asked(served, sandbox, "/otp", meanwhile)
    assert json.loads(reply.body)["code"] == "2222"


@pytest.mark.parametrize(("end", "status"), [("reset", 200), ("remove", 404)])
async def test_a_wait_begins_anew_with_the_state_that_takes_the_place_of_the_one_it_was_going_through(
    served, sandbox, end, status
):
    sent(served, sandbox)

    def meanwhile():
        getattr(served.emulator, end)(sandbox)
        if end == "reset":
            sent(served, sandbox, MANY + 1, "Other")

    reply, _ = await asked(served, sandbox, f"/wait?count={MANY + 1}&timeout=20", meanwhile)
    assert reply.status == status
    if status == 200:
        assert {shown["text"] for shown in listed(reply)} == {"Other"}


@pytest.mark.parametrize(("query", "times"), [
    ("wait?contains=zzz", 2), ("wait?for=requests&rule=zz", 1), ("wait?for=requests&rule=named", 2),
    ("otp?pattern=zzz", 2), (f"otp?to={TO}&pattern=zzz", 2),
])  # fmt: skip
async def test_what_came_nearest_is_looked_for_in_turns(served, sandbox, query, times):
    """Once all of them, in vain, and once more for what is near."""
    rule = {"name": "named", "when": {"to": "1"}, "then": {"refuse": {"reason": "api-off"}}}
    await control(served, "POST", f"/_emulator/sandboxes/{sandbox.id}/rules", rule)
    if "requests" in query or "to=" in query:
        for _ in range(MANY):
            sent(served, sandbox, 1)
    else:
        sent(served, sandbox)
    reply, turns = await asked(served, sandbox, f"/{query}&timeout=0")
    assert reply.status == 408
    assert len(json.loads(reply.body)["error"]["nearest"]) == 3
    assert turns >= times * MANY


async def test_a_code_in_vain_counts_what_was_there_and_what_came_meanwhile(served):
    sandbox = frozen(served)
    sent(served, sandbox, 1)
    reply, _ = await asked(served, sandbox, f"/otp?to={TO}&timeout=0", lambda: sent(served, sandbox, 2))
    assert "in 2 messages to" in json.loads(reply.body)["error"]["message"]
    reply, _ = await asked(served, sandbox, "/otp?timeout=0", lambda: sent(served, sandbox, 2))
    assert "in 5 messages within" in json.loads(reply.body)["error"]["message"]


@pytest.mark.parametrize("page", ["/_emulator/page/{id}/requests?q=zzz", "/_emulator/page/{id}/callbacks?q=zzz"])
async def test_a_search_of_the_page_gives_way(served, sandbox, page):
    sent(served, sandbox, 3)
    for _ in range(3):
        served.emulator.exchange(HttpRequest(method="GET", target=f"/api/getBalance?key={key_of(sandbox)}"))
    await served.emulator.clock_driver(sandbox).walk(None, 30)
    _, turns = await asked(served, sandbox, page.format(id=sandbox.id))
    assert turns >= 3
