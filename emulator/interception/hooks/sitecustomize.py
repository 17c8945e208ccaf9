"""Loaded by a Python program that `sms-emulator run` or `env` leads here: look-ups of the providers' names, and
connections to them, lead to the emulator's address and port. What the user's own sitecustomize does is done as well.
Needs nothing but the standard library, of whatever version the program runs on."""

import json
import os
import socket
import sys
from typing import Any


def _lead() -> None:
    said = json.loads(os.environ.get("SMS_INTERCEPT") or "{}")
    hosts, ports = said.get("hosts", []), said.get("ports", {})
    real = socket.getaddrinfo

    def led(host: str) -> bool:
        name = host.lower().rstrip(".")
        return any(name == one or name.endswith("." + one) for one in hosts)

    def where(host: str, port: Any) -> Any:
        to = ports.get(str({"http": 80, "https": 443}.get(port, port)))
        if to is None:
            those = ", ".join(sorted(ports))
            raise socket.gaierror(socket.EAI_NONAME, "sms-emulator leads no port of %s but %s" % (host, those))  # noqa: UP031
        return to

    def getaddrinfo(host: Any, port: Any, *args: Any, **named: Any) -> Any:
        name = host.decode("ascii", "replace") if isinstance(host, (bytes, bytearray)) else host
        if isinstance(name, str) and led(name):
            host, port = where(name, port)
        return real(host, port, *args, **named)

    def connecting(connect: Any) -> Any:
        def led_connect(self: Any, address: Any) -> Any:
            if isinstance(address, tuple) and isinstance(address[0], str) and led(address[0]):
                address = tuple(where(*address[:2]))
            return connect(self, address)

        return led_connect

    if hosts:
        real_by_name = socket.gethostbyname
        socket.getaddrinfo = getaddrinfo
        socket.gethostbyname = lambda host: ports["80"][0] if led(str(host)) else real_by_name(host)
        for name in ("connect", "connect_ex"):
            setattr(socket.socket, name, connecting(getattr(socket.socket, name)))


def _users_own() -> None:
    from importlib.machinery import PathFinder
    from importlib.util import module_from_spec

    here = os.path.dirname(os.path.abspath(__file__))
    others = [path for path in sys.path if os.path.abspath(path or ".") != here]
    spec = PathFinder.find_spec("sitecustomize", others)
    if spec is not None and spec.loader is not None:
        module = module_from_spec(spec)
        sys.modules["sitecustomize"] = module
        spec.loader.exec_module(module)


_lead()
_users_own()
