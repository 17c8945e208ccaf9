"""The control API and the page, joined with an emulator. Loaded when somebody first asks for them."""

import secrets

from emulator.app.emulator import Emulator
from emulator.control_api.context import Context
from emulator.control_api.http_api import Control
from emulator.ui.site import Site


def control_of(emulator: Emulator) -> Control:
    """What answers under /_emulator for an emulator that has been started."""
    settings = emulator.settings
    token = settings.token
    if token is None and not settings.loopback:
        token = secrets.token_urlsafe()  # nobody knows it: open to the world is no default
    context = Context(
        manager=emulator, http=emulator.http, smpp=emulator.smpp, base_url=emulator.base_url,
        targets=settings.targets, public_url=settings.public_url,
    )  # fmt: skip
    return Control(context, token, settings.hosts, Site)
