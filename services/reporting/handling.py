"""Rules on what the other side does about a report: assessed, measures taken, closed or declined (M4.1, M5.3). Pure.

`clause` is the matter's own. What one side says may arrive in any order and comes to the same: an assessment or a
measure waits for no acknowledgement, and whoever ends a report says what that covers, so that what was said before it
and arrives after it is still recorded. What goes beyond that is refused. What the reporting side has still to say is
shared all the same, and reopens nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.reporting.model import ReportRecord
from services.reporting.rules import (
    by_no_law,
    day_there,
    never_shared,
    not_replied,
    wrong_measure,
)
from shared.cases.rules import (
    FindAgreement,
    missing,
    said,
)
from shared.contracts.report import Assessment, AssessmentTold, Closing, Ending, MeasureTold, ReportDeclining
from shared.messaging.decider import Context, Refusal

Reported = ReportRecord[Any, Any, Any]


def not_assessed(
    find: FindAgreement, kind: str, clause: str, state: Reported, command: AssessmentTold, context: Context
) -> Refusal | None:
    """The other side says what it finds likely, of each revision once: a correction may make it find otherwise."""
    agreement = not_replied(find, kind, clause, state, command.country, command.number, context)
    if isinstance(agreement, Refusal):
        return agreement
    revision = command.assessment.revision
    covered = state.ending is not None and revision <= state.ending.revision
    return (
        _ended(state, clause, covered)
        or never_shared(state, revision, "/assessment/revision", clause)
        or next(_wrong_assessment(state, command.assessment, clause), None)
    )


def no_measure(
    find: FindAgreement, kind: str, clause: str, state: Reported, command: MeasureTold, context: Context
) -> Refusal | None:
    """The other side tells of each measure once, after it was taken there; there may be several."""
    agreement = not_replied(find, kind, clause, state, command.country, command.number, context)
    if isinstance(agreement, Refusal):
        return agreement
    covered = state.ending is not None and command.measure.number <= state.ending.measures
    told = [record.measure.number for record in state.measures]
    today = day_there(agreement, command.country, context)
    wrong = wrong_measure(command.measure, told, today, clause, state.status)
    return _ended(state, clause, covered) or next(wrong, None)


def not_closed(
    find: FindAgreement, kind: str, clause: str, state: Reported, command: Closing, context: Context
) -> Refusal | None:
    """The other side closes a report once, and says what came of it."""
    refusal = _not_ended(find, kind, clause, state, command, context)
    if refusal is not None or said(command.text):
        return refusal
    return missing("It says what came of it.", "/text", clause)


def not_declined(
    find: FindAgreement, kind: str, clause: str, state: Reported, command: ReportDeclining, context: Context
) -> Refusal | None:
    """M3a: where its law forbids the other side to go on, it declines by that provision, which closes a report too."""
    return _not_ended(find, kind, clause, state, command, context) or by_no_law(command, state.status)


def _not_ended(
    find: FindAgreement, kind: str, clause: str, state: Reported, command: Ending, context: Context
) -> Refusal | None:
    """The other side ends a report once, and with it all that it has said of it."""
    agreement = not_replied(find, kind, clause, state, command.country, command.number, context)
    if isinstance(agreement, Refusal):
        return agreement
    return (
        _ended(state, clause, covered=False)
        or never_shared(state, command.revision, "/revision", clause)
        or next(_uncovered(state, command, clause), None)
    )


def _uncovered(state: Reported, command: Ending, clause: str) -> Iterator[Refusal]:
    if command.revision < state.assessed:
        detail = f"Revision {state.assessed} was assessed; it ends with that one, or a later."
        yield Refusal("superseded", detail, clause=clause, state=state.status, pointer="/revision")
    told = max((record.measure.number for record in state.measures), default=0)
    if command.measures < told:
        detail = f"Measure {told} was told, so that there are {told} at least."
        yield Refusal("wrong-form", detail, clause=clause, state=state.status, pointer="/measures")


def _ended(state: Reported, clause: str, covered: bool) -> Refusal | None:
    """After the end nothing is said to it any more but what the end covers, which was only overtaken by it."""
    if state.ending is None or covered:
        return None
    when = state.ending.shared.shared_at
    if state.closing is None:
        return Refusal("declined", f"It was declined on {when:%Y-%m-%d}.", clause="M3a", state=state.status)
    return Refusal("closed", f"It was closed on {when:%Y-%m-%d}.", clause=clause, state=state.status)


def _wrong_assessment(state: Reported, assessment: Assessment, clause: str) -> Iterator[Refusal]:
    if assessment.revision in [record.assessment.revision for record in state.assessments]:
        detail = f"Revision {assessment.revision} was assessed before."
        yield Refusal("already-assessed", detail, clause=clause, state=state.status, pointer="/assessment/revision")
    if len(set(assessment.likely)) < len(assessment.likely):
        detail = "It names each kind once."
        yield Refusal("wrong-form", detail, clause=clause, pointer="/assessment/likely")
    if not said(assessment.text):
        yield missing("It says why.", "/assessment/text", clause)
