"""Changes of a side's contact point (M2): told by that side, acknowledged by the other."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

from pydantic import Field

from shared.contracts.base import Contract
from shared.contracts.case import CaseKind, Digest, InCase, Sharing, Statement

KIND: Final = "contact-point-change"


class _Change(InCase):
    names: dict[str, str]
    """Of the contact point from then on, by language tag."""
    effective_on: date
    """The first day on which it is the contact point, by the calendar of the side whose it is."""
    key_set: Digest | None = None
    """Of the file with its public keys, where they change with it."""
    note: dict[str, str] = Field(default_factory=dict)
    """How it is reached, and what else there is to say, by language tag."""


class _Acknowledgement(InCase):
    reference: str | None = None
    """The acknowledging side's own number for the case."""
    note: dict[str, str] = Field(default_factory=dict)


class ChangeContactPoint(_Change):
    """M2: a side is reached elsewhere."""


class AcknowledgeContactPoint(_Acknowledgement):
    """M2: the other side has taken note of it."""


class ContactPointChanged(_Change, Sharing):
    """A side's contact point changes."""


class ContactPointAcknowledged(_Acknowledgement, Sharing):
    """The other side has taken note; the case is closed."""


CASES: Final = CaseKind(
    kind=KIND,
    commands_topic="registry.commands.v1",
    statements=(
        Statement(ChangeContactPoint, ContactPointChanged, "opener"),
        Statement(AcknowledgeContactPoint, ContactPointAcknowledged, "other"),
    ),
)

# -- examples -----------------------------------------------------------------------------------------------------

_CASE = {"country": "xa", "number": "CP-2026/1"}
_CHANGE = ChangeContactPoint(
    **_CASE,
    names={"en": "Residence Management Division, Third Section", "ja": "在留管理課第三係"},
    effective_on=date(2026, 4, 1),
    key_set="sha-256:6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    note={"en": "The keys are with the embassy."},
)
_ACKNOWLEDGEMENT = AcknowledgeContactPoint(**_CASE, reference="07-12/61", note={"ru": "Принято к сведению."})
_MOMENT = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
_SHARED = {"receipt_id": "1c9b8f52-0000-4000-8000-000000000001", "shared_at": _MOMENT, "recorded_at": _MOMENT}

EXAMPLES: tuple[Contract, ...] = (
    _CHANGE,
    _ACKNOWLEDGEMENT,
    ContactPointChanged(**dict(_CHANGE), **_SHARED),
    ContactPointAcknowledged(**dict(_ACKNOWLEDGEMENT), **_SHARED),
)
"""One of each command and event."""
