"""A call with a code (facts, 3.5): send.php with call=1 and mes=code. The provider makes up six digits and calls from a
number that ends in them; the answer tells them to the client, who asks its user for all or for the last four."""

import msgspec

from emulator.core.engine.checks import CheckContext
from emulator.providers.smscenter.parameters import Parameters

ASKS = "code"
"""The text that asks for one; any other would be read out, which the emulator leaves out."""


def problem(parameters: Parameters) -> str:
    """Why such a call cannot be made, or ""."""
    if parameters.get("list"):
        return "call=1 goes with phones and mes, not with list [smscenter.call.code]"
    if parameters.get("mes").strip().lower() != ASKS:
        return (
            "call=1 with another text than mes=code asks for it to be read out; the emulator makes calls with a code "
            "alone [smscenter.products]"
        )
    return ""


def make_code(case: CheckContext) -> None:
    """Six digits, the first none of 0, by the sandbox's chance: the message's text from here on."""
    case.code = str(case.state.chance.between(100_000, 999_999))
    texts = (case.code,) * len(case.command.texts)
    case.command = msgspec.structs.replace(case.command, text=case.code, texts=texts)
