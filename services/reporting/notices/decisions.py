"""The rules on notices of seemingly improper conduct (M7.3). What they share with other matters is in
services/reporting/rules.py.

Notice, investigation, measures, result: in this order, and closed by the result. The law may forbid to decide it (M3a),
and the notifying side may take it back as long as it is open. Whichever end is recorded first holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from services.reporting.notices.model import NoticeRecord, wished
from services.reporting.rules import (
    by_no_law,
    confidential,
    day_there,
    never_shared,
    not_a_correction,
    not_replied,
    not_shared,
    not_withdrawn,
    record_delivery,
    superseded_by,
    wrong_measure,
    wrong_report,
)
from shared.agreements import Agreement
from shared.cases.rules import (
    LAST_DAY,
    FindAgreement,
    deadlines,
    missing,
    moments,
    said,
    sent_at,
    shared,
)
from shared.contracts.base import Contract
from shared.contracts.case import RecordCaseDelivery, ReportDeadline
from shared.contracts.notice import (
    KIND,
    AccreditedOrganization,
    CorrectNotice,
    DeclineNotice,
    InvestigationMeasure,
    InvestigationOpened,
    MeasureTaken,
    Notice,
    NoticeCorrected,
    NoticeDeclined,
    NoticeOverdue,
    NoticeReminded,
    NoticeSubmitted,
    NoticeWithdrawn,
    OpenInvestigation,
    RecordRegistryDecision,
    RegistryDecisionRecorded,
    Result,
    ResultReturned,
    ReturnResult,
    SubmitNotice,
    TakeMeasure,
    WithdrawNotice,
)
from shared.contracts.report import Reply
from shared.messaging.decider import Context, Decided, Refusal


def decide(find: FindAgreement, state: NoticeRecord, command: Contract, context: Context) -> Decided | Refusal:
    """The rule for the command. Raises TypeError for a command that is none of this stream's."""
    match command:
        case SubmitNotice():
            return submit(find, state, command, context)
        case CorrectNotice():
            return correct(find, state, command, context)
        case WithdrawNotice():
            return withdraw(find, state, command, context)
        case OpenInvestigation():
            return open_investigation(find, state, command, context)
        case TakeMeasure():
            return take_measure(find, state, command, context)
        case ReturnResult():
            return return_result(find, state, command, context)
        case DeclineNotice():
            return decline(find, state, command, context)
        case RecordRegistryDecision():
            return record_registry_decision(state, command, context)
        case ReportDeadline():
            return deadline_reached(state, command)
        case RecordCaseDelivery():
            return record_delivery(state, command, context)
        case _:
            raise TypeError(f"{type(command).__name__} is not a command to a notice")


# -- the notifying side -------------------------------------------------------------------------------------------


def submit(find: FindAgreement, state: NoticeRecord, command: SubmitNotice, context: Context) -> Decided | Refusal:
    """M7.3: a side notifies the one that accredits an organization that it seems to act improperly."""
    agreement = _going_over(find, state, command.notice, 1, context)
    if isinstance(agreement, Refusal):
        return agreement
    wished_on = command.notice.result_wished_on
    # Asked of the first revision alone: a notice can be corrected when its result is overdue.
    if wished_on is not None and wished_on < day_there(agreement, command.notice.country, context):
        return _told("dates-reversed", f"It was sent after {wished_on} was over.", "/notice/result_wished_on")
    overtaken = superseded_by(state, 1)
    due = _due(command.notice, overtaken, agreement, context)
    return _going(state, NoticeSubmitted(**dict(command), superseded_by=overtaken, **due, **shared(context)))


def correct(find: FindAgreement, state: NoticeRecord, command: CorrectNotice, context: Context) -> Decided | Refusal:
    """M7.3: a correction or addition is the whole notice anew, and may reach an investigation that is under way."""
    agreement = not_a_correction(command, "M7.3") or _going_over(find, state, command.notice, command.revision, context)
    if isinstance(agreement, Refusal):
        return agreement
    overtaken = superseded_by(state, command.revision)
    due = _due(command.notice, overtaken, agreement, context)
    return _going(state, NoticeCorrected(**dict(command), superseded_by=overtaken, **due, **shared(context)))


def withdraw(find: FindAgreement, state: NoticeRecord, command: WithdrawNotice, context: Context) -> Decided | Refusal:
    """M7.3: who has notified may take it back until the case is closed, also before the notice arrives."""
    refusal = not_withdrawn(find, KIND, "M7.3", state, command, context) or _closed(state)
    if refusal is not None:
        return refusal
    return confidential(NoticeWithdrawn(**dict(command), **shared(context)), closes=state.waiting)


# -- the side that accredits --------------------------------------------------------------------------------------


