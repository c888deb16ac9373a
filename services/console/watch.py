"""Looks at every service all the time, so that no page waits for one that does not answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import httpx

from services.console.figures import Figures, read_figures
from shared.clock import Clock
from shared.telemetry.logs import get_logger

log = get_logger(__name__)

PERIOD = 3.0
"""Seconds between two looks."""
PATIENCE = 2.0
"""Seconds a service has to answer one."""

Condition = Literal["ready", "not-ready", "down"]
"""`not-ready`: it answers, and says that it cannot do its work now. `down`: it does not answer."""


@dataclass(frozen=True)
class Seen:
    """How a service was, at the last look."""

    name: str
    condition: Condition
    since: datetime
    """When it was first seen so."""
    longer: bool
    """Whether it was so when the console began to look: then it has been for longer, and nobody here knows since
    when."""
    figures: Figures | None = None
    """As of the last look at which it told them."""


class Watch:
    """The services under watch. `run` runs beside, from start to stop."""

    def __init__(self, services: Mapping[str, str], client: httpx.AsyncClient, clock: Clock) -> None:
        self._services = services
        self._client = client
        self._clock = clock
        self.seen: Mapping[str, Seen] = {}
        """By name; empty until the first look is over."""

    async def run(self) -> None:
        """Looks again and again, until cancelled."""
        while True:
            try:
                await self.look()
            except Exception:
                # A defect; what is shown then stands still, and the next look may go well.
                log.exception("a look failed")
            await asyncio.sleep(PERIOD)

    async def look(self) -> None:
        """Looks at all of them at once."""
        found = await asyncio.gather(*(self._look_at(name, url) for name, url in self._services.items()))
        now = self._clock.now()
        self.seen = {
            name: self._after(name, condition, figures, now)
            for name, (condition, figures) in zip(self._services, found, strict=True)
        }

    def _after(self, name: str, condition: Condition, figures: Figures | None, now: datetime) -> Seen:
        before = self.seen.get(name)
        if before is None:
            return Seen(name, condition, now, longer=True, figures=figures)
        figures = figures or before.figures
        if before.condition == condition:
            return replace(before, figures=figures)
        log.info("a service is seen otherwise", seen=name, was=before.condition, now=condition)
        return Seen(name, condition, now, longer=False, figures=figures)

    async def _look_at(self, name: str, url: str) -> tuple[Condition, Figures | None]:
        try:
            async with asyncio.timeout(PATIENCE):
                readiness, metrics = await asyncio.gather(
                    self._client.get(f"{url}/readyz"), self._client.get(f"{url}/metrics")
                )
        except (httpx.HTTPError, TimeoutError):
            return "down", None
        condition: Condition = "ready" if readiness.is_success else "not-ready"
        try:
            return condition, read_figures(metrics.raise_for_status().text)
        except (httpx.HTTPStatusError, ValueError, KeyError) as error:
            log.warning("metrics cannot be read", seen=name, error=repr(error))
            return condition, None
