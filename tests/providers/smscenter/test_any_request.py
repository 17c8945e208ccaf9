"""Whatever a client sends, SMS Center answers: 200, or a SOAP fault with 500; and what it answers can be read."""

import json
import xml.etree.ElementTree as ET
from urllib.parse import urlencode

from hypothesis import given
from hypothesis import strategies as st
from providers.smscenter.desk import FORM, LOGIN, OTHER, TO, Desk

_NAMES = (
    "phones mes id sender translit time tz flash hlr bin cost err op list valid maxsms phone all del charset fmt cur "
    "login psw apikey query"
)
_words = st.sampled_from(_NAMES.split())
_likely = st.sampled_from(
    ["0", "1", "2", "3", TO, OTHER, f"{TO},{OTHER}", f"{TO}:a\n{OTHER};b", "+5", "10-12", "utf-8", "12", ",", ":", "-1",
     "1e9", "inf", "01770024600", "alex", "123", "99999999999999999999", "00:30"]
)  # fmt: skip
_fields = st.dictionaries(_words, _likely | st.text(max_size=12), max_size=8)
_pages = st.sampled_from(["/sys/send.php", "/sys/status.php", "/sys/balance.php", "/rest/send/"])


def readable(desk: Desk, fmt: str, body: bytes, charset: str) -> None:
    text = body.decode(charset)
    if fmt == "3" and text != "OK":
        json.loads(text)
    elif fmt == "2" and text != "OK":
        ET.fromstring(f"<all>{text}</all>")
    desk.why()


@given(requests=st.lists(st.tuples(_pages, _fields), max_size=4), fmt=st.sampled_from("0123"))
def test_any_parameters_are_answered_in_any_format(requests: list[tuple[str, dict[str, str]]], fmt: str) -> None:
    desk = Desk(limits="off")
    desk.send()
    for page, fields in requests:
        said = urlencode({**LOGIN, "phones": TO, "mes": "x", **fields, "fmt": fmt}, errors="replace")
        reply = desk.ask("GET", f"{page}?{said}")
        assert reply.status == 200
        charset = reply.header("content-type").partition("charset=")[2]
        readable(desk, "3" if page.startswith("/rest") else fmt, reply.body, charset)
        desk.advance(10)
    desk.status(1, all="2")
    desk.soap("get_status", phone=TO, id="1", all="2")


@given(page=_pages, octets=st.binary(max_size=80), kind=st.sampled_from([FORM, "application/json", "multipart/x", ""]))
def test_any_octets_are_answered(page: str, octets: bytes, kind: str) -> None:
    desk = Desk()
    reply = desk.ask("POST", page, octets, {"Content-Type": kind})
    assert reply.status == 200
    desk.why()


@given(
    root=st.sampled_from(["balance", "send", "send2", "cost", "cost2", "status", "status2"]), fields=_fields,
    versions=st.sampled_from(["http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"]),
)  # fmt: skip
def test_any_children_of_an_envelope_are_answered(root: str, fields: dict[str, str], versions: str) -> None:
    desk = Desk()
    made = ET.Element(f"{{{versions}}}Envelope")
    asked = ET.SubElement(ET.SubElement(made, f"{{{versions}}}Body"), f"{{urn:x}}{root}")
    for name, value in {**LOGIN, **fields}.items():
        ET.SubElement(asked, name).text = "".join(letter for letter in value if letter.isprintable())
    reply = desk.ask("POST", "/sys/soap.php", ET.tostring(made))
    assert reply.status == 200, reply.body
    ET.fromstring(reply.body)
    desk.why()


@given(octets=st.binary(max_size=80))
def test_any_octets_to_soap_are_a_fault(octets: bytes) -> None:
    reply = Desk().ask("POST", "/sys/soap.php", octets)
    assert reply.status == 500
    ET.fromstring(reply.body)
