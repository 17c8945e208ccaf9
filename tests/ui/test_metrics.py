"""The metrics, as Prometheus reads them."""

from ui.surfer import PAGE

from emulator.control_api import openapi


def _values(text: str) -> dict[str, float]:
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


async def test_counts_add_up(surfer):
    await surfer.send("hello", reference="first")
    await surfer.send("hello again", to="995577990009")
    await surfer.post(f"{PAGE}/clock", do="settle")
    page = await surfer.get("/_emulator/metrics")
    assert page.headers["Content-Type"].startswith("text/plain; version=")
    found = _values(page.html)
    told = 'sms_emulator_requests_total{operation="send",outcome="%s",protocol="http",provider="smsoffice"}'
    assert (found[told % "accepted"], found[told % "refused"]) == (1, 1)
    assert found['sms_emulator_messages{status="delivered"}'] == 1
    assert found['sms_emulator_callbacks{answer="accepted",provider="smsoffice"}'] == 1
    assert (found["sms_emulator_sandboxes"], found["sms_emulator_due"]) == (1, 0)
    assert found["sms_emulator_journal_bytes"] > 0


async def test_requests_go_on_counting_over_a_reset(surfer):
    await surfer.send("hello")
    await surfer.post(f"{PAGE}/reset")
    await surfer.send("hello")
    page = await surfer.get("/_emulator/metrics")
    assert 'outcome="accepted",protocol="http",provider="smsoffice"} 2.0' in page.html


def test_the_call_is_described():
    described = openapi.document()["paths"]["/_emulator/metrics"]["get"]
    assert "text/plain" in described["responses"]["200"]["content"]
