"""M1: an organization that is new or has changed is compared with everyone who was ever reported, across scripts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from services.bridge_jp.app import BRIDGE as JP
from services.bridge_kg.app import BRIDGE as KG
from services.reporting.app import COMMANDS_TOPIC, reported_subjects, resemblance
from services.reporting.notices.reactions import react as react_to_decision
from services.reporting.reactions import reactors
from services.reporting.resemblances.model import Meeting
from services.reporting.resemblances.reactions import react_to_registry, react_to_reporting
from services.reporting.resemblances.skeletons import skeleton, telling
from services.reporting.resemblances.traits import traits
from shared.bridge.decisions import react
from shared.bridge.egress import Cleared, guard
from shared.contracts.base import Contract
from shared.contracts.common import CommandRefused
from shared.contracts.delivery import DeliverMessage, MessageDelivered, NationalReceipt
from shared.contracts.improvement_order import ImprovementOrderIssued
from shared.contracts.misconduct_report import (
    MisconductReportCorrected,
    MisconductReportSubmitted,
    MisconductReportWithdrawn,
)
from shared.contracts.notice import NoticeCorrected, NoticeSubmitted, NoticeWithdrawn
from shared.contracts.resemblance import (
    BOTH,
    ApplicantResemblanceFound,
    EnterOrganization,
    EnterReport,
    RecordReportedSubjects,
    ReportedSubjectsRecorded,
    ReportReference,
    ReportStruck,
    ResemblanceFound,
    StrikeReport,
)
from shared.contracts.sending_organization import (
    ApplicationSubmitted,
    Identifier,
    SendingOrganizationAccredited,
    SendingOrganizationRevoked,
)
from shared.contracts.support_organization import SupportOrganizationRegistered
from shared.errors import problem
from shared.messaging.decider import Command, Decided, Decider
from tests import support_organization_builders as supporters
from tests.bridge_builders import AGREEMENTS, public_keys
from tests.bridge_builders import message as border_message
from tests.case_builders import NOW, REPORT_NUMBER, SEALED, context, correct, notice, report, subject, withdraw
from tests.case_builders import withdraw_notice as take_back_notice
from tests.contract.bridge.examples import EVENTS
from tests.improvement_order_builders import order
from tests.organization_builders import apply, organization, permit
from tests.unit.test_bridge_egress import evidence

SHARED: dict[str, Any] = {"receipt_id": "receipt-1", "shared_at": NOW, "recorded_at": NOW}
TIN = Identifier(scheme="kg.tin", value="00511201810233")


def accredited(name: str = "Jol Achyk LLC", **changes: Any) -> SendingOrganizationAccredited:
    known = organization(**{"names": {"ky-Latn": name}} | changes)
    return SendingOrganizationAccredited(organization=known, permit=permit(), recorded_at=NOW)


def applied(name: str = "Jol Achyk LLC") -> ApplicationSubmitted:
    asked = apply(organization=organization(names={"ky-Latn": name})).application
    return ApplicationSubmitted(
        application=asked, criteria=("human-rights",), criteria_since=date(2023, 7, 6), recorded_at=NOW
    )


def submitted(*names: str, **changes: Any) -> MisconductReportSubmitted:
    """A report of one who is called so, by the sending country."""
    named = subject(names=dict(zip(("ky", "ru", "ky-Latn"), names, strict=False)), identifiers=())
    return MisconductReportSubmitted(report=report(**{"subjects": (named,)} | changes), **SHARED)


def noticed(name: str = "株式会社架橋支援センター", number: str = "19登-000123") -> NoticeSubmitted:
    told = notice()
    about = told.organization.model_copy(update={"names": {"ja": name}, "registration_number": number})
    return NoticeSubmitted(notice=told.model_copy(update={"organization": about}), **SHARED)


class Reporting:
    """The reporting service's streams of this matter, with what comes of each event decided to its end."""

    def __init__(self) -> None:
        self.deciders = {one.kind: one for one in (reported_subjects(), resemblance())}
        self.reactors = {one.topic: one for one in reactors(COMMANDS_TOPIC)}
        self.states: dict[str, Any] = {}
        self.found: list[tuple[ResemblanceFound, str | None]] = []
        """Each with whom it is addressed to."""

    def hear(self, *events: Contract, originator: str = "kg", addressee: str = "jp") -> list[ResemblanceFound]:
        """What is found in consequence of these events of the registry or of reporting."""
        before = len(self.found)
        for event in events:
            envelope = border_message(type=type(event).__name__, originator=originator, addressee=addressee)
            for reactor in self.reactors.values():
                if envelope.type in reactor.events:
                    self._decide(reactor.react(event, envelope), originator, addressee)
        return [found for found, _ in self.found[before:]]

    def _decide(self, commands: Sequence[Command], originator: str, addressee: str) -> None:
        assert len({command.subject for command in commands}) == len(commands)
        for command in commands:
            assert command.topic == COMMANDS_TOPIC
            assert command.classification == "confidential"
            decider = self.deciders[command.subject.partition("/")[0]]
            assert type(command.data).__name__ in decider.commands
            state = self.states.get(command.subject, decider.initial(command.subject))
            there = context(command.subject, originator=originator, addressee=addressee)
            decided = decider.decide(state, command.data, there)
            assert isinstance(decided, Decided)
            for event in decided.events:
                assert decided.classification == "confidential"
                state = decider.evolve(state, event)
                if isinstance(event, ResemblanceFound):
                    self.found.append((event, decided.addressee or addressee))
            self.states[command.subject] = state
            for event in decided.events:
                if isinstance(event, ReportedSubjectsRecorded):
                    self.hear(event, originator=originator, addressee=addressee)


