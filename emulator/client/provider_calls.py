"""What a driver knows of the calls of an account, whichever provider's."""

from collections.abc import Sequence
from typing import Any, ClassVar

from emulator.client.calls import Call
from emulator.client.places import USUAL, AtOnce


class ProviderCalls:
    """The calls of one account. `base_url`: the real provider's; `at_once`: how many may be under way, unless told
    otherwise; `secrets`: what no text may hold."""

    provider: ClassVar[str]
    base_url: ClassVar[str]
    at_once: ClassVar[AtOnce] = USUAL
    secrets: tuple[str, ...] = ()

    def was_accepted(self, to: Sequence[str], reference: str | None) -> Call[Any] | None:
        """The question about a send in doubt, None where there is none to ask."""
        return None

    @classmethod
    def from_environment(cls) -> dict[str, Any]:
        """What a client is made with. Raises ValueError that names what is missing."""
        raise NotImplementedError
