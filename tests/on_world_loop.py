"""The product's own asynchronous tests on the loop of a world, over real sockets, every wait cut short:

    PYTHONPATH=tests pytest -p on_world_loop tests/client/test_smpp_emulator.py ...
"""

from emulator.clock import time_from
from emulator.core.units import SECOND
from emulator.world.socket_loop import SocketLoop
from emulator.world.world import BEGAN


class Loop(SocketLoop):
    """With it goes the time of whatever runs in it."""

    def __init__(self):
        super().__init__(longest=0)
        self._time = time_from(lambda: round((BEGAN + self.time()) * SECOND))
        self._time.__enter__()

    def close(self):
        if not self.is_closed():
            self._time.__exit__(None, None, None)
        super().close()


def pytest_asyncio_loop_factories(config, item):
    return {"world": Loop}
