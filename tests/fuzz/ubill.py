"""uBill's HTTP: GET, JSON, XML; 200 with a statusID, or the plain 401."""

import json
from xml.etree import ElementTree

from fuzz import spellings
from fuzz.chance import DESTINATIONS, TEXTS, Chance
from fuzz.surface import HttpSurface, members

from emulator.core.commands import AnyCommand
from emulator.http.messages import HttpReply, HttpRequest, write_query

_NAMES = ("key", "brandID", "numbers", "text", "stopList", "otp", "sendTime", "brandName", "Numbers", "smsID")
_POSTS = ("/v1/sms/send", "/v1/sms/send", "/v1/sms/sendXml", "/v1/sms/sendXml", "/v1/sms/brandNameCreate",
    "/v1/sms/sendXML/")
_GETS = ("/v1/sms/send", "/v1/sms/send", "/v1/sms/balance", "/v1/sms/brandNames", "/v1/sms/report/", "/v1/sms/report/1")


class Ubill(HttpSurface):
    name = provider = "ubill"
    fill = {"{key}": "key"}  # noqa: RUF012

    def make(self, chance: Chance) -> HttpRequest:
        fields = {
            "brandID": chance.value(("1",)), "numbers": chance.value(DESTINATIONS), "text": chance.value(TEXTS),
            "stopList": chance.value(("true", "false")), "otp": chance.value(("true", "false")),
            "sendTime": chance.value(("", "2099-01-01 00:00")), "brandName": chance.value(("Shop", "Shop 2",
            "my-brand")),
        }  # fmt: skip
        said = members(fields, _NAMES, chance)
        key = chance.value((self.who["key"],) * 9)
        who: list[tuple[str, str]] = [] if chance.one_in(3) else [("key", key)]
        headers = (("key", key),) if not who or chance.one_in(5) else ()
        if chance.one_in(3):
            path = chance.choice(_GETS)
            if path.endswith("/"):
                own = chance.value(("1", "2"))
                path += own.encode().hex() if chance.one_in(3) else write_query([(own, "")])[:-1]
            said = who + (said if path.endswith("send") or chance.one_in(4) else [])
            return HttpRequest(
                method="GET", target=spellings.target(path, spellings.query(chance, said)), headers=headers,
                raw_octets=chance.one_in(8),
            )  # fmt: skip
        path = chance.choice(_POSTS)
        target = f"{path}?{write_query(who)}"
        if chance.one_in(12):
            kind = (("Content-Type", "multipart/form-data; boundary=b"),)
            form = spellings.form(chance, said)
            return HttpRequest(method="POST", target=target, headers=headers + kind, form=form, body=b"--b")
        as_xml = path.lower().startswith("/v1/sms/sendxml") != chance.one_in(12)
        root = "request" if not chance.one_in(15) else chance.choice(("req", "Request", "p:request",
            'request xmlns="urn:x"'))
        body = spellings.xml(chance, [root], said) if as_xml else spellings.json_body(chance, said)
        kinds = ("application/xml",) if as_xml else ("application/json",)
        kind = (("Content-Type", chance.choice(kinds) if not chance.one_in(6) else chance.choice(spellings.KINDS)),)
        if not as_xml and chance.one_in(12):
            body = spellings.query(chance, said).encode("latin-1", "replace")
        return HttpRequest(method="POST", target=target, headers=headers + kind, body=body)

    def judge(self, command: AnyCommand | None, request: HttpRequest, reply: HttpReply) -> None:
        kind = reply.header("content-type")
        if reply.status == 401:
            assert kind == "text/plain"
            return
        assert reply.status == 200
        if kind == "application/xml":
            assert request.path.lower().startswith("/v1/sms/sendxml")
            root = ElementTree.fromstring(reply.body)
            assert root.tag == "response"
            said = {child.tag: child.text for child in root}
            assert list(said) in (["statusID", "smsID", "message"], ["statusID", "message"])
            int(said["statusID"] or "")
            return
        assert kind == "application/json"
        told = json.loads(reply.body.decode("utf-8"))
        assert type(told["statusID"]) is int
