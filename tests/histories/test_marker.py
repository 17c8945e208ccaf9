"""@pytest.mark.sms_histories: a naive client is caught by a short history, a careful one passes; in every mode."""

import re

import pytest

import emulator

SHOP = """
    import pytest
    from clients import Careful, Ear, Naive

    pytestmark = pytest.mark.sms_histories(max_examples=25, seconds=40)

    @pytest.fixture(params=[Naive, Careful], ids=["naive", "careful"])
    def shop(request, live_sms_emulator):
        shop = request.param(live_sms_emulator)
        ear = Ear(shop)
        live_sms_emulator.patch_account("smsoffice", callback_url=ear.url)
        yield shop
        ear.close()

    def test_an_end_is_an_end(shop, live_sms_emulator, sms_history):
        shop.send("p1")
        live_sms_emulator.settle()
        ends = [status for status in sms_history.statuses if status in ("delivered", "undelivered")]
        assert shop.state["p1"].lower() == (ends[0] if ends else "pending")

    def test_nobody_is_thanked_twice(shop, live_sms_emulator):
        shop.send("p1")
        live_sms_emulator.settle()
        assert len(shop.thanked) <= 1

    def test_nobody_gets_two_messages(shop, live_sms_emulator):
        shop.send("p1")
        live_sms_emulator.advance(45)
        shop.tick(now=45)
        live_sms_emulator.settle()
        assert len(live_sms_emulator.messages()) == 1
"""

CAUGHT_BY = {
    "test_an_end_is_an_end": ("early", "delivered@reply"),
    "test_nobody_is_thanked_twice": ("retried", "delivered@2x2"),
    "test_nobody_gets_two_messages": ("missing", "nothing"),
}
"""What each of the tests catches the naive shop by: the kind of history, its token."""


def words_of(result: pytest.RunResult, test: str) -> list[str]:
    """The three lines about the history in the report of a failed test."""
    part = result.stdout.str().partition(f"_ {test} _")[2]
    lines = part.partition("- sms delivery history -")[2].splitlines()
    return lines[1:4]


def test_a_naive_client_is_caught_by_at_most_three_reports_and_a_careful_one_passes(histories):
    result = histories("--tb=short", test_shop=SHOP)
    result.assert_outcomes(failed=3, passed=3)
    assert "careful] FAILED" not in result.stdout.str()
    for test, (kind, token) in CAUGHT_BY.items():
        kinds, words, replay = words_of(result, f"{test}[naive]")
        assert re.fullmatch(f"{kind}, the shortest that fails of \\d+ tried", kinds)
        assert len(re.findall(r"\b\d\. ", words)) == 1
        assert replay == f"replay: pytest 'test_shop.py::{test}[naive]' --sms-history={token}"


def test_a_token_replays_exactly_that_history(histories):
    test = """
        import pytest

        @pytest.mark.sms_histories
        def test_it(live_sms_emulator, sms_history):
            print("ran", sms_history.token)
            assert "pending" not in sms_history.statuses

        def test_not_marked(sms_history):
            assert sms_history.token == "delivered@2"
    """
    found = histories(test_it=test)
    replay = words_of(found, "test_it")[2]
    token = replay.partition("--sms-history=")[2]
    again = histories("-s", f"--sms-history={token}", test_it=test)
    again.assert_outcomes(failed=1, passed=1)
    assert re.findall(r"ran (\S+)", again.stdout.str().partition("FAILURES")[0]) == [token]
    assert words_of(again, "test_it")[1:] == words_of(found, "test_it")[1:]
    other = histories("-s", "--sms-history=delivered@2x2,undelivered@45", test_it=test)
    other.assert_outcomes(passed=2)
    assert re.findall(r"ran (\S+)", other.stdout.str()) == ["delivered@2x2,undelivered@45"]


