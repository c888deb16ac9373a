"""M6.1, M6.2, M7.2: what is put before the public, what is withheld, when it counts as published."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from services.publication.decisions import decide
from services.publication.model import PublishedEntry, evolve, status_of, version_on
from services.publication.publishers import promised
from services.publication.reactions import EVENTS, react
from services.registry.sending_organizations.model import SendingOrganizationRecord
from shared.agreements import load_agreements
from shared.contracts.base import Contract
from shared.contracts.field_acceptance import (
    FieldAcceptance,
    FieldAcceptanceResumed,
    FieldAcceptanceSuspended,
    FieldSuspensionWithdrawn,
)
from shared.contracts.fields_of_work import names_of
from shared.contracts.improvement_order import (
    ImprovementOrderAmended,
    ImprovementOrderIssued,
    ImprovementOrderLifted,
)
from shared.contracts.publication import (
    ConfirmPublication,
    PublishRegisterEntry,
    ReadBack,
    RegisterEntry,
    RegisterEntryPublished,
    RegisterEntryRevised,
)
from shared.contracts.support_organization import (
    SupportOrganizationAmended,
    SupportOrganizationRegistered,
    SupportOrganizationRemoved,
    SupportOrganizationResumed,
    SupportOrganizationSuspended,
)
from shared.errors import SLUGS
from shared.messaging.decider import Command, Context, Decided, Refusal
from tests import field_acceptance_builders as fields
from tests import improvement_order_builders as orders
from tests import support_organization_builders as support
from tests.organization_builders import NOW, NUMBER, accredit, amend, context, revoke, suspend, told
from tests.organization_builders import decide as registry_decides

AGREEMENTS = load_agreements(Path(__file__).parents[2] / "deploy" / "agreements")
BY_AGREEMENT = partial(promised, AGREEMENTS)
STREAM = f"register-entry/jp/sending-organizations/kg-{NUMBER}"


def commands_after(*commands: Contract) -> list[Command]:
    """What publication is asked to do for what the registry made of these commands."""
    state = SendingOrganizationRecord()
    asked: list[Command] = []
    for command in commands:
        decided = registry_decides(state, command, context())
        assert isinstance(decided, Decided)
        state = told(state, decided)
        for event in decided.events:
            asked += react(BY_AGREEMENT, event, context(classification="public").message)
    return asked


def for_page_of(publisher: str, *commands: Contract) -> list[PublishRegisterEntry]:
    asked = [command.data for command in commands_after(*commands)]
    return [data for data in asked if isinstance(data, PublishRegisterEntry) and data.publisher == publisher]


def here(**envelope: Any) -> Context:
    """Of a command about the entry on the first country's page."""
    return context(**{"subject": STREAM, "classification": "public"} | envelope)


def publish(state: PublishedEntry, *commands: PublishRegisterEntry) -> tuple[PublishedEntry, list[Decided]]:
    decisions: list[Decided] = []
    for command in commands:
        decided = decide(BY_AGREEMENT, state, command, here())
        assert isinstance(decided, Decided), decided
        decisions.append(decided)
        for event in decided.events:
            state = evolve(state, event)
    return state, decisions


def withheld(command: PublishRegisterEntry, **envelope: Any) -> Refusal:
    decided = decide(BY_AGREEMENT, PublishedEntry(), command, here(**envelope))
    assert isinstance(decided, Refusal)
    assert decided.slug in SLUGS
    return decided


