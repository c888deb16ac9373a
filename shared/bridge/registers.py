"""The HTTP side of a country's own registers: by what a partner's copy of one is compared (G8)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from shared.bridge.api import available
from shared.bridge.editions import Editions
from shared.bridge.kit import Bridge
from shared.errors import ProblemError, problem
from shared.merkle import MOST_AT_ONCE, Digits, RegisterDigest, Tree, told
from shared.security.tokens import Actor
from shared.web.auth import actor

Under = Annotated[tuple[Digits, ...], Query(max_length=MOST_AT_ONCE, description="Digits that lead to a subtree.")]


def registers_router(bridge: Bridge, editions: Editions) -> APIRouter:
    """The route under `/v1/registers`. It asks for a token of an operator of this country."""
    router = APIRouter(prefix="/v1/registers", tags=["own registers"])
    registers = {register.name: register for register in bridge.registers}

    @router.get("/{name}.digest", summary="The digest of a register as a partner was last sent it")
    async def register_digest(
        name: Annotated[str, Path(description="Which register.")],
        partner: Annotated[str, Query(description="The partner it was sent to: ISO 3166-1 alpha-2, lower case.")],
        _: Annotated[Actor, Depends(actor("operator", party=bridge.country))],
        under: Under = ("",),
    ) -> RegisterDigest:
        """As the public API answers for a register that a country publishes, and over the same contents."""
        if name not in registers:
            raise ProblemError(problem("not-found", f"{bridge.country} has no register {name} of its own here."))
        tree: Tree = await available(editions.tree(registers[name], partner))
        return told(tree, under)

    return router
