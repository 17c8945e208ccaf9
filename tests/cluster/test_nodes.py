"""Many nodes in one process over a real PostgreSQL: any request to any node, and what a node leaves is lived on."""

import asyncio
import gc
import smtplib
from collections import Counter
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import asyncpg
import msgspec
import pytest
from aiohttp import ClientSession
from esme import SUBMIT, Esme
from support import PATIENCE, connected, control, get, receiver, request, send_path, until
from wires import Wire, settled

from emulator.app.server import Server
from emulator.app.settings import Settings
from emulator.cluster import node as cluster_node
from emulator.cluster import overview
from emulator.cluster.link import NodeLink
from emulator.cluster.placement import place
from emulator.cluster.spliced import Spliced
from emulator.control_api import response_types
from emulator.sandboxes.change_log import Unusable
from emulator.smpp import CommandId, response
from emulator.storage import postgres_nodes


async def node(database, **more):
    serving = Server(Settings(port=0, state=database, **{"drain_seconds": 0.0, **more}))
    await serving.start()
    return serving


@asynccontextmanager
async def nodes(database, count, **more):
    made = [await node(database, **more) for _ in range(count)]
    try:
        yield made
    finally:
        for one in made:
            await one.stop()


async def made(serving, **wish):
    status, told = await control(serving, "POST", "/_emulator/sandboxes", wish)
    assert status == 201, told
    return told


async def owners(serving):
    """Which node's number each sandbox is at, and each node's number by its base URL."""
    _, told = await control(serving, "GET", "/_emulator/cluster")
    msgspec.convert(told, response_types.Cluster)
    found = {name: one["node"] for one in told["nodes"] for name in one["sandboxes"]}
    return found, {one["url"]: one["node"] for one in told["nodes"]}


async def send(serving, key, reference):
    status, body = await get(serving.base_url + send_path(key=key, reference=reference))
    assert (status, b'"Success":true' in body) == (200, True), body


async def references(serving, name):
    _, told = await control(serving, "GET", f"/_emulator/sandboxes/{name}/messages")
    return [one["reference"] for one in told["messages"]]


async def bound(serving, system_id="emulator", password="emulator"):
    esme = Esme(*await asyncio.open_connection(serving.smpp_host, serving.smpp_port))
    return esme, await esme.bind({"system_id": system_id, "password": password})


async def test_a_request_to_any_node_reaches_the_sandbox_whoever_made_it(database):
    async with nodes(database, 3) as every:
        told = [await made(every[number % 3], id=f"s{number}") for number in range(9)]
        for number, one in enumerate(told):
            for at, serving in enumerate(every):
                await send(serving, one["accounts"]["smsoffice"]["key"], f"r{at}")
            for serving in every:
                assert await references(serving, f"s{number}") == ["r0", "r1", "r2"]
        where, numbers = await owners(every[1])
        assert set(where) == {"default", *(one["id"] for one in told)}
        assert {where[one["id"]] for one in told} == set(numbers.values())  # each has some
        for serving in every:
            _, listed = await control(serving, "GET", "/_emulator/sandboxes")
            assert {one["id"] for one in listed["sandboxes"]} == set(where)
        async with ClientSession() as session:  # what one alone refuses, many do
            for call in ("sandboxes", "cluster"):
                for method, query, status in (("GET", "?limit=5", 400), ("HEAD", "", 405)):
                    async with session.request(method, f"{every[1].base_url}/_emulator/{call}{query}") as answer:
                        assert answer.status == status, (method, call)


async def said(host, port, octets):
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(octets)
    answer = await asyncio.wait_for(reader.read(), PATIENCE)
    writer.close()
    return answer


