"""Whatever is refused, by whichever rule: by a slug of the closed list, by a clause, and with the state that it met."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.errors import SLUGS
from shared.messaging.decider import Refusal
from shared.refusing import NOT_LOOKED_AT
from tests.core_in_memory import CORE, SERVICES, Core, Handed, handed_in, in_an_order_that_is_taken

ROOT: Final = Path(__file__).parents[2]
CLAUSE: Final = re.compile(r"M\d+(\.\d+)?[a-f]?")
RUN: Final = in_an_order_that_is_taken(handed_in())
STRAYS: Final[Sequence[dict[str, Any]]] = (
    {"originator": "kg", "addressee": "jp"},
    {"originator": "jp", "addressee": "kg"},
    {"originator": "xx"},
    {"originator": None},
    {"addressee": None},
    {"agreement": "jp-xx"},
    {"classification": "confidential"},
)
"""What may be wrong with an envelope."""


def told_in_full(refusal: Refusal) -> bool:
    clause = refusal.clause is not None and CLAUSE.fullmatch(refusal.clause) is not None
    return refusal.slug in SLUGS and clause and bool(refusal.state)


def emptied(handed: Handed, random: Random) -> Handed:
    """With one of its members emptied, where its contract takes that."""
    members = handed.data.model_dump(mode="json")
    path = random.choice(list(paths(members)))
    try:
        data = type(handed.data).model_validate(without(members, path))
    except ValidationError:
        return handed
    return Handed(handed.topic, handed.message, data)


def paths(value: Any, at: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, one in value.items() if isinstance(value, dict) else ():
        yield (*at, name)
        yield from paths(one, (*at, name))


def without(value: dict[str, Any], path: Sequence[str]) -> dict[str, Any]:
    name, *rest = path
    if rest:
        return value | {name: without(value[name], rest)}
    empties: dict[type, Any] = {dict: {}, list: [], str: " "}
    return value | {name: empties.get(type(value[name]))}


def shaken(seed: int) -> Core:
    """What is handed in, in any order, some of it twice, amiss or from those whose it is not."""
    random, core = Random(seed), Core()
    run = [*RUN, *random.sample(RUN, len(RUN) // 3)]
    if random.random() < 0.7:
        random.shuffle(run)
    for handed in run:
        if random.random() < 0.3:
            handed = emptied(handed, random)
        if random.random() < 0.1:
            handed = handed_by(handed, random.choice(STRAYS))
        core.take(handed)
    return core


def handed_by(handed: Handed, other: dict[str, Any]) -> Handed:
    return Handed(handed.topic, handed.message._replace(**other), handed.data)


@given(st.integers(0, 2**32))
@settings(max_examples=30)
def test_every_refusal_says_by_which_clause_and_in_which_state(seed: int) -> None:
    assert [one for one in shaken(seed).refused if not told_in_full(one)] == []


def test_refusals_of_every_kind_were_among_them() -> None:
    refused = list(chain.from_iterable(shaken(seed).refused for seed in range(12)))
    assert len({one.slug for one in refused}) > 40
    assert {one.state for one in refused} > {"unknown", "revoked", "closed", "not-listed", NOT_LOOKED_AT}


@pytest.mark.parametrize("stray", STRAYS[2:6], ids=str)
def test_who_has_nothing_to_do_with_a_case_is_told_nothing_of_its_state(stray: dict[str, Any]) -> None:
    core = Core()
    for handed in RUN:
        core.take(handed)
    core.refused.clear()
    cases = [one for one in RUN if one.topic in ("reporting.commands.v1", "inquiry.commands.v1")]
    for handed in cases:
        assert not core.take(handed_by(handed, stray))
    assert {one.state for one in core.refused} == {NOT_LOOKED_AT}


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every refusal that the code of the core makes, with its place."""
    folders = [ROOT / "services" / name for name in CORE]
    for path in chain.from_iterable(sorted(folder.rglob("*.py")) for folder in [*folders, ROOT / "shared" / "cases"]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refusal":
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def test_every_refusal_in_the_code_has_a_slug_of_the_list_and_a_clause() -> None:
    found = dict(calls())
    assert len(found) > 100
    for place, call in found.items():
        slug = call.args[0]
        assert not isinstance(slug, ast.Constant) or slug.value in SLUGS, place
        # `None` is a mapping that is spread, and has both.
        assert {"clause", None} & {keyword.arg for keyword in call.keywords}, place


def test_every_rule_that_can_refuse_is_asked() -> None:
    kinds = {one.kind for name in CORE for one in SERVICES[name].deciders}
    asked = {handed.message.subject.partition("/")[0] for handed in RUN}
    assert kinds - asked <= {"framework-review", "reported-subjects", "resemblance", "register-entry"}
