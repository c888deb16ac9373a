"""Notices that an organization which the other side accredits seems to act improperly, and what came of it (M7.3)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Literal

from pydantic import Field

from shared.contracts import case
from shared.contracts.base import Contract
from shared.contracts.case import Attachment, InCase, Sharing
from shared.contracts.report import (
    Corrected,
    Correction,
    Declining,
    Measure,
    MeasureTold,
    Reply,
    Report,
    Submitted,
    Withdrawal,
    Withdrawn,
)

KIND = "notice"

MeasureKind = Literal["hearing", "guidance", "supervision"]
Consequence = Literal["none", "guidance", "suspension", "revocation"]


class AccreditedOrganization(Contract):
    """An organization, as the side that accredits it knows it."""

    country: str
    """That accredits it: the other party, or the notice is refused."""
    registration_number: str
    """The number it is registered by there. Needed, or the notice is refused."""
    names: dict[str, str] = Field(default_factory=dict)
    """By language tag, as received. Never derived."""


class Notice(Report):
    """All that one side has noticed of an organization."""

    organization: AccreditedOrganization
    result_wished_on: date | None = None
    """The last day on which a result is in time, by the calendar of the side that accredits; None where none is set."""


class InvestigationMeasure(Measure):
    """Something that was done in an investigation."""

    kind: MeasureKind


class Result(Contract):
    """What an investigation has found."""

    revision: int = 1
    """Of the notice: the one that was investigated."""
    findings: dict[str, str]
    """By language tag. Needed, or the result is refused."""
    consequence: Consequence
    """What follows for the organization."""
    registry_case: str | None = None
    """Where it is suspended or revoked: the number under which the side that accredits tells that of its register.
    Needed there, and there alone."""


def stream_of(agreement: str, country: str, number: str) -> str:
    """Reporting's stream of a notice. `country` and `number` are the notifying side's."""
    return case.stream_of(KIND, agreement, country, number)


# -- what the side that accredits says to a notice ----------------------------------------------------------------


class Opening(Reply):
    """An investigation begins."""

    revision: int = 1
    """Of the notice, as it was when it began."""
    opened_on: date


class ResultTold(Reply):
    """The investigation has ended, and the case with it."""

    result: Result


# -- commands -----------------------------------------------------------------------------------------------------


class SubmitNotice(Contract):
    """M7.3: a side notifies the one that accredits the organization. This is revision 1."""

    notice: Notice


class CorrectNotice(Correction):
    """M7.3: a further revision of a notice."""

    notice: Notice


class WithdrawNotice(Withdrawal):
    """M7.3: the notifying side takes the notice back."""


class OpenInvestigation(Opening):
    """M7.3: the side that accredits investigates."""


class TakeMeasure(MeasureTold):
    """M7.3: the side that accredits guides and supervises."""

    measure: InvestigationMeasure


class ReturnResult(ResultTold):
    """M7.3: the side that accredits returns the result."""


class DeclineNotice(Declining):
    """M3a: the side that accredits may not decide the case."""


# -- events -------------------------------------------------------------------------------------------------------


class Wished(Contract):
    """When the clock will speak of the result that a notice wishes; None where it wishes none, or is superseded."""

    remind_at: datetime | None = None
    """When the side that accredits will be reminded; None also where the wished day is too near for it."""
    overdue_at: datetime | None = None
    """The first moment after the wished day."""


class NoticeSubmitted(Submitted, Wished):
    """M7.3: a notice goes to the side that accredits."""

    notice: Notice


class NoticeCorrected(Corrected, Wished):
    """M7.3: a notice's further revision goes to the side that accredits."""

    notice: Notice


class NoticeWithdrawn(Withdrawn):
    """M7.3: a notice is taken back."""


class InvestigationOpened(Opening, Sharing):
    """M7.3: an investigation begins. This and what follows is addressed to the notifying side."""


class MeasureTaken(MeasureTold, Sharing):
    """M7.3: a measure was taken."""

    measure: InvestigationMeasure


class ResultReturned(ResultTold, Sharing):
    """M7.3: the result is returned; the case is closed."""

    late: bool = False
    """Whether it was handed in after the wished day."""


class NoticeDeclined(Declining, Sharing):
    """M3a: the case is not decided, and by which law; it is closed."""

    late: bool = False


class RegistryDecision(Contract):
    """What the registry has recorded of the organization in consequence of a notice."""

    country: str
    """That accredits it."""
    registration_number: str
    consequence: Literal["suspension", "revocation"]
    effective_on: date
    decision_number: str | None = None
    recorded_at: datetime
    """When the registry came to know it."""


class RecordRegistryDecision(Contract):
    """A decision recorded by the registry names this notice."""

    decision: RegistryDecision


class RegistryDecisionRecorded(InCase):
    """M7.3: what became of it in the registry is linked to the notice. National systems hear that of the registry."""

    decision: RegistryDecision
    recorded_at: datetime


class NoticeReminded(InCase):
    """M7.3: the wished day is near and there is no result. Addressed to the side that accredits."""

    result_wished_on: date
    recorded_at: datetime


