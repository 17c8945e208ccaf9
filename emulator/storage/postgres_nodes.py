"""The nodes that share a PostgreSQL database, and which of them owns a sandbox: joining, looking round, taking over.

A node is a row with a number of its own, and lives as long as its log session holds the lock of that number. A number
is never used again: once the lock is free, the node that had it writes no more, whatever it believes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from emulator.clock import real_now
from emulator.core.units import SECOND
from emulator.sandboxes.change_log import NotPersisted, Unusable
from emulator.sandboxes.sandbox import full
from emulator.storage.postgres import FAILURES, FORMAT, LOCKS, OLDEST, PostgresStore, have_tables, session, shown, told
from emulator.version import __version__

CHANNEL = "sms_emulator"
"""Nodes tell each other here that something has moved."""
_CLOCKS_APART = 10
"""So many seconds the clocks of node and database may differ: a sandbox's clock goes on in another node."""
_AT_WORK = 10
"""A node whose question PostgreSQL is still answering counts as silent for so much less: it may be reading much."""
_LIVES = f"""EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = {LOCKS} AND objid = node.number::oid
    AND objsubid = 2 AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"""

Key = tuple[str, str, str]
"""Provider, kind and name of a credential."""


class Member(NamedTuple):
    """`lives`: its log session does."""

    number: int
    url: str
    version: str
    leaving: bool
    lives: bool
    silent: float
    """So many seconds ago, by PostgreSQL's clock, it last asked something."""
    session: int
    """The backend of its log session."""


class SandboxHome(NamedTuple):
    """Where a sandbox is."""

    id: str
    owner: int


