"""Cooperation requests (M5.2)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from services.inquiry.cooperation_requests.model import OVERDUE
from shared.contracts.case import ReportDeadline
from shared.contracts.cooperation_request import (
    AcceptCooperation,
    CompleteCooperation,
    CooperationAccepted,
    CooperationCompleted,
    CooperationOverdue,
    DeclineCooperation,
    RequestCooperation,
    WithdrawCooperationRequest,
)
from shared.messaging.decider import Decided
from tests.case_builders import NOW
from tests.stated_matters import COOPERATION_REQUESTS as MATTER

REQUESTED = MATTER.after(RequestCooperation)
DUE = date(2031, 4, 24)
OVER = datetime.fromisoformat("2031-04-25T00:00:00+09:00")
"""The first moment after the day, where the side that accepts is."""


def changed(kind: type[Any], **members: Any) -> Any:
    return MATTER.command(kind).model_copy(update=members)


def reached(moment: datetime = OVER, intent_id: str = OVERDUE) -> ReportDeadline:
    return ReportDeadline(intent_id=intent_id, attempt=1, reached_at=moment)


class TestRequest:
    """M5.2: asked."""

    def test_may_be_made_by_either_side(self) -> None:
        jp = changed(RequestCooperation, country="jp")
        stream = MATTER.cases.stream("jp-kg", "jp", jp.number)
        assert isinstance(MATTER.decided(MATTER.new, jp, "jp", subject=stream), Decided)

    def test_is_made_once(self) -> None:
        refusal = MATTER.refused(REQUESTED, MATTER.command(RequestCooperation), "kg")
        assert (refusal.slug, refusal.state, refusal.pointer) == ("already-asked", "requested", "/number")

    @pytest.mark.parametrize(
        ("members", "pointer"),
        [({"text": {}}, "/text"), ({"text": {"en": "  "}}, "/text"), ({"test": None}, "/test")],
    )
    def test_says_what_it_asks(self, members: dict[str, Any], pointer: str) -> None:
        refusal = MATTER.refused(MATTER.new, changed(RequestCooperation, **members), "kg")
        assert (refusal.slug, refusal.clause, refusal.pointer) == ("missing-field", "M5.2", pointer)

    def test_is_due_on_the_day_wished_until_another_is_promised(self) -> None:
        assert REQUESTED.due_on == date(2031, 4, 30)
        assert MATTER.after(AcceptCooperation, state=REQUESTED).due_on == DUE


class TestAcceptance:
    """M5.2: as far as possible."""

    @pytest.mark.parametrize(("extent", "status"), [("full", "accepted"), ("part", "partly-accepted")])
    def test_is_in_full_or_in_part(self, extent: str, status: str) -> None:
        state = MATTER.after(changed(AcceptCooperation, extent=extent), state=REQUESTED, by="jp")
        assert state.status == status

    def test_in_part_says_which(self) -> None:
        refusal = MATTER.refused(REQUESTED, changed(AcceptCooperation, text={}), "jp")
        assert (refusal.slug, refusal.pointer) == ("missing-field", "/text")
        assert isinstance(MATTER.decided(REQUESTED, changed(AcceptCooperation, extent="full", text={}), "jp"), Decided)

    def test_names_a_day_that_is_over_when_it_is_over_where_it_is_done(self) -> None:
        outcome = MATTER.decided(REQUESTED, MATTER.command(AcceptCooperation), "jp")
        assert isinstance(outcome, Decided)
        (event,), (intent,) = outcome.events, outcome.intents
        assert isinstance(event, CooperationAccepted)
        assert event.overdue_at == intent.due == OVER

    def test_needs_no_day(self) -> None:
        outcome = MATTER.decided(REQUESTED, changed(AcceptCooperation, done_by=None), "jp")
        assert isinstance(outcome, Decided)
        assert list(outcome.intents) == []

    @pytest.mark.parametrize(
        ("day", "slug"), [(NOW.date() - timedelta(days=1), "dates-reversed"), (date(9999, 12, 31), "no-such-date")]
    )
    def test_names_no_day_that_is_over_or_that_nothing_follows(self, day: date, slug: str) -> None:
        refusal = MATTER.refused(REQUESTED, changed(AcceptCooperation, done_by=day), "jp")
        assert (refusal.slug, refusal.pointer) == (slug, "/done_by")

    def test_is_of_what_was_asked(self) -> None:
        refusal = MATTER.refused(MATTER.new, MATTER.command(AcceptCooperation), "jp")
        assert (refusal.slug, refusal.state) == ("no-such-case", "unknown")


class TestRefusal:
    """M5.2, M3a: declined with ground."""

    def test_says_why(self) -> None:
        refusal = MATTER.refused(REQUESTED, changed(DeclineCooperation, ground={"ru": " "}), "jp")
        assert (refusal.slug, refusal.pointer) == ("missing-field", "/ground")

    def test_is_no_way_out_of_what_was_accepted(self) -> None:
        state = MATTER.after(AcceptCooperation, state=REQUESTED)
        refusal = MATTER.refused(state, MATTER.command(DeclineCooperation), "jp")
        assert (refusal.slug, refusal.state) == ("wrong-state", "partly-accepted")


class TestCompletion:
    """M5.2: done."""

    def test_is_of_what_was_accepted(self) -> None:
        refusal = MATTER.refused(REQUESTED, MATTER.command(CompleteCooperation), "jp")
        assert (refusal.slug, refusal.state) == ("wrong-state", "requested")

    def test_says_what_was_done(self) -> None:
        state = MATTER.after(AcceptCooperation, state=REQUESTED)
        assert MATTER.refused(state, changed(CompleteCooperation, text={}), "jp").pointer == "/text"

    @pytest.mark.parametrize(("seconds", "late"), [(-1, False), (0, True)])
    def test_is_late_from_the_first_moment_after_the_day(self, seconds: int, late: bool) -> None:
        state = MATTER.after(AcceptCooperation, state=REQUESTED)
        minutes = (OVER - NOW).total_seconds() // 60
        moment = OVER + timedelta(seconds=seconds)
        command = MATTER.command(CompleteCooperation)
        time = moment.isoformat()
        outcome = MATTER.decided(state, command, "jp", int(minutes), time=time)
        assert isinstance(outcome, Decided)
        (event,) = outcome.events
        assert isinstance(event, CooperationCompleted)
        assert event.late is late
        assert list(outcome.closes) == [OVERDUE]


class TestTheClock:
    """M5.2: what was promised by a day."""

    def test_tells_once_when_the_day_has_passed(self) -> None:
        state = MATTER.after(AcceptCooperation, state=REQUESTED)
        outcome = MATTER.decided(state, reached(), "jp")
        assert isinstance(outcome, Decided)
        (event,) = outcome.events
        assert isinstance(event, CooperationOverdue)
        assert (event.done_by, list(outcome.closes)) == (DUE, [OVERDUE])
        state = MATTER.decider.evolve(state, event)
        assert state.overdue
        assert MATTER.decided(state, reached(), "jp") == Decided()

    @pytest.mark.parametrize("last", [CompleteCooperation, WithdrawCooperationRequest])
    def test_says_nothing_of_what_has_ended(self, last: type[Any]) -> None:
        state = MATTER.after(AcceptCooperation, last, state=REQUESTED)
        assert not state.overdue
        assert MATTER.decided(state, reached(), "jp") == Decided()

    def test_says_nothing_of_what_it_was_not_asked(self) -> None:
        assert MATTER.decided(REQUESTED, reached(), "jp") == Decided()
