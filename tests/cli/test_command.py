"""The command as a shell sees it: one clear line for what is wrong, and nothing heavy before it is wanted."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from support import PATIENCE, send_path

from emulator.app.options import unknown_variables
from emulator.app.settings import settings
from emulator.cli.main import main


def run(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "emulator", *arguments], capture_output=True, text=True, timeout=PATIENCE,
        env={name: value for name, value in {**os.environ, **environment}.items() if value is not None},
    )  # fmt: skip


def each(*commands):
    """One after another in one process, which prints their statuses; each with variables of its own, where it says."""
    code = "import os\nfrom emulator.cli.main import main\n"
    code += "def status(of):\n    try: return main(of)\n    except SystemExit as ended: return ended.code\n"
    code += f"for of, variables in {commands!r}: os.environ.update(variables); print(status(of))"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE)


@pytest.fixture
def here(capsys):
    """The same in this process, for what ends before anything is served."""

    def run(*arguments):
        try:
            status = main(arguments)
        except SystemExit as ended:
            status = ended.code
        return subprocess.CompletedProcess(arguments, status, *capsys.readouterr())

    return run


@contextmanager
def serve(*arguments, files=None, **environment):
    """`files`: so many it may have open, and so many if it asks for more."""
    command = [sys.executable, "-m", "emulator"]
    if files is not None:
        limited = f"import resource, sys; resource.setrlimit(resource.RLIMIT_NOFILE, {files});"
        command[1:] = ["-c", f"{limited} from emulator.cli.main import main; sys.exit(main(sys.argv[1:]))"]
    process = subprocess.Popen(
        [*command, "serve", "--port", "0", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, **environment},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        process.ready = process.stdout.readline()
        process.urls = dict(pair.split("=", 1) for pair in process.ready.split()[1:])
        process.url = process.urls["http"]
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=PATIENCE)


def fetch(url, headers=None, body=None):
    with urllib.request.urlopen(urllib.request.Request(url, body, headers or {}), timeout=PATIENCE) as answer:
        return answer.read()


def test_it_serves_says_how_to_send_and_why_it_refused_and_stops_cleanly():
    with serve() as process:
        assert re.fullmatch(r"ready http=http://127\.0\.0\.1:\d+( \w+=\S+)*\n", process.ready)
        assert json.loads(fetch(process.url + send_path(reference="r")))["ErrorCode"] == 0
        fetch(process.url + send_path(sender="Shop"))
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, "Traceback" in err) == (0, "", False)
    assert "/api/v2/send/?key=emulator-smsoffice" in err
    assert f'eval "$(sms-emulator env --url {process.url})"' in err
    assert "--any-credentials" not in err
    line = next(line for line in err.splitlines() if "refused with 150" in line)
    assert "emulator-smsoffice" not in line


def test_what_needs_a_library_that_is_not_installed_is_one_line_that_gets_it():
    tls, wanted = ("TLS with certificates of the emulator's own", "cryptography"), {
        ("serve", "--port", "0", "--loop", "uvloop"): ("--loop uvloop", "uvloop"),
        ("serve", "--port", "0", "--smpp-port", "0", "--smtp-port", "0"): ("--smtp-port", "aiosmtpd"),
        ("serve", "--port", "0", "--smpp-port", "0", "--state", "postgresql://h/d"):
            ("--state postgresql://…", "asyncpg"),
    }  # fmt: skip
    wanted |= dict.fromkeys([("run", "--", "true"), ("run", "--isolate", "--", "true"), ("env",), ("ca",)], tls)
    code = "import sys\n" + "".join(f"sys.modules[{library!r}] = None\n" for _, library in wanted.values())
    code += "from emulator.cli.main import main\n"
    code += "".join(f"assert main({list(command)}) in (1, 2)\n" for command in wanted)
    done = subprocess.run([sys.executable, "-X", "utf8", "-W", "error", "-c", code], capture_output=True,
                          encoding="utf-8", timeout=PATIENCE)  # fmt: skip
    lines = [f"sms-emulator: {what} needs {library}, which is not installed: pip install {library}"
             for what, library in wanted.values()]  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr.splitlines()) == (0, "", lines)


@pytest.mark.parametrize(("says", "status"), [("scenarios", 0), ("--help", 0), ("check - scenarios/expired.yaml", 1)])
def test_who_reads_only_the_first_line_breaks_nothing_and_hears_of_what_failed(says, status):
    program = "import sys; from emulator.cli.main import main; sys.exit(main(sys.argv[1:]))"
    command = subprocess.Popen([sys.executable, "-c", program, *says.split()], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=Path(__file__).parents[2],
                               env={**os.environ, "PYTHONUNBUFFERED": ""})  # fmt: skip
    command.stdout.close()
    assert (b"Broken" in command.stderr.read(), command.wait(PATIENCE)) == (False, status)
    command.stderr.close()


def test_quiet_says_nothing_but_the_ready_line_and_ctrl_c_stops_it_cleanly():
    with serve("--quiet", "--max-connections", "50") as process:
        fetch(process.url + send_path(reference="r"))
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=PATIENCE) == ("", "")
    assert process.returncode == 0


def test_as_json_all_that_is_said_on_standard_error_is_one_object_a_line_with_its_zone():
    with serve("--log-format", "json", "--host", "0.0.0.0", "--max-connections", "50") as process:
        fetch(process.url + send_path(sender="%E2%80%A8Shop%C2%85%00"))
        odd = b'--b\r\nContent-Disposition: form-data; name="key"; x\r\n\r\nv\r\n--b--\r\n'
        fetch(process.url + "/api/v2/send", {"Content-Type": "multipart/form-data; boundary=b"}, odd)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=PATIENCE)
    assert "BadContentDisposition" not in err
    lines = [json.loads(line) for line in err.splitlines()]
    token, ready, refused, *_ = lines
    assert "emulator-smsoffice" not in json.dumps(refused)
    assert token["message"] == f"control API token: {token['token']}"
    assert (ready["http"], refused["outcome"]) == (process.url, "refused")
    for line in lines:
        assert datetime.fromisoformat(line["time"]).utcoffset() == timedelta(0)
        assert line["level"] in ("info", "warning")


def test_as_json_what_keeps_it_from_starting_is_one_object_too_also_where_a_variable_asks_for_json():
    wrong = [(("--port", "x"), 2), (("--scenario", "nothing-like-it"), 1), (("--loop", "uvlop"), 2),
             (("--state", "/"), 1)]  # fmt: skip
    commands = [(("serve", "--log-format", "json", "--port", "0", *arguments), {}) for arguments, _ in wrong]
    done = each(*commands, (("serve", "--port", "x"), {"SMS_EMULATOR_LOG_FORMAT": "json"}))
    assert done.stdout.split() == [str(status) for _, status in wrong] + ["2"]
    said = [json.loads(line) for line in done.stderr.splitlines()]
    assert [one["level"] for one in said] == ["error"] * 5
    assert "--port: 'x' is not a whole number" in said[4]["message"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
@pytest.mark.parametrize(("soft", "hard", "more", "warned"), [
    (64, 400, ("--max-connections", "120"), False), (64, 400, ("--max-connections", "400"), True), (64, 400, (), True),
])  # fmt: skip
def test_it_takes_as_many_open_files_as_it_may_and_warns_where_connections_would_not_fit(soft, hard, more, warned):
    with serve("--quiet", *more, files=(soft, hard)) as process, ExitStack() as kept:
        where = ("127.0.0.1", int(process.url.rpartition(":")[2]))
        for _ in range(100):  # more than the soft limit held
            kept.enter_context(socket.create_connection(where, timeout=PATIENCE))
        assert json.loads(fetch(f"{process.url}/_emulator/health"))["status"] == "ok"
        kept.close()
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=PATIENCE)
    assert ("--max-connections" in err and f"{hard} open files" in err) is warned
    assert err.count("\n") == warned


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
@pytest.mark.parametrize(("loop", "times"), [pytest.param("asyncio", 3, marks=pytest.mark.long), ("auto", 1)])
def test_health_answers_however_many_connections_come_and_however_few_files_may_be_open(loop, times):
    with serve("--quiet", "--smpp-port", "0", "--loop", loop, files=(64, 64)) as process, ExitStack() as kept:
        for _ in range(40):
            for url in (process.urls["http"], process.urls["smpp"]):
                kept.enter_context(socket.create_connection(("127.0.0.1", url.rpartition(":")[2]), timeout=PATIENCE))
        for _ in range(times):
            assert json.loads(fetch(f"{process.url}/_emulator/health"))["status"] == "ok"
        kept.close()
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=PATIENCE)
    assert "there may be 8 connections" in err
    assert len(err) < 10_000


def test_a_flag_beats_the_environment_and_the_environment_the_default():
    with serve("--token", "flag", SMS_EMULATOR_TOKEN="variable", SMS_EMULATOR_SCENARIO="no-credit") as process:
        assert json.loads(fetch(process.url + send_path()))["ErrorCode"] == 20
        assert fetch(process.url + "/_emulator/sandboxes", {"Authorization": "Bearer flag"})


@pytest.mark.parametrize(
    ("option", "protocol", "make"),
    [("--port", "HTTP", True), ("--smpp-port", "SMPP", False), ("--smpp-tls-port", "SMPP over TLS", False)],
)
def test_a_busy_port_is_one_line_that_names_its_protocol_and_the_option_that_moves_it(option, protocol, make):
    free = {"--port": "0", "--smpp-port": "0"}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        words = [word for pair in {**free, option: str(port)}.items() for word in pair]
        done = run("serve", *words, MAKELEVEL="1" if make else None)
    assert done.returncode == 1
    assert done.stderr == (
        f"sms-emulator: cannot listen for {protocol} on 127.0.0.1 port {port}: it is in use. Another by {option}, "
        f"a free one by {option} 0" + (f"; with make: make run ARGS='{option} 0'" if make else "") + "\n"
    )


@pytest.mark.parametrize("host", ["300.1.1.1", "192.0.2.1"], ids=["no address", "another machine's"])
def test_an_address_that_this_machine_has_not_is_one_line_that_names_the_option_and_good_ones(host):
    done = run("serve", "--port", "0", "--host", host)
    assert done.returncode == 1
    assert done.stderr == (
        f"sms-emulator: cannot listen for HTTP on {host} port 0: this machine has no such address. 127.0.0.1 (this "
        "machine alone) may stand behind --host, or 0.0.0.0\n"
    )


@pytest.mark.parametrize("written", ["0", "0.0", "2.5"])
def test_a_node_may_drain_for_no_time_at_all(written):
    assert settings({}, {"SMS_EMULATOR_DRAIN_SECONDS": written}).drain_seconds == float(written)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("serve", "--port", "x"), "--port: 'x' is not a whole number"),
        (("serve", "--port", "70000"), "--port: 70000 is no port; 0 to 65535 may stand there"),
        *((("serve", flag, ""), f"{flag}: nothing stands there; leave it out where it is not wanted")
          for flag in ("--host", "--tls-cert", "--tls-key", "--ca-dir", "--scenario", "--state", "--callback-ca")),
        (("serve", "--head-seconds", "0"), "--head-seconds: 0 is not a time; it is a number of seconds above 0"),
        (("serve", "--drain-seconds", "-1"), "-1 is not a time; it is a number of seconds, 0 or more"),
        (("serve", "--callback-url", "nowhere"), "'nowhere' does not begin with http://"),
        (("serve", "--callback-url", "smsofice=http://x/"), "there is no provider 'smsofice'"),
        (("serve", "--colour"), "sms-emulator: serve takes no --colour; its --help lists what it takes\n"),
        (("serve", "--smpp-por=0"), "serve takes no --smpp-por=0; did you mean --smpp-port?"),
        (("run", "--isolat", "--", "true"), "run takes no --isolat; did you mean --isolate?"),
        (("certify", "--provider", "ubill", "--jsn"), "certify takes no --jsn; did you mean --json?"),
        (("check-callbacks", "--provider", "ubill", "--time", "1", "http://127.0.0.1:1/"), "takes no --time; did you"),
        (("contract", "smsofice"), "there is no provider 'smsofice'"),
        (("sned",), "invalid choice"),
    ],
)
def test_a_wrong_word_is_one_clear_line_and_status_2(arguments, said, here):
    done = here(*arguments, *(("--port", "0") if arguments[0] == "serve" and "--port" not in arguments else ()))
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_scenario_is_a_clear_line_and_status_1(here):
    done = here("serve", "--port", "0", "--scenario", "hapy")
    assert done.returncode == 1
    assert "happy" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_check_says_good_or_every_mistake_with_its_place(tmp_path, here):
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text("rules:\n  - then: {refuse: {reason: no-credit}}\n")
    bad.write_text("rules:\n  - then: {refuse: {reason: no-credits}}\n  - when: {provider: smsofice}\n    then: {}\n")
    assert here("check", str(good)).stdout == f"{good}: good, 1 rule\n"
    done = here("check", str(good), str(bad))
    assert done.returncode == 1
    assert [line.split(": ")[0] for line in done.stderr.splitlines()] == [f"{bad}:2:29", f"{bad}:3:22"]


def test_check_says_how_many_rules_are_the_files_own(tmp_path, here):
    file = tmp_path / "mine.yaml"
    file.write_text("extends: happy\nrules:\n  - then: {refuse: {reason: no-credit}}\n")
    assert here("check", str(file)).stdout == f"{file}: good, 15 rules, 1 of them its own, the others of happy\n"


def test_what_will_not_be_read_called_or_asked_for_is_said_at_the_start():
    given = {"SMS_EMULATOR_PROT": "1", "SMS_EMULATOR_PORT": "1", "SMS_EMULATOR_URL": "http://x", "A": ""}
    said = unknown_variables(given)
    assert said == ["nothing reads the variable SMS_EMULATOR_PROT; did you mean SMS_EMULATOR_PORT?"]
    options = ("--any-credentials", "--loop", "asyncio", "--callback-url", "http://93.184.216.34/sms")
    with serve(*options, SMS_EMULATOR_TOKEN="hush-hush", SMS_EMULATOR_QUEIT="1") as process:
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=PATIENCE)
    assert "SMS_EMULATOR_QUEIT; did you mean SMS_EMULATOR_QUIET?" in err
    assert "callbacks of smsoffice will not be sent: 93.184.216.34, which is neither loopback nor private" in err
    assert "whatever key or login no sandbox has is taken" in err
    assert " on asyncio: paste" in err
    assert '/requests\' -H "Authorization: Bearer $SMS_EMULATOR_TOKEN"' in err
    assert "hush" not in err


def test_scenarios_schema_contract_and_version_print(here):
    assert "happy" in here("scenarios").stdout
    assert "rules" in json.loads(here("schema").stdout)["$defs"]["Scenario"]["properties"]
    assert "smsoffice.code.150" in here("contract", "smsoffice").stdout
    assert here("--version").stdout.startswith("sms-emulator ")


def test_the_demo_shows_timelines_of_all_providers():
    done = run("demo")
    assert done.returncode == 0, done.stderr
    assert "delivered" in done.stdout
    assert "the body is OK" in done.stdout


def test_help_imports_nothing_heavy():
    names = "aiohttp, jinja2, faker, yaml, msgspec"
    code = (
        "import sys\nfrom emulator.cli.main import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        f"print(sorted(set('{names}'.split(', ')) & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE)
    assert done.stderr.strip() == "[]"


NOT_FOR_SERVING = (
    "jinja2", "faker", "prometheus_client", "sqlite3", "hypothesis", "difflib", "importlib.resources", "aiohttp",
    "email.message",
    "emulator.control_api.http_api", "emulator.ui", "emulator.client", "emulator.lint.checks", "emulator.cli.demo",
    "emulator.histories", "emulator.providers.smsoffice.client", "emulator.providers.smscenter.contract.rows",
    "asyncpg", "emulator.cluster", "emulator.storage",
)  # fmt: skip
"""What the ready line does not wait for: each is imported by whoever first needs it."""


def test_serving_imports_only_what_a_providers_request_needs():
    code = (
        "import asyncio, sys\nfrom emulator.app.server import Server\n"
        "async def main():\n    async with Server(): pass\n"
        "asyncio.run(main())\n"
        f"print([n for n in {NOT_FOR_SERVING} if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE)
    assert done.stdout.strip() == "[]", done.stderr
