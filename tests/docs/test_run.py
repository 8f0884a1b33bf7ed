"""`make test` itself: what it counts, and that what could not run is listed at the end by name."""

from dataclasses import replace

import pytest

from tests import run, suites
from tests.suites import Suite

TESTS = """
import pytest

def test_good(): pass
def test_bad(): assert False

@pytest.mark.skip(reason="there is no moon")
def test_at_night(): pass
"""


@pytest.fixture(autouse=True)
def results(tmp_path, monkeypatch):
    """Reports that nobody else writes, on a machine that is no CI's."""
    monkeypatch.setattr("tests.suites.RESULTS", tmp_path)
    monkeypatch.delenv("CI", raising=False)


@pytest.fixture
def suite(tmp_path) -> Suite:
    """A suite of three tests."""
    (tmp_path / "test_sky.py").write_text(TESTS)
    return suites.tests("sky", str(tmp_path / "test_sky.py"))


def test_what_passed_failed_and_could_not_run_is_told_by_name(suite, capfd):
    absent = Suite("stars", ["never-run"], missing=lambda: "there is no telescope")
    outcomes = [run.run(suite), run.run(absent)]
    run.print_summary(outcomes, 1)
    said = capfd.readouterr().out.partition("━━ summary")[2]
    assert [(it.word, it.passed, it.failed) for it in outcomes] == [("FAILED", 1, 1), ("not run", 0, 0)]
    assert "  stars: there is no telescope\n" in said
    assert "test_sky.test_at_night: there is no moon" in said.replace("::", ".")
    assert said.endswith("1 passed, 1 failed\n")


def test_in_ci_a_suite_that_cannot_run_has_failed(monkeypatch):
    monkeypatch.setenv("CI", "true")
    assert run.run(Suite("stars", [], missing=lambda: "there is no telescope")).failed == 1


def test_a_suite_that_does_not_end_is_ended_and_has_failed(tmp_path):
    with (tmp_path / "said").open("w+") as output:
        outcome = run.run(Suite("night", ["sleep", "60"], patience=0), output)
        output.seek(0)
        assert "night did not end within 0 seconds" in output.read()
    assert (outcome.word, outcome.failed) == ("FAILED", 1)


def test_a_suite_that_breaks_outside_its_tests_has_failed(tmp_path):
    (tmp_path / "conftest.py").write_text("def pytest_sessionfinish(session): session.exitstatus = 3")
    (tmp_path / "test_sky.py").write_text("def test_good(): pass")
    outcome = run.run(suites.tests("broken", str(tmp_path / "test_sky.py")))
    assert (outcome.passed, outcome.failed) == (1, 1)


def test_lanes_run_beside_each_other_and_the_suites_of_one_in_their_order(tmp_path):
    there = tmp_path / "there"
    wait = f"until test -e {there}; do sleep 0.05; done; touch {there}.seen"
    suites = [
        Suite("waits", ["sh", "-c", wait], lane="one", patience=20),
        Suite("follows", ["test", "-e", f"{there}.seen"], lane="one"),
        Suite("is waited for", ["touch", str(there)], lane="two"),
    ]
    assert [it.word for it in run.run_together(suites)] == ["passed"] * 3


def test_the_inner_loop_tries_one_of_what_is_alike_and_nothing_thorough(tmp_path):
    (tmp_path / "test_sky.py").write_text(
        "import pytest\n"
        "@pytest.mark.parametrize('stars', [1, 2, 3])\n"
        "def test_stars(stars): pass\n"
        "@pytest.mark.thorough\n"
        "def test_every_galaxy(): pass\n"
    )
    suite = suites.tests("alike", "--config-file", str(suites.PROJECT / "pyproject.toml"), str(tmp_path))
    assert run.run(suite).passed == 4
    assert run.run(replace(suite, command=[*suite.command, *suites.IN_PART])).passed == 1
