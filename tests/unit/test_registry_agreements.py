"""What concerns the agreement itself: contact points (M2), amendments (M9), its end (M10a)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.registry.termination_notices.model import END
from shared.contracts.amendment import AmendmentSigned, ProposeAmendment, SignAmendment, WithdrawAmendment
from shared.contracts.case import ReportDeadline
from shared.contracts.contact_point_change import AcknowledgeContactPoint, ChangeContactPoint
from shared.contracts.termination_notice import (
    AcknowledgeTerminationNotice,
    AgreementEnded,
    GiveTerminationNotice,
    TerminationNoticeGiven,
)
from shared.messaging.decider import Decided
from tests.case_builders import NOW
from tests.stated_matters import AMENDMENTS, CONTACT_POINT_CHANGES, TERMINATION_NOTICES, StatedMatter


def changed(matter: StatedMatter, kind: type[Any], **members: Any) -> Any:
    return matter.command(kind).model_copy(update=members)


def taken(matter: StatedMatter, state: Any, command: Any, by: str, **envelope: Any) -> Any:
    """The one event that comes of it."""
    outcome = matter.decided(state, command, by, **envelope)
    assert isinstance(outcome, Decided), outcome
    (event,) = outcome.events
    return event


class TestContactPoint:
    """M2: a change is a message that both acknowledge."""

    matter = CONTACT_POINT_CHANGES

    def test_has_a_name(self) -> None:
        refusal = self.matter.refused(
            self.matter.new, changed(self.matter, ChangeContactPoint, names={"en": " "}), "kg"
        )
        assert (refusal.slug, refusal.clause, refusal.pointer) == ("missing-field", "M2", "/names")

    def test_is_told_once_under_a_number(self) -> None:
        told = self.matter.after(ChangeContactPoint)
        assert self.matter.refused(told, self.matter.command(ChangeContactPoint), "kg").slug == "already-asked"

    def test_is_acknowledged_once_and_not_before_it_is_told(self) -> None:
        noting = self.matter.command(AcknowledgeContactPoint)
        assert self.matter.refused(self.matter.new, noting, "jp").slug == "no-such-case"
        noted = self.matter.after(ChangeContactPoint, AcknowledgeContactPoint)
        refusal = self.matter.refused(noted, noting, "jp")
        assert (refusal.slug, refusal.state) == ("wrong-state", "acknowledged")

    @pytest.mark.parametrize("day", [date(2020, 1, 1), date(2040, 1, 1)])
    def test_changes_from_a_day_that_may_be_past_or_to_come(self, day: date) -> None:
        command = changed(self.matter, ChangeContactPoint, effective_on=day)
        assert self.matter.after(command).due_on == day


class TestAmendment:
    """M9: in force only when both have signed the same text."""

    matter = AMENDMENTS
    proposed = AMENDMENTS.after(ProposeAmendment)
    signed = AMENDMENTS.after((SignAmendment, "kg"), state=proposed)

    def test_has_a_title(self) -> None:
        refusal = self.matter.refused(self.matter.new, changed(self.matter, ProposeAmendment, title={}), "kg")
        assert (refusal.slug, refusal.pointer) == ("missing-field", "/title")

    def test_of_a_number_is_proposed_once(self) -> None:
        assert self.matter.refused(self.proposed, self.matter.command(ProposeAmendment), "kg").slug == "already-asked"

    def test_is_in_force_when_the_second_has_signed_and_not_before(self) -> None:
        assert (self.signed.status, self.signed.in_force_on) == ("signed", None)
        agreed = self.matter.after((SignAmendment, "jp"), state=self.signed)
        assert (agreed.status, agreed.in_force_on) == ("agreed", date(2026, 4, 1))

    @pytest.mark.parametrize(
        ("effective_on", "in_force_on"),
        [(date(2026, 4, 1), date(2026, 4, 1)), (date(2026, 2, 1), date(2026, 3, 1)), (None, date(2026, 3, 1))],
        ids=["as proposed", "never before the second signature", "with the second signature"],
    )
    def test_is_in_force_from(self, effective_on: date | None, in_force_on: date) -> None:
        proposed = self.matter.after(changed(self.matter, ProposeAmendment, effective_on=effective_on))
        once = self.matter.after((SignAmendment, "jp"), state=proposed)
        event = taken(self.matter, once, changed(self.matter, SignAmendment, signed_on=date(2026, 3, 1)), "kg")
        assert isinstance(event, AmendmentSigned)
        assert (event.by, event.in_force_on) == ("kg", in_force_on)

    def test_of_another_text_binds_nobody(self) -> None:
        other = f"sha-256:{'0' * 64}"
        refusal = self.matter.refused(self.signed, changed(self.matter, SignAmendment, digest=other), "jp")
        assert (refusal.slug, refusal.clause, refusal.pointer) == ("another-text", "M9", "/digest")
        assert other in refusal.detail
        assert self.signed.proposal.digest in refusal.detail

    def test_is_signed_once_by_each_side(self) -> None:
        assert self.matter.refused(self.signed, self.matter.command(SignAmendment), "kg").slug == "wrong-state"

    def test_says_who_signed(self) -> None:
        refusal = self.matter.refused(self.proposed, changed(self.matter, SignAmendment, signatory=" "), "kg")
        assert (refusal.slug, refusal.pointer) == ("missing-field", "/signatory")

    def test_is_not_signed_on_a_day_to_come(self) -> None:
        tomorrow = changed(self.matter, SignAmendment, signed_on=NOW.date() + timedelta(days=1))
        refusal = self.matter.refused(self.proposed, tomorrow, "kg")
        assert (refusal.slug, refusal.pointer) == ("dates-reversed", "/signed_on")

    def test_is_neither_signed_nor_taken_back_once_it_is_agreed(self) -> None:
        agreed = self.matter.after((SignAmendment, "jp"), state=self.signed)
        for command, by in ((SignAmendment, "jp"), (WithdrawAmendment, "kg")):
            refusal = self.matter.refused(agreed, self.matter.command(command), by)
            assert (refusal.slug, refusal.state) == ("wrong-state", "agreed")

    def test_that_was_never_proposed_is_not_signed(self) -> None:
        assert self.matter.refused(self.matter.new, self.matter.command(SignAmendment), "jp").slug == "no-such-case"


class TestTermination:
    """M10a: ends six months after one side's notice."""

    matter = TERMINATION_NOTICES
    given = TERMINATION_NOTICES.after(GiveTerminationNotice)

    @pytest.mark.parametrize(
        ("given_on", "ends_on"),
        [
            (date(2031, 8, 31), date(2032, 2, 29)),
            (date(2030, 8, 31), date(2031, 2, 28)),
            (date(2031, 8, 29), date(2032, 2, 29)),
            (date(2031, 1, 31), date(2031, 7, 31)),
            (date(2031, 3, 31), date(2031, 9, 30)),
            (date(2031, 12, 15), date(2032, 6, 15)),
        ],
    )
    def test_is_six_calendar_months_later_or_on_the_months_last_day(self, given_on: date, ends_on: date) -> None:
        event = taken(
            self.matter, self.matter.new, changed(self.matter, GiveTerminationNotice, given_on=given_on), "kg"
        )
        assert isinstance(event, TerminationNoticeGiven)
        assert event.ends_on == ends_on

    @pytest.mark.parametrize(("country", "hours"), [("kg", 6), ("jp", 9)])
    def test_comes_when_the_day_begins_where_the_side_is_that_gave_notice(self, country: str, hours: int) -> None:
        command = changed(self.matter, GiveTerminationNotice, country=country)
        stream = self.matter.cases.stream("jp-kg", country, command.number)
        outcome = self.matter.decided(self.matter.new, command, country, subject=stream)
        assert isinstance(outcome, Decided)
        (intent,) = outcome.intents
        assert (intent.id, intent.due) == (END, datetime(2032, 2, 29, tzinfo=UTC) - timedelta(hours=hours))

    def test_is_told_to_both_once(self) -> None:
        report = ReportDeadline(intent_id=END, attempt=1, reached_at=NOW)
        event = taken(self.matter, self.given, report, "kg")
        assert isinstance(event, AgreementEnded)
        ended = self.matter.decider.evolve(self.given, event)
        assert (ended.status, ended.due_on) == ("ended", date(2032, 2, 29))
        assert self.matter.decided(ended, report, "kg") == Decided()

    def test_does_not_wait_for_the_other_sides_word(self) -> None:
        noted = self.matter.after(AcknowledgeTerminationNotice, state=self.given)
        assert noted.due_on == self.given.due_on
        assert self.matter.refused(noted, self.matter.command(AcknowledgeTerminationNotice), "jp").slug == "wrong-state"

    @pytest.mark.parametrize(
        ("day", "slug"),
        [
            (NOW.date() - timedelta(days=1), "dates-reversed"),
            (date(9999, 7, 1), "no-such-date"),
        ],
    )
    def test_is_of_no_such_day(self, day: date, slug: str) -> None:
        command = changed(self.matter, GiveTerminationNotice, given_on=day)
        refusal = self.matter.refused(self.matter.new, command, "kg")
        assert (refusal.slug, refusal.pointer, refusal.clause) == (slug, "/given_on", "M10a")

    def test_is_given_once_under_a_number_and_acknowledged_only_then(self) -> None:
        assert self.matter.refused(self.given, self.matter.command(GiveTerminationNotice), "kg").slug == "already-asked"
        noting = self.matter.command(AcknowledgeTerminationNotice)
        assert self.matter.refused(self.matter.new, noting, "jp").slug == "no-such-case"
