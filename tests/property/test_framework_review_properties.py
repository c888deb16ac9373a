"""What holds of reviews of the framework (M9), whatever their days and whenever the service runs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.registry.app import framework_reviews_under
from services.registry.framework_reviews.model import FrameworkReviewRecord
from shared.agreements import Agreements, Reviews
from shared.cases.rules import begins
from shared.contracts.base import Contract
from shared.contracts.case import ReportDeadline
from shared.contracts.framework_review import ScheduleReview, stream_of
from shared.messaging.decider import Context, Decided
from tests.bridge_builders import message
from tests.case_builders import AGREEMENTS


@given(
    first_on=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    every_months=st.integers(1, 60),
    days=st.lists(st.integers(0, 900), min_size=1, max_size=12),
    again=st.booleans(),
)
def test_every_review_falls_due_once_in_order_whenever_the_service_runs(
    first_on: date, every_months: int, days: list[int], again: bool
) -> None:
    """At each moment the service starts, says anew that reviews are scheduled, and the clock reports what is due."""
    known = AGREEMENTS.get("jp-kg")
    assert known is not None
    reviews = Reviews(first_on=first_on, every_months=every_months)
    decider = framework_reviews_under(Agreements([known.model_copy(update={"reviews": reviews})]))
    state, now, owed = FrameworkReviewRecord(), datetime(2024, 1, 1, tzinfo=UTC), dict[str, datetime]()
    begun = (now + timedelta(days=days[0], hours=6)).date()

    def take(command: Contract) -> None:
        nonlocal state
        for _ in range(2 if again else 1):
            outcome = decider.decide(state, command, Context(message(subject=stream_of("jp-kg")), now))
            assert isinstance(outcome, Decided)
            for event in outcome.events:
                state = decider.evolve(state, event)
            for closed in outcome.closes:
                owed.pop(closed)
            owed.update({intent.id: intent.due for intent in outcome.intents})

    for ahead in days:
        now += timedelta(days=ahead)
        take(ScheduleReview())
        while due := [one for one, moment in owed.items() if moment <= now]:
            take(ReportDeadline(intent_id=due[0], attempt=1, reached_at=now))
    assert len(owed) == 1
    told = [one.due_on for one in state.fallen_due]
    expected, day = [], reviews.on_or_after(begun)
    while begins(day, known.parties["kg"].zone) <= now:
        expected.append(day)
        day = reviews.after(day)
    assert told == expected
    assert state.waiting_for == day
