"""The kinds of cases that are made of statements, for tests of what holds of all: each with the ways that it may go.

A further kind is one more `StatedMatter` here. Its examples are those of its contract; `kg` opens the case, `jp` is the
other side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Final

from services.inquiry.app import consent, consultation, cooperation_request, residence_matter, return_assistance
from services.registry.app import amendments_under, contact_point_changes_under, termination_notices_under
from shared.contracts import amendment, contact_point_change, termination_notice
from shared.contracts import consent as consenting
from shared.contracts import consultation as meetings
from shared.contracts import cooperation_request as cooperation
from shared.contracts import residence_matter as residence
from shared.contracts import return_assistance as returning
from shared.contracts.amendment import ProposeAmendment, SignAmendment, WithdrawAmendment
from shared.contracts.base import Contract
from shared.contracts.case import CaseKind, InCase, Statement
from shared.contracts.consent import (
    AskConsent,
    DiscloseUnderConsent,
    GrantConsent,
    RefuseConsent,
    WithdrawConsent,
)
from shared.contracts.consultation import (
    AddAgendaItem,
    AgreeConsultationDate,
    AgreeMinutes,
    CancelConsultation,
    CompleteActionItem,
    HoldConsultation,
    ProposeConsultation,
    ProposeConsultationDate,
    ProposeMinutes,
    StatePosition,
)
from shared.contracts.contact_point_change import AcknowledgeContactPoint, ChangeContactPoint
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
from shared.contracts.termination_notice import AcknowledgeTerminationNotice, GiveTerminationNotice
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
    today: date | None = None
    """The day in the examples that is the day on which they are said: what has been is told of no other."""

    @property
    def statuses(self) -> frozenset[str]:
        return frozenset(self.transitions).union(*self.transitions.values())

    def command(self, kind: type[InCase]) -> InCase:
        """The example of it."""
        (example,) = (one for one in self.examples if type(one) is kind)
        found = placed(example, "kg", "jp")
        assert isinstance(found, InCase)
        if self.today is not None:
            members = found.model_dump(mode="json")
            found = kind.model_validate(instead(members, self.today.isoformat(), NOW.date().isoformat()))
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


def instead(value: Any, one: str, other: str) -> Any:
    """The JSON value with one text instead of another, wherever it stands."""
    if isinstance(value, dict):
        return {name: instead(member, one, other) for name, member in value.items()}
    if isinstance(value, list):
        return [instead(member, one, other) for member in value]
    return other if value == one else value


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

_AGREED: Final[tuple[Said, ...]] = (
    ProposeConsultation,
    (ProposeConsultationDate, "jp"),
    (AgreeConsultationDate, "kg"),
)
_MINUTES_AGREED: Final[tuple[Said, ...]] = (
    *_AGREED,
    (AddAgendaItem, "jp"),
    (StatePosition, "jp"),
    HoldConsultation,
    (ProposeMinutes, "kg"),
    (AgreeMinutes, "jp"),
)
CONSULTATIONS: Final = StatedMatter(
    cases=meetings.CASES,
    decider=consultation(AGREEMENTS),
    examples=meetings.EXAMPLES,
    ways={
        "closed": (*_MINUTES_AGREED, (CompleteActionItem, "jp")),
        "cancelled": (*_AGREED, (CancelConsultation, "jp")),
    },
    transitions={
        "unknown": frozenset({"proposed"}),
        "proposed": frozenset({"date-agreed", "cancelled"}),
        "date-agreed": frozenset({"held", "cancelled"}),
        "held": frozenset({"minutes-agreed", "closed"}),
        "minutes-agreed": frozenset({"closed"}),
    },
    today=date(2031, 5, 14),
)

DISPUTES: Final = replace(
    CONSULTATIONS,
    examples=(
        *meetings.DISPUTE_EXAMPLES,
        *(one for one in meetings.EXAMPLES if not isinstance(one, ProposeConsultation | ProposeMinutes)),
    ),
    ways={
        "closed": CONSULTATIONS.ways["closed"],
        "cancelled": (*_AGREED, (CancelConsultation, "kg")),
    },
)
"""Consultations on a dispute (M10b): what is said otherwise than in others has no example in the bridges' suite."""

CONTACT_POINT_CHANGES: Final = StatedMatter(
    cases=contact_point_change.CASES,
    decider=contact_point_changes_under(AGREEMENTS),
    examples=contact_point_change.EXAMPLES,
    ways={"acknowledged": (ChangeContactPoint, AcknowledgeContactPoint)},
    transitions={"unknown": frozenset({"told"}), "told": frozenset({"acknowledged"})},
)

TERMINATION_NOTICES: Final = StatedMatter(
    cases=termination_notice.CASES,
    decider=termination_notices_under(AGREEMENTS),
    examples=termination_notice.EXAMPLES,
    ways={"acknowledged": (GiveTerminationNotice, AcknowledgeTerminationNotice)},
    transitions={
        "unknown": frozenset({"given"}),
        "given": frozenset({"acknowledged", "ended"}),
        "acknowledged": frozenset({"ended"}),
    },
)

AMENDMENTS: Final = StatedMatter(
    cases=amendment.CASES,
    decider=amendments_under(AGREEMENTS),
    examples=amendment.EXAMPLES,
    ways={
        "agreed": (ProposeAmendment, (SignAmendment, "kg"), (SignAmendment, "jp")),
        "withdrawn": (ProposeAmendment, (SignAmendment, "jp"), WithdrawAmendment),
    },
    transitions={
        "unknown": frozenset({"proposed"}),
        "proposed": frozenset({"signed", "withdrawn"}),
        "signed": frozenset({"agreed", "withdrawn"}),
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

STATED: Final = (
    COOPERATION_REQUESTS,
    CONSULTATIONS,
    RETURN_ASSISTANCE,
    RESIDENCE_MATTERS,
    CONSENTS,
    CONTACT_POINT_CHANGES,
    TERMINATION_NOTICES,
    AMENDMENTS,
)