FRESH = """
    import asyncio
    import pytest
    from clients import Careful, Ear

    runs = []
    made = []

    @pytest.fixture(scope="module")
    def of_the_module():
        made.append("module")
        yield

    @pytest.fixture
    def of_the_test():
        made.append("test")
        yield []
        made.append("gone")

    {fixture}
    async def shop(sms_emulator):
        shop = Careful(sms_emulator)
        ear = Ear(shop)
        await sms_emulator.patch_account("smsoffice", callback_url=ear.url)
        yield shop
        ear.close()

    class TestShop:
        {mark}
        @pytest.mark.sms_histories(max_examples=25, seconds=40)
        async def test_it(self, shop, sms_emulator, sms_history, of_the_test, of_the_module, tmp_path):
            assert vars(self) == {{}}
            self.used = True
            assert of_the_test == [] == list(tmp_path.iterdir())
            of_the_test.append(1)
            (tmp_path / "used").touch()
            assert await sms_emulator.messages() == []
            await asyncio.to_thread(shop.send, "p1")
            await sms_emulator.settle()
            runs.append((sms_emulator.smsoffice.key, sms_history.token))
            told = [one["status"] for one in await sms_emulator.callbacks() if one["attempt"] == 1]
            assert told == list(sms_history.statuses)

    def test_each_run_had_everything_anew_and_the_module_its_own_once():
        keys, tokens = zip(*runs)
        assert len(set(keys)) == len(runs)
        assert 15 <= len(runs) <= 26
        assert tokens[0] == tokens[-1] == "delivered@2"
        assert len(set(tokens)) == len(tokens) - 1
        assert made == ["module", "test", "gone"] + ["test", "gone"] * (len(runs) - 1)
"""

QUIET = ("-W", "error::pytest.PytestWarning", "-W", "error::RuntimeWarning", "-W", "error::ResourceWarning")


def test_every_run_has_fresh_fixtures_and_a_fresh_sandbox_with_pytest_asyncio_auto(histories):
    result = histories(
        *QUIET, ini="asyncio_mode = auto", test_fresh=FRESH.format(fixture="@pytest.fixture", mark="")
    )
    result.assert_outcomes(passed=2)


@pytest.mark.long
def test_and_strict_and_in_a_loop_of_the_session(histories):
    result = histories(
        *QUIET,
        test_fresh=FRESH.format(
            fixture="import pytest_asyncio\n    @pytest_asyncio.fixture", mark="@pytest.mark.asyncio"
        ),
        test_session=FRESH.format(
            fixture="import pytest_asyncio\n    @pytest_asyncio.fixture(loop_scope='session')",
            mark="@pytest.mark.asyncio(loop_scope='session')",
        ),
    )
    result.assert_outcomes(passed=4)


def test_and_with_anyio(histories):
    result = histories(
        *QUIET, "-p", "no:asyncio", "-p", "no:aiohttp",
        test_fresh=FRESH.format(fixture="@pytest.fixture", mark="@pytest.mark.anyio"),
    )  # fmt: skip
    result.assert_outcomes(passed=2)


OF_ANY_KIND = """
    import unittest
    from collections import Counter

    import pytest

    runs, made = Counter(), Counter()

    @pytest.fixture(autouse=True)
    def counted(request, live_sms_emulator):
        runs[request.node.name] += 1
        assert request.node.get_closest_marker("added").args == (1,)
        assert request.node.user_properties == [("collected", "yes")]

    @pytest.fixture(scope="module", params=["a", "b"])
    def of_the_module(request):
        made[request.param] += 1
        yield request.param

    @pytest.fixture(params=[1, 2])
    def either(request):
        return request.param

    @pytest.fixture
    def given(request):
        return request.param * 2

    @pytest.mark.parametrize("one", [1, pytest.param(2, id="two")])
    @pytest.mark.parametrize("given", ["x"], indirect=True)
    def test_parameters(one, given, either, of_the_module):
        assert (one, given) in ((1, "xx"), (2, "xx")) and either in (1, 2) and of_the_module in ("a", "b")

    @pytest.fixture(scope="class")
    def of_the_class(request):
        made[request.cls.__name__] += 1

    class Base:
        def setup_method(self):
            assert vars(self) == {}
            self.ready = True

        @pytest.mark.parametrize("n", range(2))
        def test_of_a_class(self, of_the_class, n):
            assert self.ready

        @staticmethod
        def test_static(of_the_class):
            pass

    class TestInherited(Base):
        pass

    class TestCase(unittest.TestCase):
        def setUp(self):
            assert not hasattr(self, "ready")
            self.ready = True

        def test_of_unittest(self):
            assert self.ready

    @pytest.mark.xfail(reason="as it is")
    def test_expected():
        assert False

    def test_skipped():
        pytest.skip("not here")

    def test_that_speaks(capsys):
        print("spoken")
        assert capsys.readouterr().out == "spoken\\n"
        print("left")

    def test_counts(request):
        assert set(runs.values()) >= {2, 3} and runs["test_counts"] == 1, runs
        assert made == {"a": 1, "b": 1, "TestInherited": 1}, made
"""
ADDED = """
    import pytest

    def pytest_collection_modifyitems(items):
        for item in items:
            item.add_marker(pytest.mark.added(1))
            item.user_properties.append(("collected", "yes"))
            if item.name != "test_counts":
                item.add_marker(pytest.mark.sms_histories(max_examples=2))
"""


