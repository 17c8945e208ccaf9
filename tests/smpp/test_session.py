"""Sessions: the table of states, numbers, windows, answers, and the way they end."""

from itertools import product

import msgspec
import pytest

from emulator.smpp import (
    ESME_TIMERS,
    SMSC_TIMERS,
    Close,
    CommandId,
    Ignored,
    NotNow,
    Pdu,
    RequestAnswered,
    Requested,
    Role,
    Send,
    Session,
    State,
    Status,
    Timers,
    Unanswered,
    Unreadable,
    decode,
    encode,
    judge,
)
from emulator.smpp.pdu_tables import RESPONSE

BINDS = {"tx": CommandId.BIND_TRANSMITTER, "rx": CommandId.BIND_RECEIVER, "trx": CommandId.BIND_TRANSCEIVER}


def bound(kind="trx", **settings):
    session = Session(Role.SMSC, 0.0, **settings)
    (asked,) = session.received(Pdu(BINDS[kind], 0, 1, {"interface_version": 0x34}), 0.0)
    session.respond(asked.request, 0.0)
    return session


def client(kind="trx", **settings):
    session = Session(Role.ESME, 0.0, **settings)
    sent = session.send(Pdu(BINDS[kind], fields={"system_id": b"me"}), 0.0)
    session.received(Pdu(sent.command_id | RESPONSE, 0, sent.sequence, {"system_id": b"SMSC"}), 0.0)
    return session


# Rows: request; columns: what an SMSC says to it in OPEN, OUTBOUND, BOUND_TX, BOUND_RX, BOUND_TRX, UNBOUND.
# "." it is served; otherwise the status of its own response; "nack" a generic_nack with 0x03.
TOLD = """
bind_transmitter    .    4    5    5    5    4
bind_receiver       .    .    5    5    5    4
bind_transceiver    .    .    5    5    5    4
unbind              4    4    .    .    .    4
submit_sm           4    4    .    4    .    4
submit_multi        4    4    .    4    .    4
data_sm             4    4    .    .    .    4
query_sm            4    4    .    .    .    4
cancel_sm           4    4    .    4    .    4
replace_sm          4    4    .    4    .    4
enquire_link        .    .    .    .    .    4
deliver_sm          nack nack nack nack nack nack
alert_notification  nack nack nack nack nack nack
outbind             nack nack nack nack nack nack
"""
STATES = (State.OPEN, State.OUTBOUND, State.BOUND_TX, State.BOUND_RX, State.BOUND_TRX, State.UNBOUND)
CELLS = [
    (name, state, told)
    for name, *row in map(str.split, TOLD.strip().splitlines())
    for state, told in zip(STATES, row, strict=True)
]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_an_smsc_says_to_each_request_in_each_state_what_the_table_says(state):
    for name, told in [(name, told) for name, column, told in CELLS if column is state]:
        session = Session(Role.SMSC, 0.0)
        session.state = state
        command = CommandId[name.upper()]
        events = session.received(Pdu(command, 0, 9), 1.0)
        if told == ".":
            assert isinstance(events[0], Requested) or events[0].pdu == Pdu(command | RESPONSE, 0, 9), name
        elif told == "nack":
            assert [event.pdu for event in events] == [Pdu(CommandId.GENERIC_NACK, Status.RINVCMDID, 9)], name
        else:
            assert [event.pdu for event in events] == [Pdu(command | RESPONSE, int(told), 9)], name
            assert session.state is state, name


@pytest.mark.parametrize("role", list(Role))
def test_what_one_side_may_send_is_what_the_other_side_serves(role):
    for command, state in product((one for one in CommandId if not one & RESPONSE), STATES):
        sender, receiver = Session(role, 0.0), Session(role.peer, 0.0)
        sender.state = receiver.state = state
        (event, *_) = receiver.received(Pdu(command, 0, 3), 0.0)
        served = isinstance(event, Requested) or (isinstance(event, Send) and event.pdu.status == 0)
        assert sender.may_send(command) is served, (command, state)
        assert served is (judge(role, command, state) is Status.ROK), (command, state)


@pytest.mark.parametrize(
    ("name", "state", "row"),
    [("outbind", State.BOUND_RX, "ignored"), ("alert_notification", State.BOUND_TX, "ignored")],
)
def test_what_has_no_response_is_ignored_by_a_client_in_the_wrong_state(name, state, row):
    session = Session(Role.ESME, 0.0)
    session.state = state
    assert isinstance(session.received(Pdu(CommandId[name.upper()], 0, 9), 1.0)[0], Ignored)


