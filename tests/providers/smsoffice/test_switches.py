"""Each switch, both ways."""

import pytest
from providers.smsoffice.office import OTHER, TO, Office, envelope, query

from emulator.providers import found
from emulator.sandboxes.spec import InvalidOptions

PROVIDER = found()["smsoffice"]


@pytest.mark.contract("smsoffice.send.destination-international", "smsoffice.status.destination")
@pytest.mark.parametrize(
    ("written", "number"),
    [("+995577123456", TO), ("00995577123456", TO), ("995 577 12-34-56", TO), ("577123456", TO), ("(577) 12 34 56", TO),
     ("+7 900 123-45-67", "79001234567"), ("hello", None), ("0577123456", None), ("123", None)],
)  # fmt: skip
def test_numbers_lenient_makes_international_ones_of_what_people_write(written: str, number: str | None) -> None:
    office = Office(switches={"numbers": "lenient"})
    assert office.code(destination=written, reference="mine") == (76 if number is None else 0)
    assert office.status(written) == ("Unknown" if number is None else "Pending")
    assert [message.to for message in office.messages] == ([] if number is None else [number])
    assert Office().code(destination=written) == 76


@pytest.mark.contract("smsoffice.code.10", "smsoffice.code.76")
def test_no_valid_number_is_76_or_10() -> None:
    assert Office().code(destination="x") == 76
    office = Office(switches={"no-valid-number": 10}, stoplist=[OTHER])
    assert office.code(destination="x") == 10
    assert "[smsoffice.code.10]" in office.why()
    assert office.code(destination=f"x,{OTHER}") == 77


@pytest.mark.contract("smsoffice.send.repeated-number")
def test_a_repeated_number_is_sent_twice_or_once() -> None:
    twice, once = Office(), Office(switches={"repeated-number": "once"})
    for office in (twice, once):
        assert office.code(destination=f"{TO},{OTHER},{TO}") == 0
    assert (len(twice.messages), twice.balance()) == (3, 997)
    assert (len(once.messages), once.balance()) == (2, 998)


@pytest.mark.contract("smsoffice.send.sender-max-11", "smsoffice.send.sender-alphabet")
def test_a_malformed_sender_is_refused_or_taken_if_it_is_registered() -> None:
    name = "მაღაზიების სახლი"
    assert Office(senders=[name], switches={"malformed-sender": "refuse"}).code(sender=name) == 150
    office = Office(senders=[name, "iron+"], switches={"malformed-sender": "accept"})
    assert office.code(sender=name) == 0
    assert office.code(sender="iron+") == 0
    assert office.code(sender="another long name") == 150


@pytest.mark.contract("smsoffice.send.content-max-1000")
def test_long_content_is_refused_or_accepted() -> None:
    assert Office().post(content="a" * 1001)["ErrorCode"] == 60
    office = Office(switches={"long-content": "accept"})
    assert office.post(content="a" * 1001)["ErrorCode"] == 0
    assert office.balance() == 1000 - 7


@pytest.mark.contract("smsoffice.send.reference-max-20")
def test_a_long_reference_is_cut_or_kept() -> None:
    long = "x" * 30
    office = Office()
    office.send(reference=long)
    assert (office.status(reference=long), office.status(reference="x" * 20)) == ("Unknown", "Pending")
    office = Office(switches={"long-reference": "keep"})
    office.send(reference=long)
    assert (office.status(reference=long), office.status(reference="x" * 20)) == ("Pending", "Unknown")


@pytest.mark.contract("smsoffice.send.get-max-4096")
def test_a_long_get_is_refused_or_accepted() -> None:
    for choice, status in (("414", 414), ("accept", 200)):
        office = Office(switches={"long-get": choice})
        target = f"/api/v2/send?{query(office.fields())}&padding={'x' * 5000}"
        assert office.call("GET", target).status == status


@pytest.mark.contract("smsoffice.status.reused-reference")
def test_a_reused_reference_names_the_newest_or_the_oldest_message(office: Office) -> None:
    office.send(reference="mine")
    office.advance(10)
    office.send(reference="mine")
    assert office.status() == "Pending"
    office.patch(switches={"reused-reference": "oldest"})
    assert office.status() == "Delivered"


@pytest.mark.contract("smsoffice.status.not-found")
def test_a_message_that_is_not_there_is_unknown_or_refused(office: Office) -> None:
    found = office.ask(reference="nothing")
    assert (found["Success"], found["Output"], found["ErrorCode"]) == (True, {"Status": "Unknown"}, 0)
    assert "[smsoffice.status.not-found]" in office.why()
    office.patch(switches={"unknown-message": "refuse"})
    found = office.ask(reference="nothing")
    assert (found["Success"], found["Output"], found["ErrorCode"]) == (False, None, 404)
    assert "[smsoffice.status.not-found]" in office.why()


