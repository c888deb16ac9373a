"""Consultations (M4.2)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from services.inquiry.consultations.model import NEXT, overdue_intent
from services.inquiry.consultations.reactions import react
from shared.contracts.base import Contract
from shared.contracts.case import ReportDeadline
from shared.contracts.consultation import (
    CASES,
    ActionItem,
    ActionItemCompleted,
    ActionItemOverdue,
    AddAgendaItem,
    AgendaItem,
    AgreeConsultationDate,
    AgreeMinutes,
    CancelConsultation,
    CompleteActionItem,
    ConsultationHeld,
    HoldConsultation,
    NextConsultationDue,
    NextConsultationProposed,
    ProposeConsultation,
    ProposeConsultationDate,
    ProposeMinutes,
    ProposeNextConsultation,
    next_number,
)
from shared.messaging.decider import Decided
from tests.case_builders import NOW
from tests.stated_matters import CONSULTATIONS as MATTER

TODAY = NOW.date()
"""2 March 2026, on which the examples are said; the same day on both sides."""
PROPOSED = MATTER.after(ProposeConsultation)
AGREED = MATTER.after((ProposeConsultationDate, "jp"), (AgreeConsultationDate, "kg"), state=PROPOSED)
HELD = MATTER.after(HoldConsultation, state=AGREED)
WITH_MINUTES = MATTER.after((ProposeMinutes, "kg"), state=HELD)
FOLLOWED = MATTER.after((AgreeMinutes, "jp"), state=WITH_MINUTES)
OTHER_DIGEST = "sha-256:" + "0" * 64
OVER = datetime.fromisoformat("2031-07-01T00:00:00+09:00")
"""The first moment after the action item's day, where its owner is."""


def changed(kind: type[Any], **members: Any) -> Any:
    return MATTER.command(kind).model_copy(update=members)


def decided(state: Any, command: Contract, by: str, **envelope: Any) -> Decided:
    outcome = MATTER.decided(state, command, by, **envelope)
    assert isinstance(outcome, Decided), outcome
    return outcome


def at(moment: datetime) -> dict[str, Any]:
    """The envelope of a message that its sender's bridge accepted then."""
    return {"time": moment.isoformat()}


def reached(intent_id: str, moment: datetime = OVER) -> ReportDeadline:
    return ReportDeadline(intent_id=intent_id, attempt=1, reached_at=moment)


def minutes(digest: str, *items: ActionItem) -> ProposeMinutes:
    example = MATTER.command(ProposeMinutes)
    assert isinstance(example, ProposeMinutes)
    return example.model_copy(
        update={"minutes": example.minutes.model_copy(update={"digest": digest}), "action_items": items}
    )


def item(number: int, **changes: Any) -> ActionItem:
    facts: dict[str, Any] = {"item": number, "owner": "jp", "due_on": date(2031, 6, 30), "text": {"ja": "確認する。"}}
    return ActionItem(**facts | changes)


