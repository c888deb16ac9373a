"""The public API in words: what its answers hold, an example of each, its OpenAPI description."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, Field

from shared.contracts.field_acceptance import FieldAcceptance
from shared.contracts.improvement_order import ImprovementOrder, Lifting
from shared.contracts.publication import EntryStatus, EntryVersion
from shared.contracts.support_organization import SupportOrganization
from shared.errors import Problem
from shared.merkle import digest_of

PATH = "/api/v1/registers"


class RegisterItem(BaseModel):
    """An entry as it stands on the day asked about."""

    id: str
    originator: str
    registration_number: str
    status: EntryStatus = Field(
        description="`upcoming` is what begins on a later day. An improvement order is `expired` when it was complied"
        " with and `revoked` when it was withdrawn. A field is `suspended` while no worker is newly accepted in it,"
        " `upcoming` until a suspension that is announced begins, and else `active`."
    )
    names: dict[str, str] = Field(description="Full names by language tag (BCP 47), as received.")
    short_names: dict[str, str]
    identifiers: dict[str, str] = Field(description="Numbers given by authorities, by scheme.")
    permit_number: str | None
    valid_from: date = Field(description="The first day: of an accreditation, a registration, an order, a suspension.")
    valid_to: date | None = Field(description="The last day.")
    suspended_on: date | None = Field(description="Of an accreditation that is suspended: since when.")
    revoked_on: date | None = Field(description="The first day without the accreditation.")
    ground: dict[str, str] = Field(
        description="Why it was revoked, reinstated, lifted, suspended, resumed or withdrawn, by language tag."
    )
    support_organization: SupportOrganization | None = Field(description="Of the register of that name, whole.")
    improvement_order: ImprovementOrder | None = Field(description="Of the register of that name, whole.")
    lifting: Lifting | None = Field(description="How an improvement order ended.")
    field_acceptance: FieldAcceptance | None = Field(description="Of the register of that name, whole.")
    revision: int = Field(description="Counts the published changes of the entry, from 1.")
    recorded_at: datetime = Field(description="When the latest of them was recorded, of those known.")
    digest: str | None = Field(
        description="SHA-256 of the canonical form (RFC 8785) of what both sides hold alike of the entry: of a sending"
        " organization the entry in the complete register, of the others what was shared last. Null once removed."
    )
    url: str = Field(description="The entry's page.")
    history_url: str = Field(description="The entry with all its versions.")


class AsOfDay(BaseModel):
    """Which day an answer is about."""

    on: date = Field(description="The day on which entries stand as told: the one asked about, else today.")
    known: datetime | None = Field(description="The moment until which what was recorded is told; null: until now.")


class RegisterPage(AsOfDay):
    """Consecutive entries of a search, in the order of their ids."""

    items: list[RegisterItem]
    total: int = Field(description="How many entries the search finds.")
    next_cursor: str | None = Field(description="To be sent as `cursor` for the entries that follow; null at the end.")
    edition: datetime | None = Field(description="When the register's latest change was recorded; null while empty.")
    digest: str = Field(
        description="Of the complete register, whatever was searched for: the root of the Merkle tree of its entries."
    )


class EntryResource(AsOfDay, RegisterItem):
    """An entry with its history."""

    versions: list[EntryVersion] = Field(
        description="Oldest first. On a day, the version recorded last among those in effect holds; of a sending"
        " organization those that suspend or resume it stand apart, and the last of them says whether it is suspended."
    )


_ITEM: dict[str, Any] = {
    "id": "xb-00123",
    "originator": "xb",
    "registration_number": "00123",
    "status": "active",
    "names": {"en": "Mountain Road Employment Agency LLC"},
    "short_names": {"en": "Mountain Road"},
    "identifiers": {"xb.tax": "00123"},
    "permit_number": "17/2026",
    "valid_from": "2026-02-01",
    "valid_to": "2027-01-31",
    "suspended_on": None,
    "revoked_on": None,
    "ground": {},
    "support_organization": None,
    "improvement_order": None,
    "lifting": None,
    "field_acceptance": None,
    "revision": 1,
    "recorded_at": "2026-01-15T09:00:00.000000Z",
    "digest": digest_of(b"an entry"),
    "url": "https://registers.example/xa/sending-organizations/xb-00123",
    "history_url": f"https://registers.example{PATH}/sending-organizations/xb-00123?country=xa",
}
_DAY = {"on": "2026-03-15", "known": None}
_PAGE = {
    "items": [_ITEM],
    "total": 240,
    "next_cursor": "WyJhZnRlciIsInhiLTAwMTIzIl0",
    "edition": "2026-01-15T09:00:00.000000Z",
    "digest": digest_of(b"a register"),
    **_DAY,
}
_ENTRY = _ITEM | {
    "versions": [
        {
            "change": "accredited",
            "effective_on": "2026-02-01",
            "registration_number": "00123",
            "names": {"en": "Mountain Road Employment Agency LLC"},
            "short_names": {"en": "Mountain Road"},
            "identifiers": {"xb.tax": "00123"},
            "legal_form": None,
            "address": "12 Station Road",
            "phones": [],
            "emails": [],
            "representative": None,
            "permit_number": "17/2026",
            "destination": "xa",
            "valid_from": "2026-02-01",
            "valid_to": "2027-01-31",
            "suspended_on": None,
            "revoked_on": None,
            "ground": {},
            "support_organization": None,
            "improvement_order": None,
            "lifting": None,
            "field_acceptance": None,
            "recorded_at": "2026-01-15T09:00:00.000000Z",
        }
    ],
    **_DAY,
}
_FEED = """\
<?xml version='1.0' encoding='utf-8'?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
  <id>https://example.org/xa/sending-organizations/</id>
  <title>Accredited sending organizations – XA</title>
  <updated>2026-01-15T09:00:00.000000Z</updated>
  <author><name>Ministry of Justice</name></author>
  <link rel="alternate" type="text/html" href="https://example.org/xa/sending-organizations/" />
  <entry>
    <id>https://example.org/xa/sending-organizations/xb-00123#1</id>
    <title>Mountain Road Employment Agency LLC: Accredited</title>
    <updated>2026-01-15T09:00:00.000000Z</updated>
    <link rel="alternate" type="text/html" href="https://example.org/xa/sending-organizations/xb-00123" />
    <summary>1 February 2026</summary>
  </entry>
