"""Sending organizations: what a sending country accredits, amends and revokes (M7.1, M7.2, M7.4, M6.1, M6.2)."""

from __future__ import annotations

from datetime import UTC, date, datetime

from pydantic import Field

from shared.contracts.base import Contract


class Identifier(Contract):
    """A number given by an authority. `scheme` names it, e.g. `aa.tin`; `value` is text, leading zeros kept."""

    scheme: str
    value: str


class Permit(Contract):
    """The permit the accreditation rests on, for one country of destination. Both bounds are inclusive."""

    number: str
    destination: str
    """ISO 3166-1 alpha-2, lower case."""
    decided_on: date | None = None
    decision_number: str | None = None
    valid_from: date
    valid_to: date | None = None


class SendingOrganization(Contract):
    """An organization that sends workers, as its own country registers it."""

    country: str
    """Of registration: ISO 3166-1 alpha-2, lower case."""
    registration_number: str
    """The number its country knows it by; with `country` it names the stream."""
    identifiers: tuple[Identifier, ...] = ()
    names: dict[str, str]
    """Full names by language tag (BCP 47), as received: `ky`, `ru`, `ky-Latn`. Never derived."""
    short_names: dict[str, str] = Field(default_factory=dict)
    legal_form: str | None = None
    address: str | None = None
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    representative: str | None = None


def stream_of(country: str, registration_number: str) -> str:
    """The registry's stream of a sending organization."""
    return f"sending-organization/{country}/{registration_number}"


class AccreditSendingOrganization(Contract):
    """M7.1, M7.2: the sending country has accredited this organization."""

    organization: SendingOrganization
    permit: Permit


class AmendSendingOrganization(Contract):
    """M7.2: the entry as it is from `effective_on` on, whole, in place of the one before."""

    organization: SendingOrganization
    permit: Permit
    effective_on: date


class RevokeSendingOrganization(Contract):
    """M7.4: the accreditation ends on `effective_on`, which is the first day without it."""

    country: str
    registration_number: str
    effective_on: date
    ground: dict[str, str]
    """Why, by language tag."""
    decision_number: str | None = None


class SendingOrganizationAccredited(Contract):
    """The registry has recorded an accreditation, in force from `permit.valid_from` on. M6.1: it is published."""

    organization: SendingOrganization
    permit: Permit
    recorded_at: datetime
    """When the registry came to know it, so that "as known on" has an answer."""


class SendingOrganizationAmended(Contract):
    """The registry has recorded an amendment."""

    organization: SendingOrganization
    permit: Permit
    effective_on: date
    recorded_at: datetime


class SendingOrganizationRevoked(Contract):
    """The registry has recorded a revocation; M6.2 asks for its publication."""

    country: str
    registration_number: str
    effective_on: date
    ground: dict[str, str]
    decision_number: str | None = None
    recorded_at: datetime


# -- examples -----------------------------------------------------------------------------------------------------

_ORGANIZATION = SendingOrganization(
    country="xa",
    registration_number="01410199810177",
    identifiers=(Identifier(scheme="xa.tin", value="01410199810177"),),
    names={"ky": "«Жол Ачык» ЖЧК", "ru": "ОсОО «Жол Ачык»", "ky-Latn": "Jol Achyk LLC"},
    short_names={"ru": "Жол Ачык"},
    legal_form="LLC",
    address="г. Бишкек, ул. Токтогула 125",
    phones=("+996 312 000111",),
    representative="Асанов Үсөн Бакыт уулу",
)
_PERMIT = Permit(
    number="0147",
    destination="xb",
    decided_on=date(2025, 12, 22),
    decision_number="118-О",
    valid_from=date(2026, 1, 1),
    valid_to=date(2028, 12, 31),
)
_WHOLE = {"organization": _ORGANIZATION, "permit": _PERMIT}
_REVOCATION = RevokeSendingOrganization(
    country="xa",
    registration_number="01410199810177",
    effective_on=date(2026, 4, 1),
    ground={"ky": "Мыйзамсыз төлөм алган", "ru": "Взимание незаконных платежей"},
    decision_number="31-О",
)
_RECORDED_AT = datetime(2026, 1, 6, 9, 0, 1, tzinfo=UTC)

EXAMPLES: tuple[Contract, ...] = (
    AccreditSendingOrganization(**_WHOLE),
    AmendSendingOrganization(**_WHOLE, effective_on=date(2026, 2, 1)),
    _REVOCATION,
    SendingOrganizationAccredited(**_WHOLE, recorded_at=_RECORDED_AT),
    SendingOrganizationAmended(**_WHOLE, effective_on=date(2026, 2, 1), recorded_at=_RECORDED_AT),
    SendingOrganizationRevoked(**dict(_REVOCATION), recorded_at=_RECORDED_AT),
)
"""One of each command and event."""
