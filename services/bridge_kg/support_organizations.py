"""What the ministry is told of the other side's register of support organizations (M7.5). Pure.

The layout is assumed; numbers, dates and the suffixes of languages are written as in its other documents. Names and
addresses are as published over there: nothing is transliterated, since a spelling of our own would be a second name.
"""

from __future__ import annotations

from typing import Any, Final

from services.bridge_kg.dates import format_date
from services.bridge_kg.documents import headed
from shared.bridge.kit import About, Translations, present
from shared.bridge.reading import Document
from shared.clock import rfc3339
from shared.contracts.support_organization import (
    Change,
    Office,
    SupportOrganization,
    SupportOrganizationAmended,
    SupportOrganizationEditionRecorded,
    SupportOrganizationRegistered,
    SupportOrganizationRemoved,
    SupportOrganizationResumed,
    SupportOrganizationSuspended,
)

STATUSES: Final = {"registered": "Зарегистрирована", "suspended": "Приостановила деятельность"}
"""Standing, as Russian texts of the ministry put it."""


def registered(event: SupportOrganizationRegistered, about: About) -> Document:
    """M7.5: the register has an organization that it did not have before."""
    return _change("support-organization-registration", event, about)


def amended(event: SupportOrganizationAmended, about: About) -> Document:
    """M7.5: the entry has changed; this is how it is now, whole."""
    return _change("support-organization-amendment", event, about)


def suspended(event: SupportOrganizationSuspended, about: About) -> Document:
    """M7.5: the organization has suspended its support."""
    return _change("support-organization-suspension", event, about)


def resumed(event: SupportOrganizationResumed, about: About) -> Document:
    """M7.5: the organization gives support again."""
    return _change("support-organization-resumption", event, about)


def removed(event: SupportOrganizationRemoved, about: About) -> Document:
    """M7.5: the organization is not in the register any more; this is how it last was."""
    return _change("support-organization-removal", event, about)


def edition_recorded(event: SupportOrganizationEditionRecorded, about: About) -> Document:
    """M6.3b: an edition was shared whole; how many are in it, who is in it no longer, and the digest of it all."""
    return headed("support-organization-edition", about) | {
        "country": event.country.upper(),
        "edition_date": format_date(event.edition_date),
        "total": len(event.registration_numbers),
        "removed": list(event.removed),
        **present({"digest": event.digest, "agreement": event.agreement}),
        "recorded_at": rfc3339(event.recorded_at),
    }


_PLACE: Final = {"/place": "A place in the other bridge's ledger orders messages between bridges; nothing else."}

SUPPORT_ORGANIZATIONS = Translations(
    outward={
        SupportOrganizationRegistered: registered,
        SupportOrganizationAmended: amended,
        SupportOrganizationSuspended: suspended,
        SupportOrganizationResumed: resumed,
        SupportOrganizationRemoved: removed,
        SupportOrganizationEditionRecorded: edition_recorded,
    },
    lost_outward={
        SupportOrganizationRegistered: _PLACE,
        SupportOrganizationAmended: _PLACE,
        SupportOrganizationSuspended: _PLACE,
        SupportOrganizationResumed: _PLACE,
        SupportOrganizationRemoved: _PLACE,
        SupportOrganizationEditionRecorded: _PLACE
        | {"/registration_numbers/*": "Each organization has a document of its own; here they are counted."},
    },
)


def _change(document_type: str, event: Change, about: About) -> Document:
    return headed(document_type, about) | {
        "edition_date": format_date(event.edition_date),
        "organization": _organization(event.organization),
        **present({"agreement": event.agreement}),
        "recorded_at": rfc3339(event.recorded_at),
    }


def _organization(organization: SupportOrganization) -> dict[str, Any]:
    return {
        "country": organization.country.upper(),
        "registr_code": organization.registration_number,
        "registr_date": format_date(organization.registered_on),
        "full_names": organization.names,
        "status": organization.status,
        "status_ol": STATUSES[organization.status],
        **present(
            {
                "suspended_from": organization.suspended_on and format_date(organization.suspended_on),
                "main_office": _office(organization.main_office),
                "phones": list(organization.phones),
                "shief": list(organization.representatives),
                "offices": [_office(office) for office in organization.offices],
                "support": organization.support_content,
                "support_from": organization.planned_start_on and format_date(organization.planned_start_on),
                "languages": [{"name": one.name, **present({"code": one.tag})} for one in organization.languages],
                "languages_text": organization.languages_text,
                "description": organization.remarks,
            }
        ),
    }


def _office(office: Office) -> dict[str, Any]:
    return present({"name": office.name, "postal_code": office.postal_code, "address": office.address})
