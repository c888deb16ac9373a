"""The console's texts: the same in each language, with a word for every kind of case and all that it goes through."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from typing import Any, get_args, get_type_hints

import pytest
from pydantic import BaseModel

from services.console.figures import MATTERS
from services.console.frame import languages
from tests.stated_matters import STATED
from tests.unit.test_cases_api import DECIDERS

TEXTS = {tag: language.texts for tag, language in languages().items()}


def keys(texts: Any, at: str = "") -> Iterator[str]:
    if isinstance(texts, dict):
        for name, text in texts.items():
            yield from keys(text, f"{at}/{name}")
    else:
        yield at


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    """A JSON schema and all that it is made of."""
    if isinstance(schema, dict):
        yield schema
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from parts(part)


def statuses(record: type[BaseModel]) -> Sequence[str]:
    """The words of a kind of case for how it stands."""
    field = record.model_fields.get("status")
    if field is not None:
        return get_args(field.annotation)
    said: Any = get_type_hints(inspect.getattr_static(record, "status").fget)["return"]
    return get_args(said)


@pytest.mark.parametrize("tag", TEXTS)
def test_every_language_says_the_same_things(tag: str) -> None:
    assert sorted(keys(TEXTS[tag])) == sorted(keys(TEXTS["en"]))


@pytest.mark.parametrize("tag", TEXTS)
def test_every_kind_of_case_has_words_for_what_it_goes_through(tag: str) -> None:
    texts = TEXTS[tag]
    assert {decider.kind for decider in DECIDERS} <= set(MATTERS) <= set(texts["kinds"])
    assert {event.__name__ for matter in STATED for event in matter.cases.events} <= set(texts["events"])
    assert {status for decider in DECIDERS for status in statuses(decider.state)} <= set(texts["statuses"])


@pytest.mark.parametrize("tag", TEXTS)
def test_every_member_and_every_code_of_a_record_has_its_words(tag: str) -> None:
    texts = TEXTS[tag]
    schemas = [part for decider in DECIDERS for part in parts(decider.state.model_json_schema(mode="serialization"))]
    members = {name for schema in schemas for name in schema.get("properties", {})}
    codes = {str(code) for schema in schemas for code in (*schema.get("enum", []), schema.get("const", "none"))}
    assert members - {"history"} <= set(texts["members"]), "the history has a table of its own"
    assert codes <= {*texts["codes"], *texts["statuses"]}