class Nodes:
    """One node's view of all of them."""

    def __init__(self, store: PostgresStore, keeps_journal: bool = False) -> None:
        self._store = store
        self._journal = "kept" if keeps_journal else "not kept"
        self.number = 0
        self.secret = ""
        """What nodes show each other."""

    async def join(self, url: str, moved: Callable[[], None]) -> None:
        """The node is one of them from now on; `moved` hears that sandboxes or nodes have. Raises Unusable."""
        address = self._store.address
        log, watch = await session(address), await session(address)
        try:
            await _fit(log, watch, shown(address))
            async with log.transaction():
                await log.execute("SELECT pg_advisory_xact_lock($1, 0)", LOCKS)
                await have_tables(log)
                await log.execute("INSERT INTO sms_emulator.about VALUES ('secret', replace(gen_random_uuid()::text, "
                                  "'-', '')), ('version', $1), ('format', $2), ('journal', $3) ON CONFLICT DO "
                                  "NOTHING", __version__, FORMAT, self._journal)  # fmt: skip
                words = dict(await log.fetch("SELECT word, value FROM sms_emulator.about"))
                await self._same_version(log, words)
                await self._same_journal(log, words["journal"])
                self.secret = words["secret"]
                self.number = await log.fetchval("SELECT nextval('sms_emulator.node_number')::integer")
            if not await log.fetchval("SELECT pg_try_advisory_lock($1, $2)", LOCKS, self.number):
                raise Unusable(f"the lock of node {self.number} in the database {shown(address)} is somebody's")
            await log.execute(
                "INSERT INTO sms_emulator.node (number, url, version, session, watch) VALUES ($1, $2, $3, $4, $5)",
                self.number, url, __version__, log.get_server_pid(), watch.get_server_pid(),
            )  # fmt: skip
            await watch.add_listener(CHANNEL, lambda *_: moved())
            await self._store.open(log, watch)
            await self.tell()
        except BaseException as wrong:
            for one in (log, watch):
                one.terminate()
            if isinstance(wrong, FAILURES):
                raise Unusable(f"the database {shown(address)} cannot be used: {told(wrong)}") from None
            raise

    async def _same_version(self, log: Any, words: Mapping[str, str]) -> None:
        """Inputs are judged anew by whoever takes over, and only the same emulator is sure to judge them as before."""
        name = self._store.name
        if words["format"] != FORMAT:
            raise Unusable(f"the {name} has tables of format {words['format']}, which sms-emulator {words['version']} "
                           f"wrote; this one ({__version__}) knows format {FORMAT}: use the emulator that wrote it, or "
                           "another database")  # fmt: skip
        others = await log.fetch(f"SELECT version FROM sms_emulator.node WHERE version <> $1 AND {_LIVES}", __version__)
        if others:
            raise Unusable(f"the {name} has nodes of sms-emulator {others[0][0]}; this is {__version__}. All nodes are "
                           "of one version: stop the others first")  # fmt: skip
        if words["version"] != __version__:
            if await log.fetchval("SELECT EXISTS (SELECT FROM sms_emulator.page)"):
                raise Unusable(
                    f"the {name} was written by sms-emulator {words['version']}, whose last node was not stopped "
                    f"properly; this is {__version__}. Nothing was changed: start sms-emulator {words['version']} with "
                    "it and stop that by SIGTERM, then any newer one reads it"
                )
            await log.execute("UPDATE sms_emulator.about SET value = $1 WHERE word = 'version'", __version__)

    async def _same_journal(self, log: Any, theirs: str) -> None:
        """What is kept of a sandbox does not hang on who has it. Of journals that are kept no more nothing is left."""
        if theirs == self._journal:
            return
        if await log.fetchval(f"SELECT EXISTS (SELECT FROM sms_emulator.node WHERE {_LIVES})"):
            raise Unusable(f"at the other nodes of the {self._store.name} the journal is {theirs}, at this one it is "
                           f"{self._journal}: give --keep-journal to all nodes or to none")  # fmt: skip
        await log.execute("UPDATE sms_emulator.about SET value = $1 WHERE word = 'journal'", self._journal)
        await log.execute("DELETE FROM sms_emulator.entry")

    async def members(self) -> list[Member]:
        rows = await self._store.ask(
            f"SELECT number, url, version, leaving, {_LIVES}, coalesce((SELECT extract(epoch FROM clock_timestamp() - "
            f"query_start)::float / CASE state WHEN 'active' THEN {_AT_WORK} ELSE 1 END FROM pg_stat_activity WHERE "
            "pid = watch), 0), session FROM sms_emulator.node ORDER BY "
            "number"
        )  # fmt: skip
        return [Member(*row) for row in rows]

    async def mine(self) -> list[tuple[int, str]]:
        """Number and id of each sandbox that is ours."""
        return [tuple(row) for row in await self._store.ask(
            "SELECT number, id FROM sms_emulator.sandbox WHERE owner = $1 AND head IS NOT NULL "
            "ORDER BY id <> 'default', number", self.number)]  # fmt: skip

    async def owners(self) -> list[tuple[str, int]]:
        """Id and owner of every sandbox."""
        return [tuple(row) for row in await self._store.ask("SELECT id, owner FROM sms_emulator.sandbox")]

    async def of_credential(self, key: Key) -> SandboxHome | None:
        rows = await self._store.ask("SELECT id, owner FROM sms_emulator.credential JOIN sms_emulator.sandbox USING "
                                     "(number) WHERE provider = $1 AND kind = $2 AND name = $3", *key)  # fmt: skip
        return SandboxHome(*rows[0]) if rows else None

    async def of_id(self, name: str) -> SandboxHome | None:
        rows = await self._store.ask("SELECT id, owner FROM sms_emulator.sandbox WHERE id = $1", name)
        return SandboxHome(*rows[0]) if rows else None

    async def claim(self, number: int, name: str, keys: Sequence[Key], most: int) -> None:
        """The id and the credentials are ours. Raises ValueError where so many sandboxes are at all nodes together,
        KeyError naming what is taken."""

        async def claimed(log: Any) -> None:
            if await log.fetchval("SELECT count(*) FROM sms_emulator.sandbox") >= most:
                raise ValueError(full(most))
            made = await log.fetchval("INSERT INTO sms_emulator.sandbox VALUES ($1, $2, $3) ON CONFLICT (id) DO "
                                      "NOTHING RETURNING number", number, name, self.number)  # fmt: skip
            if made is None:
                raise KeyError(f"sandbox {name}")
            columns = [list(column) for column in zip(*keys, strict=True)] or [[], [], []]
            got = await log.fetch("INSERT INTO sms_emulator.credential SELECT *, $4::bigint FROM unnest($1::text[], "
                                  "$2::text[], $3::text[]) ON CONFLICT DO NOTHING RETURNING provider, kind, name",
                                  *columns, number)  # fmt: skip
            taken = set(keys) - {tuple(row) for row in got}
            if taken:
                raise KeyError(" ".join(min(taken)))

        await self._store.change(claimed)

    async def take(self, whose: int, place: Callable[[str, Sequence[int]], int], among: Iterable[int]) -> bool:
        """What a node has that lives no more goes to those that do, each sandbox where `place` says; or our own, when
        we leave. False: it lives, or another one was quicker."""
        others = sorted(set(among) - {whose})

        async def taken(log: Any) -> bool:
            if whose != self.number and not await log.fetchval(
                "SELECT pg_try_advisory_xact_lock($1, $2)", LOCKS, whose
            ):
                return False
            await log.execute("DELETE FROM sms_emulator.sandbox WHERE owner = $1 AND head IS NULL", whose)
            found = await log.fetch("SELECT number, id FROM sms_emulator.sandbox WHERE owner = $1", whose)
            if found:
                await log.execute(
                    "UPDATE sms_emulator.sandbox SET owner = new.owner FROM unnest($1::bigint[], $2::integer[]) AS new "
                    "(number, owner) WHERE sandbox.number = new.number", [number for number, _ in found],
                    [place(name, others) for _, name in found],
                )  # fmt: skip
            if whose != self.number:  # who leaves is there until its session ends: it still answers
                await log.execute("DELETE FROM sms_emulator.node WHERE number = $1", whose)
            await log.execute(f"NOTIFY {CHANNEL}")
            return True

        return bool(await self._store.change(taken))

    async def leaving(self) -> None:
        """Nothing new is placed here any more."""
        await self._store.change(lambda log: log.execute(
            "UPDATE sms_emulator.node SET leaving = true WHERE number = $1", self.number))  # fmt: skip
        await self.tell()

    async def put_out(self, hung: Member) -> None:
        """The session of a node that hangs ends. Needs the same role, or pg_signal_backend."""
        await self._store.ask(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = $1::integer::oid "
            "AND objid = $2::integer::oid AND objsubid = 2 AND pid = $3", LOCKS, hung.number, hung.session,
        )  # fmt: skip

    async def log_out(self, log_in: bytes, lasts: float) -> None:
        """As LogOuts of the control API has it; what is older than so many seconds goes."""

        async def written(log: Any) -> None:
            await log.execute("DELETE FROM sms_emulator.ended WHERE at < now() - make_interval(secs => $1)", lasts)
            await log.execute("INSERT INTO sms_emulator.ended (log_in) VALUES ($1) ON CONFLICT DO NOTHING", log_in)

        with self._needed():
            await self._store.change(written)

    async def logged_out(self, log_in: bytes) -> bool:
        with self._needed():
            return bool(await self._store.ask("SELECT FROM sms_emulator.ended WHERE log_in = $1", log_in))

    @contextmanager
    def _needed(self) -> Iterator[None]:
        """Without an answer nothing is known or done. Raises NotPersisted."""
        try:
            yield
        except FAILURES as wrong:
            raise NotPersisted(f"The {self._store.name} does not answer: {told(wrong)}. Nothing was done.") from None

    async def tell(self) -> None:
        await self._store.change(lambda log: log.execute(f"NOTIFY {CHANNEL}"))


