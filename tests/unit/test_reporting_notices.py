"""M7.3: what comes of a notice. What holds of everything that is shared in revisions is in test_reporting_revisions.py.

In these tests `kg` notifies of an organization that `jp` accredits: the rules know of no direction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.reporting.notices.model import NoticeRecord
from shared.contracts.base import Contract
from shared.contracts.case import ReportDeadline
from shared.contracts.notice import (
    AccreditedOrganization,
    InvestigationOpened,
    MeasureTaken,
    NoticeDeclined,
    NoticeOverdue,
    NoticeReminded,
    NoticeSubmitted,
    ResultReturned,
)
from shared.messaging.decider import Decided
from tests.case_builders import (
    NOW,
    correct_notice,
    decline_notice,
    delivery,
    notice,
    open_investigation,
    return_result,
    submit_notice,
    take_measure,
    withdraw_notice,
)
from tests.reporting_matters import NOTICE

NEW = NOTICE.new
taken, refused, after = NOTICE.taken, NOTICE.refused, NOTICE.after
LATER = NOW + timedelta(days=2)

ANOTHER = AccreditedOrganization(country="jp", registration_number="19登-000999")
REPLIES: Sequence[Contract] = (open_investigation(), take_measure(), return_result(), decline_notice())


def opened(*commands: Contract) -> NoticeRecord:
    """Under investigation, and what else was done."""
    state: NoticeRecord = after(submit_notice(), open_investigation(), *commands)
    return state


def opened_by(wished_on: date) -> NoticeRecord:
    """Under investigation, its result wished by this day."""
    state: NoticeRecord = after(submit_notice(result_wished_on=wished_on), open_investigation())
    return state


class TestNotice:
    def test_is_about_an_organization_that_the_other_side_accredits(self) -> None:
        for country in ("kg", "kz"):
            organization = AccreditedOrganization(country=country, registration_number="1")
            refusal = refused(NEW, submit_notice(organization=organization))
            expected = ("wrong-party", "M7.3", "/notice/organization/country")
            assert (refusal.slug, refusal.clause, refusal.pointer) == expected

    def test_gives_the_organizations_number(self) -> None:
        nameless = AccreditedOrganization(country="jp", registration_number=" ", names={"ja": "架橋"})
        refusal = refused(NEW, submit_notice(organization=nameless))
        assert (refusal.slug, refusal.pointer) == ("missing-field", "/notice/organization/registration_number")

    def test_may_wish_a_result_by_a_day_that_is_not_over_where_it_comes_from(self) -> None:
        # The last minute of 2 March over there.
        sent = datetime(2026, 3, 2, 14, 59, tzinfo=UTC)
        taken(NEW, submit_notice(result_wished_on=date(2026, 3, 2)), sent=sent)
        over = sent + timedelta(minutes=1)
        refusal = refused(NEW, submit_notice(result_wished_on=date(2026, 3, 2)), sent=over)
        assert (refusal.slug, refusal.pointer) == ("dates-reversed", "/notice/result_wished_on")

    def test_can_be_corrected_when_its_result_is_overdue(self) -> None:
        wished = {"result_wished_on": date(2026, 3, 2)}
        state = after(submit_notice(**wished))
        assert after(correct_notice(2, **wished), state=state, sent=LATER).result_wished_on == date(2026, 3, 2)


class TestInvestigation:
    def test_is_opened_by_the_side_that_accredits(self) -> None:
        state = after(submit_notice())
        event = taken(state, open_investigation(), now=LATER, sent=NOW)
        assert isinstance(event, InvestigationOpened)
        assert (event.opened_on, event.revision, event.shared_at, event.recorded_at) == (
            date(2026, 3, 1),
            1,
            NOW,
            LATER,
        )
        state = NOTICE.evolve(state, event)
        assert (state.status, state.reference) == ("under-investigation", "入管調第8号")

    def test_is_opened_once(self) -> None:
        refusal = refused(opened(), open_investigation())
        assert (refusal.slug, refusal.clause, refusal.state) == ("already-opened", "M7.3", "under-investigation")

    def test_of_a_revision_never_shared_is_refused(self) -> None:
        refusal = refused(after(submit_notice()), open_investigation(revision=2))
        assert (refusal.slug, refusal.state, refusal.pointer) == ("no-such-revision", "submitted", "/revision")

    def test_may_be_of_a_correction_that_overtook_the_notice(self) -> None:
        assert after(correct_notice(2), open_investigation(revision=2)).status == "under-investigation"

    def test_is_told_after_it_was_opened_by_the_calendar_where_it_was(self) -> None:
        # Already 3 March over there.
        sent = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
        taken(after(submit_notice()), open_investigation(opened_on=date(2026, 3, 3)), sent=sent)
        refusal = refused(after(submit_notice()), open_investigation(opened_on=date(2026, 3, 4)), sent=sent)
        assert (refusal.slug, refusal.pointer) == ("dates-reversed", "/opened_on")

    def test_is_corrected_about_the_same_organization_alone(self) -> None:
        assert after(submit_notice(), correct_notice(2, organization=ANOTHER)).current.organization == ANOTHER
        refusal = refused(opened(), correct_notice(2, organization=ANOTHER))
        assert (refusal.slug, refusal.clause, refusal.state) == ("another-subject", "M7.3", "under-investigation")
        renamed = notice().organization.model_copy(update={"names": {"ja": "架橋支援"}})
        assert opened(correct_notice(2, organization=renamed)).status == "under-investigation"

    def test_is_into_the_organization_that_the_notice_is_about_by_now(self) -> None:
        state = after(submit_notice(), correct_notice(2, organization=ANOTHER))
        refusal = refused(state, open_investigation(revision=1))
        assert (refusal.slug, refusal.state, refusal.pointer) == ("superseded", "submitted", "/revision")
        state = after(open_investigation(revision=2), state=state)
        assert state.investigated == ANOTHER
        assert refused(state, return_result(revision=1)).slug == "another-subject"
        # A revision that says the same of whom may be named late.
        assert after(submit_notice(), correct_notice(2), open_investigation(revision=1)).closed is False


class TestMeasures:
    def test_are_heard_guided_and_supervised_as_often_as_it_takes(self) -> None:
        state = opened(take_measure(1, "hearing"), take_measure(3, "supervision"), take_measure(2, "guidance"))
        assert [record.measure.kind for record in state.measures] == ["hearing", "supervision", "guidance"]
        assert state.status == "under-investigation"
        assert isinstance(taken(state, take_measure(4)), MeasureTaken)

    def test_are_those_of_an_investigation(self) -> None:
        refusal = refused(after(submit_notice()), take_measure())
        assert (refusal.slug, refusal.clause, refusal.state) == ("not-opened", "M7.3", "submitted")

    def test_are_told_once(self) -> None:
        refusal = refused(opened(take_measure(1)), take_measure(1, text={"ja": "x"}))
        assert (refusal.slug, refusal.state, refusal.pointer) == (
            "used-number",
            "under-investigation",
            "/measure/number",
        )

    @pytest.mark.parametrize(
        ("changes", "slug", "pointer"),
        [
            ({"number": 0}, "wrong-form", "/measure/number"),
            ({"taken_on": date(2026, 2, 28)}, "dates-reversed", "/measure/taken_on"),
            ({"taken_on": date(2026, 3, 3)}, "dates-reversed", "/measure/taken_on"),
            ({"text": {"ja": " "}}, "missing-field", "/measure/text"),
        ],
    )
    def test_with_something_wrong_are_refused(self, changes: dict[str, Any], slug: str, pointer: str) -> None:
        refusal = refused(opened(), take_measure(**changes))
        assert (refusal.slug, refusal.clause, refusal.pointer) == (slug, "M7.3", pointer)


class TestResult:
    @pytest.mark.parametrize("consequence", ["none", "guidance", "suspension", "revocation"])
    def test_is_returned_with_what_follows_and_closes_the_case(self, consequence: str) -> None:
        state = opened(take_measure())
        event = taken(state, return_result(consequence))
        assert isinstance(event, ResultReturned)
        assert (event.country, event.number, event.result.revision) == ("kg", notice().number, 1)
        assert (event.result.consequence, event.late) == (consequence, False)
        state = NOTICE.evolve(state, event)
        assert (state.status, state.closed) == ("concluded", True)

    def test_needs_no_measure_where_there_was_nothing_to_be_put_right(self) -> None:
        assert opened(return_result("none")).status == "concluded"

    def test_is_that_of_an_investigation(self) -> None:
        refusal = refused(after(submit_notice()), return_result())
        assert (refusal.slug, refusal.clause, refusal.state) == ("not-opened", "M7.3", "submitted")

    @pytest.mark.parametrize(
        ("command", "slug", "pointer"),
        [
            (return_result(findings={}), "missing-field", "/result/findings"),
            (return_result("suspension", registry_case=None), "missing-field", "/result/registry_case"),
            (return_result("revocation", registry_case=" "), "missing-field", "/result/registry_case"),
            (return_result("none", registry_case="31-О"), "wrong-form", "/result/registry_case"),
            (return_result("guidance", registry_case="31-О"), "wrong-form", "/result/registry_case"),
            (return_result(revision=2), "no-such-revision", "/result/revision"),
        ],
    )
    def test_with_something_wrong_is_refused(self, command: Contract, slug: str, pointer: str) -> None:
        refusal = refused(opened(), command)
        assert (refusal.slug, refusal.clause, refusal.pointer) == (slug, "M7.3", pointer)

    def test_is_late_after_the_wished_day_and_taken_all_the_same(self) -> None:
        state = after(submit_notice(result_wished_on=date(2026, 3, 2)), open_investigation())
        last = datetime(2026, 3, 2, 14, 59, tzinfo=UTC)
        assert taken(state, return_result(), sent=last).late is False
        event = taken(state, return_result(), sent=last + timedelta(minutes=1))
        assert event.late is True
        assert NOTICE.evolve(state, event).late is True

    def test_is_due_by_the_day_that_the_latest_revision_wishes(self) -> None:
        state = opened(correct_notice(2, result_wished_on=date(2026, 3, 2)))
        assert taken(state, return_result(), sent=LATER).late is True


class TestDeclining:
    def test_names_the_provision_and_closes_the_case(self) -> None:
        for state in (after(submit_notice()), opened(take_measure())):
            event = taken(state, decline_notice())
            assert isinstance(event, NoticeDeclined)
            assert event.legal_basis == "刑事訴訟法 第47条"
            assert NOTICE.evolve(state, event).status == "declined"

    def test_by_no_provision_is_refused(self) -> None:
        refusal = refused(after(submit_notice()), decline_notice(legal_basis=" "))
        assert (refusal.slug, refusal.clause, refusal.pointer) == ("missing-field", "M3a", "/legal_basis")


class TestWhatIsClosed:
    """Whichever end is recorded first holds; what was under way to it is told so."""

    @pytest.mark.parametrize(
        ("end", "slug", "clause", "status"),
        [
            (return_result(), "concluded", "M7.3", "concluded"),
            (decline_notice(), "declined", "M3a", "declined"),
            (withdraw_notice(), "withdrawn", "M7.3", "withdrawn"),
        ],
        ids=["result", "declining", "withdrawal"],
    )
    @pytest.mark.parametrize(
        "command",
        [*REPLIES, take_measure(2), correct_notice(2), withdraw_notice()],
        ids=lambda command: type(command).__name__,
    )
    def test_takes_nothing_more(self, end: Contract, slug: str, clause: str, status: str, command: Contract) -> None:
        refusal = refused(opened(take_measure(), end), command)
        assert (refusal.slug, refusal.clause, refusal.state) == (slug, clause, status)

    def test_takes_no_first_revision_that_comes_late(self) -> None:
        state = after(correct_notice(2), open_investigation(revision=2), return_result(revision=2))
        assert refused(state, submit_notice()).slug == "concluded"

    def test_still_hears_of_its_deliveries(self) -> None:
        state = opened(return_result())
        state = after(delivery("ResultReturned", "receipt-jp"), state=state)
        assert state.conclusion.shared.receipt_number == "JP-77"
        assert state.status == "concluded"


class TestWhoMaySpeak:
    @pytest.mark.parametrize("command", REPLIES, ids=lambda command: type(command).__name__)
    def test_nobody_decides_its_own_notice(self, command: Contract) -> None:
        refusal = refused(opened(), command, originator="kg")
        assert (refusal.slug, refusal.clause) == ("wrong-party", "M7.3")

    @pytest.mark.parametrize("command", REPLIES, ids=lambda command: type(command).__name__)
    def test_nothing_is_said_to_a_notice_never_given(self, command: Contract) -> None:
        refusal = refused(NEW, command)
        assert (refusal.slug, refusal.clause, refusal.state) == ("no-such-case", "M7.3", "unknown")

    @pytest.mark.parametrize("command", REPLIES, ids=lambda command: type(command).__name__)
    def test_what_is_said_goes_under_an_agreement_to_the_case_it_names(self, command: Contract) -> None:
        assert refused(opened(), command, agreement="jp-kz").slug == "no-agreement"
        assert refused(opened(), command, originator="kz").slug == "wrong-party"
        assert refused(opened(), command, subject="notice/jp-kg/kg-other").slug == "not-the-contract"


def reached(intent_id: str, at: datetime = LATER) -> ReportDeadline:
    """The clock's report."""
    return ReportDeadline(intent_id=intent_id, attempt=1, reached_at=at)