@pytest.mark.contract("smsoffice.callback.pending")
def test_pending_is_not_called_back_or_once() -> None:
    for choice, statuses in ((False, ["Delivered"]), (True, ["Pending", "Delivered"])):
        steps = [{"after": 1, "status": "sent"}, {"after": 2, "status": "delivered"}]
        office = Office({"then": {"steps": steps}}, switches={"report-pending": choice})
        office.send(reference="mine")
        calls = office.advance(10)
        assert [call.target.partition("status=")[2].partition("&")[0] for call in calls] == statuses


@pytest.mark.contract("smsoffice.callback.pending", "smsoffice.callback.on-change")
def test_a_scheduled_message_is_pending_once_though_it_passes_three_states_of_that_word() -> None:
    office = Office(switches={"report-pending": True})
    office.send(reference="mine", scheduledAt=int(office.sandbox.now() / 1_000_000) + 100)
    assert ["status=Pending&" in call.target for call in office.advance(1000)] == [True, False]


@pytest.mark.contract("smsoffice.callback.status-case")
def test_a_callbacks_status_is_capitalised_or_lower() -> None:
    for choice, word in (("capitalised", "Undelivered"), ("lower", "undelivered")):
        office = Office({"then": {"steps": [{"after": 1, "status": "undelivered"}]}}, switches={"status-case": choice})
        office.send(reference="mine")
        (call,) = office.advance(10)
        assert f"&status={word}&" in call.target
        assert office.status() == "Undelivered"


@pytest.mark.contract("smsoffice.callback.operator")
def test_the_operator_is_sent_for_georgian_numbers_or_never() -> None:
    for choice, sent in (("send", [True, False]), ("omit", [False, False])):
        office = Office(switches={"operator": choice})
        office.send(destination=f"{TO},79001234567", reference="mine")
        assert [call.target.endswith("&operator=28202") for call in office.advance(10)] == sent


@pytest.mark.contract("smsoffice.callback.timestamp")
@pytest.mark.parametrize(("zone", "stamp"), [
    (None, "20261121120002"), (0, "20261121080002"), (5.5, "20261121133002"),
    (-9, "20261120230002"),
])  # fmt: skip
def test_a_callbacks_timestamp_is_of_the_zone_that_is_chosen(zone: float | None, stamp: str) -> None:
    office = Office(switches={} if zone is None else {"timezone": zone})
    office.send(reference="mine")
    (call,) = office.advance(10)
    assert f"&timestamp={stamp}&" in call.target


@pytest.mark.contract("smsoffice.callback.retry")
def test_a_callback_that_was_not_taken_is_repeated_only_by_a_schedule() -> None:
    for gaps, moments in (([], [2]), ([5, 10], [2, 7, 17])):
        office = Office(switches={"retry": gaps})
        office.send(reference="mine")
        engine, start, attempts = office.sandbox.engine, office.sandbox.now(), []
        while (due := engine.state.scheduler.due) is not None:
            for report in engine.advance(due):
                attempts.append((due - start) // 1_000_000)
                engine.answered(report.attempt, False, due)
        assert attempts == moments


@pytest.mark.parametrize("name", sorted(PROVIDER.profile.switches))
def test_a_switch_refuses_what_it_does_not_know(name: str) -> None:
    with pytest.raises(InvalidOptions, match=name):
        Office(switches={name: "nonsense"})


def test_switches_of_one_account_are_not_anothers() -> None:
    office = Office(switches={"no-valid-number": 10})
    other = office.emulator.default.account("smsoffice").credentials["key"]
    assert office.code(destination="x") == 10
    assert office.code(destination="x", key=other) == 76


def test_switches_may_be_changed_while_it_runs(office: Office) -> None:
    assert office.code(destination="+995577123456") == 76
    office.patch(switches={"numbers": "lenient"})
    assert envelope(office.call("GET", f"/api/v2/send?{query(office.fields(destination='+995577123456'))}"))["Success"]


@pytest.mark.contract("smsoffice.callback.timestamp-hours", "smsoffice.callback.timestamp")
@pytest.mark.parametrize(("clock", "stamp"), [(24, "20261121235902"), (12, "20261121115902")])
def test_a_callbacks_timestamp_may_be_by_the_clock_of_12_hours(clock: int, stamp: str) -> None:
    office = Office(now="2026-11-21T23:59:00+04:00", switches={"timestamp-hours": clock})
    office.send(reference="mine")
    (call,) = office.advance(10)
    assert f"&timestamp={stamp}&" in call.target
