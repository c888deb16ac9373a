"""Notices of seemingly improper conduct (M7.3) both ways, in a country's words, and what is said to them. Pure.

How they are shared, corrected and withdrawn is in revisions.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared.bridge.case_layout import BEGINNING, LONGEST, CaseLayout, parse_country
from shared.bridge.fields import Fields, as_is, name_of, one_of
from shared.bridge.kit import About, Translation, Translations, present
from shared.bridge.reading import Document
from shared.bridge.revisions import (
    Revised,
    RevisedContracts,
    RevisedWords,
    RevisionWords,
    Said,
    joined,
    same_both_ways,
)
from shared.contracts.notice import (
    AccreditedOrganization,
    Consequence,
    CorrectNotice,
    DeclineNotice,
    InvestigationOpened,
    Measure,
    MeasureKind,
    MeasureTaken,
    Notice,
    NoticeCorrected,
    NoticeDeclined,
    NoticeSubmitted,
    NoticeWithdrawn,
    OpenInvestigation,
    Result,
    ResultReturned,
    ReturnResult,
    SubmitNotice,
    TakeMeasure,
    WithdrawNotice,
    stream_of,
)

CONTRACTS: Final = RevisedContracts(
    report=Notice,
    member="notice",
    stream_of=stream_of,
    submit=SubmitNotice,
    correct=CorrectNotice,
    withdraw=WithdrawNotice,
    submitted=NoticeSubmitted,
    corrected=NoticeCorrected,
    withdrawn=NoticeWithdrawn,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeWords(RevisedWords):
    """What a country calls the four documents that follow a notice, the fields of all, and what may stand in them."""

    opening: str
    measure: str
    result: str
    refusal: str

    organization: str
    accredited_by: str
    registration_number: str
    organization_names: str
    result_wished_on: str
    opened_on: str
    measure_number: str
    measure_kind: str
    taken_on: str
    measure_text: str
    findings: str
    consequence: str
    registry_case: str
    legal_basis: str
    refusal_ground: str
    late: str

    measure_kinds: Mapping[str, MeasureKind]
    consequences: Mapping[str, Consequence]
    lateness: Mapping[str, bool]


def notices(layout: CaseLayout, common: RevisionWords, words: NoticeWords) -> Translations:
    """The matter in a country's layout and words."""
    content = _Content(layout, words)
    revised = Revised(
        layout=layout, common=common, words=words, contracts=CONTRACTS, read=content.read, written=content.written
    )
    replies = _Replies(layout, common, words, revised)
    return joined(
        revised.translations(),
        same_both_ways(
            layout,
            (words.opening, replies.opened, InvestigationOpened, replies.opening),
            (words.measure, replies.measure_taken, MeasureTaken, replies.measure),
            (words.result, replies.returned, ResultReturned, replies.result),
            (words.refusal, replies.declined, NoticeDeclined, replies.refusal),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Content:
    """What a notice says."""

    layout: CaseLayout
    words: NoticeWords

    def read(self, fields: Fields, _: Document) -> Said:
        """M7.3: about which organization of the other side, and by when a result is wished."""
        organization = fields.section(self.words.organization, required=True)
        members = {
            "organization": AccreditedOrganization(
                country=organization.required(self.words.accredited_by, parse_country, "").lower(),
                registration_number=organization.required(self.words.registration_number, as_is, ""),
                names=organization.by_language(self.words.organization_names),
            ),
            "result_wished_on": fields.optional(self.words.result_wished_on, self.layout.parse_day),
        }
        organization.finish()
        return Said(members=members, protected={})

    def written(self, notice: Notice, _: About) -> Mapping[str, Any]:
        """M7.3: the other side's notice of an organization that this country accredits."""
        organization, wished_on = notice.organization, notice.result_wished_on
        return {
            self.words.organization: {
                self.words.accredited_by: organization.country.upper(),
                self.words.registration_number: organization.registration_number,
                **present({self.words.organization_names: organization.names}),
            },
            **present({self.words.result_wished_on: wished_on and self.layout.written_day(wished_on)}),
        }


@dataclass(frozen=True, slots=True)
class _Replies:
    """What the side that accredits says to a notice."""

    layout: CaseLayout
    common: RevisionWords
    words: NoticeWords
    revised: Revised

    # -- in -----------------------------------------------------------------------------------------------------------

    def opened(self, document: Document) -> Translation:
        """M7.3: this country investigates."""

        def read(fields: Fields) -> Mapping[str, Any]:
            return {
                "reference": fields.text(self.common.reference),
                "revision": self.revised.revision_if_given(fields),
                "opened_on": fields.required(self.words.opened_on, self.layout.parse_day, BEGINNING.date()),
            }

        return self.revised.replied(document, OpenInvestigation, read)

    def measure_taken(self, document: Document) -> Translation:
        """M7.3: this country has heard, guided or supervised the organization."""

        def read(fields: Fields) -> Mapping[str, Any]:
            measure = Measure(
                number=fields.number(self.words.measure_number, required=True) or 0,
                kind=fields.required(self.words.measure_kind, one_of(self.words.measure_kinds), "hearing"),
                taken_on=fields.required(self.words.taken_on, self.layout.parse_day, BEGINNING.date()),
                text=fields.by_language(self.words.measure_text, required=True, longest=LONGEST),
            )
            return {"reference": fields.text(self.common.reference), "measure": measure}

        return self.revised.replied(document, TakeMeasure, read)

    def returned(self, document: Document) -> Translation:
        """M7.3: this country's result, and what follows for the organization."""

        def read(fields: Fields) -> Mapping[str, Any]:
            consequence = fields.required(self.words.consequence, one_of(self.words.consequences), None)
            registered = consequence in ("suspension", "revocation")
            result = Result(
                revision=self.revised.revision_if_given(fields),
                findings=fields.by_language(self.words.findings, required=True, longest=LONGEST),
                consequence=consequence or "none",
                registry_case=fields.text(self.words.registry_case, required=registered),
            )
            return {"reference": fields.text(self.common.reference), "result": result}

        return self.revised.replied(document, ReturnResult, read)

    def declined(self, document: Document) -> Translation:
        """M3a: this country's law forbids to decide it; and which law."""

        def read(fields: Fields) -> Mapping[str, Any]:
            return {
                "reference": fields.text(self.common.reference),
                "legal_basis": fields.required(self.words.legal_basis, as_is, ""),
                "ground": fields.by_language(self.words.refusal_ground, longest=LONGEST),
            }

        return self.revised.replied(document, DeclineNotice, read)

    # -- out ----------------------------------------------------------------------------------------------------------

    def opening(self, event: InvestigationOpened, about: About) -> Document:
        """M7.3: the other side investigates."""
        return self._reply(self.words.opening, event, about) | {
            self.common.revision: event.revision,
            self.words.opened_on: self.layout.written_day(event.opened_on),
        }

    def measure(self, event: MeasureTaken, about: About) -> Document:
        """M7.3: the other side has heard, guided or supervised the organization."""
        measure = event.measure
        return self._reply(self.words.measure, event, about) | {
            self.words.measure_number: measure.number,
            self.words.measure_kind: name_of(self.words.measure_kinds, measure.kind),
            self.words.taken_on: self.layout.written_day(measure.taken_on),
            self.words.measure_text: measure.text,
        }

    def result(self, event: ResultReturned, about: About) -> Document:
        """M7.3: the other side's result, and what follows for the organization."""
        result = event.result
        return self._reply(self.words.result, event, about) | {
            self.common.revision: result.revision,
            self.words.findings: result.findings,
            self.words.consequence: name_of(self.words.consequences, result.consequence),
            **present({self.words.registry_case: result.registry_case}),
            self.words.late: name_of(self.words.lateness, event.late),
        }

    def refusal(self, event: NoticeDeclined, about: About) -> Document:
        """M3a: the other side may not decide it, and by which law."""
        return self._reply(self.words.refusal, event, about) | {
            self.words.legal_basis: event.legal_basis,
            **present({self.words.refusal_ground: event.ground}),
            self.words.late: name_of(self.words.lateness, event.late),
        }

    def _reply(
        self,
        kind: str,
        event: InvestigationOpened | MeasureTaken | ResultReturned | NoticeDeclined,
        about: About,
    ) -> dict[str, Any]:
        return self.revised.reply(kind, event, about) | {
            self.common.shared_at: self.layout.written_moment(event.shared_at)
        }
