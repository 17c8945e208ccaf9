"""Bodies made to cost more than they weigh, over the wire: each is answered in its provider's own words, soon, and
without growth."""

import resource
import time
from xml.etree import ElementTree

import pytest
from aiohttp import ClientSession
from support import PATIENCE, control, serving

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
LAUGHS = "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(12)
)  # a billion and more  # fmt: skip
BLOWUP = f'<!ENTITY a "{"a" * 60_000}">'
ENTITIES = {
    "billion laughs": (LAUGHS, "&l11;"),
    "quadratic blowup": (BLOWUP, "&a;" * 60_000),
    "a file": ('<!ENTITY f SYSTEM "file:///etc/passwd">', "&f;"),
    "an address": ('<!ENTITY f SYSTEM "http://127.0.0.1:1/x">', "&f;"),
    "parameter entities": ('<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;', "x"),
    "entities of attributes": ('<!ENTITY a "x"><!ATTLIST request b CDATA "&a;">', "x"),
}
SHAPES = {
    "deep": "<a>" * 100_000,
    "wide": "<a/>" * 100_000,
    "many attributes": "<a " + " ".join(f'b{n}="c"' for n in range(50_000)) + "/>",
    "a long name": "<" + "a" * 1_000_000 + "/>",
    "a long text": "a" * 1_000_000,
    "many namespaces": "".join(f'<a xmlns:p{n}="urn:{n}"/>' for n in range(20_000)),
    "a long namespace": f'<a xmlns="{"u" * 500_000}">' + "<b/>" * 5000 + "</a>",
    "much CDATA": "<![CDATA[" + "x]" * 300_000 + "]]>",
    "many comments": "<!-- x -->" * 200_000,
    "many instructions": "<?a b?>" * 200_000,
}
BOMBS = {
    **{name: (f"<!DOCTYPE x [{declared}]>", text) for name, (declared, text) in ENTITIES.items()},
    **{name: ("", text) for name, text in SHAPES.items()},
}


def ubill(doctype: str, inside: str) -> bytes:
    return f'<?xml version="1.0"?>{doctype}<request><text>{inside}</text></request>'.encode()


def soap(doctype: str, inside: str) -> bytes:
    body = f'<e:Body><n:send xmlns:n="urn:n"><mes>{inside}</mes></n:send></e:Body>'
    return f'<?xml version="1.0"?>{doctype}<e:Envelope xmlns:e="{SOAP}">{body}</e:Envelope>'.encode()


class Cost:
    """What a piece of a test took."""

    def __enter__(self) -> "Cost":
        self.began, self.most = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return self

    def __exit__(self, *_: object) -> None:
        assert time.process_time() - self.began < PATIENCE / 10
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - self.most < 150_000, "KiB more than before"


async def post(served, path: str, body: bytes, kind: str) -> tuple[int, bytes]:
    async with (
        ClientSession() as session,
        session.post(served.base_url + path, data=body, headers={"Content-Type": kind}) as answer,
    ):
        return answer.status, await answer.read()


@pytest.mark.parametrize("bomb", BOMBS)
async def test_bombs_of_xml_are_answered_by_both_providers_that_read_xml(served, bomb):
    with Cost():
        status, answer = await post(served, "/v1/sms/sendXml?key=emulator-ubill", ubill(*BOMBS[bomb]), "text/xml")
        said = {child.tag: child.text for child in ElementTree.fromstring(answer)}
        assert (status, said["statusID"] == "0") == (200, False)
        status, answer = await post(served, "/sys/soap.php", soap(*BOMBS[bomb]), "text/xml")
        (body,) = ElementTree.fromstring(answer)
        assert status == (500 if body[0].tag == f"{{{SOAP}}}Fault" else 200)
        assert b"root:" not in answer
    assert len(served.emulator.default.engine.state.store.messages) == 0


DEEP = 200_000
JSONS = {"lists": b"[" * DEEP, "objects": b'{"text":' * DEEP, "both": b'{"numbers":[' * DEEP,
    "closed": b"[" * 900 + b"]" * 900}


@pytest.mark.parametrize("name", JSONS)
async def test_deep_json_is_refused_wherever_json_is_read(served, name):
    with Cost():
        for path in ("/v1/sms/send?key=emulator-ubill", "/v1/sms/brandNameCreate?key=emulator-ubill",
            "/rest/send/"):
            assert (await post(served, path, JSONS[name], "application/json"))[0] == 200
        for path in ("sandboxes", "sandboxes/default/rules", "sandboxes/default/clock"):
            assert (await post(served, f"/_emulator/{path}", JSONS[name], "application/json"))[0] == 400
        assert (await control(served, "GET", "/_emulator/sandboxes/default/requests"))[0] == 200
        assert (await control(served, "GET", "/_emulator/sandboxes/default/lint"))[0] == 200


FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=b"
ONE = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n'
INSIDE = b"--b\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n"
FORMS = {
    "many fields": (FORM, b"a=b&" * 200_000),
    "many names": (FORM, b"&".join(b"a%d=b" % n for n in range(200_000))),
    "many percents": (FORM, b"content=" + b"%" * 500_000),
    "many parts": (PARTS, ONE * 3_000 + b"--b--\r\n"),
    "many words of a header": (PARTS, ONE.replace(b'name="a"', b"a;" * 3000) * 500 + b"--b--\r\n"),
    "parts within parts": (PARTS, b"".join(INSIDE.replace(b"--b\r", b"--b%d\r" % n) % (n + 1) for n in range(3000))),
    "parts that never end": (PARTS,
    ONE * 3 + b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\n" + b"x" * 1_000_000),
    "a part of unknown encoding": (PARTS, b"--b\r\nContent-Encoding: nothing\r\n\r\nx\r\n--b--\r\n"),
    "a part of broken gzip": (PARTS, b"--b\r\nContent-Encoding: gzip\r\n\r\nx\r\n--b--\r\n"),
    "a part of broken base64": (PARTS, b"--b\r\nContent-Transfer-Encoding: base64\r\n\r\nx\r\n--b--\r\n"),
    "a part with many headers": (PARTS, b"--b\r\n" + b"X: y\r\n" * 100_000 + b"\r\nx\r\n--b--\r\n"),
    "no boundary": ("multipart/form-data", ONE),
    "a boundary too long": ("multipart/form-data; boundary=" + "b" * 200, ONE),
}


@pytest.mark.parametrize("name", FORMS)
async def test_forms_made_to_cost_are_answered_and_the_connection_goes_on(name):
    kind, body = FORMS[name]
    async with serving() as served, ClientSession() as session:
        with Cost():
            for path in ("/api/v2/send/", "/sys/send.php", "/v1/sms/send"):
                for _ in range(2):
                    async with session.post(served.base_url + path, data=body,
                        headers={"Content-Type": kind}) as answer:
                        assert answer.status in (200, 401)
                        await answer.read()
