"""SMS Center's HTTP in its four formats, and its SOAP."""

import json
import re
from xml.etree import ElementTree
from xml.parsers import expat

from fuzz import spellings
from fuzz.chance import DESTINATIONS, MOMENTS, TEXTS, Chance
from fuzz.surface import HttpSurface, members

from emulator.core.commands import AnyCommand
from emulator.http.messages import HttpReply, HttpRequest

_NAMES = ["phones", "mes", "id", "sender", "translit", "time", "tz", "flash", "hlr", "bin", "cost", "err", "op",
    "list", "valid", "maxsms", "phone", "all", "del", "charset", "fmt", "cur", "login", "psw", "apikey", "query",
    "format", "period", "push", "mms", "mail", "call", "viber", "soc", "bot", "tg", "whatsapp", "ping", "subj",
    "tinyurl"]  # fmt: skip
_PATHS = (
    "/sys/send.php", "/sys/send.php", "/sys/status.php", "/sys/status.php", "/sys/balance.php", "/rest/send/",
    "/rest/send",
    "/SYS/SEND.PHP", "/sys/send.php/",
)  # fmt: skip
_LISTS = ("79001234567:Hello\n79001234568;again", "79001234567:", ":x", "79001234567,79001234568:both", "\n\n;")


def _fields(surface: HttpSurface, chance: Chance) -> dict[str, str]:
    who = {"login": surface.who["login"], "psw": surface.who["psw"]}
    match chance.randrange(8) if chance.one_in(3) else 8:
        case 0:
            who = {"apikey": surface.who["apikey"]}
        case 1:
            who = {word: chance.value((surface.who[word],)) for word in ("login", "psw", "apikey")}
    fields = {
        **who, "phones": chance.value(DESTINATIONS), "mes": chance.value(TEXTS), "phone": chance.value(DESTINATIONS),
        "id": chance.value(("1", "2", "7", "1,2", "1,", "3,4,5")), "charset": chance.value(("utf-8", "windows-1251",
        "koi8-r")),
        "all": chance.value(("0", "1", "2")), "cost": chance.value(("0", "0", "1", "2", "3")),
    }  # fmt: skip
    for name, values in (("time", MOMENTS), ("valid", MOMENTS), ("sender", ("Shop", ".")), ("list", _LISTS),
                         ("err", ("1",)), ("op", ("1",)), ("cur", ("1",)), ("del", ("1",)), ("maxsms", ("1", "3")),
                         ("translit", ("1", "2")), ("tz", ("-24", "12", "1e309")), ("flash", ("1",))):  # fmt: skip
        if chance.one_in(6 + 3 * chance.wild):
            fields[name] = chance.value(values)
    if chance.one_in(2):
        del fields["id"]
    return fields


class SmscenterHttp(HttpSurface):
    name = "smscenter"
    provider = "smscenter"
    fill = {"login=alex": "login=alex"}  # noqa: RUF012

    def make(self, chance: Chance) -> HttpRequest:
        fields = {**_fields(self, chance), "fmt": chance.choice("0123") if not chance.one_in(20) else chance.value()}
        said = members(fields, _NAMES, chance)
        path = chance.choice(_PATHS)
        if chance.one_in(3):
            return HttpRequest(
                method="GET", target=spellings.target(path, spellings.query(chance, said)), raw_octets=chance.one_in(8)
            )
        if chance.one_in(6):
            headers = (("Content-Type", "multipart/form-data; boundary=b"),)
            return HttpRequest(method="POST", target=path, headers=headers, form=spellings.form(chance, said),
                body=b"x")
        if (path.startswith("/rest") and not chance.one_in(4)) or chance.one_in(15):
            kind, body = "application/json", spellings.json_body(chance, said)
        else:
            kind, body = spellings.FORM, spellings.query(chance, said).encode("latin-1", "replace")
        if chance.one_in(8):
            kind = chance.choice(spellings.KINDS)
        return HttpRequest(method="POST", target=path, headers=(("Content-Type", kind),), body=body)

    def judge(self, command: AnyCommand | None, request: HttpRequest, reply: HttpReply) -> None:
        if request.path.lower().rstrip("/").endswith("soap.php"):
            return judge_soap(request, reply)
        assert reply.status == 200
        if command is None:  # too long for the journal
            return
        fmt = command.style.get("fmt", "0")
        text = reply.body.decode(command.style.get("charset", "windows-1251"))
        kind = reply.header("content-type").partition(";")[0]
        assert kind == {"2": "text/xml", "3": "application/json"}.get(fmt, "text/plain")
        if text == "OK":
            return
        match fmt:
            case "3":
                assert isinstance(json.loads(text), dict | list)
            case "2":
                ElementTree.fromstring(f"<all>{text}</all>")
            case "1":
                assert re.match(r"[\w.-]+(,|$)", text), text
            case _:
                assert re.match(r"(OK - |ERROR = \d|Status = -?\d|\d+\.\d\d|$)", text), text


