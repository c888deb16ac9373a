"""Sealing of protected content: compact JWE (RFC 7516) to the addressee's public key, X25519 with ephemeral keys.

Whoever seals cannot open again. The `kid` names the addressee's key, so that anyone can see for whom something is
sealed without opening it; the `typ` header keeps a JWE of another purpose from passing.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode
from typing import Any, Final

import rfc8785
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

ALGORITHM: Final = "ECDH-ES+A256KW"
ENCRYPTION: Final = "A256GCM"
TYPE: Final = "kakehashi-sealed"
USE: Final = "enc"
"""The `use` of a key to seal to, in the key set that has a party's signing keys too."""

_ALGORITHMS: Final = [ALGORITHM, ENCRYPTION]
_COMPACT: Final = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){4}")


class NotSealed(Exception):  # noqa: N818
    """Something that is not sealed as it should be, or not for this key. Says why, and nothing of the content."""


class NoSealingKey(Exception):  # noqa: N818
    """A party has no public key to seal to."""


def seal(content: Any, keys: KeySet) -> str:
    """The JWE of a JSON value, for whoever has the private part of the first encryption key in `keys`.

    Raises NoSealingKey where there is none.
    """
    key = next((key for key in keys.keys if isinstance(key, OKPKey) and key.as_dict().get("use") == USE), None)
    if key is None:
        raise NoSealingKey("There is no encryption key in the key set.")
    header = {"alg": ALGORITHM, "enc": ENCRYPTION, "kid": key.kid, "typ": TYPE}
    return jwe.encrypt_compact(header, rfc8785.dumps(content), key, algorithms=_ALGORITHMS)


def sealed_for(sealed: Any, keys: KeySet) -> str:
    """The `kid` of that encryption key of `keys` for which something is sealed, judged without opening it.

    Raises NotSealed for whatever is not a JWE of ours to one of these keys.
    """
    if not isinstance(sealed, str) or _COMPACT.fullmatch(sealed) is None:
        raise NotSealed("It is not sealed: it is no compact JWE.")
    encoded = sealed.partition(".")[0]
    try:
        header = json.loads(urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    except ValueError as error:
        raise NotSealed("It is not sealed: its header cannot be read.") from error
    if not isinstance(header, dict):
        raise NotSealed("It is not sealed: its header is no object.")
    if (header.get("alg"), header.get("enc"), header.get("typ")) != (ALGORITHM, ENCRYPTION, TYPE):
        raise NotSealed("It is not sealed as protected content is.")
    known = [key.kid for key in keys.keys if key.as_dict().get("use") == USE]
    if header.get("kid") not in known:
        raise NotSealed(f"It is sealed to {header.get('kid')}, which is no encryption key of the addressee's.")
    return str(header["kid"])


def open_sealed(sealed: str, keys: KeySet) -> Any:
    """The JSON value inside. `keys` has the private key. Raises NotSealed."""
    sealed_for(sealed, keys)
    try:
        return json.loads(jwe.decrypt_compact(sealed, keys, algorithms=_ALGORITHMS).plaintext or b"")
    except (JoseError, ValueError) as error:
        raise NotSealed("It cannot be opened with the key that it names.") from error