def test_each_run_is_the_test_collected_anew_whatever_kind_of_test_it_is(histories, pytester):
    pytester.makeconftest(ADDED)
    result = histories(*QUIET, "-ra", "-W", "ignore::pytest.PytestUnknownMarkWarning", test_kinds=OF_ANY_KIND)
    result.assert_outcomes(passed=14, xfailed=1, skipped=1)


def test_of_its_runs_only_the_last_is_shown_and_later_ones_know_what_failed(histories, pytester):
    speaks = """
        import pytest

        pytestmark = pytest.mark.sms_histories(max_examples=2)

        @pytest.fixture
        def broken():
            raise ZeroDivisionError

        def test_not_set_up(broken):
            pass

        @pytest.mark.parametrize("n", (n for n in [1]))
        def test_drawn(live_sms_emulator, n):
            pass

        def test_fails(live_sms_emulator, sms_history):
            print("said by a run")
            assert not sms_history.events, "the normal one has some"

        def test_passes(live_sms_emulator):
            pass
    """
    result = histories(plugins=("cacheprovider",), test_speaks=speaks)
    result.assert_outcomes(errors=2, failed=1, passed=1)
    assert result.stdout.str().count("\nsaid by a run\n") == 1
    assert "reruns.py" not in result.stdout.str()
    result.stdout.fnmatch_lines(["*test_drawn*cannot be run again*parametrize a list, not a generator*"])
    again = histories("--lf", "-x", plugins=("cacheprovider",))
    again.assert_outcomes(errors=1)


@pytest.mark.long
def test_under_xdist_workers_find_the_same_as_one_process(histories):
    result = histories("-n", "2", plugins=("xdist",), test_shop=SHOP)
    result.assert_outcomes(failed=3, passed=3)
    for test, (_, token) in CAUGHT_BY.items():
        assert words_of(result, f"{test}[naive]")[2].endswith(f"--sms-history={token}")


def test_on_a_server_elsewhere_both_fixtures_have_the_history_and_no_sandbox_stays(histories):
    body = """
        import pytest
        from sending import send, send_now

        pytestmark = [pytest.mark.sms_histories(max_examples=6, seconds=40), pytest.mark.sms(clock="frozen")]

        async def test_async(sms_emulator, sms_history):
            await send(sms_emulator, reference="r1")
            await sms_emulator.advance(45)
            told = [one.status for one in await sms_emulator.callbacks() if one.attempt == 1]
            assert told == [one.status for one in sms_history.events if one.after <= 45]
            assert 47 not in [one.after for one in sms_history.events]

        def test_live(live_sms_emulator, sms_history):
            send_now(live_sms_emulator, reference="r1")
            live_sms_emulator.settle()
            told = [one.status for one in live_sms_emulator.callbacks() if one.attempt == 1]
            assert told == list(sms_history.statuses)
    """
    with emulator.running() as sms:
        result = histories(f"--sms-emulator-url={sms.base_url}", ini="asyncio_mode = auto", test_there=body)
        left = [one.id for one in sms.operation("listSandboxes")["sandboxes"]]
    result.assert_outcomes(failed=1, passed=1)
    assert words_of(result, "test_async")[1:2] == ["1. delivered reported 47 s after the send"]
    assert sorted(left) == sorted(["default", sms.id])


