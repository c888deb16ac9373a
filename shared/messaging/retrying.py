"""Retry in place: what the database or the broker could not take is tried again where it stands."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from shared.messaging.publisher import BrokerUnavailable
from shared.store.base import StoreUnavailable
from shared.telemetry.logs import get_logger
from shared.telemetry.metrics import CAUSES, RETRIES

log = get_logger(__name__)

T = TypeVar("T")

LONGEST_PAUSE: Final = 5.0
"""Seconds between two attempts while the database or the broker is away."""


class Stopped(Exception):  # noqa: N818
    """The service stops, and this work could not be done before: it is left to redelivery."""


class Retrying:
    """Tries work until it is done, with growing pauses; gives up only when told to stop."""

    def __init__(self, service: str) -> None:
        self._service = service
        for cause in CAUSES:
            # There from the start: the first is then seen as an increase.
            RETRIES.labels(service, cause)
        self.stopped = False

    def stop(self) -> None:
        """From now on what fails is given up."""
        self.stopped = True

    async def until_done(self, work: Callable[[], Awaitable[T]]) -> T:
        """What `work` gives in the end. Raises Stopped, and nothing else but for cancellation."""
        pause = 0.05
        while not self.stopped:
            try:
                return await work()
            except Stopped:
                raise
            except (StoreUnavailable, BrokerUnavailable) as error:
                log.warning("batch waits", error=str(error), seconds=pause)
                count_retry(self._service, error)
            except Exception:
                # A defect of the kernel: retried as well, since to go on would lose the batch.
                log.exception("batch failed")
                RETRIES.labels(self._service, "defect").inc()
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        raise Stopped


def count_retry(service: str, error: Exception) -> None:
    """Call where work waits for the database or, with any other error, for the broker, and is tried again."""
    RETRIES.labels(service, "database" if isinstance(error, StoreUnavailable) else "broker").inc()


async def once(work: Callable[[], Awaitable[T]]) -> T:
    """In place of `Retrying.until_done` where the caller sees to it that failed work is tried again."""
    return await work()