class TestTheClock:
    def test_is_asked_to_remind_before_the_wished_day_and_to_tell_when_it_is_over_where_the_result_comes_from(
        self,
    ) -> None:
        decided = NOTICE.decided(NEW, submit_notice(result_wished_on=date(2026, 3, 20)))
        assert isinstance(decided, Decided)
        assert [(intent.id, intent.kind, intent.due) for intent in decided.intents] == [
            ("reminder-1", "deadline", datetime(2026, 3, 16, 15, 0, tzinfo=UTC)),
            ("overdue-1", "deadline", datetime(2026, 3, 20, 15, 0, tzinfo=UTC)),
        ]
        (event,) = decided.events
        assert isinstance(event, NoticeSubmitted)
        assert (event.remind_at, event.overdue_at) == tuple(intent.due for intent in decided.intents)

    def test_is_asked_nothing_where_no_day_is_wished(self) -> None:
        decided = NOTICE.decided(NEW, submit_notice())
        assert isinstance(decided, Decided)
        assert (decided.intents, NOTICE.after(submit_notice()).wished) == ((), None)

    def test_does_not_remind_of_a_day_that_is_too_near_for_it(self) -> None:
        decided = NOTICE.decided(NEW, submit_notice(result_wished_on=date(2026, 3, 4)))
        assert isinstance(decided, Decided)
        assert [intent.id for intent in decided.intents] == ["overdue-1"]

    def test_reminds_and_tells_that_it_is_overdue_once(self) -> None:
        state = opened_by(date(2026, 3, 20))
        for intent_id, told in (("reminder-1", NoticeReminded), ("overdue-1", NoticeOverdue)):
            decided = NOTICE.decided(state, reached(intent_id))
            assert isinstance(decided, Decided)
            (event,) = decided.events
            assert isinstance(event, told)
            assert (event.country, event.number, event.result_wished_on) == ("kg", notice().number, date(2026, 3, 20))
            assert (decided.closes, decided.classification) == ((intent_id,), "confidential")
            state = NOTICE.evolve(state, event)
            assert NOTICE.decided(state, reached(intent_id)) == Decided()
        times = state.times
        assert times is not None
        assert (times.reminded_at, times.overdue_since, state.waiting) == (LATER, LATER, ())
        assert state.status == "under-investigation"

    @pytest.mark.parametrize(
        "end", [return_result(), decline_notice(), withdraw_notice()], ids=lambda end: type(end).__name__
    )
    def test_says_nothing_once_it_is_closed(self, end: Contract) -> None:
        state = opened_by(date(2026, 3, 20))
        decided = NOTICE.decided(state, end)
        assert isinstance(decided, Decided)
        assert decided.closes == ("reminder-1", "overdue-1")
        state = NOTICE.evolve(state, decided.events[0])
        assert NOTICE.decided(state, reached("overdue-1")) == Decided()

    def test_is_asked_anew_for_another_day_and_not_for_the_same(self) -> None:
        state = opened_by(date(2026, 3, 20))
        same = NOTICE.decided(state, correct_notice(2, result_wished_on=date(2026, 3, 20)))
        assert isinstance(same, Decided)
        assert (same.intents, same.closes) == ((), ())
        other = NOTICE.decided(state, correct_notice(2, result_wished_on=date(2026, 3, 27)))
        assert isinstance(other, Decided)
        assert [intent.id for intent in other.intents] == ["reminder-2", "overdue-2"]
        assert other.closes == ("reminder-1", "overdue-1")
        state = NOTICE.evolve(state, other.events[0])
        assert NOTICE.decided(state, reached("overdue-1")) == Decided()
        assert state.waiting == ("reminder-2", "overdue-2")

    def test_is_asked_no_more_where_the_wish_is_dropped(self) -> None:
        decided = NOTICE.decided(opened_by(date(2026, 3, 20)), correct_notice(2, result_wished_on=None))
        assert isinstance(decided, Decided)
        assert (decided.intents, decided.closes) == ((), ("reminder-1", "overdue-1"))

    def test_keeps_to_the_highest_revision(self) -> None:
        state = NOTICE.after(correct_notice(3, result_wished_on=date(2026, 3, 27)))
        late = NOTICE.decided(state, correct_notice(2, result_wished_on=date(2026, 3, 20)))
        assert isinstance(late, Decided)
        assert (late.intents, late.closes) == ((), ())
        assert NOTICE.evolve(state, late.events[0]).waiting == ("reminder-3", "overdue-3")

    def test_knows_no_day_after_the_last(self) -> None:
        for command in (submit_notice(result_wished_on=date.max), correct_notice(2, result_wished_on=date.max)):
            refusal = refused(NEW, command)
            assert (refusal.slug, refusal.pointer) == ("no-such-date", "/notice/result_wished_on")

    def test_can_be_asked_about_a_day_long_over(self) -> None:
        decided = NOTICE.decided(opened_by(date(2026, 3, 20)), correct_notice(2, result_wished_on=date.min))
        assert isinstance(decided, Decided)
        assert [intent.id for intent in decided.intents] == ["overdue-2"]


