"""The kinds of cases that are made of statements, for tests of what holds of all: each with the ways that it may go.

A further kind is one more `StatedMatter` here. Its examples are those of its contract; `kg` opens the case, `jp` is the
other side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from services.inquiry.app import consent, cooperation_request, residence_matter, return_assistance
from shared.contracts import consent as consenting
from shared.contracts import cooperation_request as cooperation
from shared.contracts import residence_matter as residence
from shared.contracts import return_assistance as returning
from shared.contracts.base import Contract
from shared.contracts.case import CaseKind, InCase, Statement
from shared.contracts.consent import (
    AskConsent,
    DiscloseUnderConsent,
    GrantConsent,
    RefuseConsent,
    WithdrawConsent,
)
from shared.contracts.cooperation_request import (
    AcceptCooperation,
    CompleteCooperation,
    DeclineCooperation,
    RequestCooperation,
    WithdrawCooperationRequest,
)
from shared.contracts.residence_matter import (
    AnswerResidenceMatter,
    CloseResidenceMatter,
    DeclineResidenceMatter,
    RaiseResidenceMatter,
)
from shared.contracts.return_assistance import (
    AcceptReturnAssistance,
    BeginReturnProcedure,
    CloseReturnAssistance,
    ConfirmDeparture,
    DeclineReturnAssistance,
    IssueTravelDocument,
    RequestReturnAssistance,
)
from shared.errors import SLUGS
from shared.messaging.decider import Context, Decided, Decider, Refusal
from tests.case_builders import AGREEMENTS, NOW, context
from tests.contract.bridge.examples import placed

Said = type[InCase] | tuple[type[InCase], str]
"""A command, and where either side may give it, by whom."""


@dataclass(frozen=True, kw_only=True)
class StatedMatter:
    """One kind of case."""

    cases: CaseKind
    decider: Decider[Any]
    examples: Sequence[Contract]
    ways: Mapping[str, Sequence[Said]]
    """Legal ways from the first statement on, by the status in which they end."""
    transitions: Mapping[str, frozenset[str]]
    """From each status to those that may follow. From one to itself is always legal."""
    sealed: Mapping[str, str] = field(default_factory=dict)
    """What stands in sealed members, as the core sees it."""

    @property
    def statuses(self) -> frozenset[str]:
        return frozenset(self.transitions).union(*self.transitions.values())

    def command(self, kind: type[InCase]) -> InCase:
        """The example of it."""
        (example,) = (one for one in self.examples if type(one) is kind)
        found = placed(example, "kg", "jp")
        assert isinstance(found, InCase)
        return found.model_copy(
            update={name: envelope for name, envelope in self.sealed.items() if name in dict(found)}
        )

    @property
    def number(self) -> str:
        return self.command(self.cases.commands[0]).number

    @property
    def stream(self) -> str:
        return self.cases.stream("jp-kg", "kg", self.number)

    @property
    def new(self) -> Any:
        return self.decider.initial(self.stream)

    def statement(self, said: Said) -> tuple[Statement, str]:
        """What it is, and who makes it."""
        kind, by = said if isinstance(said, tuple) else (said, None)
        statement = self.cases.said(kind)
        return statement, by or ("jp" if statement.by == "other" else "kg")

    def decided(self, state: Any, command: Contract, by: str, number: int = 1, **envelope: Any) -> Decided | Refusal:
        """The rule's outcome; `number` tells messages apart."""
        return self.decider.decide(state, command, self.envelope(by, number, **envelope))

    def envelope(self, by: str, number: int = 1, **attributes: Any) -> Context:
        usual = {"originator": by, "addressee": "jp" if by == "kg" else "kg", "correlationid": f"receipt-{number}"}
        return context(self.stream, NOW + timedelta(minutes=number), **usual | attributes)

    def after(self, *said: Said | Contract, state: Any = None, by: str = "kg") -> Any:
        """The state once all of it was taken. Commands that are no mere examples are said by `by`."""
        state = self.new if state is None else state
        for number, one in enumerate(said):
            if isinstance(one, Contract):
                command, who = one, by
            else:
                statement, who = self.statement(one)
                command = self.command(statement.command)
            outcome = self.decided(state, command, who, number)
            assert isinstance(outcome, Decided), outcome
            for event in outcome.events:
                state = self.decider.evolve(state, event)
        return state

    def refused(self, state: Any, command: Contract, by: str, **envelope: Any) -> Refusal:
        outcome = self.decided(state, command, by, **envelope)
        assert isinstance(outcome, Refusal), outcome
        assert outcome.slug in SLUGS
        return outcome


