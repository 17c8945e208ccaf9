"""Finds ids by keys, in few bytes: a key is 32 bits of a hash, so what is found is looked at before it is believed.

An entry is one 64-bit number, the key above the id. Entries lie in buckets; whenever one gets too long another
is split in two (linear hashing), so that nothing ever stops to be built anew. A key with very many ids
gets a row of its own.
"""

from array import array
from collections import Counter
from collections.abc import Sequence

_FULL = 32
"""When a bucket gets longer, another one is split."""
_LONG = 128
"""A bucket that grows to this length, or to twice, four times ... as much, is looked through for"""
_MANY = 32
"""keys with more ids than this."""
_ID = (1 << 32) - 1


class Index:
    """Ids by key. They are found in the order in which they were added."""

    def __init__(self) -> None:
        self._buckets = [array("Q")]
        self._mask = 0
        """Of a key's bits that name its bucket; one less for a bucket that is still to be split."""
        self._split = 0
        """The next one to be."""
        self._many: dict[int, array[int]] = {}

    def add(self, key: int, number: int) -> None:
        if key in self._many:
            self._many[key].append(number)
            return
        buckets = self._buckets
        place = key & self._mask
        bucket = buckets[place if place < len(buckets) else place & self._mask >> 1]
        bucket.append(key << 32 | number)
        if len(bucket) > _FULL:
            self._relieve(bucket)

    def find(self, key: int) -> Sequence[int]:
        """The ids under a key; with bad luck others among them."""
        if key in self._many:
            return self._many[key]
        buckets = self._buckets
        place = key & self._mask
        bucket = buckets[place if place < len(buckets) else place & self._mask >> 1]
        return [entry & _ID for entry in bucket if entry >> 32 == key]

    def _relieve(self, bucket: "array[int]") -> None:
        length = len(bucket)
        if length >= _LONG and length & (length - 1) == 0:
            self._part(bucket)
        else:
            self._grow()

    def _grow(self) -> None:
        """Split one bucket: some of its entries go to a new one at the end."""
        buckets = self._buckets
        if len(buckets) > self._mask:
            self._mask = self._mask << 1 | 1
            self._split = 0
        whole, bit = buckets[self._split], (self._mask + 1 >> 1) << 32
        buckets[self._split] = array("Q", [entry for entry in whole if not entry & bit])
        buckets.append(array("Q", [entry for entry in whole if entry & bit]))
        self._split += 1

    def _part(self, bucket: "array[int]") -> None:
        """Give the keys with many ids rows of their own."""
        for key, count in Counter(entry >> 32 for entry in bucket).items():
            if count > _MANY:
                self._many[key] = array("I", self.find(key))
        if self._many:
            bucket[:] = array("Q", [entry for entry in bucket if entry >> 32 not in self._many])
