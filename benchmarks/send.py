"""`send`, validated, stored and journalled, with its callback planned, beside a bare aiohttp handler."""

from statistics import median

from benchmarks import servers

PATH = "/api/v2/send"
QUERY = (
    "?key=emulator-smsoffice&destination=995577123456&sender=smsoffice&content=Your%20code%20is%20{n}&reference=r{n}"
)
CONNECTIONS = 32
SECONDS = 2.0
ROUNDS = 5


def measure() -> list[tuple[str, float, float, float]]:
    """(what, ours, the yardstick's, ratio), the medians of paired rounds."""
    ours, bare = [], []
    with servers.running(servers.EMULATOR) as emulator, servers.running(servers.YARDSTICK) as yardstick:
        account = f"{emulator}/_emulator/sandboxes/default/accounts/smsoffice"
        servers.call(account, '{"balance": 100000000, "limits": "off", "callback_url": ""}', "PATCH")
        servers.call(f"{emulator}/_emulator/sandboxes/default/clock", '{"rate": 0}')
        for _ in range(ROUNDS):
            ours.append(servers.load(emulator, PATH + QUERY, CONNECTIONS, SECONDS))
            bare.append(servers.load(yardstick, PATH + QUERY, CONNECTIONS, SECONDS))
    ratio = median(a / b for a, b in zip(ours, bare, strict=True))
    return [("send, journal on, 32 connections (requests/s)", median(ours), median(bare), ratio)]
