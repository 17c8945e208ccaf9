"""Files that come along."""

import hashlib
import re
from importlib import resources

STATIC = resources.files("emulator.ui") / "static"


def test_files_of_others_are_as_they_came():
    table = re.findall(r"^\| `([^`]+)` .*`([0-9a-f]{64})` \|$", (STATIC / "VENDORED.md").read_text(), re.MULTILINE)
    assert len(table) == 3
    for name, wanted in table:
        assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == wanted, name
    assert {name for name, _ in table} == {one.name for one in STATIC.iterdir() if ".min." in one.name}


async def test_static_files_are_served_with_a_tag_and_nothing_else_is(surfer):
    page = await surfer.get("/_emulator/page/static/page.js")
    assert page.headers["Content-Type"].startswith(("text/javascript", "application/javascript"))
    assert (await surfer.get("/_emulator/page/static/page.js", If_None_Match=page.headers["ETag"])).status == 304
    for name in ("..%2F__init__.py", "../front.py", "", ".hidden", "nothing.js", "%2e%2e/front.py"):
        async with surfer.session.get(surfer.base_url + "/_emulator/page/static/" + name) as answer:
            assert answer.status == 404, name
