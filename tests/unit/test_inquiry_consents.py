"""Consents (M3b): who may say what, and what a consent covers at which moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.inquiry.consents.model import ConsentRecord
from shared.cases.consents import Uncovered, not_covered
from shared.clock import rfc3339
from shared.contracts.case import InCase, ReportDeadline
from shared.contracts.consent import (
    CASES,
    AskConsent,
    Consent,
    ConsentExpired,
    ConsentGranted,
    DisclosedUnderConsent,
    DiscloseUnderConsent,
    Disclosure,
    GrantConsent,
    RefuseConsent,
    WithdrawConsent,
)
from shared.errors import SLUGS
from shared.messaging.decider import Decided, Refusal
from tests.case_builders import NOW
from tests.stated_matters import CONSENTS as MATTER

ASKED = (AskConsent,)
GRANTED = (*ASKED, GrantConsent)
WITHDRAWN = (*GRANTED, WithdrawConsent)
REFUSED = (*ASKED, RefuseConsent)
EXPIRY = datetime(2031, 4, 1, 9, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def command(kind: type[InCase], **changes: Any) -> InCase:
    return MATTER.command(kind).model_copy(update=changes)


def decided(state: ConsentRecord, one: InCase, by: str, **envelope: Any) -> Decided:
    outcome = MATTER.decided(state, one, by, **envelope)
    assert isinstance(outcome, Decided), outcome
    return outcome


def refused(said: tuple[type[InCase], ...], kind: type[InCase], **changes: Any) -> Refusal:
    by = "jp" if CASES.said(kind).by == "other" else "kg"
    refusal = MATTER.refused(MATTER.after(*said), command(kind, **changes), by)
    assert refusal.clause == "M3b"
    return refusal


def granted(**changes: Any) -> ConsentRecord:
    """The example's consent, granted with these changes."""
    state = MATTER.after(command(GrantConsent, **changes), state=MATTER.after(*ASKED), by="jp")
    assert isinstance(state, ConsentRecord)
    return state


def disclosed(state: ConsentRecord, moment: datetime, **changes: Any) -> Decided | Refusal:
    """What comes of a disclosure that the holder's bridge took in at this moment."""
    return MATTER.decided(state, command(DiscloseUnderConsent, **changes), "kg", time=rfc3339(moment))


class TestAsking:
    @pytest.mark.parametrize("name", ["record", "recipient", "purpose"])
    def test_names_record_recipient_and_purpose(self, name: str) -> None:
        refusal = refused((), AskConsent, **{name: "  "})
        assert (refusal.slug, refusal.pointer) == ("missing-field", f"/{name}")

    def test_for_a_time_that_is_over_is_refused(self) -> None:
        assert refused((), AskConsent, expires_at=NOW).pointer == "/expires_at"

    def test_happens_once_under_a_number(self) -> None:
        assert refused(ASKED, AskConsent).slug == "already-asked"


class TestGranting:
    def test_may_be_narrower_than_asked(self) -> None:
        state = granted(expires_at=NOW + timedelta(days=1), times="once")
        assert state.grant is not None
        assert (state.grant.expires_at, state.grant.times) == (NOW + timedelta(days=1), "once")

    @pytest.mark.parametrize(
        ("name", "other"),
        [
            ("record", "notice/jp-kg/jp-9"),
            ("recipient", "A newspaper"),
            ("purpose", "An article"),
            ("expires_at", datetime(2031, 5, 1, 0, 0, 1, tzinfo=UTC)),
        ],
    )
    def test_is_of_nothing_else_and_for_no_longer(self, name: str, other: Any) -> None:
        refusal = refused(ASKED, GrantConsent, **{name: other})
        assert (refusal.slug, refusal.pointer) == ("not-asked", f"/{name}")

    def test_of_many_disclosures_where_one_was_asked_for_is_refused(self) -> None:
        asked = MATTER.after(command(AskConsent, times="once"))
        assert MATTER.refused(asked, command(GrantConsent), "jp").pointer == "/times"
        assert decided(asked, command(GrantConsent, times="once"), "jp").events

    def test_for_a_time_that_is_over_is_refused(self) -> None:
        refusal = refused(ASKED, GrantConsent, expires_at=NOW)
        assert (refusal.slug, refusal.pointer) == ("dates-reversed", "/expires_at")

    def test_answers_a_request_and_only_once(self) -> None:
        assert refused((), GrantConsent).slug == "no-such-case"
        for said in (GRANTED, REFUSED, WITHDRAWN):
            assert refused(said, GrantConsent).slug == "wrong-state"

    def test_sets_the_clock_to_its_expiry(self) -> None:
        outcome = decided(MATTER.after(*ASKED), command(GrantConsent), "jp")
        assert [(intent.id, intent.due) for intent in outcome.intents] == [("expiry", EXPIRY)]


class TestRefusing:
    def test_says_why(self) -> None:
        assert refused(ASKED, RefuseConsent, ground={}).pointer == "/ground"

    def test_of_what_was_granted_is_a_withdrawal(self) -> None:
        assert refused(GRANTED, RefuseConsent).slug == "wrong-state"