class TestReaction:
    def test_asks_for_one_entry_on_each_page_that_was_promised(self) -> None:
        asked = commands_after(accredit())
        assert {command.subject for command in asked} == {
            f"register-entry/{country}/sending-organizations/kg-{NUMBER}" for country in ("jp", "kg")
        }
        assert {command.topic for command in asked} == {"publication.commands.v1"}

    def test_gives_the_whole_version_of_an_accreditation_and_of_an_amendment(self) -> None:
        accredited, amended = for_page_of("jp", accredit(), amend(date(2026, 6, 1)))
        assert accredited.version is not None
        assert amended.version is not None
        assert (accredited.change, accredited.effective_on) == ("accredited", date(2026, 1, 1))
        assert (amended.change, amended.effective_on) == ("amended", date(2026, 6, 1))
        assert accredited.version.permit_number == "17/26"
        assert amended.version.address == "г. Ош, ул. Ленина, д. 312"

    def test_gives_day_and_ground_of_a_revocation(self) -> None:
        _, revoked = for_page_of("jp", accredit(), revoke(date(2026, 9, 1)))
        assert (revoked.change, revoked.version, revoked.effective_on) == ("revoked", None, date(2026, 9, 1))
        assert revoked.ground == revoke().ground

    @pytest.mark.parametrize("decision", [revoke(), suspend()], ids=["revocation", "suspension"])
    def test_gives_nothing_away_of_the_case_that_a_decision_follows_from(self, decision: Contract) -> None:
        naming = decision.model_copy(update={"case": "jp-3"})
        assert for_page_of("jp", accredit(), naming) == for_page_of("jp", accredit(), decision)

    @pytest.mark.parametrize("envelope", [{"agreement": "xx-yy"}, {"agreement": None}, {"originator": "jp"}])
    def test_asks_for_nothing_that_no_agreement_promises(self, envelope: dict[str, Any]) -> None:
        decided = registry_decides(SendingOrganizationRecord(), accredit(), context())
        assert isinstance(decided, Decided)
        assert react(BY_AGREEMENT, decided.events[0], context(**envelope).message) == []


def asked_by(event: Contract) -> list[PublishRegisterEntry]:
    """What publication is asked for an event of the side that accepts workers."""
    message = context(originator="jp", addressee="kg", classification="public").message
    commands = react(BY_AGREEMENT, event, message)
    return [command.data for command in commands if isinstance(command.data, PublishRegisterEntry)]


