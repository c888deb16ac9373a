"""docs/memorandum.md speaks of every clause, and of nothing that is not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "memorandum.md").read_text(encoding="utf-8")
CLAUSES = re.findall(
    r"M\S+",
    "M1 M2 M3a M3b M4.1 M4.1a M4.1b M4.1c M4.1d M4.1e M4.2 M5.1 M5.2 M5.3 M6.1 M6.2 M6.3a M6.3b M6.4 "
    "M7.1 M7.2 M7.3 M7.4 M7.5 M7.6 M8.1 M8.2 M8.3 M9 M10a M10b M10c",
)
PATH = re.compile(r"(?:[a-z_]+/)+[a-z_-]+\.(?:py|yaml)")


@pytest.mark.parametrize("clause", CLAUSES)
def test_every_clause_is_spoken_of(clause: str) -> None:
    assert re.search(rf"\b{re.escape(clause)}(?![\w.]*\w)", PAGE)


def test_every_file_and_every_name_in_it_is_there() -> None:
    here = ""
    contracts = "".join(path.read_text() for path in (ROOT / "shared" / "contracts").glob("*.py"))
    for quoted in re.findall(r"`([^`]+)`", PAGE):
        if PATH.fullmatch(quoted):
            assert (ROOT / quoted).is_file(), quoted
            here = (ROOT / quoted).read_text()
        elif re.fullmatch(r"[A-Z][a-z]+(?:[A-Z][a-z]+)+|_?[a-z]+(?:_[a-z0-9]+)+|[a-z]{5,}", quoted):
            known = rf"(?:class|def) {quoted}\b"
            assert re.search(known, here) or re.search(known, contracts) or quoted == "protected", quoted


def test_every_clause_that_a_rule_names_is_told_as_built() -> None:
    built = PAGE.split("## Not built")[0]
    rules = [path.read_text() for path in (ROOT / "services").glob("**/decisions.py")]
    assert len(rules) > 3
    for text in rules:
        for clause in re.findall(r'"""(M\d+[a-z]?(?:\.\d+[a-z]?)?)', text):
            assert re.search(rf"^\| [^|]*{re.escape(clause)}\b", built, re.MULTILINE), clause
