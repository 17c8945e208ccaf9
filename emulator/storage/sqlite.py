"""The state file: SQLite, one process at a time. Its rows are octets with a check; what they mean is in records.py.

Write-ahead log and `synchronous=NORMAL`: what is committed outlives the process however it ends. When the machine
itself stops, the newest commits may be missing, and the file is whole all the same.
"""

import logging
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from zlib import crc32

import msgspec

from emulator.sandboxes.change_log import Unusable
from emulator.storage import wal
from emulator.storage.records import FORMAT, READ, Damaged, checked, unpack_head
from emulator.storage.store import Done, NotWritten, Rows, Stored
from emulator.version import __version__

_MARK = 0x534D5345
"""SMSE: says in the file's head whose it is."""
_PIECE = 1 << 20
"""A state is cut into pieces of so many bytes."""
_PATIENCE = 1.0
"""Real seconds that another process gets to let go of the file."""
SYNCHRONOUS = "NORMAL"
_WAL_PAGES = 4000
"""So large (16 MB) the write-ahead log gets before it goes into the file."""

_TABLES = """
CREATE TABLE about (word TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE sandbox (number INTEGER PRIMARY KEY, head BLOB NOT NULL, sum INTEGER NOT NULL);
CREATE TABLE world (place INTEGER PRIMARY KEY, data BLOB NOT NULL, sum INTEGER NOT NULL);
CREATE TABLE page (place INTEGER PRIMARY KEY, data BLOB NOT NULL, sum INTEGER NOT NULL);
CREATE TABLE snapshot (number INTEGER, name TEXT, data BLOB NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY (number, name));
"""
"""`place` is the sandbox's number times 2**32 and the place among its own: what belongs together stands together. A
state stands in one of two areas, so that a checkpoint is written piece by piece beside the one before."""
_AREA = 1 << 31
_ENTRIES = "CREATE TABLE IF NOT EXISTS entry (place INTEGER PRIMARY KEY, data BLOB NOT NULL, sum INTEGER NOT NULL)"
_HAS_ENTRIES = "SELECT name FROM sqlite_master WHERE name='entry'"
_OPEN = "open"
"""The word that says whether a process has the file open, or ended without closing it."""

said = logging.getLogger("emulator")


