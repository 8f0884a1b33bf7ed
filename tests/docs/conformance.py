"""Writes docs/conformance.md: which test proves which section of which standard, from the tests' marks.

    python -m tests.docs.conformance

The sources are read, not run, so that tests are found which this machine could not run.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.docs.conformance_plans import PLANS

PROJECT = Path(__file__).resolve().parents[2]
TESTS = PROJECT / "tests"
PAGE = PROJECT / "docs" / "conformance.md"

INTRODUCTION = """# Conformance

Written by `python -m tests.docs.conformance` from the marks `rfc` and `conformance` of the tests, and checked by a
test. Each name is a test function; many run with several parameters, the conformance plans with each response type and
response mode. "RFC 6749" stands for its section as amended by RFC 9700 and OAuth 2.1 where the profile says so.

## The OpenID Foundation's plans for providers

The suite itself needs the internet and a certificate; [tests/e2e/openid_conformance](../tests/e2e/openid_conformance)
has the counterpart of each of its modules, run through the gateway by a relying party that registers itself. The
three Form Post plans are Basic, Implicit and Hybrid with `response_mode=form_post`, and run so here.
"""


@dataclass(frozen=True)
class Test:
    """A test function, and what it says it proves."""

    path: str
    name: str
    sections: list[tuple[str, str]] = field(default_factory=list)
    modules: list[str] = field(default_factory=list)

    @property
    def link(self) -> str:
        """Its name, which leads to its file from the page."""
        return f"[{self.name.removeprefix('test_')}](../{self.path})"


def find_tests(folder: Path = TESTS) -> Iterator[Test]:
    """Every marked test function below the folder."""
    for path in sorted(folder.rglob("test_*.py")):
        module = ast.parse(path.read_text())
        for function in ast.walk(module):
            if isinstance(function, ast.FunctionDef) and function.name.startswith("test_"):
                marks = list(marks_of(function))
                sections = [pair for name, text in marks if name == "rfc" for pair in read_sections(text)]
                modules = [text for name, text in marks if name == "conformance"]
                if sections or modules:
                    yield Test(str(path.relative_to(PROJECT)), function.name, sections, modules)


def marks_of(function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    """Name and argument of each `pytest.mark.…("…")`; starred tuples are looked into."""
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute):
            for argument in decorator.args:
                for node in ast.walk(argument):
                    if isinstance(node, ast.Constant) and isinstance(node.value, str):
                        yield decorator.func.attr, node.value


def read_sections(text: str) -> Iterator[tuple[str, str]]:
    """`"OIDC Core §2, §3.1; 6749 §6"` gives (OIDC Core, 2), (OIDC Core, 3.1), (RFC 6749, 6)."""
    document = ""
    for part in re.split(r"[,;]", text):
        name, _, section = (piece.strip() for piece in part.partition("§"))
        document = f"RFC {name}" if name.isdigit() else name or document
        yield document, section


def by_number(section: str) -> list[tuple[int, str]]:
    """`3.10` comes after `3.9`; appendices come last."""
    return [(int(piece), "") if piece.isdigit() else (999, piece) for piece in section.split(".")]


def write(tests: list[Test]) -> str:
    """The page."""
    proving: defaultdict[str, list[Test]] = defaultdict(list)
    sections: defaultdict[str, defaultdict[str, list[Test]]] = defaultdict(lambda: defaultdict(list))
    for test in tests:
        for module in test.modules:
            proving[module].append(test)
        for document, section in dict.fromkeys(test.sections):
            sections[document][section].append(test)
    parts = [INTRODUCTION]
    for plan, modules in PLANS.items():
        parts.append(f"### {plan}\n\n| module | test |\n| --- | --- |")
        parts[-1] += "".join(f"\n| {module} | {links(proving[module])} |" for module in modules) + "\n"
    parts.append("## Section by section\n")
    for document in sorted(sections):
        parts.append(f"### {document}\n\n| section | tests |\n| --- | --- |")
        ordered = sorted(sections[document].items(), key=lambda item: by_number(item[0]))
        parts[-1] += "".join(f"\n| §{section} | {links(found)} |" for section, found in ordered) + "\n"
    return "\n".join(parts)


def links(tests: Iterable[Test]) -> str:
    """The tests' names, each once."""
    return ", ".join(dict.fromkeys(test.link for test in tests))


if __name__ == "__main__":
    PAGE.write_text(write(list(find_tests())))
