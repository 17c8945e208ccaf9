"""The contract of SMS Center."""

from emulator.providers.contract import Row

ROWS: tuple[Row, ...] = ()
