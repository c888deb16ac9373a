"""National systems under load: matters without end, each with its history, in both directions, from several submitters
at once.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from deploy.demo import cases, editions, orders
from deploy.demo.documents import FROM, Document, Prepared, as_csv, as_json, as_json_lines, histories
from deploy.demo.make import SUPPORT_ORGANIZATIONS, XLSX
from deploy.demo.manifest import Edition, Expected
from deploy.demo.steps import CLOCK
from deploy.national.handing_in import Answer, Submitter
from deploy.reconciler.collect import told_by
from deploy.reconciler.reconcile import Handed, Register, Told

TOGETHER = 5
"""Organizations whose messages of one round go in one body."""
ORDERS = 2
"""Improvement orders likewise."""
SHOWN = 40
"""Organizations in an edition."""
FORMS = ((as_json, "application/json"), (as_json_lines, "application/x-ndjson"), (as_csv, "text/csv"))
BETWEEN_LOOKS = 0.2


class Load:
    """What is handed in, and what was told of each message at first.

    With `other`, the other country's submitter, improvement orders and editions of its register of support
    organizations are handed in there as well, and reports and inquiries on both sides.

    While `doubled`, each body is handed in twice at once, and an older one after it. While `reordered`, histories are
    handed in from their end: all but the accreditation or the order, then last, is to be refused, and stands in
    `to_be_refused`. Cases, in which two sides take part, keep their order.
    """

    def __init__(self, submitter: Submitter, *, seed: int, patience: float, other: Submitter | None = None) -> None:
        self._submitters = {FROM: submitter} if other is None else {FROM: submitter, orders.FROM: other}
        self._patience = patience
        self._dice = random.Random(seed)
        self._histories = histories(1_000_000, series=f"F{seed}", seed=seed)
        self._canaries = histories(1_000_000, series=f"C{seed}", seed=seed + 1_000_000)
        self._orders = orders.histories(series=f"F{seed}")
        self._cases = cases.endless(series=f"F{seed}")
        self._editions = editions.endless(SHOWN, seed)
        self._edition_under_way = asyncio.Lock()
        self._taken: list[Edition] = []
        self._forms = itertools.cycle(FORMS)
        self._bodies: list[tuple[str, bytes, str]] = []
        several = (self._organization, self._case, self._organization, self._order, self._case, self._edition)
        self._turns = itertools.cycle(several if other is not None else (self._organization,))
        self.doubled = False
        self.reordered = False
        self.handed: list[Handed] = []
        self.to_be_refused: set[str] = set()
        self.organizations = 0
        self.registers: list[Register] = []
        """What the other side is to hold by the last edition accepted; empty before the first."""

    async def hand_in(self, enough: asyncio.Event, pause: float) -> None:
        """One submitter: one matter after the other, whole histories, until it is enough."""
        while not enough.is_set():
            await next(self._turns)(pause)

    async def hand_in_again(self, media_type: str | None = None) -> Sequence[Answer]:
        """Every body that was ever handed in, or of one type, once more."""
        return [await self._hand_in(*body) for body in self._bodies if media_type in (None, body[2])]

    async def canary(self) -> str:
        """Hands in one accreditation by itself; gives its message id when the bridge has answered."""
        (prepared, *_) = next(self._canaries)
        await self._post([prepared])
        return prepared.message_id

    async def _organization(self, pause: float) -> None:
        group = list(itertools.islice(self._histories, TOGETHER))
        self.organizations += len(group)
        await self._in_rounds(group, pause)

    async def _order(self, pause: float) -> None:
        await self._in_rounds(list(itertools.islice(self._orders, ORDERS)), pause)

    async def _in_rounds(self, group: Sequence[Sequence[Prepared]], pause: float) -> None:
        if self.reordered:
            self.to_be_refused |= {message.message_id for history in group for message in history[1:]}
            group = [history[::-1] for history in group]
        for together in _rounds(group):
            await self._post(together)
            await asyncio.sleep(pause)

    async def _case(self, pause: float) -> None:
        """A report or an inquiry: what one side says to what the other has said, when that is decided."""
        for step in next(self._cases):
            handed = await self._post([step.prepared()])
            await self._decided(handed[0])
            await asyncio.sleep(pause)

    async def _decided(self, message: Handed) -> None:
        told = message.told
        until = time.monotonic() + self._patience
        while told is not None and told.submission and told.outcome == "pending" and time.monotonic() < until:
            await asyncio.sleep(BETWEEN_LOOKS)
            answer = await self._submitters[message.sender].receipt(told.submission, patience=self._patience)
            told = told_by(message.message_id, answer.body)

    async def _edition(self, pause: float) -> None:
        """The next edition; one at a time, since an older one after a newer one is refused."""
        async with self._edition_under_way:
            day, shown, told = next(self._editions)
            body = editions.japanese(shown, day)
            edition = _edition(day, told)
            whole, *changes = edition.messages(orders.FROM, edition.message_id(body))
            (handed,) = await self._post_body(orders.FROM, body, XLSX, [whole.handed(orders.FROM)])
            self._taken.append(edition)
            self.registers = [edition.register(orders.FROM, handed.message_id, self._taken)]
            self.handed += [_brought(change, handed) for change in changes]
        await asyncio.sleep(pause)

    async def _post(self, together: Sequence[Prepared]) -> list[Handed]:
        """One body; the same again and again until there is an answer. Messages of one matter wait for it."""
        write, media_type = next(self._forms)
        sender = together[0].sender
        if write is as_csv and any(not _is_flat(prepared.document) for prepared in together):
            write, media_type = FORMS[0]
        body = write([prepared.document for prepared in together])
        return await self._post_body(sender, body, media_type, [_handed(prepared) for prepared in together])

    async def _post_body(self, sender: str, body: bytes, media_type: str, messages: Sequence[Handed]) -> list[Handed]:
        self._bodies.append((sender, body, media_type))
        posts = [(sender, body, media_type)] * (2 if self.doubled else 1)
        answer, *_ = await asyncio.gather(*(self._hand_in(*post) for post in posts))
        handed = [replace(message, told=told_by(message.message_id, answer.body)) for message in messages]
        self.handed += handed
        if self.doubled:
            await self._hand_in(*self._dice.choice(self._bodies))
        return handed

    async def _hand_in(self, sender: str, body: bytes, media_type: str) -> Answer:
        return await self._submitters[sender].hand_in(body, media_type, patience=self._patience)


def _rounds(group: Sequence[Sequence[Prepared]]) -> Iterator[list[Prepared]]:
    """The first messages of all, the second ones of those that have one, and so on."""
    for messages in itertools.zip_longest(*group):
        yield [message for message in messages if message is not None]


def _is_flat(document: Document) -> bool:
    """Whether a table can hold it: texts, and sections of texts."""
    sections = [value for value in document.values() if isinstance(value, dict)]
    values = [value for value in document.values() if not isinstance(value, dict)]
    values += [value for section in sections for value in section.values()]
    return all(isinstance(value, str) for value in values)


def _edition(day: date, told: editions.Following) -> Edition:
    shown = {one.number: [one.name.text, one.address] for one in told.organizations}
    numbers: Mapping[str, Sequence[str]] = {
        "registered": told.registered,
        "amended": told.amended,
        "suspended": told.suspended,
        "resumed": told.resumed,
        "removed": told.removed,
    }
    return Edition.model_validate(
        {
            "register": SUPPORT_ORGANIZATIONS,
            "kind": "support-organization",
            "day": day.isoformat(),
            "to": orders.TO,
            "pages": orders.PAGES,
            "changes": {
                change: {number: shown.get(number, ()) for number in subjects} for change, subjects in numbers.items()
            },
        }
    )


def _handed(prepared: Prepared) -> Handed:
    expected = Expected(
        message_id=prepared.message_id,
        to=prepared.to,
        matter=prepared.matter,
        event=prepared.event,
        marks=frozenset(prepared.marks),
        pages=frozenset(prepared.pages),
        page_marks=frozenset(prepared.page_marks),
        by_the_clock=CLOCK if prepared.due else None,
    )
    return expected.handed(prepared.sender)


def _brought(change: Expected, edition: Handed) -> Handed:
    """What an edition brings: its sender was told of it what it was told of the edition."""
    handed = change.handed(edition.sender)
    told = edition.told
    return handed if told is None else replace(handed, told=Told(None, None, told.status, trace_id=told.trace_id))
