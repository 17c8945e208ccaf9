"""Finds ids by keys, in few bytes: a key is 32 bits of a hash, so what is found is looked at before it is believed.

Entries lie in tables, in the order in which they came. Those of a table whose keys end alike make a chain, the newest
first. A table that is full stays as it is and a larger one is begun, so that nothing ever stops to be built anew.

    table   chains, by the key's last bits       3 . 4 . . 2 .     the number of the newest entry, from 1; 0: none
            entries: the key's first octet, id,  ▲
                     the one before it in its chain
"""

import sys
from array import array
from collections.abc import Sequence

_FIRST, _LARGEST = 1 << 6, 1 << 18
"""Entries in the first table, and in the largest ones; each in between has four times as many as the one before."""
_OCTET = 3 if sys.byteorder == "little" else 0
"""Where the first octet of a key stands in an array."""
_MANY = 32
"""A key with more ids than this gets a row of its own."""


class _Table:
    __slots__ = ("before", "chains", "first", "ids", "mask", "octets", "size")

    def __init__(self, size: int, first: int) -> None:
        self.size = size
        self.first = first
        """Id of its first entry."""
        self.mask = size // 2 - 1
        """Of a key's last bits. Two entries to a chain, on an average."""
        self.chains = array("I", bytes(4 * (self.mask + 1)))
        self.octets = bytearray()
        self.ids = array("I")
        self.before = array("I")


class HashIndex:
    """Ids by key; they come in rising order. `counted`: each comes once, none is left out."""

    def __init__(self, counted: bool = False) -> None:
        self._counted = counted
        self._tables: list[_Table] = []
        self._rows: dict[int, array[int]] = {}
        """All ids of a key that has many of them, once somebody asked."""

    def add(self, keys: Sequence[int], ids: Sequence[int]) -> None:
        """Some entries: each key with the id in the same place."""
        if not keys:
            return
        tables = self._tables
        if not tables:
            tables.append(_Table(_FIRST, ids[0]))
        table = tables[-1]
        number = len(table.before)
        if number >= table.size:
            table, number = _Table(min(table.size * 4, _LARGEST), ids[0]), 0
            tables.append(table)
        chains, mask, before = table.chains, table.mask, table.before.append
        for key in keys:
            number += 1
            place = key & mask
            before(chains[place])
            chains[place] = number
        table.octets += array("I", keys).tobytes()[_OCTET::4]
        if not self._counted:
            table.ids.extend(ids)
        if self._rows:
            for key, one in zip(keys, ids, strict=True):
                if key in self._rows:
                    self._rows[key].append(one)

    def find(self, key: int) -> Sequence[int]:
        """The ids under a key, the lowest first; with bad luck others among them."""
        if key in self._rows:
            return self._rows[key]
        found: list[int] = []
        octet = key >> 24
        for table in reversed(self._tables):
            number = table.chains[key & table.mask]
            while number:
                number -= 1
                if table.octets[number] == octet:
                    found.append(table.first + number if self._counted else table.ids[number])
                number = table.before[number]
        found.reverse()
        if len(found) > _MANY:
            self._rows[key] = array("I", found)
        return found
