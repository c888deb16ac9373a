"""Rules that every message of a case is held to before its own. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from shared.agreements import Agreement
from shared.cases.model import StatedRecord
from shared.contracts.base import Contract
from shared.contracts.case import (
    Attachment,
    CaseKind,
    CaseMessageDelivered,
    CaseMessageUndelivered,
    Deadline,
    InCase,
    RecordCaseDelivery,
    stream_of,
)
from shared.messaging.decider import Context, Decided, Intent, Refusal
from shared.refusing import NOT_LOOKED_AT

FindAgreement = Callable[[str | None], Agreement | None]
"""An agreement by its id, None where there is none."""

DEADLINE: Final = "deadline"
"""Kind of the intents: the clock is to report that a moment has come."""
LAST_DAY: Final = date(9999, 12, 30)
"""The calendar ends behind it, in every zone."""
_DIGEST: Final = re.compile(r"sha-256:[0-9a-f]{64}", re.ASCII)
_MEDIA_TYPE: Final = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
_COMPACT_JWE: Final = re.compile(r"[\w-]+\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)


def sent_at(context: Context) -> datetime:
    """When the sender's bridge accepted the message: its receipt says so, however late it is decided."""
    return datetime.fromisoformat(context.message.time)


def begins(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a day in a time zone, in UTC."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def deadline(intent_id: str, moment: datetime, clock: str = "clock") -> Intent:
    """The clock is to report, by a `ReportDeadline` with this id, that the moment has come. One clock reports in the
    order in which it was asked: what may come due before something asked earlier is asked of another.
    """
    return Intent(intent_id, DEADLINE, clock, moment, Deadline(moment=moment))


class Moments(NamedTuple):
    """When the clock is to speak of a day by which something is wished."""

    remind_at: datetime | None
    """None where that was over when it was wished."""
    overdue_at: datetime
    """The first moment after the day."""


def moments(wished_on: date, zone: ZoneInfo, reminder_days: int, wished_at: datetime) -> Moments:
    """Of a day before `LAST_DAY`. It is over when it is over in `zone`, where the answer has to come from."""
    overdue_at = begins(wished_on + timedelta(days=1), zone)
    if overdue_at <= wished_at:
        return Moments(None, overdue_at)
    remind_at = begins(wished_on - timedelta(days=reminder_days), zone)
    return Moments(remind_at if remind_at > wished_at else None, overdue_at)


def deadlines(due: Mapping[str, datetime | None]) -> list[Intent]:
    """By their ids, the earlier first; none for those that are None.

    They have one addressee, so that even after a long standstill nobody is reminded of what is overdue.
    """
    return [deadline(intent_id, moment) for intent_id, moment in due.items() if moment is not None]


def wrongly_sent(
    find: FindAgreement, kind: str, country: str, number: str, context: Context, clause: str
) -> Agreement | Refusal:
    """M3b, M10a: the agreement a message about a case goes under, or the refusal of one that goes astray.

    It goes under an agreement there is, from one party to the other, to the stream of the case that it names.
    `country` and `number` are the opening side's.
    """
    message, astray = context.message, {"clause": clause, "state": NOT_LOOKED_AT}
    agreement = find(message.agreement)
    if agreement is None:
        return Refusal(
            "no-agreement", f"There is no agreement {message.agreement}.", clause=clause, state=NOT_LOOKED_AT
        )
    if message.originator not in agreement.parties:
        return Refusal(
            "wrong-party",
            f"{message.originator} is no party to agreement {agreement.id}.",
            clause=clause,
            state=NOT_LOOKED_AT,
        )
    if message.addressee != agreement.other(message.originator):
        detail = f"Under agreement {agreement.id} it goes to {agreement.other(message.originator)}, not to "
        return Refusal("wrong-party", f"{detail}{message.addressee}.", **astray)
    if country not in agreement.parties:
        return Refusal(
            "wrong-party", f"{country} is no party to agreement {agreement.id}.", clause=clause, state=NOT_LOOKED_AT
        )
    stream = stream_of(kind, agreement.id, country, number)
    if message.subject != stream:
        return Refusal(
            "not-the-contract",
            f"It is about {stream} but was sent to {message.subject}.",
            clause=clause,
            state=NOT_LOOKED_AT,
        )
    return agreement


def not_the_openers(country: str, context: Context, clause: str) -> Refusal | None:
    """Only the side that opened a case speaks for itself in it."""
    if context.message.originator == country:
        return None
    return Refusal(
        "wrong-party", f"The case is {country}'s; the message comes from {context.message.originator}.", clause=clause
    )


def not_the_others(country: str, context: Context, clause: str) -> Refusal | None:
    """Nobody answers its own case."""
    if context.message.originator != country:
        return None
    return Refusal("wrong-party", f"The case is {country}'s own; the other side answers it.", clause=clause)


def not_sealed(content: str | None, pointer: str) -> Iterator[Refusal]:
    """M3b: what is protected goes over sealed to the other side's key. What stands there instead is not repeated."""
    if content is not None and not _COMPACT_JWE.fullmatch(content):
        detail = "Protected content goes over sealed to the other side's key, and this is no compact JWE."
        yield Refusal("not-sealed", detail, clause="M3b", pointer=pointer)


def wrong_digest(digest: str, pointer: str, clause: str) -> Iterator[Refusal]:
    """By a digest of any other form nobody finds the document again."""
    if not _DIGEST.fullmatch(digest):
        detail = "A digest is `sha-256:` and 64 hexadecimal digits."
        yield Refusal("wrong-form", detail, clause=clause, pointer=pointer)


def wrong_attachments(attachments: Iterable[Attachment], at: str, clause: str) -> Iterator[Refusal]:
    """What goes by claim check is known by digest, media type and size. `at` points to the list."""
    for place, one in enumerate(attachments):
        yield from wrong_digest(one.digest, f"{at}/{place}/digest", clause)
        if not _MEDIA_TYPE.fullmatch(one.media_type):
            detail = "A media type is a type and a subtype, as application/pdf."
            yield Refusal("wrong-form", detail, clause=clause, pointer=f"{at}/{place}/media_type")
        if one.size < 0:
            yield Refusal("wrong-form", "A size is a number from 0 on.", clause=clause, pointer=f"{at}/{place}/size")


# -- kinds of cases that are made of statements -------------------------------------------------------------------


def not_stated(
    find: FindAgreement, kind: CaseKind, command: InCase, context: Context, clause: str
) -> Agreement | Refusal:
    """M3b, M10a: the agreement under which a side makes the statement; refused where it goes astray, is not that side's
    to make, or has in the open what is protected.
    """
    agreement = wrongly_sent(find, kind.kind, command.country, command.number, context, clause)
    if isinstance(agreement, Refusal):
        return agreement
    by = kind.said(type(command)).by
    refusal: Refusal | None = None
    if by == "opener":
        refusal = not_the_openers(command.country, context, clause)
    if by == "other":
        refusal = not_the_others(command.country, context, clause)
    for name in kind.sealed:
        refusal = refusal or next(not_sealed(getattr(command, name, None), f"/{name}"), None)
    return refusal or next(_wrong_documents(command, clause), None) or agreement


def _wrong_documents(command: InCase, clause: str) -> Iterator[Refusal]:
    """Of what a statement refers to: a text by its digest, minutes, attachments."""
    said_of: Any = command
    yield from wrong_digest(said_of.digest, "/digest", clause) if hasattr(command, "digest") else ()
    if (minutes := getattr(command, "minutes", None)) is not None:
        yield from wrong_digest(minutes.digest, "/minutes/digest", clause)
    yield from wrong_attachments(getattr(command, "attachments", ()), "/attachments", clause)


def shared(context: Context) -> dict[str, Any]:
    """What every event that goes over says of its going: the members of `Sharing`."""
    return {
        "receipt_id": context.message.correlationid or "",
        "shared_at": sent_at(context),
        "recorded_at": context.now,
    }


def record_delivery(kind: CaseKind, state: StatedRecord, command: RecordCaseDelivery, context: Context) -> Decided:
    """M4.1, M6.4: when the other side's national system received a statement is known to both. The same news again
    changes nothing.
    """
    known = next((one for one in state.went_over if one.receipt_id == command.receipt_id), None)
    if known is None or known.received_at is not None or known.undelivered is not None:
        return Decided()
    about = {
        "receipt_id": command.receipt_id,
        "event_type": command.event_type,
        "country": command.country,
        "recorded_at": context.now,
    }
    if command.problem is not None:
        undelivered = CaseMessageUndelivered(**about, problem=command.problem)
        return Decided(events=[undelivered], classification=kind.classification)
    receipt = {"receipt_number": command.receipt_number, "received_at": command.received_at}
    delivered = CaseMessageDelivered.model_validate(about | receipt)
    return Decided(events=[delivered], classification=kind.classification)


def official(event: Contract, *, closes: Iterable[str] = (), intents: Iterable[Intent] = ()) -> Decided:
    """M3b: what two governments tell each other is for the two of them; public never."""
    return Decided(events=[event], closes=tuple(closes), intents=list(intents), classification="official")


def missing(detail: str, pointer: str, clause: str) -> Refusal:
    """Something is needed there."""
    return Refusal("missing-field", detail, clause=clause, pointer=pointer)


def no_such_day(day: date, pointer: str, clause: str) -> Refusal | None:
    """A day after which there is another: deadlines begin with it."""
    if day < LAST_DAY:
        return None
    return Refusal("no-such-date", f"{day} is no day to do anything by.", clause=clause, pointer=pointer)


def said(text: dict[str, str]) -> bool:
    """Whether a text by language tag says anything."""
    return any(each.strip() for each in text.values())
