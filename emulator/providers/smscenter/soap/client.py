"""The client's half of SMS Center over SOAP: builds envelopes, reads answers. No I/O."""

from xml.etree import ElementTree

from emulator.http.messages import HttpReply, HttpRequest
from emulator.providers.smscenter.client import Failure, Who
from emulator.providers.xml import BadXml, read

NAMESPACE = "https://smsc.ru/sys/soap.php"
_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_ROOTS = {
    "get_balance": "balance", "send_sms": "send", "send_sms2": "send2", "get_sms_cost": "cost",
    "get_sms_cost2": "cost2", "get_status": "status", "get_status2": "status2",
}  # fmt: skip


def call(operation: str, who: Who, fields: dict[str, str], namespace: str = NAMESPACE) -> HttpRequest:
    """One of the seven operations by its name in the WSDL."""
    names = {"xmlns:SOAP-ENV": _ENVELOPE, "xmlns:ns1": namespace}
    envelope = ElementTree.Element("SOAP-ENV:Envelope", names)
    body = ElementTree.SubElement(envelope, "SOAP-ENV:Body")
    root = ElementTree.SubElement(body, f"ns1:{_ROOTS[operation]}")
    for name, value in {**dict(who.fields()), **fields}.items():
        ElementTree.SubElement(root, name).text = value
    headers = (("Content-Type", "text/xml; charset=utf-8"), ("SOAPAction", f'"{namespace}"'))
    octets = b'<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(envelope, "unicode").encode()
    return HttpRequest(method="POST", target="/sys/soap.php", headers=headers, body=octets)


def send_sms(who: Who, phones: list[str], text: str, **more: str) -> HttpRequest:
    """`more`: id, sender, time."""
    return call("send_sms", who, {"phones": ",".join(phones), "mes": text, **more})


def get_sms_cost(who: Who, phones: list[str], text: str) -> HttpRequest:
    return call("get_sms_cost", who, {"phones": ",".join(phones), "mes": text})


def get_status(who: Who, phone: str, id: str, all: str = "0") -> HttpRequest:
    return call("get_status", who, {"phone": phone, "id": id, "all": all})


def get_status2(who: Who, phone: str, id: str, all: str = "0", query: str = "") -> HttpRequest:
    return call("get_status2", who, {"phone": phone, "id": id, "all": all, "query": query})


def get_balance(who: Who) -> HttpRequest:
    return call("get_balance", who, {})


def read_answer(reply: HttpReply) -> dict[str, str]:
    """The fields of a result. Raises Failure for an error other than 0, ValueError for a fault or what is no answer."""
    try:
        body = read(reply.body).child("Body")
    except BadXml as bad:
        raise ValueError(f"no SOAP answer: {bad}") from None
    answer = body.children[0] if body and body.children else None
    if answer is None or answer.name == "Fault" or not answer.children:
        raise ValueError(f"SOAP fault: {answer.text_of('faultstring') if answer else 'empty body'}")
    fields = {child.name: child.text for child in answer.children[0].children}
    if fields.get("error", "0") != "0":
        raise Failure(int(fields["error"]), id=fields.get("id"))
    return fields