def open_investigation(
    find: FindAgreement, state: NoticeRecord, command: OpenInvestigation, context: Context
) -> Decided | Refusal:
    """M7.3: the side that accredits the organization investigates, once for a notice."""
    agreement = _answered(find, state, command, context)
    if isinstance(agreement, Refusal):
        return agreement
    refusal = never_shared(state, command.revision, "/revision", "M7.3") or _overtaken(state, command.revision)
    if refusal is not None:
        return refusal
    if state.investigation is not None:
        detail = f"An investigation was opened on {state.investigation.opened_on}."
        return Refusal("already-opened", detail, clause="M7.3", state=state.status)
    if command.opened_on > day_there(agreement, command.country, context):
        return _told("dates-reversed", "It was opened after it was told.", "/opened_on")
    return confidential(InvestigationOpened(**dict(command), **shared(context)))


def take_measure(find: FindAgreement, state: NoticeRecord, command: TakeMeasure, context: Context) -> Decided | Refusal:
    """M7.3: it hears, guides and supervises the organization, as often as it takes; each measure is told once."""
    agreement = _answered(find, state, command, context)
    if isinstance(agreement, Refusal):
        return agreement
    today = day_there(agreement, command.country, context)
    refusal = _not_opened(state) or next(_wrong_measure(state, command.measure, today), None)
    if refusal is not None:
        return refusal
    return confidential(MeasureTaken(**dict(command), **shared(context)))


def return_result(
    find: FindAgreement, state: NoticeRecord, command: ReturnResult, context: Context
) -> Decided | Refusal:
    """M7.3: the result is returned to the side that notified, and closes the case. A late one is better than none."""
    agreement = _answered(find, state, command, context)
    if isinstance(agreement, Refusal):
        return agreement
    refusal = (
        _not_opened(state)
        or never_shared(state, command.result.revision, "/result/revision", "M7.3")
        or next(_wrong_result(state, command.result), None)
    )
    if refusal is not None:
        return refusal
    late = _late(state, agreement, command.country, context)
    return confidential(ResultReturned(**dict(command), late=late, **shared(context)), closes=state.waiting)


def decline(find: FindAgreement, state: NoticeRecord, command: DeclineNotice, context: Context) -> Decided | Refusal:
    """M3a: what may not be decided by the law in force is declined, and by which provision; that closes the case."""
    agreement = _answered(find, state, command, context)
    if isinstance(agreement, Refusal):
        return agreement
    refusal = by_no_law(command, state.status)
    if refusal is not None:
        return refusal
    late = _late(state, agreement, command.country, context)
    return confidential(NoticeDeclined(**dict(command), late=late, **shared(context)), closes=state.waiting)


def record_registry_decision(state: NoticeRecord, command: RecordRegistryDecision, context: Context) -> Decided:
    """M7.3: a decision of the registry that names the notice is linked to it, if it is of the same organization.

    It may come before the result, and after it. The same decision again changes nothing.
    """
    latest, told = state.latest, command.decision
    if latest is None or told in state.registry_decisions:
        return Decided()
    about = state.investigated or latest.report.organization
    if (about.country, about.registration_number) != (told.country, told.registration_number):
        return Decided()
    case = {"country": latest.report.country, "number": latest.report.number}
    return confidential(RegistryDecisionRecorded(**case, decision=told, recorded_at=context.now))


# -- the clock ----------------------------------------------------------------------------------------------------


def deadline_reached(state: NoticeRecord, command: ReportDeadline) -> Decided:
    """M7.3: as long as there is no result, the side that accredits is reminded, and both are told when the wished day
    has passed. A report on a deadline that is closed, or was reported before, changes nothing.
    """
    latest = state.latest
    if state.wished is None or latest is None or command.intent_id not in state.waiting:
        return Decided()
    told = NoticeReminded if command.intent_id == state.wished.reminder else NoticeOverdue
    event = told(
        country=latest.report.country,
        number=latest.report.number,
        result_wished_on=state.wished.wished_on,
        recorded_at=command.reached_at,
    )
    return confidential(event, closes=[command.intent_id])


def _due(notice: Notice, overtaken: int | None, agreement: Agreement, context: Context) -> dict[str, datetime | None]:
    """M7.3: the members of `Wished`, of a revision that counts. The day is over when it is over where the result comes
    from.
    """
    if notice.result_wished_on is None or overtaken is not None:
        return {}
    zone = agreement.parties[agreement.other(notice.country)].zone
    return moments(notice.result_wished_on, zone, agreement.reminder_days, sent_at(context))._asdict()


def _going(state: NoticeRecord, event: NoticeSubmitted | NoticeCorrected) -> Decided:
    """M7.3: it goes over, and where it wishes the result by another day than before, the clock is asked anew."""
    due = wished(state, event)
    if due == state.wished:
        return confidential(event)
    asked = {} if due is None else {due.reminder: due.remind_at, due.overdue: due.overdue_at}
    return confidential(event, closes=state.waiting, intents=deadlines(asked))


# -- what keeps it from being decided -----------------------------------------------------------------------------


def _going_over(
    find: FindAgreement, state: NoticeRecord, notice: Notice, revision: int, context: Context
) -> Agreement | Refusal:
    """M7.3: the agreement under which this revision of the notice goes over, or what keeps it from that."""
    agreement = not_shared(find, KIND, "M7.3", state, notice, revision, context)
    if isinstance(agreement, Refusal):
        return agreement
    refusal = _closed(state) or _about_another(state, notice, "/notice/organization/registration_number")
    return refusal or next(_wrong(notice, agreement, sent_at(context)), agreement)


