"""`run`, `env` and `ca`: an unchanged program led here, and what it needs to be led by other means."""

import asyncio
import json
import os
import shlex
import ssl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import pytest
from support import PATIENCE, control, serving
from tools import need

from emulator.cli.main import main

URL = "https://smsoffice.ge/api/v2/send/?key=my-own-key&destination=995577123456&sender=smsoffice&content=Hello&scheduledAt=soon"
PROGRAM = f"""
import os, sys
from urllib.request import urlopen
print(sys.stdin.read(), os.environ["MINE"], urlopen({URL!r}).status)
for _ in range(3): urlopen({URL.replace("sender=smsoffice", "sender=Nobody")!r})
try: urlopen("https://example.com/")
except OSError: pass
sys.exit(3)
"""


def run(*arguments: str, said: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "emulator", *arguments], input=said, capture_output=True, text=True,
                          timeout=PATIENCE, env={**os.environ, **environment}, check=False)  # fmt: skip


def test_run_gives_the_program_our_streams_and_status_and_tells_what_it_sent_and_was_refused(tmp_path: Path) -> None:
    options = ("--ca-dir", str(tmp_path), "--callback-url", "http://127.0.0.1:9/sms")
    done = run("run", *options, "--", sys.executable, "-c", PROGRAM, said="in", MINE="kept")
    assert (done.returncode, done.stdout) == (3, "in kept 200\n")
    told = done.stderr.splitlines()
    assert told[0].startswith("sms-emulator: 5 requests, 4 sends among them, 3 refused, ")
    assert [line.endswith("(3 times)") for line in told if line.startswith("  refused: smsoffice send: ")] == [True]
    assert any(line.startswith("  not served: CONNECT: example.com is no provider's name") for line in told)
    assert any(line.startswith("  finding: smsoffice: x1 has no reference") for line in told)
    assert any(line.startswith("  finding: smsoffice: x1: scheduledAt: ") and "is ignored" in line for line in told)
    assert "my-own-key" not in done.stderr


async def test_run_uses_the_emulator_that_runs_elsewhere(tmp_path: Path) -> None:
    async with serving(any_credentials=True, ca_dir=str(tmp_path / "theirs")) as served:
        arguments = ("run", "--url", served.base_url, "--", sys.executable, "-c", PROGRAM)
        done = await asyncio.to_thread(run, *arguments, said="in", MINE="kept", XDG_DATA_HOME=str(tmp_path / "ours"))
        assert (done.returncode, done.stdout, done.stderr) == (3, "in kept 200\n", "")
        _, sent = await control(served, "GET", "/_emulator/sandboxes/default/messages")
        assert [one["text"] for one in sent["messages"]] == ["Hello"]


