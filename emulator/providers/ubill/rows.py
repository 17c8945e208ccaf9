"""The contract of uBill."""

from emulator.providers.contract import Row

ROWS: tuple[Row, ...] = ()