class TestTimes:
    def test_are_those_of_each_thing(self) -> None:
        state = after(
            submit_notice(result_wished_on=date(2026, 3, 20)),
            delivery("NoticeSubmitted"),
            open_investigation(),
            take_measure(1),
            take_measure(2),
        )
        state = after(return_result(), state=state, sent=LATER, correlationid="receipt-9")
        state = after(delivery("ResultReturned", "receipt-9"), state=state)
        times = state.times
        assert (times.learned_at, times.shared_at) == (datetime(2026, 3, 1, 12, 0, tzinfo=UTC), NOW)
        assert times.received_at == datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
        assert (times.opened_on, times.measures_on) == (date(2026, 3, 1), (date(2026, 3, 2), date(2026, 3, 2)))
        assert (times.ended_at, times.result_received_at) == (LATER, datetime(2026, 3, 2, 13, 0, tzinfo=UTC))
        assert times.result_wished_on == date(2026, 3, 20)

    def test_are_open_where_nothing_has_happened(self) -> None:
        times = after(submit_notice()).times
        assert (times.received_at, times.opened_on, times.measures_on, times.ended_at) == (None, None, (), None)
        assert after(withdraw_notice()).times is None


def test_a_delivery_is_of_the_one_thing_whose_receipt_it_names() -> None:
    state = after(take_measure(2), state=opened(take_measure(1)), correlationid="receipt-8")
    state = after(delivery("MeasureTaken", "receipt-8"), state=state)
    assert [record.shared.receipt_number for record in state.measures] == [None, "JP-77"]
    assert NOTICE.decided(state, delivery("MeasureTaken", "receipt-8")) == Decided()


def test_history_has_each_step_in_the_order_recorded() -> None:
    state = opened(take_measure(1), correct_notice(2), take_measure(2), return_result(revision=2))
    assert [(step.event, step.parts) for step in state.history] == [
        ("NoticeSubmitted", (1,)),
        ("InvestigationOpened", (1,)),
        ("MeasureTaken", (1,)),
        ("NoticeCorrected", (2,)),
        ("MeasureTaken", (2,)),
        ("ResultReturned", (2,)),
    ]