@pytest.mark.parametrize(
    ("kind", "state"), [("tx", State.BOUND_TX), ("rx", State.BOUND_RX), ("trx", State.BOUND_TRX)]
)
def test_a_bind_that_is_accepted_binds_both_sides(kind, state):
    assert bound(kind).state is client(kind).state is state


def test_a_refused_bind_has_no_body_and_may_be_tried_again():
    session = Session(Role.SMSC, 0.0)
    (asked,) = session.received(Pdu(2, 0, 1), 0.0)
    answer = session.respond(asked.request, 0.0, Status.RINVPASWD)
    assert encode(answer) == bytes.fromhex("00000010 80000002 0000000e 00000001")
    assert session.state is State.OPEN
    assert isinstance(session.received(Pdu(2, 0, 2), 0.0)[0], Requested)


def test_a_second_bind_while_the_first_is_weighed_is_told_already_bound():
    session = Session(Role.SMSC, 0.0)
    session.received(Pdu(2, 0, 1), 0.0)
    assert session.received(Pdu(2, 0, 2), 0.0)[0].pdu == Pdu(0x80000002, Status.RALYBND, 2)


def test_a_client_whose_bind_is_refused_stays_open():
    session = Session(Role.ESME, 0.0)
    sent = session.send(Pdu(9), 0.0)
    session.received(Pdu(0x80000009, Status.RINVPASWD, sent.sequence), 0.0)
    assert session.state is State.OPEN


def test_an_outbind_lets_the_client_bind_as_receiver():
    smsc, esme = Session(Role.SMSC, 0.0), Session(Role.ESME, 0.0)
    assert esme.received(smsc.send(Pdu(CommandId.OUTBIND), 0.0), 0.0) == [Requested(Pdu(CommandId.OUTBIND, 0, 1))]
    assert smsc.state is esme.state is State.OUTBOUND
    assert esme.may_send(CommandId.BIND_RECEIVER)
    assert not esme.may_send(CommandId.BIND_TRANSMITTER)
    assert len(smsc.own.waiting) == 0


def test_a_wrong_state_is_told_before_a_wrong_field():
    session = Session(Role.SMSC, 0.0)
    broken = decode(bytes.fromhex("00000011 00000004 00000000 00000005 41"))
    assert session.received(broken, 0.0)[0].pdu == Pdu(0x80000004, Status.RINVBNDSTS, 5)


def test_a_wrong_field_is_told_by_the_own_response():
    broken = decode(bytes.fromhex("00000011 00000004 00000000 00000005 41"))
    assert bound().received(broken, 0.0)[0].pdu == Pdu(0x80000004, Status.RINVSERTYP, 5)


def test_an_unknown_command_is_nacked_and_the_session_goes_on():
    session = bound()
    events = session.received(decode(bytes.fromhex("00000010 00000077 00000000 00000005")), 0.0)
    assert [event.pdu for event in events] == [Pdu(CommandId.GENERIC_NACK, Status.RINVCMDID, 5)]
    assert session.state is State.BOUND_TRX


def test_a_lost_frame_is_nacked_and_closes_the_link():
    session = bound()
    lost = Unreadable(0, 0, Status.RINVCMDLEN, "generic_nack", "lost", closes=True)
    send, close = session.received(lost, 0.0)
    assert send.pdu == Pdu(CommandId.GENERIC_NACK, Status.RINVCMDLEN, 0)
    assert isinstance(close, Close)


def test_an_enquire_link_is_answered_at_once():
    (event,) = bound("tx").received(Pdu(CommandId.ENQUIRE_LINK, 0, 44), 1.0)
    assert event.pdu == Pdu(CommandId.ENQUIRE_LINK_RESP, 0, 44)


# -- requests of ours


def test_own_requests_are_numbered_from_one_and_after_the_last_number_from_one_again():
    session = bound()
    assert [session.send(Pdu(5), 0.0).sequence for _ in range(3)] == [1, 2, 3]
    session.own._last = 0x7FFFFFFE
    assert [session.send(Pdu(5), 0.0).sequence for _ in range(2)] == [0x7FFFFFFF, 4]


def test_a_response_comes_back_with_its_request_and_the_token_of_its_owner():
    session = bound()
    sent = session.send(Pdu(5), 0.0, token="receipt 7")
    answer = Pdu(0x80000005, 0, sent.sequence)
    assert session.received(answer, 1.0) == [RequestAnswered(sent, answer, "receipt 7")]