_ENVELOPES = (
    'SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"',
    's:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"',
    'e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"',
    'Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"', 'x:Envelope xmlns:x="urn:nobody"',
)  # fmt: skip
_NAMESPACES = (
    "http://smsc.ru/sys/soap.php", "urn:x", "http://www.w3.org/XML/1998/namespace", "a b", "&quot;&lt;", "\u10d0", "#",
    "x" * 1100,
)  # fmt: skip
_ROOTS = ("send", "send", "send2", "cost", "cost2", "status", "status2", "balance", "Send", "get", "send.x")


class SmscenterSoap(HttpSurface):
    name = "soap"
    provider = "smscenter"

    def make(self, chance: Chance) -> HttpRequest:
        if chance.one_in(30):
            return HttpRequest(method="GET", target=spellings.target("/sys/soap.php", chance.choice(("wsdl", "WSDL=1",
                "x", ""))))
        fields = _fields(self, chance)
        if chance.one_in(4):
            fields["query"] = spellings.query(chance, members({"maxsms": "2", "all": "2"}, _NAMES, chance))
        said = members(fields, _NAMES, chance)
        envelope = chance.choice(_ENVELOPES[:-1]) if not chance.one_in(20) else _ENVELOPES[-1]
        prefix = envelope.partition(":")[0] + ":" if ":" in envelope.partition(" ")[0] else ""
        root = chance.choice(_ROOTS[:-3] if not chance.one_in(12) else _ROOTS)
        match chance.randrange(8) if chance.one_in(chance.wild) else 8:
            case 0:
                asked = f'{root} xmlns="{chance.choice(_NAMESPACES)}"'
            case 1:
                asked = chance.choice((root, f"xml:{root}", f"{prefix}{root}", f"p:{root}"))
            case _:
                asked = f'ns1:{root} xmlns:ns1="{chance.choice(_NAMESPACES[:2])}"'
        opening = [envelope, f"{prefix}Body", asked]
        if chance.one_in(20):
            opening.insert(chance.randrange(4), chance.choice(("a", "b:c", 'd xmlns="urn:d"')))
        kind = chance.choice(("text/xml; charset=utf-8", "application/soap+xml", "text/xml", *spellings.KINDS))
        headers = (("Content-Type", kind), ("SOAPAction", chance.letters(8)), ("Host", chance.choice(("smsc.ru", "a<b",
            "", "x:1"))))
        return HttpRequest(
            method="POST", target="/sys/soap.php", headers=headers, body=spellings.xml(chance, opening, said)
        )

    def judge(self, command: AnyCommand | None, request: HttpRequest, reply: HttpReply) -> None:
        if request.path.lower().rstrip("/").endswith("soap.php"):
            judge_soap(request, reply)
        else:
            SmscenterHttp.judge(self, command, request, reply)  # type: ignore[arg-type]


def judge_soap(request: HttpRequest, reply: HttpReply) -> None:
    """An envelope with one child in its body; with 500 that is a fault; or the WSDL."""
    outline = _outline(reply.body)
    space, _, name = outline[0][1].rpartition("\n")
    if name == "definitions":
        assert request.method == "GET"
        assert reply.status == 200
        return
    assert name == "Envelope"
    assert [tag for depth, tag in outline if depth == 1] == [f"{space}\nBody"]
    (answer,) = (tag for depth, tag in outline if depth == 2)
    assert reply.status == (500 if answer == f"{space}\nFault" else 200)


def _outline(octets: bytes) -> list[tuple[int, str]]:
    """Depth and name of each element. (ElementTree chokes on a } in a namespace, lxml on one that is no URI.)"""
    found: list[tuple[int, str]] = []
    depth = 0

    def begin(name: str, _: object) -> None:
        nonlocal depth
        found.append((depth, name))
        depth += 1

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate(namespace_separator="\n")
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.Parse(octets, True)
    return found
