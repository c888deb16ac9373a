"""What concerns the agreement itself (M2, M9, M10a), in the ministry's words. The layout is assumed; see cases.py."""

from __future__ import annotations

from typing import Final

from services.bridge_kg.cases import LAYOUT, TERMS
from shared.bridge.case_layout import VERSION
from shared.bridge.kit import About, Translations
from shared.bridge.reading import Document
from shared.bridge.statements import CaseTerms, statements
from shared.contracts import amendment, contact_point_change, termination_notice
from shared.contracts.framework_review import ReviewDue

CONTACT_POINT_CHANGES: Final = statements(
    LAYOUT,
    contact_point_change.CASES,
    TERMS
    | CaseTerms(
        documents={
            contact_point_change.ContactPointChanged: "contact-point-change",
            contact_point_change.ContactPointAcknowledged: "contact-point-acknowledgement",
        },
        members={
            "names": "наименования",
            "effective_on": "действует_с",
            "key_set": "хэш_ключей",
            "note": "примечание",
        },
        values={},
    ),
)

TERMINATION_NOTICES: Final = statements(
    LAYOUT,
    termination_notice.CASES,
    TERMS
    | CaseTerms(
        documents={
            termination_notice.TerminationNoticeGiven: "termination-notice",
            termination_notice.TerminationNoticeAcknowledged: "termination-notice-acknowledgement",
            termination_notice.AgreementEnded: "agreement-ended",
        },
        members={
            "given_on": "дата_уведомления",
            "ends_on": "дата_прекращения",
            "ends_at": "прекращение",
            "ended_on": "дата_прекращения",
            "note": "примечание",
        },
        values={},
    ),
)

AMENDMENTS: Final = statements(
    LAYOUT,
    amendment.CASES,
    TERMS
    | CaseTerms(
        documents={
            amendment.AmendmentProposed: "amendment-proposal",
            amendment.AmendmentSigned: "amendment-signature",
            amendment.AmendmentWithdrawn: "amendment-withdrawal",
        },
        members={
            "digest": "хэш_текста",
            "effective_on": "действует_с",
            "signed_on": "дата_подписи",
            "signatory": "подписал",
            "in_force_on": "вступает_в_силу",
        },
        values={},
    ),
)


def review_due(event: ReviewDue, about: About) -> Document:
    """M9: the framework is to be reviewed. It goes back to no message of a side."""
    return {
        "document_type": "framework-review-due",
        "delivery_id": about.delivery_id,
        LAYOUT.words.version: VERSION,
        "соглашение": event.agreement,
        "дата_пересмотра": LAYOUT.written_day(event.due_on),
        "следующий_пересмотр": LAYOUT.written_day(event.next_on),
        LAYOUT.words.recorded_at: LAYOUT.written_moment(event.recorded_at),
    }


FRAMEWORK_REVIEWS: Final = Translations(outward={ReviewDue: review_due})