COOPERATION_REQUESTS: Final = StatedMatter(
    cases=cooperation.CASES,
    decider=cooperation_request(AGREEMENTS),
    examples=cooperation.EXAMPLES,
    ways={
        "done": (RequestCooperation, AcceptCooperation, CompleteCooperation),
        "declined": (RequestCooperation, DeclineCooperation),
        "withdrawn": (RequestCooperation, AcceptCooperation, WithdrawCooperationRequest),
    },
    transitions={
        "unknown": frozenset({"requested"}),
        "requested": frozenset({"accepted", "partly-accepted", "declined", "withdrawn"}),
        "accepted": frozenset({"done", "withdrawn"}),
        "partly-accepted": frozenset({"done", "withdrawn"}),
    },
)

RETURN_ASSISTANCE: Final = StatedMatter(
    cases=returning.CASES,
    decider=return_assistance(AGREEMENTS),
    examples=returning.EXAMPLES,
    ways={
        "closed": (
            RequestReturnAssistance,
            AcceptReturnAssistance,
            BeginReturnProcedure,
            IssueTravelDocument,
            ConfirmDeparture,
            CloseReturnAssistance,
        ),
        "declined": (RequestReturnAssistance, AcceptReturnAssistance, DeclineReturnAssistance),
        "departed": (RequestReturnAssistance, AcceptReturnAssistance, ConfirmDeparture),
    },
    transitions={
        "unknown": frozenset({"requested"}),
        "requested": frozenset({"accepted", "declined", "closed"}),
        "accepted": frozenset({"procedure-begun", "document-issued", "departed", "declined", "closed"}),
        "procedure-begun": frozenset({"document-issued", "departed", "declined", "closed"}),
        "document-issued": frozenset({"departed", "closed"}),
        "departed": frozenset({"closed"}),
    },
)

RESIDENCE_MATTERS: Final = StatedMatter(
    cases=residence.CASES,
    decider=residence_matter(AGREEMENTS),
    examples=residence.EXAMPLES,
    ways={
        "closed": (RaiseResidenceMatter, AnswerResidenceMatter, AnswerResidenceMatter, CloseResidenceMatter),
        "declined": (RaiseResidenceMatter, DeclineResidenceMatter),
    },
    transitions={
        "unknown": frozenset({"raised"}),
        "raised": frozenset({"answered", "declined", "closed"}),
        "answered": frozenset({"closed"}),
    },
)

CONSENTS: Final = StatedMatter(
    cases=consenting.CASES,
    decider=consent(AGREEMENTS),
    examples=consenting.EXAMPLES,
    ways={
        "granted": (AskConsent, GrantConsent, DiscloseUnderConsent, DiscloseUnderConsent),
        "refused": (AskConsent, RefuseConsent),
        "withdrawn": (AskConsent, GrantConsent, DiscloseUnderConsent, WithdrawConsent),
    },
    transitions={
        "unknown": frozenset({"asked"}),
        "asked": frozenset({"granted", "refused"}),
        "granted": frozenset({"withdrawn", "expired", "used"}),
    },
)

STATED: Final = (COOPERATION_REQUESTS, RETURN_ASSISTANCE, RESIDENCE_MATTERS, CONSENTS)
