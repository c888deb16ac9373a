"""What operators and services may read of acceptance by field."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel

from services.registry.field_acceptance.model import FieldAcceptanceRecord, Standing, Version
from services.registry.reading import StateOf, nothing_recorded, state_or_problem
from shared.contracts.field_acceptance import stream_of
from shared.web import actor


class FieldAcceptanceResource(BaseModel):
    """What the registry holds of a field: how acceptance stands, or stood on a day, and all that was told of it."""

    country: str
    field: str
    on: date | None
    standing: Standing
    """On that day; without one by what was recorded last, whether or not its day has come."""
    version: Version | None
    """What is recorded for that day; None before the first."""
    versions: tuple[Version, ...]


def router(state_of: StateOf[FieldAcceptanceRecord]) -> APIRouter:
    """The routes."""
    api = APIRouter(prefix="/v1", tags=["registry"], dependencies=[Depends(actor("operator", "service"))])

    @api.get("/field-acceptance/{country}/{field}")
    async def field_acceptance(
        country: str,
        field: str,
        on: Annotated[date | None, Query(description="The day asked about; without it what was recorded last.")] = None,
        known_at: Annotated[AwareDatetime | None, Query(description="As the registry knew it then.")] = None,
    ) -> FieldAcceptanceResource:
        """M8.1: whether workers are accepted in the field, with all its versions.

        Raises `not-found` for one of which nothing was recorded, `not-available` while the database is away.
        """
        record = await state_or_problem(state_of, stream_of(country, field), FieldAcceptanceRecord)
        if record is not None and known_at is not None:
            record = record.known_at(known_at)
        if record is None or record.latest is None:
            raise nothing_recorded(field, country)
        return FieldAcceptanceResource(
            country=country,
            field=field,
            on=on,
            standing=record.standing if on is None else record.standing_on(on),
            version=record.latest if on is None else record.version_on(on),
            versions=record.versions,
        )

    return api
