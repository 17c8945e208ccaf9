"""The highest priority goes before what is due at the same moment, whatever a rule makes of a message's reports."""

import pytest
from worlds import TO, Play

from emulator.core.units import SECOND

OTHER = "995577000002"

STEPS = [{"after": 1, "status": "sent"}, {"after": 5, "status": "delivered"}]
SCRIPT = [{"after": 2, "status": "delivered"}, {"after": 2, "status": "sent"}, {"after": 9, "status": "read"}]


def told(play, seconds):
    """Who was told of, moment by moment."""
    moments = {}
    for one in play.advance(seconds):
        moments.setdefault(one.at, []).append(one.due.message)
    return list(moments.values())


@pytest.mark.parametrize("reports", [
    {}, {"late": 3}, {"twice": True}, {"times": 3}, {"order": "reversed"}, {"order": "shuffled"}, {"script": SCRIPT},
])  # fmt: skip
@pytest.mark.parametrize("begins_in", [0, 60])
def test_its_reports_go_first_at_every_moment(reports, begins_in):
    play = Play({"then": {"steps": STEPS, **({"reports": reports} if reports else {})}})
    begins_at = play.at + begins_in * SECOND if begins_in else None
    play.accepted(TO, begins_at=begins_at)
    play.accepted(OTHER, begins_at=begins_at, first=True)
    seen = told(play, 100)
    assert len(seen) >= 2 - (reports.get("order") is not None)
    for messages in seen:
        assert messages == sorted(messages, reverse=True)
        assert set(messages) == {1, 2}
