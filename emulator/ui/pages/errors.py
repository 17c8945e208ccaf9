"""What is shown when something cannot be had, and the log-in."""

from emulator.control_api.refusal import Refusal
from emulator.http.messages import HttpReply
from emulator.ui.page_request import PageRequest
from emulator.ui.rendering import html


def page(asked: PageRequest, refusal: Refusal) -> HttpReply:
    """A refusal in words."""
    return html("trouble.html", refusal.status, title="Not possible", said=str(refusal), hint=refusal.hint,
                back=asked.request.header("referer"), status=refusal.status)  # fmt: skip


def log_in(asked: PageRequest, status: int, said: str = "") -> HttpReply:
    return html("login.html", status, title="Log in", said=said)
