"""M4.1, M5.3: what the other side does about a report: assessed, measures taken, closed or declined (M3a)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from shared.contracts.case import Sharing
from shared.contracts.report import AssessmentTold, Closing, MeasureTold, ReportDeclining
from tests.case_builders import NOW, context, delivery
from tests.reporting_matters import MISCONDUCT, REPORTS, ReportMatter

LATER = NOW + timedelta(days=2)

every_report = pytest.mark.parametrize("matter", REPORTS, ids=lambda matter: matter.name)


def closed(matter: ReportMatter, measures: int = 1, **changes: Any) -> Any:
    """Acknowledged, assessed, so many measures, closed."""
    taken = [matter.take_measure(number) for number in range(1, measures + 1)]
    return matter.after(
        matter.submit(), matter.acknowledge(), matter.assess(), *taken, matter.close(measures, **changes)
    )


@every_report
class TestTheWholeWay:
    def test_has_its_word_at_each_step(self, matter: ReportMatter) -> None:
        state, said = matter.new, []
        for command in (
            matter.submit(),
            matter.acknowledge(),
            matter.assess(),
            matter.take_measure(1),
            matter.take_measure(2),
            matter.close(2),
        ):
            state = matter.after(command, state=state)
            said.append(state.status)
        assert said == ["submitted", "acknowledged", "assessed", "measures-taken", "measures-taken", "closed"]
        assert [(step.event, step.parts) for step in state.history[2:]] == [
            (f"{matter.name}Assessed", (1,)),
            (f"{matter.name}MeasureTaken", (1,)),
            (f"{matter.name}MeasureTaken", (2,)),
            (f"{matter.name}Closed", (1,)),
        ]

    def test_goes_over_with_its_receipt_and_time(self, matter: ReportMatter) -> None:
        state = matter.after(matter.submit())
        replies = (matter.assess(), matter.take_measure(), matter.close(), matter.decline())
        for command, told in zip(replies, (AssessmentTold, MeasureTold, Closing, ReportDeclining), strict=True):
            event = matter.taken(state, command, sent=NOW, now=LATER)
            assert isinstance(event, told)
            assert isinstance(event, Sharing)
            assert (event.receipt_id, event.shared_at, event.recorded_at) == ("receipt-jp", NOW, LATER)

    def test_hears_when_the_reporting_side_has_each_thing(self, matter: ReportMatter) -> None:
        state = matter.after(matter.submit(), matter.assess())
        state = matter.after(matter.take_measure(), state=state, correlationid="receipt-8")
        state = matter.after(matter.close(1), state=state, correlationid="receipt-9")
        for name, receipt_id in (("MeasureTaken", "receipt-8"), ("Closed", "receipt-9")):
            state = matter.after(delivery(f"{matter.name}{name}", receipt_id), state=state)
        assert state.measures[0].shared.receipt_number == state.closing.shared.receipt_number == "JP-77"
        assert state.assessments[0].shared.receipt_number is None


@every_report
class TestAssessment:
    def test_says_what_is_likely_and_why(self, matter: ReportMatter) -> None:
        state = matter.after(matter.submit(), matter.assess())
        (record,) = state.assessments
        assert record.assessment.likely
        assert record.assessment.text["ja"]

    def test_may_find_nothing_likely(self, matter: ReportMatter) -> None:
        assert matter.after(matter.submit(), matter.assess(likely=())).status == "assessed"

    def test_is_due_anew_for_a_correction(self, matter: ReportMatter) -> None:
        state = matter.after(matter.submit(), matter.assess(), matter.correct(2))
        assert state.status == "submitted"
        state = matter.after(matter.acknowledge(2), state=state)
        assert state.status == "acknowledged"
        assert matter.after(matter.assess(2), state=state).status == "assessed"

    def test_is_of_a_revision_once(self, matter: ReportMatter) -> None:
        refusal = matter.refused(matter.after(matter.submit(), matter.assess()), matter.assess(likely=()))
        assert (refusal.slug, refusal.clause, refusal.state, refusal.pointer) == (
            "already-assessed",
            matter.clause,
            "assessed",
            "/assessment/revision",
        )

    @pytest.mark.parametrize(
        ("changes", "slug", "pointer"),
        [
            ({"revision": 2}, "no-such-revision", "/assessment/revision"),
            ({"text": {"ja": " "}}, "missing-field", "/assessment/text"),
        ],
    )
    def test_with_something_wrong_is_refused(
        self, matter: ReportMatter, changes: dict[str, Any], slug: str, pointer: str
    ) -> None:
        refusal = matter.refused(matter.after(matter.submit()), matter.assess(**changes))
        assert (refusal.slug, refusal.clause, refusal.pointer) == (slug, matter.clause, pointer)

    def test_names_nothing_twice(self, matter: ReportMatter) -> None:
        twice = matter.assess().assessment.likely * 2  # type: ignore[attr-defined]
        refusal = matter.refused(matter.after(matter.submit()), matter.assess(likely=twice))
        assert (refusal.slug, refusal.pointer) == ("wrong-form", "/assessment/likely")


def test_an_assessment_may_name_a_category_that_was_not_reported() -> None:
    state = MISCONDUCT.after(MISCONDUCT.submit("opaque_fees"), MISCONDUCT.assess(likely=("property_control",)))
    assert state.assessments[0].assessment.likely == ("property_control",)


@every_report
class TestMeasures:
    def test_are_as_many_as_it_takes_by_number(self, matter: ReportMatter) -> None:
        state = matter.after(matter.submit(), matter.take_measure(3), matter.take_measure(1))
        assert [record.measure.number for record in state.measures] == [1, 3]

    @pytest.mark.parametrize(
        ("changes", "slug", "pointer"),
        [
            ({"number": 0}, "wrong-form", "/measure/number"),
            ({"number": 2}, "used-number", "/measure/number"),
            ({"taken_on": date(2026, 3, 3)}, "dates-reversed", "/measure/taken_on"),
            ({"text": {}}, "missing-field", "/measure/text"),
        ],
    )
    def test_with_something_wrong_are_refused(
        self, matter: ReportMatter, changes: dict[str, Any], slug: str, pointer: str
    ) -> None:
        refusal = matter.refused(matter.after(matter.submit(), matter.take_measure(2)), matter.take_measure(**changes))
        assert (refusal.slug, refusal.clause, refusal.pointer) == (slug, matter.clause, pointer)

    def test_are_told_after_they_were_taken_by_the_calendar_where_they_were(self, matter: ReportMatter) -> None:
        # Already 3 March over there.
        sent = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
        state = matter.after(matter.submit())
        matter.taken(state, matter.take_measure(taken_on=date(2026, 3, 3)), sent=sent)
        earlier = sent - timedelta(seconds=1)
        refusal = matter.refused(state, matter.take_measure(taken_on=date(2026, 3, 3)), sent=earlier)
        assert refusal.slug == "dates-reversed"

    def test_may_have_been_taken_before_the_report_came(self, matter: ReportMatter) -> None:
        matter.taken(matter.after(matter.submit()), matter.take_measure(taken_on=date(2025, 12, 1)))


@every_report
class TestClosing:
    def test_says_what_came_of_it(self, matter: ReportMatter) -> None:
        state = closed(matter, outcome="partly-confirmed")
        assert (state.closing.outcome, state.closing.measures, state.status) == ("partly-confirmed", 1, "closed")
        refusal = matter.refused(matter.after(matter.submit()), matter.close(text={"ja": ""}))
        assert (refusal.slug, refusal.clause, refusal.pointer) == ("missing-field", matter.clause, "/text")

    def test_is_of_a_revision_that_was_shared(self, matter: ReportMatter) -> None:
        refusal = matter.refused(matter.after(matter.submit()), matter.close(revision=2))
        assert (refusal.slug, refusal.pointer) == ("no-such-revision", "/revision")

    @pytest.mark.parametrize("end", ["close", "decline"])
    def test_covers_all_that_was_said_before(self, matter: ReportMatter, end: str) -> None:
        state = matter.after(matter.submit(), matter.correct(2), matter.assess(2), matter.take_measure(2))
        refusal = matter.refused(state, getattr(matter, end)(2))
        assert (refusal.slug, refusal.pointer) == ("superseded", "/revision")
        refusal = matter.refused(state, getattr(matter, end)(1, revision=2))
        assert (refusal.slug, refusal.pointer) == ("wrong-form", "/measures")
        matter.taken(state, getattr(matter, end)(2, revision=2))

    def test_leaves_nothing_to_be_said_by_the_side_that_closed_it(self, matter: ReportMatter) -> None:
        state = matter.after(matter.correct(2), state=closed(matter))
        for command in (
            matter.assess(2),
            matter.take_measure(2),
            matter.close(1),
            matter.close(2, revision=2),
            matter.decline(1),
        ):
            refusal = matter.refused(state, command)
            assert (refusal.slug, refusal.clause, refusal.state) == ("closed", matter.clause, "closed")

    def test_does_not_keep_the_reporting_side_from_putting_right_what_was_wrong(self, matter: ReportMatter) -> None:
        state = matter.after(matter.correct(2, summary={"ru": "Иначе."}), state=closed(matter))
        assert (state.status, state.current.summary, state.acknowledged) == ("closed", {"ru": "Иначе."}, 1)
        state = matter.after(matter.acknowledge(2), state=state)
        assert (state.status, state.acknowledged) == ("closed", 2)

    def test_does_not_keep_it_from_taking_back_what_it_reported(self, matter: ReportMatter) -> None:
        state = matter.after(matter.withdraw(), state=closed(matter))
        assert (state.status, state.current) == ("withdrawn", None)
        assert state.closing is not None

    def test_is_not_of_what_is_withdrawn(self, matter: ReportMatter) -> None:
        state = matter.after(matter.submit(), matter.withdraw())
        for command in (matter.assess(), matter.take_measure(), matter.close(), matter.decline()):
            refusal = matter.refused(state, command)
            assert (refusal.slug, refusal.clause, refusal.state) == ("withdrawn", matter.clause, "withdrawn")


@every_report
class TestDeclining:
    def test_names_the_provision_and_closes_the_report(self, matter: ReportMatter) -> None:
        state = matter.after(matter.submit(), matter.decline())
        assert (state.status, state.declination.legal_basis) == ("declined", "刑事訴訟法 第47条")
        for command in (matter.assess(2), matter.take_measure(), matter.close(), matter.decline()):
            refusal = matter.refused(state, command)
            assert (refusal.slug, refusal.clause, refusal.state) == ("declined", "M3a", "declined")

    def test_by_no_provision_is_refused(self, matter: ReportMatter) -> None:
        refusal = matter.refused(matter.after(matter.submit()), matter.decline(legal_basis=" "))
        assert (refusal.slug, refusal.clause, refusal.pointer) == ("missing-field", "M3a", "/legal_basis")


@every_report
class TestOrder:
    @pytest.mark.parametrize("end", ["close", "decline"])
    def test_of_what_one_side_says_makes_no_difference(self, matter: ReportMatter, end: str) -> None:
        said = [
            matter.acknowledge(),
            matter.assess(),
            matter.take_measure(1),
            matter.take_measure(2),
            getattr(matter, end)(2),
        ]
        ends = {
            state.model_copy(update={"history": ()}).model_dump_json()
            for order in permutations(said)
            for state in [matter.after(matter.submit(), *order)]
        }
        assert len(ends) == 1

    def test_lets_a_report_be_assessed_before_it_is_acknowledged(self, matter: ReportMatter) -> None:
        state = matter.after(matter.submit(), matter.assess())
        assert (state.status, state.acknowledged) == ("assessed", 0)
        assert matter.after(matter.acknowledge(), state=state).status == "assessed"


@every_report
class TestWhoMaySpeak:
    def test_nobody_acts_on_its_own_report(self, matter: ReportMatter) -> None:
        state = matter.after(matter.submit())
        for command in (matter.assess(), matter.take_measure(), matter.close(), matter.decline()):
            refusal = matter.refused(state, command, originator="kg")
            assert (refusal.slug, refusal.clause) == ("wrong-party", matter.clause)

    def test_nobody_acts_on_a_report_never_shared(self, matter: ReportMatter) -> None:
        for command in (matter.assess(), matter.take_measure(), matter.close(), matter.decline()):
            refusal = matter.refused(matter.new, command)
            assert (refusal.slug, refusal.state) == ("no-such-case", "unknown")

    def test_what_is_said_goes_under_an_agreement_to_the_report_it_names(self, matter: ReportMatter) -> None:
        state, elsewhere = matter.after(matter.submit()), f"{matter.decider.kind}/jp-kg/kg-other"
        for command in (matter.assess(), matter.take_measure(), matter.close(), matter.decline()):
            assert matter.refused(state, command, agreement="jp-kz").slug == "no-agreement"
            assert matter.refused(state, command, subject=elsewhere).slug == "not-the-contract"

    def test_the_other_way_is_just_so(self, matter: ReportMatter) -> None:
        stream = f"{matter.decider.kind}/jp-kg/jp-5"
        state = matter.new
        for command, originator in (
            (matter.submit(country="jp", number="5"), "jp"),
            (matter.close(country="jp", number="5"), "kg"),
        ):
            (event,) = matter.within(state, command, context(stream, originator=originator)).events  # type: ignore[union-attr]
            state = matter.evolve(state, event)
        assert state.status == "closed"


@every_report
class TestPromptness:
    def test_knows_when_the_other_side_acted_first_and_when_it_closed(self, matter: ReportMatter) -> None:
        hours = [NOW + timedelta(hours=number) for number in range(6)]
        state = matter.after(matter.submit(), sent=hours[0])
        state = matter.after(matter.acknowledge(), state=state, sent=hours[1])
        assert (state.promptness.acted_at, state.promptness.closed_at) == (None, None)
        state = matter.after(matter.take_measure(1), state=state, sent=hours[2])
        state = matter.after(matter.assess(), state=state, sent=hours[3])
        state = matter.after(matter.take_measure(2), state=state, sent=hours[4])
        assert (state.promptness.acted_at, state.promptness.closed_at) == (hours[2], None)
        state = matter.after(matter.close(2), state=state, sent=hours[5], now=LATER)
        assert (state.promptness.acknowledged_at, state.promptness.closed_at) == (hours[1], hours[5])

    def test_counts_an_assessment_as_acting(self, matter: ReportMatter) -> None:
        assert matter.after(matter.submit(), matter.assess()).promptness.acted_at == NOW

    def test_knows_when_it_was_declined(self, matter: ReportMatter) -> None:
        promptness = matter.after(matter.submit(), matter.decline()).promptness
        assert (promptness.acted_at, promptness.closed_at) == (None, NOW)
