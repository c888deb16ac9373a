"""M7.1, M7.4: applications are screened criterion by criterion before an accreditation; guidance is recorded."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from joserfc.jwk import KeySet

from services.registry.screening.api import router
from services.registry.sending_organizations.model import SendingOrganizationRecord
from shared.clock import FixedClock
from shared.contracts.base import Contract
from shared.contracts.sending_organization import ApplicationSubmitted, ScreenApplication
from shared.errors import SLUGS
from shared.messaging.decider import Decided, Refusal
from shared.security.keys import make_key
from shared.security.tokens import Actor, TokenIssuer, TokenVerifier
from shared.web import create_app
from tests.organization_builders import (
    APPLICATION,
    CRITERIA,
    NOW,
    NUMBER,
    STREAM,
    accredit,
    apply,
    context,
    decide,
    guide,
    record_after,
    refuse,
    reinstate,
    renew,
    revoke,
    screen,
    suspend,
    told,
)

NEW = SendingOrganizationRecord()
RENEWAL = "З-2026/90"


def refused(state: SendingOrganizationRecord, command: Contract, **envelope: Any) -> Refusal:
    decided = decide(state, command, context(**envelope))
    assert isinstance(decided, Refusal)
    assert decided.slug in SLUGS
    return decided


def taken(state: SendingOrganizationRecord, command: Contract) -> Decided:
    decided = decide(state, command, context())
    assert isinstance(decided, Decided), decided
    return decided


def renewing(applied_on: date = date(2026, 11, 1)) -> Contract:
    return apply(number=RENEWAL, purpose="renewal", applied_on=applied_on)


def screened(*criteria: str) -> Contract:
    """The application for a renewal, in these criteria or all."""
    return screen(*criteria, screened_on=date(2026, 11, 10), application_number=RENEWAL)


class TestApplication:
    def test_is_screened_by_the_criteria_of_its_day(self) -> None:
        (event,) = taken(NEW, apply()).events
        assert isinstance(event, ApplicationSubmitted)
        assert (event.criteria, event.criteria_since) == (CRITERIA, date(2023, 7, 6))
        refusal = refused(NEW, apply(applied_on=date(2023, 7, 5)))
        assert (refusal.slug, refusal.clause, refusal.pointer) == ("no-criteria", "M7.1", "/application/applied_on")

    def test_of_a_country_that_is_screened_by_nothing_is_refused(self) -> None:
        assert refused(NEW, apply(), agreement="xa-xb").slug == "no-criteria"

    def test_with_a_number_told_before_is_refused(self) -> None:
        assert refused(record_after(apply()), apply()).slug == "already-applied"

    def test_of_another_countrys_organization_is_refused(self) -> None:
        for command in (apply(), screen(), refuse(), guide()):
            assert refused(record_after(apply()), command, originator="jp", addressee="kg").slug == "wrong-party"

    def test_for_another_destination_than_the_message_goes_to_is_refused(self) -> None:
        assert refused(NEW, apply(destination="kr")).slug == "wrong-destination"

    def test_for_a_renewal_is_made_while_the_accreditation_lasts(self) -> None:
        for state, day, slug in (
            (NEW, date(2026, 11, 1), "not-accredited"),
            (record_after(accredit()), date(2027, 1, 1), "expired"),
            (record_after(accredit(), revoke(date(2026, 12, 1))), date(2026, 11, 1), "revoked"),
        ):
            refusal = refused(state, renewing(day))
            assert (refusal.slug, refusal.clause) == (slug, "M7.1")
        taken(record_after(accredit(), suspend()), renewing())


class TestScreening:
    def test_finds_criterion_by_criterion(self) -> None:
        state = record_after(apply(), screen("human-rights", met=False), screen("transparent-fees"))
        known = state.application(APPLICATION)
        assert known is not None
        assert set(known.not_met) == set(CRITERIA) - {"transparent-fees"}

    def test_found_anew_stands_in_place_of_what_was_found_before_and_keeps_it(self) -> None:
        state = record_after(apply(), screen(met=False), screen())
        known = state.application(APPLICATION)
        assert known is not None
        assert known.not_met == ()
        assert len(known.screenings) == 2

    def test_of_what_is_no_criterion_or_twice_the_same_is_refused_at_its_place(self) -> None:
        refusal = refused(record_after(apply()), screen("human-rights", "good-looks"))
        assert (refusal.slug, refusal.pointer) == ("no-such-criterion", "/results/1/criterion")
        assert refused(record_after(apply()), screen("human-rights", "human-rights")).slug == "subject-twice"

    def test_before_its_application_was_told_is_refused(self) -> None:
        """A correction before what it corrects: it is told so, and sent again after it."""
        refusal = refused(NEW, screen())
        assert (refusal.slug, refusal.clause, refusal.state) == ("no-such-application", "M7.1", "not-applied")
        assert refused(record_after(apply()), screen(screened_on=date(2025, 11, 30))).slug == "dates-reversed"

    def test_of_what_was_decided_on_is_refused_with_how(self) -> None:
        for state, standing in (
            (record_after(apply(), refuse()), "refused"),
            (record_after(apply(), screen(), accredit(APPLICATION)), "accredited"),
        ):
            for command in (screen(), refuse()):
                refusal = refused(state, command)
                assert (refusal.slug, refusal.state) == ("application-decided", standing)


class TestAccreditationThatNamesItsApplication:
    def test_is_taken_when_every_criterion_is_met(self) -> None:
        state = record_after(apply(), screen(), accredit(APPLICATION))
        assert state.standing_on(date(2026, 6, 1)) == "accredited"
        known = state.application(APPLICATION)
        assert known is not None
        assert known.standing == "accredited"

    @pytest.mark.parametrize(
        "before", [[apply()], [apply(), screen(*CRITERIA[1:])], [apply(), screen(), screen("human-rights", met=False)]]
    )
    def test_is_refused_with_one_unmet_or_unscreened(self, before: list[Contract]) -> None:
        refusal = refused(record_after(*before), accredit(APPLICATION))
        assert (refusal.slug, refusal.clause, refusal.state) == ("criteria-not-met", "M7.1", "submitted")
        assert refusal.pointer == "/application_number"

    def test_is_refused_for_one_never_told_refused_or_of_another_purpose(self) -> None:
        assert refused(NEW, accredit(APPLICATION)).slug == "no-such-application"
        assert refused(record_after(apply(), refuse()), accredit(APPLICATION)).slug == "application-decided"
        expired = record_after(accredit(), renewing(), screened())
        anew = accredit(RENEWAL, valid_from=date(2027, 1, 1), valid_to=None)
        assert refused(expired, anew).slug == "no-such-application"

    def test_need_not_be_named(self) -> None:
        taken(record_after(apply()), accredit())


class TestRefusal:
    def test_is_taken_unless_every_criterion_is_met(self) -> None:
        taken(record_after(apply(), screen("human-rights", met=False)), refuse())
        refusal = refused(record_after(apply(), screen()), refuse())
        assert (refusal.slug, refusal.clause, refusal.state) == ("criteria-met", "M7.1", "submitted")
        assert refused(record_after(apply()), refuse(refused_on=date(2025, 11, 30))).slug == "dates-reversed"


class TestRenewalUnderWay:
    def test_rests_on_its_application_when_it_names_it(self) -> None:
        state = record_after(accredit(), renewing(), screened(*CRITERIA[1:]))
        named = renew(application_number=RENEWAL)
        assert refused(state, named).slug == "criteria-not-met"
        state = record_after(accredit(), renewing(), screened(), named)
        known = state.application(RENEWAL)
        assert known is not None
        assert (known.standing, state.standing_on(date(2027, 6, 1))) == ("renewed", "accredited")

    def test_lapses_with_a_revocation_and_is_not_taken_up_again(self) -> None:
        state = record_after(accredit(), renewing(), revoke(date(2026, 12, 15)))
        known = state.application(RENEWAL)
        assert known is not None
        assert known.standing == "lapsed"
        assert refused(state, screened()).state == "lapsed"
        assert refused(state, renew(application_number=RENEWAL)).slug == "revoked"
        again = record_after(accredit(), renewing(), revoke(date(2026, 11, 15)), reinstate(date(2026, 11, 20)))
        assert refused(again, renew(application_number=RENEWAL)).slug == "application-decided"
        taken(again, apply(number="З-2026/91", purpose="renewal", applied_on=date(2026, 11, 21)))

    def test_leaves_an_application_for_an_accreditation_open(self) -> None:
        state = record_after(accredit(), apply(), revoke())
        known = state.application(APPLICATION)
        assert known is not None
        assert known.standing == "submitted"


class TestGuidance:
    def test_is_given_to_accredited_organizations(self) -> None:
        taken(record_after(accredit()), guide())
        taken(record_after(accredit(), suspend(date(2026, 3, 1))), guide())
        for state, slug in (
            (NEW, "not-accredited"),
            (record_after(accredit(), revoke(date(2026, 3, 1))), "revoked"),
            (record_after(accredit(valid_to=date(2026, 2, 28))), "expired"),
        ):
            refusal = refused(state, guide())
            assert (refusal.slug, refusal.clause) == (slug, "M7.4")

    def test_with_a_number_told_before_is_refused(self) -> None:
        assert refused(record_after(accredit(), guide()), guide()).slug == "already-given"


def test_all_of_it_stays_with_the_country_it_comes_from() -> None:
    """Neither public, nor for the other side."""
    state = record_after(accredit(), apply())
    for command in (renewing(), screen(), refuse(), guide()):
        decided = taken(state, command)
        assert decided.addressee == "kg"
        assert decided.classification in ("official", "confidential")


def test_an_accreditation_stays_public_though_it_names_an_application() -> None:
    decided = taken(record_after(apply(), screen()), accredit(APPLICATION))
    assert (decided.classification, decided.addressee) == ("public", None)


class TestReading:
    async def ask(self, record: SendingOrganizationRecord, party: str) -> httpx.Response:
        key, clock = make_key("issuer"), FixedClock(NOW)

        async def state_of(stream: str, _: type[SendingOrganizationRecord]) -> SendingOrganizationRecord | None:
            return record if stream == STREAM else None

        app = create_app("registry")
        app.state.tokens = TokenVerifier(KeySet([key]), clock)
        app.include_router(router(state_of))
        token = TokenIssuer(key, clock).issue(Actor(sub="someone", role="operator", party=party))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://registry.test") as http:
            return await http.get(f"/v1/screenings/kg/{NUMBER}", headers={"Authorization": f"Bearer {token}"})

    async def test_tells_operators_of_the_own_country_what_is_still_not_met(self) -> None:
        record = record_after(apply(), screen(*CRITERIA[1:]), accredit(), guide())
        body = (await self.ask(record, "kg")).json()
        (one,) = body["applications"]
        assert (one["standing"], one["not_met"]) == ("submitted", ["lawful-business"])
        assert body["guidance"][0]["guidance"]["number"] == "Р-2026/4"

    async def test_tells_no_operator_of_another_country(self) -> None:
        answer = await self.ask(record_after(apply()), "jp")
        assert (answer.status_code, answer.json()["slug"]) == (403, "wrong-party")

    async def test_says_that_nothing_is_recorded(self) -> None:
        assert (await self.ask(record_after(accredit()), "kg")).status_code == 404


def test_what_was_known_before_a_screening_is_an_open_application() -> None:
    state = record_after(apply())
    decided = decide(state, screen(), context(NOW + timedelta(days=1)))
    state = told(state, decided)
    (before,) = state.known_at(NOW).applications
    assert (before.screenings, before.not_met) == ((), CRITERIA)
    assert state.known_at(NOW - timedelta(days=1)).applications == ()


class TestWhatIsSaid:
    """M7.1, M7.4: what nobody can understand is not recorded."""

    def test_a_criterion_that_is_not_met_says_in_what(self) -> None:
        state, command = record_after(apply()), screen("human-rights", met=False)
        assert isinstance(command, ScreenApplication)
        (found,) = command.results
        for note in (None, " "):
            refusal = refused(state, command.model_copy(update={"results": (found.model_copy(update={"note": note}),)}))
            assert (refusal.slug, refusal.clause, refusal.pointer) == ("missing-field", "M7.1", "/results/0/note")
        met = found.model_copy(update={"note": None, "met": True})
        taken(state, command.model_copy(update={"results": (met,)}))

    def test_a_refusal_says_why(self) -> None:
        refusal = refused(record_after(apply()), refuse().model_copy(update={"ground": {"ru": ""}}))
        assert (refusal.slug, refusal.clause, refusal.pointer) == ("missing-field", "M7.1", "/ground")

    def test_guidance_has_words(self) -> None:
        command = guide()
        silent = command.model_copy(update={"guidance": command.guidance.model_copy(update={"text": {}})})
        refusal = refused(record_after(accredit()), silent)
        assert (refusal.slug, refusal.clause, refusal.pointer) == ("missing-field", "M7.4", "/guidance/text")
