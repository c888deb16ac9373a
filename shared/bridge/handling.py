"""What is said to what one side shares in revisions, both ways, in a country's words. Pure.

Measures are told and cases declined alike in all matters (M3a, M4.1, M5.3, M7.3); reports are acknowledged, assessed
and closed besides. The layout is assumed; see case_layout.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.bridge.case_layout import BEGINNING, LONGEST
from shared.bridge.fields import Fields, as_is, name_of, one_of
from shared.bridge.kit import About, Translation, Translations, present
from shared.bridge.reading import Document
from shared.bridge.revisions import Revised, RevisedContracts, RevisedWords, joined, same_both_ways
from shared.contracts.base import Contract
from shared.contracts.report import Assessment, Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class HandledWords(RevisedWords):
    """What a country calls the two documents that there are in every matter, and the kinds of measures in this one."""

    measure: str
    refusal: str
    measure_kinds: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandledContracts(RevisedContracts):
    """The contracts of one matter."""

    measure: type[Measure]
    take_measure: type[Contract]
    decline: type[Contract]
    measure_taken: type[Contract]
    declined: type[Contract]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWords(HandledWords):
    """What a country calls the documents of a report besides."""

    acknowledgement: str
    assessment: str
    closing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportContracts(HandledContracts):
    """The contracts of a report besides."""

    assessment: type[Assessment]
    acknowledge: type[Contract]
    assess: type[Contract]
    close: type[Contract]
    acknowledged: type[Contract]
    assessed: type[Contract]
    closed: type[Contract]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled(Revised):
    """One matter on which the other side acts."""

    words: HandledWords
    contracts: HandledContracts

    def translations(self) -> Translations:
        words, contracts = self.words, self.contracts
        return joined(
            Revised.translations(self),
            same_both_ways(
                self.layout,
                (words.measure, self.measure_taken, contracts.measure_taken, self.measure),
                (words.refusal, self.declined, contracts.declined, self.refusal),
            ),
        )

    # -- in -----------------------------------------------------------------------------------------------------------

    def measure_taken(self, document: Document) -> Translation:
        """This country has done something about it."""

        def read(fields: Fields) -> Mapping[str, Any]:
            kind = fields.required(self.common.measure_kind, one_of(self.words.measure_kinds), None)
            measure = {
                "number": fields.number(self.common.measure_number, required=True) or 0,
                "kind": kind or next(iter(self.words.measure_kinds.values())),
                "taken_on": fields.required(self.common.taken_on, self.layout.parse_day, BEGINNING.date()),
                "text": fields.by_language(self.common.measure_text, required=True, longest=LONGEST),
            }
            return self.referring(fields) | {"measure": self.contracts.measure.model_validate(measure)}

        return self.replied(document, self.contracts.take_measure, read)

    def declined(self, document: Document) -> Translation:
        """M3a: this country's law forbids to decide it; and which law."""

        def read(fields: Fields) -> Mapping[str, Any]:
            return {
                **self.referring(fields),
                "legal_basis": fields.required(self.common.legal_basis, as_is, ""),
                "ground": fields.by_language(self.common.refusal_ground, longest=LONGEST),
                **self.read_declining(fields),
            }

        return self.replied(document, self.contracts.decline, read)

    def referring(self, fields: Fields) -> dict[str, Any]:
        """What every reply may have."""
        return {"reference": fields.text(self.common.reference)}

    def read_declining(self, fields: Fields) -> Mapping[str, Any]:
        """What declining says in this matter alone."""
        return {}

    # -- out ----------------------------------------------------------------------------------------------------------

    def measure(self, event: Any, about: About) -> Document:
        """The other side has done something about it."""
        measure = event.measure
        return self.told(self.words.measure, event, about) | {
            self.common.measure_number: measure.number,
            self.common.measure_kind: name_of(self.words.measure_kinds, measure.kind),
            self.common.taken_on: self.layout.written_day(measure.taken_on),
            self.common.measure_text: measure.text,
        }

    def refusal(self, event: Any, about: About) -> Document:
        """M3a: the other side may not decide it, and by which law."""
        return self.told(self.words.refusal, event, about) | {
            self.common.legal_basis: event.legal_basis,
            **present({self.common.refusal_ground: event.ground}),
            **self.written_declining(event),
        }

    def told(self, kind: str, event: Any, about: About) -> dict[str, Any]:
        """The beginning of what the other side has shared of this country's case."""
        return self.reply(kind, event, about) | {self.common.shared_at: self.layout.written_moment(event.shared_at)}

    def written_declining(self, event: Any) -> Mapping[str, Any]:
        """What declining says in this matter alone."""
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports(Handled):
    """One matter of which the other side takes note, which it assesses and closes."""

    words: ReportWords
    contracts: ReportContracts
    kinds: Mapping[str, str]
    """What may be found likely, by what the country calls it."""

    def translations(self) -> Translations:
        words, contracts = self.words, self.contracts
        return joined(
            Handled.translations(self),
            same_both_ways(
                self.layout,
                (words.acknowledgement, self.acknowledged, contracts.acknowledged, self.acknowledgement),
                (words.assessment, self.assessed, contracts.assessed, self.assessment),
                (words.closing, self.closed, contracts.closed, self.closing),
            ),
        )

    # -- in -----------------------------------------------------------------------------------------------------------

    def acknowledged(self, document: Document) -> Translation:
        """The other side's report has been taken note of, up to a revision."""

        def read(fields: Fields) -> Mapping[str, Any]:
            return self.referring(fields) | {
                "revision": self.revision_if_given(fields),
                "note": fields.by_language(self.common.note, longest=LONGEST),
            }

        return self.replied(document, self.contracts.acknowledge, read)

    def assessed(self, document: Document) -> Translation:
        """What this country finds likely of the other side's report, and why."""

        def read(fields: Fields) -> Mapping[str, Any]:
            sections = fields.sections(self.common.likely)
            assessment = {
                "revision": self.revision_if_given(fields),
                "likely": [
                    one.required(self.common.likely_kind, one_of(self.kinds), next(iter(self.kinds.values())))
                    for one in sections
                ],
                "text": fields.by_language(self.common.assessment_text, required=True, longest=LONGEST),
            }
            for one in sections:
                one.finish()
            return self.referring(fields) | {"assessment": self.contracts.assessment.model_validate(assessment)}

        return self.replied(document, self.contracts.assess, read)

    def closed(self, document: Document) -> Translation:
        """What came of the other side's report."""

        def read(fields: Fields) -> Mapping[str, Any]:
            return {
                **self.referring(fields),
                **self._read_ending(fields),
                "outcome": fields.required(self.common.outcome, one_of(self.common.outcomes), "confirmed"),
                "text": fields.by_language(self.common.closing_text, required=True, longest=LONGEST),
            }

        return self.replied(document, self.contracts.close, read)

    def read_declining(self, fields: Fields) -> Mapping[str, Any]:
        return self._read_ending(fields)

    def _read_ending(self, fields: Fields) -> Mapping[str, Any]:
        """What the end of a report covers."""
        return {
            "revision": self.revision_if_given(fields),
            "measures": fields.number(self.common.measures, required=True) or 0,
        }

    # -- out ----------------------------------------------------------------------------------------------------------

    def acknowledgement(self, event: Any, about: About) -> Document:
        """The other side has taken note of this country's report."""
        return self.reply(self.words.acknowledgement, event, about) | {
            self.common.revision: event.revision,
            self.common.acknowledged_by: event.by.upper(),
            **present({self.common.note: event.note}),
            self.common.acknowledged_at: self.layout.written_moment(event.acknowledged_at),
        }

    def assessment(self, event: Any, about: About) -> Document:
        """What the other side finds likely of this country's report, and why."""
        assessment = event.assessment
        likely = [{self.common.likely_kind: name_of(self.kinds, kind)} for kind in assessment.likely]
        return self.told(self.words.assessment, event, about) | {
            self.common.revision: assessment.revision,
            **present({self.common.likely: likely}),
            self.common.assessment_text: assessment.text,
        }

    def closing(self, event: Any, about: About) -> Document:
        """What came of this country's report on the other side."""
        return self.told(self.words.closing, event, about) | {
            **self._written_ending(event),
            self.common.outcome: name_of(self.common.outcomes, event.outcome),
            self.common.closing_text: event.text,
        }

    def written_declining(self, event: Any) -> Mapping[str, Any]:
        return self._written_ending(event)

    def _written_ending(self, event: Any) -> Mapping[str, Any]:
        """What the end of a report covers."""
        return {self.common.revision: event.revision, self.common.measures: event.measures}
