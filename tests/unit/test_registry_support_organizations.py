"""Support organizations: what an edition's word does to what earlier editions said (M6.3b)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from services.registry.support_organizations.decisions import decide, record_edition
from services.registry.support_organizations.model import (
    SupportOrganizationRecord,
    SupportOrganizationRegister,
    evolve,
    evolve_register,
)
from services.registry.support_organizations.reactions import react
from shared.contracts.base import Contract
from shared.contracts.common import CommandRefused
from shared.contracts.support_organization import (
    EXAMPLES,
    RemoveSupportOrganization,
    SupportOrganizationAmended,
    SupportOrganizationEditionRecorded,
    SupportOrganizationEditionUnchanged,
    SupportOrganizationRegistered,
    SupportOrganizationRemoved,
    SupportOrganizationResumed,
    SupportOrganizationSuspended,
    SupportOrganizationUnchanged,
    register_stream_of,
    stream_of,
)
from shared.errors import SLUGS
from shared.messaging.decider import Decided, Refusal
from tests.support_organization_builders import (
    AUGUST,
    JUNE,
    MAY,
    NOW,
    NUMBER,
    REGISTER_STREAM,
    amend,
    context,
    edition,
    organization,
    record_after,
    register,
    remove,
    resume,
    suspend,
    suspended,
    told,
)

NEW = SupportOrganizationRecord()


def refused(state: SupportOrganizationRecord, command: Contract, **envelope: Any) -> Refusal:
    decided = decide(state, command, context(**envelope))
    assert isinstance(decided, Refusal), decided
    assert decided.slug in SLUGS
    assert decided.clause == "M6.3b"
    return decided


def taken(state: SupportOrganizationRecord, command: Contract, **envelope: Any) -> Contract:
    decided = decide(state, command, context(**envelope))
    assert isinstance(decided, Decided), decided
    (event,) = decided.events
    return event


class TestRegistration:
    def test_is_recorded_with_the_edition_and_the_moment_it_became_known(self) -> None:
        assert taken(NEW, register(MAY), sequence=7) == SupportOrganizationRegistered(
            organization=organization(), edition_date=MAY, place=7, agreement="jp-kg", recorded_at=NOW
        )

    def test_is_public_because_the_other_side_publishes_it(self) -> None:
        decided = decide(NEW, register(), context())
        assert isinstance(decided, Decided)
        assert (decided.classification, decided.addressee) == ("public", None)

    def test_keeps_names_as_published_to_the_last_character(self) -> None:
        # Characters that NFKC would change, and some that cp932 does not have.
        name = "㈱塚﨑𠮷隆　ｻﾎﾟｰﾄ"
        event = taken(NEW, register(names={"ja": name}))
        assert isinstance(event, SupportOrganizationRegistered)
        assert event.organization.names["ja"] == name

    def test_of_one_that_is_suspended_in_the_first_edition_records_it_as_suspended(self) -> None:
        state = record_after(register(**suspended().model_dump(exclude={"country", "registration_number"})))
        assert state.standing == "suspended"

    def test_of_another_countrys_organization_is_refused(self) -> None:
        assert refused(NEW, register(), originator="kg", addressee="jp").slug == "wrong-party"

    def test_sent_to_another_organizations_record_is_refused(self) -> None:
        assert refused(NEW, register(), subject=stream_of("jp", "20登-003454")).slug == "not-the-contract"

    def test_of_one_that_was_removed_brings_it_back(self) -> None:
        state = record_after(register(MAY), remove(JUNE))
        assert isinstance(taken(state, register(AUGUST)), SupportOrganizationRegistered)


class TestARegisterSentAnewInFull:
    """A bridge that lost its memory sends every organization as a registration."""

    @pytest.mark.parametrize(
        ("before", "now", "event"),
        [
            ([register()], organization(phones=("06-0000-0000",)), SupportOrganizationAmended),
            ([register()], suspended(), SupportOrganizationSuspended),
            ([register(), suspend(MAY)], organization(), SupportOrganizationResumed),
            ([register(), suspend(MAY)], suspended(phones=()), SupportOrganizationAmended),
        ],
    )
    def test_is_taken_as_what_it_changes(self, before: list[Contract], now: Any, event: type[Contract]) -> None:
        changed = taken(record_after(*before), register(JUNE).model_copy(update={"organization": now}))
        assert type(changed) is event

    def test_ends_as_one_sent_change_by_change(self) -> None:
        by_change = record_after(register(MAY), amend(JUNE), suspend(AUGUST))
        in_full = record_after(
            register(MAY), register(JUNE, **amend().organization.model_dump(include={"main_office"}))
        )
        in_full = told(
            in_full, decide(in_full, register(AUGUST).model_copy(update={"organization": suspended()}), context())
        )
        assert by_change == in_full


class TestWhatIsSaidAgain:
    @pytest.mark.parametrize(
        "state",
        [record_after(register()), record_after(register(), amend()), record_after(register(), suspend())],
        ids=["registered", "amended", "suspended"],
    )
    def test_changes_nothing_and_is_told_to_its_sender_alone(self, state: SupportOrganizationRecord) -> None:
        assert state.latest is not None
        again = register(AUGUST).model_copy(update={"organization": state.latest.organization})
        decided = decide(state, again, context())
        assert isinstance(decided, Decided)
        assert decided.events == [
            SupportOrganizationUnchanged(country="jp", registration_number=NUMBER, edition_date=AUGUST)
        ]
        assert (decided.addressee, decided.classification) == ("jp", "official")
        assert told(state, decided).versions == state.versions

    def test_by_a_later_edition_makes_an_earlier_one_older_all_the_same(self) -> None:
        state = record_after(register(MAY), register(AUGUST))
        assert refused(state, amend(JUNE)).slug == "older-edition"

    @pytest.mark.parametrize(
        ("before", "again"),
        [
            ([register(), suspend()], suspend(AUGUST)),
            ([register(), suspend(), resume()], resume(AUGUST)),
            ([register(), remove(JUNE)], remove(AUGUST)),
            ([register(), amend()], amend(AUGUST)),
        ],
    )
    def test_whatever_it_was_is_quiet(self, before: list[Contract], again: Contract) -> None:
        assert isinstance(taken(record_after(*before), again), SupportOrganizationUnchanged)

    def test_under_another_agreement_is_told_to_that_partner_and_is_no_further_version(self) -> None:
        state = record_after(register())
        decided = decide(state, register(), context(agreement="jp-xx", addressee="xx"))
        assert isinstance(decided, Decided)
        (event,) = decided.events
        assert isinstance(event, SupportOrganizationRegistered)
        assert event.agreement == "jp-xx"
        state = told(state, decided)
        assert len(state.versions) == 1
        assert isinstance(taken(state, register(), agreement="jp-xx", addressee="xx"), SupportOrganizationUnchanged)


class TestAmendment:
    def test_is_recorded_whole(self) -> None:
        event = taken(record_after(register()), amend())
        assert isinstance(event, SupportOrganizationAmended)
        assert event.organization == amend().organization

    def test_of_one_never_registered_comes_before_what_it_corrects_and_is_refused(self) -> None:
        refusal = refused(NEW, amend())
        assert (refusal.slug, refusal.state) == ("not-registered", "not-registered")

    def test_of_a_removed_one_is_refused(self) -> None:
        refusal = refused(record_after(register(), remove(JUNE)), amend(AUGUST))
        assert (refusal.slug, refusal.state) == ("removed", "removed")

    def test_of_a_suspended_one_leaves_it_suspended(self) -> None:
        state = record_after(register(), suspend())
        amended = amend(AUGUST).model_copy(update={"organization": suspended(phones=())})
        assert isinstance(taken(state, amended), SupportOrganizationAmended)
        assert refused(state, amend(AUGUST)).slug == "suspended"

    def test_cannot_suspend(self) -> None:
        amended = amend(JUNE).model_copy(update={"organization": suspended()})
        assert refused(record_after(register()), amended).slug == "not-suspended"

    def test_of_an_older_edition_is_refused_the_same_way_each_time(self) -> None:
        state = record_after(register(MAY), amend(AUGUST))
        first = refused(state, amend(JUNE, phones=()))
        assert (first.slug, first.pointer) == ("older-edition", "/edition_date")
        assert refused(state, amend(JUNE, phones=())) == first

    def test_of_the_same_edition_corrects_it(self) -> None:
        assert isinstance(taken(record_after(register(MAY)), amend(MAY)), SupportOrganizationAmended)


class TestSuspension:
    def test_is_recorded_with_what_else_changed(self) -> None:
        event = taken(record_after(register()), suspend(phones=("06-0000-0000",)))
        assert isinstance(event, SupportOrganizationSuspended)
        assert event.organization.phones == ("06-0000-0000",)

    @pytest.mark.parametrize(
        ("before", "slug"),
        [
            ([], "not-registered"),
            ([register(), remove(MAY)], "removed"),
            ([register(), suspend(MAY, phones=())], "suspended"),
        ],
    )
    def test_of_one_that_cannot_be_suspended_is_refused(self, before: list[Contract], slug: str) -> None:
        assert refused(record_after(*before), suspend(JUNE)).slug == slug

    def test_that_tells_of_an_organization_at_work_is_refused(self) -> None:
        wrong = suspend().model_copy(update={"organization": organization()})
        refusal = refused(record_after(register()), wrong)
        assert (refusal.slug, refusal.pointer) == ("not-the-contract", "/organization/status")


class TestResumption:
    def test_is_recorded(self) -> None:
        state = record_after(register(), suspend())
        assert isinstance(taken(state, resume()), SupportOrganizationResumed)
        assert told(state, decide(state, resume(), context())).standing == "registered"

    @pytest.mark.parametrize(
        ("before", "slug"),
        [([], "not-registered"), ([register(), remove(MAY)], "removed"), ([register()], "not-suspended")],
    )
    def test_of_one_that_is_not_suspended_is_refused(self, before: list[Contract], slug: str) -> None:
        assert refused(record_after(*before), resume()).slug == slug

    def test_that_tells_of_a_suspended_organization_is_refused(self) -> None:
        wrong = resume().model_copy(update={"organization": suspended()})
        assert refused(record_after(register(), suspend()), wrong).slug == "not-the-contract"


class TestRemoval:
    def test_keeps_the_organization_as_it_last_was(self) -> None:
        event = taken(record_after(register(), amend()), remove())
        assert isinstance(event, SupportOrganizationRemoved)
        assert event.organization == amend().organization

    def test_of_one_never_registered_is_refused(self) -> None:
        assert refused(NEW, remove()).slug == "not-registered"

    def test_that_follows_from_an_earlier_edition_takes_nobody_out_who_came_back(self) -> None:
        state = record_after(register(MAY), register(AUGUST))
        assert refused(state, remove(JUNE)).slug == "older-edition"

    def test_that_follows_from_an_earlier_message_of_the_same_day_takes_nobody_out_who_came_back(self) -> None:
        state = record_after(register(MAY))
        state = told(state, decide(state, register(AUGUST), context(sequence=90)))
        assert refused(state, remove(AUGUST, place=80), sequence=1).slug == "older-edition"
        assert isinstance(taken(state, remove(AUGUST, place=95), sequence=1), SupportOrganizationRemoved)


class TestEdition:
    EMPTY = SupportOrganizationRegister()

    def after(self, *commands: Contract, **envelope: Any) -> SupportOrganizationRegister:
        state = self.EMPTY
        for command in commands:
            for event in self.events(state, command, **envelope):
                state = evolve_register(state, event)
        return state

    def events(self, state: SupportOrganizationRegister, command: Contract, **envelope: Any) -> list[Contract]:
        given: dict[str, Any] = {"subject": REGISTER_STREAM, "sequence": 5}
        decided = record_edition(state, command, context(**given | envelope))
        assert isinstance(decided, Decided), decided
        return list(decided.events)

    def recorded(self, state: SupportOrganizationRegister, command: Contract, **envelope: Any) -> Any:
        (event,) = self.events(state, command, **envelope)
        assert isinstance(event, SupportOrganizationEditionRecorded)
        return event

    def refused(self, state: SupportOrganizationRegister, command: Contract, **envelope: Any) -> Refusal:
        decided = record_edition(state, command, context(**{"subject": REGISTER_STREAM} | envelope))
        assert isinstance(decided, Refusal)
        return decided

    def test_that_is_the_first_removes_nobody(self) -> None:
        event = self.recorded(self.EMPTY, edition(MAY, "a", "b", digest="sha-256:0"))
        assert (event.removed, event.registration_numbers, event.digest, event.place) == (
            (),
            ("a", "b"),
            "sha-256:0",
            5,
        )

    def test_removes_whom_the_one_before_had_and_it_has_not(self) -> None:
        event = self.recorded(self.after(edition(MAY, "a", "b", "c")), edition(JUNE, "b", "d"))
        assert event.removed == ("a", "c")

    def test_with_a_row_that_is_nobodys_for_certain_removes_nobody_and_forgets_nobody(self) -> None:
        state = self.after(edition(MAY, "a", "b"))
        event = self.recorded(state, edition(JUNE, "b", complete=False))
        assert event.removed == ()
        assert self.recorded(evolve_register(state, event), edition(AUGUST, "b")).removed == ("a",)

    def test_older_than_the_latest_is_refused_the_same_way_each_time(self) -> None:
        state = self.after(edition(MAY, "a"), edition(AUGUST, "a"))
        refusal = self.refused(state, edition(JUNE, "b"))
        assert (refusal.slug, refusal.clause) == ("older-edition", "M6.3b")
        assert self.refused(state, edition(JUNE, "b")) == refusal

    def test_repeated_changes_nothing_and_is_told_to_its_sender_alone(self) -> None:
        state = self.after(edition(MAY, "a", "b"))
        decided = record_edition(state, edition(MAY, "b", "a"), context(subject=REGISTER_STREAM))
        assert isinstance(decided, Decided)
        assert decided.events == [SupportOrganizationEditionUnchanged(country="jp", edition_date=MAY)]
        assert decided.addressee == "jp"

    def test_of_the_same_day_with_other_organizations_corrects_it(self) -> None:
        assert self.recorded(self.after(edition(MAY, "a", "b")), edition(MAY, "a")).removed == ("b",)

    def test_is_compared_with_what_the_same_partner_was_told(self) -> None:
        state = self.after(edition(MAY, "a", "b"))
        event = self.recorded(state, edition(JUNE, "b"), agreement="jp-xx")
        assert event.removed == ()

    def test_of_another_country_is_refused(self) -> None:
        assert self.refused(self.EMPTY, edition(MAY), originator="kg").slug == "wrong-party"
        assert self.refused(self.EMPTY, edition(MAY), subject=register_stream_of("xx")).slug == "not-the-contract"

    def test_leads_to_one_removal_a_stream_with_the_place_of_its_message(self) -> None:
        event = self.recorded(self.after(edition(MAY, "a", "b", "c")), edition(JUNE, "b"), sequence=41)
        commands = react(event, context(subject=REGISTER_STREAM, classification="public").message)
        assert [command.subject for command in commands] == [stream_of("jp", "a"), stream_of("jp", "c")]
        assert {command.topic for command in commands} == {"registry.commands.v1"}
        assert commands[0].data == RemoveSupportOrganization(
            country="jp", registration_number="a", edition_date=JUNE, place=41
        )
        assert {command.classification for command in commands} == {"official"}


class TestHistory:
    def test_each_day_has_what_the_editions_by_then_said(self) -> None:
        state = record_after(register(MAY), suspend(JUNE), remove(AUGUST))
        days = [MAY - timedelta(days=1), MAY, JUNE, AUGUST, date(2030, 1, 1)]
        found = [state.version_on(day) for day in days]
        assert [version and version.standing for version in found] == [
            None,
            "registered",
            "suspended",
            "removed",
            "removed",
        ]

    def test_tells_what_was_known_at_a_moment(self) -> None:
        state = record_after(register(MAY), now=NOW)
        state = told(state, decide(state, suspend(JUNE), context(NOW + timedelta(hours=1))))
        assert state.known_at(NOW).standing == "registered"
        assert state.known_at(NOW - timedelta(seconds=1)).standing == "not-registered"


def test_what_is_no_matter_of_the_register_is_a_defect_not_a_refusal() -> None:
    other = CommandRefused(command_id="1", command_type="x", problem=Refusal("removed", "x").problem())
    for defect in (
        lambda: decide(NEW, other, context()),
        lambda: evolve(NEW, other),
        lambda: record_edition(SupportOrganizationRegister(), other, context()),
        lambda: evolve_register(SupportOrganizationRegister(), other),
        lambda: react(other, context().message),
    ):
        with pytest.raises(TypeError):
            defect()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: type(example).__name__)
def test_each_contract_has_an_example_that_survives_the_wire(example: Contract) -> None:
    assert type(example).model_validate_json(example.model_dump_json()) == example
