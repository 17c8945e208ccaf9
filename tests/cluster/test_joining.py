"""Who may be a node and who not, and what all of them tell together."""

import asyncio
from contextlib import asynccontextmanager

import asyncpg
import pytest
from aiohttp import ClientSession
from cluster.many import links, made, node, nodes, owners
from support import PATIENCE, connected, control, get, request, until

from emulator.cluster import node as cluster_node
from emulator.cluster import overview
from emulator.sandboxes.change_log import Unusable
from emulator.storage import postgres_nodes


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
