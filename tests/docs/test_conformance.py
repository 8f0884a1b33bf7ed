"""docs/conformance.md is what the marks say, and no module of the OpenID Foundation's plans is without a test."""

import re

from tests.docs.conformance import PAGE, find_tests, write
from tests.docs.conformance_plans import PLANS

MODULES = {module for modules in PLANS.values() for module in modules}


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text() == write(list(find_tests())), "python -m tests.docs.conformance writes it anew"


def test_every_module_has_its_test_and_no_mark_names_another() -> None:
    assert {module for test in find_tests() for module in test.modules} == MODULES


def test_every_mark_names_a_document_and_a_section() -> None:
    for test in find_tests():
        for document, section in test.sections:
            assert re.fullmatch(r"(RFC \d{4}|OIDC [A-Z][\w -]+|OAuth [A-Z][\w .-]+)", document), test
            assert re.fullmatch(r"[0-9A-Z]+(\.[0-9A-Z]+)*", section), test
