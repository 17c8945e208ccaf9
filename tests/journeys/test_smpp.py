"""Real SMPP clients: smpplib always, npm's smpp and Kannel's bearerbox where they are installed."""

import asyncio
import json
import os
import subprocess
import time
import urllib.request
from datetime import datetime
from pathlib import Path

import pytest
import smpplib.client
import smpplib.consts
from esme import TO, Desk, desk, line_of
from support import PATIENCE, free_port, receiver, self_signed
from tools import NODE_MODULES, need

from emulator.sandboxes.spec import ClockWish, NewSandbox
from emulator.smpp import CommandId


def smpplib_session(host, port, account, ready, unknown_tlvs=True):
    """bind, submit, receipt, unbind, as smpplib's own example does it."""
    came, sent = [], []
    client = smpplib.client.Client(host, port, timeout=PATIENCE, allow_unknown_opt_params=unknown_tlvs)
    client.set_message_received_handler(lambda pdu: came.append(pdu) or 0)
    client.set_message_sent_handler(lambda pdu: sent.append(pdu))
    client.connect()
    client.bind_transceiver(system_id=account["system_id"], password=account["password"])
    client.send_message(
        source_addr_ton=smpplib.consts.SMPP_TON_ALNUM, source_addr="Shop", dest_addr_ton=1, dest_addr_npi=1,
        destination_addr=TO, short_message=b"Hello from smpplib", registered_delivery=True,
    )  # fmt: skip
    client.read_once()
    ready()
    while not came:
        client.read_once()
    client.unbind()
    client.disconnect()
    return came[0], sent[0]


@pytest.mark.parametrize("vendor", ["send", "omit"])
async def test_smpplib_binds_sends_and_gets_its_receipt(at, vendor):
    await at.patch(switches={"smpp-vendor-tlvs": vendor})
    loop = asyncio.get_running_loop()
    moved = []

    def ready():
        moved.append(asyncio.run_coroutine_threadsafe(at.settle(), loop))

    where = at.served.smpp_host, at.served.smpp_port
    came, sent = await asyncio.to_thread(smpplib_session, *where, at.account, ready, vendor == "send")
    assert sent.message_id == b"1"
    assert came.receipted_message_id == b"1"
    assert came.message_state == smpplib.consts.SMPP_MESSAGE_STATE_DELIVERED
    assert b"stat:DELIVRD err:000 text:Hello from smpplib" in came.short_message
    await asyncio.wrap_future(moved[0])
    (message,) = await at.messages()
    assert (message["text"], message["status"]) == ("Hello from smpplib", "delivered")


NODE_CLIENT = """
const smpp = require('smpp');
const [url, system_id, password, to] = process.argv.slice(2);
const session = smpp.connect({url, auto_enquire_link_period: 10000, rejectUnauthorized: false}, () => {
  session.bind_transceiver({system_id, password}, (pdu) => {
    if (pdu.command_status !== 0) { console.log('bind', pdu.command_status); process.exit(1); }
    session.submit_sm({destination_addr: to, source_addr: 'Shop', registered_delivery: 1,
                       short_message: 'Привет от node'}, (pdu) => {
      console.log(JSON.stringify({sent: pdu.command_status, id: pdu.message_id}));
    });
  });
});
session.on('deliver_sm', (pdu) => {
  session.send(pdu.response());
  console.log(JSON.stringify({id: pdu.receipted_message_id, text: pdu.short_message.message}));
  session.unbind(() => { session.close(); process.exit(0); });
});
session.on('error', (error) => { console.log('error', error.message); process.exit(1); });
setTimeout(() => process.exit(2), 60000);
"""


async def test_npm_smpp_binds_sends_and_gets_its_receipt(tmp_path):
    node = need("npm's smpp")
    script = tmp_path / "client.js"
    script.write_text(NODE_CLIENT, "utf-8")
    async with desk() as at:
        url = f"smpp://{at.served.smpp_host}:{at.served.smpp_port}"
        process = await asyncio.create_subprocess_exec(
            node, str(script), url, at.account["system_id"], at.account["password"], TO,
            stdout=subprocess.PIPE, env={**os.environ, "NODE_PATH": str(NODE_MODULES)},
        )  # fmt: skip
        assert process.stdout is not None
        sent = json.loads(await asyncio.wait_for(process.stdout.readline(), PATIENCE))
        assert sent == {"sent": 0, "id": "1"}
        await at.settle()
        receipt = json.loads(await asyncio.wait_for(process.stdout.readline(), PATIENCE))
        assert receipt["id"] == "1"
        assert "stat:DELIVRD" in receipt["text"]
        assert await asyncio.wait_for(process.wait(), PATIENCE) == 0
        assert (await at.messages())[0]["text"] == "Привет от node"


