"""How the registry's read APIs find a record."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from shared.errors import ProblemError, problem
from shared.store.base import StoreUnavailable

R = TypeVar("R")

StateOf = Callable[[str, type[R]], Awaitable[R | None]]
"""Gives the state of a stream, None where nothing was recorded; may raise StoreUnavailable."""


async def state_or_problem(state_of: StateOf[R], stream: str, model: type[R]) -> R | None:
    """The stream's state. Raises ProblemError `not-available` while the database is away."""
    try:
        return await state_of(stream, model)
    except StoreUnavailable as error:
        raise ProblemError(problem("not-available", "The registry's database does not answer.")) from error


def nothing_recorded(number: str, country: str) -> ProblemError:
    """To be raised where a register has no such number."""
    return ProblemError(problem("not-found", f"Nothing is recorded of {number} in {country}."))
