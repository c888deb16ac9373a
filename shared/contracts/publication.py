"""Publication: what each country has promised to publish, and the confirmation back (M6.1, M6.2, M7.2, M7.5, M8.1)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Literal

from pydantic import Field

from shared.contracts.base import Contract
from shared.contracts.field_acceptance import FieldAcceptance
from shared.contracts.improvement_order import ImprovementOrder, Lifting
from shared.contracts.support_organization import SupportOrganization

EntryStatus = Literal["active", "upcoming", "suspended", "revoked", "removed", "expired"]
Change = Literal[
    "accredited",
    "amended",
    "renewed",
    "revoked",
    "reinstated",
    "registered",
    "suspended",
    "resumed",
    "removed",
    "issued",
    "lifted",
    "withdrawn",
]
RegisterName = Literal["sending-organizations", "support-organizations", "improvement-orders", "field-acceptance"]

REGISTER_TOPIC = "publication.register.v1"
"""Compacted: the key is publication's stream of the entry, the value a RegisterEntry; a tombstone takes it away."""


class EntryVersion(Contract):
    """What the public may read of an entry from one change on.

    Names, number, identifiers and period are of every register; what else a sending organization has follows them, of
    the other registers what was shared stands in a field of its own, whole. Of several versions the one recorded last
    among those in effect on a day is what holds on that day; of a sending organization those that suspend or resume it
    stand apart, and leave what it is as the others say.
    """

    change: Change
    effective_on: date
    """The first day on which this version holds."""
    registration_number: str
    names: dict[str, str]
    """By language tag (BCP 47), as received."""
    short_names: dict[str, str] = Field(default_factory=dict)
    identifiers: dict[str, str] = Field(default_factory=dict)
    """Identifier scheme → value."""
    legal_form: str | None = None
    address: str | None = None
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    representative: str | None = None
    permit_number: str | None = None
    destination: str | None = None
    valid_from: date
    valid_to: date | None = None
    """The last day of the accreditation; None where it has no end."""
    suspended_on: date | None = None
    """Of an accreditation that is suspended: since when."""
    revoked_on: date | None = None
    """The first day without the accreditation."""
    ground: dict[str, str] = Field(default_factory=dict)
    """Why it was revoked, reinstated, lifted, suspended, resumed or withdrawn, by language tag."""
    support_organization: SupportOrganization | None = None
    improvement_order: ImprovementOrder | None = None
    lifting: Lifting | None = None
    """Of an improvement order that holds no longer."""
    field_acceptance: FieldAcceptance | None = None
    recorded_at: datetime
    """When the registry recorded the change."""

    def says_the_same_as(self, other: EntryVersion) -> bool:
        """Whether it says what the other says, whenever each was recorded."""
        return self == other.model_copy(update={"recorded_at": self.recorded_at})


class PublishRegisterEntry(Contract):
    """One country's page is to show this version of an entry. Stream: the entry on that country's page."""

    publisher: str
    """The country whose page it is."""
    register_name: RegisterName
    entry: str
    """`<originator>-<registration number>`: the entry's id within its register."""
    change: Change
    version: EntryVersion | None = None
    """The whole version; None where what was published is kept and marked: as revoked, suspended, resumed."""
    effective_on: date
    ground: dict[str, str] = Field(default_factory=dict)
    recorded_at: datetime


class ReadBack(Contract):
    """What the worker has to see at the public address before a revision counts as published."""

    publisher: str
    register_name: RegisterName
    entry: str
    revision: int


class ConfirmPublication(Contract):
    """The entry was read back from the public address in this revision or a later one."""

    intent_id: str
    attempt: int
    revision: int
    published_at: datetime
    url: str


class RegisterEntry(Contract):
    """The public record of an entry: the value in the compacted topic and the source of every page."""

    id: str
    publisher: str
    register_name: RegisterName
    originator: str
    revision: int
    """Counts the changes published, from 1."""
    versions: tuple[EntryVersion, ...]
    """Oldest first."""


