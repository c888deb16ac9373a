"""What operators may read of applications and guidance: those of the country whose organization it is alone."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from services.registry.reading import StateOf, nothing_recorded, state_or_problem
from services.registry.screening.model import ApplicationRecord, GuidanceRecord
from services.registry.sending_organizations.model import SendingOrganizationRecord
from shared.contracts.sending_organization import stream_of
from shared.errors import ProblemError, problem
from shared.security.tokens import Actor
from shared.web import actor

Operator = Annotated[Actor, Depends(actor("operator"))]


class ApplicationResource(BaseModel):
    """An application: how it stands, what the screening found, and what still keeps it from an accreditation."""

    standing: str
    not_met: tuple[str, ...]
    """Criteria that were found not to be met, or were not screened yet."""
    record: ApplicationRecord


class ScreeningResource(BaseModel):
    """All applications of an organization and all guidance given to it, in the order recorded."""

    country: str
    registration_number: str
    applications: tuple[ApplicationResource, ...]
    guidance: tuple[GuidanceRecord, ...]


def router(state_of: StateOf[SendingOrganizationRecord]) -> APIRouter:
    """The routes."""
    api = APIRouter(prefix="/v1", tags=["registry"])

    @api.get("/screenings/{country}/{registration_number:path}")
    async def screenings(country: str, registration_number: str, operator: Operator) -> ScreeningResource:
        """M7.1, M7.4: the applications of a sending organization with their screening, and guidance given to it.

        Raises `wrong-party` for operators of another country, `not-found` where nothing was recorded, `not-available`
        while the database is away.
        """
        if operator.party != country:
            detail = f"The token's party is {operator.party or 'none'}; this stays in {country}."
            raise ProblemError(problem("wrong-party", detail, clause="M7.1"))
        record = await state_or_problem(state_of, stream_of(country, registration_number), SendingOrganizationRecord)
        if record is None or not (record.applications or record.guidance):
            raise nothing_recorded(registration_number, country)
        return ScreeningResource(
            country=country,
            registration_number=registration_number,
            applications=tuple(
                ApplicationResource(standing=one.standing, not_met=one.not_met, record=one)
                for one in record.applications
            ),
            guidance=record.guidance,
        )

    return api
