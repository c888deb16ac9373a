"""Where what is downloaded or built once for all checkouts is kept."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def cache_folder() -> Path:
    """`$XDG_CACHE_HOME/kakehashi`, made if need be."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base) / "kakehashi"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def installing(what: str) -> Iterator[None]:
    """Lets one process at a time install `what`; the others wait, and should then find it there."""
    with (cache_folder() / f"{what}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
