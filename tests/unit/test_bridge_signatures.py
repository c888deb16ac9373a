"""A signature counts as evidence only if it was made as evidence, by a key of the party's that it names."""

from __future__ import annotations

import json
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import KeySet, OKPKey

from shared.bridge.evidence import Evidence, evidence_of
from shared.security.jws import ALGORITHM, TYPE, BadSignature, sign, verify
from shared.security.keys import make_key

KEY = make_key("kg", "kg-1")
OTHER = make_key("kg", "kg-2")
KEYS = KeySet.import_key_set({"keys": [key.as_dict(private=False) for key in (OTHER, KEY)]})
EVIDENCE = Evidence("MTSOM-2026/000101", "sha-256:0", "receipt-1", "2026-01-15T09:00:00.000000Z", "kg")


def signed(header: dict[str, Any], payload: object = None, key: OKPKey = KEY) -> str:
    """Signed by a key of the party's, though not as evidence is."""
    content = json.dumps(EVIDENCE.payload() if payload is None else payload)
    return jws.serialize_compact({"alg": ALGORITHM} | header, content, key, algorithms=[ALGORITHM])


def test_what_was_signed_is_read_again() -> None:
    assert evidence_of("kg", sign(EVIDENCE.payload(), KEY), KEYS) == EVIDENCE


def test_the_key_is_found_by_its_id_among_several() -> None:
    assert verify(sign(EVIDENCE.payload(), OTHER), KEYS) == EVIDENCE.payload()


@pytest.mark.parametrize(
    "signature",
    [
        signed({"typ": "JWT", "kid": "kg-1"}),
        signed({"kid": "kg-1"}),
        signed({"typ": TYPE}),
        signed({"typ": TYPE, "kid": "kg-2"}),
        signed({"typ": TYPE, "kid": "kg-1"}, key=make_key("kg", "kg-1")),
        signed({"typ": TYPE, "kid": "kg-1"}, payload=[1]),
        signed({"typ": TYPE, "kid": "kg-1"}, payload={"party": 7}),
        "eyJhbGciOiJub25lIiwia2lkIjoia2ctMSIsInR5cCI6Imtha2VoYXNoaS1ldmlkZW5jZSJ9.e30.",
        "a.b.c",
        "Ө",
        "",
    ],
    ids=[
        "made as a token",
        "of no type",
        "names no key",
        "names another key",
        "a stranger's key of the same id",
        "over a list",
        "over numbers",
        "unsigned",
        "no JWS",
        "not ASCII",
        "empty",
    ],
)
def test_any_other_signature_is_bad(signature: str) -> None:
    with pytest.raises(BadSignature):
        verify(signature, KEYS)


@pytest.mark.parametrize("payload", [{"party": "kg"}, EVIDENCE.payload() | {"more": "x"}])
def test_a_payload_with_other_members_is_no_evidence(payload: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        evidence_of("kg", sign(payload, KEY), KEYS)


def test_evidence_for_one_party_is_none_for_another() -> None:
    with pytest.raises(BadSignature):
        evidence_of("jp", sign(EVIDENCE.payload(), KEY), KEYS)
