"""Where a sandbox is placed: the same for whoever asks, evenly, and of those that stay nothing moves."""

from collections import Counter

import pytest

from emulator.cluster.placement import place

NAMES = [f"sandbox-{number}" for number in range(3000)]


@pytest.mark.parametrize("count", [2, 3, 7])
def test_sandboxes_are_spread_evenly_whatever_order_the_nodes_are_known_in(count):
    nodes = list(range(5, 5 + count))
    found = {name: place(name, nodes) for name in NAMES}
    assert found == {name: place(name, nodes[::-1]) for name in NAMES}
    share = len(NAMES) / count
    assert all(0.85 * share < many < 1.15 * share for many in Counter(found.values()).values())
    assert set(found.values()) == set(nodes)


def test_when_a_node_goes_only_what_it_had_moves_and_not_all_to_one():
    before = {name: place(name, [1, 2, 3, 4]) for name in NAMES}
    after = {name: place(name, [1, 2, 4]) for name in NAMES}
    assert {name for name in NAMES if before[name] != after[name]} == {name for name in NAMES if before[name] == 3}
    assert len(Counter(after[name] for name in NAMES if before[name] == 3)) == 3
