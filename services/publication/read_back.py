"""Looks at the public address as any reader would, and reports what is really to be seen there."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence

import httpx

from services.publication.description import PATH
from shared.clock import Clock
from shared.contracts.publication import ConfirmPublication, ReadBack
from shared.messaging.decider import Due, Result

AT_ONCE = 100
"""Entries asked for in one request; the API takes no more."""
PAUSES = (0.0, 0.05, 0.2, 0.5)
"""Seconds before each look."""


class PublicReader:
    """The handler of `read-back` intents. `url_of` gives the address told to the originator as the entry's page."""

    def __init__(self, client: httpx.AsyncClient, url_of: Callable[[str, str, str], str], clock: Clock) -> None:
        self._client, self._url_of, self._clock = client, url_of, clock

    async def read_back(self, due: Sequence[Due]) -> Sequence[Result]:
        """A confirmation for each revision seen, or seen to be passed; the others are to be tried again.

        Raises httpx.HTTPError while the public address does not answer.
        """
        pages: dict[tuple[str, str], list[tuple[Due, ReadBack]]] = defaultdict(list)
        for one in due:
            wanted = ReadBack.model_validate(one.data)
            pages[wanted.publisher, wanted.register_name].append((one, wanted))
        results: list[Result] = []
        for (publisher, register_name), asked in pages.items():
            for start in range(0, len(asked), AT_ONCE):
                part = asked[start : start + AT_ONCE]
                seen = await self._seen(publisher, register_name, [wanted for _, wanted in part])
                results += [self._result(one, wanted, seen.get(wanted.entry, 0)) for one, wanted in part]
        return results

    async def _seen(self, publisher: str, register_name: str, wanted: Sequence[ReadBack]) -> dict[str, int]:
        """Revisions by entry, after a little patience: what was just written is on its way through Kafka."""
        seen: dict[str, int] = {}
        for pause in PAUSES:
            await asyncio.sleep(pause)
            missing = [one.entry for one in wanted if seen.get(one.entry, 0) < one.revision]
            if not missing:
                break
            seen |= await self._revisions(publisher, register_name, missing)
        return seen

    async def _revisions(self, publisher: str, register_name: str, entries: Sequence[str]) -> dict[str, int]:
        answer = await self._client.get(
            f"{PATH}/{register_name}", params={"country": publisher, "id": list(entries), "limit": AT_ONCE}
        )
        answer.raise_for_status()
        return {item["id"]: item["revision"] for item in answer.json()["items"]}

    def _result(self, due: Due, wanted: ReadBack, seen: int) -> Result:
        if seen < wanted.revision:
            return Result(due, None, f"Revision {wanted.revision} is not public yet, {seen} is.")
        return Result(
            due,
            ConfirmPublication(
                intent_id=due.id,
                attempt=due.attempt,
                revision=wanted.revision,
                published_at=self._clock.now(),
                url=self._url_of(wanted.publisher, wanted.register_name, wanted.entry),
            ),
        )
