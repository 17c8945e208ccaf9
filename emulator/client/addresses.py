"""Where a client talks to."""

from urllib.parse import urlsplit


def check_base_url(base_url: str) -> str:
    """The address without a slash behind it. Raises ValueError for what no request can go to."""
    try:
        where = urlsplit(base_url)
        port = where.port
    except ValueError as why:
        raise ValueError(f"{base_url!r} is no address: {why}") from None
    if where.scheme not in ("http", "https") or not where.hostname:
        raise ValueError(f"{base_url!r} is no http or https address: it is to be https://host or https://host:port")
    if where.username or where.password:
        raise ValueError("base_url holds a name or a password: credentials are the client's other arguments")
    if where.query or where.fragment or port == 0 or any(character.isspace() for character in base_url):
        raise ValueError(f"{base_url!r} is no base address: nothing may stand behind the path, and no blanks in it")
    return base_url.rstrip("/")
