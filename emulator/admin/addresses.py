"""Which requests are for the control API and the page, and which for a provider. Light: every request is asked."""

from emulator.wire import HttpRequest

PREFIX = "/_emulator"
_READS = ("GET", "HEAD")


def ours(request: HttpRequest) -> bool:
    """Is the request not a provider's?"""
    target = request.target
    if not target.startswith("/"):  # through http_proxy
        return request.path.startswith(PREFIX)
    return target.startswith(PREFIX) or (target[:2] in ("/", "/?") and request.method in _READS)