</feed>
"""
_EXAMPLES: dict[str, dict[str, Any]] = {
    f"{PATH}/{{register}}": {
        "application/json": _PAGE,
        "text/csv": "id,originator,registration_number,…\r\nxb-00123,xb,00123,…\r\n",
    },
    f"{PATH}/{{register}}.atom": {"application/atom+xml": _FEED},
    f"{PATH}/{{register}}.digest": {
        "application/json": {
            "digest": digest_of(b"a register"),
            "entries": 1,
            "subtrees": [
                {"digest": digest_of(b"a register"), "subtrees": {}, "entries": {"xb-00123": _ITEM["digest"]}}
            ],
        }
    },
    f"{PATH}/{{register}}/{{entry_id}}": {"application/json": _ENTRY},
}
_ETAG: dict[str, Any] = {
    "ETag": {"description": "Strong; send it as `If-None-Match` to be told 304.", "schema": {"type": "string"}}
}
_PROBLEM: dict[str, Any] = {"content": {"application/problem+json": {"schema": Problem.model_json_schema()}}}


def responses(*media_types: str) -> dict[int | str, dict[str, Any]]:
    """What an operation answers, for its OpenAPI description."""
    return {
        200: {"content": {media_type: {} for media_type in media_types}, "headers": _ETAG},
        304: {"description": "Unchanged since the ETag sent."},
        400: {"description": "A parameter is wrong.", **_PROBLEM},
        404: {"description": "There is no such entry.", **_PROBLEM},
    }


def describe(api: APIRouter) -> dict[str, Any]:
    """The OpenAPI description of the public API alone."""
    description = get_openapi(
        title="Public registers",
        version="1",
        description="What countries have promised each other to publish. Free to read, without registration.",
        routes=api.routes,
    )
    # A wrong parameter is answered with 400 and a problem, not as the framework would.
    for operation in (operation for path in description["paths"].values() for operation in path.values()):
        operation["responses"].pop("422", None)
    # Put in here because the framework leaves out of examples what is null.
    for path, examples in _EXAMPLES.items():
        for media_type, example in examples.items():
            description["paths"][path]["get"]["responses"]["200"]["content"][media_type]["example"] = example
    return description
