"""What operators and services may read of the test catalogue."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel

from services.registry.reading import StateOf, nothing_recorded, state_or_problem
from services.registry.test_catalogue.model import SessionRecord, Standing, TestRecord, Version
from shared.clock import Clock
from shared.contracts.test_catalogue import stream_of
from shared.web import actor


class TestResource(BaseModel):
    """What the registry holds of a test: how it is on a day, and all that was told of it and its sessions."""

    country: str
    number: str
    on: date
    standing: Standing
    version: Version | None
    """What is recorded for that day; None before the first."""
    versions: tuple[Version, ...]
    sessions: dict[str, SessionRecord]
    """By number."""


def router(state_of: StateOf[TestRecord], clock: Clock) -> APIRouter:
    """The routes."""
    api = APIRouter(prefix="/v1", tags=["registry"], dependencies=[Depends(actor("operator", "service"))])

    @api.get("/tests/{country}/{number}")
    async def test(
        country: str,
        number: str,
        on: Annotated[date | None, Query(description="The day asked about; without it today in UTC.")] = None,
        known_at: Annotated[AwareDatetime | None, Query(description="As the registry knew it then.")] = None,
    ) -> TestResource:
        """M5.1: a test of a country's catalogue, with its sessions.

        Raises `not-found` for one of which nothing was recorded, `not-available` while the database is away.
        """
        record = await state_or_problem(state_of, stream_of(country, number), TestRecord)
        if record is not None and known_at is not None:
            record = record.known_at(known_at)
        if record is None or record.latest is None:
            raise nothing_recorded(number, country)
        day = on or clock.now().date()
        return TestResource(
            country=country,
            number=number,
            on=day,
            standing=record.standing_on(day),
            version=record.version_on(day),
            versions=record.versions,
            sessions=record.sessions,
        )

    return api
