"""Fields of a report that a rule leaves out or writes otherwise: in whatever format and charset the report has."""

import hashlib
import json
import xml.etree.ElementTree as ElementTree
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from support import frozen, receiver, serving, walk


async def told(
    provider: str, query: str, reports: dict[str, Any], **accounts: Any
) -> tuple[bytes, str, dict[str, str]]:  # fmt: skip
    """Body and query of the report of a delivery, as it goes out; and the account's credentials."""
    async with serving() as served, receiver() as client:
        rule = {"then": {"steps": [{"after": 1, "status": "delivered"}], "reports": reports}}
        sandbox = frozen(served, callback_url=f"{client.url}{query}", scenario={"rules": [rule], "accounts": accounts})
        credentials = sandbox.account(provider).credentials
        to = "79001234567" if provider == "smscenter" else "995577123456"
        served.emulator.exchange(served.emulator.providers[provider].example(credentials, to, "Hi", "77"))
        await walk(served, sandbox, 5)
        kept = [*sandbox.journal.attempts(0)][-1]
        return kept.request.body, urlsplit(kept.request.target).query, credentials


def read(body: bytes, query: str, _: object = None) -> dict[str, str]:
    """By the standard library, as a client would."""
    if "fmt=2" in query:
        return {child.tag: child.text or "" for child in ElementTree.fromstring(body)}
    if "fmt=3" in query:
        return dict(json.loads(body.decode("utf-8")))
    charset = "koi8-r" if "koi8-r" in query else "utf-8" if "utf-8" in query else "windows-1251"
    return dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, encoding=charset))


@pytest.mark.parametrize("query", [
    "", "?charset=utf-8", "?charset=koi8-r", "?fmt=2", "?fmt=2&charset=utf-8", "?fmt=3&charset=utf-8",
])  # fmt: skip
async def test_a_rule_edits_a_report_of_sms_center_in_every_format(query: str) -> None:
    edits = {"without": ["region", "cost"], "with": {"phone": "79009999999", "message": "Привет & <да>", "new": "1"}}
    plain = read(*await told("smscenter", query, {}))
    edited = read(*await told("smscenter", query, edits))
    assert "region" in plain
    assert {"region", "cost"}.isdisjoint(edited)
    assert [edited[name] for name in ("phone", "message", "new")] == ["79009999999", "Привет & <да>", "1"]
    same = set(plain) - {"region", "cost", "phone", "message", "time", "ts", "md5", "sha1"}
    assert {name: edited[name] for name in same} == {name: plain[name] for name in same}


@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("query", ["", "?fmt=2", "?fmt=3&charset=utf-8"])
async def test_values_are_signed_anew_only_where_the_rule_says_so(query: str, signed: bool) -> None:
    """The signature is that of the facts: over id, phone and status with the account's secret."""
    reports: dict[str, Any] = {"with": {"status": "20"}, **({"signed": True} if signed else {})}
    both = {"switches": {"callback-signatures": "md5 sha1"}}
    body, asked, credentials = await told("smscenter", query, reports, smscenter=both)
    fields = read(body, asked)
    octets = ":".join((fields["id"], fields["phone"], "20", credentials["callback_secret"])).encode()
    assert fields["status"] == "20"
    assert (fields["md5"] == hashlib.md5(octets).hexdigest()) is signed
    assert (fields["sha1"] == hashlib.sha1(octets).hexdigest()) is signed


@pytest.mark.parametrize("provider", ["smsoffice", "ubill"])
async def test_a_rule_edits_a_query_and_leaves_the_rest_as_it_was(provider: str) -> None:
    _, plain, _ = await told(provider, "?mine=%D0%B0+b", {})
    _, edited, _ = await told(provider, "?mine=%D0%B0+b", {"with": {"status": "Odd & end"}})
    assert edited.startswith("mine=%D0%B0+b")
    fields, before = (dict(parse_qsl(one, keep_blank_values=True)) for one in (edited, plain))
    assert fields["status"] == "Odd & end"
    assert set(before) <= set(fields)
