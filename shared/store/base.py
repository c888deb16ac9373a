"""What the kernel asks of a store. The fake and the real one pass one suite (tests/contract/store)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, Protocol

from shared.clock import rfc3339

Document = dict[str, Any]
"""As stored: `_id`, and values that BSON has."""

PARTITION_SHIFT = 48


class StoreUnavailable(Exception):  # noqa: N818
    """The store cannot be reached or did not confirm. What was asked may have happened; asking again is safe."""


_GONE: Final = 1 << 62


def mark_of(partition: int, offset: int) -> int:
    """A place in the input topic as one number: a partition's marks are a range, ordered as its offsets."""
    return (partition << PARTITION_SHIFT) | offset


def gone(mark: int) -> int:
    """The same, of a place that the topic has no longer: before all places there are. Such ones are a range too."""
    return mark - _GONE


def place_of(mark: int) -> tuple[int, int]:
    """Partition and offset of a mark; -1 for an offset that is gone."""
    if mark < 0:
        return (mark + _GONE) >> PARTITION_SHIFT, -1
    return mark >> PARTITION_SHIFT, mark & ((1 << PARTITION_SHIFT) - 1)


def owed(place: str, due: datetime) -> str:
    """To whom something is due and since when, as one text: what is owed to a place is a range, ordered by time.

    So what one addressee is owed is found without reading what all others are.
    """
    return f"{place} {rfc3339(due)}"


def place_and_due(text: str) -> tuple[str, datetime]:
    """What such a text says."""
    place, _, due = text.rpartition(" ")
    return place, datetime.fromisoformat(due)


def beyond(place: str) -> str:
    """A text behind all that is owed to a place, and before whatever is owed to the next."""
    return f"{place} ~"


LONGEST_LEASE = timedelta(minutes=2)
"""No lease and no pause is longer."""


def holds(until: datetime, now: datetime) -> bool:
    """Whether a lease holds now. One longer than any was made before the clock went back: it is over."""
    return now < until <= now + LONGEST_LEASE


class Encoded(NamedTuple):
    """A stream's document ready to be stored: BSON, and the fields the guard needs."""

    id: str
    version: int
    batch: str
    raw: bytes


class Streams(Protocol):
    """The streams of one service, a document each.

    Fields: `_id`, `version` (from 1), `batch` (id of the write), `mark` (see mark_of: the last input record applied),
    `state`, `positions`, `sequence`, `outbox`, `intents`, and, only where there is one, `owed` (see owed: the earliest
    intent's place and time) and `parked`. Every method raises StoreUnavailable when the store is out of reach.
    """

    async def load(self, ids: Sequence[str]) -> dict[str, Document]:
        """The documents there are, by id."""
        ...

    async def write(self, new: Sequence[Encoded], changed: Sequence[Encoded]) -> set[str]:
        """Writes each document on its own, durably, guarded by version; gives the ids of those that lost.

        A new one loses when its id is there already, a changed one (version n + 1) when version n is not what is
        stored. One whose stored batch is its own has won: the driver sent it twice.
        """
        ...

    async def marked(self, start: int, stop: int, limit: int) -> list[Document]:
        """Documents with start <= mark < stop, by mark."""
        ...

    async def places(self) -> dict[str, datetime]:
        """Every place that some document owes something to, and since when or from when on."""
        ...

    async def due(self, place: str, until: datetime, limit: int) -> list[Document]:
        """Documents that owe something to a place since `until` or before, oldest first."""
        ...

    async def under(self, prefix: str, after: str, limit: int) -> list[Document]:
        """`_id` and `state` of documents whose id begins with `prefix` and is greater than `after`, by id."""
        ...


class Parked(Protocol):
    """The parked messages of one service, a document each.

    Fields: `_id` (`<topic>/<partition>/<offset>@<timestamp>`), `stream`, `order` (see mark_of and gone), `record` (key,
    value, headers, timestamp), `about` (whose it is: agreement, originator, addressee, classification), `problem`,
    `parked_at`, `traceparent`, and once settled `settled` (`redriven` or `skipped`, by whom, when, why).
    """

    async def add(self, documents: Sequence[Document]) -> None:
        """Adds those that are not there yet."""
        ...

    async def of_stream(self, stream: str, limit: int = 500) -> list[Document]:
        """The first unsettled ones of a stream, oldest first."""
        ...

    async def settled(self, ids: Sequence[str]) -> list[str]:
        """Those that are there and settled."""
        ...

    async def settle(self, settled: Mapping[str, Document]) -> None:
        """Records by id how each was settled."""
        ...

    async def get(self, parked_id: str) -> Document | None: ...

    async def unsettled(self, limit: int) -> list[Document]:
        """Oldest first, of each record the place only: a thousand of them may have a gigabyte."""
        ...

    async def streams(self) -> set[str]:
        """The streams that have unsettled ones."""
        ...

    async def gone(self, topic: str, partition: int) -> None:
        """The places of what is unsettled of a partition are gone: it comes before what is parked from now on."""
        ...

    async def count(self) -> int:
        """How many are unsettled."""
        ...


class Claims(Protocol):
    """Leases on intents, so that several workers share them. Time is the store's own: the lease's clock is one."""

    async def now(self) -> datetime: ...

    async def claim(self, ids: Sequence[str], worker: str, now: datetime, until: datetime) -> dict[str, int]:
        """Takes those that nobody holds at `now`, until `until`; gives the attempt number of each one taken."""
        ...

    async def release(self, ids: Sequence[str], worker: str, until: datetime) -> None:
        """Lets those that `worker` holds be taken again from `until` on."""
        ...

    async def forget(self, ids: Sequence[str]) -> None:
        """These intents are closed; their leases are not needed any more."""
        ...
