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


class Address(NamedTuple):
    method: str
    path: str


S = "/_emulator/sandboxes/{sandbox}"
ADDRESSES = {
    "createSandbox": Address("POST", "/_emulator/sandboxes"),
    "listSandboxes": Address("GET", "/_emulator/sandboxes"),
    "getSandbox": Address("GET", S),
    "deleteSandbox": Address("DELETE", S),
    "reset": Address("POST", f"{S}/reset"),
    "getAccount": Address("GET", f"{S}/accounts/{{provider}}"),
    "patchAccount": Address("PATCH", f"{S}/accounts/{{provider}}"),
    "patchBrand": Address("PATCH", f"{S}/accounts/{{provider}}/brands/{{brand}}"),
    "listMessages": Address("GET", f"{S}/messages"),
    "getMessage": Address("GET", f"{S}/messages/{{message}}"),
    "moveMessage": Address("POST", f"{S}/messages/{{message}}/status"),
    "wait": Address("GET", f"{S}/wait"),
    "otp": Address("GET", f"{S}/otp"),
    "listRequests": Address("GET", f"{S}/requests"),
    "listCallbacks": Address("GET", f"{S}/callbacks"),
    "redeliver": Address("POST", f"{S}/callbacks/{{callback}}/redeliver"),
    "clock": Address("POST", f"{S}/clock"),
    "settle": Address("POST", f"{S}/settle"),
    "listRules": Address("GET", f"{S}/rules"),
    "putRules": Address("PUT", f"{S}/rules"),
    "addRule": Address("POST", f"{S}/rules"),
    "deleteRule": Address("DELETE", f"{S}/rules/{{rule}}"),
    "getScenario": Address("GET", f"{S}/scenario"),
    "putScenario": Address("PUT", f"{S}/scenario"),
    "lint": Address("GET", f"{S}/lint"),
    "report": Address("GET", f"{S}/report"),
    "keepSnapshot": Address("POST", f"{S}/snapshots"),
    "listSnapshots": Address("GET", f"{S}/snapshots"),
    "restore": Address("POST", f"{S}/restore"),
    "export": Address("GET", f"{S}/export"),
    "listSessions": Address("GET", f"{S}/sessions"),
    "endSession": Address("DELETE", f"{S}/sessions/{{session}}"),
    "outbind": Address("POST", f"{S}/outbind"),
    "putIncoming": Address("POST", f"{S}/incoming"),
    "putCall": Address("POST", f"{S}/calls"),
    "ledger": Address("GET", f"{S}/ledger"),
    "events": Address("GET", f"{S}/events"),
    "contract": Address("GET", "/_emulator/contract"),
    "providerContract": Address("GET", "/_emulator/contract/{provider}"),
    "metrics": Address("GET", "/_emulator/metrics"),
    "listScenarios": Address("GET", "/_emulator/scenarios"),
}
