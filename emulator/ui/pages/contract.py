"""The contract of a provider, to read; and links into it."""

from collections.abc import Callable
from urllib.parse import quote

from emulator.control_api.refusal import Refusal
from emulator.http.messages import HttpReply
from emulator.providers.base import under_headings
from emulator.sandboxes.sandbox import Sandbox
from emulator.ui.page_request import PageRequest
from emulator.ui.rendering import html
from emulator.ui.urls import BASE


def linker(sandbox: Sandbox) -> Callable[[str], str | None]:
    """A row's name → where it can be read."""
    where = {
        row.id: f"{BASE}/contract/{quote(name, safe='')}#{quote(row.id, safe='')}"
        for name, provider in sandbox.providers.items() for row in provider.contract()
    }  # fmt: skip
    return where.get


async def contract(asked: PageRequest) -> HttpReply:
    """All rows of one provider, by their evidence."""
    providers = asked.context.providers
    provider = providers.get(asked.values["provider"])
    if provider is None:
        raise Refusal(404, "no-such-provider", "there is no such provider", f"there are {', '.join(providers)}")
    rows = provider.contract()
    return html(
        "contract.html", title=f"Contract of {provider.title}", here="contract", provider=provider, providers=providers,
        kinds=under_headings(rows),
        sandbox=asked.sandbox,
    )  # fmt: skip
