"""What of the core every bridge follows. A further matter is a line or two here, and nothing else in the kit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from shared.contracts.base import Contract
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
    INSIDE,
    AccreditSendingOrganization,
    AmendSendingOrganization,
    ReinstateSendingOrganization,
    RenewSendingOrganization,
    ResumeSendingOrganization,
    RevokeSendingOrganization,
    SendingOrganizationAccredited,
    SendingOrganizationAmended,
    SendingOrganizationReinstated,
    SendingOrganizationRenewed,
    SendingOrganizationResumed,
    SendingOrganizationRevoked,
    SendingOrganizationSuspended,
    SuspendSendingOrganization,
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
from shared.contracts.test_catalogue import (
    EVENTS as TEST_CATALOGUE_EVENTS,
)
from shared.contracts.test_catalogue import (
    AnnounceTestSession,
    CancelTestSession,
    ChangeTestSession,
    ListTest,
    TestListed,
    TestSessionAnnounced,
    TestSessionCancelled,
    TestSessionChanged,
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

CORE_EVENTS: Final[Mapping[str, Sequence[type[Contract]]]] = {
    "registry.events.v1": (
        SendingOrganizationAccredited,
        SendingOrganizationAmended,
        SendingOrganizationRenewed,
        SendingOrganizationSuspended,
        SendingOrganizationResumed,
        SendingOrganizationRevoked,
        SendingOrganizationReinstated,
        *INSIDE,
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
        *TEST_CATALOGUE_EVENTS,
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
        CommandRefused,
    ),
    "inquiry.events.v1": (
        InquiryAsked,
        InquiryAnswered,
        InquiryDeclined,
        InquiryReminded,
        InquiryOverdue,
        CommandRefused,
    ),
    "publication.events.v1": (RegisterEntryPublished, CommandRefused),
}
"""Events of the core that a bridge has a use for, by topic."""

SAYS_THE_SAME: Final[Mapping[type[Contract], type[Contract]]] = {
    SendingOrganizationAccredited: AccreditSendingOrganization,
    SendingOrganizationAmended: AmendSendingOrganization,
    SendingOrganizationRenewed: RenewSendingOrganization,
    SendingOrganizationSuspended: SuspendSendingOrganization,
    SendingOrganizationResumed: ResumeSendingOrganization,
    SendingOrganizationRevoked: RevokeSendingOrganization,
    SendingOrganizationReinstated: ReinstateSendingOrganization,
    ImprovementOrderIssued: IssueImprovementOrder,
    ImprovementOrderAmended: AmendImprovementOrder,
    ImprovementOrderLifted: LiftImprovementOrder,
    FieldAcceptanceSuspended: SuspendFieldAcceptance,
    FieldAcceptanceResumed: ResumeFieldAcceptance,
    FieldSuspensionWithdrawn: WithdrawFieldSuspension,
    TestListed: ListTest,
    TestSessionAnnounced: AnnounceTestSession,
    TestSessionChanged: ChangeTestSession,
    TestSessionCancelled: CancelTestSession,
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
}
"""Events that repeat every member of the command they record, so that the receiving bridge can make the command again
from the event and see that it is what the originator signed. Event → command."""

BY_THE_CLOCK: Final[frozenset[type[Contract]]] = frozenset({InquiryReminded, InquiryOverdue})
"""Events that no message has caused: they go to national systems, and onto no receipt."""

TO_BOTH_SIDES: Final[frozenset[type[Contract]]] = frozenset({InquiryOverdue})
"""Of these, what the originator's national system is to have as well as the addressee's."""

BRIDGE_EVENTS: Final[Sequence[type[Contract]]] = (MessageDelivered, MessageUndelivered, CommandRefused)
"""Those of another country's bridge."""
