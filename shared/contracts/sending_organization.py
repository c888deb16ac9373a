"""Sending organizations: accredited, amended, renewed, suspended, resumed, revoked, reinstated by their own countries,
and what goes on inside those: applications screened by criterion, guidance given (M7.1, M7.2, M7.4, M6.1, M6.2).
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Literal

from pydantic import Field

from shared.contracts.base import Contract
from shared.contracts.sealed import Confidential


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


Purpose = Literal["accreditation", "renewal"]
GuidanceKind = Literal["written", "oral", "inspection", "training"]


class Application(Contract):
    """An organization asks its own country to accredit it, or to renew its accreditation."""

    organization: SendingOrganization
    destination: str
    """ISO 3166-1 alpha-2, lower case."""
    number: str
    """The number its country gives it."""
    purpose: Purpose
    applied_on: date


class CriterionResult(Contract):
    """What the screening found of one criterion."""

    criterion: str
    """Its id in the agreement file."""
    met: bool
    note: str | None = None


class Guidance(Contract):
    """What an authority has told an organization to do, or taught it."""

    number: str
    """The number its country gives it."""
    kind: GuidanceKind
    given_on: date
    text: dict[str, str]
    """By language tag."""


def stream_of(country: str, registration_number: str) -> str:
    """The registry's stream of a sending organization."""
    return f"sending-organization/{country}/{registration_number}"


class AccreditSendingOrganization(Contract):
    """M7.1, M7.2: the sending country has accredited this organization."""

    organization: SendingOrganization
    permit: Permit
    application_number: str | None = None
    """The application that was screened, where the country tells of them; then every criterion has to be met."""


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
    case: Confidential | None = None
    """The notice that it follows from (M7.3), by the id of its case within the agreement. For the two sides alone."""


class RenewSendingOrganization(Contract):
    """M7.1: the permit goes on past its last day; `valid_to` is the new one."""

    country: str
    registration_number: str
    decided_on: date
    """On the permit's last day at the latest, or the renewal is refused."""
    decision_number: str | None = None
    valid_to: date
    application_number: str | None = None
    """As of an accreditation."""


class SuspendSendingOrganization(Contract):
    """M7.4: the accreditation is suspended from `effective_on` on, until it is resumed."""

    country: str
    registration_number: str
    effective_on: date
    ground: dict[str, str]
    """Why, by language tag."""
    decision_number: str | None = None
    case: Confidential | None = None
    """As of a revocation."""


class ResumeSendingOrganization(Contract):
    """M7.4: the suspension ends; `effective_on` is the first day without it.

    That of the suspension's own first day calls it off.
    """

    country: str
    registration_number: str
    effective_on: date
    ground: dict[str, str] = Field(default_factory=dict)
    """Why, by language tag."""
    decision_number: str | None = None


class ReinstateSendingOrganization(Contract):
    """M7.4: the revocation does not stand, on appeal or otherwise; from `effective_on` on the organization is
    accredited again, as it stood before.
    """

    country: str
    registration_number: str
    effective_on: date
    """The day of the revocation at the earliest: then there was no day without the accreditation."""
    ground: dict[str, str]
    """Why, by language tag."""
    decision_number: str | None = None


class SubmitApplication(Contract):
    """M7.1: an organization has applied. Told inside its own country alone."""

    application: Application


class ScreenApplication(Contract):
    """M7.1: what the screening found, of some criteria or all; of one told again the last counts."""

    country: str
    registration_number: str
    application_number: str
    screened_on: date
    results: tuple[CriterionResult, ...]


class RefuseApplication(Contract):
    """M7.1: an organization that does not meet the standards is refused."""

    country: str
    registration_number: str
    application_number: str
    refused_on: date
    ground: dict[str, str]
    """Why, by language tag."""
    decision_number: str | None = None


class GiveGuidance(Contract):
    """M7.4: an accredited organization was guided to select and send properly."""

    country: str
    registration_number: str
    guidance: Guidance


class SendingOrganizationAccredited(Contract):
    """The registry has recorded an accreditation, in force from `permit.valid_from` on. M6.1: it is published."""

    organization: SendingOrganization
    permit: Permit
    application_number: str | None = None
    recorded_at: datetime
    """When the registry came to know it, so that "as known on" has an answer."""


