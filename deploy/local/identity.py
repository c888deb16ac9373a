"""The local stack's own issuer of tokens, and the keys of each party: made once, kept in the state folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from joserfc.jwk import KeySet, OKPKey

from deploy.local.state import State
from shared.security.keys import load_keys, make_key, make_sealing_key, write_private, write_public


def ensure_identity(state: State, key_sets: Mapping[str, str]) -> None:
    """Makes the keys that are missing. `key_sets`: file of a party's public keys, by country. Raises KeySetError."""
    state.party_keys.mkdir(parents=True, exist_ok=True)
    _ensure(lambda: [make_key("issuer")], state.issuer_private, state.issuer_public)
    for country, key_set in key_sets.items():
        make = partial(_of_party, country)
        _ensure(make, state.private_keys(country), state.party_keys / key_set)


def _of_party(country: str) -> Sequence[OKPKey]:
    """One to sign with, one that others seal to."""
    return [make_key(country), make_sealing_key(country)]


def _ensure(make: Callable[[], Sequence[OKPKey]], private: Path, public: Path) -> None:
    if not private.exists():
        write_private(KeySet(list(make())), private)
    if not public.exists():
        write_public(load_keys(private), public)
