"""The registry: the rules of each matter, its topics and its read API put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from services.registry.amendments import decisions as amendments
from services.registry.amendments.model import AmendmentRecord
from services.registry.amendments.model import evolve as evolve_amendment
from services.registry.contact_point_changes import decisions as contact_point_changes
from services.registry.contact_point_changes.model import ContactPointChangeRecord
from services.registry.contact_point_changes.model import evolve as evolve_contact_point_change
from services.registry.field_acceptance import api as field_acceptance_api
from services.registry.field_acceptance import decisions as field_acceptances
from services.registry.field_acceptance.model import FieldAcceptanceRecord
from services.registry.field_acceptance.model import evolve as evolve_acceptance
from services.registry.framework_reviews import decisions as framework_reviews
from services.registry.framework_reviews.model import FrameworkReviewRecord
from services.registry.framework_reviews.model import evolve as evolve_framework_review
from services.registry.framework_reviews.scheduling import scheduling
from services.registry.improvement_orders import api as improvement_orders_api
from services.registry.improvement_orders import decisions as improvement_orders
from services.registry.improvement_orders.model import ImprovementOrderRecord
from services.registry.improvement_orders.model import evolve as evolve_order
from services.registry.screening import api as screening_api
from services.registry.sending_organizations import api as sending_organizations_api
from services.registry.sending_organizations import decisions as sending_organizations
from services.registry.sending_organizations.model import SendingOrganizationRecord
from services.registry.sending_organizations.model import evolve as evolve_sending
from services.registry.support_organizations import api as support_organizations_api
from services.registry.support_organizations import decisions as support_organizations
from services.registry.support_organizations.model import (
    SupportOrganizationRecord,
    SupportOrganizationRegister,
    evolve_register,
)
from services.registry.support_organizations.model import evolve as evolve_support
from services.registry.support_organizations.reactions import react
from services.registry.termination_notices import decisions as termination_notices
from services.registry.termination_notices.model import TerminationNoticeRecord
from services.registry.termination_notices.model import evolve as evolve_termination_notice
from services.registry.test_catalogue import api as test_catalogue_api
from services.registry.test_catalogue import decisions as tests
from services.registry.test_catalogue.model import TestRecord
from services.registry.test_catalogue.model import evolve as evolve_test
from shared.agreements import Agreements
from shared.cases.api import router as cases_router
from shared.cases.deadlines import reporting
from shared.cases.deciding import case_decider
from shared.cases.deliveries import delivery_reactors
from shared.cases.rules import DEADLINE
from shared.contracts import (
    amendment,
    contact_point_change,
    field_acceptance,
    framework_review,
    improvement_order,
    sending_organization,
    support_organization,
    termination_notice,
    test_catalogue,
)
from shared.contracts.base import Contract
from shared.contracts.case import CaseKind, ReportDeadline
from shared.contracts.support_organization import (
    RecordSupportOrganizationEdition,
    SupportOrganizationEditionRecorded,
)
from shared.messaging.decider import Context, Decider, Reactor
from shared.refusing import stating
from shared.service import Runtime, Service
from shared.settings import Settings

NAME = "registry"
COMMANDS_TOPIC = "registry.commands.v1"


def _named(*contracts: type[Contract]) -> Mapping[str, type[Contract]]:
    return {contract.__name__: contract for contract in contracts}


def _standing(state: Any, _: Context) -> str:
    return str(state.standing)


def _standing_today(state: Any, context: Context) -> str:
    """On the day of the message."""
    return str(state.standing_on(context.now.date()))


def deciders(agreements: Agreements) -> Sequence[Decider[Any]]:
    """The deciders of every register, and of what concerns an agreement itself."""
    return (
        Decider(
            kind="sending-organization",
            state=SendingOrganizationRecord,
            commands=_named(*sending_organization.COMMANDS),
            initial=lambda _: SendingOrganizationRecord(),
            decide=stating(partial(sending_organizations.decide, agreements.get), _standing_today),
            evolve=evolve_sending,
        ),
        Decider(
            kind="support-organization",
            state=SupportOrganizationRecord,
            commands=_named(*support_organization.COMMANDS),
            initial=lambda _: SupportOrganizationRecord(),
            decide=stating(support_organizations.decide, _standing),
            evolve=evolve_support,
        ),
        Decider(
            kind="support-organization-register",
            state=SupportOrganizationRegister,
            commands=_named(RecordSupportOrganizationEdition),
            initial=lambda _: SupportOrganizationRegister(),
            decide=support_organizations.record_edition,
            evolve=evolve_register,
        ),
        Decider(
            kind="improvement-order",
            state=ImprovementOrderRecord,
            commands=_named(*improvement_order.COMMANDS),
            initial=lambda _: ImprovementOrderRecord(),
            decide=stating(improvement_orders.decide, _standing),
            evolve=evolve_order,
        ),
        Decider(
            kind="field-acceptance",
            state=FieldAcceptanceRecord,
            commands=_named(*field_acceptance.COMMANDS),
            initial=lambda _: FieldAcceptanceRecord(),
            decide=stating(field_acceptances.decide, _standing),
            evolve=evolve_acceptance,
        ),
        Decider(
            kind=test_catalogue.KIND,
            state=TestRecord,
            commands=_named(*test_catalogue.COMMANDS),
            initial=lambda _: TestRecord(),
            decide=stating(tests.decide, _standing_today),
            evolve=evolve_test,
        ),
        contact_point_changes_under(agreements),
        termination_notices_under(agreements),
        amendments_under(agreements),
        framework_reviews_under(agreements),
    )


REMOVALS = Reactor("registry.events.v1", _named(SupportOrganizationEditionRecorded), react)


AGREEMENT_KINDS: tuple[CaseKind, ...] = (contact_point_change.CASES, termination_notice.CASES, amendment.CASES)
"""Kinds of cases that are about the agreement itself."""


def contact_point_changes_under(agreements: Agreements) -> Decider[ContactPointChangeRecord]:
    """The decider of changes of a contact point under these agreements."""
    return case_decider(
        agreements,
        contact_point_change.KIND,
        contact_point_change.CASES.commands,
        ContactPointChangeRecord,
        contact_point_changes.decide,
        evolve_contact_point_change,
    )


def termination_notices_under(agreements: Agreements) -> Decider[TerminationNoticeRecord]:
    """The decider of notices to end these agreements."""
    return case_decider(
        agreements,
        termination_notice.KIND,
        termination_notice.CASES.commands,
        TerminationNoticeRecord,
        termination_notices.decide,
        evolve_termination_notice,
    )


def amendments_under(agreements: Agreements) -> Decider[AmendmentRecord]:
    """The decider of amendments of these agreements."""
    return case_decider(
        agreements, amendment.KIND, amendment.CASES.commands, AmendmentRecord, amendments.decide, evolve_amendment
    )


def framework_reviews_under(agreements: Agreements) -> Decider[FrameworkReviewRecord]:
    """The decider of reviews of these agreements."""
    return Decider(
        kind=framework_review.KIND,
        state=FrameworkReviewRecord,
        commands=_named(framework_review.ScheduleReview, ReportDeadline),
        initial=lambda _: FrameworkReviewRecord(),
        decide=partial(framework_reviews.decide, agreements.get),
        evolve=evolve_framework_review,
    )


def build(runtime: Runtime[Settings]) -> Service:
    """The service as the kernel runs it."""
    agreements = runtime.agreements
    shared = {kind.kind: kind.shared for kind in AGREEMENT_KINDS}
    return Service(
        name=NAME,
        deciders=deciders(agreements),
        reactors=[REMOVALS, *delivery_reactors(agreements, shared, COMMANDS_TOPIC)],
        handlers={DEADLINE: reporting(runtime.clock)},
        tasks=[scheduling(NAME, COMMANDS_TOPIC, agreements, runtime.publisher, runtime.clock)],
        routers=[
            sending_organizations_api.router(runtime.state, runtime.clock),
            screening_api.router(runtime.state),
            support_organizations_api.router(runtime.state, runtime.state),
            improvement_orders_api.router(runtime.state),
            field_acceptance_api.router(runtime.state),
            test_catalogue_api.router(runtime.state, runtime.clock),
            cases_router(deciders(agreements), runtime.streams, agreements, runtime.clock),
        ],
        description="What each country's registers hold, since when, until when, and how that came to be known.",
    )
