"""M9: a review of the framework falls due by itself, on the days that the agreement file states."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.registry.app import framework_reviews_under
from services.registry.framework_reviews.model import FrameworkReviewRecord, intent_of
from services.registry.framework_reviews.scheduling import commands, scheduling
from shared.agreements import Agreement, Agreements, Reviews, StateChange
from shared.bridge.decisions import react
from shared.clock import FixedClock
from shared.contracts.base import Contract
from shared.contracts.case import ReportDeadline
from shared.contracts.framework_review import ReviewDue, ReviewScheduled, ScheduleReview
from shared.messaging.decider import Context, Decided
from shared.messaging.publisher import BrokerUnavailable
from tests.bridge_builders import message
from tests.case_builders import AGREEMENTS

STREAM = "framework-review/jp-kg"
NEW = FrameworkReviewRecord()
FIRST = date(2027, 3, 31)
NOW = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)


def agreement(first_on: date | None = FIRST, every_months: int = 24, **changes: Any) -> Agreement:
    known = AGREEMENTS.get("jp-kg")
    assert known is not None
    reviews = None if first_on is None else Reviews(first_on=first_on, every_months=every_months)
    return known.model_copy(update={"reviews": reviews, **changes})


def decided(state: FrameworkReviewRecord, command: Contract, now: datetime = NOW, **changes: Any) -> Decided:
    """`changes` are the agreement's."""
    decider = framework_reviews_under(Agreements([agreement(**changes)]))
    outcome = decider.decide(state, command, Context(message(subject=STREAM), now))
    assert isinstance(outcome, Decided)
    return outcome


def after(state: FrameworkReviewRecord, outcome: Decided) -> FrameworkReviewRecord:
    for event in outcome.events:
        state = framework_reviews_under(AGREEMENTS).evolve(state, event)
    return state


def reported(day: date, reached_at: datetime) -> ReportDeadline:
    return ReportDeadline(intent_id=intent_of(day), attempt=1, reached_at=reached_at)


SCHEDULED = after(NEW, decided(NEW, ScheduleReview()))
DAY_COMES = datetime(2027, 3, 30, 18, 0, tzinfo=UTC)
"""In Bishkek; in Tokyo it came three hours before."""


class TestDays:
    @pytest.mark.parametrize(
        ("day", "following"),
        [
            (date(2020, 1, 1), date(2024, 2, 29)),
            (date(2024, 2, 29), date(2024, 2, 29)),
            (date(2024, 3, 1), date(2026, 2, 28)),
            (date(2026, 2, 28), date(2026, 2, 28)),
            (date(2026, 3, 1), date(2028, 2, 29)),
        ],
    )
    def test_are_the_first_and_each_so_many_months_after_it(self, day: date, following: date) -> None:
        assert Reviews(first_on=date(2024, 2, 29), every_months=24).on_or_after(day) == following

    def test_of_the_agreement_file_are_stated(self) -> None:
        known = AGREEMENTS.get("jp-kg")
        assert known is not None
        assert known.reviews is not None
        assert known.reviews.after(known.reviews.first_on) == date(2027, 7, 6)


class TestScheduling:
    def test_waits_for_the_next_until_its_day_has_begun_on_both_sides(self) -> None:
        outcome = decided(NEW, ScheduleReview())
        assert outcome.events == [ReviewScheduled(due_on=FIRST, recorded_at=NOW)]
        (intent,) = outcome.intents
        assert (intent.id, intent.due) == ("review-2027-03-31", DAY_COMES)

    def test_passes_over_those_whose_day_was_before_it_was_asked_for(self) -> None:
        state = after(NEW, decided(NEW, ScheduleReview(), first_on=date(2025, 7, 6)))
        assert state.waiting_for == date(2027, 7, 6)

    @pytest.mark.parametrize("days", [0, 1, 400, 2_000])
    def test_asked_again_changes_nothing_though_its_day_has_come_meanwhile(self, days: int) -> None:
        assert decided(SCHEDULED, ScheduleReview(), NOW + timedelta(days=days)) == Decided()

    def test_follows_a_file_that_states_other_days(self) -> None:
        outcome = decided(SCHEDULED, ScheduleReview(), first_on=date(2026, 6, 30))
        assert outcome.closes == (intent_of(FIRST),)
        assert [intent.id for intent in outcome.intents] == ["review-2026-06-30"]
        assert after(SCHEDULED, outcome).waiting_for == date(2026, 6, 30)

    def test_of_an_agreement_without_reviews_or_that_is_not_there_waits_for_nothing(self) -> None:
        assert decided(NEW, ScheduleReview(), first_on=None) == Decided()
        assert decided(NEW, ScheduleReview(), id="xa-xb") == Decided()


