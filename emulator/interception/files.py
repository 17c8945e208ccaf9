"""The files that the variables name, laid into one folder: authorities, Java's trust store, hooks of the languages."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from importlib.resources import files as resources
from pathlib import Path

from emulator.interception.variables import TRUSTSTORE_PASSWORD, Files
from emulator.tls.authority import truststore
from emulator.tls.trust import trusted

_PHP_SECONDS = 5


def lay(folder: Path, authority: bytes, environment: Mapping[str, str]) -> Files:
    """Write them, each whole or not at all; what an earlier run wrote is replaced. `authority`: our certificate, PEM.

    Raises OSError when the folder cannot be written to.
    """
    hooks = resources("emulator.interception") / "hooks"
    machines = trusted(environment)
    ours = authority.decode("ascii").strip()
    bundle = "\n".join([*(one for one in machines if one != ours), ours, ""])
    for place in (folder, folder / "python", folder / "php"):
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
    laid = Files(
        bundle=_write(folder / "bundle.pem", bundle.encode("latin-1")),
        ours=_write(folder / "ca.pem", authority),
        truststore=_write(folder / "truststore.p12", truststore(bundle.encode("latin-1"), TRUSTSTORE_PASSWORD)),
        python=str(folder / "python"),
        node=_write(folder / "preload.cjs", (hooks / "preload.cjs").read_bytes()),
        php=str(folder / "php"),
        wget=_write(folder / "wgetrc", _wgetrc(folder / "bundle.pem", environment)),
    )
    for name in ("sitecustomize.py", "sms_emulator_lookups.py"):
        _write(folder / "python" / name, (hooks / name).read_bytes())
    prepend = (hooks / "prepend.php").read_bytes() + _users_own_prepend(environment)
    prepended = _write(folder / "prepend.php", prepend)
    ini = f'curl.cainfo="{laid.bundle}"\nopenssl.cafile="{laid.bundle}"\nauto_prepend_file="{prepended}"\n'
    _write(folder / "php" / "zz-sms-emulator.ini", ini.encode())
    return laid


def _users_own_prepend(environment: Mapping[str, str]) -> bytes:
    """PHP has one file that it runs first: ours runs the one that was set before."""
    php = shutil.which("php", path=environment.get("PATH"))
    if php is None:
        return b""
    try:
        asked = [php, "-d", "error_reporting=0", "-r", 'echo ini_get("auto_prepend_file");']
        said = subprocess.run(asked, env=dict(environment), stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=_PHP_SECONDS, check=False).stdout.decode("utf-8", "replace").strip()  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return b""
    if not said or (said.endswith("prepend.php") and "sms-emulator" in said):
        return b""
    escaped = said.replace("\\", "\\\\").replace("'", "\\'")
    return f"require '{escaped}';\n".encode()


def _wgetrc(bundle: Path, environment: Mapping[str, str]) -> bytes:
    """The user's own settings, and whom to trust."""
    own = b""
    with suppress(OSError):
        own = Path(environment.get("WGETRC") or Path(environment.get("HOME", "/"), ".wgetrc")).read_bytes()
    ours = f"ca_certificate={bundle}".encode()
    return b"\n".join([*(line for line in own.splitlines() if line != ours), ours, b""])


def _write(path: Path, content: bytes) -> str:
    """Replace a file at once, for a program may be reading it."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    os.replace(temporary, path)
    return str(path)
