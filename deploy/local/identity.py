"""The local stack's own issuer of tokens, and a signing key for each party: made once, kept in the state folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from joserfc.jwk import KeySet

from deploy.local.state import State
from shared.security.keys import load_keys, make_key, write_private, write_public


def ensure_identity(state: State, key_sets: Mapping[str, str]) -> None:
    """Makes the keys that are missing. `key_sets`: file of a party's public keys, by country. Raises KeySetError."""
    state.party_keys.mkdir(parents=True, exist_ok=True)
    _ensure("issuer", state.issuer_private, state.issuer_public)
    for country, key_set in key_sets.items():
        _ensure(country, state.private_keys(country), state.party_keys / key_set)


def _ensure(owner: str, private: Path, public: Path) -> None:
    if not private.exists():
        write_private(KeySet([make_key(owner)]), private)
    if not public.exists():
        write_public(load_keys(private), public)
