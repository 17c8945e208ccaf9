from emulator.scenarios.problems import Invalid, Problem, shown


def test_a_complaint_is_one_line_with_file_place_path_found_and_allowed() -> None:
    complaint = Problem(
        ("rules", 1, "when", "provider"), "", "'smsofice'", "smsoffice, ubill, smscenter", line=10, column=7
    )
    assert complaint.told("bad.yaml") == (
        "bad.yaml:10:7: at rules[1].when.provider: found 'smsofice'; may be smsoffice, ubill, smscenter"
    )


def test_a_complaint_without_a_file_begins_with_the_path() -> None:
    assert Problem(("seed",), found="'x'", allowed="a whole number").told() == (
        "at seed: found 'x'; may be a whole number"
    )


def test_the_hint_repeats_what_was_found() -> None:
    assert Problem((), found="012", hint='write it in quotes: "{found}"').told() == (
        'found 012; write it in quotes: "012"'
    )


def test_line_breaks_and_terminal_codes_do_not_break_the_line() -> None:
    told = Problem((), found=shown("a\nb\x1b[31m")).told()
    assert told == r"found 'a\nb\x1b[31m'"


def test_long_values_are_shortened() -> None:
    assert shown("a" * 200) == f"'{'a' * 60}...'"


def test_values_are_shown_as_they_would_stand_in_a_file() -> None:
    values: list[object] = [True, None, 1.5, -3, "x", {}, [], ()]
    assert [shown(v) for v in values] == ["true", "nothing", "1.5", "-3", "'x'", "a mapping", "a list", "a list"]


def test_the_text_of_invalid_has_a_line_for_each_complaint() -> None:
    invalid = Invalid([Problem(("a",), "wrong"), Problem(("b",), "wrong too", line=2, column=1)], "f.yaml")
    assert str(invalid) == "f.yaml: at a: wrong\nf.yaml:2:1: at b: wrong too"
    assert len(invalid.complaints) == 2
