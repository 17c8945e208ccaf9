"""Snippets of a document: ```LANGUAGE KIND, and what stands below."""

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]


class Document:
    """A Markdown file of the project."""

    def __init__(self, name: str) -> None:
        self.text = (ROOT / name).read_text(encoding="utf-8")
        self.snippets = [
            Snippet(*found) for found in re.findall(r"^```(\S*)(?: (\S+))?\n(.*?)^```$", self.text, re.DOTALL | re.M)
        ]

    def of(self, language: str, kind: str = "") -> list[str]:
        return [one.text for one in self.snippets if (one.language, one.kind) == (language, kind)]


class Snippet(NamedTuple):
    language: str
    kind: str
    text: str