class TestTheClock:
    def test_tells_that_the_review_is_due_and_waits_for_the_one_after_it(self) -> None:
        outcome = decided(SCHEDULED, reported(FIRST, DAY_COMES))
        (due,) = outcome.events
        assert due == ReviewDue(agreement="jp-kg", due_on=FIRST, next_on=date(2029, 3, 31), recorded_at=DAY_COMES)
        assert (outcome.closes, outcome.classification) == ((intent_of(FIRST),), "official")
        assert [intent.id for intent in outcome.intents] == ["review-2029-03-31"]
        state = after(SCHEDULED, outcome)
        assert (state.waiting_for, state.fallen_due) == (date(2029, 3, 31), (due,))

    def test_told_twice_or_of_another_day_changes_nothing(self) -> None:
        state = after(SCHEDULED, decided(SCHEDULED, reported(FIRST, DAY_COMES)))
        assert decided(state, reported(FIRST, DAY_COMES)) == Decided()
        assert decided(SCHEDULED, reported(date(2029, 3, 31), DAY_COMES)) == Decided()
        assert decided(NEW, reported(FIRST, DAY_COMES)) == Decided()

    def test_tells_nothing_after_the_agreement_has_ended(self) -> None:
        states = (StateChange(state="in-force", since=date(2023, 7, 6)), StateChange(state="ended", since=FIRST))
        outcome = decided(SCHEDULED, reported(FIRST, DAY_COMES), states=states)
        assert outcome == Decided(closes=[intent_of(FIRST)])

    def test_nothing_else_is_heard_and_nothing_else_is_an_event(self) -> None:
        with pytest.raises(TypeError):
            decided(NEW, ReviewScheduled(due_on=FIRST, recorded_at=NOW))
        with pytest.raises(TypeError):
            framework_reviews_under(AGREEMENTS).evolve(NEW, ScheduleReview())


class _Broker:
    """Away at first."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.asked = 0

    async def publish(self, topic: str, messages: Any) -> None:
        self.asked += 1
        if self.asked == 1:
            raise BrokerUnavailable("away")
        self.sent += [(topic, one) for one in messages]
        raise EOFError


class TestAsking:
    def test_asks_for_each_agreement_that_has_reviews(self) -> None:
        both = Agreements([agreement(), agreement(None, id="xa-xb")])
        (command,) = commands("registry", both, FixedClock(NOW))
        assert (command.subject, command.agreement) == (STREAM, "jp-kg")
        assert {command.originator, command.addressee} == {"jp", "kg"}
        assert command.actor == "service:registry@-"
        assert command.sequence is None

    async def test_tries_again_until_the_broker_has_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("services.registry.framework_reviews.scheduling.PAUSE", 0.0)
        broker = _Broker()
        task = scheduling("registry", "registry.commands.v1", AGREEMENTS, broker, FixedClock(NOW))  # type: ignore[arg-type]
        with pytest.raises(EOFError):
            await task()
        assert [(topic, one.subject) for topic, one in broker.sent] == [("registry.commands.v1", STREAM)]


@pytest.mark.parametrize("country", ["jp", "kg"])
def test_both_bridges_deliver_it_and_put_it_on_no_receipt(country: str) -> None:
    due = ReviewDue(agreement="jp-kg", due_on=FIRST, next_on=date(2029, 3, 31), recorded_at=DAY_COMES)
    envelope = message(type="ReviewDue", originator="jp", addressee="kg", correlationid=None, evidence=None)
    (command,) = react(country, {"ReviewDue"}, due, envelope)
    assert command.subject.startswith("delivery/")