def test_a_generic_nack_answers_a_request_of_ours():
    session = bound()
    sent = session.send(Pdu(5), 0.0)
    nack = Pdu(CommandId.GENERIC_NACK, Status.RINVCMDID, sent.sequence)
    assert session.received(nack, 1.0) == [RequestAnswered(sent, nack)]


def test_a_response_that_cannot_be_read_still_answers_its_request():
    session = client("tx")
    sent = session.send(Pdu(4), 0.0)
    broken = decode(bytes.fromhex("00000011 80000004 00000000") + sent.sequence.to_bytes(4, "big") + b"7")
    assert session.received(broken, 1.0) == [RequestAnswered(sent, broken)]
    assert session.room == 10


@pytest.mark.parametrize(
    "stray",
    [
        Pdu(0x80000005, 0, 99),
        Pdu(0x80000004, 0, 1),
        Pdu(CommandId.GENERIC_NACK, 3, 0),
        Unreadable(0x80000077, 1, 3, "nothing", "unknown"),
    ],
    ids=["nobody's number", "another command", "nack of nothing", "unknown command"],
)
def test_a_response_that_nobody_waits_for_is_swallowed(stray):
    session = bound()
    session.send(Pdu(5), 0.0)
    assert isinstance(session.received(stray, 1.0)[0], Ignored)
    assert session.room == 9


def test_a_response_that_comes_twice_is_swallowed_the_second_time():
    session = bound()
    sent = session.send(Pdu(5), 0.0)
    session.received(Pdu(0x80000005, 0, sent.sequence), 1.0)
    assert isinstance(session.received(Pdu(0x80000005, 0, sent.sequence), 1.0)[0], Ignored)


def test_the_window_holds_messages_back_and_opens_with_each_answer():
    session = bound(window=2)
    first = session.send(Pdu(5), 0.0)
    session.send(Pdu(5), 0.0)
    assert session.room == 0
    with pytest.raises(NotNow, match="window of 2"):
        session.send(Pdu(5), 0.0)
    session.received(Pdu(0x80000005, 0, first.sequence), 0.0)
    assert session.room == 1


def test_a_full_window_does_not_hold_back_what_is_about_the_link():
    session = bound(window=1)
    session.send(Pdu(5), 0.0)
    session.send(Pdu(CommandId.ENQUIRE_LINK), 0.0)
    session.unbind(0.0)
    assert session.room == 0
    assert len(session.own.waiting) == 3


def test_nothing_is_sent_in_a_wrong_state_unless_a_fault_wants_it():
    session = bound("tx")
    with pytest.raises(NotNow, match="deliver_sm in state bound_tx"):
        session.send(Pdu(5), 0.0)
    assert session.send(Pdu(5), 0.0, anyway=True).sequence == 1


# -- the end


def test_an_unbind_of_the_peer_is_answered_first_and_then_closes():
    session = bound()
    send, close = session.received(Pdu(CommandId.UNBIND, 0, 8), 1.0)
    assert send.pdu == Pdu(CommandId.UNBIND_RESP, 0, 8)
    assert isinstance(close, Close)
    assert session.state is State.UNBOUND


def test_our_unbind_serves_the_peer_until_it_is_answered():
    session = bound()
    sent = session.unbind(1.0)
    assert isinstance(session.received(Pdu(4, 0, 9), 1.0)[0], Requested)
    with pytest.raises(NotNow, match="deliver_sm in state bound_trx, unbinding"):
        session.send(Pdu(5), 1.0)
    answered, close = session.received(Pdu(CommandId.UNBIND_RESP, 0, sent.sequence), 2.0)
    assert isinstance(answered, RequestAnswered)
    assert isinstance(close, Close)


def test_answers_are_still_taken_after_the_peer_unbound():
    session = bound()
    sent = session.send(Pdu(5), 0.0)
    session.received(Pdu(CommandId.UNBIND, 0, 8), 1.0)
    assert isinstance(session.received(Pdu(0x80000005, 0, sent.sequence), 1.0)[0], RequestAnswered)


def test_a_closed_connection_gives_back_what_was_not_answered():
    session = bound()
    sent = [session.send(Pdu(5), 0.0, token=number) for number in (1, 2)]
    assert session.closed() == [Unanswered(pdu, "the connection closed", n) for n, pdu in enumerate(sent, 1)]
    assert session.state is State.CLOSED
    assert session.next_deadline() is None
    assert (session.closed(), session.own.messages) == ([], 0)
    assert isinstance(session.received(Pdu(4), 0.0)[0], Ignored)


