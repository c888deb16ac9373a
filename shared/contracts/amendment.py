"""Amendments of the agreement (M9): in force only when both sides have signed the same text, known by its digest."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

from pydantic import Field

from shared.contracts.base import Contract
from shared.contracts.case import CaseKind, Digest, InCase, Party, Sharing, Statement

KIND: Final = "amendment"


class _Proposal(InCase):
    title: dict[str, str]
    """By language tag."""
    text: dict[str, str] = Field(default_factory=dict)
    """What it changes and why, by language tag."""
    digest: Digest
    """Of the text that is to be signed."""
    effective_on: date | None = None
    """The day from which it holds; None for that of the second signature."""


class _Signature(InCase):
    digest: Digest
    """Of the text that was signed."""
    signed_on: date
    """By the calendar of the side that signed."""
    signatory: str
    """Who signed for it: an office, not a name."""


class _Withdrawal(InCase):
    ground: dict[str, str] = Field(default_factory=dict)
    """By language tag."""


class ProposeAmendment(_Proposal):
    """M9: a side proposes to amend or supplement the agreement."""


class SignAmendment(_Signature):
    """M9: a side consents in writing."""


class WithdrawAmendment(_Withdrawal):
    """M9: the side that proposed it takes it back before both have signed."""


class AmendmentProposed(_Proposal, Sharing):
    """An amendment is proposed."""


class AmendmentSigned(_Signature, Sharing):
    """A side has signed."""

    by: Party
    in_force_on: date | None = None
    """Set by the second signature: the first day on which the agreement is as amended."""


class AmendmentWithdrawn(_Withdrawal, Sharing):
    """It was taken back; the case is closed."""


CASES: Final = CaseKind(
    kind=KIND,
    commands_topic="registry.commands.v1",
    statements=(
        Statement(ProposeAmendment, AmendmentProposed, "opener"),
        Statement(SignAmendment, AmendmentSigned, "either"),
        Statement(WithdrawAmendment, AmendmentWithdrawn, "opener", ends=True),
    ),
)

# -- examples -----------------------------------------------------------------------------------------------------

_CASE = {"country": "xa", "number": "A-2026/1"}
_DIGEST = "sha-256:6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
_PROPOSAL = ProposeAmendment(
    **_CASE,
    title={"en": "Three fields are added", "ja": "三分野の追加"},
    text={"en": "The list of fields is the one that the Cabinet decided on 23 January 2026."},
    digest=_DIGEST,
    effective_on=date(2026, 4, 1),
)
_SIGNATURE = SignAmendment(**_CASE, digest=_DIGEST, signed_on=date(2026, 2, 27), signatory="Minister of Labour")
_WITHDRAWAL = WithdrawAmendment(**_CASE, ground={"en": "Another text is being drafted."})
_MOMENT = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
_SHARED = {"receipt_id": "1c9b8f52-0000-4000-8000-000000000001", "shared_at": _MOMENT, "recorded_at": _MOMENT}

EXAMPLES: tuple[Contract, ...] = (
    _PROPOSAL,
    _SIGNATURE,
    _WITHDRAWAL,
    AmendmentProposed(**dict(_PROPOSAL), **_SHARED),
    AmendmentSigned(**dict(_SIGNATURE), by="xa", in_force_on=date(2026, 4, 1), **_SHARED),
    AmendmentWithdrawn(**dict(_WITHDRAWAL), **_SHARED),
)
"""One of each command and event."""