# -- names --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "names",
    [
        (
            "ОсОО \"Манас Эмгек\"", "Manas Emgek LLC", "«Манас Эмгек» ЖЧК", "MANAS-EMGEK Co., Ltd.",
            "Manas Emgek L.L.C.",
            "Общество с ограниченной ответственностью «Манас Эмгек»", "«Манас Эмгек» жоопкерчилиги чектелген коому",
        ),
        ("株式会社サクラ", "㈱ｻｸﾗ", "（株）さくら", "Sakura Co.,Ltd.", "SAKURA Kabushiki Kaisha", "サクラ　株式会社"),
        ("Жаңы Жол", "Жаны Жол", "Jany Jol", "Zhany Zhol"),
        ("Ысык Булак", "Ysyk Bulak", "Isik-Bulak"),
        ("Юлия Хан", "Yuliya Khan", "Iuliia Han"),
        ("Экспресс", "Express"),
        ("Европа", "Yevropa", "Evropa"),
        ("キョウト・シャチョウ", "Kyouto Shachou", "Kyōto shachō"),
        ("ヴィジョン", "Vijon"),
        ("フュージョン", "fyujon"),
        ("ウィンチェック", "winchekku"),
    ],
    ids=lambda names: names[0],
)  # fmt: skip
def test_script_case_punctuation_and_legal_form_make_no_difference(names: tuple[str, ...]) -> None:
    assert len({skeleton(name) for name in names}) == 1, [skeleton(name) for name in names]


def test_other_names_differ() -> None:
    names = (
        "Манас Эмгек",
        "Манас Кадр",
        "Эмгек",
        "サクラ",
        "桜",
        "株式会社渡邊製作所",
        "Watanabe Seisakusho",
        "19",
        "2",
    )
    assert len({skeleton(name) for name in names}) == len(names)


def test_a_name_of_nothing_but_a_legal_form_is_kept_and_one_of_nothing_at_all_is_none() -> None:
    assert skeleton("株式会社") == "株式会社"
    assert skeleton("«»") == skeleton("") == ""


def test_what_is_too_short_to_tell_anyone_by_is_not_compared() -> None:
    assert [name for name in ("", "ab", "abc", "桜", "桜花") if telling(skeleton(name))] == ["abc", "桜花"]
    assert traits([{"ru": "ОсОО «АБ»"}]) == {}


def test_names_with_one_skeleton_are_one_trait_and_numbers_are_compared_without_their_dashes() -> None:
    found = traits(
        [{"ky": "«Жол Ачык» ЖЧК", "ru": "ОсОО «Жол Ачык»"}, {"ru": "Жол Ачык"}],
        [
            Identifier(scheme="kg.minjust", value="12345-3300-ОАО"),
            Identifier(scheme="kg.minjust", value="123453300оао"),
        ],
    )
    number, name = found.values()
    assert number.identifier == Identifier(scheme="kg.minjust", value="12345-3300-ОАО")
    assert name.names == {"ky": "«Жол Ачык» ЖЧК", "ru": "ОсОО «Жол Ачык»"}
    (other,) = traits([], [Identifier(scheme="kg.okpo", value="12345-3300-ОАО")])
    assert other not in found


