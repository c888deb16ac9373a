"""Residence matters (M8.2): what either side may say, when, and of whom."""

from __future__ import annotations

from typing import Any

import pytest

from shared.contracts.case import InCase
from shared.contracts.residence_matter import (
    CASES,
    AnswerResidenceMatter,
    CloseResidenceMatter,
    DeclineResidenceMatter,
    RaiseResidenceMatter,
)
from shared.messaging.decider import Decided, Refusal
from tests.stated_matters import RESIDENCE_MATTERS as MATTER

RAISED = (RaiseResidenceMatter,)
ANSWERED = (*RAISED, AnswerResidenceMatter)
CLOSED = (*ANSWERED, CloseResidenceMatter)
DECLINED = (*RAISED, DeclineResidenceMatter)


def decided(said: tuple[type[InCase], ...], kind: type[InCase], **changes: Any) -> Decided | Refusal:
    by = "jp" if CASES.said(kind).by == "other" else "kg"
    return MATTER.decided(MATTER.after(*said), MATTER.command(kind).model_copy(update=changes), by)


def refused(said: tuple[type[InCase], ...], kind: type[InCase], **changes: Any) -> Refusal:
    outcome = decided(said, kind, **changes)
    assert isinstance(outcome, Refusal), outcome
    return outcome


class TestRaising:
    @pytest.mark.parametrize("concern", ["contract", "performance", "living-conditions"])
    @pytest.mark.parametrize("status", ["ssw-1", "ssw-2"])
    def test_is_of_any_worker(self, concern: str, status: str) -> None:
        assert isinstance(decided((), RaiseResidenceMatter, concerning=concern, residence_status=status), Decided)

    def test_of_dependants_is_of_those_who_may_bring_them(self) -> None:
        assert isinstance(decided((), RaiseResidenceMatter, concerning="dependants", residence_status="ssw-2"), Decided)
        refusal = refused((), RaiseResidenceMatter, concerning="dependants", residence_status="ssw-1")
        assert (refusal.slug, refusal.clause, refusal.pointer) == ("no-dependants", "M8.2", "/concerning")

    def test_needs_a_title_and_words_and_no_one_person(self) -> None:
        assert refused((), RaiseResidenceMatter, title={}).pointer == "/title"
        assert refused((), RaiseResidenceMatter, text={"ja": " "}).pointer == "/text"
        assert isinstance(decided((), RaiseResidenceMatter, worker=None), Decided)

    def test_with_a_person_in_the_open_is_refused_without_a_word_of_it(self) -> None:
        refusal = refused((), RaiseResidenceMatter, worker="Токтогулов")
        assert (refusal.slug, refusal.clause, refusal.pointer) == ("not-sealed", "M3b", "/worker")
        assert "Токтогулов" not in refusal.detail

    def test_happens_once_under_a_number(self) -> None:
        assert refused(RAISED, RaiseResidenceMatter).slug == "already-asked"


class TestAnswering:
    def test_says_something(self) -> None:
        assert refused(RAISED, AnswerResidenceMatter, text={}).pointer == "/text"

    def test_may_be_added_to_until_the_end(self) -> None:
        assert len(MATTER.after(*ANSWERED, AnswerResidenceMatter).answers) == 2
        for ended in (CLOSED, DECLINED):
            assert refused(ended, AnswerResidenceMatter).slug == "wrong-state"

    def test_needs_a_matter(self) -> None:
        assert refused((), AnswerResidenceMatter).slug == "no-such-case"

    def test_leaves_nothing_owed(self) -> None:
        assert MATTER.after(*RAISED).open
        assert not MATTER.after(*ANSWERED).open


class TestDeclining:
    def test_names_the_provision_and_says_why(self) -> None:
        refusal = refused(RAISED, DeclineResidenceMatter, legal_basis=" ")
        assert (refusal.clause, refusal.pointer) == ("M3a", "/legal_basis")
        assert refused(RAISED, DeclineResidenceMatter, ground={}).pointer == "/ground"

    def test_of_what_was_answered_is_refused(self) -> None:
        assert refused(ANSWERED, DeclineResidenceMatter).slug == "wrong-state"


class TestClosing:
    def test_before_an_answer_says_why(self) -> None:
        assert refused(RAISED, CloseResidenceMatter, ground={}).pointer == "/ground"
        assert isinstance(decided(RAISED, CloseResidenceMatter), Decided)

    def test_after_an_answer_needs_no_words(self) -> None:
        assert isinstance(decided(ANSWERED, CloseResidenceMatter, ground={}), Decided)

    def test_happens_once(self) -> None:
        assert refused(CLOSED, CloseResidenceMatter).slug == "wrong-state"
        assert refused(DECLINED, CloseResidenceMatter).slug == "wrong-state"
