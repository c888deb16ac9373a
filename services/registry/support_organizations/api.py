"""What operators and services may read of support organizations."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel

from services.registry.reading import StateOf, nothing_recorded, state_or_problem
from services.registry.support_organizations.model import (
    Standing,
    SupportOrganizationRecord,
    SupportOrganizationRegister,
    Version,
)
from shared.contracts.support_organization import register_stream_of, stream_of
from shared.web import actor


class SupportOrganizationResource(BaseModel):
    """What the registry holds of an organization: how it stands, or stood on a day, and all that editions said."""

    country: str
    registration_number: str
    on: date | None
    standing: Standing
    version: Version | None
    """What is recorded for that day; None before the first edition that had it."""
    versions: tuple[Version, ...]


class EditionResource(BaseModel):
    """The latest edition shared under an agreement."""

    agreement: str
    edition_date: date
    total: int
    digest: str | None
    recorded_at: datetime


class SupportOrganizationRegisterResource(BaseModel):
    """The latest edition of a country's register that each partner was told of."""

    country: str
    editions: tuple[EditionResource, ...]


def router(
    state_of: StateOf[SupportOrganizationRecord], register_of: StateOf[SupportOrganizationRegister]
) -> APIRouter:
    """The routes."""
    api = APIRouter(prefix="/v1", tags=["registry"], dependencies=[Depends(actor("operator", "service"))])

    @api.get("/support-organizations/{country}/{registration_number:path}")
    async def support_organization(
        country: str,
        registration_number: str,
        on: Annotated[date | None, Query(description="The day asked about; without it the latest edition.")] = None,
        known_at: Annotated[AwareDatetime | None, Query(description="As the registry knew it then.")] = None,
    ) -> SupportOrganizationResource:
        """M6.3b: how the organization stands in its country's register, with all its versions.

        Raises `not-found` for one of which nothing was recorded, `not-available` while the database is away.
        """
        record = await state_or_problem(state_of, stream_of(country, registration_number), SupportOrganizationRecord)
        if record is not None and known_at is not None:
            record = record.known_at(known_at)
        if record is None or record.latest is None:
            raise nothing_recorded(registration_number, country)
        version = record.latest if on is None else record.version_on(on)
        return SupportOrganizationResource(
            country=country,
            registration_number=registration_number,
            on=on,
            standing=version.standing if version is not None else "not-registered",
            version=version,
            versions=record.versions,
        )

    @api.get("/support-organization-registers/{country}")
    async def support_organization_register(country: str) -> SupportOrganizationRegisterResource:
        """M6.3b: the latest edition shared. Raises `not-found`, `not-available` as above."""
        register = await state_or_problem(register_of, register_stream_of(country), SupportOrganizationRegister)
        if register is None or not register.editions:
            raise nothing_recorded("support organizations", country)
        return SupportOrganizationRegisterResource(
            country=country,
            editions=tuple(
                EditionResource(
                    agreement=agreement,
                    edition_date=edition.edition_date,
                    total=len(edition.registration_numbers),
                    digest=edition.digest,
                    recorded_at=edition.recorded_at,
                )
                for agreement, edition in register.editions.items()
            ),
        )

    return api
