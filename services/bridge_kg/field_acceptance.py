"""What the ministry is told of the other side's acceptance by field (M8.1). Pure; the layout is assumed."""

from __future__ import annotations

from typing import Any, Final

from services.bridge_kg.dates import format_date
from services.bridge_kg.documents import headed
from shared.bridge.kit import About, Translations, present
from shared.bridge.reading import Document
from shared.clock import rfc3339
from shared.contracts.field_acceptance import (
    Change,
    FieldAcceptanceResumed,
    FieldAcceptanceSuspended,
    FieldSuspension,
    FieldSuspensionWithdrawn,
)
from shared.contracts.fields_of_work import names_of


def suspended(event: FieldAcceptanceSuspended, about: About) -> Document:
    """M8.1: no worker is newly accepted in the field from a day on."""
    return _document("field-suspension", event, about)


def resumed(event: FieldAcceptanceResumed, about: About) -> Document:
    """M8.1: workers are accepted in the field again from a day on; this is how its suspension last was."""
    resumption = event.resumption
    return _document("field-resumption", event, about) | {
        "resumption": {
            "effective_from": format_date(resumption.resumed_on),
            **present({"ground": resumption.ground}),
        }
    }


def withdrawn(event: FieldSuspensionWithdrawn, about: About) -> Document:
    """M8.1: a suspension that was announced does not come; this is how it last was."""
    withdrawal = event.withdrawal
    return _document("field-suspension-withdrawal", event, about) | {
        "withdrawal": {
            "withdrawn_date": format_date(withdrawal.withdrawn_on),
            **present({"ground": withdrawal.ground}),
        }
    }


_IN_SUSPENSION: Final = "The suspension says it, which stands there whole."

FIELD_ACCEPTANCE = Translations(
    outward={
        FieldAcceptanceSuspended: suspended,
        FieldAcceptanceResumed: resumed,
        FieldSuspensionWithdrawn: withdrawn,
    },
    lost_outward={
        FieldAcceptanceResumed: {"/country": _IN_SUSPENSION, "/field": _IN_SUSPENSION},
        FieldSuspensionWithdrawn: {
            "/country": _IN_SUSPENSION,
            "/field": _IN_SUSPENSION,
            "/suspended_from": _IN_SUSPENSION,
        },
    },
)


def _document(document_type: str, event: Change, about: About) -> dict[str, Any]:
    return headed(document_type, about) | {
        "suspension": _suspension(event.suspension),
        **present({"agreement": event.agreement}),
        "recorded_at": rfc3339(event.recorded_at),
    }


def _suspension(suspension: FieldSuspension) -> dict[str, Any]:
    names = names_of(suspension.field)
    return {
        "country": suspension.country.upper(),
        "field": {
            "code": suspension.field,
            **present({"name_gl": names.get("ky"), "name_ol": names.get("ru")}),
        },
        "effective_from": format_date(suspension.suspended_from),
        **present({"articles": list(suspension.articles), "ground": suspension.ground}),
    }
