"""Key sets (RFC 7517) in files: private ones for their owner's eyes, public ones for all.

A party's set has its Ed25519 keys to sign with (`use` is `sig`) and its X25519 keys to seal to (`use` is `enc`).
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Final

from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

ALGORITHM: Final = "Ed25519"


class KeySetError(ValueError):
    """A key set file that cannot be used. Names the file and why."""


def make_key(owner: str, key_id: str | None = None) -> OKPKey:
    """A new private signing key. Its `kid`, unless given, begins with the owner's name."""
    key_id = key_id or f"{owner}-{secrets.token_hex(6)}"
    return OKPKey.generate_key(ALGORITHM, {"kid": key_id, "use": "sig", "alg": ALGORITHM}, private=True)


def make_sealing_key(owner: str, key_id: str | None = None) -> OKPKey:
    """A new private key, to whose public part others seal. Its `kid`, unless given, begins with the owner's name."""
    key_id = key_id or f"{owner}-enc-{secrets.token_hex(6)}"
    return OKPKey.generate_key("X25519", {"kid": key_id, "use": "enc", "alg": "ECDH-ES+A256KW"}, private=True)


def write_private(keys: KeySet, path: Path) -> None:
    """Writes the keys with their private parts, readable by this user alone. The file must not exist yet."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(keys.as_dict(private=True), file, indent=2)


def write_public(keys: KeySet, path: Path) -> None:
    """Writes the public parts of the keys, in place of what was there."""
    path.write_text(json.dumps(keys.as_dict(private=False), indent=2), encoding="utf-8")


def load_keys(path: Path) -> KeySet:
    """The keys of a file. Raises KeySetError."""
    try:
        keys = KeySet.import_key_set(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, JoseError) as error:
        raise KeySetError(f"{path}: {error}") from error
    if not keys.keys:
        raise KeySetError(f"{path}: there is no key in it")
    return keys


def signing_key(path: Path) -> OKPKey:
    """The key to sign with: the first for signatures in a file of private keys. Raises KeySetError."""
    signing = [key for key in load_keys(path).keys if key.as_dict().get("use") == "sig"]
    if not signing or not isinstance(signing[0], OKPKey) or not signing[0].is_private:
        raise KeySetError(f"{path}: there is no private Ed25519 key for signatures in it")
    return signing[0]
