"""A callback's URL as it stands in a request."""

from urllib.parse import quote

from emulator.http.messages import origin_of

_ASCII = "".join(map(chr, range(128)))


def in_ascii(url: str) -> str:
    """A URL as it goes out: letters beyond ASCII are octets of UTF-8, escaped, and those of a host are Punycode; all
    else stays as it was set. One that cannot be written so stays whole, and is refused when it is called."""
    from yarl import URL  # serving waits for no client

    begin = origin_of(url)
    try:
        return (begin if begin.isascii() else str(URL(begin)).rstrip("/")) + quote(url[len(begin) :], safe=_ASCII)
    except ValueError:
        return url
