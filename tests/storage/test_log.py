"""The write-ahead log beside the state file, damaged: refused or told, never taken for what was."""

import pytest
from storage.crashes import begun, copied
from storage.test_restart import traffic

from emulator.sandboxes.change_log import Unusable
from emulator.sandboxes.spec import NewSandbox
from emulator.storage import sqlite, wal

FRAME = 24 + 4096
HEAD = 32


@pytest.fixture(autouse=True)
def quickly(monkeypatch):
    monkeypatch.setattr(sqlite, "SYNCHRONOUS", "OFF")


@pytest.fixture
def left(tmp_path):
    """What a kill leaves after six commits: the file, its log, and how many messages there were."""
    emulator, logbook = begun(tmp_path / "first.db")
    sandbox = emulator.create(NewSandbox(id="one", clock="frozen"))
    for _ in range(6):
        traffic(sandbox, 2.0, None)
        assert logbook.commit()
    path = copied(tmp_path / "first.db", tmp_path / "state.db")
    logbook.give_up()
    return path, len(sandbox.engine.state.store.messages)


def log_of(path):
    return path.with_name(path.name + "-wal")


def begins(path, caplog):
    """How many messages are there, and what was said; None: refused, and nothing was changed."""
    before = path.read_bytes(), log_of(path).read_bytes() if log_of(path).exists() else b""
    caplog.clear()
    try:
        emulator, logbook = begun(path)
    except Unusable as why:
        assert (path.read_bytes(), log_of(path).read_bytes() if log_of(path).exists() else b"") == before
        return None, str(why)
    there = len(emulator.sandboxes.by_id["one"].engine.state.store.messages) if "one" in emulator.sandboxes.by_id else 0
    logbook.give_up()
    return there, caplog.text


def test_a_log_as_it_was_left_is_taken_whole_and_nothing_is_said(left, caplog):
    path, messages = left
    assert wal.look(log_of(path), path) == wal.Log()
    assert begins(path, caplog) == (messages, "")


def test_a_flipped_bit_anywhere_in_the_log_is_refused_or_told(left, tmp_path, caplog):
    path, messages = left
    whole, database = log_of(path).read_bytes(), path.read_bytes()
    refusals = 0
    for number, at in enumerate([*range(HEAD), *range(HEAD, len(whole), 97)]):
        again = tmp_path / f"{number}.db"
        again.write_bytes(database)
        log_of(again).write_bytes(whole[:at] + bytes([whole[at] ^ 1 << number % 8]) + whole[at + 1 :])
        there, said = begins(again, caplog)
        if there is None:
            refusals += 1
            assert "is damaged" in said
            assert "nothing was changed" in said
        elif there != messages:
            assert "ends in a commit that is not whole" in said, at
    assert refusals > 50


@pytest.mark.parametrize("left_of_it", ["", "gone"])
def test_a_file_that_is_empty_or_gone_beside_its_log_is_refused(left, caplog, left_of_it):
    path, _ = left
    if left_of_it:
        path.unlink()
        path.touch()
    path.write_bytes(b"")
    there, said = begins(path, caplog)
    assert there is None
    assert "the file that belongs to it is empty or gone" in said


def test_a_log_that_is_gone_is_told(left, caplog):
    path, messages = left
    log_of(path).unlink()
    there, said = begins(path, caplog)
    assert there < messages
    assert "-wal that belonged to it is not there: what only that held is missing" in said


def test_an_empty_file_is_begun_anew_and_that_is_told(tmp_path, caplog):
    (tmp_path / "empty.db").touch()
    assert begins(tmp_path / "empty.db", caplog)[1].count("is there and empty: it is begun anew") == 1


def test_a_file_that_was_closed_well_needs_no_log(tmp_path, caplog):
    _, logbook = begun(tmp_path / "state.db")
    logbook.close()
    assert not log_of(tmp_path / "state.db").exists()
    assert begins(tmp_path / "state.db", caplog) == (0, "")


def test_rows_that_belong_to_no_sandbox_are_damage(left, caplog):
    from storage.test_sqlite import changed

    path, _ = left
    changed(path, "DELETE FROM sandbox WHERE number > 1")
    assert "belong to no sandbox" in begins(path, caplog)[1]


def test_a_last_commit_that_was_cut_off_is_as_if_it_had_not_been(left, caplog):
    path, messages = left
    whole = log_of(path).read_bytes()
    log_of(path).write_bytes(whole[: -FRAME // 2])
    assert begins(path, caplog) == (messages - 1, "")
