"""The call that shows what lint found."""

from typing import TYPE_CHECKING

import msgspec

from emulator.control_api import views
from emulator.control_api.call import call
from emulator.control_api.refusal import while_there
from emulator.sandboxes.sandbox import Sandbox

if TYPE_CHECKING:
    from emulator.control_api import response_types


class LintQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`mild`: also what costs nothing yet, or is what the provider's own page does."""

    mild: bool = False


@call("lint")
async def lint(sandbox: Sandbox, query: LintQuery) -> "response_types.Findings":
    """What the client does that a provider lets pass or punishes later.

    `mild`: how many of that level there are; `not_seen`: how many entries
    left the journal before anybody looked at them.
    """
    await while_there(sandbox, sandbox.look_through())
    found = sandbox.lint()
    shown = [one for one in found if query.mild or one.level != "mild"]
    return {
        "findings": [views.finding(sandbox, one) for one in shown],
        "mild": sum(one.level == "mild" for one in found), "not_seen": sandbox.findings.passed,
    }  # fmt: skip