async def test_what_no_sandbox_has_is_refused_as_by_the_provider_and_journalled_in_the_default(database, monkeypatch):
    """As is what cannot be read at all. However many ask while the database is being asked, it is asked once more: what
    it said to the first may be wrong by the time the others came."""
    async with nodes(database, 3) as every:
        for serving in every:
            status, body = await get(serving.base_url + send_path(key="nobodys", reference="x"))
            assert (status, b'"Success":false' in body) == (200, True)
            assert (await get(serving.base_url + "/nowhere"))[0] == 404
            answer = await said("127.0.0.1", int(serving.base_url.rpartition(":")[2]), b"GARBAGE\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 400")
            assert await said(serving.smpp_host, serving.smpp_port, b"\0" * 32)

        async def outcomes():
            _, told = await control(every[0], "GET", "/_emulator/sandboxes/default/requests")
            return Counter(one["outcome"] for one in told["requests"])

        async with asyncio.timeout(PATIENCE):
            while (await outcomes())["unreadable"] < 6:  # they follow on the heels of the answer
                pass
        assert await outcomes() == {"refused": 3, "unroutable": 3, "unreadable": 6}
        status, told = await control(every[1], "GET", "/_emulator/sandboxes/nobody")
        assert (status, told["error"]["code"]) == (404, "no-such-sandbox")
        heard, go = [], asyncio.Event()
        of_credential = every[1]._node._nodes.of_credential

        async def slowly(key):
            home = await of_credential(key)
            heard.append(home)
            await go.wait()
            return home

        monkeypatch.setattr(every[1]._node._nodes, "of_credential", slowly)
        path = every[1].base_url + send_path(key="unheard", reference="x")
        first = asyncio.create_task(get(path))
        await until(lambda: heard)
        numbers = (await owners(every[0]))[1]
        name = next(f"s{n}" for n in range(99)
                    if place(f"s{n}", sorted(numbers.values())) == numbers[every[2].base_url])  # fmt: skip
        await made(every[0], id=name, accounts={"smsoffice": {"key": "unheard"}})
        answers = [asyncio.create_task(get(path)) for _ in range(9)]
        await until(lambda: sum(not one.is_idle for one in every[1].http.connections) == 10)
        go.set()
        assert b'"Success":false' in (await first)[1]
        assert {b'"Success":true' in body for _, body in await asyncio.gather(*answers)} == {True}
        assert [home and home.id for home in heard] == [None, name]


def mail(serving, account, text):
    line = f"\n{account['login']}:{account['psw']}:0:0:0,0,:79001234567:{text}\n"
    with smtplib.SMTP("127.0.0.1", int(serving.smtp_url.rpartition(":")[2]), timeout=PATIENCE) as client:
        return client.sendmail("a@b.c", "send@send.smsc.ru", line)


async def test_mails_and_any_credentials_are_taken_at_any_node(database, tmp_path):
    async with nodes(database, 2, any_credentials=True, smtp_port=0, ca_dir=str(tmp_path)) as every:
        told = [await made(every[0], id=f"s{number}") for number in range(3)]
        rules = {"rules": [{"when": {"contains": "lost"}, "then": {"reply": {"fault": "lost"}}}]}
        for at, serving in enumerate(every):
            for one in told:
                account = one["accounts"]["smscenter"]
                assert (await control(serving, "PUT", f"/_emulator/sandboxes/{one['id']}/rules", rules))[0] == 200
                assert await asyncio.to_thread(mail, serving, account, f"mail {at}") == {}
                with pytest.raises(smtplib.SMTPServerDisconnected):
                    await asyncio.to_thread(mail, serving, account, f"lost {at}")
            await send(serving, "whatever", f"any {at}")
            esme, answer = await bound(serving, "nobody", "nothing")
            assert answer.status == 0
            await esme.close()
        for one in told:
            _, listed = await control(every[0], "GET", f"/_emulator/sandboxes/{one['id']}/messages")
            assert [message["text"] for message in listed["messages"]] == ["mail 0", "lost 0", "mail 1", "lost 1"]
        assert await references(every[0], "default") == ["any 0", "any 1"]
        await made(every[0], id="late", accounts={"smsoffice": {"key": "whatever"}})
        for at, serving in enumerate(every):
            await send(serving, "whatever", f"own {at}")
        assert await references(every[0], "late") == ["own 0", "own 1"]


