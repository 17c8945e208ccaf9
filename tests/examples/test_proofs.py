"""docs/client.md, docs/certify.md and docs/virtual-time.md, statement by statement: each has a test that shows it. A
statement without one, and a test that is gone, fail here; what is a mere number or name is held against the code
below."""

import ast
import inspect
import re
from functools import cache

import pytest
from examples.snippets import ROOT, Document

from emulator.certify.cases import cases
from emulator.certify.examination import Certificate
from emulator.certify.judge import Finding
from emulator.cli import certify
from emulator.cli.main import main
from emulator.client import Patience, SmppClient, SmsError, smscenter
from emulator.client.connector import IDLE
from emulator.client.places import ALL, USUAL
from emulator.client.smpp.client import GOODBYE
from emulator.client.smpp.messages import SubmitOptions
from emulator.client.smpp.settings import Settings
from emulator.client.smscenter.calls import AT_ONCE
from emulator.providers import found

HERE = "examples/test_proofs.py"
CLIENT = {
    "without `base_url` it talks to the real ones":
        "client/test_every_method.py::test_the_real_provider_is_the_default",
    "It imports nothing of the server":
        "client/test_import_weight.py::test_the_async_clients_bring_nothing_of_the_server",
    "| `SmsOffice` | `AsyncSmsOffice` |": f"{HERE}::test_the_names_of_the_client_page_are_there",
    "| `Ubill` | `AsyncUbill` |": f"{HERE}::test_the_names_of_the_client_page_are_there",
    "| `SmsCenter` | `AsyncSmsCenter` |": f"{HERE}::test_the_names_of_the_client_page_are_there",
    "| `SmppClient` |": f"{HERE}::test_the_names_of_the_client_page_are_there",
    "`smscenter.SmsCenterMail`":
        "client/test_smscenter_mail.py::test_a_text_goes_by_mail_with_an_id_that_status_knows_with_and_without_async",
    "stand on urllib3": "client/test_import_weight.py::test_the_sync_clients_bring_no_aiohttp",
    "The async tests of this page run with": "examples/test_client.py::test_every_snippet_runs",
    "Both kinds have the same methods":
        "client/test_every_method.py::test_both_kinds_have_the_same_methods_with_the_same_types",
    "used by several threads": "client/test_shapes.py::test_sixteen_threads_get_each_their_own",
    "one event loop after another": "client/test_nothing_left.py::test_a_client_serves_one_loop_after_another",
    "A loop that ends leaves nothing open":
        "client/test_nothing_left.py::test_a_loop_that_ends_leaves_nothing_open_of_a_client_that_nobody_closed",
    "after a fork": "client/test_shapes.py::test_forked_twice_nobody_reads_anothers_answers",
    "`from_env()` makes a client of the environment": f"{HERE}::test_the_client_page_names_every_variable",
    "one class for each documented code": "client/test_every_code.py::test_a_code_is_raised_as_its_class",
    "| `code`, `text` |": f"{HERE}::test_an_error_has_what_the_page_says",
    "| `retryable` |": f"{HERE}::test_an_error_has_what_the_page_says",
    "| `maybe_accepted` |": "client/test_carrying_out.py::test_a_doubt_is_told_with_all_that_is_known",
    "| `reference` |": "client/test_carrying_out.py::test_a_doubt_is_told_with_all_that_is_known",
    "| `attempts`, `status`, `octets_left` |":
        "client/test_carrying_out.py::test_attempts_are_counted_and_the_last_reason_is_told",
    "No text holds a key": "client/test_secrets.py::test_no_failure_shows_the_key",
    "half a surrogate pair":
        "client/test_odd_answers.py::test_half_a_surrogate_pair_is_refused_before_anything_is_sent",
    "a control character in XML":
        "client/test_odd_answers.py::test_a_control_character_that_xml_cannot_carry_is_refused_in_xml_alone",
    "a sender that no address can carry":
        "client/test_smpp_submits.py::test_what_would_arrive_as_something_else_is_refused_at_home",
    "is a `TypeError` that says which it does":
        "client/test_options.py::test_an_option_that_the_call_does_not_take_is_a_type_error",
    "The client never guesses":
        "client/test_mixtures.py::test_over_many_mixtures_nothing_is_doubled_falsely_told_or_shown",
    "smsoffice.ge is asked by `reference`, SMS Center by `id`":
        "client/test_losses.py::test_a_lost_reply_is_cleared_up_where_the_provider_can_be_asked",
    "Absence is believed only when it is seen twice":
        "client/test_carrying_out.py::test_what_is_registered_only_after_the_first_look_is_found_by_the_second",
    "(5 s) apart": f"{HERE}::test_the_numbers_of_the_client_page_are_its_own",
    "there absence is never believed": "client/test_losses.py::test_what_smsoffice_does_not_know_stays_in_doubt",
    "What stays in doubt is told":
        "client/test_losses.py::test_a_lost_reply_without_an_id_is_told_and_not_sent_again",
    "`retry_sends=True` sends it again": "client/test_losses.py::test_the_caller_may_have_it_sent_again_or_not_asked",
    "each send is written down before it leaves":
        "client/test_doubts.py::test_a_send_is_written_down_before_it_leaves_and_crossed_out_when_its_end_is_known",
    "asks what became of those that stayed": "client/test_doubts.py::test_after_a_restart_each_is_asked_for",
    "What cannot be written down is not sent":
        "client/test_doubts.py::test_where_it_cannot_be_written_down_nothing_leaves",
    "`SmppClient` takes `doubts=`, too": "client/test_doubts.py::"
        "test_over_smpp_too_a_submit_is_written_down_before_it_leaves_and_stays_when_it_is_in_doubt",
    "An attempt at a send begins only while there is time":
        "client/test_carrying_out.py::test_a_send_is_not_begun_that_cannot_be_waited_for",
    "of a client, or of one call":
        "client/test_made_and_watched.py::test_a_calls_own_patience_is_instead_of_the_clients",
    "50 unless told otherwise": f"{HERE}::test_the_numbers_of_the_client_page_are_its_own",
    "More wait for their place":
        "client/test_nothing_left.py::test_a_thousand_calls_at_once_need_no_thousand_connections",
    "`TooManyRequests` with `retry_after`":
        "client/test_keep_limits.py::test_one_too_many_is_held_back_until_the_first_is_a_minute_old",
    "neither is closed for you": "client/test_shapes.py::test_a_pool_may_be_shared_and_is_not_closed",
    "an aiohttp `session=` with it":
        "client/test_nothing_left.py::test_a_session_is_closed_by_its_owner_and_is_an_error_then",
    "Redirects are refused": "client/test_rehearsals.py::test_a_redirect_and_a_page_of_html_are_rehearsed",
    "interim answers skipped":
        "client/test_odd_answers.py::test_interim_answers_are_passed_over_and_alone_they_are_none",
    "has anything unread": "client/test_shapes.py::test_what_stands_behind_an_answer_is_nobodys",
    "older than 30 s": "client/test_shapes.py::test_an_idle_connection_is_not_kept_for_ever",
    "is called with an `Event`": "client/test_made_and_watched.py::test_every_attempt_reply_and_retry_is_told",
    "has the same": "client/test_made_and_watched.py::test_the_log_tells_it_too",
    "sends chunk after chunk": "client/test_bulk.py::test_every_number_gets_its_message_and_its_result",
    "checks key, token, or": "client/test_reports.py::test_a_wrong_secret_is_403",
    "what comes of md5 and sha1":
        "client/test_reports.py::test_sms_center_signs_by_md5_or_sha1_or_both_and_none_may_be_wrong",
    "or name the `charset` (windows-1251)":
        "client/test_reports.py::test_what_a_subscriber_writes_in_russian_is_read_in_the_charset_of_the_handler_s_url",
    "comes as `unknown` with its `word`":
        "client/test_reports.py::test_a_status_that_is_new_is_unknown_and_its_word_kept",
    "answers in any framework":
        "client/test_frameworks.py::test_each_framework_takes_what_the_emulator_sends_once",
    "from an end nothing leads back": "client/test_reports.py::test_what_a_heap_comes_to_does_not_depend_on_its_order",
    "a repeat that comes meanwhile waits":
        "client/test_callbacks.py::test_a_repeat_that_comes_while_the_first_is_being_taken_waits_for_its_end",
    "`Reports` keeps the states in memory": "client/test_callbacks.py::test_a_store_may_be_async",
    "is one transaction": "examples/test_client.py::test_every_snippet_runs",
    "stays bound through every break": "client/test_smpp.py::test_a_server_that_unbinds_is_left_and_found_again",
    '`"transceiver"` (the default)': "client/test_smpp.py::test_it_binds_in_three_ways_and_unbinds_politely",
    "requests go over whichever has room":
        "client/test_smpp_states.py::test_several_binds_share_the_work_and_one_that_goes_is_not_missed",
    "| True, or a context of yours |": "client/test_smpp_emulator.py::test_it_speaks_over_tls_to_whom_it_trusts_alone",
    "the SMSC has its answer when they are over":
        "client/test_smpp_states.py::test_a_receipt_is_answered_when_it_has_been_worked_off",
    "told of every link": "client/test_smpp_states.py::test_states_are_told_and_a_hook_that_fails_costs_nothing",
    "a store of submits": "client/test_doubts.py::"
        "test_over_smpp_too_a_submit_is_written_down_before_it_leaves_and_stays_when_it_is_in_doubt",
    "in hex in one place and in decimal in the other":
        "client/test_smpp_submits.py::test_ids_in_hex_here_and_in_decimal_there_are_one",
    "`submit` takes": f"{HERE}::test_a_submit_takes_what_the_page_says",
    "`query`, `cancel` and `replace`": "client/test_smpp.py::test_query_cancel_and_replace",
    "in the order in which they were made":
        "client/test_smpp_states.py::test_two_thousand_submits_arrive_in_order_and_leave_no_memory_behind",
    "`close` ends every wait": "client/test_smpp_states.py::test_close_ends_every_wait",
    "lets what has left be answered": "client/test_smpp_states.py::test_close_lets_what_has_left_be_answered",
    "over after three seconds at most": f"{HERE}::test_the_numbers_of_the_client_page_are_its_own",
    "The words of a rule": "examples/test_client.py::test_every_fault_that_it_names_is_one",
    "(done, and a proxy says 503)":
        "client/test_rehearsals.py::test_taken_and_then_5xx_is_a_doubt_and_is_not_sent_again",
    "registered later than answered":
        "client/test_rehearsals.py::test_what_is_registered_later_than_answered_is_not_sent_twice",
    "`reply: {body:": "client/test_rehearsals.py::test_a_redirect_and_a_page_of_html_are_rehearsed",
}  # fmt: skip
CERTIFY = {
    "in any language, while the provider errs":
        "certify/test_certify.py::test_the_command_examines_a_program_of_any_language",
    "is run once for each case, without a shell": "certify/test_certify.py::test_what_cannot_be_examined_is_told",
    "are filled in; the same stand in its environment":
        "certify/test_certify.py::test_an_application_is_started_for_each_case_and_its_callback_endpoint_played_at",
    "is examined by a request":
        "certify/test_certify.py::test_an_application_is_started_for_each_case_and_its_callback_endpoint_played_at",
    "encoded as it must be": "certify/test_certify.py::test_a_request_template_sends_every_text_as_it_is",
    "| `--over smpp` |": "certify/test_certify.py::test_the_reference_client_has_the_top_grade_over_smpp",
    "| `--run -- COMMAND` |":
        "certify/test_certify.py::test_an_application_is_started_for_each_case_and_its_callback_endpoint_played_at",
    "| `--callback URL` |":
        "certify/test_certify.py::test_an_application_is_started_for_each_case_and_its_callback_endpoint_played_at",
    "| `--only reply --only code-80` |": "certify/test_certify.py::test_the_command_examines_a_program_of_any_language",
    "| `--timeout 60` |": f"{HERE}::test_the_options_of_certify_are_those_of_its_page",
    "| `--seed 1` |": f"{HERE}::test_the_options_of_certify_are_those_of_its_page",
    "| `--json`, `--junit FILE`, `--badge FILE` |":
        "certify/test_certify.py::test_a_certificate_is_a_table_json_junit_and_a_badge",
    "Exit status 0 for A and B": f"{HERE}::test_the_exit_status_says_the_grade",
    "| `text-…` |": f"{HERE}::test_every_text_that_is_played_is_told",
    "| `reply-slow`, ": "certify/test_certify.py::test_a_client_that_only_reads_the_answer_and_repeats_nothing_is_good",
    "| `reply-lost`, ": "certify/test_certify.py::test_a_planted_bug_is_found",
    "| `reply-drop`; ": "certify/test_certify.py::test_a_planted_bug_is_found",
    "| `code-…` |": "certify/test_certify.py::test_a_planted_bug_is_found",
    "| `callback-…` |":
        "certify/test_certify.py::test_an_application_is_started_for_each_case_and_its_callback_endpoint_played_at",
    "| A | nothing found |": f"{HERE}::test_the_exit_status_says_the_grade",
    "| B | it could do better": f"{HERE}::test_the_exit_status_says_the_grade",
    "| C, D | something, much is wrong": f"{HERE}::test_the_exit_status_says_the_grade",
    "| F | it costs money or messages": "certify/test_certify.py::test_a_certificate_is_a_table_json_junit_and_a_badge",
    "has an A with each provider": "certify/test_certify.py::test_the_reference_client_has_the_top_grade",
    "with and without async": "certify/test_certify.py::"
        "test_the_synchronous_reference_client_has_the_top_grade_with_each_provider",
    **dict.fromkeys(
        ("Unchanged, each by a caller", "| `curl --fail`", "| requests with", "| npm's node-smsc", "| PyPI's smsc",
         "| npm's smpp", "| smpplib"),
        "certify/test_public_programs.py::test_what_is_found_in_a_public_program",
    ),
    "each test that passed and sent something":
        "testing/test_blind_spots.py::test_what_is_listed_is_truly_unnoticed_and_gone_once_there_is_a_test_of_it",
    "and a delivery history of each kind where callbacks came":
        "testing/test_blind_spots.py::test_delivery_histories_are_put_in_where_callbacks_came",
    "or does not end": "testing/test_blind_spots.py::test_a_test_that_does_not_end_has_noticed",
    "What it will cost is told before":
        "testing/test_blind_spots.py::test_the_time_is_limited_and_what_is_not_tried_is_said",
    "It goes without `-n`": "testing/test_blind_spots.py::test_what_it_cannot_go_with_is_told",
    "the whole suite is run again for each fault":
        "certify/test_certify.py::test_faults_that_no_test_of_a_suite_notices",
}  # fmt: skip
WORLD, VERBS, TOKENS, PROCESSES, REFUSALS = (
    f"world/test_{name}.py" for name in ("world", "verbs", "tokens", "processes", "refusals")
)
VIRTUAL_TIME = {
    **dict.fromkeys(
        ("repeats a GET by itself", "a few hundredths of a second each", "With `session.post` it passes"),
        "examples/test_virtual_time.py::test_the_first_test_fails_as_the_page_says_and_passes_by_post",
    ),
    "a day passes in a fraction of a second": f"{WORLD}::test_an_application_lives_for_hours_in_no_time",
    "Which things are late, lost or killed follows": f"{TOKENS}::test_another_seed_is_another_world",
    "| `await sms_world.app(": f"{WORLD}::test_an_asgi_application_is_served_with_its_lifespan",
    "| `sms_world.base_url`, ": f"{WORLD}::test_all_three_providers_are_served_soap_and_smpp_too",
    "| `sms_world.smsoffice.key`, ": f"{WORLD}::test_all_three_providers_are_served_soap_and_smpp_too",
    "anything that the account takes can be set": f"{VERBS}::test_what_an_account_has_is_set",
    "| `sms_world.sms` |": "examples/test_virtual_time.py::test_every_word_of_a_world_is_there",
    "a world begins on Monday": f"{VERBS}::test_a_world_begins_on_a_monday_at_midnight_and_time_never_goes_back",
    "| `await sms_world.quiet()` |": f"{VERBS}::test_faults_end_with_quiet_and_it_waits_for_what_is_due",
    "| `await sms_world.assert_once_each(": f"{VERBS}::test_the_judgement",
    "takes `json=`, `data=`": "world/test_visitor.py::test_a_visitor_posts",
    "redirects are followed within the application, no cookies":
        "world/test_visitor.py::test_a_visitor_is_led_on_within_the_application_alone",
    "gave no whole answer in time": "world/test_visitor.py::test_what_a_visitor_gets",
    "`.lost`: the application was killed meanwhile":
        f"{VERBS}::test_who_visits_an_application_that_is_killed_has_nothing_and_the_next_one_waits_for_it",
    "a kill runs no `finally`":
        f"{PROCESSES}::test_a_killed_process_is_told_with_file_and_line_and_starts_again_on_its_disk",
    "the kernel closes its connections": f"{PROCESSES}::test_the_peers_of_a_killed_process_see_its_connections_end",
    "what outlives a kill": f"{PROCESSES}::test_the_disk_holds_copies",
    "how many worlds, how many crashes": "testing/test_sms_world.py::"
        "test_a_test_is_run_in_many_worlds_and_its_failure_names_the_world",
    "plays that world again, byte for byte":
        f"{TOKENS}::test_the_same_token_is_the_same_bytes_a_thousand_times_on_a_loaded_machine",
    "On another Python": f"{TOKENS}::test_the_digest_of_a_world_does_not_tell_on_which_python_it_was",
    "`--sms-world-real` runs the test once": "testing/test_sms_world.py::"
        "test_one_that_repeats_nothing_passes_in_worlds_and_over_real_sockets",
    "nothing rests on the network in memory": "worlds/test_races.py::"
        "test_a_right_twin_passes_in_real_time_over_sockets",
    "a wait of more than a second": f"{WORLD}::test_real_time_passes_while_nobody_waits_for_hours",
    "is the same in real time": f"{WORLD}::test_real_time_passes_while_nobody_waits_for_hours",
    "plays many, and raises `WorldFailed`":
        f"{VERBS}::test_many_worlds_are_counted_and_the_first_that_fails_is_raised",
    "and what else `time` tells of now":
        f"{VERBS}::test_a_world_begins_on_a_monday_at_midnight_and_time_never_goes_back",
    "`random`, `secrets`, `uuid4`": f"{TOKENS}::test_time_and_chance_are_the_worlds_and_real_again_behind_it",
    "idle connections end when": f"{WORLD}::test_a_connection_is_kept_no_longer_than_its_client_keeps_it",
    "what they sleep passes": f"{REFUSALS}::test_blocking_functions_run_in_place_and_their_sleep_passes",
    "| `OutOfWorld`: ": f"{REFUSALS}::test_what_leads_out_of_the_world_is_told_by_name",
    "| a WSGI application": f"{REFUSALS}::test_an_application_of_threads_is_refused_with_the_reason",
    "Synchronous views of Django's": f"{REFUSALS}::test_synchronous_views_of_an_asgi_application_run_in_place",
    "| `Stuck` |": f"{REFUSALS}::test_who_waits_for_ever_is_told_by_place",
    "a circle of `sleep(0)`": f"{REFUSALS}::test_a_circle_of_sleep_0_is_told",
    "or code without an await": f"{REFUSALS}::test_code_that_never_comes_back_is_told",
    "whatever policy is set": f"{VERBS}::test_a_world_has_its_loop_whatever_policy_is_set",
    "within 200 worlds and shrunk": "worlds/test_races.py::test_a_race_is_found_with_each_of_ten_seeds",
    **dict.fromkeys(
        ("a library repeats a GET |", "a new reference at each retry |", "killed between the answer and its mark |",
         "looks up while the request is under way |", "two workers, an await", "the report comes before the reply",
         "a late reply overwrites", "`wait_for` around a send", "put back into the queue", "a double click",
         "the old one arrives last", "error 9 of a status query"),
        "worlds/test_races.py::test_a_right_twin_does_not_alarm_in_ten_thousand_worlds_nor_keep_anything",
    ),
}  # fmt: skip
PAGES = {"docs/client.md": CLIENT, "docs/certify.md": CERTIFY, "docs/virtual-time.md": VIRTUAL_TIME}
GIVEN_ELSEWHERE = re.compile(r"<!-- rows of repeating\.py -->.*?\n\n", re.DOTALL)
"""A table that a test of its own writes (examples/test_client.py)."""


