"""The HTTP side of held editions: what an operator of the country looks at, confirms or rejects."""

from typing import Annotated, Any, Self

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.bridge.api import available
from shared.bridge.desk import Desk
from shared.bridge.edition_store import Counts, Decision, Listed, Standing, Status
from shared.bridge.editions import Editions
from shared.bridge.kit import Bridge
from shared.bridge.receipts import Receipt
from shared.errors import Problem, ProblemError, problem
from shared.security.tokens import Actor
from shared.web.auth import actor


class Word(BaseModel):
    """What an operator says to a held edition."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=1_000)]


class Held(BaseModel):
    """A held edition: what it would change, by partner, and why it is held."""

    model_config = ConfigDict(frozen=True)

    id: str
    """Its receipt id."""
    message_id: str
    register_name: str = Field(serialization_alias="register")
    day: str
    """ISO 8601, as the document says."""
    received_at: str
    actor: str
    """Who handed it in."""
    traceparent: str | None
    status: Status
    why: tuple[str, ...]
    rows: int
    unreadable: int
    would_change: dict[str, Counts]
    decision: Decision | None

    @classmethod
    def of(cls, standing: Standing) -> Self:
        same = ("register_name", "received_at", "actor", "traceparent", "status", "rows", "unreadable", "decision")
        return cls(
            id=standing.receipt_id,
            message_id=standing.id,
            day=standing.day or "",
            why=standing.why_held,
            would_change=standing.counts,
            **{name: getattr(standing, name) for name in same},
        )


class HeldWhole(Held):
    """… with the first of the subjects that it concerns, and what is wrong with rows, as in the receipt."""

    listed: dict[str, Listed]
    """By partner; `would_change` tells how many there are."""
    complete: bool
    """False where a row could not be attributed: then nothing that is missing is removed."""
    problems: tuple[Problem, ...]


class HeldList(BaseModel):
    """Those that wait for an operator, oldest first."""

    items: list[Held]


def held_router(bridge: Bridge, editions: Editions, desk: Desk) -> APIRouter:
    """The routes under `/v1/held`. All ask for a token of an operator of this country."""
    router = APIRouter(prefix="/v1/held", tags=["held editions"])
    operator = actor("operator", party=bridge.country)

    async def whole(standing: Standing) -> HeldWhole:
        receipt: Receipt | None = await available(desk.receipt(standing.receipt_id))
        problems = () if receipt is None else receipt.problems
        held = dict(Held.of(standing))
        return HeldWhole(**held, listed=standing.listed, complete=standing.complete, problems=problems)

    @router.get("", summary="Editions that wait for an operator")
    async def show_all(_: Annotated[Actor, Depends(operator)]) -> HeldList:
        found = await available(editions.held())
        return HeldList(items=[Held.of(standing) for standing in found])

    @router.get("/{receipt_id}", summary="A held edition and what it would change", response_model_exclude_none=True)
    async def show(receipt_id: str, _: Annotated[Actor, Depends(operator)]) -> HeldWhole:
        standing: Standing | None = await available(editions.standing(receipt_id))
        if standing is None or not standing.was_held:
            raise ProblemError(problem("not-found", f"No held edition has the receipt {receipt_id}."))
        return await whole(standing)

    async def decide(receipt_id: str, decision: Any, word: Word, by: Actor) -> HeldWhole:
        return await whole(await available(editions.decide(receipt_id, decision, word.reason, str(by))))

    @router.post("/{receipt_id}/confirm", summary="Let it change the register", response_model_exclude_none=True)
    async def confirm(receipt_id: str, word: Word, by: Annotated[Actor, Depends(operator)]) -> HeldWhole:
        """It is compared anew and sent. The reason and who gave it go into the ledger; the first word counts."""
        return await decide(receipt_id, "confirm", word, by)

    @router.post("/{receipt_id}/reject", summary="Let it change nothing", response_model_exclude_none=True)
    async def reject(receipt_id: str, word: Word, by: Annotated[Actor, Depends(operator)]) -> HeldWhole:
        """The reason and who gave it go into the ledger; the first word counts."""
        return await decide(receipt_id, "reject", word, by)

    return router
