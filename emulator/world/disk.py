"""What outlives a process: values under names, and a real folder for files and SQLite."""

import copy
import tempfile
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any


class Disk(MutableMapping[str, Any]):
    """Holds copies: what is changed after it was written is not on the disk until it is written again."""

    def __init__(self) -> None:
        self._held: dict[str, Any] = {}
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def __getitem__(self, name: str) -> Any:
        return copy.deepcopy(self._held[name])

    def __setitem__(self, name: str, value: Any) -> None:
        self._held[name] = copy.deepcopy(value)

    def __delitem__(self, name: str) -> None:
        del self._held[name]

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._held))

    def __len__(self) -> int:
        return len(self._held)

    @property
    def path(self) -> Path:
        """A folder of this world; it is deleted with it."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="sms-world-")
        return Path(self._folder.name)

    def wipe(self) -> None:
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