@pytest.mark.parametrize(("arguments", "says"), [
    (("run",), "run what? sms-emulator run -- COMMAND …"),
    (("run", "--isolate", "--url", "http://127.0.0.1:1", "--", "true"), "--isolate starts an emulator of its own"),
    (("run", "--url", "http://127.0.0.1:1", "--", "true"), "no emulator answers at http://127.0.0.1:1: "),
    (("run", "--url", "127.0.0.1:1", "--", "true"), "unknown url type: 127.0.0.1; start one with `sms-emulator serve`"),
    (("run", "--scenario", "/dev/null/no", "--", "true"), "/dev/null/no"),
    (("run", "--ca-dir", "/dev/null/no", "--", "true"), "--ca-dir names another folder"),
])  # fmt: skip
def test_why_a_program_is_not_run_is_one_line_and_status_2(
    arguments: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    told = capsys.readouterr().err
    assert says in told
    assert told.count("\n") == 1


@pytest.mark.parametrize(("where", "says"), [
    ("{http}/api", "no emulator answers at {http}/api: HTTP 404 for /_emulator/health; start one with"),
    ("{http}/_emulator/sink/smsoffice?", "what answers at {http}/_emulator/sink/smsoffice? is no emulator"),
    ("http://{smpp}", "no emulator answers at http://{smpp}: "),
])  # fmt: skip
async def test_an_address_at_which_no_emulator_answers_is_told_in_one_line(where: str, says: str) -> None:
    async with serving() as served:
        there = {"http": served.base_url, "smpp": f"127.0.0.1:{served.smpp_port}"}
        done = await asyncio.to_thread(run, "env", "--url", where.format(**there))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert says.format(**there) in done.stderr


async def test_the_variables_of_env_lead_a_shells_programs_to_a_running_emulator(tmp_path: Path) -> None:
    curl = need("curl")
    async with serving(any_credentials=True, ca_dir=str(tmp_path / "theirs")) as served:
        command = f'eval "$("$0" -m emulator env --url {served.base_url})" && {curl} -sS "{URL}"'
        command += ' && echo "$SMS_INTERCEPT"'
        done = await asyncio.to_thread(
            subprocess.run, ["sh", "-c", command, sys.executable], capture_output=True, timeout=PATIENCE,
            env={**os.environ, "XDG_DATA_HOME": str(tmp_path / "ours")},
        )  # fmt: skip
        answer, _, led = done.stdout.partition(b"}")
        assert json.loads(answer + b"}")["Success"], done.stderr
        assert json.loads(led)["ports"]["3700"] == ["127.0.0.1", served.smpp_port]


def test_env_names_the_ports_that_it_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ports = ("--port", "1234", "--smpp-port", "1235", "--smpp-tls-port", "1236")
    assert main(("env", "--shell", "dotenv", "--ca-dir", str(tmp_path), *ports)) == 0
    told = dict(line.split("=", 1) for line in capsys.readouterr().out.splitlines())
    assert told["https_proxy"] == told["HTTP_PROXY"] == "http://127.0.0.1:1234"
    led = json.loads(told["SMS_INTERCEPT"].strip("'"))["ports"]
    assert (led["443"], led["3700"], led["3443"]) == (["127.0.0.1", 1234], ["127.0.0.1", 1235], ["127.0.0.1", 1236])
    [bundle] = shlex.split(told["SSL_CERT_FILE"])
    assert Path(bundle).is_file()
    for no_port in ("0", "70000", "-1", "x"):
        with pytest.raises(SystemExit, match="2"):
            main(("env", f"--smpp-port={no_port}"))
        assert f"--smpp-port: '{no_port}' is no port; 1 to 65535 may stand there" in capsys.readouterr().err


@pytest.fixture
def ca(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def told(*arguments: str) -> tuple[int, str, str]:
        status = main(("ca", "--ca-dir", str(tmp_path / "authority"), *arguments))
        said = capsys.readouterr()
        return status, said.out, said.err

    return told


def test_ca_prints_one_certificate_and_with_bundle_the_machines_in_front(
    ca: Callable[..., tuple[int, str, str]],
) -> None:
    ours, bundle = ca()[1], ca("--bundle")[1]
    assert ours.count("BEGIN CERTIFICATE") == 1
    assert bundle.endswith(ours)
    assert "PRIVATE" not in ours + bundle
    ssl.create_default_context(cadata=bundle)


def test_ca_issues_a_certificate_for_ones_own_receiver_and_for_no_foreign_name(
    ca: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    issued = ca("--issue", "localhost", "--issue", "127.0.0.1")[1]
    (tmp_path / "own.pem").write_text(issued)
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(tmp_path / "own.pem")
    assert issued.count("BEGIN CERTIFICATE") == 2
    status, printed, told = ca("--issue", "example.com")
    assert (status, printed) == (1, "")
    assert "the authority may not vouch for 'example.com'" in told


def test_ca_writes_a_trust_store_with_it(ca: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    openssl = need("openssl")
    assert ca("--truststore", str(tmp_path / "trust.p12"))[0] == 0
    command = [openssl, "pkcs12", "-in", str(tmp_path / "trust.p12"), "-passin", "pass:changeit", "-nokeys"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE).stdout
    assert "".join(ca()[1].split()) in "".join(listed.split())


async def test_the_authority_is_there_over_http(tmp_path: Path) -> None:
    async with serving(ca_dir=str(tmp_path)) as served:
        opener = build_opener(ProxyHandler({}))
        answer = await asyncio.to_thread(lambda: opener.open(f"{served.base_url}/_emulator/ca.pem").read())
        assert answer == served.authority_pem
