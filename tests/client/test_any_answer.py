"""Whatever stands in an answer, it becomes a value or an SmsError: nothing else ever comes out of a call."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.client import Patience, SmsError
from emulator.client.carrying_out import Course, carry_out
from emulator.client.smscenter.calls import Calls as Center
from emulator.client.smsoffice.calls import Calls as Office
from emulator.client.ubill.calls import Calls as Bill
from emulator.http.messages import HttpReply

OFFICE, BILL, CENTER = Office("key", "shop"), Bill("key"), Center("me", "secret")
CALLS = {
    "smsoffice-send": OFFICE.send("1", "x", {"clear_up": False}), "smsoffice-status": OFFICE.message_status("1", "x"),
    "smsoffice-balance": OFFICE.balance(), "ubill-send": BILL.send("1", "x", {}),
    "ubill-send-xml": BILL.send_xml("1", "x", {}), "ubill-report": BILL.report(1), "ubill-balance": BILL.balance(),
    "ubill-brands": BILL.brand_names(), "ubill-create": BILL.create_brand_name("x"),
    "smscenter-send": CENTER.send("1", "x", {"clear_up": False}), "smscenter-cost": CENTER.cost("1", "x"),
    "smscenter-status": CENTER.status("1", "1"), "smscenter-statuses": CENTER.statuses([("1", "1")], True),
    "smscenter-delete": CENTER.delete("1", "1"), "smscenter-balance": CENTER.balance(),
    "soap-send": CENTER.send_sms("1", "x", {"clear_up": False}), "soap-cost": CENTER.get_sms_cost("1", "x"),
    "soap-status": CENTER.get_status("1", "1"), "soap-balance": CENTER.get_balance(),
}  # fmt: skip

_NAMES = st.sampled_from((
    "Success", "Message", "Output", "ErrorCode", "Status", "StopListed", "statusID", "smsID", "message", "result",
    "number", "brands", "id", "name", "authorized", "createdAt", "sms", "brandID", "error", "error_code", "cnt", "cost",
    "balance", "status", "err", "last_timestamp", "phone",
))  # fmt: skip
_LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(("0", "1"))
_JSON = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=6), max_leaves=12
)  # fmt: skip


def _soap(fields):
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    return f'<e:Envelope xmlns:e="urn:e"><e:Body><r><x>{inner}</x></r></e:Body></e:Envelope>'.encode()


_XML = st.dictionaries(_NAMES, st.sampled_from(("0", "1", "-3", "x", "", "1e999", "17.11.2026"))).map(_soap)
_BODIES = st.binary(max_size=40) | _JSON.map(lambda value: json.dumps(value).encode()) | _XML


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@given(body=_BODIES, status=st.sampled_from((200, 200, 200, 201, 302, 401, 404, 414, 429, 500, 503)))
def test_an_answer_is_a_value_or_an_sms_error(call, body, status):
    steps = carry_out(call, Patience(attempts=1, absent_after=0), Course(lambda: 0.0))
    next(steps)
    with pytest.raises((StopIteration, SmsError)):
        steps.send(HttpReply(status=status, body=body))
