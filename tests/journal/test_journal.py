"""The journal: bounded by bytes for each sandbox and for all, the oldest going first, and it says how many went."""

from itertools import islice
from types import SimpleNamespace

import msgspec

from emulator.core.commands import Submit
from emulator.http.messages import HttpReply, HttpRequest
from emulator.journal import Attempt, Exchange, Journal, MemoryLimit


def exchange(text: str = "", size: int = 0) -> Exchange:
    request = HttpRequest(method="POST", target=f"/{text}", body=b"x" * size)
    return Exchange(
        id=0, at=1, provider="p", protocol="http", operation="send", request=request, request_size=0,
        reply=HttpReply(body=b"answer"), reply_size=0, command=None, outcome=None, word="accepted",
    )  # fmt: skip


def attempt(number: int) -> Attempt:
    return Attempt(
        id=number, message=1, provider="p", attempt=1, at=1, status="delivered", changed_at=1, reason="", error=0,
        request=HttpRequest(method="GET", target="http://x/"),
    )  # fmt: skip


def targets(journal: Journal) -> list[str]:
    return [one.request.target for one in journal.exchanges()]


def test_what_is_kept_comes_back_as_it_was():
    journal = Journal()
    kept = journal.write(exchange("a"))
    assert journal.exchange(kept.id) == kept
    assert kept.reply == HttpReply(body=b"answer")


def test_a_full_journal_lets_the_oldest_go_and_counts_them():
    journal = Journal(limit=50_000)
    for n in range(100):
        journal.write(exchange(str(n), size=5_000))
    assert journal.used <= 50_000
    assert targets(journal)[-1] == "/99"
    assert journal.dropped == 100 - len(targets(journal)) > 0


def test_what_went_out_behind_an_attempt_follows_it_whatever_its_id():
    journal = Journal()
    for number in (1, 4, 2, 3):  # 2 and 3 waited for room in a window
        journal.write_attempt(attempt(number))
    paged, after = [], 0
    while page := list(islice(journal.attempts(after), 2)):
        paged += [one.id for one in page]
        after = paged[-1]
    assert paged == [1, 4, 2, 3]
    assert [one.id for one in journal.attempts(4)] == [2, 3]
    assert [one.id for one in journal.attempts(5)] == []


def test_behind_an_attempt_that_is_not_here_come_those_with_higher_ids():
    journal = Journal()
    for number in (2, 5, 4):
        journal.write_attempt(attempt(number))
    assert [one.id for one in journal.attempts(3)] == [5, 4]


def test_attempts_and_exchanges_go_in_the_order_in_which_they_came():
    journal = Journal(limit=12_500)
    journal.write_attempt(attempt(1))
    journal.write(exchange("a", size=5_000))
    journal.write_attempt(attempt(2))
    journal.write(exchange("b", size=5_000))
    assert [one.id for one in journal.attempts()] == [2]
    assert targets(journal) == ["/a", "/b"]


def test_the_bound_over_all_takes_the_oldest_of_any():
    budget = MemoryLimit(limit=30_000)
    first, second = Journal(budget), Journal(budget)
    for n in range(4):
        first.write(exchange(f"first{n}", size=5_000))
    for n in range(4):
        second.write(exchange(f"second{n}", size=5_000))
    assert budget.used <= 30_000
    assert budget.used == first.used + second.used
    assert targets(first) == ["/first3"]
    assert len(targets(second)) == 4


def test_entries_that_a_journal_dropped_itself_are_not_charged_twice():
    budget = MemoryLimit(limit=60_000)
    small, other = Journal(budget, limit=12_000), Journal(budget)
    for n in range(3_000):
        small.write(exchange(str(n), size=5_000))
        other.write(exchange(str(n), size=500))
    assert budget.used == small.used + other.used
    alive = len(targets(small)) + len(targets(other))
    assert len(budget) <= 2 * alive + 70


def test_thousands_of_writes_do_not_grow_the_budgets_lines():
    budget = MemoryLimit()
    journal = Journal(budget, limit=20_000)
    for n in range(5_000):
        journal.write(exchange(str(n)))
    assert len(budget) <= 2 * len(targets(journal)) + 70


def test_a_cleared_journal_gives_its_bytes_back():
    budget = MemoryLimit()
    journal = Journal(budget)
    journal.write(exchange("a"))
    journal.write_attempt(attempt(1))
    journal.clear()
    assert (budget.used, journal.used, len(budget), targets(journal)) == (0, 0, 0, [])
    assert journal.write(exchange("b")).id == 3


def test_a_long_body_is_cut_and_its_size_kept():
    journal = Journal()
    kept = journal.write(exchange("a", size=100_000))
    assert (len(kept.request.body), kept.request_size) == (65_536, 100_000)


def test_of_a_long_body_nothing_more_than_its_beginning_is_kept_and_charged():
    """Neither of the request, nor of what was read from it, nor of the reply."""
    journal = Journal()
    one = exchange("a", size=1_000_000)
    one.command = Submit(provider="p", destinations=("1",), text="x" * 1_000_000, sender="s")
    one.reply = msgspec.structs.replace(one.reply, body=b"y" * 1_000_000)
    kept = journal.write(one)
    assert (kept.reply_size, len(kept.reply.body), kept.command) == (1_000_000, 65_536, None)
    assert journal.used < 400_000
    assert len(next(journal.exchanges()).request.body) == 65_536


def test_only_what_fits_is_unpacked():
    journal = Journal()
    journal.write(exchange("a"))
    assert [one.id for one in journal.exchanges(word="refused")] == []
    assert [one.id for one in journal.exchanges(0, word="accepted", provider="p", rule=None)] == [1]
    assert list(journal.exchanges(1)) == []


def test_who_keeps_the_journal_hears_that_an_attempt_was_given_up():
    told = []
    journal = Journal()
    journal.write_attempt(attempt(7))
    journal.keeper = SimpleNamespace(answered=lambda one: told.append((one.id, one.failure)))
    assert journal.give_up("the sandbox was reset") == [7]
    assert journal.give_up("once more") == []
    assert told == [(7, "the sandbox was reset")]