def statements(page: str) -> list[str]:
    """Its paragraphs, list items and rows of tables, each in one line; neither headings nor code."""
    text = GIVEN_ELSEWHERE.sub("", re.sub(r"^```.*?^```$", "", Document(page).text, flags=re.DOTALL | re.M))
    pieces = re.split(r"\n\s*\n|\n(?=\||\* |\d\. )", re.sub(r"^#.*$", "\n", text, flags=re.M))
    lines = [" ".join(piece.split()) for piece in pieces]
    return [
        line
        for line in lines
        if line
        and not re.match(r"\| \|.*\||\|-|\| [a-z]+ \| *\|$|\| (cases|program|race|told by name|in a test) \|", line)
    ]


@cache
def defined_in(file: str) -> set[str]:
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize("page", PAGES)
def test_every_statement_has_a_test_and_every_test_is_there(page):
    said = statements(page)
    assert [phrase for phrase in PAGES[page] if not any(phrase in one for one in said)] == [], "said no more"
    assert [one for one in said if not any(phrase in one for phrase in PAGES[page])] == [], "without a test"
    named = (proof.partition("::")[::2] for proof in PAGES[page].values())
    assert [f"{file}::{test}" for file, test in named if test not in defined_in(file)] == [], "tests that are gone"


def test_the_names_of_the_client_page_are_there():
    import emulator.client

    rows = [one for one in statements("docs/client.md") if "`emulator.client." in one]
    assert len(rows) == 4
    for row in rows:
        *classes, module = re.findall(r"`([\w.]+)`", row)
        assert all(hasattr(emulator.client, name) for name in classes), row
        assert __import__(module, fromlist=["x"])


