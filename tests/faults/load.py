"""A national system under load: organizations without end, each with its history, from several submitters at once."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

from deploy.demo.documents import FROM, PAGES, TO, Document, Prepared, as_csv, as_json, as_json_lines, histories
from deploy.national.handing_in import Answer, Submitter
from deploy.reconciler.collect import told_by
from deploy.reconciler.reconcile import Handed

TOGETHER = 5
"""Organizations whose messages of one round go in one body."""
FORMS = ((as_json, "application/json"), (as_json_lines, "application/x-ndjson"), (as_csv, "text/csv"))


class Load:
    """What is handed in, and what was told of each message at first.

    While `doubled`, each body is handed in twice at once, and an older one after it. While `reordered`, histories are
    handed in from their end: all but the accreditation, then last, is to be refused, and stands in `to_be_refused`.
    """

    def __init__(self, submitter: Submitter, *, seed: int, patience: float) -> None:
        self._submitter = submitter
        self._patience = patience
        self._dice = random.Random(seed)
        self._histories = histories(1_000_000, series=f"F{seed}", seed=seed)
        self._canaries = histories(1_000_000, series=f"C{seed}", seed=seed + 1_000_000)
        self._forms = itertools.cycle(FORMS)
        self._bodies: list[tuple[bytes, str]] = []
        self.doubled = False
        self.reordered = False
        self.handed: list[Handed] = []
        self.documents: list[Document] = []
        self.to_be_refused: set[str] = set()
        self.organizations = 0

    async def hand_in(self, enough: asyncio.Event, pause: float) -> None:
        """One submitter: some organizations after the other, whole histories, until it is enough."""
        while not enough.is_set():
            group = list(itertools.islice(self._histories, TOGETHER))
            self.organizations += len(group)
            if self.reordered:
                self.to_be_refused |= {message.message_id for history in group for message in history[1:]}
                group = [history[::-1] for history in group]
            for together in _rounds(group):
                await self._post(together)
                await asyncio.sleep(pause)

    async def canary(self) -> str:
        """Hands in one accreditation by itself; gives its message id when the bridge has answered."""
        (prepared, *_) = next(self._canaries)
        await self._post([prepared])
        return prepared.message_id

    async def _post(self, together: Sequence[Prepared]) -> None:
        """One body; the same again and again until there is an answer. Messages of one organization wait for it."""
        write, media_type = next(self._forms)
        body = write([prepared.document for prepared in together])
        self._bodies.append((body, media_type))
        self.documents += [prepared.document for prepared in together]
        posts = [(body, media_type)] * (2 if self.doubled else 1)
        answer, *_ = await asyncio.gather(*(self._hand_in(*post) for post in posts))
        self.handed += [_told(prepared, answer) for prepared in together]
        if self.doubled:
            await self._hand_in(*self._dice.choice(self._bodies))

    async def _hand_in(self, body: bytes, media_type: str) -> Answer:
        return await self._submitter.hand_in(body, media_type, patience=self._patience)


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
