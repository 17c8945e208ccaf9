"""The contract of SMS Center over SOAP beyond page 001: the WSDL and what the lab showed (facts, section 1)."""

from emulator.providers.smscenter.contract.http import row

_1 = "docs/providers/smscenter.md, section 1"

SOAP = (
    row("soap.wsdl", "wsdl", f"{_1}.3", "Seven operations, document/literal bare, unqualified children, sequences in a "
        "fixed order, one soapAction.", "The WSDL of 1.3, element by element; answers keep its order."),
    row("soap.wsdl-2025", "inferred", f"{_1}.4", "Today's WSDL must have apikey and sms_cnt; its text is not known.",
        "2025: apikey optional behind psw, login, psw and query optional, sms_cnt behind message. 2020: as seen.",
        "wsdl"),
    row("soap.namespace", "wsdl", f"{_1}.2", "Namespace, soapAction and address are the requested URL.",
        "Scheme and Host of the request, or the text of the switch.", "soap-address"),
    row("soap.dispatch", "inferred", f"{_1}.2", "The body's first child alone says what is asked.",
        "SOAPAction and namespace are not looked at; the answer is in the question's namespace."),
    row("soap.envelope", "lab", f"{_1}.5", "HTTP 200, text/xml; charset=utf-8, prefix SOAP-ENV, ns1 on the root; what "
        "is not there is left out.", "So. Qualified children are taken too; SOAP 1.2 is answered in SOAP 1.2."),
    row("soap.fault", "lab", f"{_1}.5", "An envelope that cannot be read: HTTP 500, SOAP-ENV:Client, Bad Request; an "
        "unknown root: SOAP-ENV:Server, Procedure 'nope' not present. PHP 8.2 besides: another root than Envelope is "
        "VersionMismatch, a header that must be understood MustUnderstand; no Body, an empty one and one with several "
        "children are Client, an element within a parameter Server, each in its words; one that the WSDL lacks is "
        "dropped; a value with an href is that of the element with this id, and Server where there is none.",
        "So. Document types, deep nesting and too many elements make it unreadable."),
    row("soap.missing", "inferred", f"{_1}.5", "Missing children are no fault.", "Error 1."),
    row("soap.send", "client", f"{_1}.6", "send_sms answers id, balance, cost, cnt, and error only when it failed.",
        "So; id stands beside error 3, 6, 7 and 8."),
    row("soap.send2", "client", f"{_1}.6", "query of send_sms2 takes parameters of send.php.",
        "errors comes with err=1. fmt, cost, charset, op, del and who asks are not taken from it: a finding."),
    row("soap.cost", "wsdl", f"{_1}.6", "get_sms_cost answers cost, cnt or error.",
        "Either cost and cnt, or error alone."),
    row("soap.balance", "elsewhere", f"{_1}.6", "get_balance answers balance and error, 0 when nothing is wrong.",
        "error is always there."),
    row("soap.empty", "elsewhere", f"{_1}.6", "The official example sends an empty id and time 0.", "Not given."),
    row("soap.one-message", "wsdl", f"{_1}.6", "statusresult stands once, so a list cannot be answered.",
        "A list in phone or id is error 1; a comma at the end is let pass."),
)  # fmt: skip
