"""Whatever a client sends, uBill answers: 200 with a statusID, or 401; and a refusal leaves the state as it was."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from providers.ubill.desk import TO, Desk

from emulator.http.messages import HttpRequest

_scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
_values = st.recursive(
    _scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=2)
)  # fmt: skip
_likely = st.sampled_from([1, "1", TO, int(TO), [TO], "Hello", True, "2099-01-01 00:00"])
_bodies = st.dictionaries(
    st.sampled_from(["brandID", "numbers", "text", "stopList", "otp", "sendTime", "brandName"]), _likely | _values
)  # fmt: skip
_octets = st.binary(max_size=60)


def answered(desk: Desk, request: HttpRequest) -> None:
    state = desk.sandbox.engine.state
    before = state.dump()
    reply = desk.exchange(request)
    assert reply.status == 200
    if reply.header("content-type") == "application/json" and json.loads(reply.body)["statusID"] != 0:
        assert state.dump() == before
    desk.why()


@given(body=_bodies, path=st.sampled_from(["send", "brandNameCreate"]))
def test_any_json_object_is_answered(body: dict[str, Any], path: str) -> None:
    desk = Desk()
    octets = json.dumps(body).encode()
    answered(desk, HttpRequest(method="POST", target=f"/v1/sms/{path}?key={desk.key}", body=octets))
    desk.advance(10)


@given(body=_octets, path=st.sampled_from(["send", "sendXml", "brandNameCreate"]))
def test_any_octets_are_answered(body: bytes, path: str) -> None:
    desk = Desk()
    answered(desk, HttpRequest(method="POST", target=f"/v1/sms/{path}?key={desk.key}", body=body))


@given(query=st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#?"), max_size=60))
def test_any_query_is_answered(query: str) -> None:
    desk = Desk()
    target = f"/v1/sms/send?key={desk.key}&{query}&brandID=1&numbers={TO}&text=x"
    answered(desk, HttpRequest(method="GET", target=target))
