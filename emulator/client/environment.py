"""What a client is made with, from the environment."""

import os


def from_environment(needed: dict[str, str], optional: dict[str, str]) -> dict[str, str]:
    """Argument → value, of argument → variable. Raises ValueError that names what is missing."""
    found = {name: os.environ.get(variable, "").strip() for name, variable in {**needed, **optional}.items()}
    missing = [variable for name, variable in needed.items() if not found[name]]
    if missing:
        raise ValueError(f"the environment lacks {' and '.join(missing)}")
    return {name: value for name, value in found.items() if value}
