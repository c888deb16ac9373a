"""What every refusal tells beside its slug: the state that it met. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeVar

from shared.contracts.base import Contract
from shared.messaging.decider import Context, Decided, Refusal

S = TypeVar("S")
Rules = Callable[[S, Contract, Context], Decided | Refusal]

NOT_LOOKED_AT: Final = "not-looked-at"
"""The state that a message meets which has gone astray: its sender is told nothing of a record that is not its own."""


def stating(rules: Rules[S], status: Callable[[S, Context], str]) -> Rules[S]:
    """The rules, with the record's `status` in each refusal that is for what the message itself says."""

    def decide(state: S, command: Contract, context: Context) -> Decided | Refusal:
        outcome = rules(state, command, context)
        if isinstance(outcome, Refusal) and outcome.state is None:
            return replace(outcome, state=status(state, context))
        return outcome

    return decide
