"""The rules on the test catalogue. Dates are compared with dates in the command and the record, never with today.

What is said again changes nothing, and only its sender is told so; under another agreement it is passed on, since
another partner has not heard it yet. It is official: told to the other side, and not published.
"""

from __future__ import annotations

from services.registry.rules import wrong_party, wrong_stream
from services.registry.test_catalogue.model import SessionRecord, TestRecord, Version, says_the_same, version_of
from shared.contracts.base import Contract
from shared.contracts.fields_of_work import list_on
from shared.contracts.test_catalogue import (
    AnnounceTestSession,
    CancelTestSession,
    ChangeTestSession,
    ListTest,
    Session,
    SessionChange,
    TestCatalogueUnchanged,
    TestListed,
    TestSessionAnnounced,
    TestSessionCancelled,
    TestSessionChanged,
    stream_of,
)
from shared.messaging.decider import Context, Decided, Refusal

CLAUSE = "M5.1"


def decide(state: TestRecord, command: Contract, context: Context) -> Decided | Refusal:
    """The rule for the command. Raises TypeError for a command that is none of this stream's."""
    match command:
        case ListTest():
            return list_test(state, command, context)
        case AnnounceTestSession():
            return announce(state, command, context)
        case ChangeTestSession():
            return change(state, command, context)
        case CancelTestSession():
            return cancel(state, command, context)
        case _:
            raise TypeError(f"{type(command).__name__} is not a command to a test")


def list_test(state: TestRecord, command: ListTest, context: Context) -> Decided | Refusal:
    """M5.1: a country that conducts tests says which: of the skills of a field, or of a language.

    Told anew, a test is so from its day on; a test stays of its kind, and of its field or language.
    """
    test, day = command.test, command.effective_on
    refusal = _not_to_be_heard(test.country, test.number, context)
    if refusal is not None:
        return refusal
    if test.kind == "skill":
        listed = list_on(day)
        if test.language is not None or test.field is None or listed is None or not listed.has(test.field):
            detail = f"A test of skills is of a field on the list of {day}, and of no language: not of {test.field}."
            return Refusal("no-such-field", detail, clause=CLAUSE, pointer="/test/field")
    elif test.language is None or test.field is not None:
        detail = "A test of a language names the language, and no field."
        return Refusal("missing-field", detail, clause=CLAUSE, pointer="/test/language")
    if test.discontinued_on is not None and test.discontinued_on < day:
        detail = f"It is discontinued on {test.discontinued_on}, before {day}."
        return Refusal("dates-reversed", detail, clause=CLAUSE, pointer="/test/discontinued_on")
    latest = state.latest
    if latest is not None:
        of = (latest.test.kind, latest.test.field, latest.test.language)
        if of != (test.kind, test.field, test.language):
            detail = f"It is a test of {latest.test.field or latest.test.language}; another one has another number."
            return Refusal("another-subject", detail, clause=CLAUSE, state=state.standing_on(day), pointer="/test")
    agreement = context.message.agreement
    told = Version(effective_on=day, test=test, recorded_at=context.now)
    if says_the_same(latest, told) and agreement in state.told:
        return _unchanged(test.country, test.number, context)
    return _told(TestListed(**dict(command), agreement=agreement, recorded_at=context.now))


def announce(state: TestRecord, command: AnnounceTestSession, context: Context) -> Decided | Refusal:
    """M5.1: a session is announced of a test that is listed on its first day."""
    session = command.session
    refusal = _not_to_be_heard(command.country, command.test, context) or _not_possible(state, session)
    if refusal is not None:
        return refusal
    known = state.sessions.get(session.number)
    told = TestSessionAnnounced(**dict(command), agreement=context.message.agreement, recorded_at=context.now)
    if known is not None and not says_the_same(known.latest, version_of(told)):
        return Refusal(
            "already-announced",
            f"Session {session.number} was announced before, and is {known.latest.change}.",
            clause=CLAUSE,
            state=known.latest.change,
            pointer="/session/number",
        )
    return _of_session(known, told, context)