async def _fit(log: Any, watch: Any, where: str) -> None:
    """Is it a database that we can use? Raises Unusable."""
    version = int(await log.fetchval("SHOW server_version_num"))
    if version < OLDEST:
        raise Unusable(f"the database {where} is PostgreSQL {version // 10000}; {OLDEST // 10000} or later is needed")
    if await pooled(log, watch):
        raise Unusable(
            f"between us and the database {where} stands a pooler in transaction mode, through which locks of a "
            "session are lost: give the address of PostgreSQL itself, or of a pooler in session mode"
        )
    theirs = await log.fetchval("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")
    apart = (real_now() - theirs) / SECOND
    if abs(apart) > _CLOCKS_APART:
        raise Unusable(
            f"the clock of this machine is {abs(apart):.0f} s {'ahead of' if apart > 0 else 'behind'} that of the "
            f"database {where}: sandboxes would jump in time when another node takes over; set it right"
        )


async def pooled(one: Any, other: Any) -> bool:
    """Do two sessions share what runs them? While one is within a transaction, the other gets another backend."""
    before = await one.fetchval("SELECT pg_backend_pid()")
    async with other.transaction():
        theirs = await other.fetchval("SELECT pg_backend_pid()")
        after = await one.fetchval("SELECT pg_backend_pid()")
    return bool(before == theirs or before != after)
