"""A scenario of one's own, given to a handle as a file."""

import pytest

import emulator
from emulator.scenarios.problems import Invalid


def test_a_file_of_ones_own_is_read_where_the_test_is(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("accounts:\n  smsoffice: {balance: 3}\n")
    with emulator.running(scenario=file) as sms:
        assert sms.account("smsoffice").balance == 3
        assert sms.scenario().name == "mine"
        sms.put_scenario("happy")
        assert sms.scenario().name == "happy"
        sms.put_scenario(str(file))
        assert sms.scenario().name == "mine"


def test_a_broken_file_says_where(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("accounts:\n  smsofice: {balance: 3}\n")
    with pytest.raises(Invalid, match=r"mine\.yaml:2:3"), emulator.running(scenario=file):
        pass
