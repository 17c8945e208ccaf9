"""What the handlers of the control API, and the page, are given."""

from collections.abc import Mapping

import msgspec

from emulator.dispatch.http import HttpDispatcher
from emulator.dispatch.smpp import SmppDispatcher
from emulator.net.allowed_targets import Targets
from emulator.providers.base import Provider
from emulator.sandboxes.manager import SandboxManager


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """One emulator, as those see it who look into its sandboxes. `base_url`: where it is served; `public_url`: where
    others see it. `targets`: where callbacks may go."""

    manager: SandboxManager
    http: HttpDispatcher
    smpp: SmppDispatcher
    base_url: str
    targets: Targets
    public_url: str | None = None

    @property
    def providers(self) -> Mapping[str, Provider]:
        return self.manager.providers
