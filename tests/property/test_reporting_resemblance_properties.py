"""What holds of resemblances in whatever order reports and organizations become known, and however often (M1)."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.reporting.app import COMMANDS_TOPIC, reported_subjects, resemblance
from services.reporting.resemblances.reactions import react_to_reporting
from services.reporting.resemblances.skeletons import skeleton
from shared.contracts.base import Contract
from shared.contracts.misconduct_report import MisconductReportSubmitted
from shared.contracts.resemblance import (
    EnterOrganization,
    EnterReport,
    Organization,
    RecordReportedSubjects,
    ReportReference,
    ResemblanceFound,
    StrikeReport,
    SubjectTrait,
    Trait,
)
from shared.messaging.decider import Decided, Decider
from tests.bridge_builders import message
from tests.case_builders import NOW, context, report

STREAM = context("resemblance/jp-kg/both/0")
ORGANIZATIONS = [
    Organization(register_name=register, country="kg", number=number)
    for register, number in (
        ("sending-organization", "1"),
        ("sending-organization", "2"),
        ("support-organization", "1"),
    )
]
REPORTS = [
    ReportReference(kind=kind, country=country, number="1")
    for kind, country in (("misconduct-report", "kg"), ("misconduct-report", "jp"), ("notice", "jp"))
]
NAME = Trait(names={"ru": "ОсОО «Жол Ачык»"})
SAID = SubjectTrait(names=NAME.names)

LETTERS = st.characters(codec="utf-8") | st.sampled_from(
    "株式会社（）サクラーッャァヴさくらんООСлЖөүңLTD. co,.xyhkzu'12"
)
NAMES = st.text(LETTERS, max_size=30)


def after(decider: Decider[Any], commands: Sequence[Contract]) -> tuple[Any, list[ResemblanceFound]]:
    """The state in which these commands leave a stream, and all that was found on the way."""
    state, found = decider.initial("x"), []
    for command in commands:
        decided = decider.decide(state, command, STREAM)
        assert isinstance(decided, Decided)
        for event in decided.events:
            state = decider.evolve(state, event)
            if isinstance(event, ResemblanceFound):
                found.append(event)
    return state, found


# -- names --------------------------------------------------------------------------------------------------------


@given(NAMES)
@example("サクラ 株式 会社")
@example("株株式会社式会社")
@example("L L C")
@example("kkhh xx ооуу")
def test_a_skeletons_skeleton_is_itself(name: str) -> None:
    assert skeleton(skeleton(name)) == skeleton(name)


@given(NAMES)
def test_a_skeleton_has_no_space_no_capital_and_no_punctuation(name: str) -> None:
    bones = skeleton(name)
    assert bones == bones.casefold()
    assert all(letter.isalnum() for letter in bones)


WORDS = st.lists(
    st.sampled_from(["Манас", "Эмгек", "Жаңы", "Жол", "Көпүрө", "Ысык", "Чүй", "Юг"]), min_size=1, max_size=3
)
FORMS = st.sampled_from(["{}", "{} ЖЧК", "ОсОО «{}»", 'ООО "{}"', "{} жоопкерчилиги чектелген коому", "ЗАО {}"])


@given(WORDS, FORMS, FORMS, st.sampled_from([str, str.upper, str.lower]), st.sampled_from([" ", "-", "  ", "\u00a0"]))
def test_case_spaces_and_legal_form_make_no_difference(
    words: list[str], form: str, other: str, cased: Any, between: str
) -> None:
    assert skeleton(form.format(" ".join(words))) == skeleton(cased(other.format(between.join(words))))


@given(st.text("サクラカケハシネットプロジョ", min_size=2, max_size=8))
def test_width_and_kind_of_kana_make_no_difference(name: str) -> None:
    hiragana = "".join(chr(ord(letter) - 0x60) for letter in name)
    decomposed = unicodedata.normalize("NFD", name)
    assert len({skeleton(form) for form in (name, hiragana, decomposed, f"株式会社{name}", f"{name}㈱")}) == 1


# -- who meets whom -----------------------------------------------------------------------------------------------

ENTERED = st.builds(EnterOrganization, organization=st.sampled_from(ORGANIZATIONS), trait=st.just(NAME))
REPORTED = st.builds(EnterReport, report=st.sampled_from(REPORTS), trait=st.just(SAID))
STRUCK = st.builds(StrikeReport, report=st.sampled_from(REPORTS))


def pair(found: ResemblanceFound) -> tuple[Organization, ReportReference]:
    return found.organization, found.report


@given(st.lists(ENTERED | REPORTED | STRUCK, max_size=12))
def test_whoever_meets_is_told_once_and_nobody_else(commands: list[Contract]) -> None:
    state, found = after(resemblance(), commands)
    told = Counter(pair(one) for one in found)
    assert set(told.values()) <= {1}
    standing = {(known.organization, named.report) for known in state.organizations for named in state.reports}
    assert standing <= set(told)
    organizations = {one.organization for one in commands if isinstance(one, EnterOrganization)}
    reports = {one.report for one in commands if isinstance(one, EnterReport)}
    assert set(told) <= {(organization, report) for organization in organizations for report in reports}


@given(
    st.lists(ENTERED | REPORTED, max_size=8).flatmap(lambda said: st.tuples(st.just(said), st.permutations(said * 2)))
)
def test_order_and_repetition_make_no_difference(both: tuple[list[Contract], list[Contract]]) -> None:
    once, shuffled = (after(resemblance(), commands) for commands in both)
    for state, found in (once, shuffled):
        assert {pair(one) for one in found} == {(told.organization, told.report) for told in state.told}
    assert {pair(one) for one in once[1]} == {pair(one) for one in shuffled[1]}
    for members in ("organizations", "reports"):
        assert {str(one) for one in getattr(once[0], members)} == {str(one) for one in getattr(shuffled[0], members)}


TRAITS = st.dictionaries(st.sampled_from("abcd"), st.just(SAID), max_size=3)


@given(
    st.lists(st.tuples(st.integers(1, 5), TRAITS), max_size=5, unique_by=lambda said: said[0]),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_whom_a_report_names_follows_from_its_highest_revision_and_a_withdrawal_alone(
    revisions: list[tuple[int, dict[str, SubjectTrait]]], withdrawn: bool, draw: Any
) -> None:
    said = [RecordReportedSubjects(report=REPORTS[0], revision=number, traits=named) for number, named in revisions]
    commands = said + [RecordReportedSubjects(report=REPORTS[0], revision=None)] * withdrawn
    shuffled = commands * 2
    draw.shuffle(shuffled)
    expected = {} if withdrawn or not revisions else max(revisions, key=lambda one: one[0])[1]
    for order in (commands, shuffled):
        state, _ = after(reported_subjects(), order)
        assert state.traits == expected
        # What the keys' streams are told adds up to the same.
        assert state.withdrawn == withdrawn


# -- secrecy ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sealed", ["eyJ.YQ.YQ.YQ.YQ", None])
@given(word=st.text("абвгд", min_size=12, max_size=20))
def test_nothing_but_the_subjects_makes_a_difference(sealed: str | None, word: str) -> None:
    """Whatever else a report says, and whoever is sealed in it, is in no key and no command."""
    shared = {"receipt_id": "receipt-1", "shared_at": NOW, "recorded_at": NOW}
    plain = MisconductReportSubmitted(report=report(), **shared)
    other = MisconductReportSubmitted(
        report=report("human_rights", affected_persons=sealed, summary={"ru": word}, place=word, evidence=()), **shared
    )
    first, second = (react_to_reporting(COMMANDS_TOPIC, event, message()) for event in (plain, other))
    assert first == second
    assert word not in second[0].data.model_dump_json()
