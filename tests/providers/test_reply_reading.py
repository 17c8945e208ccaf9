"""What all client halves read by: JSON behind a byte order mark, a charset among other parameters."""

import msgspec
import pytest

from emulator.providers.reply_reading import charset_of, read_json


@pytest.mark.parametrize(("octets", "charset"), [
    (b"\xef\xbb\xbf" + '{"a": "я"}'.encode(), "utf-8"), (b"\xef\xbb\xbf" + '{"a": "я"}'.encode(), "cp1251"),
    ('{"a": "я"}'.encode(), "utf-8"), ('{"a": "я"}'.encode("cp1251"), "cp1251"),
])  # fmt: skip
def test_json_is_read_in_its_charset_with_or_without_a_mark_before_it(octets, charset):
    assert read_json(octets, charset) == {"a": "я"}


def test_what_is_no_json_is_told_as_such():
    with pytest.raises(msgspec.DecodeError):
        read_json(b"\xef\xbb\xbf<html>")


@pytest.mark.parametrize(("written", "charset"), [
    ("text/html", "utf-8"), ("text/html; charset=windows-1251", "cp1251"), ('a/b; x=1; Charset="KOI8-R"', "koi8-r"),
    ("a/b; charset='utf-8'; x=1", "utf-8"), ("a/b; charset=nothing-like-it", "utf-8"), ("charset=cp1251", "utf-8"),
])  # fmt: skip
def test_the_charset_is_found_wherever_it_stands(written, charset):
    assert charset_of(written) == charset
