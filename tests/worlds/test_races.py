"""The twelve races: each is found within 200 worlds and shrunk to at most two faults, and its right twin never alarms.
The long ones look with ten seeds, and into 10,000 worlds a twin."""

import os

import pytest
from worlds_races import RACES

from emulator import world
from emulator.world.plan import planned


def explored(name, right, worlds, seed):
    race = RACES[name]
    return world.explore(
        lambda one: race.main(one, right), worlds=worlds, seed=seed, network=race.network, crashes=race.crashes
    )


def found(name, seed):
    with pytest.raises(world.WorldFailed) as failed:
        explored(name, False, 200, seed)
    return planned(failed.value.token)


@pytest.mark.parametrize("name", RACES)
def test_a_race_is_found_and_shrunk(name):
    assert len(found(name, 1).faults) <= 2


@pytest.mark.parametrize("name", RACES)
def test_a_right_twin_does_not_alarm(name):
    assert explored(name, True, 5, 1) == 5


@pytest.mark.long
@pytest.mark.parametrize("name", RACES)
def test_a_race_is_found_with_each_of_ten_seeds(name):
    assert [seed for seed in range(2, 12) if len(found(name, seed).faults) > 2] == []


@pytest.mark.long
@pytest.mark.parametrize("name", RACES)
def test_a_right_twin_does_not_alarm_in_ten_thousand_worlds_nor_keep_descriptors(name):
    explored(name, True, 100, 2)
    before = len(os.listdir("/proc/self/fd"))
    assert explored(name, True, 10_000, 3) == 10_000
    assert len(os.listdir("/proc/self/fd")) <= before
