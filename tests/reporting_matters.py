"""The matters of reporting, for tests of what holds of several: how each is asked and what it keeps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from services.reporting.app import fraud_report, misconduct_report, notice
from services.reporting.model import RevisedRecord
from shared.contracts.base import Contract
from shared.contracts.misconduct_report import (
    AcknowledgeMisconductReport,
    AssessMisconductReport,
    CloseMisconductReport,
    DeclineMisconductReport,
    TakeMeasureOnMisconductReport,
)
from shared.contracts.notice import DeclineNotice, OpenInvestigation, ReturnResult, TakeMeasure
from shared.contracts.test_fraud_report import (
    AcknowledgeTestFraudReport,
    AssessTestFraudReport,
    CloseTestFraudReport,
    DeclineTestFraudReport,
    TakeMeasureOnTestFraudReport,
)
from shared.errors import SLUGS
from shared.messaging.decider import Context, Decided, Decider, Refusal
from tests import case_builders as cases


@dataclass(frozen=True)
class Matter:
    """One matter: its decider, and builders of its messages. `kg` opens the case and `jp` replies."""

    decider: Decider[Any]
    clause: str
    stream: str
    submit: Callable[..., Contract]
    correct: Callable[..., Contract]
    """Of a revision, the second where none is named."""
    withdraw: Callable[..., Contract]
    replies: frozenset[type[Contract]]
    """Commands of the side that did not open the case."""

    @property
    def new(self) -> Any:
        return self.decider.initial(self.stream)

    def decided(self, state: RevisedRecord[Any], command: Contract, **envelope: Any) -> Decided | Refusal:
        if type(command) in self.replies:
            envelope = {"originator": "jp", "correlationid": "receipt-jp"} | envelope
        return self.within(state, command, cases.context(self.stream, **envelope))

    def within(self, state: RevisedRecord[Any], command: Contract, context: Context) -> Decided | Refusal:
        return self.decider.decide(state, command, context)

    def taken(self, state: RevisedRecord[Any], command: Contract, **envelope: Any) -> Any:
        """The one event that comes of it."""
        outcome = self.decided(state, command, **envelope)
        assert isinstance(outcome, Decided), outcome
        assert outcome.classification == "confidential"
        (event,) = outcome.events
        return event

    def refused(self, state: RevisedRecord[Any], command: Contract, **envelope: Any) -> Refusal:
        outcome = self.decided(state, command, **envelope)
        assert isinstance(outcome, Refusal), outcome
        assert outcome.slug in SLUGS
        return outcome

    def evolve(self, state: Any, event: Contract) -> Any:
        return self.decider.evolve(state, event)

    def after(self, *commands: Contract, state: Any = None, **envelope: Any) -> Any:
        """The state once all of them were taken."""
        state = self.new if state is None else state
        for command in commands:
            state = self.evolve(state, self.taken(state, command, **envelope))
        return state

    @property
    def name(self) -> str:
        """Of its contracts, as in `Submit<name>`."""
        return type(self.submit()).__name__.removeprefix("Submit")


@dataclass(frozen=True)
class ReportMatter(Matter):
    """One of which the other side takes note, which it assesses and closes."""

    acknowledge: Callable[..., Contract]
    assess: Callable[..., Contract]
    """Of a revision, the first where none is named."""
    take_measure: Callable[..., Contract]
    """With a number, the first where none is named."""
    close: Callable[..., Contract]
    """After so many measures, none where no number is named; likewise `decline`."""
    decline: Callable[..., Contract]


MISCONDUCT = ReportMatter(
    decider=misconduct_report(cases.AGREEMENTS),
    clause="M4.1",
    stream=cases.REPORT_STREAM,
    submit=cases.submit,
    correct=cases.correct,
    withdraw=cases.withdraw,
    acknowledge=cases.acknowledge,
    assess=cases.assess,
    take_measure=cases.take_report_measure,
    close=cases.close,
    decline=cases.decline_report,
    replies=frozenset(
        {
            AcknowledgeMisconductReport,
            AssessMisconductReport,
            TakeMeasureOnMisconductReport,
            CloseMisconductReport,
            DeclineMisconductReport,
        }
    ),
)
FRAUD = ReportMatter(
    decider=fraud_report(cases.AGREEMENTS),
    clause="M5.3",
    stream=cases.FRAUD_STREAM,
    submit=cases.submit_fraud,
    correct=cases.correct_fraud,
    withdraw=cases.withdraw_fraud,
    acknowledge=cases.acknowledge_fraud,
    assess=cases.assess_fraud,
    take_measure=cases.take_fraud_measure,
    close=cases.close_fraud,
    decline=cases.decline_fraud,
    replies=frozenset(
        {
            AcknowledgeTestFraudReport,
            AssessTestFraudReport,
            TakeMeasureOnTestFraudReport,
            CloseTestFraudReport,
            DeclineTestFraudReport,
        }
    ),
)
NOTICE = Matter(
    decider=notice(cases.AGREEMENTS),
    clause="M7.3",
    stream=cases.NOTICE_STREAM,
    submit=cases.submit_notice,
    correct=cases.correct_notice,
    withdraw=cases.withdraw_notice,
    replies=frozenset({OpenInvestigation, TakeMeasure, ReturnResult, DeclineNotice}),
)
REPORTS = (MISCONDUCT, FRAUD)
REVISED: tuple[Matter, ...] = (*REPORTS, NOTICE)
