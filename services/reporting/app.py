"""Reporting: the rules of each matter, its topics, its deadlines and its read API put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.reporting.misconduct_reports import decisions as misconduct_reports
from services.reporting.misconduct_reports.model import MisconductReportRecord
from services.reporting.misconduct_reports.model import evolve as evolve_misconduct_report
from services.reporting.notices import decisions as notices
from services.reporting.notices.model import NoticeRecord
from services.reporting.notices.model import evolve as evolve_notice
from services.reporting.reactions import reactors
from services.reporting.resemblances import decisions as resemblances
from services.reporting.resemblances.model import Meeting, ReportedSubjects, evolve_subjects
from services.reporting.resemblances.model import evolve as evolve_meeting
from services.reporting.test_fraud_reports import decisions as test_fraud_reports
from services.reporting.test_fraud_reports.model import TestFraudReportRecord
from services.reporting.test_fraud_reports.model import evolve as evolve_test_fraud_report
from shared.agreements import Agreements
from shared.cases.api import router as cases_router
from shared.cases.deadlines import reporting
from shared.cases.deciding import case_decider
from shared.cases.deliveries import delivery_reactors
from shared.cases.rules import DEADLINE
from shared.contracts import misconduct_report as misconduct
from shared.contracts import notice as improper_conduct
from shared.contracts import resemblance as resembling
from shared.contracts import test_fraud_report as test_fraud
from shared.contracts.base import Contract
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
    return case_decider(
        agreements,
        misconduct.KIND,
        misconduct.COMMANDS,
        MisconductReportRecord,
        misconduct_reports.decide,
        evolve_misconduct_report,
    )


def fraud_report(agreements: Agreements) -> Decider[TestFraudReportRecord]:
    """The decider of test-fraud reports under these agreements."""
    return case_decider(
        agreements,
        test_fraud.KIND,
        test_fraud.COMMANDS,
        TestFraudReportRecord,
        test_fraud_reports.decide,
        evolve_test_fraud_report,
    )


def notice(agreements: Agreements) -> Decider[NoticeRecord]:
    """The decider of notices of seemingly improper conduct under these agreements."""
    return case_decider(
        agreements,
        improper_conduct.KIND,
        (*improper_conduct.COMMANDS, improper_conduct.RecordRegistryDecision),
        NoticeRecord,
        notices.decide,
        evolve_notice,
    )


def reported_subjects() -> Decider[ReportedSubjects]:
    """The decider of whom reports name."""
    return Decider(
        kind=resembling.SUBJECTS_KIND,
        state=ReportedSubjects,
        commands={resembling.RecordReportedSubjects.__name__: resembling.RecordReportedSubjects},
        initial=lambda _: ReportedSubjects(),
        decide=resemblances.decide_subjects,
        evolve=evolve_subjects,
    )


def resemblance() -> Decider[Meeting]:
    """The decider of resemblances between organizations and those who were reported."""
    return Decider(
        kind=resembling.KIND,
        state=Meeting,
        commands={command.__name__: command for command in resembling.COMMANDS},
        initial=lambda _: Meeting(),
        decide=resemblances.decide,
        evolve=evolve_meeting,
    )


def deciders(agreements: Agreements) -> Sequence[Decider[Any]]:
    """The deciders of every kind of case."""
    return [misconduct_report(agreements), fraud_report(agreements), notice(agreements)]


def build(runtime: Runtime[Settings]) -> Service:
    """The service as the kernel runs it."""
    agreements = runtime.agreements
    return Service(
        name=NAME,
        deciders=[*deciders(agreements), reported_subjects(), resemblance()],
        reactors=[*delivery_reactors(agreements, SHARED, COMMANDS_TOPIC), *reactors(COMMANDS_TOPIC)],
        handlers={DEADLINE: reporting(runtime.clock)},
        routers=[cases_router(deciders(agreements), runtime.streams, agreements, runtime.clock)],
        description="What either side has learned of wrongdoing and shared, and what came of it. Confidential.",
    )
