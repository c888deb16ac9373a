"""Support organizations: a country's register of those who support workers, edition by edition (M6.3b, M7.5).

A register is published in editions, each whole. What is shared is what changed: registered, amended, suspended,
resumed, removed. Each command carries the organization as its edition has it, whole, and the edition's date.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Literal

from shared.contracts.base import Contract

Standing = Literal["registered", "suspended"]


class Office(Contract):
    """Where an organization is, or does its work."""

    name: str | None = None
    postal_code: str | None = None
    address: str | None = None


class SpokenLanguage(Contract):
    """One language in which workers are supported."""

    name: str
    """As published."""
    tag: str | None = None
    """BCP 47, so that readers of any language find it; None where what is published names no one language."""


class SupportOrganization(Contract):
    """An organization, or a person, as its own country's register has it. Texts are as published, never normalised."""

    country: str
    """Of registration: ISO 3166-1 alpha-2, lower case."""
    registration_number: str
    """Opaque; with `country` it names the stream."""
    registered_on: date
    names: dict[str, str]
    """Legal name of the person or body by language tag (BCP 47). Not a key: several bear the same."""
    main_office: Office = Office()
    phones: tuple[str, ...] = ()
    representatives: tuple[str, ...] = ()
    offices: tuple[Office, ...] = ()
    """Where support is given, in the order published."""
    support_content: str | None = None
    planned_start_on: date | None = None
    languages: tuple[SpokenLanguage, ...] = ()
    languages_text: str | None = None
    """What the register says of languages, as one text."""
    remarks: str | None = None
    status: Standing = "registered"
    suspended_on: date | None = None
    """When it gave notice of suspending its work, where the register says."""


def stream_of(country: str, registration_number: str) -> str:
    """The registry's stream of a support organization."""
    return f"support-organization/{country}/{registration_number}"


def register_stream_of(country: str) -> str:
    """The registry's stream of a country's editions."""
    return f"support-organization-register/{country}"


# -- commands -----------------------------------------------------------------------------------------------------


class RegisterSupportOrganization(Contract):
    """M6.3b: the edition has this organization. Of one that is known, it is taken as what it changes, if anything."""

    organization: SupportOrganization
    edition_date: date


class AmendSupportOrganization(Contract):
    """M6.3b: the entry as the edition has it, whole, in place of the one before; its status is as it was."""

    organization: SupportOrganization
    edition_date: date


class SuspendSupportOrganization(Contract):
    """M6.3b: the organization has suspended its support; `organization.status` is `suspended`."""

    organization: SupportOrganization
    edition_date: date


class ResumeSupportOrganization(Contract):
    """M6.3b: a suspended organization supports workers again; `organization.status` is `registered`."""

    organization: SupportOrganization
    edition_date: date


class RemoveSupportOrganization(Contract):
    """M6.3b: the edition does not have the organization any more."""

    country: str
    registration_number: str
    edition_date: date
    place: int | None = None
    """Of the edition's message in its sender's ledger, where this follows from one; what was said later stands."""


class RecordSupportOrganizationEdition(Contract):
    """M6.3b: an edition has been shared whole. What the one before had and this one has not is removed."""

    country: str
    edition_date: date
    registration_numbers: tuple[str, ...]
    """Of all organizations in it, unreadable rows included where their number could be read."""
    complete: bool = True
    """False where a row's number could not be read: nothing that is missing may then be taken for removed."""
    digest: str | None = None
    """What the sender holds: shared.merkle's root over its organizations by entry id; see docs/memorandum.md, M6.3b."""


# -- events -------------------------------------------------------------------------------------------------------


class _Shared(Contract):
    organization: SupportOrganization
    edition_date: date
    agreement: str | None = None
    """Under which it was shared: each partner is told once."""
    place: int = 0
    """Of what was said in its sender's ledger: of two words of one edition's date the one further on is the later."""
    recorded_at: datetime
    """When the registry came to know it."""


class SupportOrganizationRegistered(_Shared):
    """The register has an organization that it did not have before. M7.5: it is published."""


class SupportOrganizationAmended(_Shared):
    """An entry has changed."""


class SupportOrganizationSuspended(_Shared):
    """An organization has suspended its support; its entry may have changed too."""


class SupportOrganizationResumed(_Shared):
    """A suspended organization supports workers again; its entry may have changed too."""


class SupportOrganizationRemoved(_Shared):
    """An organization is not in the register any more; `organization` is how it last was."""


class SupportOrganizationUnchanged(Contract):
    """A command told what was known already. For its sender alone; nobody else is told."""

    country: str
    registration_number: str
    edition_date: date
    place: int = 0


