"""How soon each side shares, takes on and answers, month by month, from what is recorded of cases alone. Pure.

After the manner of the European Commission's scoreboard of the Internal Market Information system (IMI): requests
accepted within a week, answered by the date agreed, the speed of answering; and, for what is to be shared promptly
(M4.1, M5.3, M7.3), the time from knowing to sharing. A case counts in the month in which it went over, by the calendar
of the side that is measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from shared.cases.model import Outline

WITHIN: Final = timedelta(days=7)
"""In which what was asked is to be taken on."""


class Tally(BaseModel):
    """What of a kind of case a side has done, of those that went over in a month. Tallies add up."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    side: str
    """Whose promptness it is."""
    month: str
    """`2026-03`."""
    kind: str
    to_accept: int = 0
    """Cases that it has taken on, or has had for seven days."""
    accepted_in_time: int = 0
    """Of these, taken on within seven days."""
    to_answer: int = 0
    """Cases with a day to answer by, answered or overdue."""
    answered_in_time: int = 0
    """Of these, answered by that day."""
    answered: int = 0
    """Cases that it has answered, with or without such a day."""
    seconds_to_answer: float = 0
    """From when they went over, of all of them together."""
    shared: int = 0
    """Cases in which it has shared what it had learned."""
    seconds_to_share: float = 0
    """From when it had learned of it, of all of them together."""

    def plus(self, other: Tally) -> Tally:
        """Both together, under this one's side, month and kind."""
        named = {"side", "month", "kind"}
        mine, theirs = self.model_dump(exclude=named), other.model_dump(exclude=named)
        return self.model_copy(update={name: value + theirs[name] for name, value in mine.items()})


def tallied(found: Iterable[Tally]) -> Sequence[Tally]:
    """One for each side, month and kind, in this order."""
    sums: dict[tuple[str, str, str], Tally] = {}
    for one in found:
        key = one.side, one.month, one.kind
        sums[key] = sums[key].plus(one) if key in sums else one
    return [sums[key] for key in sorted(sums)]


def of_case(
    kind: str, opener: str, other: str, outline: Outline, zones: Mapping[str, ZoneInfo], now: datetime
) -> Iterator[Tally]:
    """What one case says of the side that opened it, and of the one that owes something in it.

    Nothing that was taken back before its time was over counts against anyone.
    """
    shared_at = outline.shared_at
    if shared_at is None:
        return
    if outline.learned_at is not None:
        seconds = (shared_at - outline.learned_at).total_seconds()
        yield Tally(side=opener, month=_month(shared_at, zones[opener]), kind=kind, shared=1, seconds_to_share=seconds)
    if not outline.measured:
        return
    side = opener if outline.owed_by_opener else other
    told: dict[str, float] = {}
    owed_until = outline.taken_back_at if outline.closed else now
    if outline.accepted_at is not None:
        told |= {"to_accept": 1, "accepted_in_time": outline.accepted_at - shared_at <= WITHIN}
    elif owed_until is not None and owed_until - shared_at > WITHIN:
        told |= {"to_accept": 1}
    if outline.answered_at is not None:
        told |= {"answered": 1, "seconds_to_answer": (outline.answered_at - shared_at).total_seconds()}
    until = outline.answered_at or owed_until
    if outline.answer_by is not None and until is not None:
        in_time = until.astimezone(zones[side]).date() <= outline.answer_by
        if outline.answered_at is not None:
            told |= {"to_answer": 1, "answered_in_time": in_time}
        elif not in_time:
            told |= {"to_answer": 1}
    if told:
        yield Tally.model_validate({"side": side, "month": _month(shared_at, zones[side]), "kind": kind, **told})


def _month(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m}"


class Indicators(BaseModel):
    """How soon a side was in a month. None where nothing is to be measured."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    side: str
    month: str
    accepted_in_time: float | None
    """Share taken on within seven days, from 0 to 1."""
    answered_in_time: float | None
    """Share answered by the day, from 0 to 1."""
    days_to_answer: float | None
    """Mean, from when it went over."""
    days_to_share: float | None
    """Mean, from knowing to sharing."""
    tally: Tally
    """What they are computed from."""


def indicators(tallies: Iterable[Tally], kind: str | None = None) -> Sequence[Indicators]:
    """By side and month, of one kind of case or of all together."""
    chosen = tallied(one.model_copy(update={"kind": kind or ""}) for one in tallies if kind in (None, one.kind))
    day = 86_400
    return [
        Indicators(
            side=one.side,
            month=one.month,
            accepted_in_time=_ratio(one.accepted_in_time, one.to_accept),
            answered_in_time=_ratio(one.answered_in_time, one.to_answer),
            days_to_answer=_ratio(one.seconds_to_answer / day, one.answered),
            days_to_share=_ratio(one.seconds_to_share / day, one.shared),
            tally=one,
        )
        for one in chosen
    ]


def _ratio(part: float, whole: int) -> float | None:
    return None if whole == 0 else part / whole
