"""`make numbers`: the README's table is replaced by a complete one, and by nothing less."""

import pytest

from deploy.numbers import __main__ as numbers
from deploy.numbers.commands import Unmeasured
from deploy.numbers.table import Number

README = "before\n<!-- numbers:begin -->\nthe old table\n<!-- numbers:end -->\nafter\n"


def measures(what, *, then=None):
    def part(*_):
        yield Number(what, 1, "s", 2)
        if then:
            raise then

    return part


@pytest.fixture
def readme(monkeypatch, tmp_path):
    monkeypatch.setattr("sys.argv", ["numbers"])
    monkeypatch.setattr(numbers, "PROJECT", tmp_path)
    monkeypatch.setattr(numbers.local_demo, "measure", measures("local"))
    monkeypatch.setattr(numbers.docker_demo, "measure", measures("docker"))
    monkeypatch.setattr(numbers, "measure_tests", measures("tests"))
    path = tmp_path / "README.md"
    path.write_text(README)
    return path


def exit_status():
    with pytest.raises(SystemExit) as ended:
        numbers.main()
    return int(ended.value.code)


def test_a_complete_table_replaces_the_old_one(readme):
    assert exit_status() == 0
    rows = [line for line in readme.read_text().splitlines() if line.endswith("| 1 s | 2 s |")]
    assert rows == ["| local | 1 s | 2 s |", "| docker | 1 s | 2 s |", "| tests | 1 s | 2 s |"]


def test_with_a_number_missing_the_old_table_stays(readme, monkeypatch, capsys):
    no_engine = Unmeasured("no containers: no engine answers")
    monkeypatch.setattr(numbers.docker_demo, "measure", measures("docker", then=no_engine))
    assert exit_status() == 1
    assert readme.read_text() == README
    assert "left out: no containers: no engine answers" in capsys.readouterr().out
