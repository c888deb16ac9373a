"""What the deciders of all kinds of cases have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar

from shared.agreements import Agreements
from shared.cases.model import CaseRecord
from shared.cases.rules import FindAgreement
from shared.contracts.base import Contract
from shared.contracts.case import RecordCaseDelivery, ReportDeadline
from shared.messaging.decider import Context, Decided, Decider, Refusal
from shared.refusing import stating

R = TypeVar("R", bound=CaseRecord)


def case_decider(
    agreements: Agreements,
    kind: str,
    commands: Iterable[type[Contract]],
    record: type[R],
    decide: Callable[[FindAgreement, R, Contract, Context], Decided | Refusal],
    evolve: Callable[[R, Contract], R],
) -> Decider[R]:
    """The decider of a kind of case under these agreements. Beside `commands` every case is told of its deliveries, and
    by the clock of its deadlines.
    """
    every: tuple[type[Contract], ...] = (*commands, RecordCaseDelivery, ReportDeadline)
    return Decider(
        kind=kind,
        state=record,
        commands={command.__name__: command for command in every},
        initial=lambda _: record(),
        decide=stating(partial(decide, agreements.get), lambda state, _: state.outline.status),
        evolve=evolve,
    )
