"""Misconduct reports (M4.1) both ways, in a country's words: what its authorities report and what they are told. Pure.

The layout is assumed; see case_layout.py. A report goes out in the layout in which one is handed in. Those affected
leave their country sealed, and nothing of what is said of them is repeated in a problem.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import ValidationError

from shared.bridge.case_layout import BEGINNING, LONGEST, VERSION, CaseLayout, parse_country
from shared.bridge.fields import Fields, as_is, name_of, one_of, unquoted
from shared.bridge.kit import About, Matter, Translation, Translations, present
from shared.bridge.reading import Document
from shared.contracts.base import Contract
from shared.contracts.case import AGREEMENT
from shared.contracts.misconduct_report import (
    AcknowledgeMisconductReport,
    Act,
    AffectedPerson,
    AffectedPersons,
    ContactRule,
    CorrectMisconductReport,
    FalseDocument,
    FalseDocuments,
    Falsity,
    Fee,
    Findings,
    HumanRights,
    MisconductReport,
    MisconductReportAcknowledged,
    MisconductReportCorrected,
    MisconductReportSubmitted,
    MisconductReportWithdrawn,
    Nature,
    OpaqueFees,
    PenaltyContract,
    Person,
    PropertyControl,
    Role,
    SafeContact,
    Subject,
    SubmitMisconductReport,
    Taking,
    Term,
    Urgency,
    WithdrawMisconductReport,
    stream_of,
)

COMMANDS: Final = "reporting.commands.v1"
AFFECTED: Final = "/report/affected_persons"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWords:
    """What a country calls the four documents, their fields by what they hold, and what may stand in them."""

    report: str
    correction: str
    withdrawal: str
    acknowledgement: str

    reporter: str
    number: str
    revision: str
    nature: str
    reason: str
    ground: str
    reference: str
    note: str
    occurred_from: str
    occurred_to: str
    learned_at: str
    subjects: str
    summary: str
    occurred_at: str
    evidence: str
    subject_kind: str
    subject_country: str
    subject_role: str
    subject_names: str
    identifiers: str
    address: str
    phones: str
    findings: str
    takings: str
    taken: str
    value: str
    from_whom: str
    terms: str
    term_text: str
    penalty: str
    concluded_on: str
    bound: str
    acts: str
    safe_contact: str
    contact_rule: str
    act: str
    document_kind: str
    urgency: str
    contact_note: str
    documents: str
    falsity: str
    procedure: str
    fees: str
    fee_item: str
    charged: str
    basis_shown: str
    explained: str
    property_control: str
    penalty_contract: str
    human_rights: str
    false_documents: str
    opaque_fees: str
    affected: str
    affected_as_received: str
    affected_role: str
    affected_names: str
    born_on: str
    affected_contact: str
    shared_at: str
    acknowledged_by: str
    acknowledged_at: str
    superseded_by: str

    subject_kinds: Mapping[str, Literal["person", "corporation"]]
    subject_roles: Mapping[str, Role]
    persons: Mapping[str, Person]
    act_kinds: Mapping[str, Act]
    urgencies: Mapping[str, Urgency]
    contact_rules: Mapping[str, ContactRule]
    falsities: Mapping[str, Falsity]
    natures: Mapping[str, Nature]
    shown: Mapping[str, bool]


def misconduct_reports(layout: CaseLayout, words: ReportWords) -> Translations:
    """The matter in a country's layout and words."""
    reports = _MisconductReports(layout, words)
    return Translations(
        inward={
            words.report: reports.submitted,
            words.correction: reports.corrected,
            words.withdrawal: reports.withdrawn,
            words.acknowledgement: reports.acknowledged,
        },
        outward={
            MisconductReportSubmitted: reports.submission,
            MisconductReportCorrected: reports.correction,
            MisconductReportWithdrawn: reports.withdrawal,
            MisconductReportAcknowledged: reports.acknowledgement,
        },
        lost_outward={
            MisconductReportSubmitted: layout.lost,
            MisconductReportCorrected: layout.lost,
            MisconductReportWithdrawn: layout.lost,
            MisconductReportAcknowledged: layout.lost,
        },
        same_layout={
            MisconductReportSubmitted: words.report,
            MisconductReportCorrected: words.correction,
            MisconductReportWithdrawn: words.withdrawal,
            MisconductReportAcknowledged: words.acknowledgement,
        },
    )