def test_it_keeps_to_its_bounds_and_leaves_out_what_it_is_told_to(histories):
    result = histories(
        test_bounds="""
            import pytest

            runs = {"few": [], "hurried": [], "spared": [], "failing": []}

            @pytest.mark.sms_histories(max_examples=5)
            def test_few(live_sms_emulator, sms_history):
                runs["few"].append(sms_history.token)

            @pytest.mark.sms_histories(seconds=1e-9)
            def test_hurried(live_sms_emulator, sms_history):
                runs["hurried"].append(sms_history.token)

            @pytest.mark.sms_histories(seconds=40, without=["missing", "late"])
            def test_spared(live_sms_emulator, sms_history):
                runs["spared"].append(sms_history.token)

            @pytest.mark.xfail
            @pytest.mark.sms_histories(max_examples=5)
            def test_failing(live_sms_emulator, sms_history):
                runs["failing"].append(sms_history.token)
                assert sms_history.token == "delivered@2"

            @pytest.mark.sms_histories
            def test_skipped(live_sms_emulator):
                pytest.skip("not today")

            def test_counted():
                assert len(runs["few"]) == 6
                assert len(runs["hurried"]) == 2
                assert len(runs["spared"]) == 51
                assert "nothing" not in runs["spared"]
                assert len(runs["failing"]) <= 11
        """,
    )
    result.assert_outcomes(passed=4, xfailed=1, skipped=1)


def test_where_failed_tests_are_run_again_it_says_that_this_one_is_not(histories, pytester):
    pytester.makeconftest("def pytest_configure(config): config.pluginmanager.register(object(), 'rerunfailures')")
    result = histories(
        test_it="""
            import pytest

            @pytest.mark.sms_histories(max_examples=2)
            def test_always(live_sms_emulator):
                assert not "good"
        """,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["pytest-rerunfailures leaves this test alone*"])


def test_a_test_that_fails_when_all_goes_well_says_so_and_one_that_does_not_always_fail_too(histories):
    result = histories(
        test_it="""
            import pytest

            seen = set()

            @pytest.mark.sms_histories
            def test_always(live_sms_emulator):
                print("printed once")
                assert 0

            @pytest.mark.sms_histories
            def test_sometimes(live_sms_emulator, sms_history):
                first = sms_history not in seen
                seen.add(sms_history)
                assert sms_history.statuses or not first
        """,
    )
    result.assert_outcomes(failed=2)
    assert words_of(result, "test_always")[:2] == ["normal", "1. delivered reported 2 s after the send"]
    assert result.stdout.str().count("printed once") == 2  # the line of the source, and the one that was printed
    assert "run again it passed: it does not always fail" in words_of(result, "test_sometimes")[0]


def test_a_marker_written_wrong_says_what_may_stand_there(histories):
    result = histories(
        plugins=("hypothesispytest",),
        test_wrong="""
            import pytest
            from hypothesis import given, strategies

            mark = pytest.mark.sms_histories

            @mark(max_exampels=5)
            def test_word(live_sms_emulator):
                pass

            @mark(50)
            def test_position(live_sms_emulator):
                pass

            @mark(seconds=0)
            def test_value(live_sms_emulator):
                pass

            @mark(without=["mising"])
            def test_kind(live_sms_emulator):
                pass

            @mark
            def test_no_sandbox():
                pass

            @mark
            @given(strategies.integers())
            def test_given(live_sms_emulator, number):
                pass

            def test_the_next_one_is_not_touched(live_sms_emulator):
                assert live_sms_emulator.messages() == []
        """,
    )  # fmt: skip
    result.assert_outcomes(errors=6, passed=1)
    result.stdout.fnmatch_lines(
        [
            "*does not take this word: 'max_exampels'; did you mean 'max_examples'?*",
            "*write what it is, such as max_examples=50*",
            "*(seconds=0): here may stand seconds, more than 0*",
            "*(without=*'mising'*): here may stand a list of some of missing, late, *",
            "*in the sandbox of sms_emulator or live_sms_emulator, and this test uses neither*",
            "*@given on one test: each would run the other many times*",
        ]
    )
    result = histories("--sms-history=delivered", test_wrong="""
        import pytest

        @pytest.mark.sms_histories
        def test_it(live_sms_emulator):
            pass
    """)  # fmt: skip
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["'delivered' is no report of a delivery history; one is written as delivered@2*"])


def test_without_hypothesis_it_says_what_to_install_and_nothing_else_needs_it(histories):
    result = histories(
        conftest="""
            import sys
            sys.modules["hypothesis"] = None
        """,
        test_it="""
            import pytest

            @pytest.mark.sms_histories
            def test_marked(live_sms_emulator):
                pass

            def test_not_marked(live_sms_emulator):
                pass
        """,
        alone=True,
    )
    result.assert_outcomes(errors=1, passed=1)
    result.stdout.fnmatch_lines(["*needs hypothesis, which is not installed: pip install hypothesis*"])
