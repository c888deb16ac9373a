"""Notices of seemingly improper conduct (M7.3) both ways, in a country's words, and what is said to them. Pure.

How they are shared, corrected and withdrawn is in revisions.py, how measures are told and notices declined in
handling.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared.bridge.case_layout import BEGINNING, LONGEST, VERSION, CaseLayout, parse_country
from shared.bridge.fields import Fields, as_is, name_of, one_of
from shared.bridge.handling import Handled, HandledContracts, HandledWords
from shared.bridge.kit import About, Translation, Translations, present
from shared.bridge.reading import Document
from shared.bridge.revisions import RevisionWords, Said, joined, same_both_ways
from shared.contracts.notice import (
    AccreditedOrganization,
    Consequence,
    CorrectNotice,
    DeclineNotice,
    InvestigationMeasure,
    InvestigationOpened,
    MeasureTaken,
    Notice,
    NoticeCorrected,
    NoticeDeclined,
    NoticeOverdue,
    NoticeReminded,
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

CONTRACTS: Final = HandledContracts(
    report=Notice,
    measure=InvestigationMeasure,
    member="notice",
    stream_of=stream_of,
    submit=SubmitNotice,
    correct=CorrectNotice,
    withdraw=WithdrawNotice,
    take_measure=TakeMeasure,
    decline=DeclineNotice,
    submitted=NoticeSubmitted,
    corrected=NoticeCorrected,
    withdrawn=NoticeWithdrawn,
    measure_taken=MeasureTaken,
    declined=NoticeDeclined,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeWords(HandledWords):
    """What a country calls the documents that there are of a notice alone, their fields, and what may stand in them."""

    opening: str
    result: str
    reminder: str
    overdue: str

    organization: str
    accredited_by: str
    registration_number: str
    organization_names: str
    result_wished_on: str
    remind_at: str
    overdue_at: str
    opened_on: str
    findings: str
    consequence: str
    registry_case: str
    late: str

    consequences: Mapping[str, Consequence]
    lateness: Mapping[str, bool]


def notices(layout: CaseLayout, common: RevisionWords, words: NoticeWords) -> Translations:
    """The matter in a country's layout and words."""
    content = _Content(layout, words)
    return _Notices(
        layout=layout, common=common, words=words, contracts=CONTRACTS, read=content.read, written=content.written
    ).translations()


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Notices(Handled):
    """What the side that accredits says to a notice besides."""

    words: NoticeWords

    def translations(self) -> Translations:
        replies = joined(
            Handled.translations(self),
            same_both_ways(
                self.layout,
                (self.words.opening, self.opened, InvestigationOpened, self.opening),
                (self.words.result, self.returned, ResultReturned, self.result),
            ),
        )
        by_the_clock = Translations(outward={NoticeReminded: self.reminder, NoticeOverdue: self.overdue})
        return joined(replies, by_the_clock)

    # -- in -----------------------------------------------------------------------------------------------------------

    def opened(self, document: Document) -> Translation:
        """M7.3: this country investigates."""

        def read(fields: Fields) -> Mapping[str, Any]:
            return self.referring(fields) | {
                "revision": self.revision_if_given(fields),
                "opened_on": fields.required(self.words.opened_on, self.layout.parse_day, BEGINNING.date()),
            }

        return self.replied(document, OpenInvestigation, read)

    def returned(self, document: Document) -> Translation:
        """M7.3: this country's result, and what follows for the organization."""

        def read(fields: Fields) -> Mapping[str, Any]:
            consequence = fields.required(self.words.consequence, one_of(self.words.consequences), None)
            registered = consequence in ("suspension", "revocation")
            result = Result(
                revision=self.revision_if_given(fields),
                findings=fields.by_language(self.words.findings, required=True, longest=LONGEST),
                consequence=consequence or "none",
                registry_case=fields.text(self.words.registry_case, required=registered),
            )
            return self.referring(fields) | {"result": result}

        return self.replied(document, ReturnResult, read)

    # -- out ----------------------------------------------------------------------------------------------------------

    def opening(self, event: InvestigationOpened, about: About) -> Document:
        """M7.3: the other side investigates."""
        return self.told(self.words.opening, event, about) | {
            self.common.revision: event.revision,
            self.words.opened_on: self.layout.written_day(event.opened_on),
        }

    def result(self, event: ResultReturned, about: About) -> Document:
        """M7.3: the other side's result, and what follows for the organization."""
        result = event.result
        return self.told(self.words.result, event, about) | {
            self.common.revision: result.revision,
            self.words.findings: result.findings,
            self.words.consequence: name_of(self.words.consequences, result.consequence),
            **present({self.words.registry_case: result.registry_case}),
            self.words.late: name_of(self.words.lateness, event.late),
        }

    def reminder(self, event: NoticeReminded, about: About) -> Document:
        """M7.3: the wished day is near, and this country has returned no result."""
        return self._by_the_clock(self.words.reminder, event, about)

    def overdue(self, event: NoticeOverdue, about: About) -> Document:
        """M7.3: the wished day has passed, and there is no result."""
        return self._by_the_clock(self.words.overdue, event, about)

    def _shared(self, kind: str, event: NoticeSubmitted | NoticeCorrected, about: About) -> dict[str, Any]:
        due = {self.words.remind_at: event.remind_at, self.words.overdue_at: event.overdue_at}
        return Handled._shared(self, kind, event, about) | {
            name: self.layout.written_moment(moment) for name, moment in due.items() if moment is not None
        }

    def _by_the_clock(self, kind: str, event: NoticeReminded | NoticeOverdue, about: About) -> Document:
        return self.layout.headed(kind, about) | {
            self.layout.words.version: VERSION,
            self.words.opener: event.country.upper(),
            self.words.number: event.number,
            self.words.result_wished_on: self.layout.written_day(event.result_wished_on),
            self.layout.words.recorded_at: self.layout.written_moment(event.recorded_at),
        }

    def written_declining(self, event: NoticeDeclined) -> Mapping[str, Any]:
        return {self.words.late: name_of(self.words.lateness, event.late)}
