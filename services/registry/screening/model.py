"""Applications of sending organizations, what their screening found, how they ended; guidance given to organizations.

Kept with the organization that they are about, so that an accreditation can rest on its application.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shared.contracts.sending_organization import Application, CriterionResult, Guidance

Standing = Literal["submitted", "accredited", "renewed", "refused", "lapsed"]


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Screening(_Fact):
    """What was found on one day."""

    screened_on: date
    results: tuple[CriterionResult, ...]
    recorded_at: datetime


class Outcome(_Fact):
    """How an application ended. One for a renewal lapses when the accreditation is revoked."""

    standing: Literal["accredited", "renewed", "refused", "lapsed"]
    on: date
    ground: dict[str, str] = {}
    decision_number: str | None = None
    recorded_at: datetime


class ApplicationRecord(_Fact):
    """An application from its day to its end."""

    application: Application
    criteria: tuple[str, ...]
    criteria_since: date
    screenings: tuple[Screening, ...] = ()
    """In the order recorded."""
    outcome: Outcome | None = None
    recorded_at: datetime

    @property
    def standing(self) -> Standing:
        return "submitted" if self.outcome is None else self.outcome.standing

    @property
    def results(self) -> dict[str, CriterionResult]:
        """By criterion, what was found last."""
        return {found.criterion: found for screening in self.screenings for found in screening.results}

    @property
    def not_met(self) -> tuple[str, ...]:
        """Criteria that were found not to be met, or were not screened yet."""
        found = self.results
        return tuple(each for each in self.criteria if each not in found or not found[each].met)

    def known_at(self, moment: datetime) -> ApplicationRecord | None:
        """What of it was recorded at `moment`, None where nothing was."""
        if self.recorded_at > moment:
            return None
        ended = self.outcome is not None and self.outcome.recorded_at <= moment
        return self.model_copy(
            update={
                "screenings": tuple(one for one in self.screenings if one.recorded_at <= moment),
                "outcome": self.outcome if ended else None,
            }
        )


class GuidanceRecord(_Fact):
    """Guidance, and when the registry came to know of it."""

    guidance: Guidance
    recorded_at: datetime
