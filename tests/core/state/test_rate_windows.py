"""Sliding windows of sandbox time."""

from emulator.core.state.rate_windows import RateWindows
from emulator.core.units import SECOND, Chance, amount, plain, seconds


def test_what_lies_in_the_window_is_counted_and_what_left_it_is_forgotten() -> None:
    windows = RateWindows({})
    for at in (1, 5, 9):
        windows.mark(["a"], at * SECOND, 10 * SECOND)
    assert windows.within("a", 0) == 3
    assert windows.within("a", 1 * SECOND) == 2
    assert windows.oldest("a") == 5 * SECOND
    assert windows.within("a", 9 * SECOND) == 0
    assert windows.marks == {}


def test_keys_do_not_count_for_each_other() -> None:
    windows = RateWindows({})
    windows.mark(["a"], 1, 10)
    assert windows.within("b", 0) == 0
    assert windows.oldest("b") is None


def test_stale_keys_are_swept_out_so_that_it_does_not_grow_with_the_traffic() -> None:
    windows = RateWindows({})
    for at in range(5000):
        windows.mark([f"k{at}"], at, 100)
    assert len(windows.marks) <= 1124
    assert windows.within("k4999", 4998) == 1


def test_windows_written_down_go_on_in_the_same_way() -> None:
    whole, first = RateWindows({}), RateWindows({})
    for at in range(3000):
        keep = 2500 if at < 2500 else 10
        whole.mark(f"k{at}", at, keep)
        first.mark(f"k{at}", at, keep)
        if at % 700 == 0:
            first = RateWindows({key: list(marks) for key, marks in first.marks.items()})
    assert whole.marks == first.marks


def test_amounts_are_read_and_shown_as_people_write_them() -> None:
    assert amount(0.29) == 2900
    assert plain(10_000_000) == 1000
    assert plain(15_000) == 1.5
    assert isinstance(plain(10_000_000), int)
    assert seconds(0.1) == 100_000


def test_chance_of_one_seed_is_the_same_from_wherever_it_goes_on() -> None:
    one, two = Chance(7), Chance(7)
    drawn = [one.draw() for _ in range(10)]
    assert [two.draw() for _ in range(4)] == drawn[:4]
    assert [Chance(7, 4).draw()] == drawn[4:5]
    assert all(0 <= n < 1 for n in drawn)
    assert Chance(8).draw() != drawn[0]
    assert {Chance(seed).between(1, 3) for seed in range(50)} == {1, 2, 3}
