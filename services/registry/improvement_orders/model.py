"""An improvement order from the day it was given to the day it is lifted, with all it was between."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shared.contracts.base import Contract
from shared.contracts.improvement_order import (
    ImprovementOrder,
    ImprovementOrderAmended,
    ImprovementOrderIssued,
    ImprovementOrderLifted,
    ImprovementOrderUnchanged,
    Lifting,
)

Standing = Literal["not-issued", "issued", "complied", "withdrawn"]


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Version(_Fact):
    """The order as it is from `effective_on` on; once lifted, as it last was."""

    change: Literal["issued", "amended", "lifted"]
    effective_on: date
    order: ImprovementOrder
    lifting: Lifting | None = None
    recorded_at: datetime

    @property
    def standing(self) -> Standing:
        return "issued" if self.lifting is None else self.lifting.outcome


class ImprovementOrderRecord(_Fact):
    """The stream's state: what was recorded, in that order."""

    versions: tuple[Version, ...] = ()
    told: tuple[str | None, ...] = ()
    """Agreements under which the latest version was notified."""

    @property
    def latest(self) -> Version | None:
        return self.versions[-1] if self.versions else None

    @property
    def standing(self) -> Standing:
        return "not-issued" if self.latest is None else self.latest.standing

    def version_on(self, day: date) -> Version | None:
        """Of the versions in effect on `day` the one recorded last; None before the first."""
        return next((v for v in reversed(self.versions) if v.effective_on <= day), None)

    def known_at(self, moment: datetime) -> ImprovementOrderRecord:
        """The record as it was at `moment`."""
        return ImprovementOrderRecord(versions=tuple(v for v in self.versions if v.recorded_at <= moment))


def evolve(state: ImprovementOrderRecord, event: Contract) -> ImprovementOrderRecord:
    """The state after `event`. Raises TypeError for an event that is none of this stream's."""
    match event:
        case ImprovementOrderIssued(order=order):
            version = Version(
                change="issued", effective_on=order.ordered_on, order=order, recorded_at=event.recorded_at
            )
        case ImprovementOrderAmended(order=order):
            version = Version(
                change="amended", effective_on=event.amended_on, order=order, recorded_at=event.recorded_at
            )
        case ImprovementOrderLifted(order=order, lifting=lifting):
            version = Version(
                change="lifted",
                effective_on=lifting.lifted_on,
                order=order,
                lifting=lifting,
                recorded_at=event.recorded_at,
            )
        case ImprovementOrderUnchanged():
            return state
        case _:
            raise TypeError(f"{type(event).__name__} is not an event of an improvement order")
    latest = state.latest
    if latest is not None and version == latest.model_copy(update={"recorded_at": version.recorded_at}):
        # One more partner is told what is recorded.
        return state.model_copy(update={"told": (*state.told, event.agreement)})
    return ImprovementOrderRecord(versions=(*state.versions, version), told=(event.agreement,))
