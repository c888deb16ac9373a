"""M4.1: what a misconduct report has to say. What holds of every report is in test_reporting_revisions.py."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shared.contracts.misconduct_report import Findings, MisconductReportSubmitted, Money, Taking
from tests.case_builders import FINDINGS, NOW, report, subject, submit
from tests.reporting_matters import MISCONDUCT

NEW = MISCONDUCT.new
taken, refused = MISCONDUCT.taken, MISCONDUCT.refused


def in_findings(**findings: Any) -> Any:
    return submit(findings=Findings(**findings))


class TestSubmission:
    @pytest.mark.parametrize("category", FINDINGS)
    def test_is_shared_in_each_of_the_five_categories(self, category: str) -> None:
        event = taken(NEW, submit(category))
        assert event == MisconductReportSubmitted(
            report=report(category), receipt_id="receipt-1", shared_at=NOW, recorded_at=NOW
        )

    def test_is_shared_in_several_categories_at_once(self) -> None:
        event = taken(NEW, submit(*FINDINGS))
        assert isinstance(event, MisconductReportSubmitted)
        assert event.report.findings == Findings(**FINDINGS)

    def test_in_no_category_is_refused(self) -> None:
        refusal = refused(NEW, submit(findings=Findings()))
        assert (refusal.slug, refusal.clause, refusal.pointer) == ("no-category", "M4.1", "/report/findings")

    def test_that_ended_before_it_began_is_refused(self) -> None:
        command = submit(occurred_from=date(2026, 2, 2), occurred_to=date(2026, 2, 1))
        assert refused(NEW, command).pointer == "/report/occurred_to"
        taken(NEW, submit(occurred_from=date(2026, 2, 2), occurred_to=date(2026, 2, 2)))

    def test_with_affected_persons_in_the_open_is_refused_and_does_not_repeat_them(self) -> None:
        for value in ("Айгүл Осмонова", '{"persons":[]}', "a.b.c", ""):
            refusal = refused(NEW, submit(affected_persons=value))
            assert (refusal.slug, refusal.clause) == ("not-sealed", "M3b")
            assert not value or value not in refusal.detail

    def test_may_be_about_nobody_affected(self) -> None:
        taken(NEW, submit(affected_persons=None))


class TestWhatACategoryNeeds:
    @pytest.mark.parametrize(
        ("category", "changes", "pointer", "clause"),
        [
            ("property_control", {"takings": ()}, "/takings", "M4.1a"),
            ("property_control", {"takings": (Taking(what=" ", from_whom="worker"),)}, "/takings/0/what", "M4.1a"),
            ("penalty_contract", {"terms": ()}, "/terms", "M4.1b"),
            ("human_rights", {"acts": ()}, "/acts", "M4.1c"),
            ("human_rights", {"safe_contact": None}, "/safe_contact", "M4.1c"),
            ("false_documents", {"documents": ()}, "/documents", "M4.1d"),
            ("opaque_fees", {"fees": ()}, "/fees", "M4.1e"),
            ("opaque_fees", {"explained": None}, "/explained", "M4.1e"),
        ],
    )
    def test_is_asked_for(self, category: str, changes: dict[str, Any], pointer: str, clause: str) -> None:
        lacking = FINDINGS[category].model_copy(update=changes)
        refusal = refused(NEW, in_findings(**{category: lacking}))
        expected = ("missing-field", clause, f"/report/findings/{category}{pointer}")
        assert (refusal.slug, refusal.clause, refusal.pointer) == expected

    @pytest.mark.parametrize(
        ("category", "part", "member"),
        [
            ("penalty_contract", "terms", "text"),
            ("false_documents", "documents", "kind"),
            ("false_documents", "documents", "procedure"),
            ("opaque_fees", "fees", "item"),
        ],
    )
    def test_is_not_there_when_it_is_blank(self, category: str, part: str, member: str) -> None:
        good = getattr(FINDINGS[category], part)[0]
        lacking = FINDINGS[category].model_copy(update={part: (good, good.model_copy(update={member: " "}))})
        refusal = refused(NEW, in_findings(**{category: lacking}))
        assert (refusal.slug, refusal.pointer) == ("missing-field", f"/report/findings/{category}/{part}/1/{member}")

    def test_of_a_contact_as_noted_is_the_note(self) -> None:
        contact = FINDINGS["human_rights"].safe_contact.model_copy(update={"note": None})
        lacking = FINDINGS["human_rights"].model_copy(update={"safe_contact": contact})
        assert (
            refused(NEW, in_findings(human_rights=lacking)).pointer == "/report/findings/human_rights/safe_contact/note"
        )

    def test_a_violation_of_human_rights_is_urgent_unless_said_otherwise(self) -> None:
        assert FINDINGS["human_rights"].urgency == "urgent"

    @pytest.mark.parametrize(
        ("money", "member"),
        [
            (Money(amount=Decimal("-1"), currency="KGS"), "amount"),
            (Money(amount=Decimal("1"), currency="сом"), "currency"),
        ],
    )
    def test_an_amount_is_a_number_from_zero_on_in_a_known_kind_of_currency(self, money: Money, member: str) -> None:
        for category, part, name in (
            ("property_control", "takings", "value"),
            ("penalty_contract", "terms", "penalty"),
            ("opaque_fees", "fees", "charged"),
        ):
            good = getattr(FINDINGS[category], part)[0]
            wrong = FINDINGS[category].model_copy(update={part: (good.model_copy(update={name: money}),)})
            refusal = refused(NEW, in_findings(**{category: wrong}))
            pointer = f"/report/findings/{category}/{part}/0/{name}/{member}"
            assert (refusal.slug, refusal.pointer) == ("wrong-form", pointer)


class TestSubjects:
    def test_are_persons_or_corporations_in_either_country(self) -> None:
        taken(NEW, submit(subjects=(subject(kind="person", country="jp", names={"ja": "佐藤一郎"}), subject())))

    def test_in_a_third_country_are_refused(self) -> None:
        refusal = refused(NEW, submit(subjects=(subject(), subject(country="kz"))))
        assert (refusal.slug, refusal.pointer) == ("wrong-party", "/report/subjects/1/country")

    def test_are_needed(self) -> None:
        assert refused(NEW, submit(subjects=())).pointer == "/report/subjects"

    def test_have_a_name_or_a_number(self) -> None:
        taken(NEW, submit(subjects=(subject(names={}),)))
        taken(NEW, submit(subjects=(subject(identifiers=()),)))
        refusal = refused(NEW, submit(subjects=(subject(names={"ru": " "}, identifiers=()),)))
        assert (refusal.slug, refusal.pointer) == ("missing-field", "/report/subjects/0/names")
