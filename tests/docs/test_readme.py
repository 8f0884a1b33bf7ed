"""The README tells the truth about settings and commands."""

import re
import subprocess
from pathlib import Path

import pytest

from auth_service import commands
from deploy.readme import settings_table

PROJECT = Path(__file__).parents[2]
PAGES = [PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *sorted((PROJECT / "docs").rglob("*.md"))]


def test_the_settings_tables_are_the_settings():
    found = settings_table.README.read_text().partition(settings_table.BEGIN)[2]
    assert found.partition(settings_table.END)[0].strip() == settings_table.tables().strip()


def test_the_tables_name_the_variables_that_are_read():
    for table in settings_table.tables().split("### ")[1:]:
        assert "| `WEB_WORKERS` |" in table
        assert "| `WEB_THREADS` |" in table
        assert "_WEB_" not in table


def test_every_setting_is_explained():
    for settings in settings_table.SERVICES.values():
        unexplained = [name for name, field in settings.model_fields.items() if not field.description]
        assert unexplained == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_command_exists(page):
    targets = set(re.findall(r"^([a-z-]+):.*## ", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    named = re.findall(r"`make ([a-z-]+)|^make ([a-z-]+)", page.read_text(), re.MULTILINE)
    assert {one or other for one, other in named} <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_the_readme_names_every_command_of_gatehouse():
    chapter = settings_table.README.read_text().partition("## Command line")[2].partition("\n## ")[0]
    assert set(re.findall(r"`([a-z]+(?:-[a-z]+)*)`", chapter)) - {"gatehouse"} == set(commands.cli.commands)


def test_make_help_lists_every_target():
    listed = subprocess.run(["make", "help"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    phony = re.search(r"^\.PHONY: (.*)$", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    for target in phony[1].split():
        assert f"make {target} " in listed
