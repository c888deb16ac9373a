"""Consents (M3b): whoever holds the other side's information asks it before disclosing any of it to a third party.

The side that opens the case is the holder, the other one the originator. What the originator signs names record,
recipient, purpose and expiry itself, so that it can be checked at the moment of disclosure by that signature alone.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, Literal

from pydantic import AwareDatetime, Field

from shared.contracts.base import Contract
from shared.contracts.case import CaseKind, InCase, Sharing, Statement

KIND: Final = "consent"

Times = Literal["once", "many"]
"""How often what is consented to may be disclosed."""


class Disclosure(Contract):
    """What is disclosed, to whom, what for."""

    record: str
    """The stream id of what was received, or the receipt id of the message in which it came."""
    recipient: str
    """The third party, exactly as it is named in all that is said of this consent."""
    purpose: str
    """Likewise."""


class Consent(Disclosure):
    """What is consented to."""

    expires_at: AwareDatetime
    """The first moment at which it holds no more. In a request: as wished."""
    times: Times


class _Request(InCase, Consent):
    text: dict[str, str] = Field(default_factory=dict)
    """Why, by language tag."""


class _Reply(InCase):
    reference: str | None = None
    """The originator's own number for the case."""


class _Grant(_Reply, Consent):
    pass


class _Refusal(_Reply):
    ground: dict[str, str]
    """By language tag."""
    legal_basis: str | None = None
    """The provision, where it is the law that forbids it (M3a)."""


class _Withdrawal(_Reply):
    ground: dict[str, str] = Field(default_factory=dict)
    """By language tag."""


class _Disclosure(InCase, Disclosure):
    pass


# -- commands -----------------------------------------------------------------------------------------------------


class AskConsent(_Request):
    """M3b: a holder asks the originator."""


class GrantConsent(_Grant):
    """M3b: the originator consents, to no more than was asked."""


class RefuseConsent(_Refusal):
    """M3b, M3a: the originator does not consent."""


class WithdrawConsent(_Withdrawal):
    """M3b: the originator consents no longer."""


class DiscloseUnderConsent(_Disclosure):
    """M3b: the holder is about to disclose, and does so if this is not refused."""


# -- events -------------------------------------------------------------------------------------------------------


class ConsentAsked(_Request, Sharing):
    """Consent is asked for."""


class ConsentGranted(_Grant, Sharing):
    """There is a consent."""


class ConsentRefused(_Refusal, Sharing):
    """There is none; the case is closed."""


class ConsentWithdrawn(_Withdrawal, Sharing):
    """There is none any more; the case is closed."""


class DisclosedUnderConsent(_Disclosure, Sharing):
    """A disclosure that the consent covered."""


class ConsentExpired(InCase):
    """The consent has run out. For both sides."""

    expires_at: datetime
    recorded_at: datetime


CASES: Final = CaseKind(
    kind=KIND,
    commands_topic="inquiry.commands.v1",
    statements=(
        Statement(AskConsent, ConsentAsked, "opener", ends=True),
        Statement(GrantConsent, ConsentGranted, "other"),
        Statement(RefuseConsent, ConsentRefused, "other"),
        Statement(WithdrawConsent, ConsentWithdrawn, "other"),
        Statement(DiscloseUnderConsent, DisclosedUnderConsent, "opener", ends=True),
    ),
    by_the_clock=(ConsentExpired,),
    to_both_sides=(ConsentExpired,),
    classification="confidential",
)

# -- examples -----------------------------------------------------------------------------------------------------

_CASE = {"country": "xa", "number": "D-2026/2"}
_WHAT = {
    "record": "misconduct-report/xa-xb/xb-2026%2F17",
    "recipient": "Labour Standards Office, Gifu",
    "purpose": "Inspection of the accepting organization",
}
_REQUEST = AskConsent(
    **_CASE,
    **_WHAT,
    expires_at=datetime(2031, 5, 1, tzinfo=UTC),
    times="many",
    text={"en": "The office inspects on a report by another authority only if it may see it."},
)
_GRANT = GrantConsent(
    **_CASE, reference="02-7/8", **_WHAT, expires_at=datetime(2031, 4, 1, 9, 30, tzinfo=UTC), times="many"
)
_REFUSAL = RefuseConsent(
    **_CASE,
    reference="02-7/9",
    ground={"ru": "Идёт следствие."},
    legal_basis="Уголовно-процессуальный кодекс, статья 162",
)
_WITHDRAWAL = WithdrawConsent(**_CASE, reference="02-7/10", ground={"ru": "Заявитель просил."})
_DISCLOSURE = DiscloseUnderConsent(**_CASE, **_WHAT)
_MOMENT = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
_SHARED = {"receipt_id": "1c9b8f52-0000-4000-8000-000000000001", "shared_at": _MOMENT, "recorded_at": _MOMENT}

EXAMPLES: tuple[Contract, ...] = (
    _REQUEST,
    _GRANT,
    _REFUSAL,
    _WITHDRAWAL,
    _DISCLOSURE,
    ConsentAsked(**dict(_REQUEST), **_SHARED),
    ConsentGranted(**dict(_GRANT), **_SHARED),
    ConsentRefused(**dict(_REFUSAL), **_SHARED),
    ConsentWithdrawn(**dict(_WITHDRAWAL), **_SHARED),
    DisclosedUnderConsent(**dict(_DISCLOSURE), **_SHARED),
    ConsentExpired(**_CASE, expires_at=_GRANT.expires_at, recorded_at=_MOMENT),
)
"""One of each command and event."""
