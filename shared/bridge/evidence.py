"""What a signature of a bridge is over, and the canonical digest it names.

The same five members sign a message taken in (by the bridge that took it) and a delivery's receipt (by the bridge
that delivered): whose, which message, with which content, under which receipt, when.
"""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785

from shared.security.jws import Payload


class NotCanonical(ValueError):  # noqa: N818
    """A value that has no canonical form: a number beyond what JSON keeps exact, or text that is not Unicode."""


def canonical(value: Any) -> bytes:
    """RFC 8785's form of a JSON value: equal values have equal bytes. Raises NotCanonical."""
    try:
        return rfc8785.dumps(value)
    except (ValueError, RecursionError) as error:
        raise NotCanonical(str(error)) from error


def digest(value: Any) -> str:
    """`sha-256:<hex>` of a value's canonical bytes. Raises NotCanonical."""
    return "sha-256:" + hashlib.sha256(canonical(value)).hexdigest()


def payload(*, message_id: str, digest: str, receipt_id: str, received_at: str, party: str) -> Payload:
    """What is signed. `party` is the country whose bridge signs; `received_at` RFC 3339."""
    return {
        "message_id": message_id,
        "digest": digest,
        "receipt_id": receipt_id,
        "received_at": received_at,
        "party": party,
    }
