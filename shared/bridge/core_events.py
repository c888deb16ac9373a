"""What of the core every bridge follows. A further matter is a line or two here, and nothing else in the kit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from shared.contracts import (
    amendment,
    consent,
    consultation,
    contact_point_change,
    cooperation_request,
    inquiry,
    residence_matter,
    return_assistance,
    termination_notice,
)
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
from shared.contracts.framework_review import ReviewDue
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
    AssessMisconductReport,
    CloseMisconductReport,
    CorrectMisconductReport,
    DeclineMisconductReport,
    MisconductReportAcknowledged,
    MisconductReportAssessed,
    MisconductReportClosed,
    MisconductReportCorrected,
    MisconductReportDeclined,
    MisconductReportMeasureTaken,
    MisconductReportSubmitted,
    MisconductReportWithdrawn,
    SubmitMisconductReport,
    TakeMeasureOnMisconductReport,
    WithdrawMisconductReport,
)
from shared.contracts.notice import (
    CorrectNotice,
    DeclineNotice,
    InvestigationOpened,
    MeasureTaken,
    NoticeCorrected,
    NoticeDeclined,
    NoticeOverdue,
    NoticeReminded,
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
from shared.contracts.resemblance import FOUND, ResemblanceFound
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
    AssessTestFraudReport,
    CloseTestFraudReport,
    CorrectTestFraudReport,
    DeclineTestFraudReport,
    SubmitTestFraudReport,
    TakeMeasureOnTestFraudReport,
    TestFraudReportAcknowledged,
    TestFraudReportAssessed,
    TestFraudReportClosed,
    TestFraudReportCorrected,
    TestFraudReportDeclined,
    TestFraudReportMeasureTaken,
    TestFraudReportSubmitted,
    TestFraudReportWithdrawn,
    WithdrawTestFraudReport,
)

CASE_KINDS: Final[Sequence[CaseKind]] = (
    inquiry.CASES,
    cooperation_request.CASES,
    consultation.CASES,
    contact_point_change.CASES,
    termination_notice.CASES,
    amendment.CASES,
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
        ReviewDue,
        *_of("registry"),
        CommandRefused,
    ),
    "reporting.events.v1": (
        MisconductReportSubmitted,
        MisconductReportCorrected,
        MisconductReportWithdrawn,
        MisconductReportAcknowledged,
        MisconductReportAssessed,
        MisconductReportMeasureTaken,
        MisconductReportClosed,
        MisconductReportDeclined,
        TestFraudReportSubmitted,
        TestFraudReportCorrected,
        TestFraudReportWithdrawn,
        TestFraudReportAcknowledged,
        TestFraudReportAssessed,
        TestFraudReportMeasureTaken,
        TestFraudReportClosed,
        TestFraudReportDeclined,
        NoticeSubmitted,
        NoticeCorrected,
        NoticeWithdrawn,
        InvestigationOpened,
        MeasureTaken,
        ResultReturned,
        NoticeDeclined,
        NoticeReminded,
        NoticeOverdue,
        *FOUND,
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
    MisconductReportAssessed: AssessMisconductReport,
    MisconductReportMeasureTaken: TakeMeasureOnMisconductReport,
    MisconductReportClosed: CloseMisconductReport,
    MisconductReportDeclined: DeclineMisconductReport,
    TestFraudReportSubmitted: SubmitTestFraudReport,
    TestFraudReportCorrected: CorrectTestFraudReport,
    TestFraudReportWithdrawn: WithdrawTestFraudReport,
    TestFraudReportAcknowledged: AcknowledgeTestFraudReport,
    TestFraudReportAssessed: AssessTestFraudReport,
    TestFraudReportMeasureTaken: TakeMeasureOnTestFraudReport,
    TestFraudReportClosed: CloseTestFraudReport,
    TestFraudReportDeclined: DeclineTestFraudReport,
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

_CLOSING: Final[Sequence[type[Contract]]] = (
    MisconductReportWithdrawn,
    MisconductReportAcknowledged,
    MisconductReportAssessed,
    MisconductReportMeasureTaken,
    MisconductReportClosed,
    MisconductReportDeclined,
    TestFraudReportWithdrawn,
    TestFraudReportAcknowledged,
    TestFraudReportAssessed,
    TestFraudReportMeasureTaken,
    TestFraudReportClosed,
    TestFraudReportDeclined,
    NoticeWithdrawn,
    InvestigationOpened,
    MeasureTaken,
    ResultReturned,
    NoticeDeclined,
    InquiryAnswered,
    InquiryDeclined,
    *(one.event for kind in CASE_KINDS for one in kind.after_the_end),
)
CLOSING: Final[Mapping[type[Contract], type[Contract]]] = {event: SAYS_THE_SAME[event] for event in _CLOSING}
"""M10a: what is said in a case that is open, so that it can be closed: it passes after the agreement has ended too. So
does the clock's word, but where it opens a case. Event → command."""

BY_THE_CLOCK: Final[frozenset[type[Contract]]] = frozenset(
    {
        InquiryReminded,
        InquiryOverdue,
        NoticeReminded,
        NoticeOverdue,
        ReviewDue,
        *(event for kind in CASE_KINDS for event in kind.by_the_clock),
    }
)
"""Events that no message has caused."""

UNSAID: Final[frozenset[type[Contract]]] = BY_THE_CLOCK | frozenset(FOUND)
"""Events that no side has said: they go to national systems, and onto no receipt."""

OPENED_UNSAID: Final[frozenset[type[Contract]]] = frozenset(
    {ReviewDue, *FOUND, *(event for kind in CASE_KINDS for event in kind.opened_by_the_clock)}
)
"""Of these, what is new sharing (M10a): nobody has to say anything for it to begin."""

BY_THE_AGREEMENT: Final[frozenset[type[Contract]]] = frozenset({ReviewDue})
"""Of those by the clock, what follows from no message at all, but from the agreement's file: nobody has signed it."""

TO_BOTH_SIDES: Final[frozenset[type[Contract]]] = frozenset(
    {
        InquiryOverdue,
        NoticeOverdue,
        ReviewDue,
        ResemblanceFound,
        *(event for kind in CASE_KINDS for event in kind.to_both_sides),
    }
)
"""Of those that no side has said, what the originator's national system is to have as well as the addressee's."""

BRIDGE_EVENTS: Final[Sequence[type[Contract]]] = (MessageDelivered, MessageUndelivered, CommandRefused)
"""Those of another country's bridge."""
