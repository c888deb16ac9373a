"""Streams of cases as a service would have stored them, without the kernel around."""

from __future__ import annotations

from typing import Any, NoReturn

from shared.contracts.base import Contract
from shared.messaging.decider import Context, Decided, Decider
from shared.messaging.stream import Stream
from shared.store.base import StoreUnavailable
from shared.store.memory import MemoryStreams


async def keep(
    streams: MemoryStreams, decider: Decider[Any], stream: str, command: Contract, context: Context
) -> Decided | None:
    """Decides the command on the stored stream and stores what comes of it; None where it was refused."""
    stored = (await streams.load([stream])).get(stream)
    state = decider.initial(stream) if stored is None else decider.state.model_validate(stored["state"])
    decided = decider.decide(state, command, context)
    for event in decided.events if isinstance(decided, Decided) else ():
        state = decider.evolve(state, event)
    version = 0 if stored is None else int(stored["version"])
    written = Stream(stream, decider, state, version=version).encoded(f"batch-{version}")
    assert not await streams.write([written], [])
    return decided if isinstance(decided, Decided) else None


class Away(MemoryStreams):
    """A store that cannot be reached."""

    async def load(self, ids: Any) -> NoReturn:
        raise StoreUnavailable("away")

    async def under(self, prefix: str, after: str, limit: int) -> NoReturn:
        raise StoreUnavailable("away")