async def orphans(session):
    """Rows that belong to no sandbox."""
    return [await session.fetchval(f"SELECT count(*) FROM sms_emulator.{table} WHERE number NOT IN (SELECT number FROM "
                                   "sms_emulator.sandbox)") for table in ("world", "page", "credential")]  # fmt: skip


async def test_an_id_and_credentials_are_taken_for_all_nodes_and_so_many_sandboxes_may_be_there_together(database):
    """What could not be made leaves nothing behind, in no node nor in the database."""
    async with nodes(database, 3, max_sandboxes=4) as every:
        await made(every[0], id="one", accounts={"smsoffice": {"key": "mine"}})
        for serving in every:
            status, told = await control(serving, "POST", "/_emulator/sandboxes", {"id": "one"})
            assert (status, told["error"]["code"]) == (409, "taken")
            for name in ("two", "three", "four"):
                status, told = await control(
                    serving, "POST", "/_emulator/sandboxes", {"id": name, "accounts": {"smsoffice": {"key": "mine"}}}
                )
                assert (status, told["error"]["message"]) == (409, "smsoffice key mine is taken")
        assert (await control(every[2], "DELETE", "/_emulator/sandboxes/one"))[0] == 204
        await made(every[1], id="one", accounts={"smsoffice": {"key": "mine"}})
        await send(every[2], "mine", "again")
        session = await asyncpg.connect(database)
        await session.execute("ALTER TABLE sms_emulator.credential RENAME TO away")
        for serving in every:  # they place it at one and the same
            status, told = await control(serving, "POST", "/_emulator/sandboxes", {"id": "two"})
            assert (status, told["error"]["code"]) == (500, "not-kept"), told
        await session.execute("ALTER TABLE sms_emulator.away RENAME TO credential")
        for name in ("two", "three"):
            await made(every[0], id=name)
        for number, serving in enumerate(every):
            status, told = await control(serving, "POST", "/_emulator/sandboxes", {"id": f"more{number}"})
            assert (status, told["error"]["code"]) == (409, "full"), told
        await until(lambda: sum(len(one.emulator.sandboxes.by_id) for one in every) == 4)
        assert await orphans(session) == [0, 0, 0]
        await session.close()


async def test_smpp_is_served_at_any_node_and_receipts_come_there(database):
    async with nodes(database, 2) as every:
        told = [await made(every[0], id=f"s{number}", clock={"rate": 20}) for number in range(4)]

        async def told_of(serving, one):
            esme, answer = await bound(serving, "nobody", "nothing")
            assert answer.status != 0
            answer = await esme.bind(one["accounts"]["smscenter"]["smpp"])  # anew on the same connection
            assert answer.status == 0
            response = await esme.ask(CommandId.SUBMIT_SM, **SUBMIT, short_message=serving.base_url.encode())
            assert response.status == 0
            await until(lambda: esme.delivered)
            await esme.close()

        for serving in every:
            await asyncio.gather(*(told_of(serving, one) for one in told))
        where, numbers = await owners(every[0])
        owner, asked = sorted(every, key=lambda one: numbers[one.base_url] != where["default"])
        esme, _ = await bound(asked)
        (served,) = owner._smpp.links
        (spliced,) = [one for one in gc.get_objects() if isinstance(one, Spliced) and not one._transport.is_closing()]
        served.pause_writing()  # who is not answered is not read either, at the node that it came to
        await until(lambda: not spliced._transport.is_reading())
        served.resume_writing()
        await until(spliced._transport.is_reading)
        served.data_received = lambda data: 1 / 0  # whoever fails there is alone in it
        esme.write(b"\0" * 16)
        await esme.closed()
        assert not spliced._link.closed
        await esme.close()


