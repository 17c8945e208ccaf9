"""A file that cannot be used is refused with the reason and stays as it was; what cannot be written is not answered."""

import asyncio
import sqlite3
from contextlib import asynccontextmanager

import pytest
from esme import SUBMIT, Esme
from storage.crashes import begun, copied
from storage.test_restart import traffic
from support import PATIENCE, control, get, request, send_path, serving
from wires import Wire, settled

from emulator.sandboxes.change_log import Unusable
from emulator.sandboxes.spec import NewSandbox
from emulator.smpp import CommandId
from emulator.storage import records, sqlite
from emulator.version import __version__


@pytest.fixture(autouse=True)
def quickly(monkeypatch):
    monkeypatch.setattr(sqlite, "SYNCHRONOUS", "OFF")
    monkeypatch.setattr(sqlite, "_PATIENCE", 0.01)


@pytest.fixture
def path(tmp_path):
    """A state file with two sandboxes, one message and a page behind the checkpoint; nobody has it open."""
    emulator, logbook = begun(tmp_path / "first.db")
    sandbox = emulator.create(NewSandbox(id="one", clock="frozen"))
    logbook.commit()
    traffic(sandbox, 2.0, None)
    logbook.commit()
    left = copied(tmp_path / "first.db", tmp_path / "state.db")
    logbook.give_up()
    return left


def refused(path):
    """Why the file cannot be used; it has not been changed."""
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(Unusable) as why:
        begun(path)
    assert (path.read_bytes() if path.is_file() else None) == before
    assert str(path) in str(why.value)
    return str(why.value)


def changed(path, *statements):
    """The file after somebody was at it."""
    base = sqlite3.connect(path)
    for statement in statements:
        base.execute(statement)
    base.commit()
    base.close()
    return path


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("dear diary\n" * 100)
    assert "nor any SQLite file; nothing was changed. Name another file" in refused(tmp_path / "notes.txt")


def test_somebody_elses_database_is_refused(tmp_path):
    path = changed(tmp_path / "other.db", "CREATE TABLE t (x)")
    assert "is a database, but no state file of sms-emulator; nothing was changed" in refused(path)


def test_a_directory_and_a_place_that_is_not_there_are_refused(tmp_path):
    assert "is a directory" in refused(tmp_path)
    assert "there is no directory" in refused(tmp_path / "nowhere" / "state.db")


def test_another_format_is_refused_with_the_version_that_wrote_it(path):
    changed(path, "PRAGMA user_version=99")
    assert f"has format 99, written by sms-emulator {__version__}; this one" in refused(path)


def test_inputs_of_another_version_are_refused_and_a_checkpoint_of_one_is_taken(path, tmp_path):
    changed(path, "UPDATE about SET value='0.0.1' WHERE word='version'")
    assert "was written by sms-emulator 0.0.1, which was not stopped properly" in refused(path)
    _, logbook = begun(tmp_path / "first.db")
    logbook.close()
    changed(tmp_path / "first.db", "UPDATE about SET value='0.0.1' WHERE word='version'")
    emulator, logbook = begun(tmp_path / "first.db")
    assert len(emulator.sandboxes.by_id["one"].engine.state.store.messages) == 1
    assert logbook.store.word("version") == __version__
    logbook.give_up()


def test_a_file_in_use_is_refused(path):
    _, logbook = begun(path)
    with pytest.raises(Unusable, match="is in use by another process, most likely another sms-emulator"):
        sqlite.SqliteStore(str(path))
    logbook.give_up()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE page SET data=x'00'", "UPDATE world SET data=substr(data, 2)", "UPDATE sandbox SET head=x'9a'",
        "DELETE FROM world WHERE place >= 1 << 33", "DELETE FROM page WHERE place = (SELECT min(place) FROM page)",
        "UPDATE sandbox SET sum = sum + 1", "DROP TABLE page",
    ],
)  # fmt: skip
def test_damage_is_found_and_nothing_is_written_over_it(path, damage):
    changed(path, "INSERT INTO page SELECT place + 1, data, sum FROM page", damage)
    why = refused(path)
    assert "damaged" in why or "cannot be used" in why


def test_octets_overwritten_anywhere_are_found_or_do_not_matter(path):
    changed(path, "PRAGMA wal_checkpoint(TRUNCATE)")
    whole = path.read_bytes()
    emulator, logbook = begun(path)
    expected = {name: one.engine.state.dump() for name, one in emulator.sandboxes.by_id.items()}
    logbook.give_up()
    found = 0
    for at in range(0, len(whole), 1024):
        path.write_bytes(whole[:at] + b"\xa5" * 64 + whole[at + 64 :])
        path.with_name("state.db-wal").unlink(missing_ok=True)
        try:
            emulator, logbook = begun(path)
        except Unusable:
            found += 1
            continue
        assert {name: one.engine.state.dump() for name, one in emulator.sandboxes.by_id.items()} == expected
        logbook.give_up()
    assert found > 10