class TestReactionToTheOtherRegisters:
    """M7.5: support organizations and improvement orders are published by the other side, and by it alone.

    M8.1: acceptance by field is published by both.
    """

    @pytest.mark.parametrize(
        ("event", "change"),
        [
            (SupportOrganizationRegistered, "registered"),
            (SupportOrganizationAmended, "amended"),
            (SupportOrganizationSuspended, "suspended"),
            (SupportOrganizationResumed, "resumed"),
            (SupportOrganizationRemoved, "removed"),
        ],
    )
    def test_gives_a_support_organization_whole_from_the_editions_date_on(self, event: Any, change: str) -> None:
        one = support.suspended()
        (asked,) = asked_by(event(organization=one, edition_date=support.AUGUST, recorded_at=NOW))
        assert (asked.publisher, asked.register_name) == ("kg", "support-organizations")
        assert asked.entry == f"jp-{support.NUMBER}"
        assert asked.version is not None
        assert (asked.version.change, asked.version.effective_on) == (change, support.AUGUST)
        assert asked.version.support_organization == one
        assert (asked.version.names, asked.version.valid_from) == (one.names, one.registered_on)

    def test_gives_an_order_whole_with_its_corporate_number(self) -> None:
        (asked,) = asked_by(ImprovementOrderIssued(order=orders.order(), recorded_at=NOW))
        assert (asked.publisher, asked.register_name) == ("kg", "improvement-orders")
        assert asked.version is not None
        assert asked.version.improvement_order == orders.order()
        assert asked.version.identifiers == {"jp.corporate-number": "7000012050002"}
        assert (asked.version.change, asked.version.effective_on) == ("issued", orders.ORDERED)

    def test_gives_the_day_of_an_amendment_and_of_a_lifting(self) -> None:
        (amended,) = asked_by(ImprovementOrderAmended(order=orders.order(), amended_on=orders.AMENDED, recorded_at=NOW))
        lifting = orders.lift().lifting
        (lifted,) = asked_by(
            ImprovementOrderLifted(
                country="jp", order_number=orders.NUMBER, lifting=lifting, order=orders.order(), recorded_at=NOW
            )
        )
        assert (amended.change, amended.effective_on) == ("amended", orders.AMENDED)
        assert (lifted.change, lifted.effective_on) == ("lifted", orders.LIFTED)
        assert lifted.version is not None
        assert (lifted.version.lifting, lifted.version.ground) == (lifting, lifting.ground)

    def test_hears_nothing_of_what_changed_nothing(self) -> None:
        assert "SupportOrganizationUnchanged" not in EVENTS
        assert "ImprovementOrderUnchanged" not in EVENTS
        assert "FieldAcceptanceUnchanged" not in EVENTS
        assert "SupportOrganizationEditionRecorded" not in EVENTS

    def test_gives_a_suspension_to_both_countries_with_the_names_of_its_field(self) -> None:
        """M8.1: it is public in both."""
        asked = asked_by(FieldAcceptanceSuspended(suspension=fields.suspension(), recorded_at=NOW))
        assert {(one.publisher, one.register_name, one.entry) for one in asked} == {
            (country, "field-acceptance", "jp-food-service") for country in ("jp", "kg")
        }
        for one in asked:
            assert one.version is not None
            assert one.version.names == names_of(fields.FIELD)
            assert (one.version.change, one.version.effective_on) == ("suspended", fields.SUSPENDED)
            assert one.version.ground == fields.suspension().ground
            assert one.version.field_acceptance is not None
            assert one.version.field_acceptance.suspension == fields.suspension()

    def test_gives_the_day_of_a_resumption_and_of_a_suspension_that_does_not_come(self) -> None:
        told = {"country": "jp", "field": fields.FIELD, "suspension": fields.suspension(), "recorded_at": NOW}
        resumption, withdrawal = fields.resume().resumption, fields.withdraw().withdrawal
        resumed, _ = asked_by(FieldAcceptanceResumed(resumption=resumption, **told))
        withdrawn, _ = asked_by(
            FieldSuspensionWithdrawn(suspended_from=fields.SUSPENDED, withdrawal=withdrawal, **told)
        )
        assert (resumed.change, resumed.effective_on) == ("resumed", fields.RESUMED)
        assert (withdrawn.change, withdrawn.effective_on) == ("withdrawn", fields.SUSPENDED)
        assert resumed.version is not None
        assert withdrawn.version is not None
        assert (resumed.version.ground, withdrawn.version.ground) == (resumption.ground, withdrawal.ground)
        known = FieldAcceptance(suspension=fields.suspension())
        assert resumed.version.field_acceptance == known.model_copy(update={"resumption": resumption})
        assert withdrawn.version.field_acceptance == known.model_copy(update={"withdrawal": withdrawal})

    def test_of_what_was_told_under_two_agreements_is_shown_once_and_confirmed_twice(self) -> None:
        state, confirmations = PublishedEntry(), 0
        stream = "register-entry/jp/field-acceptance/jp-food-service"
        for agreement, recorded_at in (("jp-kg", NOW), ("jp-xx", NOW + timedelta(hours=1))):
            event = FieldAcceptanceSuspended(suspension=fields.suspension(), recorded_at=recorded_at)
            asked, _ = asked_by(event)
            here = context(subject=stream, originator="jp", agreement=agreement, classification="public")
            for command in (asked, None):
                seen = command or ConfirmPublication(
                    intent_id=state.open[0].intent_id, attempt=1, revision=2, published_at=NOW, url="https://x.example/"
                )
                decided = decide(lambda *_: ["jp"], state, seen, here)
                assert isinstance(decided, Decided), decided
                for made in decided.events:
                    state = evolve(state, made)
                    confirmations += isinstance(made, RegisterEntryPublished)
        assert state.entry is not None
        assert (state.entry.revision, len(state.entry.versions), confirmations) == (2, 1, 2)

    def test_leads_to_an_entry_with_its_history(self) -> None:
        state = PublishedEntry()
        stream = f"register-entry/kg/support-organizations/jp-{support.NUMBER}"
        shared = {"edition_date": support.AUGUST, "recorded_at": NOW}
        for event in (
            SupportOrganizationRegistered(organization=support.organization(), **shared),
            SupportOrganizationSuspended(organization=support.suspended(), **shared),
            SupportOrganizationRemoved(organization=support.suspended(), **shared),
        ):
            (asked,) = asked_by(event)
            decided = decide(
                BY_AGREEMENT,
                state,
                asked,
                context(subject=stream, originator="jp", addressee="kg", classification="public"),
            )
            assert isinstance(decided, Decided), decided
            assert decided.intents[0].addressee == "kg"
            for made in decided.events:
                state = evolve(state, made)
        assert state.entry is not None
        assert [version.change for version in state.entry.versions] == ["registered", "suspended", "removed"]
        assert status_of(state.entry.versions[-1], support.AUGUST) == "removed"