def change(state: TestRecord, command: ChangeTestSession, context: Context) -> Decided | Refusal:
    """M5.1: a session is held elsewhere or on other days; not after it was held, nor when it was cancelled."""
    session, day = command.session, command.changed_on
    refusal = _not_to_be_heard(command.country, command.test, context) or _not_possible(state, session)
    if refusal is not None:
        return refusal
    known = state.sessions.get(session.number)
    if known is None:
        return _not_announced(session.number, "/session/number")
    told = TestSessionChanged(**dict(command), agreement=context.message.agreement, recorded_at=context.now)
    if says_the_same(known.latest, version_of(told)):
        return _of_session(known, told, context)
    if known.latest.cancellation is not None:
        return _cancelled(known)
    if day > known.latest.session.last_day:
        return _held(known, "/changed_on")
    return _of_session(known, told, context)


def cancel(state: TestRecord, command: CancelTestSession, context: Context) -> Decided | Refusal:
    """M5.1: a session that was announced is cancelled, on its last day at the latest."""
    refusal = _not_to_be_heard(command.country, command.test, context)
    if refusal is not None:
        return refusal
    known = state.sessions.get(command.session_number)
    if known is None:
        return _not_announced(command.session_number, "/session_number")
    told = TestSessionCancelled(
        **dict(command),
        session=known.latest.session,
        agreement=context.message.agreement,
        recorded_at=context.now,
    )
    if says_the_same(known.latest, version_of(told)):
        return _of_session(known, told, context)
    if known.latest.cancellation is not None:
        return _cancelled(known)
    if command.cancellation.cancelled_on > known.latest.session.last_day:
        return _held(known, "/cancellation/cancelled_on")
    return _of_session(known, told, context)


def _not_to_be_heard(country: str, number: str, context: Context) -> Refusal | None:
    return wrong_stream(stream_of(country, number), context, CLAUSE) or wrong_party(country, context, CLAUSE)


def _not_possible(state: TestRecord, session: Session) -> Refusal | None:
    standing = state.standing_on(session.first_day)
    if standing != "listed":
        detail = f"On {session.first_day} the test is {standing}."
        return Refusal("no-such-test", detail, clause=CLAUSE, state=standing, pointer="/session/first_day")
    if session.last_day < session.first_day:
        detail = f"It ends on {session.last_day}, before {session.first_day}."
        return Refusal("dates-reversed", detail, clause=CLAUSE, state=standing, pointer="/session/last_day")
    return None


def _not_announced(number: str, pointer: str) -> Refusal:
    detail = f"Session {number} was not announced."
    return Refusal("no-such-session", detail, clause=CLAUSE, state="not-announced", pointer=pointer)


def _cancelled(known: SessionRecord) -> Refusal:
    day = known.latest.cancellation.cancelled_on if known.latest.cancellation is not None else None
    return Refusal("session-cancelled", f"It was cancelled on {day}.", clause=CLAUSE, state="cancelled")


def _held(known: SessionRecord, pointer: str) -> Refusal:
    detail = f"It was held until {known.latest.session.last_day}."
    return Refusal("session-held", detail, clause=CLAUSE, state=known.latest.change, pointer=pointer)


def _of_session(known: SessionRecord | None, event: SessionChange, context: Context) -> Decided:
    again = known is not None and says_the_same(known.latest, version_of(event))
    if known is not None and again and context.message.agreement in known.told:
        return _unchanged(event.country, event.test, context)
    return _told(event)


def _told(event: Contract) -> Decided:
    return Decided([event], classification="official")


def _unchanged(country: str, test: str, context: Context) -> Decided:
    unchanged = TestCatalogueUnchanged(country=country, test=test)
    return Decided([unchanged], addressee=context.message.originator, classification="official")
