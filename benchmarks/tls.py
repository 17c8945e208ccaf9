"""The same send over TLS, on connections that are kept, beside a bare aiohttp server with TLS; and how many handshakes
a second, each with one request: certificates of the same kind on both sides."""

from statistics import median

from benchmarks import servers
from benchmarks.send import BARE, ROUNDS, SECONDS

TLS_YARDSTICK = ("benchmarks.yardstick", "tls")
_CONNECTIONS = 32


def measure() -> list[tuple[str, float, float, float]]:
    """(what, ours, the yardstick's, ratio), the medians of paired rounds."""
    return [
        _measured(f"{what}{on} (requests/s)", command, kept)
        for what, kept in (("smsoffice send over TLS", True), ("TLS handshake and send", False))
        for on, command in servers.EMULATORS
    ]


def _measured(what: str, command: tuple[str, ...], kept: bool) -> tuple[str, float, float, float]:
    ours, bare = [], []
    with servers.started(command) as emulator, servers.started(TLS_YARDSTICK) as yardstick:
        sandbox = f"{emulator.url}/_emulator/sandboxes/default"
        account = '{"balance": 100000000, "limits": "off", "callback_url": ""}'
        servers.call(f"{sandbox}/accounts/smsoffice", account, "PATCH")
        servers.call(f"{sandbox}/clock", '{"rate": 0}')
        for _ in range(ROUNDS):
            ours.append(servers.load(emulator.url.replace("http:", "https:"), BARE, _CONNECTIONS, SECONDS, kept))
            bare.append(servers.load(yardstick.url, BARE, _CONNECTIONS, SECONDS, kept))
    return what, median(ours), median(bare), median(a / b for a, b in zip(ours, bare, strict=True))
