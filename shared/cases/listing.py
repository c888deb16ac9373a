"""Cases for those who may read them: operators of a party to the agreement, and nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Depends
from pydantic import BaseModel

from shared.agreements import Agreements
from shared.cases.model import CaseRecord
from shared.contracts.case import country_of
from shared.errors import ProblemError, problem
from shared.security.tokens import Actor
from shared.store.base import Document, StoreUnavailable, Streams
from shared.web import actor

Operator = Annotated[Actor, Depends(actor("operator"))]
"""Who is asking."""

M = TypeVar("M", bound=CaseRecord)

AT_ONCE = 500
"""Streams read in one query."""


class Case(BaseModel, Generic[M]):
    """A case as stored."""

    agreement: str
    id: str
    """Within its agreement."""
    record: M

    @property
    def country(self) -> str:
        """That opened it."""
        return country_of(self.id)


class Cases(Generic[M]):
    """The cases of one kind. Every method raises ProblemError: `not-available` while the database is away."""

    def __init__(self, streams: Streams, agreements: Agreements, kind: str, model: type[M]) -> None:
        self._streams, self._agreements, self._kind, self._model = streams, agreements, kind, model

    async def of(self, actor: Actor, agreement: str | None) -> AsyncIterator[Sequence[Case[M]]]:
        """M3b: all cases under this agreement, or under all to which the actor's country is a party, `AT_ONCE` at most
        at a time: others get their turn in between, and nobody need hold them all.

        Raises ProblemError: `not-found` for an agreement that is unknown, `wrong-party` for one of others.
        """
        if agreement is not None:
            self._check(actor, agreement)
        for each in (a.id for a in self._agreements if actor.party in a.parties and agreement in (None, a.id)):
            async for cases in self._under(each):
                yield cases

    async def get(self, actor: Actor, agreement: str, case: str) -> Case[M]:
        """M3b: one case. Raises ProblemError as `of` does, and `not-found` for one of which nothing is recorded."""
        self._check(actor, agreement)
        stream = f"{self._kind}/{agreement}/{case}"
        try:
            stored = (await self._streams.load([stream])).get(stream)
        except StoreUnavailable as error:
            raise _away() from error
        known = None if stored is None else self._case(agreement, stored)
        if known is None:
            raise ProblemError(problem("not-found", f"Nothing is recorded of {case} under {agreement}."))
        return known

    def _check(self, actor: Actor, agreement: str) -> None:
        known = self._agreements.get(agreement)
        if known is None:
            raise ProblemError(problem("not-found", f"There is no agreement {agreement}."))
        if actor.party not in known.parties:
            detail = f"The token's party is {actor.party or 'none'}, no party to agreement {agreement}."
            raise ProblemError(problem("wrong-party", detail, clause="M3b"))

    async def _under(self, agreement: str) -> AsyncIterator[Sequence[Case[M]]]:
        prefix = f"{self._kind}/{agreement}/"
        after = ""
        while True:
            try:
                documents = await self._streams.under(prefix, after, AT_ONCE)
            except StoreUnavailable as error:
                raise _away() from error
            yield [case for case in (self._case(agreement, document) for document in documents) if case is not None]
            if len(documents) < AT_ONCE:
                return
            after = documents[-1]["_id"]

    def _case(self, agreement: str, document: Document) -> Case[M] | None:
        """None of a stream to which nothing but refusals happened."""
        if document["state"] is None:
            return None
        record = self._model.model_validate(document["state"])
        case = document["_id"].removeprefix(f"{self._kind}/{agreement}/")
        return Case(agreement=agreement, id=case, record=record) if record.history else None


def _away() -> ProblemError:
    return ProblemError(problem("not-available", "The database does not answer."))