class TestProposal:
    """M4.2: regular or ad hoc, about (a) to (f), on a day."""

    def test_may_be_made_by_either_side(self) -> None:
        jp = changed(ProposeConsultation, country="jp")
        decided(MATTER.new, jp, "jp", subject=CASES.stream("jp-kg", "jp", jp.number))

    def test_is_made_once(self) -> None:
        refusal = MATTER.refused(PROPOSED, MATTER.command(ProposeConsultation), "kg")
        assert (refusal.slug, refusal.state, refusal.pointer) == ("already-asked", "proposed", "/number")

    @pytest.mark.parametrize(
        ("members", "slug", "pointer"),
        [
            ({"agenda": ()}, "missing-field", "/agenda"),
            ({"agenda": (AgendaItem(topic="tests", text={"en": " "}),)}, "missing-field", "/agenda/0/text"),
            ({"every_months": None}, "missing-field", "/every_months"),
            ({"every_months": 0}, "wrong-form", "/every_months"),
            ({"every_months": 61}, "wrong-form", "/every_months"),
            ({"occasion": "ad-hoc"}, "wrong-form", "/every_months"),
            ({"on": TODAY - timedelta(days=1)}, "dates-reversed", "/on"),
            ({"on": date(9999, 12, 31)}, "no-such-date", "/on"),
        ],
    )
    def test_says_when_and_about_what(self, members: dict[str, Any], slug: str, pointer: str) -> None:
        refusal = MATTER.refused(MATTER.new, changed(ProposeConsultation, **members), "kg")
        assert (refusal.slug, refusal.clause, refusal.pointer) == (slug, "M4.2", pointer)

    def test_leaves_room_for_what_its_schedule_adds_to_the_number(self) -> None:
        long = changed(ProposeConsultation, number="7" * 91)
        subject = CASES.stream("jp-kg", "kg", long.number)
        assert MATTER.refused(MATTER.new, long, "kg", subject=subject).pointer == "/number"
        once = long.model_copy(update={"occasion": "ad-hoc", "every_months": None})
        decided(MATTER.new, once, "kg", subject=subject)

    def test_is_for_a_day_until_it_is_over_where_the_case_was_opened(self) -> None:
        # 1 March ended in the opener's capital at 18:00 UTC, and three hours earlier in the other.
        yesterday = changed(ProposeConsultation, on=date(2026, 3, 1))
        last = datetime.fromisoformat("2026-03-01T23:59:59+06:00")
        decided(MATTER.new, yesterday, "kg", **at(last))
        refusal = MATTER.refused(MATTER.new, yesterday, "kg", **at(last + timedelta(seconds=1)))
        assert (refusal.slug, refusal.pointer) == ("dates-reversed", "/on")


class TestDate:
    """M4.2: agreed, or another proposed, by both until agreed."""

    def test_is_proposed_by_either_side_until_it_is_agreed(self) -> None:
        days = [date(2031, 1, 1), date(2031, 2, 1), date(2031, 3, 1)]
        state = PROPOSED
        for by, day in zip(("jp", "kg", "kg"), days, strict=True):
            state = MATTER.after(changed(ProposeConsultationDate, on=day), state=state, by=by)
            assert (state.status, state.due_on) == ("proposed", day)
        state = MATTER.after(changed(AgreeConsultationDate, on=days[-1]), state=state, by="jp")
        assert (state.status, state.due_on) == ("date-agreed", days[-1])
        refusal = MATTER.refused(state, MATTER.command(ProposeConsultationDate), "jp")
        assert (refusal.slug, refusal.state) == ("wrong-state", "date-agreed")

    @pytest.mark.parametrize(("proposed_by", "state"), [("kg", PROPOSED), ("jp", None)])
    def test_is_not_agreed_by_the_side_that_proposed_it(self, proposed_by: str, state: Any) -> None:
        state = state or MATTER.after((ProposeConsultationDate, "jp"), state=PROPOSED)
        agreement = changed(AgreeConsultationDate, on=state.proposed_date.on)
        refusal = MATTER.refused(state, agreement, proposed_by)
        assert (refusal.slug, refusal.clause, refusal.state) == ("own-proposal", "M4.2", "proposed")
        decided(state, agreement, "jp" if proposed_by == "kg" else "kg")

    def test_is_the_one_proposed_last(self) -> None:
        state = MATTER.after((ProposeConsultationDate, "kg"), state=PROPOSED)
        refusal = MATTER.refused(state, changed(AgreeConsultationDate, on=date(2031, 5, 7)), "jp")
        assert (refusal.slug, refusal.pointer) == ("another-date", "/on")
        assert refusal.detail == "The day proposed last is 2026-03-02, not 2031-05-07."

    @pytest.mark.parametrize("kind", [ProposeConsultationDate, AgreeConsultationDate])
    def test_is_none_that_is_over(self, kind: type[Any]) -> None:
        state = MATTER.after((ProposeConsultationDate, "kg"), state=PROPOSED)
        refusal = MATTER.refused(state, MATTER.command(kind), "jp", **at(NOW + timedelta(days=1)))
        assert (refusal.slug, refusal.pointer) == ("dates-reversed", "/on")

    def test_is_of_what_was_proposed(self) -> None:
        refusal = MATTER.refused(MATTER.new, MATTER.command(AgreeConsultationDate), "jp")
        assert (refusal.slug, refusal.state) == ("no-such-case", "unknown")


