"""What operators and services may read of sending organizations."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel

from services.registry.reading import StateOf, nothing_recorded, state_or_problem
from services.registry.sending_organizations.model import Accreditation, SendingOrganizationRecord, Standing, Version
from shared.clock import Clock
from shared.contracts.sending_organization import stream_of
from shared.web import actor


class SendingOrganizationResource(BaseModel):
    """What the registry holds of an organization: how it stands on a day, and all of its accreditations."""

    country: str
    registration_number: str
    on: date
    standing: Standing
    version: Version | None
    """What is recorded for that day; None before the first accreditation."""
    accreditations: tuple[Accreditation, ...]


def router(state_of: StateOf[SendingOrganizationRecord], clock: Clock) -> APIRouter:
    """The routes."""
    api = APIRouter(prefix="/v1", tags=["registry"], dependencies=[Depends(actor("operator", "service"))])

    @api.get("/sending-organizations/{country}/{registration_number:path}")
    async def sending_organization(
        country: str,
        registration_number: str,
        on: Annotated[date | None, Query(description="The day asked about; without it today in UTC.")] = None,
        known_at: Annotated[AwareDatetime | None, Query(description="As the registry knew it then.")] = None,
    ) -> SendingOrganizationResource:
        """M7.1: whether the organization is accredited on a day, as known at a moment, with all its versions.

        Raises `not-found` for one of which nothing was recorded, `not-available` while the database is away.
        """
        record = await state_or_problem(state_of, stream_of(country, registration_number), SendingOrganizationRecord)
        if record is not None and known_at is not None:
            record = record.known_at(known_at)
        if record is None or not record.accreditations:
            raise nothing_recorded(registration_number, country)
        day = on or clock.now().date()
        accreditation = record.accreditation_on(day)
        return SendingOrganizationResource(
            country=country,
            registration_number=registration_number,
            on=day,
            standing=record.standing_on(day),
            version=accreditation.version_on(day) if accreditation is not None else None,
            accreditations=record.accreditations,
        )

    return api
