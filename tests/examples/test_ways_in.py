"""docs/ways-in.md: its suites in Python run (test_clients.py has the other languages'), its services are held against
the image and the options there are."""

import os
import re
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import pytest
import yaml
from examples.engine import Engine
from examples.image import container, image
from examples.schemas import SCHEMAS, hold_against
from examples.snippets import Document
from support import deaf_port
from tools import need

from emulator.app.options import OPTIONS
from emulator.providers import found

WAYS = Document("docs/ways-in.md")
COMPOSE, ACTIONS, GITLAB = (
    yaml.safe_load(WAYS.of("yaml", kind)[0]) for kind in ("compose", "github-actions", "gitlab")
)
JOB, GITLAB = ACTIONS["jobs"]["tests"], GITLAB["tests"]
FOR_THE_FIXTURES = {"SMS_EMULATOR_URL", "SMS_EMULATOR_TOKEN"}
SERVICES = {
    "compose": COMPOSE["services"]["sms"]["environment"],
    "github-actions": JOB["services"]["sms"]["env"],
    "gitlab": {name: value for name, value in GITLAB["variables"].items() if name != "SMS_EMULATOR_URL"},
}
"""What each tells the emulator."""


def run(command, env=(), timeout=200, **how):
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=timeout, env={**os.environ, **dict(env)}, **how
    )
    return done.returncode, done.stdout + done.stderr


def passes(command, env=(), **how):
    code, told = run(command, env, **how)
    assert code == 0, told
    return told


def fails(command, env=(), **how):
    code, told = run(command, env, **how)
    assert code == 1, told
    return told


@pytest.fixture(scope="module")
def beside(tmp_path_factory):
    """The emulator as the compose file starts it: where it is, and its token, as a suite's environment."""
    told = dict(SERVICES["compose"])
    mounted = tmp_path_factory.mktemp("scenarios")
    source, target, *_ = COMPOSE["services"]["sms"]["volumes"][0].split(":")
    assert (source, target in image().volumes) == ("./scenarios", True)
    play = mounted / Path(told["SMS_EMULATOR_SCENARIO"]).relative_to(target)
    play.write_text("extends: happy\nrules: []\n", encoding="utf-8")
    told["SMS_EMULATOR_SCENARIO"] = str(play)
    with container(told) as served:
        yield {"SMS_EMULATOR_URL": served.base_url, "SMS_EMULATOR_TOKEN": told["SMS_EMULATOR_TOKEN"]}


# services


@pytest.mark.parametrize(("schema", "kind"), SCHEMAS)
def test_a_service_is_written_as_its_format_wants(schema, kind):
    hold_against(schema, WAYS.of("yaml", kind)[0])


@pytest.mark.parametrize("kind", SERVICES)
def test_a_service_tells_the_emulator_only_what_it_heeds(kind):
    heeded = {option.variable: option for option in OPTIONS}
    for name, value in SERVICES[kind].items():
        if name.startswith("SMS_EMULATOR_"):
            assert isinstance(value, str), name
            heeded[name].read(value)
    assert SERVICES[kind]["SMS_EMULATOR_TOKEN"], "bound to every address it wants a token that the tests know"


def test_ports_are_those_that_the_image_shows():
    published = [*COMPOSE["services"]["sms"]["ports"], *JOB["services"]["sms"]["ports"]]
    assert {int(port.rpartition(":")[2]) for port in published} <= image().ports
    for url in (SERVICES["gitlab"], JOB["env"], GITLAB["variables"], COMPOSE["services"]["app"]["environment"]):
        for value in url.values():
            for host, port in re.findall(r"http://([\w.]+):(\d+)", str(value)):
                assert int(port) in image().ports or host == "app"
    assert {port for port in image().ports if f"port {port}" in WAYS.text} == image().ports


def test_a_suite_is_told_the_token_of_its_service():
    told = SERVICES["github-actions"]["SMS_EMULATOR_TOKEN"]
    assert JOB["env"]["SMS_EMULATOR_TOKEN"] == told
    assert set(JOB["env"]) & set(GITLAB["variables"]) >= FOR_THE_FIXTURES
    assert GITLAB["services"][0]["alias"] in GITLAB["variables"]["SMS_EMULATOR_URL"]
    assert COMPOSE["services"]["app"]["depends_on"]["sms"]["condition"] == "service_healthy"


def test_the_health_check_of_the_image_passes_and_needs_no_token(beside):
    python, *words = image().healthy
    assert python == "python"
    port = beside["SMS_EMULATOR_URL"].rsplit(":", 1)[1]
    passes([sys.executable, *words], {"SMS_EMULATOR_PORT": port})
    with urllib.request.urlopen(f"{beside['SMS_EMULATOR_URL']}/_emulator/health") as answer:
        assert answer.status == 200


# suites


QUIET_PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "emulator.pytest_plugin", "."]
BARE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
EXPLAINED = "right would be: a sender of this account: smsoffice"


def with_a_mistake(suite):
    told, count = re.subn(r"(sender\W+)smsoffice", r"\1Shop", suite)
    assert count == 1
    return told


