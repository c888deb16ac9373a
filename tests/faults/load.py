"""A national system under load: organizations without end, each with its history, from several submitters at once."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

from deploy.demo.documents import FROM, PAGES, TO, Prepared, as_csv, as_json, as_json_lines, histories
from deploy.national.handing_in import Answer, Submitter
from deploy.reconciler.collect import told_by
from deploy.reconciler.reconcile import Handed

TOGETHER = 5
"""Organizations whose messages of one round go in one body."""
FORMS = ((as_json, "application/json"), (as_json_lines, "application/x-ndjson"), (as_csv, "text/csv"))


class Load:
    """What is handed in, and what was told of each message at first. `at_least` counts organizations."""

    def __init__(self, submitter: Submitter, *, seed: int, at_least: int, patience: float) -> None:
        self._submitter = submitter
        self._at_least = at_least
        self._patience = patience
        self._histories = histories(1_000_000, series=f"F{seed}", seed=seed)
        self._forms = itertools.cycle(FORMS)
        self.handed: list[Handed] = []
        self.organizations = 0

    async def hand_in(self, enough: asyncio.Event, pause: float) -> None:
        """One submitter: some organizations after the other, whole histories, until it is enough."""
        while not enough.is_set() or self.organizations < self._at_least:
            group = list(itertools.islice(self._histories, TOGETHER))
            self.organizations += len(group)
            for together in _rounds(group):
                await self._post(together)
                await asyncio.sleep(pause)

    async def _post(self, together: Sequence[Prepared]) -> None:
        """One body; the same again and again until there is an answer. Messages of one organization wait for it."""
        write, media_type = next(self._forms)
        body = write([prepared.document for prepared in together])
        answer = await self._submitter.hand_in(body, media_type, patience=self._patience)
        self.handed += [_told(prepared, answer) for prepared in together]


def _rounds(group: Sequence[Sequence[Prepared]]) -> Iterator[list[Prepared]]:
    """The first messages of all, the second ones of those that have one, and so on."""
    for messages in itertools.zip_longest(*group):
        yield [message for message in messages if message is not None]


def _told(prepared: Prepared, answer: Answer) -> Handed:
    handed = Handed(
        message_id=prepared.message_id,
        sender=FROM,
        addressee=TO,
        matter=prepared.matter,
        type=prepared.event,
        marks=frozenset(prepared.marks),
        pages=frozenset(PAGES),
        page_marks=frozenset(prepared.page_marks),
        told=None,
    )
    return replace(handed, told=told_by(prepared.message_id, answer.body))
