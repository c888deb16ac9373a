"""Signatures of evidence: compact JWS (RFC 7515) with the algorithm `Ed25519` (RFC 9864).

What is signed is the canonical JSON (RFC 8785) of a payload, so that it can be made again from its members. The `typ`
header keeps a token of another purpose, signed by the same key, from passing as evidence.
"""

from __future__ import annotations

import json
from typing import Any

import rfc8785
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

ALGORITHM = "Ed25519"
TYPE = "kakehashi-evidence"

Payload = dict[str, str]


class BadSignature(Exception):  # noqa: N818
    """A signature that none of the keys made, or that is none of ours. Says why."""


def sign(payload: Payload, key: OKPKey) -> str:
    """The compact JWS over a payload. `key` is a private Ed25519 key with a `kid`."""
    header = {"alg": ALGORITHM, "kid": key.kid, "typ": TYPE}
    return jws.serialize_compact(header, rfc8785.dumps(payload), key, algorithms=[ALGORITHM])


def verify(signature: str, keys: KeySet) -> Payload:
    """What was signed, if one of `keys` (found by `kid`) signed it as evidence. Raises BadSignature otherwise."""
    try:
        # Without a kid the library would try a key at random.
        header: dict[str, Any] = jws.extract_compact(signature.encode()).headers()
        if header.get("typ") != TYPE or not isinstance(header.get("kid"), str):
            raise BadSignature("It is not signed as evidence with a named key.")
        signed = jws.deserialize_compact(signature, keys, algorithms=[ALGORITHM])
        payload = json.loads(signed.payload)
    except (JoseError, ValueError) as error:
        raise BadSignature(str(error)) from error
    if not isinstance(payload, dict) or not all(isinstance(value, str) for value in payload.values()):
        raise BadSignature("What is signed is not a payload of evidence.")
    return payload
