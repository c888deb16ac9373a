"""A step of an invented case: what a side hands in, in its own layout, and what is to become of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from deploy.demo.documents import Prepared
from shared.bridge.core_events import CASE_KINDS

Document = dict[str, Any]

SENDING, ACCEPTING = "kg", "jp"
AGREEMENT: Final = "jp-kg"
CLOCK: Final = ("InquiryReminded", "InquiryOverdue")
"""Events by which the clock tells of an inquiry that waits."""
NUMBERS: Final = ("номер", "номер_дела", "通報番号", "通知番号", "照会番号", "案件番号")
"""Fields with the number that the side gave a case that opened it."""
_OPENERS: Final = (
    "сообщившая_страна",
    "уведомившая_страна",
    "запросившая_страна",
    "страна_инициатор",
    "通報国",
    "通知国",
    "照会国",
    "提起国",
)
_PERSONS: Final = ("被害者", "пострадавшие", "関係者", "причастные")
"""Fields with those whom a report seals."""
RETURNING: Final = "帰国者"
"""The field with someone who is helped to return, sealed too."""
_KINDS: Final = {"Inquiry": "inquiry", "Misconduct": "misconduct-report", "TestFraud": "test-fraud-report"} | {
    event.__name__: kind.kind for kind in CASE_KINDS for event in kind.events
}
"""By how events begin; the others are of notices."""
WISHED: Final = date(2035, 3, 30)
"""Answers are wished by a day that is still to come whenever the demonstration is run."""
ACCEPTED: Final = "accepted"


@dataclass(frozen=True, slots=True)
class Step:
    """One message of a case. `expected` is `accepted`, or the slug of the problem for which it is refused."""

    country: str
    """Who hands it in."""
    message_id: str
    document: Document
    about: str
    event: str
    """What the other side gets, where it is accepted."""
    expected: str = ACCEPTED

    def number(self) -> str:
        """The case's."""
        return next(str(self.document[name]) for name in NUMBERS if name in self.document)

    def prepared(self) -> Prepared:
        """… with what it is known by on the other side, affected persons included; of all that nothing is public."""
        opener = next((str(self.document[name]) for name in _OPENERS if name in self.document), self.country).lower()
        kind = next((kind for begins, kind in _KINDS.items() if self.event.startswith(begins)), "notice")
        affected: Sequence[Mapping[str, Any]] = next(
            (self.document[name] for name in _PERSONS if name in self.document),
            [self.document[RETURNING]] if RETURNING in self.document else [],
        )
        known = [self.number(), *((one.get("氏名") or one["имена"])["ky"] for one in affected)]
        return Prepared(
            self.document,
            f"{kind}/{AGREEMENT}/{opener}-{self.number()}",
            self.event,
            [self.message_id, *known],
            known,
            sender=self.country,
            to=SENDING if self.country == ACCEPTING else ACCEPTING,
            pages=(),
            due=self.event == "InquiryAsked",
        )


Case = Sequence[Step]
"""In order: each is handed in when the one before it is decided, for two bridges are in no order to each other."""


def in_japanese(message_id: str, kind: str) -> Document:
    return {"文書番号": message_id, "文書種別": kind, "様式版": "1"}


def japanese(document: Document, about: str, event: str) -> Step:
    return Step(ACCEPTING, document["文書番号"], document, about, event)


def in_russian(message_id: str, kind: str) -> Document:
    return {"message_id": message_id, "message_type": kind, "версия": "1"}


def russian(document: Document, about: str, event: str) -> Step:
    return Step(SENDING, document["message_id"], document, about, event)