class TestAgenda:
    """M4.2: by topic (a) to (f)."""

    @pytest.mark.parametrize("state", [PROPOSED, AGREED], ids=["proposed", "date-agreed"])
    @pytest.mark.parametrize("by", ["kg", "jp"])
    def test_is_added_to_by_either_side_before_it_is_held(self, state: Any, by: str) -> None:
        added = MATTER.after((AddAgendaItem, by), state=state)
        assert [one.topic for one in added.agenda] == ["policy", "intermediaries", "residence-management"]

    def test_is_not_added_to_afterwards(self) -> None:
        assert MATTER.refused(HELD, MATTER.command(AddAgendaItem), "jp").slug == "wrong-state"

    def test_says_what_is_to_be_spoken_of(self) -> None:
        assert MATTER.refused(AGREED, changed(AddAgendaItem, text={}), "jp").pointer == "/text"


class TestHolding:
    """M4.2: held."""

    def test_is_on_the_day_agreed_or_after_it(self) -> None:
        early = changed(HoldConsultation, held_on=TODAY - timedelta(days=1))
        refusal = MATTER.refused(AGREED, early, "kg")
        assert (refusal.slug, refusal.state, refusal.pointer) == ("dates-reversed", "date-agreed", "/held_on")
        later = changed(HoldConsultation, held_on=TODAY + timedelta(days=2))
        decided(AGREED, later, "kg", **at(NOW + timedelta(days=2)))

    def test_is_told_of_no_day_to_come_where_the_case_was_opened(self) -> None:
        tomorrow = changed(HoldConsultation, held_on=date(2026, 3, 3))
        midnight = datetime.fromisoformat("2026-03-03T00:00:00+06:00")
        refusal = MATTER.refused(AGREED, tomorrow, "kg", **at(midnight - timedelta(seconds=1)))
        assert (refusal.slug, refusal.pointer) == ("dates-reversed", "/held_on")
        decided(AGREED, tomorrow, "kg", **at(midnight))

    def test_needs_a_day_that_both_agreed_on(self) -> None:
        refusal = MATTER.refused(PROPOSED, MATTER.command(HoldConsultation), "kg")
        assert (refusal.slug, refusal.state) == ("wrong-state", "proposed")

    def test_is_the_end_of_cancelling(self) -> None:
        assert MATTER.refused(HELD, MATTER.command(CancelConsultation), "jp").state == "held"


class TestMinutes:
    """M4.2: agreed by both sides, by digest."""

    @pytest.mark.parametrize(("proposed_by", "agreed_by"), [("kg", "jp"), ("jp", "kg")])
    def test_are_proposed_by_one_side_and_agreed_by_the_other(self, proposed_by: str, agreed_by: str) -> None:
        state = MATTER.after((ProposeMinutes, proposed_by), state=HELD)
        assert MATTER.refused(state, MATTER.command(AgreeMinutes), proposed_by).slug == "own-proposal"
        assert MATTER.after((AgreeMinutes, agreed_by), state=state).status == "minutes-agreed"

    def test_are_agreed_to_by_the_same_digest(self) -> None:
        refusal = MATTER.refused(WITH_MINUTES, changed(AgreeMinutes, digest=OTHER_DIGEST), "jp")
        assert (refusal.slug, refusal.pointer) == ("another-text", "/digest")
        standing = WITH_MINUTES.minutes[-1].minutes.digest
        assert standing in refusal.detail
        assert OTHER_DIGEST in refusal.detail

    def test_proposed_last_stand(self) -> None:
        state = MATTER.after(minutes(OTHER_DIGEST), state=WITH_MINUTES, by="jp")
        assert MATTER.refused(state, MATTER.command(AgreeMinutes), "kg").slug == "another-text"
        state = MATTER.after(changed(AgreeMinutes, digest=OTHER_DIGEST), state=state, by="kg")
        assert (state.status, state.action_items, state.due_on) == ("closed", (), None)

    def test_of_one_digest_say_the_same_each_time(self) -> None:
        again = MATTER.refused(WITH_MINUTES, MATTER.command(ProposeMinutes), "jp")
        assert (again.slug, again.pointer) == ("already-proposed", "/minutes/digest")
        first = WITH_MINUTES.minutes[0].minutes.digest
        state = MATTER.after(minutes(OTHER_DIGEST), state=WITH_MINUTES, by="jp")
        other = MATTER.refused(state, minutes(first, item(2)), "kg")
        assert (other.slug, other.pointer) == ("already-proposed", "/minutes/digest")
        assert MATTER.after((ProposeMinutes, "kg"), state=state).minutes[-1].minutes.digest == first

    def test_are_of_what_was_held_and_agreed_to_when_proposed(self) -> None:
        assert MATTER.refused(AGREED, MATTER.command(ProposeMinutes), "kg").state == "date-agreed"
        refusal = MATTER.refused(HELD, MATTER.command(AgreeMinutes), "jp")
        assert (refusal.slug, refusal.pointer) == ("wrong-state", "/digest")

    @pytest.mark.parametrize(
        ("wrong", "slug", "pointer"),
        [
            (item(0), "wrong-form", "/action_items/1/item"),
            (item(1), "wrong-form", "/action_items/1/item"),
            (item(10_000), "wrong-form", "/action_items/1/item"),
            (item(2, owner="xx"), "wrong-party", "/action_items/1/owner"),
            (item(2, due_on=date(9999, 12, 31)), "no-such-date", "/action_items/1/due_on"),
            (item(2, text={}), "missing-field", "/action_items/1/text"),
        ],
    )
    def test_give_each_action_item_a_number_an_owner_and_a_day(
        self, wrong: ActionItem, slug: str, pointer: str
    ) -> None:
        refusal = MATTER.refused(HELD, minutes(OTHER_DIGEST, item(1), wrong), "kg")
        assert (refusal.slug, refusal.clause, refusal.pointer) == (slug, "M4.2", pointer)


