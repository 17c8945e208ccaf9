"""SmsTestMixin: a sandbox for each test of unittest, and its report behind each failure."""

import io
import json
import unittest
from urllib.parse import urlencode
from urllib.request import urlopen

import emulator


def send(sms, content="your code is 123456"):
    fields = {"key": sms.smsoffice.key, "sender": "Shop", "destination": "995577123456", "content": content}
    with urlopen(f"{sms.base_url}/api/v2/send/?{urlencode(fields)}") as answer:
        return json.load(answer)["ErrorCode"]


def run(*cases):
    suite = unittest.TestSuite(unittest.defaultTestLoader.loadTestsFromTestCase(case) for case in cases)
    stream = io.StringIO()
    result = unittest.TextTestRunner(stream).run(suite)
    return result, stream.getvalue()


def test_each_test_has_a_fresh_sandbox_made_as_the_class_says():
    seen = []

    class Case(emulator.SmsTestMixin, unittest.TestCase):
        sms_options = {"clock": "frozen", "balance": 5}  # noqa: RUF012

        def test_one(self):
            self.check()

        def test_two(self):
            self.check()

        def check(self):
            send(self.sms)
            seen.append((self.sms.id, len(self.sms.requests()), self.sms.show().clock.rate))

    result, _ = run(Case)
    assert result.wasSuccessful()
    assert len({name for name, _, _ in seen}) == 2
    assert {rest for _, *rest in map(tuple, seen) for rest in [tuple(rest)]} == {(1, 0)}


def test_the_report_stands_behind_failures_errors_and_subtests_and_nowhere_else():
    class Case(emulator.SmsTestMixin, unittest.TestCase):
        def test_failure(self):
            send(self.sms, "of the failure")
            self.sms.assert_sent(to="995577123456")

        def test_error(self):
            send(self.sms, "of the error")
            raise OSError("the app is gone")

        def test_subtests(self):
            for number in range(2):
                with self.subTest(number=number):
                    send(self.sms, f"of subtest {number}")
                    assert number

        @unittest.skip("not today")
        def test_skipped(self):
            pass

        def test_good(self):
            send(self.sms, "of the good one")

    result, told = run(Case)
    assert (len(result.failures), len(result.errors), len(result.skipped)) == (2, 1, 1)
    for text in ("of the failure", "of the error", "of subtest 0"):
        assert f"content      {text}" in told
    assert "right would be: a sender of this account" in told
    assert "was REFUSED: refused with 150" in told
    assert "good one" not in told
    assert "sync_client.py" not in told


def test_async_cases_too():
    class Case(emulator.SmsTestMixin, unittest.IsolatedAsyncioTestCase):
        async def test_it(self):
            import asyncio

            await asyncio.to_thread(send, self.sms)
            assert not self.sms.requests()

    result, told = run(Case)
    assert len(result.failures) == 1
    assert "because: refused with 150" in told


def test_pytest_shows_it_as_well(inner):
    result = inner(
        test_case="""
            import unittest
            import emulator
            from sending import send_now

            class TestIt(emulator.SmsTestMixin, unittest.TestCase):
                def test_failing(self):
                    send_now(self.sms, sender="Shop")
                    self.assertEqual(1, len(self.sms.messages()))
        """,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*right would be: a sender of this account*"])
