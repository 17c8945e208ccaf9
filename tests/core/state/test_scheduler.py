"""What is due, in order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.core.state.scheduler import Begin, Expire, PartsEnd, Scheduler, Step


def drained(scheduler: Scheduler) -> list[int]:
    out = []
    while scheduler:
        taken = scheduler.take()
        assert isinstance(taken, Begin | Expire)
        out.append(taken.message)
    return out


def test_the_earlier_comes_first_and_of_one_moment_what_was_put_on_first() -> None:
    scheduler = Scheduler([])
    for number, at in enumerate([30, 10, 20, 10, 10]):
        scheduler.put(at, Expire(number))
    assert drained(scheduler) == [1, 3, 4, 2, 0]


def test_first_class_goes_before_the_rest_of_its_moment_only() -> None:
    scheduler = Scheduler([])
    scheduler.put(10, Expire(1))
    scheduler.put(20, Expire(2))
    scheduler.put(20, Expire(3), first=True)
    scheduler.put_each(30, 5, 1, begins=True)
    scheduler.put_each(30, 6, 2, first=True, begins=True)
    assert drained(scheduler) == [1, 3, 2, 6, 7, 5]


@pytest.mark.parametrize("item", [Begin(7, 10**6), Step(7, 10**6, 0), Step(7, 0, 10**6)])
def test_a_version_or_a_place_too_great_to_be_packed_is_kept_all_the_same(item: Begin | Step) -> None:
    scheduler = Scheduler([])
    scheduler.put(10, item)
    scheduler.put(10, item)
    assert [scheduler.take() for _ in range(2)] == [item, item]


def test_what_is_dropped_counts_no_more() -> None:
    scheduler = Scheduler([])
    scheduler.put(10, PartsEnd("plain"))
    scheduler.put(20, Expire(1))
    scheduler.drop(PartsEnd("plain"))
    assert (len(scheduler), scheduler.due) == (1, 20)


def test_due_tells_when_the_next_one_is() -> None:
    scheduler = Scheduler([])
    scheduler.put(10, Expire(1))
    assert scheduler.due == 10
    assert scheduler.take() == Expire(1)
    assert scheduler.due is None
    assert len(scheduler) == 0


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), max_size=40), st.integers(0, 40))
def test_the_order_does_not_hang_on_when_the_agenda_was_written_down(puts: list[tuple[int, bool]], cut: int) -> None:
    whole, first = Scheduler([]), Scheduler([])
    for number, (at, before) in enumerate(puts):
        whole.put(at, Expire(number), before)
        if number == cut:
            first = Scheduler(list(first.entries()), first.counted)
        first.put(at, Expire(number), before)
    expected = [n for _, _, n in sorted((at, not before, n) for n, (at, before) in enumerate(puts))]
    assert drained(whole) == drained(first) == expected