# -- timers


def test_the_defaults_of_the_timers_are_those_of_the_facts():
    assert msgspec.structs.astuple(SMSC_TIMERS) == (60, 120, None, 30, 3, False)
    assert msgspec.structs.astuple(ESME_TIMERS) == (None, None, 60, 30, 3, False)


def test_a_connection_that_does_not_bind_is_closed_after_a_minute():
    session = Session(Role.SMSC, 100.0)
    session.received(Pdu(CommandId.ENQUIRE_LINK, 0, 1), 150.0)
    assert session.next_deadline() == 160.0
    assert session.expire(159.9) == []
    assert session.expire(160.0) == [Close("no bind within 60 s")]
    assert session.next_deadline() is None


def test_a_bind_ends_the_wait_for_a_bind():
    assert bound(timers=Timers(inactivity=None)).next_deadline() is None


@pytest.mark.parametrize("heard", [Pdu(CommandId.ENQUIRE_LINK, 0, 5), Pdu(0x80000005, 0, 1), Pdu(4, 0, 2)])
def test_any_pdu_of_the_client_starts_the_two_minutes_again(heard):
    session = bound()
    assert session.next_deadline() == 120.0
    session.received(heard, 100.0)
    assert session.next_deadline() == 220.0
    assert isinstance(session.expire(220.0)[0], Close)


def test_what_the_server_says_does_not_start_the_two_minutes_again():
    session = bound()
    (asked,) = session.received(Pdu(4, 0, 2), 10.0)
    session.respond(asked.request, 90.0)
    assert session.next_deadline() == 130.0


def test_a_silent_client_may_be_unbound_before_it_is_cut():
    session = bound(timers=Timers(unbind_first=True, response=5))
    (event,) = session.expire(120.0)
    assert event.pdu.command_id == CommandId.UNBIND
    assert session.next_deadline() == 125.0
    assert isinstance(session.expire(125.0)[-1], Close)


def test_the_server_does_not_ask_for_the_link_unless_told_to():
    session = bound(timers=Timers(inactivity=None))
    assert session.expire(1e9) == []


def test_a_link_check_goes_out_when_it_is_time_and_not_twice():
    session = client()
    assert session.next_deadline() == 60.0
    (event,) = session.expire(60.0)
    assert event.pdu.command_id == CommandId.ENQUIRE_LINK
    assert session.next_deadline() == 90.0
    session.received(Pdu(CommandId.ENQUIRE_LINK_RESP, 0, event.pdu.sequence), 61.0)
    assert session.next_deadline() == 120.0


def test_a_link_check_without_an_answer_closes():
    session = client()
    session.expire(60.0)
    given_up, close = session.expire(90.0)
    assert given_up.request.command_id == CommandId.ENQUIRE_LINK
    assert close == Close("enquire_link had no answer")


def test_a_message_without_an_answer_is_given_back_and_frees_its_place():
    session = bound(window=1)
    sent = session.send(Pdu(5), 10.0, token="r")
    session.received(Pdu(CommandId.ENQUIRE_LINK, 0, 5), 30.0)
    assert session.next_deadline() == 40.0
    assert session.expire(40.0) == [Unanswered(sent, "deliver_sm had no answer for 30 s", "r")]
    assert session.room == 1


def test_three_messages_in_a_row_without_an_answer_close():
    session = bound()
    for _ in range(3):
        session.send(Pdu(5), 10.0)
    assert [type(event) for event in session.expire(40.0)] == [Unanswered] * 3 + [Close]


def test_an_answer_in_between_keeps_the_link():
    session = bound(timers=Timers(unanswered=2))
    session.send(Pdu(5), 0.0)
    session.expire(30.0)
    sent = session.send(Pdu(5), 31.0)
    session.received(Pdu(0x80000005, 0, sent.sequence), 32.0)
    session.send(Pdu(5), 33.0)
    assert [type(event) for event in session.expire(63.0)] == [Unanswered]


def test_a_late_answer_to_a_message_that_was_given_up_is_told_once_as_late():
    session = bound()
    sent = session.send(Pdu(5), 0.0, token="r")
    session.expire(30.0)
    answer = Pdu(0x80000005, 0, sent.sequence)
    assert session.received(answer, 31.0) == [RequestAnswered(sent, answer, "r", late=True)]
    assert isinstance(session.received(answer, 32.0)[0], Ignored)


