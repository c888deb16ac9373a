"""What of the core every bridge follows. A further matter is a line or two here, and nothing else in the kit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from shared.contracts import consent, cooperation_request, residence_matter, return_assistance
from shared.contracts.base import Contract
from shared.contracts.case import CaseKind
from shared.contracts.common import CommandRefused
from shared.contracts.delivery import MessageDelivered, MessageUndelivered
from shared.contracts.field_acceptance import (
    FieldAcceptanceResumed,
    FieldAcceptanceSuspended,
    FieldAcceptanceUnchanged,
    FieldSuspensionWithdrawn,
    ResumeFieldAcceptance,
    SuspendFieldAcceptance,
    WithdrawFieldSuspension,
)
from shared.contracts.improvement_order import (
    AmendImprovementOrder,
    ImprovementOrderAmended,
    ImprovementOrderIssued,
    ImprovementOrderLifted,
    ImprovementOrderUnchanged,
    IssueImprovementOrder,
    LiftImprovementOrder,
)
from shared.contracts.inquiry import (
    AnswerInquiry,
    AskInquiry,
    DeclineInquiry,
    InquiryAnswered,
    InquiryAsked,
    InquiryDeclined,
    InquiryOverdue,
    InquiryReminded,
)
from shared.contracts.misconduct_report import (
    AcknowledgeMisconductReport,
    CorrectMisconductReport,
    MisconductReportAcknowledged,
    MisconductReportCorrected,
    MisconductReportSubmitted,
    MisconductReportWithdrawn,
    SubmitMisconductReport,
    WithdrawMisconductReport,
)
from shared.contracts.notice import (
    CorrectNotice,
    DeclineNotice,
    InvestigationOpened,
    MeasureTaken,
    NoticeCorrected,
    NoticeDeclined,
    NoticeSubmitted,
    NoticeWithdrawn,
    OpenInvestigation,
    ResultReturned,
    ReturnResult,
    SubmitNotice,
    TakeMeasure,
    WithdrawNotice,
)
from shared.contracts.publication import RegisterEntryPublished
from shared.contracts.sending_organization import (
    AccreditSendingOrganization,
    AmendSendingOrganization,
    RevokeSendingOrganization,
    SendingOrganizationAccredited,
    SendingOrganizationAmended,
    SendingOrganizationRevoked,
)
from shared.contracts.support_organization import (
    SupportOrganizationAmended,
    SupportOrganizationEditionRecorded,
    SupportOrganizationEditionUnchanged,
    SupportOrganizationRegistered,
    SupportOrganizationRemoved,
    SupportOrganizationResumed,
    SupportOrganizationSuspended,
    SupportOrganizationUnchanged,
)
from shared.contracts.test_fraud_report import (
    AcknowledgeTestFraudReport,
    CorrectTestFraudReport,
    SubmitTestFraudReport,
    TestFraudReportAcknowledged,
    TestFraudReportCorrected,
    TestFraudReportSubmitted,
    TestFraudReportWithdrawn,
    WithdrawTestFraudReport,
)

CASE_KINDS: Final[Sequence[CaseKind]] = (
    cooperation_request.CASES,
    return_assistance.CASES,
    residence_matter.CASES,
    consent.CASES,
)
"""Those that are made of statements. The first part of their topics' names is their owner's."""


def _of(owner: str) -> Sequence[type[Contract]]:
    return [event for kind in CASE_KINDS if kind.commands_topic.startswith(f"{owner}.") for event in kind.events]


CORE_EVENTS: Final[Mapping[str, Sequence[type[Contract]]]] = {
    "registry.events.v1": (
        SendingOrganizationAccredited,
        SendingOrganizationAmended,
        SendingOrganizationRevoked,
        SupportOrganizationRegistered,
        SupportOrganizationAmended,
        SupportOrganizationSuspended,
        SupportOrganizationResumed,
        SupportOrganizationRemoved,
        SupportOrganizationUnchanged,
        SupportOrganizationEditionRecorded,
        SupportOrganizationEditionUnchanged,
        ImprovementOrderIssued,
        ImprovementOrderAmended,
        ImprovementOrderLifted,
        ImprovementOrderUnchanged,
        FieldAcceptanceSuspended,
        FieldAcceptanceResumed,
        FieldSuspensionWithdrawn,
        FieldAcceptanceUnchanged,
        *_of("registry"),
        CommandRefused,
    ),
    "reporting.events.v1": (
        MisconductReportSubmitted,
        MisconductReportCorrected,
        MisconductReportWithdrawn,
        MisconductReportAcknowledged,
        TestFraudReportSubmitted,
        TestFraudReportCorrected,
        TestFraudReportWithdrawn,
        TestFraudReportAcknowledged,
        NoticeSubmitted,
        NoticeCorrected,
        NoticeWithdrawn,
        InvestigationOpened,
        MeasureTaken,
        ResultReturned,
        NoticeDeclined,
        *_of("reporting"),
        CommandRefused,
    ),
    "inquiry.events.v1": (
        InquiryAsked,
        InquiryAnswered,
        InquiryDeclined,
        InquiryReminded,
        InquiryOverdue,
        *_of("inquiry"),
        CommandRefused,
    ),
    "publication.events.v1": (RegisterEntryPublished, CommandRefused),
}
"""Events of the core that a bridge has a use for, by topic."""

SAYS_THE_SAME: Final[Mapping[type[Contract], type[Contract]]] = {
    SendingOrganizationAccredited: AccreditSendingOrganization,
    SendingOrganizationAmended: AmendSendingOrganization,
    SendingOrganizationRevoked: RevokeSendingOrganization,
    ImprovementOrderIssued: IssueImprovementOrder,
    ImprovementOrderAmended: AmendImprovementOrder,
    ImprovementOrderLifted: LiftImprovementOrder,
    FieldAcceptanceSuspended: SuspendFieldAcceptance,
    FieldAcceptanceResumed: ResumeFieldAcceptance,
    FieldSuspensionWithdrawn: WithdrawFieldSuspension,
    MisconductReportSubmitted: SubmitMisconductReport,
    MisconductReportCorrected: CorrectMisconductReport,
    MisconductReportWithdrawn: WithdrawMisconductReport,
    MisconductReportAcknowledged: AcknowledgeMisconductReport,
    TestFraudReportSubmitted: SubmitTestFraudReport,
    TestFraudReportCorrected: CorrectTestFraudReport,
    TestFraudReportWithdrawn: WithdrawTestFraudReport,
    TestFraudReportAcknowledged: AcknowledgeTestFraudReport,
    NoticeSubmitted: SubmitNotice,
    NoticeCorrected: CorrectNotice,
    NoticeWithdrawn: WithdrawNotice,
    InvestigationOpened: OpenInvestigation,
    MeasureTaken: TakeMeasure,
    ResultReturned: ReturnResult,
    NoticeDeclined: DeclineNotice,
    InquiryAsked: AskInquiry,
    InquiryAnswered: AnswerInquiry,
    InquiryDeclined: DeclineInquiry,
    **{one.event: one.command for kind in CASE_KINDS for one in kind.statements},
}
"""Events that repeat every member of the command they record, so that the receiving bridge can make the command again
from the event and see that it is what the originator signed. Event → command."""

BY_THE_CLOCK: Final[frozenset[type[Contract]]] = frozenset(
    {InquiryReminded, InquiryOverdue, *(event for kind in CASE_KINDS for event in kind.by_the_clock)}
)
"""Events that no message has caused: they go to national systems, and onto no receipt."""

TO_BOTH_SIDES: Final[frozenset[type[Contract]]] = frozenset(
    {InquiryOverdue, *(event for kind in CASE_KINDS for event in kind.to_both_sides)}
)
"""Of these, what the originator's national system is to have as well as the addressee's."""

BRIDGE_EVENTS: Final[Sequence[type[Contract]]] = (MessageDelivered, MessageUndelivered, CommandRefused)
"""Those of another country's bridge."""
