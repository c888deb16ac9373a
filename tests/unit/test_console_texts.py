"""The console's texts: the same in each language, with a word for every kind of case and all that it goes through."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

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


@pytest.mark.parametrize("tag", TEXTS)
def test_every_language_says_the_same_things(tag: str) -> None:
    assert sorted(keys(TEXTS[tag])) == sorted(keys(TEXTS["en"]))


@pytest.mark.parametrize("tag", TEXTS)
def test_every_kind_of_case_has_words_for_what_it_goes_through(tag: str) -> None:
    texts = TEXTS[tag]
    assert {decider.kind for decider in DECIDERS} <= set(MATTERS) <= set(texts["kinds"])
    assert {event.__name__ for matter in STATED for event in matter.cases.events} <= set(texts["events"])
    assert {status for matter in STATED for status in matter.ways} <= set(texts["statuses"])
