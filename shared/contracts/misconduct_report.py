"""Misconduct reports: what intermediaries do to workers, shared promptly by whichever side learns of it (M4.1).

Confidential, and never public. The report travels whole: a correction has all of it, under the next revision number,
so that whatever arrives first or last both sides end with the highest revision, or with none after a withdrawal.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from pydantic import AwareDatetime, Field

from shared.contracts import case
from shared.contracts.base import Contract
from shared.contracts.case import Attachment
from shared.contracts.sealed import Sealed
from shared.contracts.sending_organization import Identifier

KIND = "misconduct-report"

Category = Literal["property_control", "penalty_contract", "human_rights", "false_documents", "opaque_fees"]
"""M4.1a to M4.1e, in this order."""
Person = Literal["worker", "would-be-worker", "relative", "associate"]
"""From whom something was taken or asked: by role, never by name."""
Urgency = Literal["immediate", "urgent", "ordinary"]
Act = Literal["violence", "threats", "restriction-of-freedom", "other"]
ContactRule = Literal["do-not-contact", "through-sender-only", "as-noted"]
Falsity = Literal["forged", "altered", "false"]
Role = Literal["sending-organization", "accepting-organization", "support-organization", "intermediary", "other"]
Nature = Literal["correction", "addition"]


class Money(Contract):
    """An amount of a currency."""

    amount: Decimal
    currency: str
    """ISO 4217, upper case."""


class Taking(Contract):
    """One thing that was collected or is controlled."""

    what: str
    """`deposit`, `passport`, `land title` …, in the reporter's words."""
    value: Money | None = None
    """None where it is no money and was not valued."""
    from_whom: Person


class PropertyControl(Contract):
    """M4.1a: deposits collected, or money or other property controlled, under whatever name."""

    takings: tuple[Taking, ...] = ()
    """At least one, or the report is refused."""


class Term(Contract):
    """One term of a contract that provides for a penalty or another unjust transfer."""

    text: str
    penalty: Money | None = None


class PenaltyContract(Contract):
    """M4.1b: contracts with penalties for non-performance, or otherwise an unjust transfer planned."""

    terms: tuple[Term, ...] = ()
    """At least one, or the report is refused."""
    concluded_on: date | None = None
    bound: Person = "worker"
    """Who is bound by it."""


class SafeContact(Contract):
    """Whether and how those affected may be approached without being harmed by it."""

    rule: ContactRule
    note: str | None = None
    """What to keep to; needed where the rule is `as-noted`."""


class HumanRights(Contract):
    """M4.1c: violence, threats, restriction of freedom or another violation of human rights. Urgent unless said."""

    acts: tuple[Act, ...] = ()
    """At least one, or the report is refused."""
    urgency: Urgency = "urgent"
    safe_contact: SafeContact | None = None
    """Needed, or the report is refused."""


class FalseDocument(Contract):
    """One document or picture that was used or provided."""

    kind: str
    """`language certificate`, `employment contract` …, in the reporter's words."""
    falsity: Falsity
    procedure: str
    """The permission or visa that was to be obtained with it."""


class FalseDocuments(Contract):
    """M4.1d: forged, altered or false documents or pictures, to obtain a permission or visa improperly."""

    documents: tuple[FalseDocument, ...] = ()
    """At least one, or the report is refused."""


class Fee(Contract):
    """One line of what was charged."""

    item: str
    charged: Money
    basis_shown: bool
    """Whether the basis of its calculation was shown."""


class OpaqueFees(Contract):
    """M4.1e: fees charged without showing their basis or without making amount and breakdown fully understood."""

    fees: tuple[Fee, ...] = ()
    """At least one, or the report is refused."""
    explained: str | None = None
    """What was explained to the one who paid, and how; needed, or the report is refused."""


class Findings(Contract):
    """What happened, by category. One or more of them; a report with none is refused."""

    property_control: PropertyControl | None = None
    penalty_contract: PenaltyContract | None = None
    human_rights: HumanRights | None = None
    false_documents: FalseDocuments | None = None
    opaque_fees: OpaqueFees | None = None