# -- who meets whom -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reported_first", [True, False])
def test_a_broker_is_known_again_in_another_script_whichever_came_first(reported_first: bool) -> None:
    reporting = Reporting()
    both: list[Contract] = [submitted("ОсОО «Жол Ачык»"), accredited("Jol Achyk LLC")]
    (found,) = reporting.hear(*(both if reported_first else reversed(both)))
    assert type(found) is ResemblanceFound
    assert (found.organization.register_name, found.organization.country) == ("sending-organization", "kg")
    assert found.report == ReportReference(kind="misconduct-report", country="kg", number=REPORT_NUMBER)
    assert found.known_as.names == {"ky-Latn": "Jol Achyk LLC"}
    assert found.reported_as.names == {"ky": "ОсОО «Жол Ачык»"}
    assert found.known_as.identifier is found.reported_as.identifier is None


def test_what_is_said_again_says_nothing_new() -> None:
    reporting = Reporting()
    assert len(reporting.hear(submitted("Жол Ачык"), accredited("Jol Achyk LLC"))) == 1
    assert reporting.hear(accredited("Jol Achyk LLC"), accredited("Жол Ачык"), submitted("Жол Ачык")) == []
    corrected = MisconductReportCorrected(**dict(correct(subjects=submitted("Жол Ачык").report.subjects)), **SHARED)
    assert reporting.hear(corrected) == []


def test_an_amendment_that_brings_a_new_name_is_screened_and_the_old_name_is_not_forgotten() -> None:
    reporting = Reporting()
    assert reporting.hear(submitted("Жол Ачык"), accredited("Ala-Too LLC")) == []
    assert len(reporting.hear(accredited("Jol Achyk LLC"))) == 1
    assert len(reporting.hear(submitted("ОсОО «Ала-Тоо»", number="2026/0043"))) == 1


def test_a_number_is_known_again_under_another_name() -> None:
    reporting = Reporting()
    named = subject(names={"ru": "ОсОО «Жол Ачык»"}, identifiers=(TIN,))
    reporting.hear(submitted(subjects=(named,)))
    (found,) = reporting.hear(accredited("Ala-Too LLC", identifiers=(TIN,)))
    assert found.known_as.identifier == found.reported_as.identifier == TIN
    assert not found.known_as.names
    assert not found.reported_as.names


def test_organizations_of_every_register_are_compared() -> None:
    reporting = Reporting()
    reporting.hear(submitted("Kakehashi", "株式会社渡邊製作所"))
    supporter = supporters.organization(names={"ja": "株式会社かけはし", "en": "Kakehashi K.K."})
    registered = SupportOrganizationRegistered(
        organization=supporter, edition_date=date(2026, 5, 1), agreement="jp-kg", recorded_at=NOW
    )
    (found,) = reporting.hear(registered, originator="jp", addressee="kg")
    assert found.organization.register_name == "support-organization"
    assert found.known_as.names == {"ja": "株式会社かけはし", "en": "Kakehashi K.K."}
    issued = ImprovementOrderIssued(order=order(), agreement="jp-kg", recorded_at=NOW)
    (found,) = reporting.hear(issued, originator="jp", addressee="kg")
    assert (found.organization.register_name, found.organization.number) == (
        "accepting-organization", order().subject.identifier.value
    )  # fmt: skip


def test_an_edition_asks_two_commands_of_an_organization_at_most() -> None:
    supporter = supporters.organization(names={"ja": "株式会社架橋支援", "en": "Kakehashi Support Co., Ltd."})
    registered = SupportOrganizationRegistered(organization=supporter, edition_date=date(2026, 5, 1), recorded_at=NOW)
    commands = react_to_registry(COMMANDS_TOPIC, registered, border_message())
    assert len(commands) == 2
    assert all(len(command.data.model_dump_json()) < 300 for command in commands)


# -- whom a report names ------------------------------------------------------------------------------------------


def test_a_report_that_is_corrected_or_withdrawn_is_compared_as_it_now_is() -> None:
    reporting = Reporting()
    reporting.hear(submitted("Жол Ачык"))
    other = submitted("Башка Ат").report.subjects
    reporting.hear(MisconductReportCorrected(**dict(correct(2, subjects=other)), **SHARED))
    assert reporting.hear(accredited("Jol Achyk LLC")) == []
    assert len(reporting.hear(accredited("Bashka At"))) == 1
    reporting.hear(MisconductReportWithdrawn(**dict(withdraw()), **SHARED))
    assert reporting.hear(accredited("Bashka At LLC", registration_number="02602199510022")) == []


