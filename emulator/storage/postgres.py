"""A PostgreSQL database as the store of one node among several: the log, checkpoints and snapshots of the sandboxes
that the node owns. Whose they are stands in postgres_nodes.py.

One session, the log session, writes everything, and holds an advisory lock while it lives: who lost that session cannot
write any more, and who gets its lock knows that. No clock decides.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import asyncpg
import msgspec

from emulator.sandboxes.change_log import Unusable
from emulator.storage.records import Damaged, unpack_head
from emulator.storage.store import Batch, Done, Rows, Stored

OLDEST = 130000
"""As `server_version_num` has it."""
_PIECE = 1 << 20
_PATIENCE = 5.0
"""Real seconds that PostgreSQL gets for an answer; then the session counts as lost."""
_READING = 60.0
"""The same for whole sandboxes; and a second more for so many bytes that are written:"""
_A_SECOND = 1 << 20
LOCKS = 0x534D5345
"""SMSE: the first half of our advisory locks."""
_ALIVE = {"tcp_keepalives_idle": "2", "tcp_keepalives_interval": "1", "tcp_keepalives_count": "3"}
FAILURES = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)

SCHEMA = """
CREATE TABLE IF NOT EXISTS sms_emulator.about (word text PRIMARY KEY, value text NOT NULL);
CREATE SEQUENCE IF NOT EXISTS sms_emulator.node_number AS integer;
CREATE TABLE IF NOT EXISTS sms_emulator.node (
    number integer PRIMARY KEY, url text NOT NULL, version text NOT NULL, leaving boolean NOT NULL DEFAULT false,
    session integer NOT NULL, watch integer NOT NULL);
CREATE TABLE IF NOT EXISTS sms_emulator.sandbox (
    number bigint PRIMARY KEY, id text UNIQUE NOT NULL, owner integer NOT NULL REFERENCES sms_emulator.node,
    head bytea);
CREATE INDEX IF NOT EXISTS sandbox_owner ON sms_emulator.sandbox (owner);
CREATE TABLE IF NOT EXISTS sms_emulator.credential (
    provider text, kind text, name text, number bigint NOT NULL REFERENCES sms_emulator.sandbox ON DELETE CASCADE,
    PRIMARY KEY (provider, kind, name));
CREATE INDEX IF NOT EXISTS credential_number ON sms_emulator.credential (number);
CREATE TABLE IF NOT EXISTS sms_emulator.world (
    number bigint, area integer, count integer, data bytea NOT NULL, PRIMARY KEY (number, area, count));
CREATE TABLE IF NOT EXISTS sms_emulator.page (
    number bigint, count bigint, data bytea NOT NULL, PRIMARY KEY (number, count));
CREATE TABLE IF NOT EXISTS sms_emulator.entry (
    number bigint, place bigint, data bytea NOT NULL, PRIMARY KEY (number, place));
CREATE TABLE IF NOT EXISTS sms_emulator.snapshot (
    number bigint, name text, place bigserial, data bytea NOT NULL, PRIMARY KEY (number, name));
CREATE TABLE IF NOT EXISTS sms_emulator.ended (
    log_in bytea PRIMARY KEY, at timestamptz NOT NULL DEFAULT now());
