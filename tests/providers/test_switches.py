"""What each switch is set to where nobody says anything: the choice that its row of the contract tells of."""

from typing import Any

import pytest

from emulator.providers import found

mark, param = pytest.mark, pytest.param

DEFAULTS = [
    param("smscenter", "wsdl", "2025", marks=mark.contract("smscenter.soap.wsdl-2025")),
    param("smscenter", "soap-address", "", marks=mark.contract("smscenter.soap.namespace")),
    param("smscenter", "soap-err", "omit", marks=mark.contract("smscenter.status.err")),
    param("smscenter", "flag", "send", marks=mark.contract("smscenter.http-status.flag")),
    param("smscenter", "money-json", "short", marks=mark.contract("smscenter.send.money")),
    param("smscenter", "timezone", "host", marks=mark.contract("smscenter.dates.moscow")),
    param("smscenter", "currency", "host", marks=mark.contract("smscenter.balance.currency")),
    param("smscenter", "status-members", "full", marks=mark.contract("smscenter.http-status.all")),
    param("smscenter", "utf8-without-charset", "page", marks=mark.contract("smscenter.send.charset-missing")),
    param("smscenter", "flood", "until-pause", marks=mark.contract("smscenter.send.flood")),
    param("smscenter", "callback-signatures", "md5 sha1", marks=mark.contract("smscenter.callback.signatures")),
    param("smscenter", "correct-numbers", "on", marks=mark.contract("smscenter.send.numbers")),
    param("smscenter", "repeated-number", "once", marks=mark.contract("smscenter.send.repeated-number")),
    param("smscenter", "long-text", "refuse", marks=mark.contract("smscenter.send.mes-max-1000")),
    param("smscenter", "malformed-sender", "refuse", marks=mark.contract("smscenter.send.sender")),
    param("smscenter", "test-mode", False, marks=mark.contract("smscenter.send.test-mode")),
    param("smscenter", "wait-call-numbers", "74950000001 74950000002",
          marks=mark.contract("smscenter.wait-call.answer")),
    param("smscenter", "wait-call-seconds", 300, marks=mark.contract("smscenter.wait-call.life")),
    param("smscenter", "report-sent", False, marks=mark.contract("smscenter.callback.which")),
    param("smscenter", "retry", [], marks=mark.contract("smscenter.callback.retry")),
    param("smscenter", "smpp-vendor-tlvs", "send", marks=mark.contract("smscenter.smpp.vendor-tlvs")),
    param("smscenter", "smpp-tlv-order", "standard-first", marks=mark.contract("smscenter.smpp.tlv-order")),
    param("smscenter", "smpp-timezone", 3, marks=mark.contract("smscenter.smpp.receipt-dates")),
    param("smscenter", "smpp-data-coding-3", "gsm", marks=mark.contract("smscenter.smpp.coding-3")),
    param("smscenter", "smpp-last-nul", "drop", marks=mark.contract("smscenter.smpp.last-nul")),
    param("smscenter", "smpp-intermediate", "send", marks=mark.contract("smscenter.smpp.intermediate")),
    param("smscenter", "smpp-old-versions", "no-tlvs", marks=mark.contract("smscenter.smpp.old-versions")),
    param("smscenter", "smpp-refused-bind", "header", marks=mark.contract("smscenter.smpp.bind-refused")),
    param("smscenter", "shared-id", "all", marks=mark.contract("smscenter.smpp.shared-id")),
    param("smscenter", "smpp-window", 5, marks=mark.contract("smscenter.smpp.window")),
    param("smscenter", "smpp-idle", 120, marks=mark.contract("smscenter.smpp.idle")),
    param("smscenter", "smpp-enquire-link", 0, marks=mark.contract("smscenter.smpp.enquire-link")),
    param("smscenter", "smpp-response", 30, marks=mark.contract("smscenter.smpp.response-timer")),
    param("smscenter", "smpp-retry", [60] * 10, marks=mark.contract("smscenter.smpp.receipt-again")),
    param("smsoffice", "numbers", "strict", marks=mark.contract("smsoffice.send.destination-international")),
    param("smsoffice", "no-valid-number", 76, marks=mark.contract("smsoffice.code.10")),
    param("smsoffice", "repeated-number", "twice", marks=mark.contract("smsoffice.send.repeated-number")),
    param("smsoffice", "malformed-sender", "accept", marks=mark.contract("smsoffice.send.sender-max-11")),
    param("smsoffice", "numeric-sender", "off", marks=mark.contract("smsoffice.send.sender-numeric")),
    param("smsoffice", "long-content", "refuse", marks=mark.contract("smsoffice.send.content-max-1000")),
    param("smsoffice", "long-reference", "cut", marks=mark.contract("smsoffice.send.reference-max-20")),
    param("smsoffice", "long-get", "414", marks=mark.contract("smsoffice.send.get-max-4096")),
    param("smsoffice", "reused-reference", "newest", marks=mark.contract("smsoffice.status.reused-reference")),
    param("smsoffice", "unknown-message", "unknown", marks=mark.contract("smsoffice.status.not-found")),
    param("smsoffice", "report-pending", False, marks=mark.contract("smsoffice.callback.pending")),
    param("smsoffice", "status-case", "capitalised", marks=mark.contract("smsoffice.callback.status-case")),
    param("smsoffice", "operator", "send", marks=mark.contract("smsoffice.callback.operator")),
    param("smsoffice", "timezone", 4, marks=mark.contract("smsoffice.callback.timestamp")),
    param("smsoffice", "timestamp-hours", 24, marks=mark.contract("smsoffice.callback.timestamp-hours")),
    param("smsoffice", "retry", [], marks=mark.contract("smsoffice.callback.retry")),
    param("ubill", "numbers", "strict", marks=mark.contract("ubill.send.numbers-international")),
    param("ubill", "local-numbers", "accept", marks=mark.contract("ubill.send.numbers-local")),
    param("ubill", "foreign-numbers", "refuse", marks=mark.contract("ubill.send.numbers-foreign")),
    param("ubill", "repeated-number", "twice", marks=mark.contract("ubill.send.numbers-repeated")),
    param("ubill", "unapproved-brand", "refuse", marks=mark.contract("ubill.send.brand-not-approved")),
    param("ubill", "blank-text", "refuse", marks=mark.contract("ubill.send.text-blank")),
    param("ubill", "wrong-sendtime", "refuse", marks=mark.contract("ubill.send.sendtime-refused")),
    param("ubill", "charge", "parts", marks=mark.contract("ubill.send.charge")),
    param("ubill", "form-body", "refuse", marks=mark.contract("ubill.send.form-body")),
    param("ubill", "types", "strings", marks=mark.contract("ubill.types")),
    param("ubill", "brands-key", "brands", marks=mark.contract("ubill.brands.key")),
    param("ubill", "unknown-message", "refuse", marks=mark.contract("ubill.report.unknown")),
    param("ubill", "name-case", "ignored", marks=mark.contract("ubill.brands.name-case")),
    param("ubill", "timezone", 4, marks=mark.contract("ubill.timezone")),
    param("ubill", "callback-pending", False, marks=mark.contract("ubill.callback.first-status")),
    param("ubill", "callback-https", "any", marks=mark.contract("ubill.callback.https")),
    param("ubill", "callback-event", "omit", marks=mark.contract("ubill.callback.event")),
    param("ubill", "retry", [], marks=mark.contract("ubill.callback.retry")),
]


@pytest.mark.parametrize(("provider", "switch", "default"), DEFAULTS)
def test_a_switch_stands_at_its_default(provider: str, switch: str, default: Any) -> None:
    assert found()[provider].profile.switches[switch].default == default


def test_each_switch_is_in_the_table() -> None:
    tried = {param.values[:2] for param in DEFAULTS}
    assert tried == {(name, switch) for name, provider in found().items() for switch in provider.profile.switches}
