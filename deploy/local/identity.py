"""The local stack's own issuer of tokens, and the keys of each party: made once, kept in the state folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

from joserfc.jwk import KeySet, OKPKey

from deploy.local.state import State, make_token
from shared.security.keys import load_keys, make_key, make_sealing_key, write_private, write_public

LOGIN = timedelta(days=30)
"""How long a token lasts that lies ready for the console. `up` makes new ones."""


def ensure_identity(state: State, key_sets: Mapping[str, str]) -> None:
    """Makes the keys that are missing. `key_sets`: file of a party's public keys, by country. Raises KeySetError."""
    state.party_keys.mkdir(parents=True, exist_ok=True)
    _ensure(lambda: [make_key("issuer")], state.issuer_private, state.issuer_public)
    for country, key_set in key_sets.items():
        make = partial(_of_party, country)
        _ensure(make, state.private_keys(country), state.party_keys / key_set)


def ensure_logins(state: State, countries: Iterable[str]) -> None:
    """Writes anew the operators' tokens for the console's one click: by country, and with `-` for none."""
    tokens = {country or "-": make_token(state, "operator", country, LOGIN) for country in [None, *countries]}
    state.logins.touch(mode=0o600)
    state.logins.write_text(json.dumps(tokens))


def _of_party(country: str) -> Sequence[OKPKey]:
    """One to sign with, one that others seal to."""
    return [make_key(country), make_sealing_key(country)]


def _ensure(make: Callable[[], Sequence[OKPKey]], private: Path, public: Path) -> None:
    if not private.exists():
        write_private(KeySet(list(make())), private)
    if not public.exists():
        write_public(load_keys(private), public)