class Subject(Contract):
    """Who is said to have done it: a person or a corporation, in either country."""

    kind: Literal["person", "corporation"]
    country: str
    """Where it resides or is registered: a party to the agreement."""
    role: Role
    names: dict[str, str] = Field(default_factory=dict)
    """By language tag with script where needed (BCP 47), as received. Never derived."""
    identifiers: tuple[Identifier, ...] = ()
    """National numbers. A subject has a name or a number, or the report is refused."""
    address: str | None = None
    phones: tuple[str, ...] = ()


class AffectedPerson(Contract):
    """Someone to whom it was done. In the open nowhere but in the two countries' own systems."""

    role: Person
    names: dict[str, str]
    """By language tag, as received."""
    born_on: date | None = None
    identifiers: tuple[Identifier, ...] = ()
    contact: str | None = None


class AffectedPersons(Contract):
    """What is sealed in a report's `affected_persons`: this as JSON."""

    persons: tuple[AffectedPerson, ...]


class MisconductReport(Contract):
    """All that one side shares of a matter."""

    country: str
    """Whose report it is: ISO 3166-1 alpha-2, lower case."""
    number: str
    """Its own number there; with `country` it names the case."""
    learned_at: AwareDatetime
    """When that side learned of it: promptness is counted from here."""
    findings: Findings
    subjects: tuple[Subject, ...] = ()
    """At least one, or the report is refused."""
    summary: dict[str, str]
    """What happened, by language tag. Without the names of those affected."""
    occurred_from: date | None = None
    occurred_to: date | None = None
    place: str | None = None
    affected_persons: Sealed | None = None
    """AffectedPersons, for the other side's bridge alone to open."""
    evidence: tuple[Attachment, ...] = ()


def stream_of(agreement: str, country: str, number: str) -> str:
    """Reporting's stream of a report. `country` and `number` are the reporting side's."""
    return case.stream_of(KIND, agreement, country, number)


class SubmitMisconductReport(Contract):
    """M4.1: a side shares what it has learned. This is revision 1."""

    report: MisconductReport


class CorrectMisconductReport(Contract):
    """M4.1: the whole report as it is now, in place of every lower revision. It may arrive before them."""

    report: MisconductReport
    revision: int
    """From 2 on, counted by the reporting side."""
    nature: Nature = "correction"
    """Whether it puts something right or adds to it."""
    reason: dict[str, str] = Field(default_factory=dict)
    """By language tag."""


class WithdrawMisconductReport(Contract):
    """M4.1: the reporting side takes the report back, for good. It may arrive before the report."""

    country: str
    number: str
    ground: dict[str, str]
    """By language tag."""


class AcknowledgeMisconductReport(Contract):
    """M4.1: the other side has taken note of a report, up to this revision."""

    country: str
    """Of the reporting side, as is `number`."""
    number: str
    revision: int = 1
    reference: str | None = None
    """The acknowledging side's own number for the case."""
    note: dict[str, str] = Field(default_factory=dict)
    """By language tag."""


class MisconductReportSubmitted(Contract):
    """A report is shared with the other side."""

    report: MisconductReport
    superseded_by: int | None = None
    """The revision that was there already when this, the first one, arrived."""
    receipt_id: str
    """Under which the reporting side's bridge accepted it."""
    shared_at: datetime
    """When that bridge accepted it."""
    recorded_at: datetime


class MisconductReportCorrected(Contract):
    """A report's further revision is shared with the other side."""

    report: MisconductReport
    revision: int
    nature: Nature
    reason: dict[str, str] = Field(default_factory=dict)
    superseded_by: int | None = None
    """The higher revision that was there already when this one arrived."""
    receipt_id: str
    shared_at: datetime
    recorded_at: datetime


class MisconductReportWithdrawn(Contract):
    """A report is taken back; what is still to come of it is refused."""

    country: str
    number: str
    ground: dict[str, str]
    receipt_id: str
    shared_at: datetime
    recorded_at: datetime


class MisconductReportAcknowledged(Contract):
    """The other side has taken note. Addressed to the side whose report it is."""

    country: str
    number: str
    revision: int
    by: str
    """The acknowledging side."""
    reference: str | None = None
    note: dict[str, str] = Field(default_factory=dict)
    receipt_id: str
    acknowledged_at: datetime
    """When its bridge accepted the acknowledgement."""
    recorded_at: datetime