class RegisterEntryRevised(Contract):
    """An entry has one more version, on its way to the public address and not yet seen there."""

    publisher: str
    register_name: RegisterName
    entry: str
    originator: str
    revision: int
    version: EntryVersion


class RegisterEntryPublished(Contract):
    """An entry's revision is public: where and since when. Addressed to the originator as its confirmation."""

    publisher: str
    register_name: RegisterName
    entry: str
    revision: int
    change: Change
    published_at: datetime
    url: str


def stream_of(publisher: str, register_name: str, entry: str) -> str:
    """Publication's stream of an entry on one country's page."""
    return f"register-entry/{publisher}/{register_name}/{entry}"


def entry_of(originator: str, registration_number: str) -> str:
    """The id of an entry within its register."""
    return f"{originator}-{registration_number}"


def content_of(shared: Contract) -> dict[str, Any]:
    """What is shared as a JSON value by which two sides compare: fields at their defaults left out.

    So that a field added to a contract later changes the digest of no entry that does not use it.
    """
    return shared.model_dump(mode="json", exclude_defaults=True)


def compared(entry: RegisterEntry) -> dict[str, Any] | None:
    """What both sides must hold alike of an entry (G8); None where it is in the register no longer.

    Of a support organization what its country's latest edition says of it, of an improvement order and of a
    suspension by field how it was told last: what their own side has too, without our history of it. Of a sending
    organization, which both sides publish, every version.
    """
    latest = entry.versions[-1]
    if latest.support_organization is not None:
        return None if latest.change == "removed" else content_of(latest.support_organization)
    if latest.improvement_order is not None:
        lifting = {"lifting": content_of(latest.lifting)} if latest.lifting is not None else {}
        return {"order": content_of(latest.improvement_order), **lifting}
    if latest.field_acceptance is not None:
        return content_of(latest.field_acceptance)
    return entry.model_dump(mode="json", exclude={"publisher"}, exclude_defaults=True)


# -- examples -----------------------------------------------------------------------------------------------------

_RECORDED_AT = datetime(2026, 1, 6, 9, 0, 1, tzinfo=UTC)
_PUBLISHED = {"url": "https://register.example/xb/sending-organizations/xa-01410199810177"}
_VERSION = EntryVersion(
    change="accredited",
    effective_on=date(2026, 1, 1),
    registration_number="01410199810177",
    names={"ky": "«Жол Ачык» ЖЧК", "ru": "ОсОО «Жол Ачык»"},
    identifiers={"xa.tin": "01410199810177"},
    permit_number="0147",
    destination="xb",
    valid_from=date(2026, 1, 1),
    valid_to=date(2028, 12, 31),
    recorded_at=_RECORDED_AT,
)
_PLACE = {"publisher": "xb", "register_name": "sending-organizations"}
_ENTRY = {**_PLACE, "entry": "xa-01410199810177"}

EXAMPLES: tuple[Contract, ...] = (
    PublishRegisterEntry(
        **_ENTRY, change="accredited", version=_VERSION, effective_on=date(2026, 1, 1), recorded_at=_RECORDED_AT
    ),
    ConfirmPublication(
        intent_id="read-back/1",
        attempt=1,
        revision=1,
        published_at=datetime(2026, 1, 6, 9, 0, 3, tzinfo=UTC),
        **_PUBLISHED,
    ),
    RegisterEntry(id="xa-01410199810177", **_PLACE, originator="xa", revision=1, versions=(_VERSION,)),
    RegisterEntryRevised(**_ENTRY, originator="xa", revision=1, version=_VERSION),
    RegisterEntryPublished(
        **_ENTRY, revision=1, change="accredited", published_at=datetime(2026, 1, 6, 9, 0, 3, tzinfo=UTC), **_PUBLISHED
    ),
)
"""One of each command and event, and of the record in the compacted topic."""
