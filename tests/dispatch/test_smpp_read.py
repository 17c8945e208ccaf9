"""What comes in one read is executed at one moment and said by one caller, as long as that is so."""

from esme import SUBMIT, desk

from emulator.core.engine.engine import Engine
from emulator.smpp.pdu_tables import CommandId


async def in_one_read(esme, count, rest=b""):
    """Statuses of so many submits that come together."""
    made = [esme.made(CommandId.SUBMIT_SM, **{**SUBMIT, "short_message": b"%d" % n}) for n in range(count)]
    for pdu in made:
        pdu.rest = rest
    esme.write(*made)
    return [(await esme.answer_to(pdu)).status for pdu in made]


async def test_switches_that_a_rule_changes_are_in_force_for_the_next_of_the_same_read():
    async with desk() as at:
        strict = {"account": {"switches": {"smpp-last-nul": "strict"}}}
        await at.rule({"operation": "send", "provider": "smscenter"}, strict, times=1)
        assert await in_one_read(await at.bound(), 2, rest=b"\0") == [0, 0xC0]


async def test_time_never_goes_back_within_a_read(monkeypatch):
    execute, back = Engine.execute, []

    def seen(engine, command, at):
        back.append(at < engine.state.now)
        return execute(engine, command, at)

    monkeypatch.setattr(Engine, "execute", seen)
    async with desk() as at:
        at.sandbox.clock.rate = 1.0
        told_first = {"reply": {"fault": "receipt-first"}, "steps": [{"status": "delivered", "after": 0}]}
        await at.rule({"operation": "send"}, told_first)
        esme = await at.bound()
        assert await in_one_read(esme, 4) == [0] * 4
        assert back == [False] * 5  # the bind is one


async def test_a_bind_that_was_refused_by_a_rule_though_taken_is_followed_by_one_like_any_first_bind():
    async with desk() as at:
        await at.rule({"operation": "bind"}, {"reply": {"command_status": 8, "taken": True}}, times=1)
        esme = await at.connect()
        assert (await esme.bind(at.account)).status == 8
        answer = await esme.bind(at.account)
        assert (answer.status, answer.fields["system_id"], len(answer.tlvs)) == (0, b"SMSC", 1)
        assert (await esme.submit()).status == 0
        await at.settle()
        assert len(esme.delivered) == 1
