"""What a node leaves, or loses, is lived on by the others."""

import asyncio
from datetime import datetime, timedelta

import asyncpg
import pytest
from aiohttp import ClientSession
from cluster.many import bound, journal_of, made, nodes, owners, references, send
from support import PATIENCE, control, get, receiver, request, send_path, until
from wires import Wire, settled

from emulator.cluster import node as cluster_node
from emulator.smpp import CommandId, response
from emulator.storage import postgres


async def test_a_node_that_leaves_hands_over_what_it_has_and_nothing_is_refused_meanwhile(database):
    """Messages, balances, due dates, frozen clocks, snapshots, the journal: all is lived on by another node."""
    async with receiver() as client, nodes(database, 2, keep_journal=True) as every:
        leaving, staying = every
        told = [await made(leaving, id=f"s{number}", clock="frozen", balance=50, callback_url=client.url)
                for number in range(8)]  # fmt: skip
        for one in told:
            await send(leaving, one["accounts"]["smsoffice"]["key"], "before")
            kept = await control(leaving, "POST", f"/_emulator/sandboxes/{one['id']}/snapshots", {"name": "n"})
            assert kept[0] < 300
        before = {one["id"]: (await control(staying, "GET", f"/_emulator/sandboxes/{one['id']}"))[1] for one in told}
        refused, sent = [], 0
        stop = asyncio.Event()

        async def load(one):
            nonlocal sent
            while not stop.is_set():
                path = send_path(key=one["accounts"]["smsoffice"]["key"], reference="during")
                status, body = await get(staying.base_url + path)
                if status != 200 or b'"Success":true' not in body:
                    refused.append((status, body))
                sent += 1

        tasks = [asyncio.create_task(load(one)) for one in told[:4]]
        await leaving.stop()
        stop.set()
        await asyncio.gather(*tasks)
        assert refused == []
        where, numbers = await owners(staying)
        assert set(where.values()) == {numbers[staying.base_url]}
        for one in told[4:]:
            _, now = await control(staying, "GET", f"/_emulator/sandboxes/{one['id']}")
            assert now == before[one["id"]]
            _, journal = await control(staying, "GET", f"/_emulator/sandboxes/{one['id']}/requests")
            assert [request["outcome"] for request in journal["requests"]] == ["accepted"]
            assert await references(staying, one["id"]) == ["before"]
        came = len(client.came)
        one = told[-1]
        assert (await control(staying, "POST", f"/_emulator/sandboxes/{one['id']}/settle", {}))[0] == 200
        assert [fields["reference"] for fields in client.came[came:]] == ["before"]


async def test_what_a_node_had_whose_session_ends_is_lived_on_and_it_joins_anew(database):
    """With what was asked of it, and the callbacks that went out."""
    async with nodes(database, 2, keep_journal=True) as every:
        told = [await made(every[0], id=f"s{number}") for number in range(6)]
        for one in told:
            await send(every[1], one["accounts"]["smsoffice"]["key"], "before")
            assert (await control(every[1], "POST", f"/_emulator/sandboxes/{one['id']}/settle"))[0] == 200
        journals = [await journal_of(every[0], one["id"]) for one in told]
        assert {(len(requests), len(callbacks)) for requests, callbacks in journals} == {(1, 1)}
        _, numbers = await owners(every[0])
        session = await asyncpg.connect(database)
        ended = await session.fetch("SELECT pg_terminate_backend(session) FROM sms_emulator.node WHERE number = $1",
                                    numbers[every[0].base_url])  # fmt: skip
        assert len(ended) == 1
        await session.close()
        await until(lambda: every[0]._node.front.number > max(numbers.values()))
        for serving in (every[1], every[0]):
            for one in told:
                await send(serving, one["accounts"]["smsoffice"]["key"], "after")
        for one, (requests, callbacks) in zip(told, journals, strict=True):
            assert await references(every[0], one["id"]) == ["before", "after", "after"]
            now = await journal_of(every[0], one["id"])
            assert (now[0][:1], now[1][:1], len(now[0])) == (requests, callbacks, 3)
        _, again = await owners(every[1])
        assert again[every[0].base_url] > numbers[every[0].base_url]


async def test_who_lost_the_session_cannot_write(database):
    """The fence: a node that was put out while it hung believes that it owns what another one has by now."""
    async with nodes(database, 2) as every:
        sleeper = every[0]
        where, numbers = await owners(sleeper)
        assert where["default"] == numbers[sleeper.base_url]
        store = sleeper._node._store
        store.lost = lambda: None  # as in a process that is stopped
        sleeper._node._task.cancel()
        session = await asyncpg.connect(database)
        await session.execute("SELECT pg_terminate_backend(session) FROM sms_emulator.node WHERE number = $1",
                              numbers[sleeper.base_url])  # fmt: skip
        await until(lambda: "default" in every[1].emulator.sandboxes.by_id)
        await send(every[1], "emulator-smsoffice", "others")
        count = "SELECT count(*) FROM sms_emulator.page"
        before = await session.fetchval(count)
        sandbox = sleeper.emulator.default
        sandbox.run_at(1.0)  # it would write a page
        heard = asyncio.get_running_loop().create_future()
        recorder = sleeper.emulator.recorder
        recorder.when_kept(heard.set_result, recorder.era)
        trouble = await asyncio.wait_for(heard, PATIENCE)
        assert "cannot write its database" in str(trouble)
        assert await session.fetchval(count) == before
        await session.close()
        assert await references(every[1], "default") == ["others"]
        sleeper._node._lost()