class TestActionItems:
    """M4.2: with owner and day, until done."""

    def test_are_watched_by_the_calendar_of_their_owners(self) -> None:
        state = MATTER.after(minutes(OTHER_DIGEST, item(1), item(2, owner="kg")), state=HELD, by="kg")
        intents = decided(state, changed(AgreeMinutes, digest=OTHER_DIGEST), "jp").intents
        assert [(one.id, one.due) for one in intents] == [
            (overdue_intent(1), OVER),
            (overdue_intent(2), datetime.fromisoformat("2031-07-01T00:00:00+06:00")),
        ]

    def test_are_done_when_their_owner_says_so(self) -> None:
        refusal = MATTER.refused(FOLLOWED, MATTER.command(CompleteActionItem), "kg")
        assert (refusal.slug, refusal.pointer) == ("wrong-party", "/item")
        outcome = decided(FOLLOWED, MATTER.command(CompleteActionItem), "jp")
        assert list(outcome.closes) == [overdue_intent(1)]

    def test_are_those_of_the_minutes_each_done_once_and_told(self) -> None:
        assert MATTER.refused(WITH_MINUTES, MATTER.command(CompleteActionItem), "jp").state == "held"
        assert MATTER.refused(FOLLOWED, changed(CompleteActionItem, item=2), "jp").slug == "no-such-item"
        assert MATTER.refused(FOLLOWED, changed(CompleteActionItem, text={}), "jp").pointer == "/text"
        done = MATTER.after((CompleteActionItem, "jp"), state=FOLLOWED)
        refusal = MATTER.refused(done, MATTER.command(CompleteActionItem), "jp")
        assert (refusal.slug, refusal.state) == ("already-done", "closed")

    def test_close_the_case_with_the_last_one(self) -> None:
        items = (item(1), item(2, owner="kg", due_on=date(2031, 5, 31)))
        state = MATTER.after(minutes(OTHER_DIGEST, *items), state=HELD, by="kg")
        state = MATTER.after(changed(AgreeMinutes, digest=OTHER_DIGEST), state=state, by="jp")
        assert state.due_on == date(2031, 5, 31)
        state = MATTER.after(changed(CompleteActionItem, item=2), state=state, by="kg")
        assert (state.status, state.due_on) == ("minutes-agreed", date(2031, 6, 30))
        state = MATTER.after(changed(CompleteActionItem, item=1), state=state, by="jp")
        assert (state.status, state.due_on) == ("closed", None)

    @pytest.mark.parametrize(("seconds", "late"), [(-1, False), (0, True)])
    def test_are_late_from_the_first_moment_after_the_day(self, seconds: int, late: bool) -> None:
        moment = OVER + timedelta(seconds=seconds)
        (event,) = decided(FOLLOWED, MATTER.command(CompleteActionItem), "jp", **at(moment)).events
        assert isinstance(event, ActionItemCompleted)
        assert event.late is late

    def test_are_told_of_once_when_they_are_overdue(self) -> None:
        outcome = decided(FOLLOWED, reached(overdue_intent(1)), "jp")
        (event,) = outcome.events
        assert isinstance(event, ActionItemOverdue)
        assert (event.item, event.owner, event.due_on) == (1, "jp", date(2031, 6, 30))
        assert list(outcome.closes) == [overdue_intent(1)]
        state = MATTER.decider.evolve(FOLLOWED, event)
        assert state.overdue
        assert decided(state, reached(overdue_intent(1)), "jp") == Decided()
        late = decided(state, MATTER.command(CompleteActionItem), "jp", **at(OVER))
        assert list(late.closes) == []
        assert not MATTER.decider.evolve(state, late.events[0]).overdue

    def test_are_not_overdue_once_they_are_done(self) -> None:
        done = MATTER.after((CompleteActionItem, "jp"), state=FOLLOWED)
        assert decided(done, reached(overdue_intent(1)), "jp") == Decided()

    def test_are_watched_apart_since_the_next_consultation_is_asked_for_before_and_may_be_due_after_them(self) -> None:
        (following,) = decided(AGREED, MATTER.command(HoldConsultation), "kg").intents
        first, second = item(1, due_on=date(2031, 6, 30)), item(2, due_on=date(2026, 3, 30))
        proposed = MATTER.after(minutes(OTHER_DIGEST, first, second), state=HELD)
        watched = decided(proposed, changed(AgreeMinutes, digest=OTHER_DIGEST), "jp").intents
        assert min(one.due for one in watched) < following.due
        # Of one stream what one clock was asked earlier comes first.
        clocks = [one.addressee for one in (following, *watched)]
        assert len(set(clocks)) == len(clocks)


