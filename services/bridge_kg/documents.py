"""What the documents that go to the ministry have in common. Pure; the layout is assumed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.bridge.kit import About


def headed(document_type: str, about: About) -> dict[str, Any]:
    """The head of a document: what it is, and which message of the other side it goes back to."""
    return {
        "document_type": document_type,
        "delivery_id": about.delivery_id,
        "originator": about.originator.upper(),
        "message_id": about.message_id,
        "receipt_id": about.receipt_id,
    }


def present(members: Mapping[str, Any]) -> dict[str, Any]:
    """Without those that have nothing in them."""
    return {name: value for name, value in members.items() if value}