KANNEL = """
group = core
admin-port = {admin}
admin-password = bar
status-password = foo
smsbox-port = {smsbox}
log-level = 0
dlr-storage = internal
box-allow-ip = "127.0.0.1"

group = smsc
smsc = smpp
smsc-id = smsc
host = 127.0.0.1
port = {port}
smsc-username = "{system_id}"
smsc-password = "{password}"
system-type = ""
interface-version = 34
transceiver-mode = true
source-addr-autodetect = yes
source-addr-ton = 5
source-addr-npi = 1
dest-addr-ton = 1
dest-addr-npi = 1
validityperiod = 1440
enquire-link-interval = 60
wait-ack-expire = 0
max-pending-submits = 300
throughput = 30
reconnect-delay = 1
{tls}

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}
log-level = 0

group = sendsms-user
username = tester
password = foobar

group = sms-service
keyword = default
catch-all = yes
text = ""
max-messages = 0
"""


def fetch(url):
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        return answer.read()


async def until(done, seconds=PATIENCE):
    """Real time: it is another program that is waited for."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        found = await done()
        if found:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError("it never came about")


TAKEN, DELIVERED = "8", "1"
"""What Kannel tells the one who sent: the SMSC has taken it, the phone has got it."""


def end(box):
    """The bearerbox is to end before the smsbox: while a report lies in it that no smsbox has taken, it keeps its door
    open for one to come, for ten seconds, though its SMPP session is over."""
    box.terminate()
    try:
        box.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        box.kill()
        box.wait()


@pytest.mark.parametrize("over", ["tcp", "tls"])
async def test_kannels_bearerbox_binds_sends_and_gets_its_receipt(tmp_path, over):
    bearerbox = need("kannel")
    settings, tls = {}, ""
    if over == "tls":
        cert, key = self_signed(tmp_path)
        settings, tls = {"smpp_tls_port": 0, "tls_cert": cert, "tls_key": key}, "use-ssl = true"
    async with desk(**settings) as at, receiver() as shop:
        ports = {"admin": free_port(), "smsbox": free_port(), "sendsms": free_port()}
        port = at.served.smpp_port if over == "tcp" else int(at.served.smpps_url.rpartition(":")[2])
        config = tmp_path / "kannel.conf"
        config.write_text(KANNEL.format(port=port, tls=tls, **ports, **{
            name: at.account[name] for name in ("system_id", "password")
        }))  # fmt: skip
        log = open(tmp_path / "log", "wb")  # noqa: SIM115, ASYNC230
        boxes: list[subprocess.Popen[bytes]] = []

        def start(program):
            boxes.append(subprocess.Popen([program, str(config)], stdout=log, stderr=log, cwd=tmp_path))

        async def bound():
            return (await at.call("GET", "/sessions"))["sessions"]

        try:
            start(bearerbox)
            await until(bound)
            smsbox = bearerbox.replace("bearerbox", "smsbox")
            start(smsbox)
            url = (
                f"http://127.0.0.1:{ports['sendsms']}/cgi-bin/sendsms?username=tester&password=foobar&to={TO}"
                f"&from=Shop&text=Hello+from+Kannel&dlr-mask=31&dlr-url={shop.url}?kind=%25d"
            )

            async def sent():
                if boxes[-1].poll() is not None:
                    start(smsbox)  # it ends at once where the bearerbox does not listen for it yet
                try:
                    return await asyncio.to_thread(fetch, url)
                except OSError:
                    return None

            assert b"Accepted" in await until(sent)

            async def there():
                return await at.messages()

            (message,) = await until(there)
            assert message["text"] == "Hello from Kannel"
            await at.settle()
            (attempt,) = (await at.call("GET", "/callbacks"))["callbacks"]
            assert attempt["accepted"] is True
            assert attempt["answer"]["command"] == "deliver_sm_resp"

            async def told():
                return {one["kind"] for one in shop.came} == {TAKEN, DELIVERED}

            await until(told)
        finally:
            for box in boxes:
                await asyncio.to_thread(end, box)
            log.close()
        said = (tmp_path / "log").read_text("utf-8", "replace")
        assert "SMPP PDU" in said
        assert "got DLR but could not find message" not in said


HERE = Path(__file__).parent
GOLDEN_CLOCK = {"now": datetime.fromisoformat("2026-11-21T12:00:00+03:00"), "rate": 0.0}
GOLDEN_ACCOUNT = {"smscenter": {"smpp": {"system_id": "golden", "password": "secret"}}}


def golden():
    """smpp-session.hex: `>` the client, `<` the emulator, `advance` moves the clock; a comment stands behind `;`."""
    for line in (HERE / "smpp-session.hex").read_text("utf-8").splitlines():
        words = line.partition(";")[0].split()
        if words:
            yield words[0], "".join(words[1:])


async def test_a_whole_session_octet_for_octet(served):
    wish = NewSandbox(clock=ClockWish(**GOLDEN_CLOCK), accounts=GOLDEN_ACCOUNT)
    at = Desk(served, served.emulator.create(wish))
    esme = await at.connect()
    esme.answers = lambda pdu: None
    walking = None
    for what, said in golden():
        if what == "advance":
            walking = asyncio.create_task(at.advance(float(said)))
        elif what == ">":
            esme.write(bytes.fromhex(said))
        else:
            wanted = bytes.fromhex(said)
            await esme.until(lambda wanted=wanted: len(esme.octets) >= len(wanted) or esme.ended)
            assert esme.octets[: len(wanted)].hex(" ", -4) == wanted.hex(" ", -4)
            esme.octets = esme.octets[len(wanted) :]
    assert walking is not None
    await walking
    await esme.closed()
    assert esme.octets == b""
    await esme.close()


def test_tshark_finds_nothing_malformed_in_the_golden_session(tmp_path):
    need("tshark")
    lines = []
    for what, said in golden():
        if what != "advance":
            octets = bytes.fromhex(said)
            lines.append("I" if what == ">" else "O")
            lines += [f"{at:06x} {octets[at : at + 16].hex(' ')}" for at in range(0, len(octets), 16)]
    (tmp_path / "session.txt").write_text("\n".join(lines) + "\n", "utf-8")
    pcap = str(tmp_path / "session.pcap")
    subprocess.run(["text2pcap", "-D", "-T", "2775,40000", str(tmp_path / "session.txt"), pcap], check=True,
                   capture_output=True)  # fmt: skip
    done = subprocess.run(
        ["tshark", "-r", pcap, "-d", "tcp.port==2775,smpp", "-T", "fields", "-e", "smpp.command_id", "-e",
         "_ws.malformed", "-e", "_ws.expert.message"], capture_output=True, text=True, check=True,
    )  # fmt: skip
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert len(rows) == sum(what != "advance" for what, _ in golden())
    assert all(row[0] for row in rows), done.stdout
    assert not any(row[1] for row in rows), done.stdout


async def test_line_of_a_receipt_is_what_parsers_know(at):
    import re

    esme = await at.bound(CommandId.BIND_TRANSCEIVER)
    await esme.submit(b"What parsers know, and more of it")
    await at.settle()
    assert re.fullmatch(
        r"id:1 sub:001 dlvrd:001 submit date:\d{10} done date:\d{10} stat:DELIVRD err:000 "
        r"text:What parsers know, a",
        line_of((await esme.receipts())[0]),
    )


async def test_pdus_are_found_by_their_session(at):
    first, second = await at.bound(), await at.bound()
    await first.submit(b"one", destination_addr=b"79001234567")
    await second.submit(b"two", destination_addr=b"79001234568")
    await at.settle()
    names = [one["id"] for one in (await at.call("GET", "/sessions"))["sessions"]]
    for name, number in zip(names, ("79001234567", "79001234568"), strict=True):
        asked = (await at.call("GET", f"/requests?session={name}"))["requests"]
        assert [one["operation"] for one in asked] == ["bind", "send"]
        assert asked[1]["request"]["fields"]["destination_addr"] == number
    found = [(await at.call("GET", f"/callbacks?session={name}"))["callbacks"] for name in names]
    assert all(one["session"] == name for name, some in zip(names, found, strict=True) for one in some)
    assert sum(map(len, found)) == 2
    assert (await at.call("GET", "/requests?session=s99"))["requests"] == []
