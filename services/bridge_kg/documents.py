"""What the documents that go to the ministry have in common. Pure; the layout is assumed."""

from __future__ import annotations

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
