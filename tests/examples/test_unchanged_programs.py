"""docs/unchanged-programs.md: its lines run, its services are held against the image, the options and the providers."""

import re
import shutil
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from examples.image import container, image
from examples.schemas import SCHEMAS, hold_against
from examples.snippets import Document
from interception.clients import CLIENTS
from support import PATIENCE
from tools import need

import emulator.tls.authority  # noqa: F401  cryptography can be loaded once a process, and pytester would again
from emulator.app.options import OPTIONS
from emulator.interception.isolation import LOOPBACK
from emulator.providers import found
from emulator.providers.names import names

PAGE = Document("docs/unchanged-programs.md")
COMPOSE, ACTIONS, GITLAB = (
    yaml.safe_load(PAGE.of("yaml", kind)[0]) for kind in ("compose", "github-actions", "gitlab")
)
SERVICE, APP = COMPOSE["services"]["sms"], COMPOSE["services"]["app"]
JOB, GITLAB = ACTIONS["jobs"]["tests"], GITLAB["tests"]
ENVIRONMENTS = {
    "compose": SERVICE["environment"],
    "github-actions": JOB["services"]["sms"]["env"],
    "gitlab": {name: one for name, one in GITLAB["variables"].items() if name.startswith("SMS_")},
}
NAMES = {
    "compose": SERVICE["networks"]["default"]["aliases"],
    "github-actions": re.search(r'"\$address (.*)"', JOB["steps"][1]["run"]).group(1).split(),
    "gitlab": GITLAB["services"][0]["alias"].split(","),
}


@pytest.mark.parametrize(("schema", "kind"), SCHEMAS)
def test_a_service_is_written_as_its_format_wants(schema, kind):
    hold_against(schema, PAGE.of("yaml", kind)[0])


@pytest.mark.parametrize("kind", ENVIRONMENTS)
def test_it_listens_on_the_providers_real_ports_under_their_names(kind):
    heeded = {option.variable: option for option in OPTIONS}
    told = {name: heeded[name].read(value) for name, value in ENVIRONMENTS[kind].items()}
    ports = {port for name, port in told.items() if name.endswith("_PORT")}
    spoken = {port for provider in found().values() for host in provider.hosts for port in host.ports if port != 25}
    assert ports == {443, 80, 3700, 3443} <= spoken & image().ports
    assert told["SMS_EMULATOR_ANY_CREDENTIALS"] is True
    assert set(NAMES[kind]) <= set(names(found().values()))
    assert all(any(host.name in NAMES[kind] for host in provider.hosts) for provider in found().values())


def test_a_job_shows_the_ports_that_its_service_listens_on():
    assert {port.partition(":")[2] for port in JOB["services"]["sms"]["ports"]} == {"443", "80", "3700", "3443"}


def test_a_hosts_file_leads_the_names_in_both_families_as_isolation_does():
    assert re.search("for address in (.*);", JOB["steps"][1]["run"]).group(1).split() == [*LOOPBACK]
    assert all(f"`{address} smsc.ru`" in PAGE.text for address in LOOPBACK)


def test_the_app_of_the_compose_file_finds_the_certificate_where_the_image_puts_it(tmp_path):
    source, where = SERVICE["volumes"][0].split(":")
    assert (source, where) == ("authority", image().environment["SMS_EMULATOR_CA_DIR"])
    assert any(where.startswith(f"{volume}/") for volume in image().volumes)
    mounted = APP["volumes"][0].split(":")[1]
    files = {Path(value).relative_to(mounted) for value in APP["environment"].values()}
    assert files == {Path("ca.pem")}
    with container({**SERVICE["environment"], "SMS_EMULATOR_CA_DIR": str(tmp_path)}) as served:
        trusting = ssl.create_default_context(cafile=tmp_path / "ca.pem")  # there before any client came
        port = served.urls["https"].rpartition(":")[2]
        led = f"smsc.ru:443:127.0.0.1:{port}"
        url = "https://smsc.ru/sys/balance.php?login=mine&psw=mine&fmt=3"
        command = [need("curl"), "-sS", "--cacert", str(tmp_path / "ca.pem"), "--connect-to", led, url]
        assert '"balance"' in subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE).stdout
    assert trusting.cert_store_stats()["x509_ca"] == 1


@pytest.mark.parametrize("text", PAGE.of("python", "test"))
def test_a_test_of_the_page_passes(text, pytester):
    need("curl")
    pytester.makepyfile(text)
    pytester.runpytest_inprocess().assert_outcomes(passed=1)


@pytest.mark.parametrize("document", ["README.md", "docs/unchanged-programs.md"])
def test_the_lines_that_run_a_program_can_be_pasted(document, tmp_path):
    need("curl")
    kind = "unchanged" if document == "README.md" else "run"
    (tmp_path / "sms-emulator").write_text(f'#!/bin/sh\nexec {sys.executable} -m emulator "$@"\n')
    (tmp_path / "sms-emulator").chmod(0o755)
    for line in Document(document).of("sh", kind)[0].splitlines():
        path = f"{tmp_path}:{Path(shutil.which('curl')).parent}:/usr/bin:/bin"
        done = subprocess.run(line, shell=True, env={"PATH": path, "HOME": str(tmp_path)}, capture_output=True,
                              text=True, timeout=PATIENCE)  # fmt: skip
        if "the kernel refuses" not in done.stderr:
            assert done.returncode == 0, done.stderr
            assert "sms-emulator: 1 request," in done.stderr
            assert "1000" in done.stdout or '"Success":true' in done.stdout


def test_the_table_says_of_each_client_whether_variables_lead_it():
    rows = dict(re.findall(r"^\| ([^|]+) \| (variables|names)\b", PAGE.text, re.M))
    for name, client in CLIENTS.items():
        words = name.replace("SoapClient", "SoapClient, fsockopen").split()
        language, what = words[0], " ".join(words[1:]).removesuffix(" over TLS").partition(",")[0]
        what = {"own context": "a context of its own"}.get(what, what)
        (led,) = {said for row, said in rows.items()
                  if (row.startswith(language) and re.search(rf"\b{re.escape(what)}(?! with)\b", row))
                  or (what == "aiohttp" and "trust_env" in name and "trust_env" in row)} or {None}  # fmt: skip
        assert led == ("variables" if client.led else "names"), name


def test_every_snippet_is_tried_by_some_test():
    known = {("sh", "run"), ("python", "test"), ("yaml", "compose"), ("yaml", "github-actions"), ("yaml", "gitlab")}
    assert {(one.language, one.kind) for one in PAGE.snippets} == known