"""
FORMAT = "1"
_READS = (
    "SELECT number, head FROM sms_emulator.sandbox WHERE number = ANY($1) AND head IS NOT NULL ORDER BY number",
    "SELECT number, area, count, data FROM sms_emulator.world WHERE number = ANY($1) ORDER BY number, area, count",
    "SELECT number, count, data FROM sms_emulator.page WHERE number = ANY($1) ORDER BY number, count",
    "SELECT number, data FROM sms_emulator.snapshot WHERE number = ANY($1) ORDER BY number, place",
    "SELECT number, place, data FROM sms_emulator.entry WHERE number = ANY($1) ORDER BY number, place",
)
"""All of some sandboxes, as it stood at one moment."""
_PAGES = "INSERT INTO sms_emulator.page SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[])"
_ENTRIES = ("INSERT INTO sms_emulator.entry SELECT * FROM unnest(${}::bigint[], ${}::bigint[], ${}::bytea[]) ON "
            "CONFLICT (number, place) DO UPDATE SET data = excluded.data")  # fmt: skip
_MANY = {"put_page": _PAGES, "put_entry": _ENTRIES.format(1, 2, 3)}
_BOTH = f"WITH pages AS ({_PAGES}) {_ENTRIES.format(4, 5, 6)}"
"""Nearly always a commit is one of them alone, or both: one way to PostgreSQL and back."""


class Statement(NamedTuple):
    """SQL with what belongs into its places."""

    sql: str
    values: tuple[Any, ...]


def shown(address: str) -> str:
    """An address without its password."""
    parts = urlsplit(address)
    where = parts.hostname or "localhost"
    return f"{parts.scheme}://{where}{f':{parts.port}' if parts.port else ''}{parts.path}"


async def session(address: str) -> "asyncpg.Connection[Any]":
    """A new one. Raises Unusable."""
    try:
        made = await asyncpg.connect(
            address, timeout=_PATIENCE, command_timeout=_PATIENCE,
            server_settings={"application_name": "sms-emulator", **_ALIVE},
        )  # fmt: skip
    except (*FAILURES, ValueError) as error:
        raise Unusable(f"the database {shown(address)} cannot be used: {told(error)}") from None
    return made


async def have_tables(log: Any) -> None:
    """Who may not create a schema may use one that was made for it. Raises Unusable."""
    role, database, there = await log.fetchrow(
        "SELECT current_user, current_database(), to_regnamespace('sms_emulator') IS NOT NULL")  # fmt: skip
    try:
        if not there:
            await log.execute("CREATE SCHEMA sms_emulator")
        await log.execute(SCHEMA)
    except asyncpg.InsufficientPrivilegeError as wrong:
        raise Unusable(
            f"the role {role} may not make its tables in the database {database} ({told(wrong)}): let the database's "
            f'owner say CREATE SCHEMA sms_emulator AUTHORIZATION "{role}", or GRANT CREATE ON DATABASE "{database}" TO '
            f'"{role}"'
        ) from None


def told(error: BaseException) -> str:
    """An error in words, on one line. A transaction whose time is up cannot be rolled back either."""
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return "PostgreSQL did not answer in time"
    return " ".join(str(error).split()) or type(error).__name__


class PostgresStore:
    """`lost` is called once when the log session has ended without us."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.name = f"database {shown(address)}"
        self.lost: Callable[[], None] = lambda: None
        self._log: asyncpg.Connection[Any]
        self._watch: asyncpg.Connection[Any]
        self._one_at_a_time = asyncio.Lock()
        self._asking = asyncio.Lock()
        self._writing: set[asyncio.Task[None]] = set()

    async def open(self, log: "asyncpg.Connection[Any]", watch: "asyncpg.Connection[Any]") -> None:
        """From now on these sessions are used."""
        self._log, self._watch = log, watch
        self._one_at_a_time, self._asking = asyncio.Lock(), asyncio.Lock()
        for one in (log, watch):
            one.add_termination_listener(lambda ended: self._ended(ended))

    def _ended(self, ended: Any) -> None:
        if ended in (self._log, self._watch):
            self.lost()

    async def read(self, numbers: Sequence[int]) -> list[Stored]:
        """Sandboxes as they stand there, the oldest first. Raises Damaged, or one of FAILURES."""
        async with self._asking, self._watch.transaction(isolation="repeatable_read", readonly=True):
            heads, *rest = [await self._watch.fetch(sql, numbers, timeout=_READING) for sql in _READS]
        by_number = [_grouped(rows) for rows in rest]
        return [_stored(number, head, *(rows.get(number, []) for rows in by_number)) for number, head in heads]

    async def ask(self, sql: str, *values: Any, patience: float = _PATIENCE) -> list[Any]:
        """Rows, by the session that does not write. Raises one of FAILURES."""
        async with self._asking:
            return list(await self._watch.fetch(sql, *values, timeout=patience))

    async def change(self, change: "Callable[[asyncpg.Connection[Any]], Any]") -> Any:
        """A transaction of the log session, between two writes. Raises one of FAILURES."""
        async with self._one_at_a_time, self._log.transaction():
            return await change(self._log)

    def write(self, fill: Callable[[Rows], None], done: Done, one_row: bool = False) -> None:
        batch = Batch()
        fill(batch)
        task = asyncio.get_running_loop().create_task(self._write(batch.calls, done))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def _write(self, calls: Sequence[tuple[str, tuple[Any, ...]]], done: Done) -> None:
        why = None
        statements = list(statements_of(calls))
        if [one.sql for one in statements] == [*_MANY.values()]:
            statements = [Statement(_BOTH, statements[0].values + statements[1].values)]
        size = sum(len(value) for _, values in calls for value in values if isinstance(value, bytes))
        patience = _PATIENCE + size / _A_SECOND
        try:
            async with self._one_at_a_time:
                if len(statements) == 1:
                    await self._log.execute(statements[0].sql, *statements[0].values, timeout=patience)
                else:
                    async with self._log.transaction():
                        for sql, values in statements:
                            await self._log.execute(sql, *values, timeout=patience)
        except FAILURES as error:
            why = told(error)
            if not isinstance(error, asyncpg.PostgresError):
                self.cut()
        done(why)

    def cut(self) -> None:
        """The sessions end at once: whoever holds on to their locks is free to take what was ours."""
        for one in (self._log, self._watch):
            if not one.is_closed():
                one.terminate()

    def close(self, well: bool = False) -> None:
        self.cut()

    async def leave(self) -> None:
        """The sessions end politely."""
        for one in (self._watch, self._log):
            with suppress(*FAILURES):
                await one.close(timeout=_PATIENCE)