class TestPublishing:
    def test_makes_a_revision_and_an_intent_to_read_it_back(self) -> None:
        state, (decided,) = publish(PublishedEntry(), *for_page_of("jp", accredit()))
        (event,), (intent,) = decided.events, decided.intents
        assert isinstance(event, RegisterEntryRevised)
        assert (event.revision, event.originator) == (1, "kg")
        assert state.entry is not None
        assert state.entry.revision == 1
        assert (intent.kind, intent.addressee) == ("read-back", "jp")
        assert intent.data == ReadBack(
            publisher="jp", register_name="sending-organizations", entry=f"kg-{NUMBER}", revision=1
        )

    def test_keeps_every_version(self) -> None:
        state, _ = publish(PublishedEntry(), *for_page_of("jp", accredit(), amend(), revoke()))
        assert state.entry is not None
        assert state.entry.revision == 3
        assert [version.change for version in state.entry.versions] == ["accredited", "amended", "revoked"]

    def test_of_a_revocation_keeps_what_was_public_and_says_since_when_and_why(self) -> None:
        state, _ = publish(PublishedEntry(), *for_page_of("jp", accredit(), revoke(date(2026, 9, 1))))
        assert state.entry is not None
        before, after = state.entry.versions
        assert (after.names, after.valid_from) == (before.names, before.valid_from)
        assert (after.revoked_on, after.ground) == (date(2026, 9, 1), revoke().ground)
        assert status_of(version_on(state.entry, date(2026, 8, 31)), date(2026, 8, 31)) == "active"
        assert status_of(version_on(state.entry, date(2026, 9, 1)), date(2026, 9, 1)) == "revoked"

    def test_of_a_revocation_of_what_was_never_public_is_refused(self) -> None:
        _, revoked = for_page_of("jp", accredit(), revoke())
        refusal = withheld(revoked)
        assert (refusal.slug, refusal.clause) == ("not-accredited", "M6.2")

    def test_of_both_countries_gives_equal_entries_but_for_who_publishes(self) -> None:
        asked = commands_after(accredit(), amend(), revoke())
        entries: list[RegisterEntry] = []
        for country in ("jp", "kg"):
            state = PublishedEntry()
            for command in asked:
                assert isinstance(command.data, PublishRegisterEntry)
                if command.data.publisher == country:
                    decided = decide(BY_AGREEMENT, state, command.data, here(subject=command.subject))
                    assert isinstance(decided, Decided)
                    state = evolve(state, decided.events[0])
            assert state.entry is not None
            entries.append(state.entry)
        assert entries[0] == entries[1].model_copy(update={"publisher": "jp"})


