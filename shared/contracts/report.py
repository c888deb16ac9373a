"""What the reports and notices of one side to the other, and what is said to them, have in common (M4.1, M5.3, M7.3).

Confidential, and never public. A report travels whole: a correction has all of it, under the next revision number, so
that whatever arrives first or last both sides end with the highest revision, or with none after a withdrawal.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import AwareDatetime, Field

from shared.contracts.base import Contract
from shared.contracts.case import Attachment, InCase, Sharing
from shared.contracts.sending_organization import Identifier

Nature = Literal["correction", "addition"]
Outcome = Literal["confirmed", "partly-confirmed", "not-confirmed"]
"""Of what a report says, in the words of the side that closes it."""


class Report(Contract):
    """What one side shares, whole."""

    country: str
    """Whose report it is: ISO 3166-1 alpha-2, lower case."""
    number: str
    """Its own number there; with `country` it names the case."""
    learned_at: AwareDatetime
    """When that side learned of it: promptness is counted from here."""
    summary: dict[str, str]
    """What happened, by language tag. Needed, or the report is refused; without the names of those protected."""
    evidence: tuple[Attachment, ...] = ()


class ProtectedPerson(Contract):
    """Someone who is named in the open nowhere but in the two countries' own systems."""

    names: dict[str, str]
    """By language tag, as received."""
    born_on: date | None = None
    identifiers: tuple[Identifier, ...] = ()
    contact: str | None = None


# -- in commands, and repeated in the events that record them -----------------------------------------------------


class Correction(Contract):
    """The whole report as it is now, in place of every lower revision. It may arrive before them."""

    revision: int
    """From 2 on, counted by the side whose report it is."""
    nature: Nature = "correction"
    """Whether it puts something right or adds to it."""
    reason: dict[str, str] = Field(default_factory=dict)
    """By language tag."""


class Withdrawal(Contract):
    """The side whose report it is takes it back, for good. It may arrive before the report."""

    country: str
    number: str
    ground: dict[str, str]
    """By language tag."""


class Reply(InCase):
    """The other side says something to it."""

    reference: str | None = None
    """The replying side's own number for the case."""


class Acknowledgement(Reply):
    """The other side has taken note of a report, up to this revision."""

    revision: int = 1
    note: dict[str, str] = Field(default_factory=dict)
    """By language tag."""


class Assessment(Contract):
    """What the other side makes of a report."""

    revision: int = 1
    """Of the report: the one assessed; each once."""
    likely: tuple[str, ...] = ()
    """What it finds likely, of the kinds that its matter has; with none, nothing of it."""
    text: dict[str, str]
    """Why, by language tag. Needed, or the assessment is refused."""


class AssessmentTold(Reply):
    """A report was assessed."""

    assessment: Assessment


class Measure(Contract):
    """Something that was done about it."""

    number: int
    """From 1 on, counted by the side that took it; each once."""
    kind: str
    """Of the kinds that its matter has."""
    taken_on: date
    text: dict[str, str]
    """What was done, by language tag. Needed, or the measure is refused."""


class MeasureTold(Reply):
    """A measure was taken."""

    measure: Measure


class Declining(Reply):
    """M3a: the law forbids to decide the case, which ends with it."""

    legal_basis: str
    """The provision, as that side cites it. Needed, or the declining is itself refused."""
    ground: dict[str, str] = Field(default_factory=dict)
    """In words, by language tag."""


class Ending(Reply):
    """The other side is done with a report. It says what that covers: what was said before it may arrive after it."""

    revision: int = 1
    """Of the report, as it was when the case ended."""
    measures: int = 0
    """How many were taken in all."""


class Closing(Ending):
    """The other side closes a report."""

    outcome: Outcome
    text: dict[str, str]
    """What came of it, by language tag. Needed, or the closing is refused."""


class ReportDeclining(Declining, Ending):
    """M3a: the other side may not go on with a report by its law, which closes it too."""


# -- in events alone ----------------------------------------------------------------------------------------------


class Submitted(Sharing):
    """Revision 1 is shared with the other side."""

    superseded_by: int | None = None
    """The revision that was there already when this, the first one, arrived."""


class Corrected(Correction, Sharing):
    """A further revision is shared with the other side."""

    superseded_by: int | None = None
    """The higher revision that was there already when this one arrived."""


class Withdrawn(Withdrawal, Sharing):
    """A report is taken back; what is still to come of it is refused."""


class Acknowledged(Acknowledgement):
    """The other side has taken note. Addressed to the side whose report it is."""

    by: str
    """The acknowledging side."""
    receipt_id: str
    acknowledged_at: datetime
    """When its bridge accepted the acknowledgement."""
    recorded_at: datetime
