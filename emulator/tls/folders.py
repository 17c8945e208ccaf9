"""Where the authority of this machine's user lies."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

FILE = "authority.pem"
"""Key and certificate in one file: whoever finds it finds both."""
CERTIFICATE = "ca.pem"
"""The certificate alone, for whoever is to trust it and may read nothing else: another container, by a volume."""


def folder(given: str | None) -> Path:
    """Where the authority lies, and the files made of it: the folder that --ca-dir names, or the user's."""
    return Path(given) if given else data_folder()


def data_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where the authority lies unless --ca-dir says otherwise: the user's folder for data of programs."""
    if sys.platform == "win32":
        base = environment.get("LOCALAPPDATA") or str(_home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = str(_home() / "Library" / "Application Support")
    else:
        base = environment.get("XDG_DATA_HOME") or str(_home() / ".local" / "share")
    return Path(base) / "sms-emulator"


def _home() -> Path:
    """The user's; of one that has none, in a container, what engines say there: `/`."""
    try:
        return Path.home()
    except RuntimeError:
        return Path(os.sep)
