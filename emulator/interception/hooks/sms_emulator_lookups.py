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
    asks = {name: getattr(socket, name) for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex")}
    connects = {name: getattr(socket.socket, name) for name in ("connect", "connect_ex")}

    def led(host: Any) -> bool:
        try:  # whatever the system's own calls make a name of
            octets = host.encode("idna") if isinstance(host, str) else host
            name = octets.decode("ascii").lower().rstrip(".")
        except (UnicodeError, AttributeError):
            return False
        return name == PLACE or any(name == one or name.endswith("." + one) for one in hosts)

    def where(host: Any, port: Any) -> Any:
        to = ports.get(str({"http": 80, "https": 443}.get(port, port)))
        if to is None:
            those = ", ".join(sorted(ports))
            raise socket.gaierror(socket.EAI_NONAME, "sms-emulator leads no port of %s but %s" % (host, those))  # noqa: UP031
        return to

    def getaddrinfo(host: Any, port: Any, *args: Any, **named: Any) -> Any:
        if led(host):
            if sys.platform == "win32":  # there connections are made by the system's own call, which no Python sees
                host, port = where(host, port)
            else:
                if port:
                    where(host, port)  # one that is led nowhere is told now
                host = PLACE
        return asks["getaddrinfo"](host, port, *args, **named)

    def connecting(connect: Any) -> Any:
        def led_connect(self: Any, address: Any) -> Any:
            if isinstance(address, tuple) and led(address[0]):
                address = tuple(where(*address[:2]))
            return connect(self, address)

        return led_connect

    def undo() -> None:
        for name, ask in asks.items():
            setattr(socket, name, ask)
        for name in connects:
            delattr(socket.socket, name)

    socket.getaddrinfo = getaddrinfo
    for by_name in ("gethostbyname", "gethostbyname_ex"):
        setattr(socket, by_name, lambda host, ask=asks[by_name]: ask(PLACE if led(host) else host))
    for name, connect in connects.items():
        setattr(socket.socket, name, connecting(connect))
    return undo
