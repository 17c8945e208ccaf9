"""Look-ups of the providers' names, and connections to them, lead to the emulator's address and port.

Needs nothing but the standard library, of whatever version the program runs on: it is laid beside `sitecustomize`, and
used in this process by `interception.in_process`."""

import socket
import sys
from typing import Any

PLACE = "127.83.77.83"
"""What a led name is looked up as: some libraries (anyio) keep of a look-up the address alone, and connect to the port
that they began with. Nobody listens there, and connections to it go where that port is led."""


def lead(hosts: Any, ports: Any) -> Any:
    """Lead the hosts, and the names below them. `ports`: where each of their ports leads. Gives back what undoes it."""
    real = socket.getaddrinfo
    real_by_name = socket.gethostbyname
    connects = {name: getattr(socket.socket, name) for name in ("connect", "connect_ex")}

    def led(host: str) -> bool:
        name = host.lower().rstrip(".")
        return name == PLACE or any(name == one or name.endswith("." + one) for one in hosts)

    def where(host: str, port: Any) -> Any:
        to = ports.get(str({"http": 80, "https": 443}.get(port, port)))
        if to is None:
            those = ", ".join(sorted(ports))
            raise socket.gaierror(socket.EAI_NONAME, "sms-emulator leads no port of %s but %s" % (host, those))  # noqa: UP031
        return to

    def getaddrinfo(host: Any, port: Any, *args: Any, **named: Any) -> Any:
        name = host.decode("ascii", "replace") if isinstance(host, (bytes, bytearray)) else host
        if isinstance(name, str) and led(name):
            to = where(name, port)
            # there connections are made by the system's own call, which no Python sees
            host, port = to if sys.platform == "win32" else (PLACE, port)
        return real(host, port, *args, **named)

    def connecting(connect: Any) -> Any:
        def led_connect(self: Any, address: Any) -> Any:
            if isinstance(address, tuple) and isinstance(address[0], str) and led(address[0]):
                address = tuple(where(*address[:2]))
            return connect(self, address)

        return led_connect

    def undo() -> None:
        socket.getaddrinfo = real
        socket.gethostbyname = real_by_name
        for name in connects:
            delattr(socket.socket, name)

    socket.getaddrinfo = getaddrinfo
    socket.gethostbyname = lambda host: PLACE if led(str(host)) else real_by_name(host)
    for name, connect in connects.items():
        setattr(socket.socket, name, connecting(connect))
    return undo
