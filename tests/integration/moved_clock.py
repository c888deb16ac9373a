"""A service whose clock is ahead: `python -m tests.integration.moved_clock DAYS PACKAGE`."""

from __future__ import annotations

import runpy
import sys
from datetime import UTC, datetime, timedelta

from shared.clock import SystemClock


def main() -> None:
    """Runs the package as `python -m` does, by a clock that is so many days ahead of the machine's."""
    ahead = timedelta(days=int(sys.argv[1]))

    def now(_: SystemClock) -> datetime:
        return datetime.now(UTC) + ahead

    setattr(SystemClock, "now", now)  # noqa: B010 - a method is not assigned to
    runpy.run_module(sys.argv[2], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
