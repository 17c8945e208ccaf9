"""A million messages stay small and are found without looking through them."""

import tracemalloc
from zlib import crc32

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.core.engine.engine import Engine
from emulator.core.messages import Batch
from emulator.core.state.hash_index import HashIndex
from emulator.core.state.message_store import MessageStore
from emulator.core.state.paged_list import CacheSize
from emulator.core.state.sandbox_state import SandboxState
from tests.core.engine.test_replay import PROFILES, dated, fresh, inputs, played

AT = 1_760_000_000_000_000
MANY = 20_000


def filled(count: int, room: CacheSize | None = None) -> MessageStore:
    store = MessageStore(room=room)
    for number in range(1, count + 1):
        text = f"Your code is {number:06}, valid for ten minutes, and for you alone."[:60]
        batch = Batch(
            number, "smsoffice" if number % 2 else "smscenter", "http", None if number % 2 else f"{number + 7}",
            "smsoffice", text, f"r{number}", "gsm7", 1, 10_000, AT + number, AT + number, False, False, True, {},
        )  # fmt: skip
        status = "undelivered" if number == 777 else "pending"
        store.add(batch, [number_of(number)], status, 0)
        store.evict()
    return store


def number_of(message: int) -> str:
    return f"99557{message * 7919 % 10_000_000:07}"


@pytest.fixture(scope="module")
def store() -> MessageStore:
    return filled(MANY, CacheSize(pages=16))


def unpacked(store: MessageStore) -> int:
    """How many pages were unpacked so far."""
    return store.messages.unpacked + store.batches.unpacked


@given(st.lists(inputs, max_size=30))
def test_a_store_that_packs_at_once_is_byte_for_byte_one_that_never_does(made: list) -> None:
    given_inputs = dated(made)
    straight = fresh()
    small = CacheSize(bits=1, pages=1)
    packing, never = (
        Engine(SandboxState(fresh().state.packed(), room), PROFILES) for room in (small, CacheSize(1, 1_000_000))
    )
    assert played(packing, given_inputs) == played(never, given_inputs) == played(straight, given_inputs)
    assert packing.state.dump() == never.state.dump()
    said = (one.state.dumped() for one in (packing, never, straight))
    assert len({msgspec.msgpack.encode((head, *map(list, long))) for head, long in said}) == 1
    assert packing.state.store.by_status == never.state.store.by_status


def test_a_message_takes_no_more_than_300_bytes_with_all_that_finds_it() -> None:
    tracemalloc.start()
    try:
        store = filled(MANY, CacheSize(pages=16))
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(store.messages) == MANY
    assert taken / MANY < 300


def test_what_is_asked_for_by_index_unpacks_no_page(store: MessageStore) -> None:
    before = unpacked(store)
    assert [one.id for one in store.to_number(number_of(4711))] == [4711]
    assert [one.id for one in store.newest_to(number_of(4712))] == [4712]
    assert store.with_reference("smsoffice", "r4713") == [4713]
    assert store.with_reference("smsoffice", "r4713", number_of(4713)) == [4713]
    assert store.with_reference("smsoffice", "r4713", number_of(4714)) == []
    assert store.with_provider_id("smscenter", "4721") == [4714]
    assert store.newest_with("smscenter", "4721", number_of(4714)) == 4714
    assert store.taken("smscenter", "4721")
    assert not store.taken("smscenter", "4720")
    assert not store.taken("smsoffice", "4721")
    assert unpacked(store) == before


def test_a_list_by_status_or_text_unpacks_only_the_pages_that_have_it(store: MessageStore) -> None:
    before = unpacked(store)
    in_use = 16 * 32
    assert [one.id for one in store.likely(0, "undelivered") if one.status == "undelivered"] == [777]
    assert unpacked(store) == before + 1
    assert 4715 in [one.id for one in store.likely(4000, text="is 004715,")]
    assert unpacked(store) == before + 2
    assert list(store.likely(0, provider="ubill")) == []
    assert len(list(store.likely(0, text="no such thing"))) == in_use
    assert 777 in [one.id for one in store.newest(MANY, "undelivered")]
    assert unpacked(store) == before + 3