class TestCancelling:
    """M4.2, M3a: cancelled before it is held."""

    @pytest.mark.parametrize("state", [PROPOSED, AGREED], ids=["proposed", "date-agreed"])
    @pytest.mark.parametrize("by", ["kg", "jp"])
    def test_is_for_either_side_and_says_why(self, state: Any, by: str) -> None:
        assert MATTER.refused(state, changed(CancelConsultation, ground={"en": " "}), by).pointer == "/ground"
        cancelled = MATTER.after((CancelConsultation, by), state=state)
        assert (cancelled.status, cancelled.due_on) == ("cancelled", None)
        assert MATTER.refused(cancelled, MATTER.command(HoldConsultation), "kg").state == "cancelled"


class TestSchedule:
    """M4.2: a regular schedule proposes the next by itself."""

    def test_asks_the_clock_for_a_month_before_the_next_day(self) -> None:
        outcome = decided(AGREED, MATTER.command(HoldConsultation), "kg")
        (held,), (intent,) = outcome.events, outcome.intents
        assert isinstance(held, ConsultationHeld)
        assert held.next_on == date(2026, 9, 2)
        assert (intent.id, intent.due) == (NEXT, datetime.fromisoformat("2026-08-02T00:00:00+06:00"))

    @pytest.mark.parametrize(
        ("held_on", "months", "next_on"),
        [
            (date(2027, 8, 31), 6, date(2028, 2, 29)),
            (date(2026, 8, 31), 6, date(2027, 2, 28)),
            (date(2028, 2, 29), 12, date(2029, 2, 28)),
            (date(2026, 12, 31), 1, date(2027, 1, 31)),
        ],
    )
    def test_counts_months_to_the_same_day_or_the_last(self, held_on: date, months: int, next_on: date) -> None:
        state = MATTER.after(changed(ProposeConsultation, every_months=months, on=TODAY))
        state = MATTER.after((AgreeConsultationDate, "jp"), state=state)
        sent = datetime(held_on.year, held_on.month, held_on.day, 12, tzinfo=NOW.tzinfo)
        (held,) = decided(state, changed(HoldConsultation, held_on=held_on), "kg", **at(sent)).events
        assert isinstance(held, ConsultationHeld)
        assert held.next_on == next_on

    def test_is_not_that_of_an_ad_hoc_consultation(self) -> None:
        state = MATTER.after(changed(ProposeConsultation, occasion="ad-hoc", every_months=None, on=TODAY))
        state = MATTER.after((AgreeConsultationDate, "jp"), state=state)
        assert list(decided(state, MATTER.command(HoldConsultation), "kg").intents) == []

    def test_proposes_the_next_once_in_a_case_of_its_own(self) -> None:
        outcome = decided(HELD, reached(NEXT), "kg")
        (due,) = outcome.events
        assert isinstance(due, NextConsultationDue)
        assert list(outcome.closes) == [NEXT]
        state = MATTER.decider.evolve(HELD, due)
        assert decided(state, reached(NEXT), "kg") == Decided()

        (command,) = react(due, MATTER.envelope("kg").message)
        assert (command.topic, command.subject) == ("inquiry.commands.v1", f"{MATTER.stream}~2")
        (proposed,) = decided(MATTER.new, command.data, "kg", subject=command.subject).events
        assert isinstance(proposed, NextConsultationProposed)
        assert (proposed.number, proposed.previous) == (f"{MATTER.number}~2", MATTER.number)
        following = MATTER.decider.evolve(MATTER.new, proposed)
        assert (following.status, following.due_on, following.title) == ("proposed", date(2026, 9, 2), HELD.title)
        assert [one.topic for one in following.agenda] == ["policy", "intermediaries"]
        assert decided(following, command.data, "kg", subject=command.subject) == Decided()

        agreement = AgreeConsultationDate(country="kg", number=proposed.number, on=proposed.on)
        refusal = MATTER.refused(following, agreement, "kg", subject=command.subject)
        assert refusal.slug == "own-proposal"
        decided(following, agreement, "jp", subject=command.subject)

    def test_goes_on_from_the_next_one(self) -> None:
        (due,) = decided(HELD, reached(NEXT), "kg").events
        (command,) = react(due, MATTER.envelope("kg").message)
        where = {"subject": command.subject}
        state = MATTER.new
        case = {"country": "kg", "number": f"{MATTER.number}~2"}
        day = date(2026, 9, 2)
        for by, said in [
            ("kg", command.data),
            ("jp", AgreeConsultationDate(**case, on=day)),
            ("kg", HoldConsultation(**case, held_on=day)),
        ]:
            moment = NOW if by == "jp" else datetime(2026, 9, 2, 12, tzinfo=NOW.tzinfo)
            for event in decided(state, said, by, **where, **at(moment)).events:
                state = MATTER.decider.evolve(state, event)
        assert state.held.next_on == date(2027, 3, 2)
        (again,) = decided(state, reached(NEXT), "kg", **where).events
        assert isinstance(again, NextConsultationDue)
        assert again.next_number == f"{MATTER.number}~3"

    def test_proposes_nothing_when_the_agreement_is_over(self) -> None:
        outcome = decided(HELD, reached(NEXT, datetime(2020, 1, 1, tzinfo=NOW.tzinfo)), "kg")
        assert (list(outcome.events), list(outcome.closes)) == ([], [NEXT])

    def test_is_no_sides_to_speak_for_but_the_openers(self) -> None:
        (due,) = decided(HELD, reached(NEXT), "kg").events
        (command,) = react(due, MATTER.envelope("kg").message)
        assert MATTER.refused(MATTER.new, command.data, "jp", subject=command.subject).slug == "wrong-party"
        assert MATTER.refused(MATTER.new, command.data, "kg").slug == "not-the-contract"
        assert isinstance(command.data, ProposeNextConsultation)

    def test_numbers_its_cases_apart_from_those_of_countries(self) -> None:
        numbers = ["2026/7"]
        for _ in range(3):
            numbers.append(next_number(numbers[-1]))
        assert numbers == ["2026/7", "2026/7~2", "2026/7~3", "2026/7~4"]
        assert next_number("7~x") == "7~x~2"

    def test_follows_from_nothing_else(self) -> None:
        with pytest.raises(TypeError):
            react(Contract(), MATTER.envelope("kg").message)

    def test_is_not_asked_by_what_the_clock_was_not_asked(self) -> None:
        assert decided(AGREED, reached(NEXT), "kg") == Decided()
        assert decided(MATTER.new, reached(overdue_intent(1)), "kg") == Decided()
