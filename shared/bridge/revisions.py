"""What one side shares in revisions, both ways, in a country's words. Pure.

Reports (M4.1, M5.3) and notices (M7.3) are shared, corrected and withdrawn alike: here is all of that but what they
say, which each matter reads and writes itself. What is said to them is in handling.py. The layout is assumed; see
case_layout.py. What one side hands in the other is given in the same layout.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared.bridge.case_layout import BEGINNING, LONGEST, VERSION, CaseLayout
from shared.bridge.fields import Fields, name_of, one_of
from shared.bridge.kit import About, Inward, Matter, Outward, Translation, Translations, present
from shared.bridge.reading import Document
from shared.contracts.base import Contract
from shared.contracts.case import AGREEMENT
from shared.contracts.report import Nature, Outcome, Report

COMMANDS: Final = "reporting.commands.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionWords:
    """What a country calls the fields that all these matters have."""

    learned_at: str
    summary: str
    evidence: str
    revision: str
    nature: str
    reason: str
    ground: str
    reference: str
    note: str
    acknowledged_by: str
    acknowledged_at: str
    shared_at: str
    superseded_by: str
    measure_number: str
    measure_kind: str
    taken_on: str
    measure_text: str
    legal_basis: str
    refusal_ground: str
    likely: str
    likely_kind: str
    assessment_text: str
    outcome: str
    closing_text: str
    measures: str

    natures: Mapping[str, Nature]
    outcomes: Mapping[str, Outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisedWords:
    """What a country calls the documents of one matter, and the two fields that name its case."""

    report: str
    correction: str
    withdrawal: str
    opener: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisedContracts:
    """The contracts of one matter."""

    report: type[Report]
    member: str
    """Of commands and events: what holds the report."""
    stream_of: Callable[[str, str, str], str]
    submit: type[Contract]
    correct: type[Contract]
    withdraw: type[Contract]
    submitted: type[Contract]
    corrected: type[Contract]
    withdrawn: type[Contract]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a report says beside what all have."""

    members: Mapping[str, Any]
    protected: Mapping[str, Any]
    """By sealed member of the command, as a pointer: what is to be sealed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revised:
    """One matter in a country's layout and words."""

    layout: CaseLayout
    common: RevisionWords
    words: RevisedWords
    contracts: RevisedContracts
    read: Callable[[Fields, Document], Said]
    """Of a document with a whole report in it. What is wrong is in the fields' problems."""
    written: Callable[[Any, About], Mapping[str, Any]]
    """Of a report: its fields beside those that all have."""

    def translations(self) -> Translations:
        """All documents of the matter that are alike in every matter."""
        words, contracts = self.words, self.contracts
        return same_both_ways(
            self.layout,
            (words.report, self.submitted, contracts.submitted, self.submission),
            (words.correction, self.corrected, contracts.corrected, self.correction),
            (words.withdrawal, self.withdrawn, contracts.withdrawn, self.withdrawal),
        )

    # -- in -----------------------------------------------------------------------------------------------------------

    def submitted(self, document: Document) -> Translation:
        """The report, whole."""
        return self._whole(document, self.contracts.submit, lambda _: {})

    def corrected(self, document: Document) -> Translation:
        """The report anew and whole, under a number of its own."""
        return self._whole(document, self.contracts.correct, self._correction)

    def withdrawn(self, document: Document) -> Translation:
        """The report is taken back."""
        fields = Fields(document)
        destination, number = self.layout.opened(fields, self.words.opener, self.words.number)
        ground = fields.by_language(self.common.ground, required=True, longest=LONGEST)
        said = {"country": self.layout.country, "number": number, "ground": ground}
        return self._translation(fields, self.contracts.withdraw, said, number, destination)

    def replied(
        self, document: Document, command: type[Contract], read: Callable[[Fields], Mapping[str, Any]]
    ) -> Translation:
        """What this side says to the other's case. `read` gives the command's members beside the case's two."""
        fields = Fields(document)
        country, number = self.layout.replied(fields, self.words.opener, self.words.number)
        said = {"country": country, "number": number, **read(fields)}
        return self._translation(fields, command, said, number, country, opener=country)

    def _translation(
        self,
        fields: Fields,
        command: type[Contract],
        said: Mapping[str, Any],
        number: str,
        destination: str,
        *,
        opener: str | None = None,
        protected: Mapping[str, Any] | None = None,
    ) -> Translation:
        """The command, or the problems for which there is none. `opener`: whose case it is, if not this country's."""
        fields.finish()
        if fields.errors:
            return Translation(None, fields.problems)
        opener = opener or self.layout.country
        matter = Matter(
            command.model_validate(said),
            COMMANDS,
            self.contracts.stream_of(AGREEMENT, opener, number),
            destination,
            pointer=f"/{self.layout.words.destination if opener == self.layout.country else self.words.opener}",
            classification="confidential",
            protected=protected or {},
        )
        return Translation(matter, fields.problems)

    def _revision(self, fields: Fields, least: int) -> int:
        """The number of a revision, of which the lowest that makes sense is `least`."""
        name = self.common.revision
        number = fields.number(name, required=True)
        if number is not None and number < least:
            fields.tell("wrong-form", name, f"{name} is {least} or more, for 1 is the report as submitted.")
        return number or least

    def revision_if_given(self, fields: Fields) -> int:
        """The number of the revision that a reply is to, the first where none is named."""
        return self._revision(fields, 1) if fields.given(self.common.revision) else 1

    def _correction(self, fields: Fields) -> Mapping[str, Any]:
        return {
            "revision": self._revision(fields, 2),
            "nature": fields.optional(self.common.nature, one_of(self.common.natures)) or "correction",
            "reason": fields.by_language(self.common.reason),
        }

    def _whole(
        self, document: Document, command: type[Contract], beside: Callable[[Fields], Mapping[str, Any]]
    ) -> Translation:
        fields = Fields(document)
        destination, number = self.layout.opened(fields, self.words.opener, self.words.number)
        every = {
            "country": self.layout.country,
            "number": number,
            "learned_at": fields.required(self.common.learned_at, self.layout.parse_moment, BEGINNING),
            "summary": fields.by_language(self.common.summary, required=True, longest=LONGEST),
            "evidence": self.layout.attachments(fields.sections(self.common.evidence)),
        }
        own = self.read(fields, document)
        said = {self.contracts.member: self.contracts.report.model_validate({**every, **own.members})}
        return self._translation(
            fields, command, {**said, **beside(fields)}, number, destination, protected=own.protected
        )

    # -- out ----------------------------------------------------------------------------------------------------------

    def submission(self, event: Any, about: About) -> Document:
        """The other side's report."""
        return self._shared(self.words.report, event, about)

    def correction(self, event: Any, about: About) -> Document:
        """The other side's report as it is now, whole."""
        return self._shared(self.words.correction, event, about) | {
            self.common.revision: event.revision,
            self.common.nature: name_of(self.common.natures, event.nature),
            **present({self.common.reason: event.reason}),
        }

    def withdrawal(self, event: Any, about: About) -> Document:
        """The other side takes its report back."""
        return self._opened(self.words.withdrawal, event, event, about) | {self.common.ground: event.ground}

    def reply(self, kind: str, event: Any, about: About) -> dict[str, Any]:
        """The beginning of what the other side says to this country's case."""
        return self.layout.headed(kind, about) | {
            self.layout.words.version: VERSION,
            self.words.opener: event.country.upper(),
            self.words.number: event.number,
            **present({self.common.reference: event.reference}),
            self.layout.words.recorded_at: self.layout.written_moment(event.recorded_at),
        }

    def _shared(self, kind: str, event: Any, about: About) -> dict[str, Any]:
        report = getattr(event, self.contracts.member)
        return self._opened(kind, report, event, about) | {
            self.common.learned_at: self.layout.written_moment(report.learned_at),
            self.common.summary: report.summary,
            **present(
                {
                    self.common.evidence: self.layout.written_attachments(report.evidence),
                    self.common.superseded_by: event.superseded_by,
                }
            ),
            **self.written(report, about),
        }

    def _opened(self, kind: str, case: Any, event: Any, about: About) -> dict[str, Any]:
        """`case` says whose it is, and its number there."""
        return self.layout.headed(kind, about) | {
            self.layout.words.version: VERSION,
            self.layout.words.destination: self.layout.country.upper(),
            self.words.opener: case.country.upper(),
            self.words.number: case.number,
            self.common.shared_at: self.layout.written_moment(event.shared_at),
            self.layout.words.recorded_at: self.layout.written_moment(event.recorded_at),
        }


def same_both_ways(layout: CaseLayout, *documents: tuple[str, Inward, type[Contract], Outward]) -> Translations:
    """Documents that go out as they come in: the national type, how it is read, the event, how that is written."""
    return Translations(
        inward={kind: read for kind, read, _, _ in documents},
        outward={event: write for _, _, event, write in documents},
        lost_outward={event: layout.lost for _, _, event, _ in documents},
        same_layout={event: kind for kind, _, event, _ in documents},
    )


def joined(one: Translations, other: Translations) -> Translations:
    """Two parts of one matter."""
    return Translations(
        inward={**one.inward, **other.inward},
        outward={**one.outward, **other.outward},
        lost_inward={**one.lost_inward, **other.lost_inward},
        lost_outward={**one.lost_outward, **other.lost_outward},
        same_layout={**one.same_layout, **other.same_layout},
    )