class TestWithdrawing:
    def test_takes_effect_at_once_and_not_before(self) -> None:
        state = MATTER.after(*WITHDRAWN)
        assert state.withdrawal is not None
        moment = state.withdrawal.shared_at
        assert isinstance(disclosed(state, moment - SECOND), Decided)
        for later in (moment, moment + SECOND, EXPIRY):
            outcome = disclosed(state, later)
            assert isinstance(outcome, Refusal)
            assert (outcome.slug, outcome.state) == ("consent-withdrawn", "withdrawn")

    def test_stops_the_clock(self) -> None:
        assert decided(MATTER.after(*GRANTED), command(WithdrawConsent), "jp").closes == ("expiry",)

    def test_needs_a_consent(self) -> None:
        assert refused(ASKED, WithdrawConsent).slug == "wrong-state"
        assert refused(WITHDRAWN, WithdrawConsent).slug == "wrong-state"


class TestDisclosing:
    def test_m3b_is_recorded_before_the_expiry_and_refused_from_then_on(self) -> None:
        state = MATTER.after(*GRANTED)
        outcome = disclosed(state, EXPIRY - SECOND)
        assert isinstance(outcome, Decided)
        assert isinstance(outcome.events[0], DisclosedUnderConsent)
        for moment in (EXPIRY, EXPIRY + SECOND):
            refusal = disclosed(state, moment)
            assert isinstance(refusal, Refusal)
            assert (refusal.slug, refusal.clause) == ("consent-expired", "M3b")

    def test_that_was_taken_in_before_the_expiry_counts_however_late_it_is_decided(self) -> None:
        state = MATTER.decider.evolve(MATTER.after(*GRANTED), expired())
        assert isinstance(disclosed(state, EXPIRY - SECOND), Decided)
        assert isinstance(disclosed(state, EXPIRY), Refusal)

    @pytest.mark.parametrize("said", [(), ASKED, REFUSED])
    def test_without_a_consent_is_refused(self, said: tuple[type[InCase], ...]) -> None:
        assert refused(said, DiscloseUnderConsent).slug == "no-consent"

    @pytest.mark.parametrize("name", ["record", "recipient", "purpose"])
    def test_of_something_else_to_someone_else_or_for_something_else_is_refused(self, name: str) -> None:
        refusal = refused(GRANTED, DiscloseUnderConsent, **{name: "another"})
        assert (refusal.slug, refusal.pointer) == ("no-consent", f"/{name}")

    def test_happens_once_where_it_is_for_once(self) -> None:
        state = granted(times="once")
        outcome = disclosed(state, NOW)
        assert isinstance(outcome, Decided)
        assert outcome.closes == ("expiry",)
        used = MATTER.decider.evolve(state, outcome.events[0])
        assert used.status == "used"
        again = disclosed(used, NOW + SECOND)
        assert isinstance(again, Refusal)
        assert (again.slug, again.state) == ("consent-used", "used")

    def test_happens_as_often_as_wanted_where_it_is_for_many(self) -> None:
        state = MATTER.after(*GRANTED, DiscloseUnderConsent, DiscloseUnderConsent)
        assert (state.status, len(state.disclosures)) == ("granted", 2)


def expired() -> ConsentExpired:
    grant = command(GrantConsent)
    return ConsentExpired(country=grant.country, number=grant.number, expires_at=EXPIRY, recorded_at=EXPIRY + SECOND)


class TestClock:
    def report(self) -> ReportDeadline:
        return ReportDeadline(intent_id="expiry", attempt=1, reached_at=EXPIRY + SECOND)

    def test_tells_both_sides_that_a_consent_has_run_out(self) -> None:
        state = MATTER.after(*GRANTED)
        outcome = MATTER.decided(state, self.report(), "jp")
        assert isinstance(outcome, Decided)
        assert (outcome.events, outcome.closes) == ([expired()], ("expiry",))
        assert ConsentExpired in CASES.to_both_sides
        ended = MATTER.decider.evolve(state, expired())
        assert ended.status == "expired"
        assert MATTER.decided(ended, self.report(), "jp") == Decided()

    def test_says_nothing_of_what_has_ended_before(self) -> None:
        for state in (MATTER.after(*ASKED), MATTER.after(*WITHDRAWN), MATTER.new):
            assert MATTER.decided(state, self.report(), "jp") == Decided()


WHAT = Disclosure(record="r", recipient="x", purpose="p")
MOMENTS = st.integers(-3, 3).map(lambda seconds: NOW + seconds * SECOND)


@given(
    moment=MOMENTS,
    expires_at=MOMENTS,
    withdrawn_at=st.none() | MOMENTS,
    times=st.sampled_from(["once", "many"]),
    used=st.booleans(),
    disclosure=st.builds(
        Disclosure, record=st.sampled_from("rs"), recipient=st.just("x"), purpose=st.sampled_from("pq")
    ),
)
def test_a_consent_covers_what_it_names_in_its_time_and_nothing_else(
    moment: datetime,
    expires_at: datetime,
    withdrawn_at: datetime | None,
    times: Any,
    used: bool,
    disclosure: Disclosure,
) -> None:
    consent = Consent(**dict(WHAT), expires_at=expires_at, times=times)
    found = not_covered(consent, disclosure, moment, withdrawn_at=withdrawn_at, used=used)
    in_time = moment < expires_at and (withdrawn_at is None or moment < withdrawn_at)
    assert (found is None) == (in_time and disclosure == WHAT and not (used and times == "once"))
    assert found is None or (isinstance(found, Uncovered) and found.slug in SLUGS)


def test_what_the_originator_signs_names_all_that_is_consented_to() -> None:
    assert Consent.model_fields.keys() <= GrantConsent.model_fields.keys()
    assert isinstance(MATTER.after(*GRANTED).grant, ConsentGranted)