def statements_of(calls: Iterable[tuple[str, tuple[Any, ...]]]) -> Iterator[Statement]:
    """The SQL of what a transaction puts; pages or entries that stand beside each other in one statement."""
    for name, same in groupby(calls, key=lambda call: call[0]):
        if name in _MANY:
            yield Statement(_MANY[name], tuple(map(list, zip(*(values for _, values in same), strict=True))))
        else:
            for _, values in same:
                yield from _STATEMENTS[name](*values)


def _put_state(number: int, state: bytes) -> Iterator[Statement]:
    yield Statement("DELETE FROM sms_emulator.world WHERE number = $1", (number,))
    yield Statement("DELETE FROM sms_emulator.page WHERE number = $1", (number,))
    pieces = [state[at : at + _PIECE] for at in range(0, len(state), _PIECE)]
    yield Statement("INSERT INTO sms_emulator.world SELECT $1, 0, place - 1, data FROM unnest($2::bytea[]) "
                    "WITH ORDINALITY AS piece (data, place)", (number, pieces))  # fmt: skip


def _forget(number: int) -> Iterator[Statement]:
    for table in ("world", "page", "entry", "snapshot", "sandbox"):
        yield Statement(f"DELETE FROM sms_emulator.{table} WHERE number = $1", (number,))


_STATEMENTS: dict[str, Callable[..., Iterable[Statement]]] = {
    "put_head": lambda number, head: [
        Statement("UPDATE sms_emulator.sandbox SET head = $2 WHERE number = $1", (number, head))],
    "put_state": _put_state,
    "put_piece": lambda *values: [Statement(
        "INSERT INTO sms_emulator.world VALUES ($1, $2, $3, $4) ON CONFLICT (number, area, count) DO UPDATE SET "
        "data = excluded.data", values)],
    "drop_pieces": lambda *values: [
        Statement("DELETE FROM sms_emulator.world WHERE number = $1 AND area = $2", values)],
    "drop_pages": lambda *values: [
        Statement("DELETE FROM sms_emulator.page WHERE number = $1 AND count < $2", values)],
    "drop_entries": lambda *values: [
        Statement("DELETE FROM sms_emulator.entry WHERE number = $1 AND place < $2", values)],
    "put_snapshot": lambda *values: [Statement(
        "INSERT INTO sms_emulator.snapshot (number, name, data) VALUES ($1, $2, $3) ON CONFLICT (number, name) DO "
        "UPDATE SET data = excluded.data, place = excluded.place", values)],
    "forget": _forget,
}  # fmt: skip


def _grouped(rows: list[Any]) -> dict[int, list[Any]]:
    """Rows by the sandbox that stands first in them."""
    return {number: list(same) for number, same in groupby(rows, key=lambda row: int(row[0]))}


def _stored(
    number: int, packed: bytes, worlds: list[Any], pages: list[Any], snapshots: list[Any], entries: list[Any]
) -> Stored:  # fmt: skip
    try:
        head = unpack_head(packed)
    except msgspec.MsgspecError as error:
        raise Damaged(str(error)) from None
    pieces = [(count, data) for _, area, count, data in worlds if area == head.area]
    logged = [(count, data) for _, count, data in pages if count >= head.first]
    for what, rows, first in (("world", pieces, 0), ("page", logged, head.first)):
        if [count for count, _ in rows] != list(range(first, first + len(rows))):
            raise Damaged(f"a row of a {what} is missing")
    return Stored(
        number, head, b"".join(data for _, data in pieces), [data for _, data in logged],
        [data for _, data in snapshots], [(place, data) for _, place, data in entries],
    )  # fmt: skip
