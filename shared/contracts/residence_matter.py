"""Residence matters (M8.2): how a worker's residence is treated, and that of spouse and children where they may come.

Who the person is goes sealed from border to border; what is asked and answered names nobody.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final, Literal

from pydantic import Field

from shared.contracts.base import Contract
from shared.contracts.case import Attachment, CaseKind, InCase, Sharing, Statement
from shared.contracts.report import ProtectedPerson
from shared.contracts.sealed import Sealed
from shared.contracts.sending_organization import Identifier

KIND: Final = "residence-matter"

Concern = Literal["contract", "performance", "living-conditions", "dependants"]
"""M8.2: what is considered; `dependants` are spouse and children."""
ResidenceStatus = Literal["ssw-1", "ssw-2"]
"""The worker's, under the system for Specified Skilled Workers."""


class _Matter(InCase):
    concerning: Concern
    residence_status: ResidenceStatus
    title: dict[str, str]
    """By language tag; names nobody."""
    text: dict[str, str]
    """What is asked, by language tag; names nobody."""
    worker: Sealed | None = None
    """ProtectedPerson, for the other side's bridge alone to open. Absent where the matter is of no one person."""
    attachments: tuple[Attachment, ...] = ()


class _Reply(InCase):
    reference: str | None = None
    """The replying side's own number for the case."""


class _Answer(_Reply):
    text: dict[str, str]
    """By language tag; names nobody."""
    attachments: tuple[Attachment, ...] = ()


class _Refusal(_Reply):
    ground: dict[str, str]
    """By language tag; names nobody."""
    legal_basis: str
    """The provision that forbids an answer (M3a)."""


class _Closing(InCase):
    ground: dict[str, str] = Field(default_factory=dict)
    """By language tag; needed where nothing was answered. Names nobody."""


# -- commands -----------------------------------------------------------------------------------------------------


class RaiseResidenceMatter(_Matter):
    """M8.2: a side raises it."""


class AnswerResidenceMatter(_Answer):
    """M8.2: the other side says how it is treated."""


class DeclineResidenceMatter(_Refusal):
    """M8.2, M3a: its law forbids the other side to answer."""


class CloseResidenceMatter(_Closing):
    """M8.2: the side that raised it needs nothing more."""


# -- events -------------------------------------------------------------------------------------------------------


class ResidenceMatterRaised(_Matter, Sharing):
    """A residence matter is raised."""


class ResidenceMatterAnswered(_Answer, Sharing):
    """It is answered."""


class ResidenceMatterDeclined(_Refusal, Sharing):
    """It is not answered; the case is closed."""


class ResidenceMatterClosed(_Closing, Sharing):
    """Nothing more is needed; the case is closed."""


CASES: Final = CaseKind(
    kind=KIND,
    commands_topic="inquiry.commands.v1",
    statements=(
        Statement(RaiseResidenceMatter, ResidenceMatterRaised, "opener"),
        Statement(AnswerResidenceMatter, ResidenceMatterAnswered, "other"),
        Statement(DeclineResidenceMatter, ResidenceMatterDeclined, "other"),
        Statement(CloseResidenceMatter, ResidenceMatterClosed, "opener", ends=True),
    ),
    classification="confidential",
    sealed={"worker": ProtectedPerson},
)

# -- examples -----------------------------------------------------------------------------------------------------

WORKER: Final = ProtectedPerson(
    names={"ky": "Токтогулов Нурлан", "ja": "トクトグロフ　ヌルラン"},
    born_on=date(1996, 2, 29),
    identifiers=(Identifier(scheme="xc.residence-card", value="AB12345678CD"),),
    contact="+81 90 0000 0000",
)
_SEALED = "eyJhbGciOiJFQ0RILUVTK0EyNTZLVyJ9.a2V5.aXY.Y2lwaGVy.dGFn"
_SCAN = Attachment(
    title="Contract",
    digest="sha-256:6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    media_type="application/pdf",
    size=48_211,
)
_CASE = {"country": "xa", "number": "V-2026/5"}
_MATTER = RaiseResidenceMatter(
    **_CASE,
    concerning="dependants",
    residence_status="ssw-2",
    title={"en": "Residence of a spouse and a child"},
    text={"en": "Which documents of family relation are taken, and in which translation?"},
    worker=_SEALED,
    attachments=(_SCAN,),
)
_ANSWER = AnswerResidenceMatter(**_CASE, reference="11-5/2", text={"ru": "Перечень приложен."}, attachments=(_SCAN,))
_REFUSAL = DeclineResidenceMatter(
    **_CASE,
    reference="11-5/3",
    ground={"ru": "Согласия лица нет."},
    legal_basis="Закон о персональных данных, статья 9",
)
_CLOSING = CloseResidenceMatter(**_CASE, ground={"en": "It was settled between employer and worker."})
_MOMENT = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
_SHARED = {"receipt_id": "1c9b8f52-0000-4000-8000-000000000001", "shared_at": _MOMENT, "recorded_at": _MOMENT}

EXAMPLES: tuple[Contract, ...] = (
    _MATTER,
    _ANSWER,
    _REFUSAL,
    _CLOSING,
    ResidenceMatterRaised(**dict(_MATTER), **_SHARED),
    ResidenceMatterAnswered(**dict(_ANSWER), **_SHARED),
    ResidenceMatterDeclined(**dict(_REFUSAL), **_SHARED),
    ResidenceMatterClosed(**dict(_CLOSING), **_SHARED),
)
"""One of each command and event."""
