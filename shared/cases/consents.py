"""Whether a consent covers a disclosure (M3b): one rule for the owner of consents and every bridge's guard. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from shared.contracts.consent import Consent, Disclosure


class Uncovered(NamedTuple):
    """Why a disclosure is not covered: a slug of shared.errors, and what exactly."""

    slug: str
    detail: str
    pointer: str | None = None


def not_covered(
    consent: Consent,
    disclosure: Disclosure,
    moment: datetime,
    *,
    withdrawn_at: datetime | None = None,
    used: bool = False,
) -> Uncovered | None:
    """M3b: a consent covers the record, recipient and purpose that it names, word for word, until it expires or is
    withdrawn, and if it is for once, once. `moment` is that of the disclosure; expiry and withdrawal take effect at
    their own moment, that moment included.
    """
    for name in ("record", "recipient", "purpose"):
        if getattr(consent, name) != getattr(disclosure, name):
            return Uncovered("no-consent", f"The consent is for another {name}.", f"/{name}")
    if withdrawn_at is not None and moment >= withdrawn_at:
        return Uncovered("consent-withdrawn", "The consent is withdrawn.")
    if moment >= consent.expires_at:
        return Uncovered("consent-expired", "The consent has expired.")
    if used and consent.times == "once":
        return Uncovered("consent-used", "The consent was for one disclosure.")
    return None
