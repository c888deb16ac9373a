"""What operators and services may read of improvement orders."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel

from services.registry.improvement_orders.model import ImprovementOrderRecord, Standing, Version
from services.registry.reading import StateOf, nothing_recorded, state_or_problem
from shared.contracts.improvement_order import stream_of
from shared.web import actor


class ImprovementOrderResource(BaseModel):
    """What the registry holds of an order: how it stands, or stood on a day, and all of its versions."""

    country: str
    order_number: str
    on: date | None
    standing: Standing
    version: Version | None
    """What is recorded for that day; None before the order was given."""
    versions: tuple[Version, ...]


def router(state_of: StateOf[ImprovementOrderRecord]) -> APIRouter:
    """The routes."""
    api = APIRouter(prefix="/v1", tags=["registry"], dependencies=[Depends(actor("operator", "service"))])

    @api.get("/improvement-orders/{country}/{order_number:path}")
    async def improvement_order(
        country: str,
        order_number: str,
        on: Annotated[date | None, Query(description="The day asked about; without it what was recorded last.")] = None,
        known_at: Annotated[AwareDatetime | None, Query(description="As the registry knew it then.")] = None,
    ) -> ImprovementOrderResource:
        """M6.3a: whether the order holds, with all its versions.

        Raises `not-found` for one of which nothing was recorded, `not-available` while the database is away.
        """
        record = await state_or_problem(state_of, stream_of(country, order_number), ImprovementOrderRecord)
        if record is not None and known_at is not None:
            record = record.known_at(known_at)
        if record is None or record.latest is None:
            raise nothing_recorded(order_number, country)
        version = record.latest if on is None else record.version_on(on)
        return ImprovementOrderResource(
            country=country,
            order_number=order_number,
            on=on,
            standing=version.standing if version is not None else "not-issued",
            version=version,
            versions=record.versions,
        )

    return api
