"""A service by another clock: `python -m tests.integration.moved_clock WHEN PACKAGE`.

WHEN is so many days, by which its clock is ahead, or a moment (ISO 8601) at which it stands still.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from shared.clock import SystemClock
from shared.store.mongo import MongoClaims


def moved(when: str) -> Callable[[datetime], datetime]:
    """What another clock says when the machine's says this."""
    if when.lstrip("-").isdecimal():
        ahead = timedelta(days=int(when))
        return lambda now: now + ahead
    moment = datetime.fromisoformat(when)
    return lambda _: moment


def main() -> None:
    """Runs the package as `python -m` does, by that clock."""
    said = moved(sys.argv[1])

    by_the_database = MongoClaims.now

    def now(_: SystemClock) -> datetime:
        return said(datetime.now(UTC))

    async def shared_now(claims: MongoClaims) -> datetime:
        return said(await by_the_database(claims))

    setattr(SystemClock, "now", now)  # noqa: B010 - a method is not assigned to
    # Whether something is due is asked of the clock that all instances share, the database's.
    setattr(MongoClaims, "now", shared_now)  # noqa: B010
    runpy.run_module(sys.argv[2], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
