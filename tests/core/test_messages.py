"""What a message of a batch was sent as."""

from functools import total_ordering

from emulator.core.messages import Batch, Former, Replacement


@total_ordering
class Counted(int):
    """A number that knows how often numbers like it were compared."""

    compared = 0

    def __eq__(self, other):
        Counted.compared += 1
        return int(self) == int(other)

    def __lt__(self, other):
        Counted.compared += 1
        return int(self) < int(other)

    __hash__ = int.__hash__


def test_of_many_that_a_replace_left_out_each_is_found_by_a_few_looks():
    former = Former(tuple(map(Counted, range(2, 20_002, 2))), "old", 1, (), 0)
    batch = Batch(
        1, "smscenter", "smpp", "1", "Shop", "new", None, "gsm7", 1, 0, 0, 0, False, False, False, {},
        replaced=Replacement(5, None, (former,)),
    )  # fmt: skip
    for message, text in ((1, "new"), (2, "old"), (10_000, "old"), (10_001, "new"), (20_000, "old"), (20_001, "new")):
        Counted.compared = 0
        assert batch.as_sent(message).text == text
        assert Counted.compared < 50