def test_a_page_that_was_only_read_is_not_packed_again() -> None:
    store = filled(200, CacheSize(bits=2, pages=2))
    before = store.batches.packed()
    assert [store.batches.near(number).id for number in range(40)] == list(range(1, 41))
    store.evict()
    assert all(one is other for one, other in zip(before[:40], store.batches.packed(), strict=False))


@pytest.mark.parametrize("counted", [True, False])
def test_an_index_finds_all_ids_of_a_key_in_their_order_however_many_it_has_and_whenever_it_is_asked(counted) -> None:
    index, kept = HashIndex(counted), dict[int, list[int]]()
    odd = 0
    for first in range(1, 6001, 30):
        numbers = range(first, first + 30)
        keys = [crc32(b"%d" % (7, number, number % 50)[number % 3]) for number in numbers]
        index.add(keys, numbers)
        for key, number in zip(keys, numbers, strict=True):
            kept.setdefault(key, []).append(number)
        for key in list(kept) if first % 900 == 1 else ():
            found = list(index.find(key))
            assert sorted(found) == found
            assert set(found) >= set(kept[key])
            odd += len(found) - len(kept[key])
    assert len(kept) > 2000
    assert odd < 100
    assert list(index.find(12345)) == []


def test_what_has_just_come_is_found_by_every_question() -> None:
    for count in range(1, 70):
        asked = [filled(count, CacheSize(bits=3, pages=2)) for _ in range(7)]
        number, name = number_of(count), count - 1 + count % 2
        assert [one.id for one in asked[0].to_number(number)] == [count]
        assert [one.id for one in asked[1].newest_to(number)] == [count]
        assert asked[2].with_reference("smscenter" if count % 2 == 0 else "smsoffice", f"r{count}") == [count]
        assert asked[3].with_reference("smsoffice", f"r{name}", number_of(name)) == [name]
        assert next(one.id for one in asked[4].newest(count + 1, provider="smsoffice")) >= name
        assert count in [one.id for one in asked[5].likely(0, "pending", text=f"is {count:06},")]
        if count > 1:
            even = count - count % 2
            assert asked[6].taken("smscenter", f"{even + 7}")
            assert asked[6].newest_with("smscenter", f"{even + 7}", number_of(even)) == even


def test_a_batch_of_many_finds_one_of_its_numbers_by_index() -> None:
    store = MessageStore(room=CacheSize(pages=16))
    for one in (1, 2):
        batch = Batch(one, "ubill", "http", f"id{one}", "s", "t", None, "gsm7", 1, 1, AT, AT, False, False, True, {})
        for number in range(3000):
            store.add(batch, [f"{number}"], "pending", 0)
    store.evict()
    before = store.messages.unpacked
    assert store.newest_with("ubill", "id1", "500") == 501
    assert store.with_provider_id("ubill", "id2", "500") == [3501]
    assert [one.id for one in store.to_number("500", after=501)] == [3501]
    assert len(store.with_provider_id("ubill", "id2")) == 3000
    assert store.messages.unpacked == before


@pytest.mark.parametrize("pages", [1, 3, 100])
def test_all_that_share_a_name_are_found_in_their_order_wherever_their_pages_lie(pages: int) -> None:
    store = MessageStore(CacheSize(bits=1, pages=pages))
    sent: dict[tuple[str, str], list[int]] = {}
    for one in range(1, 80):
        number, name, reference = f"{one % 4}", f"{one % 7}", f"{one % 5}" if one % 3 else ""
        ids = (name, f"part {one}") if one % 6 == 1 else ()
        batch = Batch(one, "smscenter", "smpp", name, "s", "t", reference or None, "gsm7", 1, 1, AT, AT, False, False,
                      True, {}, ids)  # fmt: skip
        store.add(batch, [number], "pending", 0)
        store.evict()
        for kind, named in ("to", number), ("id", name), ("reference", reference), *(("id", part) for part in ids[1:]):
            sent.setdefault((kind, named), []).append(one)
        for (kind, named), those in sent.items():
            if kind == "to":
                assert [message.id for message in store.to_number(named)] == those
            elif kind == "id":
                assert store.with_provider_id("smscenter", named) == those
            elif named:
                assert store.with_reference("smscenter", named) == those