class SqliteStore:
    """An open state file, which `keeps_journal` or not. Raises Unusable; then nothing was changed."""

    def __init__(self, path: str, keeps_journal: bool = False) -> None:
        self.path = path
        self._keeps_journal = keeps_journal
        self.name = f"state file {path}"
        self._where = Path(path).absolute()
        self._look()
        try:
            with suppress(FileExistsError):  # it holds credentials and texts: nobody else reads a new one
                os.close(os.open(self._where, os.O_CREAT | os.O_EXCL, 0o600))
            self._base = sqlite3.connect(
                self._where, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
            )  # fmt: skip
        except (OSError, sqlite3.Error) as error:
            raise Unusable(f"the state file {path} cannot be opened: {error}") from None
        try:
            self._open()
        except BaseException:
            self._base.close()
            raise

    def _look(self) -> None:
        """What SQLite would say in fewer words."""
        where, log = self._where, Path(f"{self._where}-wal")
        if where.is_dir():
            raise Unusable(f"the state file {self.path} is a directory; name a file in it")
        if not where.parent.is_dir():
            raise Unusable(f"the state file {self.path} cannot be made: there is no directory {where.parent}")
        try:
            found = wal.look(log, where)
        except OSError as error:
            raise Unusable(f"the log {self.path}-wal of the state file cannot be read: {error}") from None
        if found.broken:
            raise Unusable(
                f"the state file {self.path} is damaged: {found.broken}; nothing was changed. Put copies of both files "
                f"in their place, or remove {self.path}-wal to go on without what it holds"
            )
        if found.torn:
            said.warning(
                "the log %s-wal of the state file ends in a commit that is not whole: the emulator was killed while it "
                "wrote it, before it answered; or the log was damaged since, and that commit is lost", self.path,
            )  # fmt: skip
        self._log_missing = not log.exists()
        if where.exists() and not where.stat().st_size:
            said.warning("the state file %s is there and empty: it is begun anew", self.path)
        with suppress(OSError):  # SQLite says it better
            where.touch(0o600)  # keys and passwords of sandboxes stand in it; its log gets the same mode

    def _open(self) -> None:
        path, run = self.path, self._base.execute
        try:
            run("PRAGMA locking_mode=EXCLUSIVE")
            (mark,), (form,) = run("PRAGMA application_id").fetchone(), run("PRAGMA user_version").fetchone()
            ((tables,),) = run("SELECT count(*) FROM sqlite_master").fetchall()
            if tables and mark != _MARK:
                raise Unusable(f"{path} is a database, but no state file of sms-emulator; nothing was changed. "
                               "Name another file")  # fmt: skip
            if tables and form not in READ:
                raise Unusable(
                    f"the state file {path} has format {form}, written by sms-emulator {self._word('version')}; this "
                    f"one ({__version__}) reads format {FORMAT}. Nothing was changed: use the emulator that wrote it, "
                    "or another file"
                )
            (health,) = run("PRAGMA quick_check(1)").fetchone()
            if health != "ok":
                raise self.damaged(health)
            run(f"PRAGMA synchronous={SYNCHRONOUS}")
            run("PRAGMA journal_mode=WAL")
            run(f"PRAGMA wal_autocheckpoint={_WAL_PAGES}")
            run(f"PRAGMA journal_size_limit={_WAL_PAGES * 4096}")
            run("BEGIN IMMEDIATE")
            if not tables:
                for statement in filter(str.strip, _TABLES.split(";")):
                    run(statement)
                run(f"PRAGMA application_id={_MARK}")
                self.put_word("version", __version__)
                run(f"PRAGMA user_version={FORMAT}")
            if tables and self._log_missing and self._word(_OPEN) == "yes":
                said.warning(
                    "the state file %s was not closed properly, and the log %s-wal that belonged to it is not there: "
                    "what only that held is missing", path, path,
                )  # fmt: skip
            run("COMMIT")
        except sqlite3.Error as error:
            raise self._unusable(error) from None

    def _unusable(self, error: Exception) -> Unusable:
        text, path = str(error), self.path
        if "locked" in text:
            return Unusable(f"the state file {path} is in use by another process, most likely another sms-emulator; "
                            "stop that one, or name another file")  # fmt: skip
        if "not a database" in text:
            return Unusable(f"{path} is no state file of sms-emulator, nor any SQLite file; nothing was changed. "
                            "Name another file")  # fmt: skip
        if "readonly" in text or "unable to open" in text:
            return Unusable(f"the state file {path} cannot be written: {text}")
        if isinstance(error, sqlite3.OperationalError) and "malformed" not in text:
            return Unusable(f"the state file {path} cannot be used: {text}")
        return self.damaged(text)

    def damaged(self, why: str) -> Unusable:
        """What to raise for it."""
        return Unusable(f"the state file {self.path} is damaged ({' '.join(why.split())}); nothing was changed. Put a "
                        "copy of it in its place, or name another file")  # fmt: skip

    # reading

    @property
    def foreign(self) -> bool:
        """Is it of another version, or of a format that was?"""
        (form,) = self._base.execute("PRAGMA user_version").fetchone()
        return form != FORMAT or self.word("version") != __version__

    def read(self) -> list[Stored]:
        """Every sandbox, the oldest first. Raises Unusable when a row is damaged or missing."""
        try:
            heads = self._base.execute("SELECT number, head, sum FROM sandbox ORDER BY number").fetchall()
            self._no_strays()
            return [self._stored(number, checked(head, check)) for number, head, check in heads]
        except (Damaged, sqlite3.Error) as error:
            raise self._unusable(error) from None

    def _no_strays(self) -> None:
        """Everything belongs to a sandbox that is there. Raises Damaged."""
        for table, whose in (("world", "place >> 32"), ("page", "place >> 32"), ("snapshot", "number")):
            strays = f"SELECT count(*) FROM {table} WHERE {whose} NOT IN (SELECT number FROM sandbox)"
            if self._base.execute(strays).fetchone()[0]:
                raise Damaged(f"rows of a {table} belong to no sandbox")

    def _stored(self, number: int, packed: bytes) -> Stored:
        try:
            head = unpack_head(packed)
        except msgspec.MsgspecError as error:
            raise Damaged(str(error)) from None
        snapshots = self._base.execute("SELECT data, sum FROM snapshot WHERE number=? ORDER BY rowid", (number,))
        start = number << 32
        return Stored(
            number, head, b"".join(self._rows("world", start + head.area * _AREA, start + (head.area + 1) * _AREA)),
            list(self._rows("page", start + head.first, start + (1 << 32))),
            [checked(data, check) for data, check in snapshots], self._entries(number),
        )  # fmt: skip

    def _entries(self, number: int) -> list[tuple[int, bytes]]:
        """A file that was made without them has none."""
        if not (self._keeps_journal and self._base.execute(_HAS_ENTRIES).fetchone()):
            return []
        start = number << 32
        found = self._base.execute("SELECT place, data, sum FROM entry WHERE place >= ? AND place < ? ORDER BY place",
                                   (start, start + (1 << 32)))  # fmt: skip
        return [(place - start, checked(data, check)) for place, data, check in found]

    def _rows(self, table: str, first: int, end: int) -> Iterator[bytes]:
        asked = f"SELECT place, data, sum FROM {table} WHERE place >= ? AND place < ? ORDER BY place"
        for count, (place, data, check) in enumerate(self._base.execute(asked, (first, end))):
            if place != first + count:
                raise Damaged(f"row {count} of a {table} is missing")
            yield checked(data, check)

    def word(self, word: str) -> str | None:
        """A word about the file."""
        try:
            return self._word(word)
        except sqlite3.Error as error:
            raise self._unusable(error) from None

    def _word(self, word: str) -> str | None:
        found = self._base.execute("SELECT value FROM about WHERE word=?", (word,)).fetchone()
        return None if found is None else str(found[0])

    # writing

    def write(self, fill: Callable[[Rows], None], done: Done, one_row: bool = False) -> None:
        """Now, before anything else happens."""
        try:
            with self.transaction(one_row):
                fill(self)
        except NotWritten as error:
            done(str(error))
        else:
            done(None)

    @contextmanager
    def transaction(self, one_row: bool = False) -> Iterator[None]:
        """All that is put within, or nothing. `one_row`: it will be one, which needs no more. Raises NotWritten."""
        try:
            if one_row:
                yield
                return
            self._base.execute("BEGIN")
            yield
            self._base.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            raise NotWritten(str(error)) from None
        except BaseException:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        if self._base.in_transaction:
            with suppress(sqlite3.Error):
                self._base.execute("ROLLBACK")

    def mark_open(self) -> None:
        """From now on a log that is gone is missed. Raises NotWritten."""
        with self.transaction():
            self.put_word(_OPEN, "yes")
        with self.transaction(one_row=True):
            self._base.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def keep_entries(self) -> None:
        """There is a place for those of the journal, or none are left of a time when they were kept. Raises
        NotWritten."""
        with self.transaction():
            self._base.execute(_ENTRIES if self._keeps_journal else "DROP TABLE IF EXISTS entry")

    def put_version(self) -> None:
        """It is this version's from now on, and of its format."""
        self._base.execute(f"PRAGMA user_version={FORMAT}")
        self.put_word("version", __version__)

    def put_word(self, word: str, value: str) -> None:
        self._base.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (word, value))

    def put_head(self, number: int, head: bytes) -> None:
        self._base.execute("INSERT OR REPLACE INTO sandbox VALUES (?, ?, ?)", (number, head, crc32(head)))

    def put_state(self, number: int, state: bytes) -> None:
        """A checkpoint: it takes the place of the one before and of all pages."""
        self._clear("world", number)
        self._clear("page", number)
        for count, at in enumerate(range(0, len(state), _PIECE)):
            self.put_piece(number, 0, count, state[at : at + _PIECE])

    def put_piece(self, number: int, area: int, count: int, piece: bytes) -> None:
        """A part of a state, in an area; it counts as soon as a head says so."""
        place = (number << 32) + area * _AREA + count
        self._base.execute("INSERT OR REPLACE INTO world VALUES (?, ?, ?)", (place, piece, crc32(piece)))

    def drop_pieces(self, number: int, area: int, most: int) -> int:
        """At most so many pieces of an area go: how many did."""
        start = (number << 32) + area * _AREA
        return self._drop("world", start, start + _AREA, most)

    def drop_pages(self, number: int, first: int, most: int) -> int:
        """At most so many pages before page number `first` go: how many did."""
        return self._drop("page", number << 32, (number << 32) + first, most)

    def _drop(self, table: str, start: int, end: int, most: int) -> int:
        some = f"SELECT place FROM {table} WHERE place >= ? AND place < ? ORDER BY place LIMIT ?"
        return self._base.execute(f"DELETE FROM {table} WHERE place IN ({some})", (start, end, most)).rowcount

    def put_page(self, number: int, count: int, page: bytes) -> None:
        """Page number `count`."""
        self._base.execute("INSERT INTO page VALUES (?, ?, ?)", ((number << 32) + count, page, crc32(page)))

    def put_snapshot(self, number: int, name: str, data: bytes) -> None:
        self._base.execute("INSERT OR REPLACE INTO snapshot VALUES (?, ?, ?, ?)", (number, name, data, crc32(data)))

    def put_entry(self, number: int, order: int, entry: bytes) -> None:
        place = (number << 32) + order
        self._base.execute("INSERT OR REPLACE INTO entry VALUES (?, ?, ?)", (place, entry, crc32(entry)))

    def drop_entries(self, number: int, first: int, most: int) -> int:
        return self._drop("entry", number << 32, (number << 32) + first, most)

    def forget(self, number: int) -> None:
        """A sandbox is gone."""
        if self._keeps_journal:
            self._clear("entry", number)
        for table in ("sandbox", "snapshot"):
            self._base.execute(f"DELETE FROM {table} WHERE number=?", (number,))
        self._clear("world", number)
        self._clear("page", number)

    def _clear(self, table: str, number: int) -> None:
        places = (number << 32, (number + 1) << 32)
        self._base.execute(f"DELETE FROM {table} WHERE place >= ? AND place < ?", places)

    def close(self, well: bool = False) -> None:
        """The write-ahead log goes into the file, and the file is free. `well`: everything was written."""
        if well:
            with suppress(sqlite3.Error):
                self.put_word(_OPEN, "no")
        self._base.close()
