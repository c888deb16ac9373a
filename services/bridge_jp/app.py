"""Japan's bridge."""

from __future__ import annotations

from services.bridge_jp.agreements import AMENDMENTS, CONTACT_POINT_CHANGES, FRAMEWORK_REVIEWS, TERMINATION_NOTICES
from services.bridge_jp.answers import ANSWERS
from services.bridge_jp.consents import CONSENTS
from services.bridge_jp.consultations import CONSULTATIONS
from services.bridge_jp.cooperation_requests import COOPERATION_REQUESTS
from services.bridge_jp.field_acceptance import FIELD_ACCEPTANCE
from services.bridge_jp.improvement_orders import IMPROVEMENT_ORDERS
from services.bridge_jp.inquiries import INQUIRIES, INQUIRY_STATEMENTS
from services.bridge_jp.misconduct_reports import MISCONDUCT_REPORTS
from services.bridge_jp.notices import NOTICES
from services.bridge_jp.resemblances import RESEMBLANCES
from services.bridge_jp.residence_matters import RESIDENCE_MATTERS
from services.bridge_jp.return_assistance import RETURN_ASSISTANCE
from services.bridge_jp.support_organizations import commands, digests, end
from services.bridge_jp.support_organizations_edition import read_edition
from services.bridge_jp.test_catalogue import TEST_CATALOGUE
from services.bridge_jp.test_fraud_reports import TEST_FRAUD_REPORTS
from services.bridge_jp.translation import COUNTRY, SENDING_ORGANIZATIONS
from shared.bridge.kit import Bridge, BridgeFeatures
from shared.bridge.snapshot import SnapshotRegister

SUPPORT_ORGANIZATIONS = [
    SnapshotRegister(
        name="support-organizations",
        media_type=media_type,
        suffix=suffix,
        read=read_edition,
        commands=commands,
        digests=digests,
        end=end,
    )
    for media_type, suffix in (
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
        # The Japanese and the English workbook of one day.
        ("application/zip", ".zip"),
    )
]

BRIDGE = Bridge(
    country=COUNTRY,
    matters=[
        SENDING_ORGANIZATIONS,
        IMPROVEMENT_ORDERS,
        FIELD_ACCEPTANCE,
        TEST_CATALOGUE,
        MISCONDUCT_REPORTS,
        TEST_FRAUD_REPORTS,
        NOTICES,
        RESEMBLANCES,
        INQUIRIES,
        INQUIRY_STATEMENTS,
        COOPERATION_REQUESTS,
        CONTACT_POINT_CHANGES,
        TERMINATION_NOTICES,
        AMENDMENTS,
        FRAMEWORK_REVIEWS,
        CONSULTATIONS,
        RETURN_ASSISTANCE,
        RESIDENCE_MATTERS,
        CONSENTS,
        ANSWERS,
    ],
    registers=SUPPORT_ORGANIZATIONS,
    features=BridgeFeatures(handing_in=frozenset({"http", "file-drop"})),
    id_field="文書番号",
    type_field="文書種別",
)