class SendingOrganizationAmended(Contract):
    """The registry has recorded an amendment."""

    organization: SendingOrganization
    permit: Permit
    effective_on: date
    recorded_at: datetime


class SendingOrganizationRevoked(Contract):
    """The registry has recorded a revocation; M6.2 asks for its publication, without `case`."""

    country: str
    registration_number: str
    effective_on: date
    ground: dict[str, str]
    decision_number: str | None = None
    case: Confidential | None = None
    recorded_at: datetime


class SendingOrganizationRenewed(Contract):
    """The registry has recorded a renewal: from the day after the permit's last day on it is as `permit` says."""

    country: str
    registration_number: str
    decided_on: date
    decision_number: str | None = None
    valid_to: date
    application_number: str | None = None
    effective_on: date
    organization: SendingOrganization
    permit: Permit
    recorded_at: datetime


class SendingOrganizationSuspended(Contract):
    """The registry has recorded a suspension. The entry stays public, and shows as suspended, without `case`."""

    country: str
    registration_number: str
    effective_on: date
    ground: dict[str, str]
    decision_number: str | None = None
    case: Confidential | None = None
    recorded_at: datetime


class SendingOrganizationResumed(Contract):
    """The registry has recorded the end of a suspension."""

    country: str
    registration_number: str
    effective_on: date
    ground: dict[str, str] = Field(default_factory=dict)
    decision_number: str | None = None
    recorded_at: datetime


class SendingOrganizationReinstated(Contract):
    """The registry has recorded that a revocation does not stand: the entry as it is again from `effective_on` on."""

    country: str
    registration_number: str
    effective_on: date
    ground: dict[str, str]
    decision_number: str | None = None
    organization: SendingOrganization
    permit: Permit
    recorded_at: datetime


class ApplicationSubmitted(Contract):
    """The registry has recorded an application, and by what it is to be screened. Like all of what follows from it,
    it stays with the country whose organization it is.
    """

    application: Application
    criteria: tuple[str, ...]
    criteria_since: date
    """Which list of the agreement file that is."""
    recorded_at: datetime


class ApplicationScreened(Contract):
    """The registry has recorded what the screening found."""

    country: str
    registration_number: str
    application_number: str
    screened_on: date
    results: tuple[CriterionResult, ...]
    recorded_at: datetime


class ApplicationRefused(Contract):
    """The registry has recorded that an application was refused."""

    country: str
    registration_number: str
    application_number: str
    refused_on: date
    ground: dict[str, str]
    decision_number: str | None = None
    recorded_at: datetime


class GuidanceGiven(Contract):
    """The registry has recorded guidance. It stays with the country whose organization it is."""

    country: str
    registration_number: str
    guidance: Guidance
    recorded_at: datetime


