"""M4.1, M5.3, M7.3: what holds of everything that one side shares in revisions, whatever it says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.contracts.case import Attachment, CaseMessageDelivered, CaseMessageUndelivered
from shared.contracts.common import CommandRefused
from shared.contracts.report import Acknowledged, Corrected, Submitted, Withdrawn
from shared.messaging.decider import Decided, Refusal
from tests.case_builders import NOW, context, delivery, refused_there
from tests.reporting_matters import REPORTS, REVISED, Matter, ReportMatter

LATER = NOW + timedelta(days=2)

every = pytest.mark.parametrize("matter", REVISED, ids=lambda matter: matter.name)
every_report = pytest.mark.parametrize("matter", REPORTS, ids=lambda matter: matter.name)


@every
class TestSubmission:
    def test_is_confidential_whatever_its_message_says(self, matter: Matter) -> None:
        matter.taken(matter.new, matter.submit(), classification="public")

    def test_is_taken_from_the_other_side_just_so(self, matter: Matter) -> None:
        stream = f"{matter.decider.kind}/jp-kg/jp-入管-9"
        command = matter.submit(country="jp", number="入管-9")
        assert isinstance(matter.within(matter.new, command, context(stream, originator="jp")), Decided)

    def test_knows_when_it_was_shared_by_its_receipt_and_not_by_when_it_was_decided(self, matter: Matter) -> None:
        event = matter.taken(matter.new, matter.submit(), sent=NOW, now=LATER)
        assert isinstance(event, Submitted)
        assert (event.receipt_id, event.shared_at, event.recorded_at) == ("receipt-1", NOW, LATER)

    def test_a_second_time_is_refused(self, matter: Matter) -> None:
        refusal = matter.refused(matter.after(matter.submit()), matter.submit())
        assert (refusal.slug, refusal.clause, refusal.state) == ("used-revision", matter.clause, "submitted")

    def test_learned_after_it_was_shared_is_refused(self, matter: Matter) -> None:
        refusal = matter.refused(matter.new, matter.submit(learned_at=NOW + timedelta(seconds=1)))
        assert (refusal.slug, refusal.clause) == ("dates-reversed", matter.clause)
        assert (refusal.pointer or "").endswith("/learned_at")

    def test_says_what_happened(self, matter: Matter) -> None:
        refusal = matter.refused(matter.new, matter.submit(summary={"ru": " "}))
        assert (refusal.slug, refusal.clause) == ("missing-field", matter.clause)
        assert (refusal.pointer or "").endswith("/summary")

    def test_has_evidence_that_is_known_by_a_whole_digest(self, matter: Matter) -> None:
        wrong = Attachment(title="фото", digest="sha-256:00", media_type="image/jpeg", size=1)
        refusal = matter.refused(matter.new, matter.submit(evidence=(wrong,)))
        assert (refusal.pointer or "").endswith("/evidence/0/digest")

    def test_has_evidence_of_a_media_type(self, matter: Matter) -> None:
        wrong = Attachment(title="фото", digest=f"sha-256:{'0' * 64}", media_type="photo", size=1)
        refusal = matter.refused(matter.new, matter.submit(evidence=(wrong,)))
        assert (refusal.slug, refusal.clause) == ("wrong-form", matter.clause)
        assert (refusal.pointer or "").endswith("/evidence/0/media_type")


@every
class TestCorrection:
    def test_takes_the_place_of_the_report(self, matter: Matter) -> None:
        state = matter.after(matter.submit(), matter.correct(2, summary={"ru": "Иначе."}))
        assert state.current.summary == {"ru": "Иначе."}
        assert [revision.number for revision in state.revisions] == [1, 2]

    def test_says_whether_it_adds_or_puts_right(self, matter: Matter) -> None:
        event = matter.taken(matter.after(matter.submit()), matter.correct(2, nature="addition"))
        assert isinstance(event, Corrected)
        assert event.nature == "addition"

    def test_before_what_it_corrects_is_shared_at_once_and_stays_what_counts(self, matter: Matter) -> None:
        state = matter.after(matter.correct(2, summary={"ru": "Иначе."}))
        assert (state.status, state.current.summary) == ("submitted", {"ru": "Иначе."})
        event = matter.taken(state, matter.submit())
        assert isinstance(event, Submitted)
        assert event.superseded_by == 2
        assert matter.evolve(state, event).current == state.current

    def test_that_a_higher_one_overtook_is_shared_as_superseded(self, matter: Matter) -> None:
        state = matter.after(matter.submit(), matter.correct(4))
        event = matter.taken(state, matter.correct(3))
        assert isinstance(event, Corrected)
        assert event.superseded_by == 4
        assert matter.evolve(state, event).current == state.current

    def test_under_a_used_number_is_refused(self, matter: Matter) -> None:
        state = matter.after(matter.submit(), matter.correct(2))
        assert matter.refused(state, matter.correct(2, summary={"ru": "x"})).slug == "used-revision"

    def test_is_not_the_first_revision(self, matter: Matter) -> None:
        for number in (1, 0, -1):
            assert matter.refused(matter.new, matter.correct(number)).pointer == "/revision"

    def test_is_held_to_what_the_report_is(self, matter: Matter) -> None:
        assert matter.refused(matter.after(matter.submit()), matter.correct(2, summary={})).slug == "missing-field"


@every
class TestWithdrawal:
    def test_ends_the_report(self, matter: Matter) -> None:
        state = matter.after(matter.submit(), matter.withdraw())
        assert (state.status, state.current) == ("withdrawn", None)

    def test_leaves_nothing_to_be_added(self, matter: Matter) -> None:
        for state in (matter.after(matter.submit(), matter.withdraw()), matter.after(matter.withdraw())):
            for command in (matter.submit(), matter.correct(2), matter.correct(9), matter.withdraw()):
                refusal = matter.refused(state, command)
                assert (refusal.slug, refusal.clause, refusal.state) == ("withdrawn", matter.clause, "withdrawn")

    def test_before_the_report_is_kept(self, matter: Matter) -> None:
        event = matter.taken(matter.new, matter.withdraw())
        assert isinstance(event, Withdrawn)
        assert matter.evolve(matter.new, event).status == "withdrawn"


@every
class TestDelivery:
    def test_is_recorded_with_the_national_receipt(self, matter: Matter) -> None:
        state = matter.after(matter.submit())
        event = matter.taken(state, delivery(f"{matter.name}Submitted"))
        assert isinstance(event, CaseMessageDelivered)
        assert (event.receipt_number, event.received_at) == ("JP-77", datetime(2026, 3, 2, 13, 0, tzinfo=UTC))
        assert matter.evolve(state, event).status == "delivered"

    def test_that_failed_is_recorded_with_its_reason(self, matter: Matter) -> None:
        state = matter.after(matter.submit())
        event = matter.taken(state, delivery(f"{matter.name}Submitted", failed=refused_there()))
        assert isinstance(event, CaseMessageUndelivered)
        assert matter.evolve(state, event).status == "undelivered"

    def test_is_of_the_revision_whose_receipt_it_names(self, matter: Matter) -> None:
        state = matter.after(matter.submit())
        state = matter.after(matter.correct(2), state=state, correlationid="receipt-2")
        state = matter.after(delivery(f"{matter.name}Submitted", "receipt-1"), state=state)
        assert state.status == "submitted"
        state = matter.after(delivery(f"{matter.name}Corrected", "receipt-2"), state=state)
        assert state.status == "delivered"

    def test_told_again_changes_nothing(self, matter: Matter) -> None:
        state = matter.after(matter.submit(), delivery(f"{matter.name}Submitted"))
        assert matter.decided(state, delivery(f"{matter.name}Submitted")) == Decided()

    def test_of_what_was_never_shared_changes_nothing(self, matter: Matter) -> None:
        state = matter.after(matter.submit())
        assert matter.decided(state, delivery(f"{matter.name}Submitted", "another")) == Decided()

    def test_of_a_withdrawal_is_recorded_too(self, matter: Matter) -> None:
        state = matter.after(matter.withdraw(), state=matter.after(matter.submit()), correlationid="receipt-2")
        state = matter.after(delivery(f"{matter.name}Withdrawn", "receipt-2"), state=state)
        assert state.withdrawal.shared.receipt_number == "JP-77"
        assert state.revisions[0].shared.receipt_number is None


@every
class TestWhoMaySpeak:
    def test_nobody_reports_for_the_other_side(self, matter: Matter) -> None:
        for command in (matter.submit(), matter.correct(2), matter.withdraw()):
            refusal = matter.refused(matter.new, command, originator="jp")
            assert (refusal.slug, refusal.clause) == ("wrong-party", matter.clause)

    def test_nobody_speaks_under_an_agreement_that_is_not_there(self, matter: Matter) -> None:
        for command in (matter.submit(), matter.correct(2), matter.withdraw()):
            assert matter.refused(matter.new, command, agreement="jp-kz").slug == "no-agreement"
            assert matter.refused(matter.new, command, agreement=None).slug == "no-agreement"

    def test_no_stranger_speaks_under_an_agreement(self, matter: Matter) -> None:
        for command in (matter.submit(), matter.correct(2), matter.withdraw()):
            assert matter.refused(matter.new, command, originator="kz").slug == "wrong-party"
            assert matter.refused(matter.new, command, addressee="kz").slug == "wrong-party"

    def test_no_report_is_a_strangers(self, matter: Matter) -> None:
        command = matter.submit(country="kz", number="1")
        outcome = matter.within(matter.new, command, context(f"{matter.decider.kind}/jp-kg/kz-1"))
        assert isinstance(outcome, Refusal)
        assert outcome.slug == "wrong-party"

    def test_what_is_sent_to_another_case_is_refused(self, matter: Matter) -> None:
        elsewhere = f"{matter.decider.kind}/jp-kg/kg-other"
        for command in (matter.submit(), matter.correct(2), matter.withdraw()):
            assert matter.refused(matter.new, command, subject=elsewhere).slug == "not-the-contract"


@every
def test_what_is_no_matter_of_it_is_a_defect_not_a_refusal(matter: Matter) -> None:
    other = CommandRefused(command_id="1", command_type="x", problem=Refusal("withdrawn", "x").problem())
    with pytest.raises(TypeError):
        matter.decided(matter.new, other)
    with pytest.raises(TypeError):
        matter.evolve(matter.new, other)


# -- reports, of which the other side takes note ------------------------------------------------------------------


@every_report
class TestAcknowledgement:
    def test_is_the_other_sides(self, matter: ReportMatter) -> None:
        state = matter.after(matter.submit())
        event = matter.taken(state, matter.acknowledge(), now=LATER, sent=NOW + timedelta(days=1))
        assert isinstance(event, Acknowledged)
        assert (event.by, event.acknowledged_at, event.recorded_at) == ("jp", NOW + timedelta(days=1), LATER)
        assert matter.evolve(state, event).status == "acknowledged"

    def test_of_ones_own_report_is_refused(self, matter: ReportMatter) -> None:
        state = matter.after(matter.submit())
        assert matter.refused(state, matter.acknowledge(), originator="kg").slug == "wrong-party"

    def test_of_a_report_never_shared_is_refused(self, matter: ReportMatter) -> None:
        refusal = matter.refused(matter.new, matter.acknowledge())
        assert (refusal.slug, refusal.clause, refusal.state) == ("no-such-case", matter.clause, "unknown")

    def test_of_a_revision_never_shared_is_refused(self, matter: ReportMatter) -> None:
        refusal = matter.refused(matter.after(matter.submit()), matter.acknowledge(2))
        assert (refusal.slug, refusal.clause) == ("no-such-revision", matter.clause)

    def test_a_second_time_is_refused(self, matter: ReportMatter) -> None:
        refusal = matter.refused(matter.after(matter.submit(), matter.acknowledge()), matter.acknowledge())
        expected = ("already-acknowledged", matter.clause, "acknowledged")
        assert (refusal.slug, refusal.clause, refusal.state) == expected

    def test_is_due_anew_for_a_correction(self, matter: ReportMatter) -> None:
        state = matter.after(matter.submit(), matter.acknowledge(), matter.correct(2))
        assert state.status == "submitted"
        assert matter.after(matter.acknowledge(2), state=state).status == "acknowledged"

    def test_of_a_higher_revision_covers_the_lower(self, matter: ReportMatter) -> None:
        state = matter.after(matter.submit(), matter.correct(2), matter.acknowledge(2))
        assert matter.refused(state, matter.acknowledge(1)).slug == "already-acknowledged"

    def test_of_what_is_withdrawn_is_refused(self, matter: ReportMatter) -> None:
        for state in (matter.after(matter.submit(), matter.withdraw()), matter.after(matter.withdraw())):
            assert matter.refused(state, matter.acknowledge()).slug == "withdrawn"

    def test_goes_under_an_agreement_to_the_case_it_names(self, matter: ReportMatter) -> None:
        state, command = matter.after(matter.submit()), matter.acknowledge()
        assert matter.refused(state, command, agreement="jp-kz").slug == "no-agreement"
        assert matter.refused(state, command, originator="kz").slug == "wrong-party"
        elsewhere = f"{matter.decider.kind}/jp-kg/kg-other"
        assert matter.refused(state, command, subject=elsewhere).slug == "not-the-contract"


@every_report
class TestPromptness:
    def test_has_the_first_time_of_each_thing(self, matter: ReportMatter) -> None:
        state = matter.after(matter.submit(), delivery(f"{matter.name}Submitted"))
        state = matter.after(matter.correct(2), state=state, now=LATER, correlationid="receipt-2")
        state = matter.after(matter.acknowledge(2), state=state, now=LATER)
        promptness = state.promptness
        assert promptness.learned_at == datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
        assert promptness.shared_at == NOW
        assert promptness.received_at == datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
        assert promptness.acknowledged_at == LATER

    def test_is_open_where_nothing_has_happened(self, matter: ReportMatter) -> None:
        promptness = matter.after(matter.submit()).promptness
        assert (promptness.received_at, promptness.acknowledged_at) == (None, None)
        assert matter.after(matter.withdraw()).promptness is None


@every_report
def test_history_has_each_step_in_the_order_recorded(matter: ReportMatter) -> None:
    state = matter.after(
        matter.submit(),
        delivery(f"{matter.name}Submitted"),
        matter.acknowledge(),
        matter.correct(2),
        matter.withdraw(),
    )
    assert [(step.event, step.parts) for step in state.history] == [
        (f"{matter.name}Submitted", (1,)),
        ("CaseMessageDelivered", ()),
        (f"{matter.name}Acknowledged", (1,)),
        (f"{matter.name}Corrected", (2,)),
        (f"{matter.name}Withdrawn", ()),
    ]