def test_a_new_file_is_for_its_owner_alone(path, tmp_path):
    _, logbook = begun(tmp_path / "new.db")
    assert [(tmp_path / f"new.db{end}").stat().st_mode & 0o777 for end in ("", "-wal")] == [0o600, 0o600]
    logbook.give_up()


def test_a_check_that_does_not_fit_is_damage():
    with pytest.raises(records.Damaged):
        records.checked(b"abc", 1)


# a disk that is full


def full(served, is_full=True):
    """No page more goes into the file, or as many as it likes."""
    base = served.emulator.recorder.store._base
    (pages,) = base.execute("PRAGMA page_count").fetchone()
    base.execute(f"PRAGMA max_page_count={pages if is_full else 1 << 30}")


@asynccontextmanager
async def keeping(path, connections=0):
    """(a server with that state file, so many HTTP connections with their wires)"""
    async with serving(state=str(path)) as served:
        ends = [Wire.to(served) for _ in range(connections)]
        await asyncio.sleep(0)
        try:
            yield served, ends
        finally:
            for connection, _ in ends:
                connection.connection_lost(None)
            full(served, False)


async def test_a_request_that_cannot_be_kept_gets_500_and_later_ones_are_not_even_done(tmp_path):
    async with keeping(tmp_path / "state.db") as (served, _):
        served.emulator.default.run_at(0.0)
        await get(served.base_url + send_path(reference="before"))
        full(served)
        refusals = [await get(served.base_url + send_path(reference=f"r{number}", content="x" * 900))
                    for number in range(12)]  # fmt: skip
        said = [body.decode() for status, body in refusals if status == 500]
        assert "cannot write its state file" in said[0]
        assert "database or disk is full. It may have been done all the same" in said[0]
        assert all("Nothing was done" in one for one in said[1:])
        store = served.emulator.default.engine.state.store
        assert len(store.messages) == 1 + 12 - len(said) + 1
        status, told = await control(served, "POST", "/_emulator/sandboxes", {})
        assert status == 500
        assert told["error"]["code"] == "not-kept"
        assert (await control(served, "GET", "/_emulator/sandboxes/default/messages"))[0] == 200
        full(served, False)
        await asyncio.wait_for(served.emulator.recorder._fine.wait(), PATIENCE)
        assert (await get(served.base_url + send_path(reference="after")))[0] == 200
        emulator, logbook = begun(copied(tmp_path / "state.db", tmp_path / "left.db"))
        assert len(emulator.default.engine.state.store.messages) == len(store.messages)
        logbook.give_up()


async def test_answers_of_one_turn_wait_for_one_commit_and_say_so_where_there_is_none(tmp_path):
    asked = request(send_path())
    async with keeping(tmp_path / "state.db", 3) as (served, ends):
        recorder = served.emulator.recorder
        for times in (1, 2, 3):
            before = pages(recorder)
            for connection, _ in ends:
                connection.data_received(asked)
            assert times == 1 or [wire.octets.count(b"HTTP/1.") for _, wire in ends] == [times - 1] * 3
            for _, wire in ends:
                await settled(wire, times)
            assert times == 1 or pages(recorder) == before + 1
        full(served)
        said = []
        for _ in range(12):
            for connection, wire in ends:
                wire.written.clear()
                connection.data_received(asked.replace(b"content=", b"content=" + b"x" * 900))
                await settled(wire, 1)
                said.append(wire.octets)
        refused = [one for one in said if one.startswith(b"HTTP/1.1 500")]
        assert b"It may have been done all the same" in refused[0]
        assert all(b"Nothing was done" in one for one in refused[1:])
        assert len(served.emulator.default.engine.state.store.messages) == 9 + len(said) - len(refused) + 1
        connection, wire = ends[0]
        for times in (1, 2):
            connection.data_received(request("/_emulator/health", "localhost"))
            await settled(wire, times + 1)
        assert wire.octets.count(b"HTTP/1.1 200") == 2


def pages(recorder):
    (track,) = recorder._tracks.values()
    return track.pages


async def test_answers_that_wait_all_leave_in_the_end(tmp_path):
    async with keeping(tmp_path / "state.db", 1) as (_, ((connection, wire),)):
        for n in range(4):
            connection.data_received(request(send_path(reference=f"r{n}")))
        await settled(wire, 4)
        assert wire.octets.count(b'"Success":true') == 4


async def test_over_smpp_the_connection_breaks_in_place_of_an_answer(tmp_path):
    async with keeping(tmp_path / "state.db") as (served, _):
        esme = Esme(*await asyncio.open_connection(served.smpp_host, served.smpp_port))
        assert (await esme.bind({"system_id": "emulator", "password": "emulator"})).status == 0
        full(served)
        for number in range(100):
            esme.write(esme.made(CommandId.SUBMIT_SM, **SUBMIT, short_message=b"%d" % number + b"x" * 100))
        await esme.closed()
        answered = [pdu for pdu in esme.came if pdu.command_id == CommandId.SUBMIT_SM_RESP]
        assert len(answered) < len(served.emulator.default.engine.state.store.messages)
        await esme.close()
