"""A paged list is a list, however little of it is kept unpacked."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.core.state.paged_list import CacheSize, PagedList


class Thing(msgspec.Struct):
    number: int
    word: str = ""


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(1, 11)), st.tuples(st.just("change"), st.integers(0, 99)),
        st.tuples(st.just("near"), st.integers(0, 99)), st.tuples(st.just("evict"), st.just(0)),
    ), max_size=30,
)  # fmt: skip


@given(STEPS, st.integers(1, 3))
def test_it_holds_what_a_list_would_and_keeps_no_more_pages_unpacked_than_it_may(steps, most) -> None:
    packed: list[list[Thing]] = []
    things = PagedList(Thing, "number", lambda number: 1 << number % 7, CacheSize(2, most))
    things.packs = packed.append
    plain: list[tuple[int, str]] = []
    for step, number in steps:
        match step:
            case "add":
                new = [Thing(len(plain) + one) for one in range(number)]
                plain += [(one.number, "") for one in new]
                things.extend(new)
            case "change" if plain:
                at = number % len(plain)
                things.take(at).word = f"word {number}"
                plain[at] = (at, f"word {number}")
            case "near" if plain:
                assert things.near(number % len(plain)).number == number % len(plain)
            case "evict":
                things.evict()
                assert len(things.live) <= max(most, 1)
        assert [(one.number, one.word) for one in things] == plain
    assert [one.number for page in packed for one in page] == [*range(4 * len(packed))]
    assert [*range(len(packed), things.pages)] == [page for page in things.live if page >= len(packed)]
    assert things.tail == (things.page(things.pages - 1) if plain else [])
    assert len(things) == len(plain)
    assert [one.number for one in reversed(things)] == [*range(len(plain))][::-1]
    assert [things[at - len(plain)].number for at in range(2 * len(plain))] == [*range(len(plain))] * 2
    assert [(one.number, one.word) for one in things.unpack(things.packed())] == plain
    assert things.pages == len(things.packed()) == -(-len(plain) // 4)
    for page in range(things.pages):
        there = plain[4 * page : 4 * page + 4]
        assert [one.number for one in things.page(page)] == [number for number, _ in there]
        held = {number % 7 for number, _ in there}
        assert {bit for bit in range(7) if things.may_hold(page, 1 << bit)} == held
    for beyond in (len(plain), -len(plain) - 1):
        with pytest.raises(IndexError):
            things[beyond]
