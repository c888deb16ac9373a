"""What the documents that go to Japan's national system have in common. Pure; the layout is assumed."""

from __future__ import annotations

from typing import Any

from shared.bridge.kit import About


def headed(kind: str, about: About) -> dict[str, Any]:
    """The head of a document: what it is, and which message of the other side it goes back to."""
    return {
        "文書種別": kind,
        "配信番号": about.delivery_id,
        "発信国": about.originator,
        "発信国文書番号": about.message_id,
        "受付番号": about.receipt_id,
    }
