"""The contract of smsoffice.ge."""

from emulator.providers.contract import Row

ROWS: tuple[Row, ...] = ()
