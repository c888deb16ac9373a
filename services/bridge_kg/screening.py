"""The ministry's documents of applications, their screening and refusal, and of guidance (M7.1, M7.4). Pure.

They stay in the country: the core keeps them for its operators, and no other bridge is given them. No national layout
of them is published: it is assumed, and describes organizations as accreditations do.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from services.bridge_kg.dates import parse_date
from services.bridge_kg.translation import (
    COUNTRY,
    NOT_SHARED,
    by_language,
    named,
    organization_in,
    parse_country,
    translated,
)
from shared.bridge.case_layout import LONGEST
from shared.bridge.fields import Fields, as_is, one_of
from shared.bridge.kit import Translation, Translations
from shared.bridge.reading import Document
from shared.contracts.sending_organization import (
    Application,
    CriterionResult,
    GiveGuidance,
    Guidance,
    GuidanceKind,
    Purpose,
    RefuseApplication,
    ScreenApplication,
    SubmitApplication,
)

PURPOSES: Final[dict[str, Purpose]] = {"new": "accreditation", "prolongation": "renewal"}
MET: Final = {"yes": True, "no": False}
KINDS: Final[dict[str, GuidanceKind]] = {
    "written": "written",
    "oral": "oral",
    "inspection": "inspection",
    "training": "training",
}


def application(document: Document) -> Translation:
    """M7.1: an organization has applied for a permit for one country of destination, or for its prolongation."""
    fields = Fields(document)
    organization = organization_in(fields)
    permit = fields.section("permit", required=True)
    destination = permit.required("country", parse_country, "").lower()
    permit.finish()
    made = fields.section("application", required=True)
    command = SubmitApplication(
        application=Application(
            organization=organization,
            destination=destination,
            number=made.required("number", as_is, ""),
            purpose=made.required("purpose", one_of(PURPOSES), "accreditation"),
            applied_on=made.required("date", parse_date, date.min),
        )
    )
    made.finish()
    return translated(fields, command, organization.registration_number, destination)


def screening(document: Document) -> Translation:
    """M7.1: what was found of each criterion, by the ids of the agreement's list."""
    fields = Fields(document)
    tin, destination = named(fields)
    found = fields.section("screening", required=True)
    command = ScreenApplication(
        country=COUNTRY,
        registration_number=tin,
        application_number=found.required("application_number", as_is, ""),
        screened_on=found.required("date", parse_date, date.min),
        results=tuple(_result(one) for one in found.sections("results", required=True)),
    )
    found.finish()
    return translated(fields, command, tin, destination)


def application_refusal(document: Document) -> Translation:
    """M7.1: an application is refused."""
    fields = Fields(document)
    tin, destination = named(fields)
    refusal = fields.section("refusal", required=True)
    command = RefuseApplication(
        country=COUNTRY,
        registration_number=tin,
        application_number=refusal.required("application_number", as_is, ""),
        refused_on=refusal.required("decision_date", parse_date, date.min),
        ground=by_language(ky=refusal.text("ground_gl"), ru=refusal.required("ground_ol", as_is, "")),
        decision_number=refusal.text("decision_number"),
    )
    refusal.finish()
    return translated(fields, command, tin, destination)


def guidance(document: Document) -> Translation:
    """M7.4: an accredited organization was guided, by letter or word, in an inspection or a training."""
    fields = Fields(document)
    tin, destination = named(fields)
    given = fields.section("guidance", required=True)
    command = GiveGuidance(
        country=COUNTRY,
        registration_number=tin,
        guidance=Guidance(
            number=given.required("number", as_is, ""),
            kind=given.required("kind", one_of(KINDS), "written"),
            given_on=given.required("date", parse_date, date.min),
            text=by_language(
                ky=given.text("text_gl", longest=LONGEST), ru=given.text("text_ol", required=True, longest=LONGEST)
            ),
        ),
    )
    given.finish()
    return translated(fields, command, tin, destination)


def _result(fields: Fields) -> CriterionResult:
    read = CriterionResult(
        criterion=fields.required("criterion", as_is, ""),
        met=fields.required("met", one_of(MET), True),
        note=fields.text("note", longest=LONGEST),
    )
    if not read.met and not read.note:
        fields.tell("missing-field", "note", "It says in what the criterion is not met.")
    fields.finish()
    return read


_PERMIT: Final = {"/permit/number": "What it is about is the accreditation for the country named."}

SCREENING = Translations(
    inward={
        "application": application,
        "screening": screening,
        "application-refusal": application_refusal,
        "guidance": guidance,
    },
    lost_inward={
        "application": dict.fromkeys((f"/{name}" for name in NOT_SHARED), "No clause of the memorandum asks for it."),
        "screening": _PERMIT,
        "application-refusal": _PERMIT,
        "guidance": _PERMIT,
    },
)
