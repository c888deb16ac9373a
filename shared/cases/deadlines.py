"""The clock's part: says of each deadline whose moment has come that it has."""

from __future__ import annotations

from collections.abc import Sequence

from shared.clock import Clock
from shared.contracts.case import ReportDeadline
from shared.messaging.decider import Due, IntentHandler, Result


def reporting(clock: Clock) -> IntentHandler:
    """The handler of `deadline` intents. They are due, or it would not be asked: what follows is the case's rule."""

    async def report(due: Sequence[Due]) -> Sequence[Result]:
        now = clock.now()
        return [Result(each, ReportDeadline(intent_id=each.id, attempt=each.attempt, reached_at=now)) for each in due]

    return report
