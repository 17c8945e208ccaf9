"""A browser-like client over a real socket, and pages taken apart."""

import re
from html.parser import HTMLParser
from typing import Any

from aiohttp import ClientSession

PAGE = "/_emulator/page/default"


class Visible(HTMLParser):
    """The text of a page, and its tags with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


class Page:
    """An answer: its status, headers, HTML, and the text that one sees."""

    def __init__(self, status: int, headers: Any, html: str, url: str) -> None:
        self.status, self.headers, self.html, self.url = status, headers, html, url
        seen = Visible()
        seen.feed(html)
        self.text = re.sub(r"\s+", " ", "".join(seen.words))
        self.tags = seen.tags


class Surfer:
    """Asks as a browser does: cookies, redirects, forms."""

    def __init__(self, session: ClientSession, base_url: str) -> None:
        self.session, self.base_url = session, base_url

    async def get(self, path: str, **headers: str) -> Page:
        return await self._ask("GET", path, None, headers)

    async def post(self, path: str, headers: dict[str, str] | None = None, **form: str) -> Page:
        return await self._ask("POST", path, form, headers or {})

    async def _ask(self, method: str, path: str, form: Any, headers: dict[str, str]) -> Page:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.request(method, self.base_url + path, data=form, headers=named) as answer:
            return Page(answer.status, answer.headers, await answer.text(), answer.url.path_qs)

    async def send(self, text: str, to: str = "995577123456", provider: str = "smsoffice", reference: str = "") -> Page:
        return await self.post(f"{PAGE}/send", provider=provider, to=to, text=text, reference=reference)