class TestWithholding:
    @pytest.mark.parametrize("classification", ["official", "confidential", "protected"])
    def test_what_is_not_public_does_not_leave(self, classification: str) -> None:
        (command,) = for_page_of("jp", accredit())
        refusal = withheld(command, classification=classification)
        assert (refusal.slug, refusal.clause) == ("withheld", "M3b")

    def test_what_no_agreement_promises_to_publish_does_not_leave(self) -> None:
        (command,) = for_page_of("jp", accredit())
        for agreement in ("xx-yy", None):
            assert withheld(command, agreement=agreement).slug == "withheld"

    def test_a_register_the_country_does_not_publish_does_not_leave(self) -> None:
        (command,) = for_page_of("jp", accredit())
        other = command.model_copy(update={"register_name": "improvement-orders"})
        subject = STREAM.replace("sending-organizations", "improvement-orders")
        assert withheld(other, subject=subject).slug == "withheld"

    def test_what_another_side_originates_does_not_leave_in_its_name(self) -> None:
        (command,) = for_page_of("jp", accredit())
        for originator in ("jp", None):
            assert withheld(command, originator=originator).slug == "withheld"

    def test_what_was_sent_to_another_entry_does_not_leave(self) -> None:
        (command,) = for_page_of("jp", accredit())
        assert withheld(command, subject=STREAM + "0").slug == "withheld"


class TestConfirmation:
    @staticmethod
    def seen(revision: int) -> ConfirmPublication:
        return ConfirmPublication(
            intent_id=f"read-back-{revision}",
            attempt=1,
            revision=revision,
            published_at=NOW + timedelta(seconds=2),
            url="https://registers.example/jp/sending-organizations/x",
        )

    def test_tells_the_originator_where_and_since_when_it_is_public(self) -> None:
        state, _ = publish(PublishedEntry(), *for_page_of("jp", accredit()))
        decided = decide(BY_AGREEMENT, state, self.seen(1), here())
        assert isinstance(decided, Decided)
        (event,) = decided.events
        assert decided.addressee == "kg"
        assert decided.closes == ["read-back-1"]
        assert event == RegisterEntryPublished(
            publisher="jp",
            register_name="sending-organizations",
            entry=f"kg-{NUMBER}",
            revision=1,
            change="accredited",
            published_at=datetime(2026, 1, 15, 9, 0, 2, tzinfo=UTC),
            url="https://registers.example/jp/sending-organizations/x",
        )

    def test_is_given_for_each_revision_though_a_later_one_is_public_already(self) -> None:
        state, _ = publish(PublishedEntry(), *for_page_of("jp", accredit(), amend(), revoke()))
        changes = []
        for revision in (1, 2, 3):
            decided = decide(BY_AGREEMENT, state, self.seen(revision), here())
            assert isinstance(decided, Decided)
            (event,) = decided.events
            assert isinstance(event, RegisterEntryPublished)
            changes.append(event.change)
            state = evolve(state, event)
        assert changes == ["accredited", "amended", "revoked"]
        assert state.open == ()

    def test_of_a_revision_confirmed_already_changes_nothing(self) -> None:
        state, _ = publish(PublishedEntry(), *for_page_of("jp", accredit()))
        first = decide(BY_AGREEMENT, state, self.seen(1), here())
        assert isinstance(first, Decided)
        state = evolve(state, first.events[0])
        assert decide(BY_AGREEMENT, state, self.seen(1), here()) == Decided()

    def test_of_what_was_never_published_changes_nothing(self) -> None:
        assert decide(BY_AGREEMENT, PublishedEntry(), self.seen(7), here()) == Decided()


def test_what_is_no_matter_of_publication_is_a_defect_not_a_refusal() -> None:
    other = ReadBack(publisher="jp", register_name="sending-organizations", entry="x", revision=1)
    with pytest.raises(TypeError):
        decide(BY_AGREEMENT, PublishedEntry(), other, here())
    with pytest.raises(TypeError):
        evolve(PublishedEntry(), other)
    with pytest.raises(TypeError):
        react(BY_AGREEMENT, other, context().message)
