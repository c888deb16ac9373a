"""Canonical digests, and what a bridge signs: which message, with which content, under which receipt, when, whose."""

from __future__ import annotations

import hashlib
from typing import Any, Final, NamedTuple

import orjson
import rfc8785
from joserfc.jwk import KeySet

from shared.contracts.base import Contract
from shared.security.jws import BadSignature, verify


class NotCanonical(ValueError):  # noqa: N818
    """A value that has no canonical form: a number beyond what JSON keeps exact, or text that is not Unicode."""


def canonical(value: Any) -> bytes:
    """RFC 8785's form of a JSON value: equal values have equal bytes. Raises NotCanonical."""
    try:
        if _is_plain(value):
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except (orjson.JSONEncodeError, RecursionError):
        # Text that is not Unicode, or nested without end: told below.
        pass
    try:
        return rfc8785.dumps(value)
    except (ValueError, RecursionError) as error:
        raise NotCanonical(str(error)) from error


def _is_plain(value: Any) -> bool:
    """Whether sorting by code points and writing numbers as they are is RFC 8785's form: twenty times as fast.

    It sorts by UTF-16 units, which is the same up to U+D7FF, and writes numbers as JavaScript does.
    """
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return True
    if kind is dict:
        return all(type(name) is str and (name.isascii() or max(name) < "\ud800") for name in value) and all(
            map(_is_plain, value.values())
        )
    if kind is list or kind is tuple:
        return all(map(_is_plain, value))
    return kind is int and -_EXACT < value < _EXACT


_EXACT: Final = 2**53
"""Whole numbers below it are kept exactly by whoever reads JSON into floating-point numbers."""


def digest(value: Any) -> str:
    """`sha-256:<hex>` of a value's canonical bytes. Raises NotCanonical."""
    return "sha-256:" + hashlib.sha256(canonical(value)).hexdigest()


class Evidence(NamedTuple):
    """What a bridge signs, both of a message it took in and of a receipt that its national system gave."""

    message_id: str
    """The sender's id of the message; of a delivery the delivery id."""
    digest: str
    receipt_id: str
    """Of a delivery the national system's receipt number."""
    received_at: str
    """RFC 3339, in UTC."""
    party: str
    """The country whose bridge signs."""
    content: str = ""
    """Of a message that was translated: the digest of its command (see content_digest), so that the signature is over
    what it came to mean as well. Empty for every other."""

    def payload(self) -> dict[str, str]:
        """As it is signed, in canonical form."""
        return {name: value for name, value in self._asdict().items() if value}


def content_digest(command: Contract) -> str:
    """The digest of a command's canonical JSON, without the members that have their default.

    Without them, so that a member added to a contract later changes nothing for those who do not use it. Raises
    NotCanonical.
    """
    return digest(command.model_dump(mode="json", exclude_defaults=True))


def evidence_of(party: str, signature: str, keys: KeySet) -> Evidence:
    """The evidence in a signature made for `party` by one of its keys. Raises BadSignature."""
    payload = verify(signature, keys)
    try:
        signed = Evidence(**payload)
    except TypeError as error:
        raise BadSignature("What is signed is not evidence.") from error
    if signed.party != party:
        raise BadSignature(f"It is signed for {signed.party}, not for {party}.")
    return signed
