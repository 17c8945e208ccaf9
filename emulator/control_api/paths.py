"""Which requests are for the control API and the page, and which for a provider; method and path of each call, by its
operation name. Light: every request is asked, and a client of a server elsewhere needs no more."""

from typing import NamedTuple

from emulator.http.messages import HttpRequest

PREFIX = "/_emulator"
_READS = ("GET", "HEAD")


def ours(request: HttpRequest) -> bool:
    """Is the request not a provider's?"""
    target = request.target
    if not target.startswith("/"):  # through http_proxy
        return request.path.startswith(PREFIX)
    return target.startswith(PREFIX) or (target[:2] in ("/", "/?") and request.method in _READS)


class CallAddress(NamedTuple):
    method: str
    path: str


S = "/_emulator/sandboxes/{sandbox}"
ADDRESSES = {
    "createSandbox": CallAddress("POST", "/_emulator/sandboxes"),
    "showCluster": CallAddress("GET", "/_emulator/cluster"),
    "listSandboxes": CallAddress("GET", "/_emulator/sandboxes"),
    "getSandbox": CallAddress("GET", S),
    "deleteSandbox": CallAddress("DELETE", S),
    "reset": CallAddress("POST", f"{S}/reset"),
    "getAccount": CallAddress("GET", f"{S}/accounts/{{provider}}"),
    "patchAccount": CallAddress("PATCH", f"{S}/accounts/{{provider}}"),
    "patchBrand": CallAddress("PATCH", f"{S}/accounts/{{provider}}/brands/{{brand}}"),
    "listMessages": CallAddress("GET", f"{S}/messages"),
    "getMessage": CallAddress("GET", f"{S}/messages/{{message}}"),
    "moveMessage": CallAddress("POST", f"{S}/messages/{{message}}/status"),
    "wait": CallAddress("GET", f"{S}/wait"),
    "otp": CallAddress("GET", f"{S}/otp"),
    "listRequests": CallAddress("GET", f"{S}/requests"),
    "listCallbacks": CallAddress("GET", f"{S}/callbacks"),
    "redeliver": CallAddress("POST", f"{S}/callbacks/{{callback}}/redeliver"),
    "clock": CallAddress("POST", f"{S}/clock"),
    "settle": CallAddress("POST", f"{S}/settle"),
    "listRules": CallAddress("GET", f"{S}/rules"),
    "putRules": CallAddress("PUT", f"{S}/rules"),
    "addRule": CallAddress("POST", f"{S}/rules"),
    "deleteRule": CallAddress("DELETE", f"{S}/rules/{{rule}}"),
    "getScenario": CallAddress("GET", f"{S}/scenario"),
    "putScenario": CallAddress("PUT", f"{S}/scenario"),
    "lint": CallAddress("GET", f"{S}/lint"),
    "report": CallAddress("GET", f"{S}/report"),
    "keepSnapshot": CallAddress("POST", f"{S}/snapshots"),
    "listSnapshots": CallAddress("GET", f"{S}/snapshots"),
    "restore": CallAddress("POST", f"{S}/restore"),
    "export": CallAddress("GET", f"{S}/export"),
    "listSessions": CallAddress("GET", f"{S}/sessions"),
    "endSession": CallAddress("DELETE", f"{S}/sessions/{{session}}"),
    "outbind": CallAddress("POST", f"{S}/outbind"),
    "putIncoming": CallAddress("POST", f"{S}/incoming"),
    "putCall": CallAddress("POST", f"{S}/calls"),
    "ledger": CallAddress("GET", f"{S}/ledger"),
    "events": CallAddress("GET", f"{S}/events"),
    "contract": CallAddress("GET", "/_emulator/contract"),
    "providerContract": CallAddress("GET", "/_emulator/contract/{provider}"),
    "metrics": CallAddress("GET", "/_emulator/metrics"),
    "listScenarios": CallAddress("GET", "/_emulator/scenarios"),
}
