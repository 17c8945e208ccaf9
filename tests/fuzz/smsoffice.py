"""smsoffice's HTTP: query, form, multipart, raw octets; the envelope, the bare balance, or 414."""

import json

from fuzz import spellings
from fuzz.chance import DESTINATIONS, MOMENTS, TEXTS, Chance
from fuzz.surface import HttpSurface, members

from emulator.core.commands import AnyCommand, BalanceQuery
from emulator.http.messages import HttpReply, HttpRequest

_NAMES = (
    "key", "destination", "sender", "content", "urgent", "reference", "scheduledAt", "contentType", "noSmsNumber",
    "KEY",
)  # fmt: skip
_PATHS = (
    "/api/v2/send", "/api/v2/send/", "/api/v2/send", "/api/v2/getMessageStatus", "/api/v2/getMessageStatus/",
    "/api/getBalance", "/api/getBalance/", "/API/V2/SEND", "/api/v2/send//", "/api/send.aspx",
)  # fmt: skip


class Smsoffice(HttpSurface):
    name = provider = "smsoffice"
    fill = {"[API_KEY]": "key", "[CUSTOMER_MOBILE]": "995577123456", "[LENGTH]": "9"}  # noqa: RUF012

    def make(self, chance: Chance) -> HttpRequest:
        fields = {
            "key": chance.value((self.who["key"],) * 9), "destination": chance.value(DESTINATIONS),
            "sender": "smsoffice",
            "content": chance.value(TEXTS), "urgent": chance.value(("true", "false", "1")),
            "reference": chance.value(("r1", "r2", "")), "scheduledAt": chance.value(("", "1764000000", "0")),
        }  # fmt: skip
        if chance.one_in(chance.wild):
            fields["scheduledAt"] = chance.value(MOMENTS)
            fields["sender"] = chance.value(("SMSOFFICE", "smsoffice", "Shop"))
        said = members(fields, _NAMES, chance)
        path = chance.choice(_PATHS)
        raw = chance.one_in(8)
        if chance.one_in(3):
            return HttpRequest(method="GET", target=spellings.target(path, spellings.query(chance, said)),
                raw_octets=raw)
        if chance.one_in(5):
            headers = (("Content-Type", "multipart/form-data; boundary=b"),)
            return HttpRequest(method="POST", target=path, headers=headers, form=spellings.form(chance, said),
                body=b"x")
        kind = spellings.FORM if not chance.one_in(6) else chance.choice(spellings.KINDS)
        body = spellings.query(chance, said).encode("latin-1", "replace")
        return HttpRequest(method="POST", target=path, headers=(("Content-Type", kind),), body=body, raw_octets=raw)

    def judge(self, command: AnyCommand | None, request: HttpRequest, reply: HttpReply) -> None:
        kind = reply.header("content-type")
        if reply.status == 414:
            assert request.method == "GET"
            assert len(request.target) > 4000
            return
        assert reply.status == 200
        if kind.startswith("text/plain"):
            # None: too long for the journal; v1: the first version answers in plain codes
            assert isinstance(command, BalanceQuery | None) or command.protocol == "v1"
            int(reply.body)
            return
        assert kind == "application/json; charset=utf-8"
        said = json.loads(reply.body.decode("utf-8"))
        assert list(said) == ["Success", "Message", "Output", "ErrorCode"]
        assert [type(one) for one in said.values()][:2] == [bool, str]
        assert isinstance(said["Output"], dict | None)
        assert said["Success"] == (said["ErrorCode"] == 0)
