"""A stand-in for a Docker engine: as much of its API as Testcontainers asks for. A container is the image's command."""

import json
import re
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from examples.image import container

CONTAINER = "c0ffee" * 10 + "c0ff"
API = "1.44"


class Engine:
    """Listens on loopback from `with` to its end. `made`: what containers were asked to be."""

    def __init__(self) -> None:
        self.made: list[dict[str, Any]] = []
        self.removed = 0
        self._ports: dict[str, list[dict[str, str]]] = {}
        self._running = ExitStack()

    def answer(self, call: str, body: Any) -> tuple[int, Any]:
        match call.split("/"):
            case ["GET ", "version"]:
                return 200, {"ApiVersion": API, "MinAPIVersion": "1.24", "Version": "25.0"}
            case ["POST ", "containers", "create"]:
                self.made.append(body)
                return 201, {"Id": CONTAINER, "Warnings": []}
            case ["POST ", "containers", _, "start"]:
                self._start(self.made[-1])
                return 204, None
            case ["GET ", "containers", _, "json"]:
                return 200, self._inspected()
            case ["GET ", "images", name, "json"]:
                return 200, {"Id": f"sha256:{name}", "RepoTags": [name]}
            case ["DELETE ", "containers", _]:
                self._running.close()
                self.removed += 1
                return 204, None
        return 404, {"message": f"the stand-in knows no {call}"}

    def _start(self, wanted: dict[str, Any]) -> None:
        given = dict(pair.split("=", 1) for pair in wanted["Env"])
        served = self._running.enter_context(container(given))
        inside = {"8775/tcp": served.base_url, "2775/tcp": served.smpp_url}
        self._ports = {
            name: [{"HostIp": "127.0.0.1", "HostPort": str(urlsplit(inside[name]).port)}]
            for name in wanted["ExposedPorts"]
        }

    def _inspected(self) -> dict[str, Any]:
        state = {"Status": "running" if self._ports else "created", "Running": bool(self._ports)}
        return {"Id": CONTAINER, "Name": "/sms", "State": state, "Config": {}, "HostConfig": {},
                "NetworkSettings": {"Ports": self._ports, "Networks": {}}}  # fmt: skip

    def __enter__(self) -> str:
        engine = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _any(self) -> None:
                octets = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                path = re.sub(r"^/v[0-9.]+", "", urlsplit(self.path).path)
                status, told = engine.answer(f"{self.command} {path}", json.loads(octets) if octets else None)
                body = b"" if told is None else json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_DELETE = _any

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        Thread(target=self._server.serve_forever, daemon=True).start()
        return f"tcp://127.0.0.1:{self._server.server_port}"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._running.close()
