"""The Kyrgyz Republic's bridge."""

from __future__ import annotations

from services.bridge_kg.agreements import AMENDMENTS, CONTACT_POINT_CHANGES, FRAMEWORK_REVIEWS, TERMINATION_NOTICES
from services.bridge_kg.consents import CONSENTS
from services.bridge_kg.consultations import CONSULTATIONS
from services.bridge_kg.cooperation_requests import COOPERATION_REQUESTS
from services.bridge_kg.field_acceptance import FIELD_ACCEPTANCE
from services.bridge_kg.improvement_orders import IMPROVEMENT_ORDERS
from services.bridge_kg.inquiries import INQUIRIES, INQUIRY_STATEMENTS
from services.bridge_kg.misconduct_reports import MISCONDUCT_REPORTS
from services.bridge_kg.notices import NOTICES
from services.bridge_kg.resemblances import RESEMBLANCES
from services.bridge_kg.residence_matters import RESIDENCE_MATTERS
from services.bridge_kg.return_assistance import RETURN_ASSISTANCE
from services.bridge_kg.screening import SCREENING
from services.bridge_kg.support_organizations import SUPPORT_ORGANIZATIONS
from services.bridge_kg.test_catalogue import TEST_CATALOGUE
from services.bridge_kg.test_fraud_reports import TEST_FRAUD_REPORTS
from services.bridge_kg.translation import COUNTRY, SENDING_ORGANIZATIONS
from shared.bridge.kit import Bridge, BridgeFeatures

BRIDGE = Bridge(
    country=COUNTRY,
    matters=[
        SENDING_ORGANIZATIONS,
        SCREENING,
        SUPPORT_ORGANIZATIONS,
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
    ],
    features=BridgeFeatures(handing_in=frozenset({"http", "kafka"})),
)
