"""By which host a request came."""

import pytest

from emulator.http.messages import HttpRequest
from emulator.providers.asked import host


@pytest.mark.parametrize(("target", "header", "name"), [
    ("/x", "API.example.:80", "api.example"), ("http://me:you@One.example:8080/x", "two.example", "one.example"),
    ("HTTPS://one.example?q", "two.example", "one.example"), ("x", "two.example", "two.example"), ("/x", "", ""),
])  # fmt: skip
def test_the_host_is_that_of_an_absolute_target_else_of_the_header(target: str, header: str, name: str) -> None:
    assert host(HttpRequest(method="GET", target=target, headers=(("Host", header),))) == name
