"""One whole local stack for all fault tests, as `kakehashi up` runs it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploy.demo.background import running
from deploy.local.ports import free_block
from deploy.local.state import State


@pytest.fixture(scope="session")
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[State]:
    """The state folder of a stack that is ready, and keeps itself running until the last test is over."""
    state = State(tmp_path_factory.mktemp("faults") / "var")
    kind = request.config.getoption("--database")
    if kind is not None:
        # The stack goes on with the kind of server that the folder holds data of.
        (state.database / kind).mkdir(parents=True)
    with running(state, free_block(60)):
        yield state