def test_an_answer_to_another_command_is_no_late_one_either():
    session = bound()
    sent = session.send(Pdu(5), 0.0)
    session.expire(30.0)
    assert isinstance(session.received(Pdu(0x80000103, 0, sent.sequence), 31.0)[0], Ignored)


def test_a_receiver_that_answers_slowly_one_by_one_is_never_cut():
    """Window 5, half a second for each, and a timer of 2 s."""
    session = bound(timers=Timers(response=2.0), window=5)
    waiting, now, late = [], 0.0, 0
    for _ in range(200):
        while session.room:
            waiting.append(session.send(Pdu(5), now))
        now += 0.5
        assert not any(isinstance(event, Close) for event in session.expire(now))
        (event,) = session.received(Pdu(0x80000005, 0, waiting.pop(0).sequence), now)
        late += event.late
    assert late > 100


def test_one_that_takes_all_its_answers_to_a_later_moment_is_not_cut_while_one_comes_in_time():
    session = bound(timers=Timers(response=2.0), window=5)
    first, *_ = [session.send(Pdu(5), 0.0) for _ in range(5)]
    session.received(Pdu(0x80000005, 0, first.sequence), 1.0)
    assert [type(event) for event in session.expire(2.0)] == [Unanswered] * 4


def test_a_link_check_whose_answer_stands_behind_others_is_no_death():
    session = bound(timers=Timers(enquire_link=5.0, response=2.0))
    sent = session.send(Pdu(5), 4.0)
    (event,) = session.expire(5.0)
    assert event.pdu.command_id == CommandId.ENQUIRE_LINK
    session.expire(6.0)
    session.received(Pdu(0x80000005, 0, sent.sequence), 6.5)
    assert [type(one) for one in session.expire(7.0)] == [Unanswered]


def test_an_answer_to_a_link_check_is_a_sign_of_life():
    session = bound(timers=Timers(enquire_link=5.0, response=10.0, unanswered=1))
    session.send(Pdu(5), 0.0)
    (asked,) = session.expire(5.0)
    session.received(Pdu(CommandId.ENQUIRE_LINK_RESP, 0, asked.pdu.sequence), 6.0)
    assert [type(one) for one in session.expire(10.0)] == [Unanswered, Send]


@pytest.mark.parametrize("command", [CommandId.SUBMIT_SM, CommandId.QUERY_SM, CommandId.ENQUIRE_LINK, 0x80000005])
def test_a_client_that_says_anything_at_all_is_not_idle(command):
    """An ESME that only submits, or only answers, says enough."""
    session = bound()
    for minute in range(1, 10):
        now = 60.0 * minute
        assert session.expire(now) == []
        session.received(Pdu(command, 0, minute), now)
    assert session.expire(now + 119.0) == []
    assert session.expire(now + 120.0) == [Close("nothing came from the esme for 120 s")]


def test_a_bind_of_ours_without_an_answer_closes():
    session = Session(Role.ESME, 0.0)
    session.send(Pdu(9), 0.0)
    assert session.next_deadline() == 30.0
    assert session.expire(30.0)[-1] == Close("bind_transceiver had no answer")


def test_both_roles_understand_each_other_from_bind_to_unbind():
    smsc, esme = Session(Role.SMSC, 0.0), Session(Role.ESME, 0.0)
    (asked,) = smsc.received(decode(encode(esme.send(Pdu(9, fields={"interface_version": 0x34}), 0.0))), 0.0)
    esme.received(decode(encode(smsc.respond(asked.request, 0.0))), 0.0)
    (asked,) = smsc.received(decode(encode(esme.send(Pdu(4, fields={"short_message": b"hi"}), 1.0))), 1.0)
    (answered,) = esme.received(
        decode(encode(smsc.respond(asked.request, 1.0, fields={"message_id": b"1"}))), 1.0
    )
    assert answered.response.octets("message_id") == b"1"
    (asked,) = esme.received(decode(encode(smsc.send(Pdu(5), 2.0))), 2.0)
    (answered,) = smsc.received(decode(encode(esme.respond(asked.request, 2.0))), 2.0)
    assert answered.response.fields == {"message_id": b""}
    send, _ = smsc.received(decode(encode(esme.unbind(3.0))), 3.0)
    assert isinstance(esme.received(decode(encode(send.pdu)), 3.0)[-1], Close)
