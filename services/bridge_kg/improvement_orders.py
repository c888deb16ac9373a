"""What the ministry is told of the other side's improvement orders (M7.5). Pure; the layout is assumed."""

from __future__ import annotations

from typing import Any, Final

from services.bridge_kg.dates import format_date
from services.bridge_kg.documents import headed
from shared.bridge.kit import About, Translations, present
from shared.bridge.reading import Document
from shared.clock import rfc3339
from shared.contracts.improvement_order import (
    Change,
    ImprovementOrder,
    ImprovementOrderAmended,
    ImprovementOrderIssued,
    ImprovementOrderLifted,
)

OUTCOMES: Final = {"complied": "Исполнено", "withdrawn": "Отозвано"}
"""How an order ended, as Russian texts of the ministry put it."""


def issued(event: ImprovementOrderIssued, about: About) -> Document:
    """M7.5: an accepting organization was ordered to improve."""
    return _document("improvement-order", event, about)


def amended(event: ImprovementOrderAmended, about: About) -> Document:
    """M7.5: the order as it is from a day on, whole."""
    return _document("improvement-order-amendment", event, about) | {"effective_from": format_date(event.amended_on)}


def lifted(event: ImprovementOrderLifted, about: About) -> Document:
    """M7.5: the order holds no longer; this is how it last was."""
    lifting = event.lifting
    return _document("improvement-order-lifting", event, about) | {
        "lifting": {
            "effective_from": format_date(lifting.lifted_on),
            "outcome": lifting.outcome,
            "outcome_ol": OUTCOMES[lifting.outcome],
            **present({"ground": lifting.ground}),
        }
    }


_IN_ORDER: Final = "The order says it, which stands there whole."

IMPROVEMENT_ORDERS = Translations(
    outward={
        ImprovementOrderIssued: issued,
        ImprovementOrderAmended: amended,
        ImprovementOrderLifted: lifted,
    },
    lost_outward={ImprovementOrderLifted: {"/country": _IN_ORDER, "/order_number": _IN_ORDER}},
)


def _document(document_type: str, event: Change, about: About) -> dict[str, Any]:
    return headed(document_type, about) | {
        "order": _order(event.order),
        **present({"agreement": event.agreement}),
        "recorded_at": rfc3339(event.recorded_at),
    }


def _order(order: ImprovementOrder) -> dict[str, Any]:
    subject = order.subject
    return {
        "country": order.country.upper(),
        "order_num": order.order_number,
        "order_date": format_date(order.ordered_on),
        "organization": {
            "identifier": {"scheme": subject.identifier.scheme, "value": subject.identifier.value},
            "full_names": subject.names,
            **present({"address": subject.address, "shief": subject.representative}),
        },
        "measures": order.measures,
        **present(
            {
                "articles": list(order.articles),
                "facts": order.facts,
                "deadline": order.deadline and format_date(order.deadline),
                "attachments": [attachment.model_dump(mode="json") for attachment in order.attachments],
            }
        ),
    }
