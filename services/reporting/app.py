"""Reporting: the rules of each matter, its topics, its deadlines and its read API put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from services.reporting.misconduct_reports import decisions as misconduct_reports
from services.reporting.misconduct_reports.model import MisconductReportRecord
from services.reporting.misconduct_reports.model import evolve as evolve_misconduct_report
from services.reporting.notices import decisions as notices
from services.reporting.notices.model import NoticeRecord
from services.reporting.notices.model import evolve as evolve_notice
from services.reporting.notices.reactions import registry_reactor
from services.reporting.test_fraud_reports import decisions as test_fraud_reports
from services.reporting.test_fraud_reports.model import TestFraudReportRecord
from services.reporting.test_fraud_reports.model import evolve as evolve_test_fraud_report
from shared.agreements import Agreements
from shared.cases.api import router as cases_router
from shared.cases.deadlines import reporting
from shared.cases.deliveries import delivery_reactors
from shared.cases.rules import DEADLINE
from shared.contracts import misconduct_report as misconduct
from shared.contracts import notice as improper_conduct
from shared.contracts import test_fraud_report as test_fraud
from shared.contracts.base import Contract
from shared.contracts.case import RecordCaseDelivery, ReportDeadline
from shared.messaging.decider import Decider
from shared.service import Runtime, Service
from shared.settings import Settings

NAME = "reporting"
COMMANDS_TOPIC = "reporting.commands.v1"
SHARED: Mapping[str, tuple[type[Contract], ...]] = {
    misconduct.KIND: misconduct.SHARED,
    test_fraud.KIND: test_fraud.SHARED,
    improper_conduct.KIND: improper_conduct.SHARED,
}
"""Events of which it is recorded when the other side's national system received them, by kind of case."""


def misconduct_report(agreements: Agreements) -> Decider[MisconductReportRecord]:
    """The decider of misconduct reports under these agreements."""
    return Decider(
        kind=misconduct.KIND,
        state=MisconductReportRecord,
        commands=_named(*misconduct.COMMANDS),
        initial=lambda _: MisconductReportRecord(),
        decide=partial(misconduct_reports.decide, agreements.get),
        evolve=evolve_misconduct_report,
    )


def fraud_report(agreements: Agreements) -> Decider[TestFraudReportRecord]:
    """The decider of test-fraud reports under these agreements."""
    return Decider(
        kind=test_fraud.KIND,
        state=TestFraudReportRecord,
        commands=_named(*test_fraud.COMMANDS),
        initial=lambda _: TestFraudReportRecord(),
        decide=partial(test_fraud_reports.decide, agreements.get),
        evolve=evolve_test_fraud_report,
    )


def notice(agreements: Agreements) -> Decider[NoticeRecord]:
    """The decider of notices of seemingly improper conduct under these agreements."""
    return Decider(
        kind=improper_conduct.KIND,
        state=NoticeRecord,
        commands=_named(*improper_conduct.COMMANDS, improper_conduct.RecordRegistryDecision, ReportDeadline),
        initial=lambda _: NoticeRecord(),
        decide=partial(notices.decide, agreements.get),
        evolve=evolve_notice,
    )


def _named(*commands: type[Contract]) -> Mapping[str, type[Contract]]:
    """By their types; every case is told of its deliveries."""
    every: tuple[type[Contract], ...] = (*commands, RecordCaseDelivery)
    return {command.__name__: command for command in every}


def deciders(agreements: Agreements) -> Sequence[Decider[Any]]:
    """The deciders of every kind of case."""
    return [misconduct_report(agreements), fraud_report(agreements), notice(agreements)]


def build(runtime: Runtime[Settings]) -> Service:
    """The service as the kernel runs it."""
    agreements = runtime.agreements
    return Service(
        name=NAME,
        deciders=deciders(agreements),
        reactors=[*delivery_reactors(agreements, SHARED, COMMANDS_TOPIC), registry_reactor(COMMANDS_TOPIC)],
        handlers={DEADLINE: reporting(runtime.clock)},
        routers=[cases_router(deciders(agreements), runtime.streams, agreements, runtime.clock)],
        description="What either side has learned of wrongdoing and shared, and what came of it. Confidential.",
    )
