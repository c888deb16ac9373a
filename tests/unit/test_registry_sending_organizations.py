"""M7.1, M7.2, M7.4: what the registry takes and what it refuses of sending organizations."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.registry.sending_organizations.model import SendingOrganizationRecord, evolve
from shared.contracts.base import Contract
from shared.contracts.common import CommandRefused
from shared.contracts.sending_organization import (
    SendingOrganizationAccredited,
    SendingOrganizationAmended,
    SendingOrganizationReinstated,
    SendingOrganizationRenewed,
    SendingOrganizationRevoked,
    SendingOrganizationSuspended,
)
from shared.errors import SLUGS
from shared.messaging.decider import Decided, Refusal
from tests.organization_builders import (
    NOW,
    accredit,
    amend,
    context,
    decide,
    organization,
    permit,
    record_after,
    reinstate,
    renew,
    resume,
    revoke,
    suspend,
)

NEW = SendingOrganizationRecord()


def refused(state: SendingOrganizationRecord, command: Contract, **envelope: Any) -> Refusal:
    decided = decide(state, command, context(**envelope))
    assert isinstance(decided, Refusal)
    assert decided.slug in SLUGS
    return decided


def taken(state: SendingOrganizationRecord, command: Contract) -> Contract:
    decided = decide(state, command, context())
    assert isinstance(decided, Decided)
    (event,) = decided.events
    return event


class TestAccreditation:
    def test_is_recorded_with_the_moment_it_became_known(self) -> None:
        event = taken(NEW, accredit())
        assert event == SendingOrganizationAccredited(organization=organization(), permit=permit(), recorded_at=NOW)

    def test_is_public_because_both_sides_publish_it(self) -> None:
        decided = decide(NEW, accredit(), context())
        assert isinstance(decided, Decided)
        assert decided.classification == "public"

    def test_may_begin_in_the_past_or_in_the_future(self) -> None:
        for begins in (date(2020, 4, 1), date(2030, 4, 1)):
            taken(NEW, accredit(valid_from=begins, valid_to=begins + timedelta(days=365)))

    def test_may_have_no_end(self) -> None:
        taken(NEW, accredit(valid_to=None))

    def test_of_an_accredited_organization_is_refused_with_the_state_found(self) -> None:
        refusal = refused(record_after(accredit()), accredit())
        assert (refusal.slug, refusal.clause, refusal.state) == ("already-accredited", "M7.1", "accredited")

    def test_without_end_leaves_no_room_for_another(self) -> None:
        state = record_after(accredit(valid_to=None))
        assert refused(state, accredit(valid_from=date(2040, 1, 1), valid_to=None)).slug == "already-accredited"

    def test_that_would_end_before_it_begins_is_refused(self) -> None:
        assert refused(NEW, accredit(valid_to=date(2025, 12, 31))).slug == "dates-reversed"

    def test_for_a_single_day_is_taken(self) -> None:
        taken(NEW, accredit(valid_to=date(2026, 1, 1)))

    def test_follows_an_expired_one_on_the_next_day(self) -> None:
        state = record_after(accredit())
        assert refused(state, accredit(valid_from=date(2026, 12, 31), valid_to=None)).slug == "already-accredited"
        taken(state, accredit(valid_from=date(2027, 1, 1), valid_to=None))

    def test_follows_a_revoked_one_on_the_day_of_the_revocation_at_the_earliest(self) -> None:
        state = record_after(accredit(), revoke(date(2026, 9, 1)))
        refusal = refused(state, accredit(valid_from=date(2026, 8, 31), valid_to=None))
        assert (refusal.slug, refusal.state) == ("already-accredited", "accredited")
        taken(state, accredit(valid_from=date(2026, 9, 1), valid_to=None))

    def test_of_another_countrys_organization_is_refused(self) -> None:
        refusal = refused(NEW, accredit(), originator="jp", addressee="kg")
        assert (refusal.slug, refusal.clause) == ("wrong-party", "M7.1")

    def test_under_an_agreement_with_another_country_than_the_permit_is_for_is_refused(self) -> None:
        refusal = refused(NEW, accredit(destination="kr"))
        assert (refusal.slug, refusal.pointer) == ("wrong-destination", "/permit/destination")

    def test_sent_to_another_organizations_record_is_refused(self) -> None:
        assert refused(NEW, accredit(), subject="sending-organization/kg/other").slug == "not-the-contract"


class TestAmendment:
    def test_is_recorded_with_its_effective_day(self) -> None:
        event = taken(record_after(accredit()), amend(date(2026, 6, 1)))
        assert isinstance(event, SendingOrganizationAmended)
        assert event.effective_on == date(2026, 6, 1)
        assert event.organization.address == "г. Ош, ул. Ленина, д. 312"

    def test_of_an_organization_never_accredited_is_refused(self) -> None:
        refusal = refused(NEW, amend())
        assert (refusal.slug, refusal.clause, refusal.state) == ("not-accredited", "M7.2", "not-accredited")

    def test_of_a_revoked_organization_is_refused(self) -> None:
        state = record_after(accredit(), revoke())
        assert refused(state, amend(date(2026, 10, 1))).slug == "revoked"

    def test_dated_before_a_recorded_revocation_is_refused_too(self) -> None:
        state = record_after(accredit(), revoke(date(2026, 9, 1)))
        assert refused(state, amend(date(2026, 6, 1))).slug == "revoked"

    def test_before_the_accreditation_began_is_refused(self) -> None:
        refusal = refused(record_after(accredit()), amend(date(2025, 12, 31)))
        assert (refusal.slug, refusal.state) == ("outside-period", "not-yet-accredited")

    def test_on_the_first_day_corrects_the_accreditation(self) -> None:
        taken(record_after(accredit()), amend(date(2026, 1, 1)))

    def test_that_renews_the_permit_without_a_gap_is_taken(self) -> None:
        renewed = amend(date(2027, 1, 1), valid_from=date(2027, 1, 1), valid_to=date(2027, 12, 31))
        taken(record_after(accredit()), renewed)

    def test_after_a_gap_is_refused_as_expired(self) -> None:
        late = amend(date(2027, 1, 2), valid_from=date(2027, 1, 2), valid_to=date(2027, 12, 31))
        refusal = refused(record_after(accredit()), late)
        assert (refusal.slug, refusal.state) == ("expired", "expired")

    def test_that_its_own_permit_does_not_cover_is_refused(self) -> None:
        assert refused(record_after(accredit()), amend(date(2027, 1, 1))).slug == "dates-reversed"

    def test_of_another_countrys_organization_is_refused(self) -> None:
        assert refused(record_after(accredit()), amend(), originator="jp", addressee="kg").slug == "wrong-party"


class TestRevocation:
    def test_is_recorded_with_day_and_ground(self) -> None:
        event = taken(record_after(accredit()), revoke(date(2026, 9, 1)))
        assert isinstance(event, SendingOrganizationRevoked)
        assert (event.effective_on, event.ground, event.recorded_at) == (date(2026, 9, 1), revoke().ground, NOW)

    @pytest.mark.parametrize("ground", [{}, {"ru": " "}])
    def test_says_why_as_suspension_and_reinstatement_do(self, ground: dict[str, str]) -> None:
        without = {"ground": ground}
        accredited, revoked = record_after(accredit()), record_after(accredit(), revoke())
        for state, command in ((accredited, revoke()), (accredited, suspend()), (revoked, reinstate())):
            refusal = refused(state, command.model_copy(update=without))
            assert (refusal.slug, refusal.clause, refusal.pointer) == ("missing-field", "M7.4", "/ground")

    def test_of_an_organization_never_accredited_is_refused(self) -> None:
        refusal = refused(NEW, revoke())
        assert (refusal.slug, refusal.clause, refusal.state) == ("not-accredited", "M7.4", "not-accredited")

    def test_a_second_time_is_refused(self) -> None:
        refusal = refused(record_after(accredit(), revoke()), revoke(date(2026, 10, 1)))
        assert (refusal.slug, refusal.state) == ("already-revoked", "revoked")

    def test_after_the_accreditation_expired_is_refused(self) -> None:
        assert refused(record_after(accredit()), revoke(date(2027, 1, 1))).slug == "expired"
        taken(record_after(accredit()), revoke(date(2026, 12, 31)))

    def test_before_the_accreditation_began_is_refused(self) -> None:
        assert refused(record_after(accredit()), revoke(date(2025, 12, 31))).slug == "outside-period"

    def test_on_the_first_day_leaves_no_day_of_accreditation(self) -> None:
        state = record_after(accredit(), revoke(date(2026, 1, 1)))
        assert state.standing_on(date(2026, 1, 1)) == "revoked"

    def test_ends_what_earlier_recorded_amendments_announce_for_later(self) -> None:
        state = record_after(accredit(), amend(date(2026, 10, 1)), revoke(date(2026, 9, 1)))
        assert state.standing_on(date(2026, 11, 1)) == "revoked"

    def test_applies_to_the_accreditation_made_anew(self) -> None:
        anew = accredit(valid_from=date(2026, 9, 1), valid_to=None)
        state = record_after(accredit(), revoke(date(2026, 9, 1)), anew, revoke(date(2026, 11, 1)))
        standings = [state.standing_on(date(2026, month, 15)) for month in (8, 9, 11)]
        assert standings == ["accredited", "accredited", "revoked"]

    def test_of_another_countrys_organization_is_refused(self) -> None:
        assert refused(record_after(accredit()), revoke(), originator="jp", addressee="kg").slug == "wrong-party"

    def test_sent_to_another_organizations_record_is_refused(self) -> None:
        assert refused(record_after(accredit()), revoke(registration_number="999")).slug == "not-the-contract"


class TestRenewal:
    def test_moves_the_permits_last_day_from_the_day_after_the_old_one_on(self) -> None:
        state = record_after(accredit(), renew())
        event = taken(record_after(accredit()), renew())
        assert isinstance(event, SendingOrganizationRenewed)
        assert (event.effective_on, event.permit.valid_to) == (date(2027, 1, 1), date(2027, 12, 31))
        assert (event.permit.number, event.permit.valid_from) == ("17/26", date(2026, 1, 1))
        days = (date(2026, 12, 31), date(2027, 1, 1), date(2027, 12, 31), date(2028, 1, 1))
        assert [state.standing_on(day) for day in days] == ["accredited", "accredited", "accredited", "expired"]

    def test_keeps_what_was_amended_before_and_is_renewed_again(self) -> None:
        state = record_after(accredit(), amend(date(2026, 10, 1)), renew(date(2026, 6, 1)))
        version = state.accreditations[0].version_on(date(2027, 6, 1))
        assert version is not None
        assert version.organization.address == "г. Ош, ул. Ленина, д. 312"
        again = record_after(accredit(), renew(), renew(date(2027, 12, 1), date(2028, 12, 31)))
        assert again.standing_on(date(2028, 12, 31)) == "accredited"

    def test_on_the_last_day_is_taken_and_a_day_later_refused_as_expired(self) -> None:
        taken(record_after(accredit()), renew(date(2026, 12, 31)))
        refusal = refused(record_after(accredit()), renew(date(2027, 1, 1)))
        assert (refusal.slug, refusal.clause, refusal.state) == ("expired", "M7.1", "expired")
        assert refusal.pointer == "/decided_on"

    def test_of_a_revoked_accreditation_is_refused_whatever_its_day(self) -> None:
        """A revocation that comes while a renewal is under way goes before it."""
        refusal = refused(record_after(accredit(), revoke(date(2026, 12, 15))), renew(date(2026, 12, 1)))
        assert (refusal.slug, refusal.clause, refusal.state) == ("revoked", "M7.1", "revoked")

    def test_that_was_recorded_ends_with_a_revocation(self) -> None:
        for day in (date(2026, 12, 15), date(2027, 3, 1)):
            state = record_after(accredit(), renew(), revoke(day))
            assert state.standing_on(day - timedelta(days=1)) == "accredited"
            assert {state.standing_on(later) for later in (day, date(2027, 6, 1), date(2028, 6, 1))} == {"revoked"}

    def test_that_ends_no_later_than_the_permit_is_refused(self) -> None:
        assert refused(record_after(accredit()), renew(valid_to=date(2026, 12, 31))).slug == "dates-reversed"

    def test_of_one_without_end_or_of_none_is_refused(self) -> None:
        assert refused(record_after(accredit(valid_to=None)), renew()).slug == "already-accredited"
        assert refused(NEW, renew()).slug == "not-accredited"
        assert refused(record_after(accredit()), renew(date(2025, 12, 1))).slug == "outside-period"

    def test_before_it_expires_leaves_a_suspension_as_it_is(self) -> None:
        state = record_after(accredit(), suspend(date(2026, 11, 1)), renew())
        assert state.standing_on(date(2027, 6, 1)) == "suspended"


class TestSuspension:
    def test_holds_from_its_day_until_it_is_resumed(self) -> None:
        state = record_after(accredit(), suspend(date(2026, 7, 1)), resume(date(2026, 8, 1)))
        days = (date(2026, 6, 30), date(2026, 7, 1), date(2026, 7, 31), date(2026, 8, 1))
        assert [state.standing_on(day) for day in days] == ["accredited", "suspended", "suspended", "accredited"]

    def test_is_public_with_its_ground(self) -> None:
        decided = decide(record_after(accredit()), suspend(), context())
        assert isinstance(decided, Decided)
        assert decided.classification == "public"
        (event,) = decided.events
        assert isinstance(event, SendingOrganizationSuspended)
        assert (event.ground, event.recorded_at) == (suspend().ground, NOW)

    def test_says_from_which_notice_it_follows_and_the_record_does_not(self) -> None:
        naming = suspend().model_copy(update={"case": "jp-3"})
        decided = decide(record_after(accredit()), naming, context())
        assert isinstance(decided, Decided)
        (event,) = decided.events
        assert isinstance(event, SendingOrganizationSuspended)
        assert event.case == "jp-3"
        assert "jp-3" not in record_after(accredit(), naming).model_dump_json()

    def test_leaves_what_is_amended_meanwhile_and_was_announced_before_as_told(self) -> None:
        state = record_after(
            accredit(), amend(date(2026, 10, 1)), suspend(date(2026, 7, 1)), amend(date(2026, 7, 15), number="18/26")
        )
        assert state.standing_on(date(2026, 8, 1)) == "suspended"
        version = state.accreditations[0].version_on(date(2026, 11, 1))
        assert version is not None
        assert version.permit.number == "18/26"

    def test_a_second_time_is_refused_and_an_earlier_day_or_other_words_correct_it(self) -> None:
        state = record_after(accredit(), suspend(date(2026, 7, 1)))
        for same in (suspend(date(2026, 7, 1)), suspend(date(2026, 7, 2))):
            refusal = refused(state, same)
            assert (refusal.slug, refusal.clause, refusal.state) == ("suspended", "M7.4", "suspended")
        corrected = record_after(accredit(), suspend(date(2026, 7, 1)), suspend(date(2026, 6, 15)))
        assert corrected.standing_on(date(2026, 6, 20)) == "suspended"
        assert corrected.known_at(NOW - timedelta(hours=1)).standing_on(date(2026, 6, 20)) == "not-accredited"
        assert len(corrected.accreditations[0].interruptions) == 2
        taken(state, suspend(date(2026, 7, 1), "По жалобе."))

    def test_is_called_off_on_its_own_first_day(self) -> None:
        state = record_after(accredit(), suspend(date(2026, 7, 1)), resume(date(2026, 7, 1)))
        assert {state.standing_on(date(2026, 7, day)) for day in (1, 2, 31)} == {"accredited"}

    def test_does_not_reach_into_the_one_before(self) -> None:
        state = record_after(accredit(), suspend(date(2026, 7, 1)), resume(date(2026, 8, 1)))
        assert refused(state, suspend(date(2026, 7, 31))).slug == "dates-reversed"
        taken(state, suspend(date(2026, 8, 1)))

    def test_outside_the_accreditation_is_refused_with_the_state_found(self) -> None:
        for state, day, slug in (
            (NEW, date(2026, 7, 1), "not-accredited"),
            (record_after(accredit()), date(2025, 12, 31), "outside-period"),
            (record_after(accredit()), date(2027, 1, 1), "expired"),
            (record_after(accredit(), revoke(date(2026, 9, 1))), date(2026, 9, 1), "revoked"),
        ):
            assert refused(state, suspend(day)).slug == slug
        taken(record_after(accredit(), revoke(date(2026, 9, 1))), suspend(date(2026, 8, 31)))

    def test_ends_with_the_accreditation(self) -> None:
        anew = accredit(valid_from=date(2026, 9, 1), valid_to=None)
        state = record_after(accredit(), suspend(date(2026, 7, 1)), revoke(date(2026, 9, 1)), anew)
        assert [state.standing_on(date(2026, month, 1)) for month in (8, 9)] == ["suspended", "accredited"]

    def test_under_the_agreement_with_another_country_is_refused(self) -> None:
        assert refused(record_after(accredit()), suspend(), addressee="kr").slug == "wrong-destination"

    def test_of_another_countrys_organization_is_refused(self) -> None:
        for command in (suspend(), resume(), renew(), reinstate()):
            assert refused(record_after(accredit()), command, originator="jp", addressee="kg").slug == "wrong-party"


class TestResumption:
    def test_of_what_is_not_suspended_is_refused_with_the_state(self) -> None:
        refusal = refused(record_after(accredit()), resume())
        assert (refusal.slug, refusal.clause, refusal.state) == ("not-suspended", "M7.4", "accredited")

    def test_before_the_suspension_began_is_refused(self) -> None:
        state = record_after(accredit(), suspend(date(2026, 7, 1)))
        assert refused(state, resume(date(2026, 6, 30))).slug == "dates-reversed"

    def test_told_again_is_refused_and_an_earlier_day_corrects_it(self) -> None:
        state = record_after(accredit(), suspend(date(2026, 7, 1)), resume(date(2026, 8, 1)))
        for later in (resume(date(2026, 8, 1)), resume(date(2026, 8, 2))):
            assert refused(state, later).slug == "not-suspended"
        corrected = record_after(
            accredit(), suspend(date(2026, 7, 1)), resume(date(2026, 8, 1)), resume(date(2026, 7, 20))
        )
        assert corrected.standing_on(date(2026, 7, 25)) == "accredited"

    def test_before_the_suspension_that_it_ends_was_told_is_refused(self) -> None:
        """A correction before what it corrects: it is told so, and sent again after it."""
        assert refused(NEW, resume()).slug == "not-accredited"
        assert refused(record_after(accredit()), resume()).slug == "not-suspended"


class TestReinstatement:
    def test_makes_it_accredited_again_as_it_stood(self) -> None:
        state = record_after(
            accredit(), amend(date(2026, 6, 1)), revoke(date(2026, 9, 1)), reinstate(date(2026, 11, 1))
        )
        days = (date(2026, 8, 31), date(2026, 9, 1), date(2026, 10, 31), date(2026, 11, 1), date(2027, 1, 1))
        standings = [state.standing_on(day) for day in days]
        assert standings == ["accredited", "revoked", "revoked", "accredited", "expired"]
        version = state.accreditations[-1].version_on(date(2026, 11, 1))
        assert version is not None
        assert (version.change, version.organization.address) == ("reinstated", "г. Ош, ул. Ленина, д. 312")

    def test_on_the_day_of_the_revocation_leaves_no_day_without_the_accreditation(self) -> None:
        state = record_after(accredit(), revoke(date(2026, 9, 1)), reinstate(date(2026, 9, 1)))
        assert {state.standing_on(date(2026, month, 15)) for month in range(1, 13)} == {"accredited"}

    def test_keeps_the_revocation_in_the_history(self) -> None:
        state = record_after(accredit(), revoke(date(2026, 9, 1)), reinstate(date(2026, 11, 1)))
        assert state.accreditations[0].revocation is not None
        assert state.accreditations[0].revocation.ground == revoke().ground

    def test_is_refused_where_nothing_is_revoked(self) -> None:
        refusal = refused(record_after(accredit()), reinstate())
        assert (refusal.slug, refusal.clause, refusal.state) == ("not-revoked", "M7.4", "accredited")
        assert refused(NEW, reinstate()).slug == "not-accredited"
        anew = accredit(valid_from=date(2026, 10, 1), valid_to=None)
        assert refused(record_after(accredit(), revoke(), anew), reinstate()).slug == "not-revoked"

    def test_before_the_revocation_or_after_the_permit_is_refused(self) -> None:
        state = record_after(accredit(), revoke(date(2026, 9, 1)))
        assert refused(state, reinstate(date(2026, 8, 31))).slug == "dates-reversed"
        assert refused(state, reinstate(date(2027, 1, 1))).slug == "expired"
        taken(state, reinstate(date(2026, 12, 31)))

    def test_leaves_out_what_had_been_announced_for_later(self) -> None:
        state = record_after(accredit(), renew(), revoke(date(2026, 9, 1)), reinstate(date(2026, 11, 1)))
        assert state.standing_on(date(2027, 1, 1)) == "expired"
        renewed = decide(state, renew(), context())
        assert isinstance(renewed, Decided)

    def test_is_followed_by_amendment_suspension_and_another_revocation(self) -> None:
        state = record_after(accredit(), revoke(date(2026, 9, 1)), reinstate(date(2026, 9, 15)))
        event = taken(state, amend(date(2026, 10, 1)))
        assert isinstance(event, SendingOrganizationAmended)
        taken(state, suspend(date(2026, 10, 1)))
        taken(state, revoke(date(2026, 10, 1)))
        assert isinstance(taken(record_after(accredit(), revoke()), reinstate()), SendingOrganizationReinstated)


class TestWhoWasAccreditedWhen:
    def test_before_between_and_after_the_days_of_the_permit(self) -> None:
        state = record_after(accredit())
        days = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1))
        standings = [state.standing_on(day) for day in days]
        assert standings == ["not-yet-accredited", "accredited", "accredited", "expired"]

    def test_the_day_of_the_revocation_is_the_first_without_the_accreditation(self) -> None:
        state = record_after(accredit(), revoke(date(2026, 9, 1)))
        assert state.standing_on(date(2026, 8, 31)) == "accredited"
        assert state.standing_on(date(2026, 9, 1)) == "revoked"

    def test_nothing_recorded_is_not_accredited(self) -> None:
        assert NEW.standing_on(date(2026, 1, 1)) == "not-accredited"

    def test_each_day_has_the_version_recorded_last_for_it(self) -> None:
        state = record_after(accredit(), amend(date(2026, 10, 1)), amend(date(2026, 6, 1), number="18/26"))
        accreditation = state.accreditation_on(date(2026, 11, 1))
        assert accreditation is not None
        versions = [accreditation.version_on(date(2026, month, 15)) for month in (5, 6, 11)]
        numbers = [version.permit.number for version in versions if version is not None]
        assert numbers == ["17/26", "18/26", "18/26"]

    def test_between_a_revocation_and_the_next_accreditation_it_is_revoked(self) -> None:
        anew = accredit(valid_from=date(2027, 1, 1), valid_to=None)
        state = record_after(accredit(), revoke(date(2026, 9, 1)), anew)
        assert state.standing_on(date(2026, 12, 1)) == "revoked"
        assert state.standing_on(date(2027, 1, 1)) == "accredited"

    def test_as_known_before_a_late_revocation_it_was_accredited(self) -> None:
        known = datetime(2026, 9, 20, tzinfo=UTC)
        state = record_after(accredit())
        late = decide(state, revoke(date(2026, 9, 1)), context(known))
        assert isinstance(late, Decided)
        state = evolve(state, late.events[0])
        day = date(2026, 9, 10)
        assert state.standing_on(day) == "revoked"
        assert state.known_at(known - timedelta(hours=1)).standing_on(day) == "accredited"
        assert state.known_at(NOW - timedelta(hours=1)).standing_on(day) == "not-accredited"


def test_what_is_no_matter_of_the_registry_is_a_defect_not_a_refusal() -> None:
    other = CommandRefused(command_id="1", command_type="x", problem=Refusal("expired", "x").problem())
    with pytest.raises(TypeError):
        decide(NEW, other, context())
    with pytest.raises(TypeError):
        evolve(NEW, other)