def test_what_arrives_behind_a_higher_revision_or_a_withdrawal_changes_nothing() -> None:
    reporting = Reporting()
    late = submitted("Жол Ачык")
    reporting.hear(
        MisconductReportCorrected(**dict(correct(3, subjects=submitted("Башка Ат").report.subjects)), **SHARED)
    )
    reporting.hear(late)
    assert reporting.hear(accredited("Jol Achyk LLC")) == []
    reporting.hear(MisconductReportWithdrawn(**dict(withdraw()), **SHARED), late)
    assert reporting.hear(accredited("Bashka At")) == []


def test_a_notice_is_compared_with_all_but_the_entry_that_it_names() -> None:
    reporting = Reporting()
    named = supporters.organization(registration_number="19登-000123", names={"ja": "株式会社架橋支援センター"})
    other = named.model_copy(update={"registration_number": "20登-000777"})

    def registered(known: Any) -> SupportOrganizationRegistered:
        return SupportOrganizationRegistered(
            organization=known, edition_date=date(2026, 5, 1), agreement="jp-kg", recorded_at=NOW
        )

    assert reporting.hear(registered(named), noticed()) == []
    assert Reporting().hear(noticed(), registered(named)) == []
    (found,) = reporting.hear(registered(other))
    assert (found.organization.number, found.report.kind) == ("20登-000777", "notice")
    reporting.hear(NoticeWithdrawn(**dict(take_back_notice()), **SHARED))
    again = other.model_copy(update={"registration_number": "20登-000778"})
    assert reporting.hear(registered(again)) == []


def test_a_corrected_notice_is_compared_as_it_now_is() -> None:
    reporting = Reporting()
    reporting.hear(noticed())
    about = noticed("合同会社青葉").notice
    reporting.hear(NoticeCorrected(notice=about, revision=2, **SHARED))
    named = supporters.organization(registration_number="20登-000777", names={"ja": "青葉合同会社"})
    registered = SupportOrganizationRegistered(organization=named, edition_date=date(2026, 5, 1), recorded_at=NOW)
    assert len(reporting.hear(registered)) == 1


def test_those_who_are_affected_are_never_compared() -> None:
    commands = react_to_reporting(COMMANDS_TOPIC, submitted("Жол Ачык"), border_message())
    (command,) = commands
    assert isinstance(command.data, RecordReportedSubjects)
    assert SEALED not in command.data.model_dump_json()
    assert "affected" not in command.data.model_dump_json()


# -- who is told --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("reporting_side", "other"), [("jp", "kg"), ("kg", "jp")])
@pytest.mark.parametrize("reported_first", [True, False])
def test_of_an_applicant_its_own_country_is_told_alone(reporting_side: str, other: str, reported_first: bool) -> None:
    reporting = Reporting()
    told = submitted("Жол Ачык", country=reporting_side)
    if reported_first:
        reporting.hear(told, originator=reporting_side, addressee=other)
    reporting.hear(applied(), originator="kg", addressee="kg")
    if not reported_first:
        reporting.hear(told, originator=reporting_side, addressee=other)
    ((found, addressee),) = reporting.found
    assert (type(found), addressee) == (ApplicantResemblanceFound, "kg")
    assert len(reporting.hear(accredited())) == 1
    found, addressee = reporting.found[-1]
    assert (type(found), addressee) == (ResemblanceFound, "jp")


@pytest.mark.parametrize("originator", ["jp", "kg"])
def test_both_national_systems_are_told_and_nothing_goes_onto_a_receipt(originator: str) -> None:
    addressee = "jp" if originator == "kg" else "kg"
    event = EVENTS[ResemblanceFound]
    envelope = border_message(type="ResemblanceFound", originator=originator, addressee=addressee)
    for bridge in (JP, KG):
        (command,) = react(bridge.country, bridge.deliverable, event, envelope)
        assert isinstance(command.data, DeliverMessage)
        assert command.addressee == bridge.country


@pytest.mark.parametrize("originator", ["jp", "kg"])
def test_an_applicants_resemblance_goes_to_its_own_national_system_alone(originator: str) -> None:
    event = EVENTS[ApplicantResemblanceFound]
    envelope = border_message(type="ApplicantResemblanceFound", originator=originator, addressee="kg")
    (command,) = react("kg", KG.deliverable, event, envelope)
    assert isinstance(command.data, DeliverMessage)
    assert react("jp", JP.deliverable, event, envelope) == []


