"""Tokens and key sets: who is asking, and how that is known."""

from __future__ import annotations

import json
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, OKPKey, RSAKey

from shared.clock import FixedClock
from shared.errors import ProblemError
from shared.security.keys import KeySetError, load_keys, make_key, signing_key, write_private, write_public
from shared.security.tokens import Actor, TokenIssuer, TokenVerifier

SUBMITTER = Actor(sub="labour-ministry", role="submitter", party="aa")


@pytest.fixture
def key() -> OKPKey:
    return make_key("issuer")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def verifier(key: OKPKey, clock: FixedClock) -> TokenVerifier:
    return TokenVerifier(KeySet([key]), clock)


def slug_of(verifier: TokenVerifier, token: str) -> str:
    with pytest.raises(ProblemError) as refused:
        verifier.verify(token)
    return refused.value.problem.slug


def test_a_token_tells_its_actor(key: OKPKey, clock: FixedClock, verifier: TokenVerifier) -> None:
    assert verifier.verify(TokenIssuer(key, clock).issue(SUBMITTER)) == SUBMITTER


def test_an_actor_is_written_as_role_subject_and_party() -> None:
    assert str(SUBMITTER) == "submitter:labour-ministry@aa"
    assert str(Actor(sub="watch", role="operator")) == "operator:watch@-"


def test_a_token_expires(key: OKPKey, clock: FixedClock, verifier: TokenVerifier) -> None:
    token = TokenIssuer(key, clock).issue(SUBMITTER, timedelta(minutes=5))
    clock.move(timedelta(minutes=6, seconds=1))
    assert slug_of(verifier, token) == "expired-token"


def test_a_token_of_an_issuer_whose_clock_is_a_little_ahead_is_trusted(key: OKPKey, verifier: TokenVerifier) -> None:
    ahead = FixedClock()
    ahead.move(timedelta(seconds=50))
    assert verifier.verify(TokenIssuer(key, ahead).issue(SUBMITTER)) == SUBMITTER


def test_a_token_of_another_issuer_is_not_trusted(clock: FixedClock, verifier: TokenVerifier) -> None:
    assert slug_of(verifier, TokenIssuer(make_key("issuer"), clock).issue(SUBMITTER)) == "bad-token"


def test_another_key_under_the_same_key_id_is_not_trusted(
    key: OKPKey, clock: FixedClock, verifier: TokenVerifier
) -> None:
    forged = make_key("issuer", key.kid)
    assert slug_of(verifier, TokenIssuer(forged, clock).issue(SUBMITTER)) == "bad-token"


@pytest.mark.parametrize(
    "changed", [{"iss": "else"}, {"aud": "else"}, {"role": "minister"}, {"party": "../"}, {"sub": ""}, {"exp": "soon"}]
)
def test_a_signed_token_with_a_wrong_claim_is_not_trusted(
    key: OKPKey, clock: FixedClock, verifier: TokenVerifier, changed: dict[str, str]
) -> None:
    claims = jwt.decode(TokenIssuer(key, clock).issue(SUBMITTER), key, algorithms=["Ed25519"]).claims
    token = jwt.encode({"alg": "Ed25519", "kid": key.kid}, claims | changed, key, algorithms=["Ed25519"])
    assert slug_of(verifier, token) == "bad-token"


@pytest.mark.parametrize("left_out", ["iss", "aud", "exp", "sub", "role"])
def test_a_signed_token_without_a_claim_is_not_trusted(
    key: OKPKey, clock: FixedClock, verifier: TokenVerifier, left_out: str
) -> None:
    claims = dict(jwt.decode(TokenIssuer(key, clock).issue(SUBMITTER), key, algorithms=["Ed25519"]).claims)
    del claims[left_out]
    token = jwt.encode({"alg": "Ed25519", "kid": key.kid}, claims, key, algorithms=["Ed25519"])
    assert slug_of(verifier, token) == "bad-token"


def test_no_other_algorithm_is_taken(key: OKPKey, verifier: TokenVerifier) -> None:
    public = key.as_dict(private=False)["x"]
    shared_secret = OctKey.import_key(str(public))
    signed = jwt.encode({"alg": "HS256", "kid": key.kid}, {"sub": "x"}, shared_secret, algorithms=["HS256"])
    unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."
    assert [slug_of(verifier, token) for token in (signed, unsigned)] == ["bad-token", "bad-token"]


@pytest.mark.parametrize(("algorithm", "kind", "how"), [("ES256", ECKey, "P-256"), ("RS256", RSAKey, 2048)])
def test_a_providers_access_token_is_trusted_where_its_issuer_is_the_one_set(
    clock: FixedClock, verifier: TokenVerifier, algorithm: str, kind: Any, how: Any
) -> None:
    signing = kind.generate_key(how, {"kid": "provider-1", "use": "sig", "alg": algorithm}, private=True)
    public = KeySet.import_key_set({"keys": [signing.as_dict(private=False)]})
    now = int(clock.now().timestamp())
    claims = {"iss": "https://id.example", "aud": "kakehashi", "sub": "aida", "role": "operator", "exp": now + 60}
    header = {"alg": algorithm, "kid": "provider-1", "typ": "at+jwt"}
    token = jwt.encode(header, claims, signing, algorithms=[algorithm])
    assert TokenVerifier(public, clock, "https://id.example").verify(token) == Actor(sub="aida", role="operator")
    assert slug_of(TokenVerifier(public, clock), token) == "bad-token"
    assert slug_of(verifier, token) == "bad-token"


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "Ж.Ж.Ж", "." * 10_000])
def test_what_is_no_token_is_told_so(verifier: TokenVerifier, token: str) -> None:
    assert slug_of(verifier, token) == "bad-token"


def test_a_token_without_a_key_id_is_not_trusted(key: OKPKey, clock: FixedClock, verifier: TokenVerifier) -> None:
    claims = jwt.decode(TokenIssuer(key, clock).issue(SUBMITTER), key, algorithms=["Ed25519"]).claims
    assert slug_of(verifier, jwt.encode({"alg": "Ed25519"}, claims, key, algorithms=["Ed25519"])) == "bad-token"


def test_private_keys_are_for_their_owner_alone(key: OKPKey, tmp_path: Path) -> None:
    private, public = tmp_path / "private.json", tmp_path / "public.json"
    write_private(KeySet([key]), private)
    write_public(KeySet([key]), public)
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert "d" in json.loads(private.read_text())["keys"][0]
    assert "d" not in json.loads(public.read_text())["keys"][0]
    assert signing_key(private).kid == load_keys(public).keys[0].kid == key.kid


def test_a_private_key_file_is_never_written_over(key: OKPKey, tmp_path: Path) -> None:
    write_private(KeySet([key]), tmp_path / "private.json")
    with pytest.raises(FileExistsError):
        write_private(KeySet([make_key("other")]), tmp_path / "private.json")


@pytest.mark.parametrize("content", ["", "{}", '{"keys": []}', '{"keys": [{"kty": "OKP"}]}', "[]", "\ufeffnull"])
def test_a_file_without_usable_keys_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content)
    with pytest.raises(KeySetError, match=r"keys\.json"):
        load_keys(path)


def test_a_public_key_does_not_sign(key: OKPKey, tmp_path: Path) -> None:
    write_public(KeySet([key]), tmp_path / "public.json")
    with pytest.raises(KeySetError, match="no private"):
        signing_key(tmp_path / "public.json")