class SupportOrganizationEditionRecorded(Contract):
    """An edition is in the registry whole, but for removals on their way to `removed`."""

    country: str
    edition_date: date
    registration_numbers: tuple[str, ...]
    removed: tuple[str, ...]
    """What the edition before had and this one has not."""
    digest: str | None = None
    agreement: str | None = None
    place: int = 0
    """Of the edition's message in its sender's ledger: what was said later of an organization stands."""
    recorded_at: datetime


class SupportOrganizationEditionUnchanged(Contract):
    """An edition was recorded before. For its sender alone."""

    country: str
    edition_date: date


Change = (
    SupportOrganizationRegistered
    | SupportOrganizationAmended
    | SupportOrganizationSuspended
    | SupportOrganizationResumed
    | SupportOrganizationRemoved
)
"""What may happen to an organization in the register."""

COMMANDS: tuple[type[Contract], ...] = (
    RegisterSupportOrganization,
    AmendSupportOrganization,
    SuspendSupportOrganization,
    ResumeSupportOrganization,
    RemoveSupportOrganization,
)
"""To a support organization's stream."""
CHANGES: tuple[type[Contract], ...] = (
    SupportOrganizationRegistered,
    SupportOrganizationAmended,
    SupportOrganizationSuspended,
    SupportOrganizationResumed,
    SupportOrganizationRemoved,
)

# -- examples -----------------------------------------------------------------------------------------------------

_ORGANIZATION = SupportOrganization(
    country="xa",
    registration_number="19登-000001",
    registered_on=date(2019, 4, 26),
    names={"ja": "株式会社かけはし﨑支援", "en": "Kakehashizaki Support Co., Ltd."},
    main_office=Office(postal_code="100-8977", address="東京都千代田区霞が関１丁目１－１"),
    phones=("03-0000-0000", "0120-000-000"),
    representatives=("髙橋　一郎",),
    offices=(
        Office(name="本社", postal_code="100-8977", address="東京都千代田区霞が関１丁目１－１"),
        Office(name="大阪支店", postal_code="540-0008", address="大阪府大阪市中央区大手前４丁目１－６７"),
    ),
    support_content="出入国在留管理庁長官が定める支援の全部",
    planned_start_on=date(2019, 5, 7),
    languages=(SpokenLanguage(name="英語", tag="en"), SpokenLanguage(name="ロシア語", tag="ru")),
    languages_text="英語・ロシア語",
)
_SUSPENDED = _ORGANIZATION.model_copy(
    update={
        "remarks": "２０２６年５月７日支援業務休止の届出",
        "status": "suspended",
        "suspended_on": date(2026, 5, 7),
    }
)
_RECORDED = datetime(2026, 8, 3, 1, 30, tzinfo=UTC)
_EDITION = date(2026, 8, 3)

EXAMPLES: tuple[Contract, ...] = (
    RegisterSupportOrganization(organization=_ORGANIZATION, edition_date=_EDITION),
    AmendSupportOrganization(organization=_ORGANIZATION, edition_date=_EDITION),
    SuspendSupportOrganization(organization=_SUSPENDED, edition_date=_EDITION),
    ResumeSupportOrganization(organization=_ORGANIZATION, edition_date=_EDITION),
    RemoveSupportOrganization(country="xa", registration_number="19登-000001", edition_date=_EDITION),
    RecordSupportOrganizationEdition(
        country="xa",
        edition_date=_EDITION,
        registration_numbers=("19登-000001", "20登-003454"),
        digest="sha-256:6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    ),
    *(
        event(organization=content, edition_date=_EDITION, agreement="xa-xb", recorded_at=_RECORDED)
        for event, content in (
            (SupportOrganizationRegistered, _ORGANIZATION),
            (SupportOrganizationAmended, _ORGANIZATION),
            (SupportOrganizationSuspended, _SUSPENDED),
            (SupportOrganizationResumed, _ORGANIZATION),
            (SupportOrganizationRemoved, _ORGANIZATION),
        )
    ),
    SupportOrganizationUnchanged(country="xa", registration_number="19登-000001", edition_date=_EDITION),
    SupportOrganizationEditionRecorded(
        country="xa",
        edition_date=_EDITION,
        registration_numbers=("19登-000001", "20登-003454"),
        removed=("19登-000777",),
        digest="sha-256:6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        agreement="xa-xb",
        recorded_at=_RECORDED,
    ),
    SupportOrganizationEditionUnchanged(country="xa", edition_date=_EDITION),
)
"""One of each command and event."""
