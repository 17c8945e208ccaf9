"""A test that is run over many worlds: the mark and the fixture `sms_world`."""

import functools
import inspect
from typing import Any

import pytest

from emulator.testing.fixtures import wishes
from emulator.world.errors import WorldError, WorldFailed
from emulator.world.runner import explore, run
from emulator.world.world import World

WORLDS = 50
_OWN = ("worlds", "crashes", "network", "seed")


def takes(mark: pytest.Mark | None) -> dict[str, Any]:
    """What the mark says. Fails for a word that it does not take."""
    said = {} if mark is None else dict(mark.kwargs)
    unknown = [word for word in said if word not in _OWN]
    if unknown or (mark is not None and mark.args):
        what = repr(mark.args[0]) if mark is not None and mark.args else unknown[0]
        pytest.fail(
            f"@pytest.mark.sms_world does not take {what}: it takes {', '.join(f'{word}=' for word in _OWN)}; what the "
            "sandbox is made of stands in @pytest.mark.sms(...)",
            pytrace=False,
        )
    return said


def play(item: pytest.Function) -> None:
    """The test, once in each world. Its other fixtures are made once for all of them."""
    function = inspect.unwrap(item.obj)
    if not inspect.iscoroutinefunction(function):
        pytest.fail("sms_world lives in an event loop of its own: the test has to be `async def`", pytrace=False)
    said = takes(item.get_closest_marker("sms_world"))
    names = [name for name in inspect.signature(function).parameters if name in item.funcargs and name != "sms_world"]
    given = {name: item.funcargs[name] for name in names}
    body = functools.partial(function, item.instance) if item.instance is not None else function

    async def main(world: World) -> None:
        await body(**given, sms_world=world)

    token, real = item.config.getoption("--sms-world"), item.config.getoption("--sms-world-real")
    many = item.config.getoption("--sms-worlds")
    if many is not None:
        said["worlds"] = many
    made: Any = item.funcargs["sms_world"]
    try:
        if token is not None:
            run(main, token=token, network=said.get("network", "rough"), **made)
        elif real:
            longest = item.config.getoption("--sms-world-real-wait")
            run(main, seed=said.get("seed", 1), network="quiet", real=True, longest=longest, **made)
        else:
            explore(main, **{"worlds": WORLDS, **said}, **made)
    except WorldFailed as failed:
        again = f'pytest "{item.nodeid}" --sms-world {failed.token}'
        raise pytest.fail.Exception(f"{failed}\n\n  {again}", pytrace=False) from None
    except (WorldError, ValueError) as error:
        raise pytest.fail.Exception(f"{type(error).__name__}: {error}", pytrace=False) from None


def sandbox_of(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What the sandbox of each world is made of, as the mark `sms` says; its seed is the world's."""
    return {word: value for word, value in wishes(request).items() if word not in ("id", "seed")}
