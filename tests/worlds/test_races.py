"""The twelve races: each is found within 200 worlds and shrunk to at most two faults, and its right twin never alarms.
The long ones look with ten seeds, and into 10,000 worlds a twin, over which neither memory nor descriptors grow."""

import gc
import os
from pathlib import Path

import pytest
from worlds_races import RACES

from emulator import world
from emulator.world.plan import planned


def explored(name, right, worlds, seed, begins=lambda: None):
    race = RACES[name]

    def main(one):
        begins()
        return race.main(one, right)

    return world.explore(main, worlds=worlds, seed=seed, network=race.network, crashes=race.crashes)


def found(name, seed):
    with pytest.raises(world.WorldFailed) as failed:
        explored(name, False, 200, seed)
    return planned(failed.value.token)


@pytest.mark.parametrize("name", RACES)
def test_a_race_is_found_and_shrunk(name):
    assert len(found(name, 1).faults) <= 2


@pytest.mark.parametrize("name", RACES)
def test_a_right_twin_does_not_alarm_and_leaves_nothing_behind(name):
    objects = []
    assert explored(name, True, 5, 1, lambda: objects.append(len(gc.get_objects()))) == 5
    assert objects[4] - objects[2] < 100


@pytest.mark.parametrize(
    "name", [pytest.param(one, marks=pytest.mark.long if one == "two workers" else ()) for one in RACES]
)  # that one looks into its queue every few seconds, for hours
def test_a_right_twin_passes_in_real_time_over_sockets(name):
    world.run(lambda one: RACES[name].main(one, True), real=True, longest=0)


@pytest.mark.long
@pytest.mark.parametrize("name", RACES)
def test_a_race_is_found_with_each_of_ten_seeds(name):
    assert [seed for seed in range(2, 12) if len(found(name, seed).faults) > 2] == []


@pytest.mark.long
@pytest.mark.parametrize("name", RACES)
def test_a_right_twin_does_not_alarm_in_ten_thousand_worlds_nor_keep_anything(name):
    held = []

    def begins():
        resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
        held.append((len(os.listdir("/proc/self/fd")), resident))

    assert explored(name, True, 10_000, 3, begins) == 10_000
    descriptors, octets = zip(*held[100:], strict=True)
    assert max(descriptors) <= descriptors[0]
    assert max(octets) < octets[0] + 8 * 2**20
