"""Found by Python processes whose clock libfaketime makes jump (see tests/faults/tools.py).

libfaketime 0.9.10 turns the absolute monotonic time of Python's `time.sleep` into nonsense, for which the system call
fails. Waiting for nothing to be readable takes as long and goes by another call.
"""

import select
import time


def _sleep(seconds: float) -> None:
    select.select((), (), (), seconds)


time.sleep = _sleep  # type: ignore[assignment]