@pytest.mark.parametrize("rows", [1, 2])
async def test_a_write_that_postgresql_does_not_answer_says_so(database, monkeypatch, rows):
    """With one row, and as a transaction, which cannot be rolled back then."""
    monkeypatch.setattr(postgres, "_PATIENCE", 0.3)
    async with nodes(database, 1) as (one,):
        store, heard = one._node._store, asyncio.get_running_loop().create_future()
        other = await asyncpg.connect(database)
        async with other.transaction():
            await other.execute("LOCK TABLE sms_emulator.snapshot")
            store.write(lambda batch: [batch.put_snapshot(1, f"s{row}", b"") for row in range(rows)], heard.set_result)
            assert await asyncio.wait_for(heard, PATIENCE) == "PostgreSQL did not answer in time"
        await other.close()


async def test_what_was_done_in_the_turn_in_which_the_session_is_lost_is_not_acknowledged(database):
    """Its reply waits for the end of the turn, or for its delay, and by then the sandbox is another node's."""
    sends = send_path(), send_path(content="late"), "/sys/send.php?login=emulator&psw=emulator&phones=79161234567&mes=x"
    late = {"rules": [{"when": {"contains": "late"}, "then": {"reply": {"delay": 0.01}}}]}
    async with nodes(database, 1) as (only,):
        assert (await control(only, "PUT", "/_emulator/sandboxes/default/rules", late))[0] == 200
        wires = []
        for path in sends:
            connection, wire = Wire.to(only)
            connection.data_received(request(path))
            wires.append(wire)
        only._node._lost()
        for wire in wires:
            await settled(wire, 1)
            assert b"the session is lost. It may have been done all the same" in wire.octets


async def test_a_restart_of_all_nodes_finds_everything_and_a_running_clock_went_on(database):
    async with nodes(database, 2) as every:
        one = await made(every[0], id="kept")
        await send(every[1], one["accounts"]["smsoffice"]["key"], "r")
        _, before = await control(every[0], "GET", "/_emulator/sandboxes/kept")
    async with nodes(database, 1) as (serving,):
        assert await references(serving, "kept") == ["r"]
        _, after = await control(serving, "GET", "/_emulator/sandboxes/kept")
        was, now = (datetime.fromisoformat(one["clock"]["now"]) for one in (before, after))
        assert timedelta(0) < now - was < timedelta(seconds=PATIENCE)


async def test_a_callback_that_was_not_answered_goes_out_again_at_the_next_owner(database):
    from aiohttp import web

    async with receiver() as client:
        hanging = asyncio.Event()

        async def hang(_):
            await hanging.wait()
            return web.Response(text="OK")

        async with nodes(database, 2) as every:
            client.answers = hang
            one = await made(every[0], id="s", callback_url=client.url)
            where, numbers = await owners(every[0])
            owner = next(serving for serving in every if numbers[serving.base_url] == where["s"])
            other = next(serving for serving in every if serving is not owner)
            await send(other, one["accounts"]["smsoffice"]["key"], "r")
            await until(lambda: client.came)
            client.answers = lambda _: web.Response(text="OK")
            owner._node._store.cut()
            await until(lambda: len(client.came) == 2)
            assert client.came[0] == client.came[1]
            hanging.set()


async def test_a_node_that_is_told_to_end_answers_on_and_takes_leave_of_its_sessions(database, monkeypatch):
    monkeypatch.setattr(cluster_node, "_UNBINDING", PATIENCE)
    async with nodes(database, 2, drain_seconds=600.0) as every:
        where, numbers = await owners(every[0])
        leaving, staying = sorted(every, key=lambda one: numbers[one.base_url] != where["default"])
        status, told = await control(leaving, "GET", "/_emulator/health")
        assert (status, told["status"], told["smpp"]) == (200, "ok", leaving.smpp_url)
        name, there = "s", None
        while there != numbers[staying.base_url]:
            name += "s"
            account = (await made(leaving, id=name))["accounts"]
            there = (await owners(leaving))[0][name]
        smpp = account["smscenter"]["smpp"]
        sessions = [await bound(leaving), await bound(staying), await bound(leaving, **smpp)]
        assert [answer.status for _, answer in sessions] == [0, 0, 0]
        stopping = asyncio.create_task(leaving.stop())
        async with ClientSession() as session:
            while (await control(leaving, "GET", "/_emulator/health"))[0] != 503:
                pass
            assert (await control(leaving, "GET", "/_emulator/health"))[1]["status"] == "leaving"
            for key in ("emulator-smsoffice", account["smsoffice"]["key"]):
                async with session.get(leaving.base_url + send_path(key=key)) as answer:
                    assert b'"Success":true' in await answer.read()
                    assert answer.headers["Connection"] == "close"  # the next one goes to another node
        assert not any(esme.ended for esme, _ in sessions)
        while not leaving._node._over:  # the time is over, as soon as it has begun
            leaving._node.hurry.set()
            leaving._node.hurry.clear()
            await asyncio.sleep(0)
        for esme, _ in sessions:
            await esme.until(lambda esme=esme: esme.came[-1].command_id == CommandId.UNBIND or esme.ended)
            assert not esme.ended
            esme.write(response(esme.came[-1]))
            await esme.closed()
        await stopping
        assert set((await owners(staying))[0].values()) == {numbers[staying.base_url]}
