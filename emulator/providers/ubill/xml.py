"""sendXml: a `<request>` to a command, an outcome to a `<response>` (ubill.md 2.2)."""

from collections.abc import Mapping
from xml.etree import ElementTree

from emulator.core.accounts import Account
from emulator.core.commands import AnyCommand, Fault
from emulator.core.outcomes import AnyOutcome
from emulator.core.reasons import Reason
from emulator.http.messages import HttpReply, HttpRequest, read_query
from emulator.providers.ubill.replies import members, unauthorised
from emulator.providers.ubill.requests import repeated, submit
from emulator.providers.xml import BadXml, read

_XML = (("Content-Type", "application/xml"),)
_BROKEN = "XML error"
"""For the text of 90, which would name the wrong language."""


def read_send(request: HttpRequest, _: Mapping[str, str]) -> AnyCommand:
    """The children of the root are the parameters, the first of a name."""
    try:
        root = read(request.body)
        if root.name != "request":
            raise BadXml(f"the root is <{root.name}>, not <request>")
    except BadXml as bad:
        fault = Fault(Reason.BODY_UNREADABLE, {"why": str(bad), "text": _BROKEN})
        return submit(request, read_query(request.query), {}, fault)
    fields = [(child.name, child.text) for child in root.children]
    said = dict(reversed(fields))
    notes = repeated(fields, said)
    if any(child.children for child in root.children):
        notes += ("ubill.xml.nested",)
    return submit(request, read_query(request.query), said, None, notes)


def write(command: AnyCommand, outcome: AnyOutcome, account: Account | None) -> HttpReply:
    """The same members as in JSON, as elements; the 401 stays plain text."""
    refused = unauthorised(command, outcome)
    if refused is not None:
        return refused
    root = ElementTree.Element("response")
    told = members(command, outcome, account)
    if told["statusID"] == 90:  # a rule may say so too
        told["message"] = _BROKEN
    for name, value in told.items():
        ElementTree.SubElement(root, name).text = str(value)
    return HttpReply(headers=_XML, body=ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))
