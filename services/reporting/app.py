"""Reporting: its rules, its topics and its read API put together."""

from __future__ import annotations

from functools import partial

from services.reporting import api
from services.reporting.decisions import decide
from services.reporting.model import MisconductReportRecord, evolve
from shared.agreements import Agreements
from shared.cases.deliveries import delivery_reactors
from shared.cases.listing import Cases
from shared.contracts.case import RecordCaseDelivery
from shared.contracts.misconduct_report import (
    KIND,
    AcknowledgeMisconductReport,
    CorrectMisconductReport,
    MisconductReportCorrected,
    MisconductReportSubmitted,
    MisconductReportWithdrawn,
    SubmitMisconductReport,
    WithdrawMisconductReport,
)
from shared.messaging.decider import Decider
from shared.service import Runtime, Service
from shared.settings import Settings

NAME = "reporting"
COMMANDS_TOPIC = "reporting.commands.v1"
SHARED = (MisconductReportSubmitted, MisconductReportCorrected, MisconductReportWithdrawn)
"""Events of which it is recorded when the other side's national system received them."""


def misconduct_report(agreements: Agreements) -> Decider[MisconductReportRecord]:
    """The decider of misconduct reports under these agreements."""
    return Decider(
        kind=KIND,
        state=MisconductReportRecord,
        commands={
            command.__name__: command
            for command in (
                SubmitMisconductReport,
                CorrectMisconductReport,
                WithdrawMisconductReport,
                AcknowledgeMisconductReport,
                RecordCaseDelivery,
            )
        },
        initial=lambda _: MisconductReportRecord(),
        decide=partial(decide, agreements.get),
        evolve=evolve,
    )


def build(runtime: Runtime[Settings]) -> Service:
    """The service as the kernel runs it."""
    agreements = runtime.agreements
    return Service(
        name=NAME,
        deciders=[misconduct_report(agreements)],
        reactors=delivery_reactors(agreements, KIND, SHARED, COMMANDS_TOPIC),
        routers=[api.router(Cases(runtime.streams, agreements, KIND, MisconductReportRecord))],
        description="What either side has learned of misconduct and shared with the other. Confidential.",
    )
