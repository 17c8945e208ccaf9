"""What uBill lets pass in silence is told by lint."""

from typing import Any
from urllib.parse import quote

import pytest
from providers.ubill.desk import OTHER, TO, Desk

from emulator.http.messages import HttpRequest


@pytest.mark.contract("ubill.send.flags", "ubill.send.numbers-spaces")
@pytest.mark.parametrize(
    ("said", "row"),
    [({"otp": "yes", "text": "code 1234"}, "flags"), ({"stopList": "no"}, "flags"), ({"stopList": [False]}, "flags"),
     ({"numbers": f"{TO}, {OTHER}"}, "numbers-spaces"), ({"numbers": [TO, f" {OTHER}"]}, "numbers-spaces")],
)  # fmt: skip
def test_an_odd_value_is_let_pass_with_a_finding(desk: Desk, said: dict[str, Any], row: str) -> None:
    desk.sent(**said)
    assert list(desk.sandbox.findings.by_row) == [f"ubill.send.{row}"]
    quiet = Desk()
    for fine in ({"stopList": False}, {"stopList": "0"}, {"otp": False}, {"numbers": f"{TO},{OTHER}"}):
        quiet.sent(**fine)
    assert quiet.sandbox.findings.by_row == {}


@pytest.mark.contract("ubill.send.query-escaped")
@pytest.mark.parametrize("page", ["send", "balance", "brandNames", "report/100001"])
def test_a_query_that_is_escaped_as_a_whole_has_no_key_and_is_a_finding(desk: Desk, page: str) -> None:
    whole = quote(f"key={desk.key}&brandID=1&numbers={TO}&text=Hello")
    assert desk.exchange(HttpRequest(method="GET", target=f"/v1/sms/{page}?{whole}")).status == 401
    assert list(desk.emulator.default.findings.by_row) == ["ubill.send.query-escaped"]


@pytest.mark.contract("ubill.send.wrong-host")
@pytest.mark.parametrize(("host", "found"), [("api.ubill.ge", True), ("api.ubill.dev", False)])
def test_a_host_that_is_not_the_service_s_is_served_with_a_finding(desk: Desk, host: str, found: bool) -> None:
    for page in ("balance", "brandNames", f"send?brandID=1&numbers={TO}&text=Hello"):
        target = f"/v1/sms/{page}{'&' if '?' in page else '?'}key={desk.key}"
        assert desk.exchange(HttpRequest(method="GET", target=target, headers=(("Host", host),))).status == 200
        assert list(desk.sandbox.findings.by_row) == (["ubill.send.wrong-host"] if found else [])