@pytest.mark.parametrize("event_type", ["ResemblanceFound", "ApplicantResemblanceFound"])
def test_that_it_was_delivered_is_told_nobody(event_type: str) -> None:
    ended = MessageDelivered(
        country="kg",
        event_id="e-1",
        event_type=event_type,
        delivery_id="e-1",
        receipt=NationalReceipt(receipt_number="KG-1", received_at=NOW),
        digest="sha-256:0",
        signature="a.b.c",
    )
    assert react("jp", JP.deliverable, ended, border_message(originator="jp", addressee="jp")) == []


@pytest.mark.parametrize("country", ["jp", "kg"])
@pytest.mark.parametrize("in_force", [True, False])
def test_after_the_agreements_end_nothing_is_told_of_it(country: str, in_force: bool) -> None:
    """M10a: also to the side whose own message has led to it."""
    known = AGREEMENTS.get("jp-kg")
    assert known is not None
    states = known.states if in_force else ()
    event = EVENTS[ResemblanceFound]
    envelope = border_message(
        type="ResemblanceFound", addressee=country, classification="confidential", evidence=evidence()
    )
    (command,) = react(country, KG.deliverable, event, border_message(type="ResemblanceFound"))
    assert isinstance(command.data, DeliverMessage)
    under = known.model_copy(update={"states": states})
    answer = guard(country, envelope, command.data, ResemblanceFound, under, public_keys, NOW)
    assert isinstance(answer, Cleared) if in_force else getattr(answer, "slug", "") == "not-in-force"


# -- reactions ----------------------------------------------------------------------------------------------------


def test_one_reactor_follows_the_registry_for_all_matters() -> None:
    registry, reporting = reactors(COMMANDS_TOPIC)
    assert (registry.topic, reporting.topic) == ("registry.events.v1", "reporting.events.v1")
    revoked = SendingOrganizationRevoked(
        country="kg",
        registration_number="0142",
        effective_on=date(2026, 4, 1),
        ground={"ru": "Залоги."},
        case="jp-1",
        recorded_at=NOW,
    )
    assert registry.react(revoked, border_message()) == react_to_decision(COMMANDS_TOPIC, revoked, border_message())
    (command,) = registry.react(accredited(), border_message())
    assert isinstance(command.data, EnterOrganization)
    assert command.subject.startswith(f"resemblance/jp-kg/{BOTH}/")


def test_what_tells_of_nobody_is_an_error_and_what_goes_under_no_agreement_is_passed_over() -> None:
    refused = CommandRefused(command_id="1", command_type="x", problem=problem("not-found", "x"))
    for reaction in (react_to_registry, react_to_reporting):
        with pytest.raises(TypeError):
            reaction(COMMANDS_TOPIC, refused, border_message())
    assert react_to_registry(COMMANDS_TOPIC, accredited(), border_message(agreement=None)) == []
    assert react_to_reporting(COMMANDS_TOPIC, submitted("Жол Ачык"), border_message(agreement=None)) == []


def test_what_is_none_of_its_stream_is_an_error() -> None:
    struck = StrikeReport(report=ReportReference(kind="notice", country="kg", number="1"))
    recorded = RecordReportedSubjects(report=struck.report, revision=1)
    stream = context("resemblance/jp-kg/both/0")
    wrong: list[tuple[Decider[Any], Contract]] = [(reported_subjects(), struck), (resemblance(), recorded)]
    for decider, command in wrong:
        with pytest.raises(TypeError):
            decider.decide(decider.initial("x"), command, stream)
        with pytest.raises(TypeError):
            decider.evolve(decider.initial("x"), command)
    assert resemblance().decide(Meeting(), struck, stream) == Decided()


def test_a_report_that_says_a_trait_in_other_words_is_kept_in_those() -> None:
    decider, stream = resemblance(), context("resemblance/jp-kg/both/0")
    first, second = (
        EnterReport(report=ReportReference(kind="notice", country="kg", number="1"), trait=trait)
        for trait in (
            {"names": {"ru": "Жол Ачык"}},
            {"names": {"ru": "Жол Ачык", "ky": "Жол Ачык"}},
        )
    )
    state = Meeting()
    for command in (first, second, second):
        decided = decider.decide(state, command, stream)
        assert isinstance(decided, Decided)
        for event in decided.events:
            assert not isinstance(event, ReportStruck)
            state = decider.evolve(state, event)
    assert [known.trait for known in state.reports] == [second.trait]
