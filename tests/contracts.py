"""Which contract rows the tests name: read from their sources, so that it holds in partial runs too."""

import ast
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent


@cache
def named_rows() -> dict[str, tuple[str, ...]]:
    """Rows named by `pytest.mark.contract("row", ...)` anywhere under tests/, each with the places that name it."""
    named: dict[str, list[str]] = {}
    for path in sorted(HERE.rglob("*.py")):
        for row, line in rows_in(path.read_text("utf-8")):
            named.setdefault(row, []).append(f"{path.relative_to(HERE)}:{line}")
    return {row: tuple(places) for row, places in named.items()}


def rows_in(source: str) -> list[tuple[str, int]]:
    """Rows that one source names, with their lines. Raises ValueError for one that is no plain text."""
    rows = []
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and ast.unparse(node.func) in ("pytest.mark.contract", "mark.contract")):
            continue
        for argument in node.args:
            if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
                raise ValueError(f"line {node.lineno}: a row must be named as plain text, not {ast.unparse(argument)}")
            rows.append((argument.value, argument.lineno))
    return rows
