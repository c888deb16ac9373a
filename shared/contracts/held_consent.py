"""What the bridge of a holder keeps of a consent that was given to it (M3b), to ask it at the moment of disclosure.

It stands in the stream of the consent's deliveries: what the national system was told, its bridge knows.
"""

from __future__ import annotations

from datetime import UTC, datetime

from shared.contracts.base import Contract
from shared.contracts.consent import ConsentGranted


class RecordConsentUse(Contract):
    """M3b: a disclosure under it was recorded by the owner of consents."""


class ConsentRecorded(Contract):
    """M3b: the consent is there to be asked."""

    grant: ConsentGranted
    signature: str
    """The originator's, by which its bridge took the consent in; compact JWS."""
    recorded_at: datetime


class ConsentWithdrawalRecorded(Contract):
    """M3b: it covers nothing from then on; the first withdrawal counts."""

    withdrawn_at: datetime
    recorded_at: datetime


class ConsentUseRecorded(Contract):
    """M3b: one that was for once covers nothing any more."""

    recorded_at: datetime


# -- examples -----------------------------------------------------------------------------------------------------

_MOMENT = datetime(2026, 2, 3, 9, 0, tzinfo=UTC)
_GRANT = ConsentGranted(
    country="xa",
    number="S-2026/2",
    record="misconduct-report/xa-xb/xb-2026/0042",
    recipient="Labour Inspectorate",
    purpose="Inspection of the accepting organization",
    expires_at=datetime(2031, 5, 1, tzinfo=UTC),
    times="once",
    receipt_id="1c9b8f52-0000-4000-8000-000000000001",
    shared_at=_MOMENT,
    recorded_at=_MOMENT,
)

EXAMPLES: tuple[Contract, ...] = (
    RecordConsentUse(),
    ConsentRecorded(grant=_GRANT, signature="eyJhbGciOiJFZDI1NTE5In0.e30.AA", recorded_at=_MOMENT),
    ConsentWithdrawalRecorded(withdrawn_at=_MOMENT, recorded_at=_MOMENT),
    ConsentUseRecorded(recorded_at=_MOMENT),
)
"""One of each command and event."""
