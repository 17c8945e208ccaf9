"""What generators roll: a seeded source of chance, the values that break programs, and mutation of octets."""

import random
from collections.abc import Sequence
from typing import Any

NUMBERS = (
    "0", "-0", "-1", "1", "007", "+5", "1e9", "1.5", "inf", "nan", "0x10", "127", "128", "255", "256", "32767",
    "65535", "65536",
    "2147483647", "2147483648", "-2147483649", "4294967295", "9223372036854775807", "9223372036854775808",
    "18446744073709551616", "99999999999999999999", "9" * 40, "١٢٣", "１２３", "²", "½",
)  # fmt: skip
TEXTS = (
    "", " ", "Hello", "გამარჯობა", "Привет", "code 123456", "\0", "a\0b", "\r\n", "\n", "\t", "\x1b", "\x7f", "\ufeff",
    "\ufffe", "\uffff", "\u2028", "\u202e", "\U0001f600", "e\u0301" * 20, "€[]{}~^|\\", "@£$¥", "\u00a0", "%", "%zz",
    "%00", "%u0041", "+", "&", "=", "a=b&c=d", "#", "?", "/", "../../etc/passwd", "'", '"', "<", ">", "&amp;", "]]>",
    "<!DOCTYPE a>", "&#0;", "&lol;", "{{7*7}}", "${7*7}", "%s%n", "null", "true", "false", "[]", "{}", "x" * 159,
    "x" * 160,
    "x" * 161, "я" * 70, "я" * 71, "x" * 1001,
)  # fmt: skip
HUGE = ("0" * 4400 + "1", "1" * 4400, "ы" * 5000, "x" * 20_000, "%" * 5000, "995577123456," * 2000, "[" * 3000,
    "79001234567:a\n" * 300)
PHONES = (
    "995577123456", "+995577123456", "00995577123456", "995599654321", "577123456", "79001234567", "+7 (900) 123-45-67",
    "89001234567", "9001234567", "1", "12345678901234567", "995577990001", "995577990007", "995577990008",
    "995577990009",
    "79001990002", "79001990006", "phone", "G12", "a@b.ge", "٩٩٥٥٧٧١٢٣٤٥٦", ",", ";",
)  # fmt: skip
DESTINATIONS = (
    "995577123456", "995577123456", "79001234567", "79001234567", "995599654321", "+995577123456", "79001990003",
    "995577990001",
    "995577123456,995577123456", "995577123456,x,79001234567", "79001234567,79001234568",
    ",".join(f"99557{n:07d}" for n in range(40)),
)  # fmt: skip
MOMENTS = (
    "2026-11-21 12:00", "2099-01-01 00:00", "2026-02-30 25:61", "9998-12-31 23:59", "0000-00-00 00:00", "1764000000",
    "221845392000", "01770024600", "0099999999999", "3112992359", "0101010000", "3213992561", "31.12.26 23:59", "10-12",
    "23-24", "0-0", "99-99", "+5", "+999999", "24", "00:30", "25", "991231235959999+", "000001000000000R",
    "271231235959000+",
)  # fmt: skip


class Chance(random.Random):
    """A source of chance with the words that generators use."""

    wild = 3
    """One value in so many is one that breaks programs."""

    def one_in(self, number: int) -> bool:
        return self.randrange(number) == 0

    def few(self, most: int) -> int:
        """0 to `most`, small ones more often."""
        return min(self.randint(0, most), self.randint(0, most))

    def of(self, *kinds: Sequence[Any]) -> Any:
        """An entry of one of the lists."""
        return self.choice(self.choice(kinds))

    def letters(self, most: int = 12) -> str:
        """A text of characters from everywhere, none of them half of a pair."""
        tops = (0x80, 0x500, 0x1100, 0xD800, 0x10FFFF)
        points = (self.randrange(self.choice(tops)) for _ in range(self.few(most)))
        return "".join(chr(point) for point in points if not 0xD800 <= point < 0xE000)

    def value(self, *likely: Sequence[str]) -> str:
        """A parameter's value: mostly one that is likely, else one that breaks programs."""
        if likely and not self.one_in(self.wild):
            return str(self.of(*likely))
        if self.one_in(40):
            return str(self.choice(HUGE))
        return str(self.of(NUMBERS, TEXTS, PHONES, MOMENTS)) if not self.one_in(3) else self.letters()

    def octets(self, most: int) -> bytes:
        return self.randbytes(self.few(most))

    def mutated(self, good: bytes, others: Sequence[bytes] = ()) -> bytes:
        """Octets changed in one to four places: flipped, cut, doubled, moved, mixed with another good one."""
        made = bytearray(good)
        for _ in range(self.randint(1, 4)):
            begin = self.randint(0, len(made))
            end = min(len(made), begin + self.few(16))
            match self.randrange(8):
                case 0 | 1 if made:
                    made[self.randrange(len(made))] = self.randrange(256)
                case 2 if made:
                    made[self.randrange(len(made))] ^= 1 << self.randrange(8)
                case 3:
                    del made[begin:end]
                case 4:
                    made[begin:begin] = made[begin:end] * self.randint(1, 8)
                case 5:
                    made[begin:end] = str(self.of(NUMBERS, TEXTS)).encode("utf-8")[:200]
                case 6 if others:
                    other = self.choice(others)
                    cut = self.randint(0, len(other))
                    made[begin:] = other[cut:]
                case _:
                    made[begin:begin] = self.octets(8)
        return bytes(made)
