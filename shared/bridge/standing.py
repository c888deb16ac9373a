"""How a bridge learns that an agreement ends (M10a), and goes by it: at its own border, from its own record."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import date

from pydantic import BaseModel, ConfigDict

from shared.agreements import Agreements
from shared.contracts.agreement_standing import (
    KIND,
    RecordTerminationNotice,
    TerminationNoticeRecorded,
    standing_stream,
)
from shared.contracts.base import Contract
from shared.messaging.decider import Context, Decided, Decider
from shared.store.base import StoreUnavailable, Streams

EVERY = 10.0
"""Seconds between two looks: an agreement ends months after its notice."""


class AgreementStanding(BaseModel):
    """What a bridge knows of an agreement beside its file."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    notice_given_on: date | None = None
    """The earliest day of a notice."""


def decide(state: AgreementStanding, command: Contract, context: Context) -> Decided:
    """M10a: the earliest notice counts; a later one changes nothing. Raises TypeError for another command."""
    if not isinstance(command, RecordTerminationNotice):
        raise TypeError(f"{type(command).__name__} is not a command to an agreement's standing")
    if state.notice_given_on is not None and state.notice_given_on <= command.given_on:
        return Decided()
    recorded = TerminationNoticeRecorded(given_on=command.given_on, recorded_at=context.now)
    return Decided([recorded], addressee=context.message.originator, classification="official")


def evolve(_: AgreementStanding, event: Contract) -> AgreementStanding:
    """The state after `event`. Raises TypeError for an event that is none of this stream's."""
    if not isinstance(event, TerminationNoticeRecorded):
        raise TypeError(f"{type(event).__name__} is not an event of an agreement's standing")
    return AgreementStanding(notice_given_on=event.given_on)


STANDING = Decider(
    kind=KIND,
    state=AgreementStanding,
    commands={RecordTerminationNotice.__name__: RecordTerminationNotice},
    initial=lambda _: AgreementStanding(),
    decide=decide,
    evolve=evolve,
)


class Standings:
    """Brings what is recorded into the agreements that the bridge's guards ask."""

    def __init__(self, streams: Streams, agreements: Agreements) -> None:
        self._streams, self._agreements = streams, agreements

    async def look(self) -> None:
        """Once. Raises StoreUnavailable."""
        known = {standing_stream(agreement.id): agreement.id for agreement in self._agreements}
        for stream, stored in (await self._streams.load(list(known))).items():
            if stored["state"] is None:
                continue
            standing = AgreementStanding.model_validate(stored["state"])
            if standing.notice_given_on is not None:
                self._agreements.notice_given(known[stream], standing.notice_given_on)

    async def follow(self) -> None:
        """For as long as the bridge runs. While the database is away what was known before goes on."""
        while True:
            with contextlib.suppress(StoreUnavailable):
                await self.look()
            await asyncio.sleep(EVERY)