def test_the_client_page_names_every_variable():
    text = Document("docs/client.md").text
    written = text.partition("`from_env()`")[2].partition("\n\n")[0]
    told = set()
    for line in re.findall(r"`([A-Z]+)_([A-Z_]+)`(?: \(([^)]*)\))?", written):
        told.add(f"{line[0]}_{line[1]}")
    for first, more in re.findall(r"`([A-Z]+)_[A-Z_]+`(?:,? and `\w+`, or `\w+`)? \(([^)]*)\)", written):
        told |= {name if not name.startswith("_") else first + name for name in re.findall(r"`(\w+)`", more)}
    files = [*(ROOT / "emulator/client").rglob("calls.py"), ROOT / "emulator/client/smpp/client.py"]
    read = re.findall(r'"((?:SMSOFFICE|UBILL|SMSCENTER|SMPP)_[A-Z_]+)"', "".join(one.read_text() for one in files))
    assert {name for name in told if not name.startswith("_")} == set(read)


def test_an_error_has_what_the_page_says():
    text = Document("docs/client.md").text.partition("| attribute | |")[2].partition("\n\n")[0]
    named = [name for row in text.splitlines()[2:] for name in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert len(named) == 8
    assert [name for name in named if not hasattr(SmsError(), name)] == []


def test_the_numbers_of_the_client_page_are_its_own():
    assert (Patience().absent_after, USUAL, AT_ONCE, IDLE, GOODBYE) == (
        5.0, {ALL: 50}, {ALL: 14, "status": 4}, 30.0, 3.0
    )  # fmt: skip
    text = Document("docs/client.md").text
    fields = re.findall(r"`(\w+)`", text.partition("**Patience** of a client, or of one call (`patience=`):")[2]
                        .partition(". An attempt")[0])  # fmt: skip
    assert set(fields) == set(Patience.__struct_fields__)
    settings = set(re.findall(r"`(\w+)`", text.partition("| `settings` | `Settings`:")[2].partition("|")[0]))
    assert settings <= set(Settings._fields)
    assert hasattr(smscenter.TooManyRequests, "retry_after")


def test_a_submit_takes_what_the_page_says():
    text = " ".join(Document("docs/client.md").text.split())
    said = set(re.findall(r"`(\w+)`", re.sub(r"\([^)]*\)", "", text.partition("`submit` takes ")[2].partition(";")[0])))
    assert said == set(SubmitOptions.__annotations__)
    methods = {name for name, _ in inspect.getmembers(SmppClient, callable)}
    assert {"submit", "query", "cancel", "replace", "close"} <= methods
    named = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", Document("docs/client.md").text.partition("## SMPP\n")[2], re.M)
    options = {name for one in named for name in re.findall(r"`(\w+)`", one)}
    assert options == set(inspect.signature(SmppClient).parameters) - {"host", "system_id", "password", "port"}


def test_the_options_of_certify_are_those_of_its_page(capsys):
    with pytest.raises(SystemExit):
        main(["certify", "--help"])
    help_ = " ".join(capsys.readouterr().out.split())
    there = set(re.findall(r"(?<![\w-])--[a-z]+", help_)) - {"--help"}
    assert there - set(re.findall(r"--[a-z]+", Document("docs/certify.md").text)) == set()
    for said in ("for each case (default: 60)", "of chance (default: 1)", "for --tests (default: 600)"):
        assert said in help_


def test_every_text_that_is_played_is_told():
    played = {case.name.partition("-")[2] for case in cases(found()["smsoffice"]) if case.name.startswith("text")}
    (row,) = [one for one in statements("docs/certify.md") if one.startswith("| `text-…` |")]
    words = {"latin": "a good answer", "signs": "signs", "georgian": "Georgian", "cyrillic": "Cyrillic",
             "emoji": "emoji", "long": "three parts"}  # fmt: skip
    assert played == set(words)
    assert all(word in row for word in words.values())


@pytest.mark.parametrize(("levels", "grade", "status"), [
    ((), "A", 0), (("weak",), "B", 0), (("wrong", "weak"), "C", 1), (("wrong",) * 3, "D", 1), (("money",), "F", 1),
])  # fmt: skip
def test_the_exit_status_says_the_grade(levels, grade, status, monkeypatch, capsys):
    async def examined(provider, catalogue, arguments):
        findings = tuple(Finding(f"case-{number}", level, "what", "advice") for number, level in enumerate(levels))
        return Certificate("smsoffice", tuple(catalogue), findings)

    monkeypatch.setattr(certify, "_examined", examined)
    assert main(["certify", "--provider", "smsoffice", "--send", "true", "--only", "text-latin"]) == status
    assert f"grade {grade}" in capsys.readouterr().out
