"""A service whose clock is ahead: `python -m tests.integration.moved_clock DAYS PACKAGE`."""

from __future__ import annotations

import runpy
import sys
from datetime import UTC, datetime, timedelta

from shared.clock import SystemClock
from shared.store.mongo import MongoClaims


def main() -> None:
    """Runs the package as `python -m` does, by a clock that is so many days ahead of the machine's."""
    ahead = timedelta(days=int(sys.argv[1]))

    by_the_database = MongoClaims.now

    def now(_: SystemClock) -> datetime:
        return datetime.now(UTC) + ahead

    async def shared_now(claims: MongoClaims) -> datetime:
        return await by_the_database(claims) + ahead

    setattr(SystemClock, "now", now)  # noqa: B010 - a method is not assigned to
    # Whether something is due is asked of the clock that all instances share, the database's.
    setattr(MongoClaims, "now", shared_now)  # noqa: B010
    runpy.run_module(sys.argv[2], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