COMMANDS: tuple[type[Contract], ...] = (
    AccreditSendingOrganization,
    AmendSendingOrganization,
    RenewSendingOrganization,
    SuspendSendingOrganization,
    ResumeSendingOrganization,
    RevokeSendingOrganization,
    ReinstateSendingOrganization,
    SubmitApplication,
    ScreenApplication,
    RefuseApplication,
    GiveGuidance,
)
CHANGES: tuple[type[Contract], ...] = (
    SendingOrganizationAccredited,
    SendingOrganizationAmended,
    SendingOrganizationRenewed,
    SendingOrganizationSuspended,
    SendingOrganizationResumed,
    SendingOrganizationRevoked,
    SendingOrganizationReinstated,
)
"""Events that change what both sides publish."""
INSIDE: tuple[type[Contract], ...] = (ApplicationSubmitted, ApplicationScreened, ApplicationRefused, GuidanceGiven)
"""Events that stay with the country whose organization it is."""
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
_NUMBERED = {"country": "xa", "registration_number": "01410199810177"}
_APPLICATION_NUMBER = "З-2025/311"
_APPLICATION = Application(
    organization=_ORGANIZATION,
    destination="xb",
    number=_APPLICATION_NUMBER,
    purpose="accreditation",
    applied_on=date(2025, 11, 24),
)
_SCREENING = ScreenApplication(
    **_NUMBERED,
    application_number=_APPLICATION_NUMBER,
    screened_on=date(2025, 12, 15),
    results=(
        CriterionResult(criterion="representative", met=True),
        CriterionResult(criterion="fees", met=False, note="Расчёт платы не представлен."),
    ),
)
_REFUSAL = RefuseApplication(
    **_NUMBERED,
    application_number=_APPLICATION_NUMBER,
    refused_on=date(2025, 12, 22),
    ground={"ky": "Төлөмдүн эсеби көрсөтүлгөн эмес", "ru": "Расчёт платы не представлен"},
    decision_number="117-О",
)
_RENEWAL = RenewSendingOrganization(
    **_NUMBERED,
    decided_on=date(2028, 11, 20),
    decision_number="140-О",
    valid_to=date(2031, 12, 31),
    application_number="З-2028/97",
)
_SUSPENSION = SuspendSendingOrganization(
    **_NUMBERED,
    effective_on=date(2026, 3, 2),
    ground={"ky": "Текшерүү жүрүп жатат", "ru": "Идёт проверка"},
    decision_number="22-О",
)
_RESUMPTION = ResumeSendingOrganization(
    **_NUMBERED,
    effective_on=date(2026, 3, 16),
    ground={"ky": "Текшерүү аяктады", "ru": "Проверка завершена"},
    decision_number="27-О",
)
_REINSTATEMENT = ReinstateSendingOrganization(
    **_NUMBERED,
    effective_on=date(2026, 5, 4),
    ground={"ky": "Соттун чечими", "ru": "Решение суда"},
    decision_number="44-О",
)
_GUIDANCE = GiveGuidance(
    **_NUMBERED,
    guidance=Guidance(
        number="Р-15",
        kind="written",
        given_on=date(2026, 2, 10),
        text={"ru": "Показывать расчёт платы до заключения договора."},
    ),
)
_REVOCATION = RevokeSendingOrganization(
    country="xa",
    registration_number="01410199810177",
    effective_on=date(2026, 4, 1),
    ground={"ky": "Мыйзамсыз төлөм алган", "ru": "Взимание незаконных платежей"},
    decision_number="31-О",
    case="xb-入管通第3号",
)
_RECORDED_AT = datetime(2026, 1, 6, 9, 0, 1, tzinfo=UTC)

EXAMPLES: tuple[Contract, ...] = (
    AccreditSendingOrganization(**_WHOLE, application_number=_APPLICATION_NUMBER),
    AmendSendingOrganization(**_WHOLE, effective_on=date(2026, 2, 1)),
    _REVOCATION,
    _RENEWAL,
    _SUSPENSION,
    _RESUMPTION,
    _REINSTATEMENT,
    SubmitApplication(application=_APPLICATION),
    _SCREENING,
    _REFUSAL,
    _GUIDANCE,
    SendingOrganizationAccredited(**_WHOLE, application_number=_APPLICATION_NUMBER, recorded_at=_RECORDED_AT),
    SendingOrganizationAmended(**_WHOLE, effective_on=date(2026, 2, 1), recorded_at=_RECORDED_AT),
    SendingOrganizationRevoked(**dict(_REVOCATION), recorded_at=_RECORDED_AT),
    SendingOrganizationRenewed(
        **dict(_RENEWAL),
        effective_on=date(2029, 1, 1),
        organization=_ORGANIZATION,
        permit=_PERMIT.model_copy(update={"valid_to": date(2031, 12, 31)}),
        recorded_at=_RECORDED_AT,
    ),
    SendingOrganizationSuspended(**dict(_SUSPENSION), recorded_at=_RECORDED_AT),
    SendingOrganizationResumed(**dict(_RESUMPTION), recorded_at=_RECORDED_AT),
    SendingOrganizationReinstated(**dict(_REINSTATEMENT), **_WHOLE, recorded_at=_RECORDED_AT),
    ApplicationSubmitted(
        application=_APPLICATION,
        criteria=("representative", "fees"),
        criteria_since=date(2025, 6, 1),
        recorded_at=_RECORDED_AT,
    ),
    ApplicationScreened(**dict(_SCREENING), recorded_at=_RECORDED_AT),
    ApplicationRefused(**dict(_REFUSAL), recorded_at=_RECORDED_AT),
    GuidanceGiven(**dict(_GUIDANCE), recorded_at=_RECORDED_AT),
)
"""One of each command and event."""