async def test_what_a_client_of_smpp_says_right_behind_a_second_bind_is_answered_in_its_order(database):
    """Some of it is on its way to the node that refused the first bind when that sends the client back."""
    async with nodes(database, 2) as every:
        numbers = sorted((await owners(every[0]))[1].values())
        name = next(f"s{n}" for n in range(99) if place(f"s{n}", numbers) == numbers[1])
        account = (await made(every[0], id=name))["accounts"]["smscenter"]["smpp"]
        who = {word: account[word].encode() for word in ("system_id", "password")}
        for turns in range(10):
            esme, answer = await bound(every[1], "nobody", "nothing")
            assert answer.status != 0
            bind = esme.made(CommandId.BIND_TRANSCEIVER, **who)
            behind = [esme.made(CommandId.ENQUIRE_LINK) for _ in range(4)]
            for one in (bind, *behind):
                esme.write(one)
                for _ in range(turns // 2):
                    await asyncio.sleep(0)
            if turns % 2:
                esme.writer.write_eof()
            assert {(await esme.answer_to(one)).status for one in (bind, *behind)} == {0}
            assert [pdu.sequence for pdu in esme.came] == [1, 2, 3, 4, 5, 6]
            if turns % 2:
                await esme.closed()
            await esme.close()
        await until(lambda: not any(link.ends for link in links()))


async def test_a_node_that_has_handed_over_what_it_had_makes_no_sandbox_any_more(database, monkeypatch):
    async with nodes(database, 1) as (only,):
        members, go = only._node._nodes.members, asyncio.Event()

        async def late():
            await go.wait()
            return await members()

        monkeypatch.setattr(only._node._nodes, "members", late)
        stopping = asyncio.create_task(only.stop())
        await until(lambda: not only.emulator.sandboxes.by_id)
        status, told = await control(only, "POST", "/_emulator/sandboxes", {"id": "late"})
        assert (status, told["error"]["code"]) == (503, "leaving")
        go.set()
        await stopping


async def test_what_is_read_of_a_sandbox_stood_there_at_one_moment(database):
    async with nodes(database, 1) as (serving,):
        assert (await control(serving, "POST", "/_emulator/sandboxes/default/snapshots", {"name": "n"}))[0] < 300
        store, session = serving._node._store, await asyncpg.connect(database)
        number = await session.fetchval("SELECT number FROM sms_emulator.sandbox")
        async with session.transaction():
            await session.execute("LOCK TABLE sms_emulator.snapshot")
            reading = asyncio.create_task(store.read([number]))
            while not await session.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"):
                pass
            await session.execute("DELETE FROM sms_emulator.snapshot")
        (stored,) = await reading
        assert len(stored.snapshots) == 1
        await session.close()


async def test_a_fault_of_the_owner_reaches_the_client_as_it_is(database):
    async with nodes(database, 2) as every:
        told = [await made(every[0], id=f"s{number}") for number in range(4)]
        for one in told:
            rules = {"rules": [{"when": {"contains": "cut"}, "then": {"reply": {"fault": "cut"}}},
                               {"when": {"contains": "lost"}, "then": {"reply": {"fault": "lost"}}}]}  # fmt: skip
            assert (await control(every[1], "PUT", f"/_emulator/sandboxes/{one['id']}/rules", rules))[0] == 200
            for serving in every:
                for content in ("cut", "lost"):
                    path = send_path(key=one["accounts"]["smsoffice"]["key"], content=content)
                    reader, writer = await connected(serving.base_url)
                    writer.write(request(path))
                    came = await asyncio.wait_for(reader.read(), PATIENCE)
                    assert (came == b"") is (content == "lost")
                    assert content == "lost" or (came.startswith(b"HTTP/1.1 200") and not came.endswith(b"}"))
                    writer.close()


async def only(serving):
    """The connection at which something is being answered, once there is one alone."""
    await until(lambda: sum(not one.is_idle for one in serving.http.connections) == 1)
    return next(one for one in serving.http.connections if not one.is_idle)


async def test_a_stream_of_events_goes_on_at_another_node_and_ends_with_its_client(database):
    async with nodes(database, 2) as every:
        told = [await made(every[0], id=f"s{number}") for number in range(4)]
        for serving, owner in (every, every[::-1]):
            for one in told:
                events = f"{serving.base_url}/_emulator/sandboxes/{one['id']}/events"
                async with ClientSession() as session, session.get(events) as answer:
                    await send(every[0], one["accounts"]["smsoffice"]["key"], "seen")
                    async with asyncio.timeout(PATIENCE):
                        while b"event: request" not in await answer.content.readline():
                            pass
                    if one["id"] in owner.emulator.sandboxes.by_id:  # who does not read is not written to
                        asked, served = await only(serving), await only(owner)
                        asked.pause_writing()
                        await until(lambda served=served: served._paused)
                        asked.resume_writing()
                        await until(lambda served=served: not served._paused)
        await until(lambda: not any(one.emulator.sandboxes.by_id[name].feed.listeners
                                    for one in every for name in one.emulator.sandboxes.by_id))  # fmt: skip


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


async def journal_of(serving, name):
    return [(await control(serving, "GET", f"/_emulator/sandboxes/{name}/{what}"))[1][what]
            for what in ("requests", "callbacks")]  # fmt: skip


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


async def test_nobody_else_may_link_to_a_node_and_a_log_in_at_one_holds_at_all_until_its_log_out(database):
    async with nodes(database, 2, token="t0ken") as (one, other), ClientSession() as browser:
        reader, writer = await connected(one.base_url)
        writer.write(request("/_emulator/link", "x", "Authorization: Bearer guess"))
        assert (await reader.readline()).startswith(b"HTTP/1.1 403")
        writer.close()
        assert len(one._node.secret()) == 32

        async def page(serving, path, method="GET", **more):
            async with browser.request(method, f"{serving.base_url}/_emulator/{path}", allow_redirects=False,
                                       **more) as answer:  # fmt: skip
                await answer.read()
                return answer

        entered = await page(one, "page/login", "POST", data={"token": "t0ken"})
        log_in = {"Cookie": f"sms_emulator={entered.cookies['sms_emulator'].value}"}
        browser.cookie_jar.clear()
        for serving in (one, other):
            assert (await page(serving, "sandboxes")).status == 401
            assert (await page(serving, "sandboxes", headers=log_in)).status == 200
        assert (await page(other, "page/logout", "POST", headers=log_in)).status == 303
        later = await node(database, token="t0ken")
        for serving in (one, other, later):
            assert (await page(serving, "sandboxes", headers=log_in)).status == 401
            assert (await page(serving, "cluster", headers=log_in)).status == 401
        await later.stop()


async def test_metrics_name_their_node_and_the_page_lists_the_sandboxes_of_all(database):
    async with nodes(database, 2) as every:
        told = [await made(every[0], id=f"s{number}") for number in range(4)]
        _, numbers = await owners(every[0])
        for serving in every:
            number = numbers[serving.base_url]
            _, text = await get(f"{serving.base_url}/_emulator/metrics")
            here = len(serving.emulator.sandboxes.by_id)
            assert f'sms_emulator_sandboxes{{node="{number}"}} {here}.0' in text.decode()
            await until(lambda serving=serving: len(serving.emulator.elsewhere) == 5)
        for serving in every:
            for one in told:
                status, page = await get(f"{serving.base_url}/?sandbox={one['id']}")
                assert status == 200
                assert all(f'>{other["id"]}</option>' in page.decode() for other in told)


def links():
    return [one for one in gc.get_objects() if isinstance(one, NodeLink) and not one.closed]


async def test_a_node_that_does_not_answer_is_named_in_the_list_and_left_in_peace(database, monkeypatch):
    monkeypatch.setattr(overview, "_PATIENCE", 0.2)
    async with nodes(database, 2) as every:
        gone = asyncio.get_running_loop().create_future()

        async def hang(_):
            try:
                await asyncio.Event().wait()
            finally:
                gone.set_result(None)

        every[1].control.answer = hang
        _, numbers = await owners(every[0])
        _, told = await control(every[0], "GET", "/_emulator/sandboxes")
        assert [one["id"] for one in told["sandboxes"]] == ["default"]
        silent = every[1].base_url
        assert told["unanswered"] == [{"node": numbers[silent], "url": silent}]
        await asyncio.wait_for(gone, PATIENCE)
        assert [one for one in links() if one.ends] == []


async def refused(database, **more):
    with pytest.raises(Unusable) as why:
        await node(database, **more)
    return str(why.value)


async def test_what_cannot_work_is_refused_at_the_start_with_the_reason(database, monkeypatch):
    assert "cannot be used" in await refused("postgresql://sms@127.0.0.1:1/nowhere")
    monkeypatch.setattr(postgres_nodes, "OLDEST", 990000)
    assert "99 or later is needed" in await refused(database)
    monkeypatch.undo()
    now = postgres_nodes.real_now
    monkeypatch.setattr(postgres_nodes, "real_now", lambda: now() + 60_000_000)
    assert "the clock of this machine is 60 s ahead of" in await refused(database)
    monkeypatch.undo()
    session = await asyncpg.connect(database)
    await session.execute("DROP ROLE IF EXISTS poor; CREATE ROLE poor LOGIN")
    poor = database.replace("sms@", "poor@")
    why = await refused(poor)
    assert "the role poor may not make its tables" in why
    assert 'CREATE SCHEMA sms_emulator AUTHORIZATION "poor"' in why
    await session.execute('CREATE SCHEMA sms_emulator AUTHORIZATION "poor"')
    await session.close()
    async with nodes(poor, 1):
        assert "give --keep-journal to all nodes or to none" in await refused(poor, keep_journal=True)
        monkeypatch.setattr(postgres_nodes, "__version__", "99.0")
        assert "All nodes are of one version" in await refused(poor)
    monkeypatch.undo()


class Pooler:
    """Stands for sessions through a pooler in transaction mode: a statement outside of a transaction goes to whichever
    backend is free."""

    def __init__(self, pools, busy):
        self.pools, self.busy, self.pid = pools, busy, None

    async def fetchval(self, sql):
        return self.pid or (min({1, 2} - self.busy) if self.pools else id(self))

    @asynccontextmanager
    async def transaction(self):
        self.pid = await self.fetchval("")
        self.busy.add(self.pid)
        yield
        self.busy.discard(self.pid)
        self.pid = None


@pytest.mark.parametrize("pools", [True, False])
async def test_a_pooler_in_transaction_mode_is_found_out(pools):
    busy: set[int] = set()
    assert await postgres_nodes.pooled(Pooler(pools, busy), Pooler(pools, busy)) is pools


async def test_a_sandbox_that_cannot_be_taken_in_keeps_nobody_from_the_others(database, monkeypatch, caplog):
    """And each question for all sandboxes leaves nothing behind at the other nodes' links."""
    revive = cluster_node.revive

    def choosy(manager, writer, stored, anew):
        if stored.head.spec.id == "s0":
            raise Unusable("there is no place for it")
        return revive(manager, writer, stored, anew)

    async with nodes(database, 2) as (leaving, staying):
        for number in range(3):
            await made(leaving, id=f"s{number}", clock="frozen")
        for _ in range(5):
            await control(staying, "GET", "/_emulator/sandboxes")
        assert [one for one in links() if one.ends] == []
        monkeypatch.setattr(cluster_node, "revive", choosy)
        await leaving.stop()
        for name, found in (("s1", 200), ("s2", 200)):
            assert (await control(staying, "GET", f"/_emulator/sandboxes/{name}"))[0] == found
        await until(lambda: "sandbox s0 of the" in caplog.text)
        assert (await control(staying, "DELETE", "/_emulator/sandboxes/s1"))[0] == 204
