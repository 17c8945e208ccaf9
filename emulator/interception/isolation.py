"""A network of its own for this process and its children: Linux namespaces in which the providers' names lead to
loopback, and no other machine can be reached. Must be entered before any thread is started."""

import ctypes
import errno
import os
import socket
import struct
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

_NEW_USER, _NEW_NET, _NEW_MOUNTS = 0x10000000, 0x40000000, 0x00020000
_BIND, _REC, _PRIVATE, _DETACH = 0x1000, 0x4000, 0x40000, 0x2
_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 0x1
_HOSTS = Path("/etc/hosts")
LOOPBACK = ("127.0.0.1", "::ffff:127.0.0.1")
"""Where the names lead; the second for who asks for addresses of IPv6 by themselves, as curl 8.23 does: of a name that
had none the resolver would be asked."""
_WAY_OUT = (
    "containers need `--cap-add SYS_ADMIN` (or a seccomp profile that permits unshare) for this, Ubuntu 23.10 and "
    "newer `sysctl kernel.apparmor_restrict_unprivileged_userns=0`; without --isolate the program is led by variables"
)


class IsolationError(Exception):
    """This process cannot have a network of its own; the text says why, and what would permit it."""


def enter(names: Iterable[str]) -> None:
    """Move this process into a network where the names lead to 127.0.0.1. Raises IsolationError."""
    if not sys.platform.startswith("linux"):
        raise IsolationError("--isolate needs Linux: no other system has networks for single processes")
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.geteuid(), os.getegid()
    if user or not _unshare(libc, _NEW_NET | _NEW_MOUNTS):
        if not _unshare(libc, _NEW_USER | _NEW_NET | _NEW_MOUNTS):
            why = os.strerror(ctypes.get_errno())
            raise IsolationError(f"the kernel refuses a network of its own for this process ({why}); {_WAY_OUT}")
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{user} {user} 1")  # the program is who it would be outside
        _write("/proc/self/gid_map", f"{group} {group} 1")
    _loopback_up()
    _lead(libc, names)


def _unshare(libc: ctypes.CDLL, what: int) -> bool:
    return bool(libc.unshare(what) == 0)


def _write(path: str, text: str) -> None:
    try:
        Path(path).write_text(text)
    except OSError as wrong:
        raise IsolationError(f"{path} cannot be written ({wrong.strerror}); {_WAY_OUT}") from None


def _loopback_up() -> None:
    import fcntl  # Windows has none

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = struct.pack("16sH14x", b"lo", 0)
        try:
            _, flags = struct.unpack("16sH14x", fcntl.ioctl(sock, _GET_FLAGS, request))
            fcntl.ioctl(sock, _SET_FLAGS, struct.pack("16sH14x", b"lo", flags | _UP))
        except OSError as wrong:
            raise IsolationError(f"loopback cannot be brought up ({wrong.strerror}); {_WAY_OUT}") from None


def _lead(libc: ctypes.CDLL, names: Iterable[str]) -> None:
    """A hosts file of our own over the machine's, seen by this process and its children alone."""
    kept = _HOSTS.read_text(encoding="utf-8", errors="replace") if _HOSTS.exists() else "127.0.0.1 localhost\n"
    _mount(libc, None, b"/", _REC | _PRIVATE)
    folder = tempfile.mkdtemp(prefix="sms-emulator-hosts-")
    _mount(libc, None, os.fsencode(folder), 0, b"tmpfs")
    try:
        hosts = Path(folder, "hosts")
        # in front: the first line that names a host counts
        lines = [f"{address} {' '.join(names)}\n" for address in LOOPBACK]
        hosts.write_text("".join((*lines, kept)), encoding="utf-8")
        hosts.chmod(0o644)
        _mount(libc, os.fsencode(hosts), os.fsencode(_HOSTS), _BIND)
    finally:
        libc.umount2(os.fsencode(folder), _DETACH)  # the mount over the hosts file keeps it
        os.rmdir(folder)


def _mount(
    libc: ctypes.CDLL, source: bytes | None, target: bytes, flags: int, kind: bytes | None = None
) -> None:
    if libc.mount(source, target, kind, flags, None) != 0:
        code = ctypes.get_errno()
        hint = f"there is no {target.decode()}" if code == errno.ENOENT else os.strerror(code)
        raise IsolationError(f"{target.decode()} cannot be mounted over ({hint}); {_WAY_OUT}")
