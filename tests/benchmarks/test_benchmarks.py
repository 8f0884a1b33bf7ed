"""The benchmark measures what it says: a real run, and the sums and pictures made of it."""

import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from statistics import median

import pytest

from deploy.local.services import PROJECT
from deploy.numbers.marked import MarkersMissing, replace_between_markers
from deploy.numbers.table import Number, markdown
from tests.benchmarks import load, plot, report
from tests.benchmarks.answers import BenchmarkFailed
from tests.benchmarks.compare import difference
from tests.benchmarks.load import Sample, Turns, check
from tests.benchmarks.results import summarize
from tests.benchmarks.targets import Target

FLOOR = Target("a <floor>", "http://127.0.0.1:1/", "active")
PATH = Target("a path", "http://127.0.0.1:1/", "active", floor="a <floor>")


def sample(per_second, mongod_us=100.0, **more):
    fields = {"p50_ms": 1, "p99_ms": 2, "server_us": 300, "mongod_us": mongod_us, "others": 0.1}
    return Sample(per_second, **fields | more)


@pytest.fixture
def results():
    rounds = {"a <floor>": [1000, 100, 1000], "a path": [500, 80, 900]}
    samples = {name: [sample(rate) for rate in rates] for name, rates in rounds.items()}
    return summarize([FLOOR, PATH], samples)


def test_a_ratio_is_the_median_of_the_rounds_own(results):
    floor, path = results
    assert (floor.per_second, floor.ratio) == (1000, None)
    assert (path.per_second, path.ratio) == (500, 0.8)


def test_cpu_of_a_foreign_database_is_left_out():
    (floor,) = summarize([FLOOR], {"a <floor>": [sample(10, mongod_us=None)]})
    assert report.cells(floor, {})[-1] == ""


def test_the_table_names_what_a_ratio_is_of(results):
    lines = report.markdown_table(results, {"auth-service": 70.4}).splitlines()
    assert lines[2].startswith("| a <floor> (A) | 1000 |")
    assert lines[3].startswith("| a path | 500 | 0.80 | A |")
    assert "auth-service 70 MB" in lines[-1]


def test_the_plot_is_well_formed_and_has_a_bar_for_each(results):
    svg = "{http://www.w3.org/2000/svg}"
    picture = ElementTree.fromstring(plot.draw(results))
    floor, path = (float(bar.get("width")) for bar in picture.iter(f"{svg}rect"))
    assert path / floor == pytest.approx(0.5, abs=0.01)
    assert {"a <floor>", "a path"} <= {text.text for text in picture.iter(f"{svg}text")}


@pytest.mark.parametrize("disturbance", [{"others": 0.5}, {"busiest": 0.9}])
def test_a_turn_that_was_disturbed_or_uneven_is_taken_again(monkeypatch, disturbance):
    taken = [sample(480, **disturbance), sample(1200), sample(1190)]
    monkeypatch.setattr(load, "load", lambda *_: taken.pop(0))
    turns = Turns(None, 1)
    assert [turns.take(PATH).per_second for _ in range(2)] == [1200, 1190]


@pytest.mark.parametrize(
    ("rates", "slower"),
    [
        ([930, 940, 935, 900, 920, 945, 700], True),  # in each of seven rounds
        ([960, 970, 965, 990, 955, 980, 952], False),  # less than is tolerated
        ([930, 940, 935, 900, 920, 945, 960], False),  # one of seven did not: might be chance
        ([930] * 12 + [960] * 2, True),  # but two of fourteen
        ([930, 940, 935], False),  # three rounds say nothing
        ([1000, 1300, 1150], False),
    ],
)
def test_slower_is_what_chance_does_not_explain(rates, slower):
    found = difference("a path", [(sample(1000), sample(rate)) for rate in rates])
    assert found.slower is slower
    assert found.rate == pytest.approx(median(rates) / 1000 - 1)


def test_nothing_is_loaded_that_does_not_answer():
    with pytest.raises(BenchmarkFailed, match=r"127\.0\.0\.1:1"):
        check(FLOOR)


def test_text_between_markers_is_replaced_and_the_rest_kept(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- x:begin -->\nold\n<!-- x:end -->\nafter\n")
    for text in ("new", "newer"):
        replace_between_markers(page, "x", text)
    assert page.read_text() == "before\n<!-- x:begin -->\nnewer\n<!-- x:end -->\nafter\n"
    with pytest.raises(MarkersMissing, match="y:begin"):
        replace_between_markers(page, "y", "lost")


def test_numbers_are_shown_beside_their_limits():
    number = Number("memory", 80.4, "MB", 80)
    assert "| memory | 80 MB | 80 MB |" in markdown([number])
    assert not number.good


@pytest.mark.skipif(not shutil.which("wrk"), reason="there is no wrk (apt-get install wrk)")
def test_a_short_run():
    command = [sys.executable, "-m", "tests.benchmarks", "--rounds", "1", "--seconds", "1"]
    done = subprocess.run(
        [*command, "--only", "introspection", "login", "shared_database"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    table = {line.split("  ")[0]: line.split() for line in done.stdout.splitlines() if "  " in line}
    for name in ("introspection of an opaque token", "login by code", "/api/me, shared_database"):
        rate, ratio = table[name][-7:-5]
        assert float(rate) > 1 and float(ratio) > 0


@pytest.mark.skipif(not shutil.which("wrk"), reason="there is no wrk (apt-get install wrk)")
def test_a_short_comparison_with_the_last_commit():
    command = [sys.executable, "-m", "tests.benchmarks", "--compare", "HEAD", "--only", "discovery"]
    done = subprocess.run(
        [*command, "--rounds", "2", "--seconds", "1"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=240,
    )
    rows = {line.split("  ")[0]: line.split() for line in done.stdout.splitlines() if "  " in line}
    assert {"floor: a Flask view with one find_one", "discovery"} <= set(rows), done.stderr
    assert all(float(rows["discovery"][column]) > 1 for column in (1, 2))
