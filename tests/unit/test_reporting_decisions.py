"""M4.1: what reporting takes and what it refuses of misconduct reports, and when the other side has them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.reporting.decisions import decide
from services.reporting.model import MisconductReportRecord, evolve
from shared.contracts.base import Contract
from shared.contracts.case import Attachment, CaseMessageDelivered, CaseMessageUndelivered
from shared.contracts.common import CommandRefused
from shared.contracts.misconduct_report import (
    Findings,
    MisconductReportAcknowledged,
    MisconductReportCorrected,
    MisconductReportSubmitted,
    MisconductReportWithdrawn,
    Money,
    Taking,
)
from shared.errors import SLUGS
from shared.messaging.decider import Decided, Refusal
from tests.case_builders import (
    AGREEMENTS,
    FINDINGS,
    NOW,
    REPORT_STREAM,
    acknowledge,
    context,
    correct,
    delivery,
    refused_there,
    report,
    subject,
    submit,
    withdraw,
)

NEW = MisconductReportRecord()
LATER = NOW + timedelta(days=2)


def decided(state: MisconductReportRecord, command: Contract, **envelope: Any) -> Decided | Refusal:
    if type(command).__name__ == "AcknowledgeMisconductReport":
        envelope = {"originator": "jp", "correlationid": "receipt-jp"} | envelope
    return decide(AGREEMENTS.get, state, command, context(REPORT_STREAM, **envelope))


def taken(state: MisconductReportRecord, command: Contract, **envelope: Any) -> Contract:
    outcome = decided(state, command, **envelope)
    assert isinstance(outcome, Decided), outcome
    assert outcome.classification == "confidential"
    (event,) = outcome.events
    return event


def refused(state: MisconductReportRecord, command: Contract, **envelope: Any) -> Refusal:
    outcome = decided(state, command, **envelope)
    assert isinstance(outcome, Refusal), outcome
    assert outcome.slug in SLUGS
    return outcome


def after(*commands: Contract, **envelope: Any) -> MisconductReportRecord:
    state = NEW
    for command in commands:
        state = evolve(state, taken(state, command, **envelope))
    return state


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

    def test_is_taken_from_the_other_side_just_so(self) -> None:
        command = submit(country="jp", number="入管-9")
        outcome = decide(AGREEMENTS.get, NEW, command, context("misconduct-report/jp-kg/jp-入管-9", originator="jp"))
        assert isinstance(outcome, Decided)

    def test_is_confidential_whatever_its_message_says(self) -> None:
        taken(NEW, submit(), classification="public")

    def test_knows_when_it_was_shared_by_its_receipt_and_not_by_when_it_was_decided(self) -> None:
        event = taken(NEW, submit(), sent=NOW, now=LATER)
        assert isinstance(event, MisconductReportSubmitted)
        assert (event.shared_at, event.recorded_at) == (NOW, LATER)

    def test_a_second_time_is_refused(self) -> None:
        refusal = refused(after(submit()), submit())
        assert (refusal.slug, refusal.state) == ("used-revision", "submitted")

    def test_learned_after_it_was_shared_is_refused(self) -> None:
        refusal = refused(NEW, submit(learned_at=NOW + timedelta(seconds=1)))
        assert (refusal.slug, refusal.pointer) == ("dates-reversed", "/report/learned_at")

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


def test_a_report_says_what_happened() -> None:
    assert refused(NEW, submit(summary={})).pointer == "/report/summary"


def test_evidence_is_known_by_a_whole_digest() -> None:
    wrong = Attachment(title="фото", digest="sha-256:00", media_type="image/jpeg", size=1)
    assert refused(NEW, submit(evidence=(wrong,))).pointer == "/report/evidence/0/digest"


class TestCorrection:
    def test_takes_the_place_of_the_report(self) -> None:
        state = after(submit(), correct(2, summary={"ru": "Иначе."}))
        assert state.current == report(summary={"ru": "Иначе."})
        assert [revision.number for revision in state.revisions] == [1, 2]

    def test_says_whether_it_adds_or_puts_right(self) -> None:
        event = taken(after(submit()), correct(2, nature="addition"))
        assert isinstance(event, MisconductReportCorrected)
        assert event.nature == "addition"

    def test_before_what_it_corrects_is_shared_at_once_and_stays_what_counts(self) -> None:
        state = after(correct(2, summary={"ru": "Иначе."}))
        assert (state.status, state.current) == ("submitted", report(summary={"ru": "Иначе."}))
        event = taken(state, submit())
        assert isinstance(event, MisconductReportSubmitted)
        assert event.superseded_by == 2
        assert evolve(state, event).current == state.current

    def test_that_a_higher_one_overtook_is_shared_as_superseded(self) -> None:
        state = after(submit(), correct(4))
        event = taken(state, correct(3))
        assert isinstance(event, MisconductReportCorrected)
        assert event.superseded_by == 4
        assert evolve(state, event).current == state.current

    def test_under_a_used_number_is_refused(self) -> None:
        assert refused(after(submit(), correct(2)), correct(2, summary={"ru": "x"})).slug == "used-revision"

    def test_is_not_the_first_revision(self) -> None:
        for number in (1, 0, -1):
            assert refused(NEW, correct(number)).pointer == "/revision"

    def test_is_held_to_what_the_report_is(self) -> None:
        assert refused(after(submit()), correct(2, findings=Findings())).slug == "no-category"


class TestWithdrawal:
    def test_ends_the_report(self) -> None:
        state = after(submit(), withdraw())
        assert (state.status, state.current) == ("withdrawn", None)

    @pytest.mark.parametrize(
        "command", [submit(), correct(2), correct(9, nature="addition"), withdraw(), acknowledge()]
    )
    def test_leaves_nothing_to_be_added_or_acknowledged(self, command: Contract) -> None:
        for state in (after(submit(), withdraw()), after(withdraw())):
            refusal = refused(state, command)
            assert (refusal.slug, refusal.clause, refusal.state) == ("withdrawn", "M4.1", "withdrawn")

    def test_before_the_report_is_kept(self) -> None:
        event = taken(NEW, withdraw())
        assert isinstance(event, MisconductReportWithdrawn)
        assert evolve(NEW, event).status == "withdrawn"


class TestAcknowledgement:
    def test_is_the_other_sides(self) -> None:
        event = taken(after(submit()), acknowledge(), now=LATER, sent=NOW + timedelta(days=1))
        assert isinstance(event, MisconductReportAcknowledged)
        assert (event.by, event.acknowledged_at, event.recorded_at) == ("jp", NOW + timedelta(days=1), LATER)
        assert evolve(after(submit()), event).status == "acknowledged"

    def test_of_ones_own_report_is_refused(self) -> None:
        assert refused(after(submit()), acknowledge(), originator="kg").slug == "wrong-party"

    def test_of_a_report_never_shared_is_refused(self) -> None:
        refusal = refused(NEW, acknowledge())
        assert (refusal.slug, refusal.state) == ("no-such-case", "unknown")

    def test_of_a_revision_never_shared_is_refused(self) -> None:
        assert refused(after(submit()), acknowledge(2)).slug == "no-such-revision"

    def test_a_second_time_is_refused(self) -> None:
        refusal = refused(after(submit(), acknowledge()), acknowledge())
        assert (refusal.slug, refusal.state) == ("already-acknowledged", "acknowledged")

    def test_is_due_anew_for_a_correction(self) -> None:
        state = after(submit(), acknowledge(), correct(2))
        assert state.status == "submitted"
        assert evolve(state, taken(state, acknowledge(2))).status == "acknowledged"

    def test_of_a_higher_revision_covers_the_lower(self) -> None:
        state = after(submit(), correct(2), acknowledge(2))
        assert refused(state, acknowledge(1)).slug == "already-acknowledged"


class TestDelivery:
    def test_is_recorded_with_the_national_receipt(self) -> None:
        state = after(submit())
        event = taken(state, delivery("MisconductReportSubmitted"))
        assert isinstance(event, CaseMessageDelivered)
        assert (event.receipt_number, event.received_at) == ("JP-77", datetime(2026, 3, 2, 13, 0, tzinfo=UTC))
        assert evolve(state, event).status == "delivered"

    def test_that_failed_is_recorded_with_its_reason(self) -> None:
        state = after(submit())
        event = taken(state, delivery("MisconductReportSubmitted", failed=refused_there()))
        assert isinstance(event, CaseMessageUndelivered)
        assert evolve(state, event).status == "undelivered"

    def test_is_of_the_revision_whose_receipt_it_names(self) -> None:
        state = evolve(after(submit()), taken(after(submit()), correct(2), correlationid="receipt-2"))
        state = evolve(state, taken(state, delivery("MisconductReportSubmitted", "receipt-1")))
        assert state.status == "submitted"
        state = evolve(state, taken(state, delivery("MisconductReportCorrected", "receipt-2")))
        assert state.status == "delivered"

    def test_told_again_changes_nothing(self) -> None:
        state = after(submit(), delivery("MisconductReportSubmitted"))
        assert decided(state, delivery("MisconductReportSubmitted")) == Decided()

    def test_of_what_was_never_shared_changes_nothing(self) -> None:
        assert decided(after(submit()), delivery("MisconductReportSubmitted", "another")) == Decided()

    def test_of_a_withdrawal_is_recorded_too(self) -> None:
        state = evolve(after(submit()), taken(after(submit()), withdraw(), correlationid="receipt-2"))
        state = evolve(state, taken(state, delivery("MisconductReportWithdrawn", "receipt-2")))
        assert state.withdrawal is not None
        assert state.withdrawal.shared.receipt_number == "JP-77"


class TestPromptness:
    def test_has_the_first_time_of_each_thing(self) -> None:
        state = after(submit(), delivery("MisconductReportSubmitted"))
        state = evolve(state, taken(state, correct(2), now=LATER, correlationid="receipt-2"))
        state = evolve(state, taken(state, acknowledge(2), now=LATER))
        promptness = state.promptness
        assert promptness is not None
        assert promptness.learned_at == datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
        assert promptness.shared_at == NOW
        assert promptness.received_at == datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
        assert promptness.acknowledged_at == LATER

    def test_is_open_where_nothing_has_happened(self) -> None:
        promptness = after(submit()).promptness
        assert promptness is not None
        assert (promptness.received_at, promptness.acknowledged_at) == (None, None)
        assert after(withdraw()).promptness is None


class TestWhoMaySpeak:
    @pytest.mark.parametrize("command", [submit(), correct(2), withdraw()])
    def test_nobody_reports_for_the_other_side(self, command: Contract) -> None:
        refusal = refused(NEW, command, originator="jp")
        assert (refusal.slug, refusal.clause) == ("wrong-party", "M4.1")

    @pytest.mark.parametrize("command", [submit(), correct(2), withdraw(), acknowledge()])
    def test_nobody_speaks_under_an_agreement_that_is_not_there(self, command: Contract) -> None:
        assert refused(after(submit()), command, agreement="jp-kz").slug == "no-agreement"
        assert refused(after(submit()), command, agreement=None).slug == "no-agreement"

    @pytest.mark.parametrize("command", [submit(), correct(2), withdraw(), acknowledge()])
    def test_no_stranger_speaks_under_an_agreement(self, command: Contract) -> None:
        assert refused(after(submit()), command, originator="kz").slug == "wrong-party"
        assert refused(after(submit()), command, addressee="kz").slug == "wrong-party"

    def test_no_report_is_a_strangers(self) -> None:
        command = submit(country="kz")
        outcome = decide(AGREEMENTS.get, NEW, command, context(f"misconduct-report/jp-kg/kz-{report().number}"))
        assert isinstance(outcome, Refusal)
        assert outcome.slug == "wrong-party"

    @pytest.mark.parametrize("command", [submit(), correct(2), withdraw(), acknowledge()])
    def test_what_is_sent_to_another_report_is_refused(self, command: Contract) -> None:
        assert refused(NEW, command, subject="misconduct-report/jp-kg/kg-other").slug == "not-the-contract"


def test_history_has_each_step_in_the_order_recorded() -> None:
    state = after(submit(), delivery("MisconductReportSubmitted"), acknowledge(), correct(2), withdraw())
    assert [(step.event, step.parts) for step in state.history] == [
        ("MisconductReportSubmitted", (1,)),
        ("CaseMessageDelivered", ()),
        ("MisconductReportAcknowledged", (1,)),
        ("MisconductReportCorrected", (2,)),
        ("MisconductReportWithdrawn", ()),
    ]


def test_what_is_no_matter_of_reporting_is_a_defect_not_a_refusal() -> None:
    other = CommandRefused(command_id="1", command_type="x", problem=Refusal("withdrawn", "x").problem())
    with pytest.raises(TypeError):
        decided(NEW, other)
    with pytest.raises(TypeError):
        evolve(NEW, other)