@dataclass(frozen=True, slots=True)
class _MisconductReports:
    layout: CaseLayout
    words: ReportWords

    # -- in -----------------------------------------------------------------------------------------------------------

    def submitted(self, document: Document) -> Translation:
        """M4.1: what was learned, in one or more of the five categories."""
        fields = Fields(document)
        destination, report = self._report(fields)
        affected = self._affected(fields, document)
        return self._translation(
            fields, SubmitMisconductReport(report=report), report.number, destination, affected=affected
        )

    def corrected(self, document: Document) -> Translation:
        """M4.1: the report anew and whole, under a number of its own."""
        fields = Fields(document)
        destination, report = self._report(fields)
        command = CorrectMisconductReport(
            report=report,
            revision=self._revision(fields, 2),
            nature=fields.optional(self.words.nature, one_of(self.words.natures)) or "correction",
            reason=fields.by_language(self.words.reason),
        )
        return self._translation(fields, command, report.number, destination, affected=self._affected(fields, document))

    def withdrawn(self, document: Document) -> Translation:
        """M4.1: the report is taken back."""
        fields = Fields(document)
        destination, number = self.layout.opened(fields, self.words.reporter, self.words.number)
        ground = fields.by_language(self.words.ground, required=True, longest=LONGEST)
        command = WithdrawMisconductReport(country=self.layout.country, number=number, ground=ground)
        return self._translation(fields, command, number, destination)

    def acknowledged(self, document: Document) -> Translation:
        """M4.1: the other side's report has been taken note of, up to a revision."""
        fields = Fields(document)
        country, number = self.layout.replied(fields, self.words.reporter, self.words.number)
        command = AcknowledgeMisconductReport(
            country=country,
            number=number,
            revision=self._revision(fields, 1) if fields.given(self.words.revision) else 1,
            reference=fields.text(self.words.reference),
            note=fields.by_language(self.words.note, longest=LONGEST),
        )
        return self._translation(fields, command, number, country, opener=country)

    def _translation(
        self,
        fields: Fields,
        command: Contract,
        number: str,
        destination: str,
        *,
        opener: str | None = None,
        affected: Sequence[AffectedPerson] = (),
    ) -> Translation:
        fields.finish()
        if fields.errors:
            return Translation(None, fields.problems)
        opener = opener or self.layout.country
        persons = AffectedPersons(persons=tuple(affected)).model_dump(mode="json")
        matter = Matter(
            command,
            COMMANDS,
            stream_of(AGREEMENT, opener, number),
            destination,
            pointer=f"/{self.layout.words.destination if opener == self.layout.country else self.words.reporter}",
            classification="confidential",
            protected={AFFECTED: persons} if affected else {},
        )
        return Translation(matter, fields.problems)

    def _revision(self, fields: Fields, least: int) -> int:
        number = fields.number(self.words.revision, required=True)
        if number is not None and number < least:
            fields.tell(
                "wrong-form",
                self.words.revision,
                f"{self.words.revision} is {least} or more, for 1 is the report as submitted.",
            )
        return number or least

    def _report(self, fields: Fields) -> tuple[str, MisconductReport]:
        """Where it goes and what it says, but for those affected."""
        destination, number = self.layout.opened(fields, self.words.reporter, self.words.number)
        began, ended = (
            fields.optional(self.words.occurred_from, self.layout.parse_day),
            fields.optional(self.words.occurred_to, self.layout.parse_day),
        )
        if began is not None and ended is not None and ended < began:
            fields.tell("dates-reversed", self.words.occurred_to, f"It ended on {ended}, before it began on {began}.")
        return destination, MisconductReport(
            country=self.layout.country,
            number=number,
            learned_at=fields.required(self.words.learned_at, self.layout.parse_moment, BEGINNING),
            findings=self._findings(fields),
            subjects=tuple(self._subject(one) for one in fields.sections(self.words.subjects, required=True)),
            summary=fields.by_language(self.words.summary, required=True, longest=LONGEST),
            occurred_from=began,
            occurred_to=ended,
            place=fields.text(self.words.occurred_at),
            evidence=self.layout.attachments(fields.sections(self.words.evidence)),
        )

    def _subject(self, fields: Fields) -> Subject:
        subject = Subject(
            kind=fields.required(self.words.subject_kind, one_of(self.words.subject_kinds), "person"),
            country=fields.required(self.words.subject_country, parse_country, "").lower(),
            role=fields.required(self.words.subject_role, one_of(self.words.subject_roles), "other"),
            names=fields.by_language(self.words.subject_names),
            identifiers=self.layout.identifiers(fields.sections(self.words.identifiers)),
            address=fields.text(self.words.address),
            phones=fields.texts(self.words.phones),
        )
        if not subject.names and not subject.identifiers:
            fields.tell(
                "missing-field",
                self.words.subject_names,
                f"Neither {self.words.subject_names} nor {self.words.identifiers} is there.",
            )
        fields.finish()
        return subject

    def _findings(self, fields: Fields) -> Findings:
        """M4.1a to e: each category is a section of its own; one at least."""
        said = fields.section(self.words.findings, required=True)
        # Member of Findings, section, how it is read.
        categories = (
            ("property_control", self.words.property_control, self._property_control),
            ("penalty_contract", self.words.penalty_contract, self._penalty_contract),
            ("human_rights", self.words.human_rights, self._human_rights),
            ("false_documents", self.words.false_documents, self._false_documents),
            ("opaque_fees", self.words.opaque_fees, self._opaque_fees),
        )
        read = {name: read(said.section(section)) for name, section, read in categories if said.given(section)}
        if fields.given(self.words.findings) and not read:
            known = ", ".join(section for _, section, _ in categories)
            fields.tell(
                "no-category", self.words.findings, f"{self.words.findings} has none of the five categories: {known}."
            )
        said.finish()
        return Findings(**read)

    def _property_control(self, fields: Fields) -> PropertyControl:
        """M4.1a: what was taken or is controlled, its worth, from whom by role."""
        takings = fields.sections(self.words.takings, required=True)
        read = PropertyControl(
            takings=tuple(
                Taking(
                    what=one.required(self.words.taken, as_is, ""),
                    value=self.layout.money_if_given(one, self.words.value),
                    from_whom=one.required(self.words.from_whom, one_of(self.words.persons), "worker"),
                )
                for one in takings
            )
        )
        _finish(fields, *takings)
        return read

    def _penalty_contract(self, fields: Fields) -> PenaltyContract:
        """M4.1b: terms, when it was concluded, who is bound."""
        terms = fields.sections(self.words.terms, required=True)
        read = PenaltyContract(
            terms=tuple(
                Term(
                    text=one.text(self.words.term_text, required=True, longest=LONGEST) or "",
                    penalty=self.layout.money_if_given(one, self.words.penalty),
                )
                for one in terms
            ),
            concluded_on=fields.optional(self.words.concluded_on, self.layout.parse_day),
            bound=fields.optional(self.words.bound, one_of(self.words.persons)) or "worker",
        )
        _finish(fields, *terms)
        return read

    def _human_rights(self, fields: Fields) -> HumanRights:
        """M4.1c: what was done, how urgent, and how those affected may be approached."""
        acts = fields.sections(self.words.acts, required=True)
        contact = fields.section(self.words.safe_contact, required=True)
        rule = contact.required(self.words.contact_rule, one_of(self.words.contact_rules), "do-not-contact")
        read = HumanRights(
            acts=tuple(one.required(self.words.act, one_of(self.words.act_kinds), "other") for one in acts),
            urgency=fields.optional(self.words.urgency, one_of(self.words.urgencies)) or "urgent",
            safe_contact=SafeContact(
                rule=rule, note=contact.text(self.words.contact_note, required=rule == "as-noted", longest=LONGEST)
            ),
        )
        _finish(fields, contact, *acts)
        return read

    def _false_documents(self, fields: Fields) -> FalseDocuments:
        """M4.1d: which documents, false in what way, for which procedure."""
        documents = fields.sections(self.words.documents, required=True)
        read = FalseDocuments(
            documents=tuple(
                FalseDocument(
                    kind=one.required(self.words.document_kind, as_is, ""),
                    falsity=one.required(self.words.falsity, one_of(self.words.falsities), "false"),
                    procedure=one.required(self.words.procedure, as_is, ""),
                )
                for one in documents
            )
        )
        _finish(fields, *documents)
        return read

    def _opaque_fees(self, fields: Fields) -> OpaqueFees:
        """M4.1e: fees item by item, and what was explained of them."""
        fees = fields.sections(self.words.fees, required=True)
        read = OpaqueFees(
            fees=tuple(
                Fee(
                    item=one.required(self.words.fee_item, as_is, ""),
                    charged=self.layout.money(one.section(self.words.charged, required=True)),
                    basis_shown=one.required(self.words.basis_shown, one_of(self.words.shown), False),
                )
                for one in fees
            ),
            explained=fields.text(self.words.explained, required=True, longest=LONGEST),
        )
        _finish(fields, *fees)
        return read

    def _affected(self, fields: Fields, document: Document) -> Sequence[AffectedPerson]:
        """M3b: those affected. What is wrong with them is told without a word of theirs."""
        fields.skip(self.words.affected)
        apart = Fields({self.words.affected: document.get(self.words.affected)})
        sections = apart.sections(self.words.affected)
        persons = [
            AffectedPerson(
                role=one.required(self.words.affected_role, one_of(self.words.persons), "worker"),
                names=one.by_language(self.words.affected_names, required=True),
                born_on=one.optional(self.words.born_on, self.layout.parse_day),
                identifiers=self.layout.identifiers(one.sections(self.words.identifiers)),
                contact=one.text(self.words.affected_contact),
            )
            for one in sections
        ]
        _finish(*sections)
        known = {
            self.words.affected_role,
            self.words.affected_names,
            self.words.born_on,
            self.words.identifiers,
            self.words.affected_contact,
        }
        fields.problems += unquoted(apart.problems, f"/{self.words.affected}", known)
        return persons

    # -- out ----------------------------------------------------------------------------------------------------------

    def submission(self, event: MisconductReportSubmitted, about: About) -> Document:
        """M4.1: the other side's report."""
        return self._shared(self.words.report, event, about)

    def correction(self, event: MisconductReportCorrected, about: About) -> Document:
        """M4.1: the other side's report as it is now, whole."""
        return self._shared(self.words.correction, event, about) | {
            self.words.revision: event.revision,
            self.words.nature: name_of(self.words.natures, event.nature),
            **present({self.words.reason: event.reason}),
        }

    def withdrawal(self, event: MisconductReportWithdrawn, about: About) -> Document:
        """M4.1: the other side takes its report back."""
        return self.layout.headed(self.words.withdrawal, about) | {
            self.layout.words.version: VERSION,
            self.layout.words.destination: self.layout.country.upper(),
            self.words.reporter: event.country.upper(),
            self.words.number: event.number,
            self.words.ground: event.ground,
            self.words.shared_at: self.layout.written_moment(event.shared_at),
            self.layout.words.recorded_at: self.layout.written_moment(event.recorded_at),
        }

    def acknowledgement(self, event: MisconductReportAcknowledged, about: About) -> Document:
        """M4.1: the other side has taken note of this country's report."""
        return self.layout.headed(self.words.acknowledgement, about) | {
            self.layout.words.version: VERSION,
            self.words.reporter: event.country.upper(),
            self.words.number: event.number,
            self.words.revision: event.revision,
            self.words.acknowledged_by: event.by.upper(),
            **present({self.words.reference: event.reference, self.words.note: event.note}),
            self.words.acknowledged_at: self.layout.written_moment(event.acknowledged_at),
            self.layout.words.recorded_at: self.layout.written_moment(event.recorded_at),
        }

    def _shared(
        self, kind: str, event: MisconductReportSubmitted | MisconductReportCorrected, about: About
    ) -> dict[str, Any]:
        report = event.report
        return self.layout.headed(kind, about) | {
            self.layout.words.version: VERSION,
            self.layout.words.destination: self.layout.country.upper(),
            self.words.reporter: report.country.upper(),
            self.words.number: report.number,
            self.words.learned_at: self.layout.written_moment(report.learned_at),
            **present(
                {
                    self.words.occurred_from: report.occurred_from and self.layout.written_day(report.occurred_from),
                    self.words.occurred_to: report.occurred_to and self.layout.written_day(report.occurred_to),
                    self.words.occurred_at: report.place,
                }
            ),
            self.words.summary: report.summary,
            self.words.subjects: [self._written_subject(subject) for subject in report.subjects],
            self.words.findings: self._written_findings(report.findings),
            **self._written_affected(about.opened.get(AFFECTED)),
            **present(
                {
                    self.words.evidence: self.layout.written_attachments(report.evidence),
                    self.words.superseded_by: event.superseded_by,
                }
            ),
            self.words.shared_at: self.layout.written_moment(event.shared_at),
            self.layout.words.recorded_at: self.layout.written_moment(event.recorded_at),
        }

    def _written_subject(self, subject: Subject) -> Mapping[str, Any]:
        return {
            self.words.subject_kind: name_of(self.words.subject_kinds, subject.kind),
            self.words.subject_country: subject.country.upper(),
            self.words.subject_role: name_of(self.words.subject_roles, subject.role),
            **present(
                {
                    self.words.subject_names: subject.names,
                    self.words.identifiers: self.layout.written_identifiers(subject.identifiers),
                    self.words.address: subject.address,
                    self.words.phones: list(subject.phones),
                }
            ),
        }

    def _written_findings(self, findings: Findings) -> Mapping[str, Any]:
        written: dict[str, Any] = {}
        if (property_control := findings.property_control) is not None:
            written[self.words.property_control] = {
                self.words.takings: [
                    {
                        self.words.taken: one.what,
                        **present({self.words.value: self.layout.written_money(one.value)}),
                        self.words.from_whom: name_of(self.words.persons, one.from_whom),
                    }
                    for one in property_control.takings
                ]
            }
        if (contract := findings.penalty_contract) is not None:
            written[self.words.penalty_contract] = {
                self.words.terms: [
                    {
                        self.words.term_text: one.text,
                        **present({self.words.penalty: self.layout.written_money(one.penalty)}),
                    }
                    for one in contract.terms
                ],
                **present(
                    {self.words.concluded_on: contract.concluded_on and self.layout.written_day(contract.concluded_on)}
                ),
                self.words.bound: name_of(self.words.persons, contract.bound),
            }
        if (rights := findings.human_rights) is not None:
            contact = rights.safe_contact
            written[self.words.human_rights] = {
                self.words.acts: [{self.words.act: name_of(self.words.act_kinds, act)} for act in rights.acts],
                self.words.urgency: name_of(self.words.urgencies, rights.urgency),
                **present(
                    {
                        self.words.safe_contact: contact
                        and {
                            self.words.contact_rule: name_of(self.words.contact_rules, contact.rule),
                            **present({self.words.contact_note: contact.note}),
                        }
                    }
                ),
            }
        if (documents := findings.false_documents) is not None:
            written[self.words.false_documents] = {
                self.words.documents: [
                    {
                        self.words.document_kind: one.kind,
                        self.words.falsity: name_of(self.words.falsities, one.falsity),
                        self.words.procedure: one.procedure,
                    }
                    for one in documents.documents
                ]
            }
        if (fees := findings.opaque_fees) is not None:
            written[self.words.opaque_fees] = {
                self.words.fees: [
                    {
                        self.words.fee_item: one.item,
                        self.words.charged: self.layout.written_money(one.charged),
                        self.words.basis_shown: name_of(self.words.shown, one.basis_shown),
                    }
                    for one in fees.fees
                ],
                **present({self.words.explained: fees.explained}),
            }
        return written

    def _written_affected(self, opened: Any) -> Mapping[str, Any]:
        """Nobody between the two countries could look into it: what is not as agreed is handed over as it came."""
        if opened is None:
            return {}
        try:
            persons = AffectedPersons.model_validate(opened).persons
        except ValidationError:
            return {self.words.affected_as_received: opened}
        return {
            self.words.affected: [
                {
                    self.words.affected_role: name_of(self.words.persons, person.role),
                    self.words.affected_names: person.names,
                    **present(
                        {
                            self.words.born_on: person.born_on and self.layout.written_day(person.born_on),
                            self.words.identifiers: self.layout.written_identifiers(person.identifiers),
                            self.words.affected_contact: person.contact,
                        }
                    ),
                }
                for person in persons
            ]
        }


def _finish(*sections: Fields) -> None:
    for section in sections:
        section.finish()
