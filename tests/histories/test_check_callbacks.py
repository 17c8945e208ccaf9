"""`sms-emulator check-callbacks`: endpoints that keep to a provider's contract, and those that do not."""

import hashlib
import io
import json
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest

from emulator.cli import main
from emulator.histories import endpoint_report

SECRET = "our-secret"


@contextmanager
def endpoint(answer):
    """A callback endpoint: `answer` gets the fields and gives back (status, body), or (status, body, headers)."""
    came = []

    class Hook(BaseHTTPRequestHandler):
        def do_GET(self):
            length = int(self.headers.get("Content-Length") or 0)
            query = self.rfile.read(length).decode() if self.command == "POST" else urlsplit(self.path).query
            fields = dict(parse_qsl(query, keep_blank_values=True))
            came.append((self.command, self.path, fields))
            status, body, *more = answer(fields)
            self.send_response(status)
            for name, value in (more[0] if more else {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(BrokenPipeError):
                self.wfile.write(body.encode())

        do_POST = do_GET

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook?token=t", came
    finally:
        server.shutdown()
        server.server_close()


def check(url, provider, capsys, *more):
    """Exit status, the parsed JSON."""
    status = main.main(["check-callbacks", url, "--provider", provider, "--secret", SECRET, "--json", *more])
    return status, json.loads(capsys.readouterr().out)


def broken(told):
    return sorted({one["case"] for one in told["callbacks"] if not one["good"]})


def good_smsoffice(fields):
    return 200, "OK"


def good_ubill(fields):
    return (200, "OK") if fields["key"] == SECRET else (403, "wrong key")


def good_smscenter(fields):
    signed = ":".join((fields["id"], fields["phone"], fields["status"], SECRET))
    return (200, "") if hashlib.md5(signed.encode()).hexdigest() == fields["md5"] else (403, "")


GOOD = {"smsoffice": good_smsoffice, "ubill": good_ubill, "smscenter": good_smscenter}


@pytest.mark.parametrize("provider", GOOD)
def test_an_endpoint_that_keeps_to_the_contract_passes(provider, capsys):
    with endpoint(GOOD[provider]) as (url, came):
        status, told = check(url, provider, capsys)
    assert (status, told["good"], broken(told)) == (0, True, [])
    assert len(told["callbacks"]) == len(came)
    cases = {one["case"] for one in told["callbacks"]}
    assert {"delivered", "twice", "out of order", "a day late", "unknown message", "contradictory"} <= cases
    assert ("odd letter case" in cases) == (provider == "smsoffice")
    assert ("wrong secret" in cases) == (provider != "smsoffice")


def test_what_goes_out_is_what_the_case_says(capsys):
    with endpoint(good_smsoffice) as (url, came):
        check(url, "smsoffice", capsys, "--reference", "mine", "--to", "995599111222")
    assert {path.partition("?")[0] for _, path, _ in came} == {"/hook"}
    assert {fields["token"] for _, _, fields in came} == {"t"}
    known = [fields for _, _, fields in came if fields["reference"] == "mine"]
    unknown = [fields for _, _, fields in came if fields["reference"] != "mine"]
    assert {fields["destination"] for fields in known} == {"995599111222"}
    assert len(unknown) == 1
    words = [fields["status"] for _, _, fields in came]
    assert words == [
        "Delivered", "Undelivered", "Delivered", "Delivered", "Delivered", "Delivered", "Delivered", "Pending",
        "Delivered", "Pending", "Delivered", "Undelivered", "Delivered", "Delivered", "delivered",
    ]  # fmt: skip
    first, again = came[4][2], came[5][2]
    assert first == again


def test_the_id_that_the_program_knows_is_told(capsys):
    with endpoint(good_ubill) as (url, came):
        check(url, "ubill", capsys, "--id", "4711")
    assert sorted({fields["smsID"] for _, _, fields in came}) == ["4711", "987654321"]


def broken_by(provider, answer, capsys, *more):
    with endpoint(answer) as (url, _):
        status, told = check(url, provider, capsys, *more)
    assert status == (1 if broken(told) else 0)
    return broken(told)


def test_smsoffice_takes_nothing_but_ok(capsys):
    assert "delivered" in broken_by("smsoffice", lambda fields: (200, "ok"), capsys)
    assert "delivered" in broken_by("smsoffice", lambda fields: (200, '{"status":"OK"}'), capsys)


def test_an_endpoint_that_answers_what_it_knows_already_with_an_error_is_told_so(capsys):
    seen = set()

    def answer(fields):
        key = (fields["reference"], fields["timestamp"])
        known, _ = key in seen, seen.add(key)
        return (409, "seen already") if known else (200, "OK")

    assert "again, as if unanswered" in broken_by("smsoffice", answer, capsys)


@pytest.mark.parametrize(
    ("answer", "case"),
    [
        (lambda fields: (200, "OK") if fields["status"] != "Pending" else (400, "?"), "back from an end"),
        (lambda fields: (200, "OK") if fields["status"][0].isupper() else (400, "?"), "odd letter case"),
        (lambda fields: (200, "OK") if fields["reference"] == "check-1" else (404, "?"), "unknown message"),
    ],
)
def test_what_an_endpoint_stumbles_over_is_named(answer, case, capsys):
    assert case in broken_by("smsoffice", answer, capsys)


def test_a_wrong_secret_must_not_be_taken_for_true(capsys):
    assert broken_by("ubill", lambda fields: (200, "OK"), capsys) == ["wrong secret"]
    assert broken_by("smscenter", lambda fields: (204, ""), capsys) == ["wrong secret"]


def test_only_the_address_given_is_called_and_no_redirect_is_followed(capsys):
    with endpoint(good_ubill) as (other, elsewhere):
        found = broken_by("ubill", lambda fields: (302, "", {"Location": other}), capsys)
    assert "delivered" in found
    assert elsewhere == []


def test_an_endpoint_that_does_not_answer_in_time_breaks_it(capsys):
    let_go = threading.Event()

    def answer(fields):
        let_go.wait(10)
        return 200, "OK"

    with endpoint(answer) as (url, _):
        status, told = check(url, "smsoffice", capsys, "--timeout", "0.05")
        let_go.set()
    assert status == 1
    assert {one["answered"] for one in told["callbacks"]} == {"no answer within 0.05 s"}


def test_the_table_says_case_what_was_sent_what_is_asked_what_came_and_the_verdict(capsys):
    with endpoint(lambda fields: (200, "OK") if fields["status"] == "Delivered" else (500, "boom")) as (url, _):
        assert main.main(["check-callbacks", url, "--provider", "smsoffice"]) == 1
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert lines[0].split() == ["case", "sent", "asked", "for", "answered", "verdict"]
    assert any("BROKEN: HTTP 500; the page asks for the answer OK" in line for line in lines)
    assert any(line.startswith("again, as if unanswered") and " the same " in line for line in lines)
    assert lines[-1] == "smsoffice.ge: 15 callbacks, 5 answered against the contract"
    assert told.err == ""


def test_a_bar_is_drawn_for_people_and_goes_away(monkeypatch, capsys):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    terminal = Terminal()
    monkeypatch.setattr(endpoint_report.sys, "stderr", terminal)
    with endpoint(good_smsoffice) as (url, _):
        assert main.main(["check-callbacks", url, "--provider", "smsoffice"]) == 0
    drawn = terminal.getvalue()
    assert "[##############################] 10/10 odd letter case" in drawn
    assert drawn.endswith("\r\x1b[2K")


@pytest.mark.parametrize(
    ("arguments", "status", "line"),
    [
        (["http://127.0.0.1:9/hook", "--provider", "smsoffice"], 1, "http://127.0.0.1:9/hook: Cannot connect"),
        (["http://127.0.0.1:9/hook", "--provider", "nobody"], 2, "there is no provider 'nobody'; there are smscenter"),
        (["127.0.0.1:9", "--provider", "ubill"], 2, "'127.0.0.1:9' is no address; one looks like http://"),
        (["http://a:99999/", "--provider", "ubill"], 2, "'http://a:99999/' is no address; one looks like http://"),
        (["http://127.0.0.1:9/", "--provider", "ubill", "--timeout", "0"], 2, "--timeout: 0 is not between 0 and 3600"),
        (["http://127.0.0.1:9/", "--provider", "smsoffice", "--to", "me"], 1, "no destination is an international"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(arguments, status, line):
    done = subprocess.run(
        [sys.executable, "-m", "emulator", "check-callbacks", *arguments], capture_output=True, text=True, timeout=200,
        check=False,
    )  # fmt: skip
    assert done.returncode == status
    assert done.stdout == ""
    assert line in done.stderr
    assert done.stderr.count("\n") == 1
