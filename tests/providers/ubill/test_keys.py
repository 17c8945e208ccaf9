"""Who asks: the key in the query or in a header, and the one answer that is not HTTP 200."""

import pytest
from providers.ubill.desk import JSON, TO, Desk

from emulator.http.messages import HttpRequest
from emulator.providers.ubill.http import ROUTES

ADDRESSES = [(route.methods[0], route.path.replace("{smsID}", "100001")) for route in ROUTES]
SEND = f"brandID=1&numbers={TO}&text=Hello"


@pytest.mark.contract("ubill.auth.401")
@pytest.mark.parametrize(("method", "path"), ADDRESSES)
@pytest.mark.parametrize("key", [None, "", "nobody's"])
def test_without_a_valid_key_every_address_answers_401_in_plain_text(
    desk: Desk, method: str, path: str, key: str | None
) -> None:
    for target, headers in (
        (path if key is None else f"{path}?key={key}", ()),
        (path, () if key is None else (("key", key),)),
    ):
        reply = desk.exchange(HttpRequest(method=method, target=target, headers=headers, body=b"broken {<"))
        assert (reply.status, reply.headers) == (401, (("Content-Type", "text/plain"),))
        assert "[ubill.auth.401]" in desk.why()


@pytest.mark.contract("ubill.auth.query", "ubill.auth.header")
@pytest.mark.parametrize(("method", "path"), ADDRESSES)
def test_the_key_is_taken_from_the_query_and_from_the_header_on_every_address(
    desk: Desk, method: str, path: str
) -> None:
    in_query = HttpRequest(method=method, target=f"{path}?key={desk.key}")
    for name in ("key", "Key", "KEY"):
        assert desk.exchange(HttpRequest(method=method, target=path, headers=((name, desk.key),))).status == 200
    assert desk.exchange(in_query).status == 200


@pytest.mark.contract("ubill.auth.header")
def test_of_two_keys_the_query_s_counts_and_an_empty_one_is_none(desk: Desk) -> None:
    good, bad = (("key", desk.key),), (("key", "nobody's"),)
    path = "/v1/sms/balance?key="
    assert desk.exchange(HttpRequest(method="GET", target=path + desk.key, headers=bad)).status == 200
    assert desk.exchange(HttpRequest(method="GET", target=path + "nobody's", headers=good)).status == 401
    assert desk.exchange(HttpRequest(method="GET", target=path, headers=good)).status == 200


@pytest.mark.contract("ubill.send.key", "ubill.send.key-settings")
def test_the_key_alone_says_whose_account_it_is_and_may_be_one_s_own() -> None:
    desk = Desk({"key": "my own key"}, balance=7)
    assert desk.account.credentials["key"] == "my own key"
    assert desk.get("balance") == {"statusID": 0, "sms": "7"}
    desk.exchange(HttpRequest(method="GET", target=f"/v1/sms/send?key=emulator-ubill&{SEND}"))
    assert (desk.left, desk.texts()) == ("7", [])


@pytest.mark.contract("ubill.auth.service-off")
def test_an_account_whose_service_is_not_activated_gets_401() -> None:
    desk = Desk(api_access=False)
    assert desk.exchange(HttpRequest(method="GET", target=f"/v1/sms/balance?key={desk.key}")).status == 401
    assert "not activated" in desk.why()


@pytest.mark.contract("ubill.auth.200")
def test_every_other_refusal_is_http_200_with_a_status_id_and_without_an_sms_id(desk: Desk) -> None:
    for body in (b"", b"{}", b'{"brandID":1}', b'{"brandID":9,"numbers":[1],"text":"x"}'):
        answer = desk.post("send", body)
        assert desk.answer.reply.status == 200
        assert list(answer) == ["statusID", "message"]
        assert answer["statusID"] != 0


@pytest.mark.contract("ubill.methods")
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", "/v1/sms/send", 405), ("GET", "/v1/sms/sendXml", 405), ("POST", "/v1/sms/balance", 405),
        ("GET", "/v1/sms/nothing", 404), ("GET", "/v1/customers", 404), ("GET", "/v1/sms/report/", 404),
    ],
)  # fmt: skip
def test_a_wrong_method_gets_405_and_an_unknown_path_404(method: str, path: str, status: int) -> None:
    reply = Desk().exchange(HttpRequest(method=method, target=path))
    assert reply.status == status
    assert ("Allow" in dict(reply.headers)) == (status == 405)


@pytest.mark.contract("ubill.methods")
def test_letter_case_of_the_path_and_a_slash_behind_make_no_difference(desk: Desk) -> None:
    for method, path in (("GET", "/v1/sms/balance/"), ("HEAD", "/V1/SMS/Balance"), ("GET", "/v1/sms/brandnames/")):
        assert desk.exchange(HttpRequest(method=method, target=f"{path}?key={desk.key}")).header("content-type") == JSON
