"""Many nodes in one process over a real PostgreSQL: any request to any node."""

import asyncio
import gc
import smtplib
from collections import Counter

import asyncpg
import pytest
from aiohttp import ClientSession
from cluster.many import bound, links, made, nodes, only, owners, references, send
from esme import SUBMIT
from support import PATIENCE, connected, control, get, request, send_path, until

from emulator.cluster.placement import place
from emulator.cluster.spliced import Spliced
from emulator.smpp import CommandId


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
        async with ClientSession() as session:  # what one alone takes or refuses, many do
            for call in ("sandboxes", "cluster"):
                for method, query, status in (("GET", "?limit=5", 400), ("HEAD", "", 200)):
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
