"""A whole application in virtual time: its code, its HTTP clients, the providers and every timer in one loop whose time
jumps; seeds decide latencies, lost answers and crashes, and the same token gives the same world again.

    from emulator import world

    async def orders(w):
        shop = await w.app(make_shop)
        ...

    world.run(orders, seed=7)             # one world
    world.explore(orders, worlds=200)     # many: raises WorldFailed with the fewest faults that fail, as a timeline

docs/virtual-time.md tells all of it.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from emulator.world.errors import OutOfWorld as OutOfWorld
    from emulator.world.errors import Spinning as Spinning
    from emulator.world.errors import Stuck as Stuck
    from emulator.world.errors import WorldFailed as WorldFailed
    from emulator.world.network import Weather as Weather
    from emulator.world.plan import Fault as Fault
    from emulator.world.plan import Plan as Plan
    from emulator.world.process import Process as Process
    from emulator.world.runner import explore as explore
    from emulator.world.runner import run as run
    from emulator.world.world import World as World

_HOMES = {
    "OutOfWorld": "errors", "Spinning": "errors", "Stuck": "errors", "WorldFailed": "errors", "Weather": "network",
    "Fault": "plan", "Plan": "plan", "Process": "process", "explore": "runner", "run": "runner", "World": "world",
}  # fmt: skip
__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