def test_the_flask_app_and_its_tests_pass_and_a_failure_is_explained(tmp_path):
    (suite,) = WAYS.of("python", "flask")
    (tmp_path / "test_shop.py").write_text(suite, encoding="utf-8")
    (tmp_path / "test_mistaken.py").write_text(with_a_mistake(suite), encoding="utf-8")
    told = fails(QUIET_PYTEST, BARE, cwd=tmp_path)
    assert "2 failed, 2 passed" in told
    assert EXPLAINED in told


def test_the_unittest_suite_passes_alone_and_beside_a_server_and_a_failure_is_explained(tmp_path, beside):
    (suite,) = WAYS.of("python", "unittest")
    (tmp_path / "test_login.py").write_text(suite, encoding="utf-8")
    (tmp_path / "mistaken.py").write_text(with_a_mistake(suite), encoding="utf-8")
    assert "Ran 1 test" in passes([sys.executable, "test_login.py"], cwd=tmp_path)
    told = fails([sys.executable, "-m", "unittest", "-v", "test_login", "mistaken"], beside, cwd=tmp_path)
    assert re.search(r"^test_a_code_arrives \(test_login\..* ok$", told, re.MULTILINE), told
    assert told.count(EXPLAINED) == 1


NOBODY_THERE = {
    "unittest": ("test_login.py", [sys.executable, "test_login.py"]),
    "flask": ("test_shop.py", QUIET_PYTEST),
}


@pytest.mark.parametrize("kind", NOBODY_THERE)
def test_where_no_emulator_is_a_suite_ends_at_once_and_says_so(kind, tmp_path):
    name, command = NOBODY_THERE[kind]
    (tmp_path / name).write_text(WAYS.of("python", kind)[0], encoding="utf-8")
    with deaf_port() as port:
        url = f"http://127.0.0.1:{port}"
        told = fails(command, {"SMS_EMULATOR_URL": url, **BARE}, timeout=60, cwd=tmp_path)
    assert f"no emulator answers at {url}" in told


def test_the_testcontainers_suite_passes_on_a_stand_in_for_the_engine_and_a_failure_is_explained(tmp_path):
    (suite,) = WAYS.of("python", "testcontainers")
    mistaken = suite[suite.index("@pytest.mark.sms") :].replace("test_a_", "test_no_").replace("== []", "!= []")
    (tmp_path / "test_container.py").write_text(suite + mistaken, encoding="utf-8")
    engine = Engine()
    with engine as address:
        env = {
            "DOCKER_HOST": address, "TESTCONTAINERS_RYUK_DISABLED": "true", **BARE,
            "TESTCONTAINERS_CONNECTION_MODE": "docker_host", "TESTCONTAINERS_HOST_OVERRIDE": "127.0.0.1",
        }  # fmt: skip
        told = fails(QUIET_PYTEST, env, cwd=tmp_path)
    assert "1 failed, 1 passed" in told
    assert "sms-emulator, sandbox" in told
    (made,) = engine.made
    assert engine.removed == 1
    assert {int(port.partition("/")[0]) for port in made["ExposedPorts"]} == {8775, 2775} < image().ports
    assert made["Image"] in WAYS.text


# what to set in a client


def test_the_listener_answers_ok():
    text = WAYS.of("python", "listener")[0]
    names: dict = {}
    text = text.replace("HTTPServer((", "server = HTTPServer((").replace("9000", "0")
    exec(text.replace(").serve_forever()", ")"), names)
    server = names["server"]
    threading.Thread(target=server.handle_request, daemon=True).start()
    with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/sms?status=Delivered", timeout=200) as answer:
        body = answer.read()
    server.server_close()
    assert all(provider.judge_answer(200, body).accepted for provider in found().values())


def test_every_address_of_the_table_is_served():
    table = WAYS.text.partition("## What to set in a client")[2]
    for path in set(re.findall(r"`BASE(/[\w/.?]+)`", table)):
        plain = path.partition("?")[0]
        routes = [route.path for one in found().values() for route in one.routes]
        assert any(plain.rstrip("/") == known.rstrip("/") for known in routes), path


@pytest.mark.parametrize(
    "url",
    [
        "http://smsoffice.ge/api/getBalance?key=emulator-smsoffice",
        "http://api.ubill.dev/v1/sms/balance?key=emulator-ubill",
        "http://smsc.ru/sys/balance.php?login=emulator&psw=emulator",
    ],
)
def test_a_hard_coded_address_comes_here_through_http_proxy(url, beside):
    told = passes([need("curl"), "-sS", url], {"http_proxy": beside["SMS_EMULATOR_URL"], "no_proxy": ""})
    assert "1000" in told
    assert re.match(r"http://[^/]+/", url).group() + "..." in WAYS.text.partition("hard-coded needs no change")[2]


def test_every_snippet_is_tried_by_some_test():
    known = {("python", "listener"), ("python", "flask"), ("python", "unittest"), ("python", "testcontainers"),
             ("js", "node"), ("php", "phpunit"), ("go", "go"), ("java", "java"),
             ("yaml", "compose"), ("yaml", "github-actions"), ("yaml", "gitlab")}  # fmt: skip
    assert {(one.language, one.kind) for one in WAYS.snippets} == known
