"""What concerns the agreement itself (M2, M9, M10a), in Japan's words. The layout is assumed; see cases.py."""

from __future__ import annotations

from typing import Final

from services.bridge_jp.cases import LAYOUT, TERMS
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
            contact_point_change.ContactPointChanged: "連絡窓口変更",
            contact_point_change.ContactPointAcknowledged: "連絡窓口変更確認",
        },
        members={
            "names": "窓口名称",
            "effective_on": "変更日",
            "key_set": "公開鍵ハッシュ値",
            "note": "備考",
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
            termination_notice.TerminationNoticeGiven: "終了通告",
            termination_notice.TerminationNoticeAcknowledged: "終了通告確認",
            termination_notice.AgreementEnded: "協力終了通知",
        },
        members={
            "given_on": "通告日",
            "ends_on": "終了日",
            "ends_at": "終了日時",
            "ended_on": "終了日",
            "note": "備考",
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
            amendment.AmendmentProposed: "改正提案",
            amendment.AmendmentSigned: "改正署名",
            amendment.AmendmentWithdrawn: "改正提案取下げ",
        },
        members={
            "digest": "本文ハッシュ値",
            "effective_on": "適用日",
            "signed_on": "署名日",
            "signatory": "署名者",
            "in_force_on": "発効日",
        },
        values={},
    ),
)


def review_due(event: ReviewDue, about: About) -> Document:
    """M9: the framework is to be reviewed. It goes back to no message of a side."""
    return {
        "文書種別": "枠組み見直し時期到来通知",
        "配信番号": about.delivery_id,
        LAYOUT.words.version: VERSION,
        "協定": event.agreement,
        "見直し日": LAYOUT.written_day(event.due_on),
        "次回見直し日": LAYOUT.written_day(event.next_on),
        LAYOUT.words.recorded_at: LAYOUT.written_moment(event.recorded_at),
    }


FRAMEWORK_REVIEWS: Final = Translations(outward={ReviewDue: review_due})
