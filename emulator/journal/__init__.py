"""What happened in a sandbox, as far as there is space: entries, the journal that holds them, the bound over all."""

from emulator.journal.entries import Attempt as Attempt
from emulator.journal.entries import Entries as Entries
from emulator.journal.entries import Exchange as Exchange
from emulator.journal.entries import Line as Line
from emulator.journal.journal import BODY_LIMIT as BODY_LIMIT
from emulator.journal.journal import Journal as Journal
from emulator.journal.journal import Keeper as Keeper
from emulator.journal.memory_limit import PROCESS_LIMIT as PROCESS_LIMIT
from emulator.journal.memory_limit import MemoryLimit as MemoryLimit