def _answered(find: FindAgreement, state: NoticeRecord, command: Reply, context: Context) -> Agreement | Refusal:
    """M7.3: the agreement under which the side that accredits speaks to a notice that is open."""
    agreement = not_replied(find, KIND, "M7.3", state, command.country, command.number, context)
    if isinstance(agreement, Refusal):
        return agreement
    return _closed(state) or agreement


def _closed(state: NoticeRecord) -> Refusal | None:
    """M7.3: the result closes a case, as does that it was declined; nothing is said to it after that."""
    if state.conclusion is not None:
        when = state.conclusion.shared.shared_at
        return Refusal("concluded", f"Its result was returned on {when:%Y-%m-%d}.", clause="M7.3", state="concluded")
    if state.declination is not None:
        when = state.declination.shared.shared_at
        return Refusal("declined", f"It was declined on {when:%Y-%m-%d}.", clause="M3a", state="declined")
    return None


def _not_opened(state: NoticeRecord) -> Refusal | None:
    """M7.3: measures and results are those of an investigation."""
    if state.investigation is not None:
        return None
    return Refusal("not-opened", "No investigation was opened on this notice.", clause="M7.3", state=state.status)


def _overtaken(state: NoticeRecord, revision: int) -> Refusal | None:
    """M7.3: no investigation is opened into an organization that the notice is not about any more."""
    named, latest = state.revision(revision), state.latest
    if named is None or latest is None or _same(named.report.organization, latest.report.organization):
        return None
    detail = f"By revision {latest.number} it is about {latest.report.organization.registration_number}."
    return Refusal("superseded", detail, clause="M7.3", state=state.status, pointer="/revision")


def _about_another(state: NoticeRecord, notice: Notice, pointer: str) -> Refusal | None:
    """M7.3: what one organization is investigated for does not become another's."""
    known, told = state.investigated, notice.organization
    if known is None or _same(known, told):
        return None
    detail = f"The investigation is into {known.registration_number}, not {told.registration_number}."
    return Refusal("another-subject", detail, clause="M7.3", state=state.status, pointer=pointer)


def _same(one: AccreditedOrganization, other: AccreditedOrganization) -> bool:
    """By number: names are spelled in many ways."""
    return (one.country, one.registration_number) == (other.country, other.registration_number)


# -- what it says -------------------------------------------------------------------------------------------------


def _wrong(notice: Notice, agreement: Agreement, shared_at: datetime) -> Iterator[Refusal]:
    """M7.3: what a notice lacks, or has in a wrong form."""
    yield from wrong_report(notice, "/notice", "M7.3", shared_at)
    organization = notice.organization
    if organization.country != agreement.other(notice.country):
        detail = f"{organization.country} accredits it; under agreement {agreement.id} notice goes to "
        detail += f"{agreement.other(notice.country)} of those that it accredits itself."
        yield _told("wrong-party", detail, "/notice/organization/country")
    if notice.result_wished_on is not None and notice.result_wished_on >= LAST_DAY:
        # The day after it is not in the calendar.
        detail = f"{notice.result_wished_on} is no day to return a result by."
        yield _told("no-such-date", detail, "/notice/result_wished_on")
    if not organization.registration_number.strip():
        yield missing("It gives the organization's number.", "/notice/organization/registration_number", "M7.3")


def _wrong_measure(state: NoticeRecord, measure: InvestigationMeasure, today: date) -> Iterator[Refusal]:
    """M7.3: a measure is one of the investigation, told after it was taken, under a number of its own."""
    if state.investigation is not None and measure.taken_on < state.investigation.opened_on:
        yield _told("dates-reversed", "It was taken before the investigation was opened.", "/measure/taken_on")
    told = [record.measure.number for record in state.measures]
    yield from wrong_measure(measure, told, today, "M7.3", state.status)


def _wrong_result(state: NoticeRecord, result: Result) -> Iterator[Refusal]:
    """M7.3: a result says what was found of whom; what it changes in the register can be found there."""
    investigated = state.revision(result.revision)
    another = None if investigated is None else _about_another(state, investigated.report, "/result/revision")
    if another is not None:
        yield another
    if not said(result.findings):
        yield missing("It says what was found.", "/result/findings", "M7.3")
    registered = bool((result.registry_case or "").strip())
    if result.consequence in ("suspension", "revocation"):
        if not registered:
            detail = f"Of a {result.consequence} it gives the number in the register."
            yield missing(detail, "/result/registry_case", "M7.3")
    elif registered:
        detail = "Nothing follows from it in the register, so there is no number there."
        yield _told("wrong-form", detail, "/result/registry_case")


def _late(state: NoticeRecord, agreement: Agreement, country: str, context: Context) -> bool:
    """M7.3: the wished day is over when it is over where the result has to come from."""
    wished_on = state.result_wished_on
    return wished_on is not None and day_there(agreement, country, context) > wished_on


def _told(slug: str, detail: str, pointer: str) -> Refusal:
    return Refusal(slug, detail, clause="M7.3", pointer=pointer)
