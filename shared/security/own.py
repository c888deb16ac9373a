"""Sealing for oneself: what its owner leaves with others to be had back, and nobody else can read.

AES-256-GCM under a key derived (HKDF, RFC 5869) from a private signing key of the owner's, named by that key's id. So
there is no further secret to keep, and what was sealed can be opened as long as the private key is kept.
"""

from __future__ import annotations

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc.jwk import KeySet, OKPKey

from shared.errors import CannotStart

_PURPOSE: Final = b"kakehashi sealed for oneself"
_NONCE_BYTES: Final = 12


class NotOurs(CannotStart):
    """Something that none of our keys has sealed, or that was changed since."""


class OwnSeal:
    """Seals with the first of the owner's private keys, opens with any of them."""

    def __init__(self, keys: KeySet) -> None:
        self._ciphers = {key.kid: _cipher(key) for key in keys.keys if isinstance(key, OKPKey) and key.is_private}
        self.key_id = next(iter(self._ciphers)) or ""

    def seal(self, content: bytes) -> bytes:
        """Nonce and ciphertext."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._ciphers[self.key_id].encrypt(nonce, content, None)

    def open(self, key_id: str, sealed: bytes) -> bytes:
        """What was sealed under that key. Raises NotOurs."""
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise NotOurs(f"It was sealed with key {key_id}, which is none of ours.")
        try:
            return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
        except InvalidTag as error:
            raise NotOurs("It is not what was sealed.") from error


def _cipher(key: OKPKey) -> AESGCM:
    secret = key.private_key.private_bytes_raw()  # type: ignore[union-attr]
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=_PURPOSE).derive(secret))