class NoticeOverdue(InCase):
    """M7.3: the wished day has passed and there is no result. For both sides."""

    result_wished_on: date
    recorded_at: datetime


COMMANDS: tuple[type[Contract], ...] = (
    SubmitNotice,
    CorrectNotice,
    WithdrawNotice,
    OpenInvestigation,
    TakeMeasure,
    ReturnResult,
    DeclineNotice,
)
SHARED: tuple[type[Contract], ...] = (
    NoticeSubmitted,
    NoticeCorrected,
    NoticeWithdrawn,
    InvestigationOpened,
    MeasureTaken,
    ResultReturned,
    NoticeDeclined,
)
"""Events that go to the other side."""

# -- examples -----------------------------------------------------------------------------------------------------

_NOTICE = Notice(
    country="xa",
    number="入管通第3号",
    learned_at=datetime(2026, 1, 5, 3, 30, tzinfo=UTC),
    summary={"ja": "送出機関が就労希望者に保証金を求めた旨の申告があった。", "en": "It is said to ask for deposits."},
    evidence=(
        Attachment(
            title="申告書の写し",
            digest="sha-256:6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            media_type="application/pdf",
            size=48_211,
        ),
    ),
    organization=AccreditedOrganization(
        country="xb", registration_number="01410199810177", names={"ky": "«Жол Ачык» ЖЧК", "ru": "ОсОО «Жол Ачык»"}
    ),
    result_wished_on=date(2026, 3, 13),
)
_CASE = {"country": "xa", "number": "入管通第3号"}
_CORRECTION = CorrectNotice(notice=_NOTICE, revision=2, nature="addition", reason={"ja": "申告者が二名増えた。"})
_WITHDRAWAL = WithdrawNotice(**_CASE, ground={"ja": "申告が取り下げられた。"})
_OPENING = OpenInvestigation(**_CASE, reference="07-12/95", revision=2, opened_on=date(2026, 1, 9))
_MEASURE = TakeMeasure(
    **_CASE,
    reference="07-12/96",
    measure=InvestigationMeasure(
        number=1, kind="hearing", taken_on=date(2026, 1, 14), text={"ru": "Заслушан директор организации."}
    ),
)
_RESULT = ReturnResult(
    **_CASE,
    reference="07-12/97",
    result=Result(
        revision=2,
        findings={"ru": "Организация собирала залоги с пяти кандидатов."},
        consequence="revocation",
        registry_case="31-О",
    ),
)
_DECISION = RegistryDecision(
    country="xb",
    registration_number="01410199810177",
    consequence="revocation",
    effective_on=date(2026, 4, 1),
    decision_number="31-О",
    recorded_at=datetime(2026, 3, 16, 9, 0, 1, tzinfo=UTC),
)
_DECLINING = DeclineNotice(
    **_CASE,
    reference="07-12/98",
    legal_basis="Уголовно-процессуальный кодекс, статья 159",
    ground={"ru": "Дело передано в суд."},
)


def _shared(moment: datetime) -> dict[str, object]:
    return {"receipt_id": "1c9b8f52-0000-4000-8000-000000000001", "shared_at": moment, "recorded_at": moment}


_NOTIFIED = _shared(datetime(2026, 1, 6, 9, 0, tzinfo=UTC))
_WISHED: dict[str, object] = {
    "remind_at": datetime(2026, 3, 9, 18, 0, tzinfo=UTC),
    "overdue_at": datetime(2026, 3, 13, 18, 0, tzinfo=UTC),
}
_INVESTIGATED = _shared(datetime(2026, 1, 15, 9, 0, tzinfo=UTC))
_ENDED = _shared(datetime(2026, 3, 16, 9, 0, tzinfo=UTC))

EXAMPLES: tuple[Contract, ...] = (
    SubmitNotice(notice=_NOTICE),
    _CORRECTION,
    _WITHDRAWAL,
    _OPENING,
    _MEASURE,
    _RESULT,
    _DECLINING,
    NoticeSubmitted(notice=_NOTICE, superseded_by=2, **_WISHED, **_NOTIFIED),
    NoticeCorrected(**dict(_CORRECTION), superseded_by=3, **_WISHED, **_NOTIFIED),
    NoticeWithdrawn(**dict(_WITHDRAWAL), **_NOTIFIED),
    InvestigationOpened(**dict(_OPENING), **_INVESTIGATED),
    MeasureTaken(**dict(_MEASURE), **_INVESTIGATED),
    ResultReturned(**dict(_RESULT), late=True, **_ENDED),
    NoticeDeclined(**dict(_DECLINING), late=True, **_ENDED),
    NoticeReminded(**_CASE, result_wished_on=date(2026, 3, 13), recorded_at=datetime(2026, 3, 10, 0, 0, tzinfo=UTC)),
    NoticeOverdue(**_CASE, result_wished_on=date(2026, 3, 13), recorded_at=datetime(2026, 3, 14, 0, 0, tzinfo=UTC)),
    RecordRegistryDecision(decision=_DECISION),
    RegistryDecisionRecorded(**_CASE, decision=_DECISION, recorded_at=datetime(2026, 3, 16, 9, 0, 2, tzinfo=UTC)),
)
"""One of each command and event."""
