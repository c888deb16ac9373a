"""The counters as a service of its own process, for tests that kill it: `python -m tests.kernel.counting_service`."""

from __future__ import annotations

from shared.service import Runtime, Service, run
from shared.settings import Settings
from tests.kernel.counting import counter


def build(runtime: Runtime[Settings]) -> Service:
    return Service(name="counting", deciders=[counter()], held=held)


async def held() -> int:
    """As a bridge tells of its editions."""
    return 2


if __name__ == "__main__":
    run("counting", build, Settings)
