"""What fits into a bind, and what does not."""

import pytest

from emulator.smpp.credentials import misfit


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("system_id", "l" * 15, None),
        ("system_id", "l" * 16, "it has 16 octets; system_id may be 1 to 15 ASCII characters"),
        ("password", "p" * 8, None),
        ("password", "p" * 9, "it has 9 octets; password may be 1 to 8 ASCII characters"),
        ("password", "пароль", "it has 12 octets, is not all ASCII; password may be 1 to 8 ASCII characters"),
        ("password", "é", "it is not all ASCII; password may be 1 to 8 ASCII characters"),
        ("password", "a\0b", "it has a NUL in it; password may be 1 to 8 ASCII characters"),
    ],
)
def test_a_bind_says_short_texts_of_ascii(field, value, why):
    assert misfit(field, value) == why
