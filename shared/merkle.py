"""A register's digest: one number for all of its entries, by which two sides find the entries that differ (G8).

Entries are sorted by the SHA-256 of their ids and dealt into subtrees by its hexadecimal digits, so that an entry
more or less changes the subtrees it is in and no others, and the tree is as deep for one set of ids as for any other:

- an entry's digest is SHA-256 over the canonical form (RFC 8785) of its content;
- a subtree of at most 16 entries hashes to SHA-256(0x00 ‖ for each entry, sorted: SHA-256(id) ‖ digest of the entry);
- a larger one hashes to SHA-256(0x01 ‖ the hashes of its 16 subtrees), the empty one's being that of no entry.

To find what differs, two sides compare the root, then the subtrees under it that differ, and so on: some four steps
for ten thousand entries. Pure.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left, insort
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import orjson
import rfc8785

BUCKET: Final = 16
"""Entries in a subtree that is not divided further."""
_DIGITS: Final = "0123456789abcdef"
_AFTER: Final = "g"
"""Sorts after every digit."""
_PREFIX: Final = "sha-256:"
_BEYOND_FFFF: Final = re.compile(rb"[\xf0-\xf4]")


def canonical(content: Any) -> bytes:
    """RFC 8785's form of a JSON value without fractions: equal values have equal bytes.

    Raises ValueError or TypeError for what has none.
    """
    written = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    # Sorting by UTF-8, as here, and by UTF-16, as there, differ only where there are characters beyond U+FFFF.
    return written if _BEYOND_FFFF.search(written) is None else rfc8785.dumps(content)


def digest_of(data: bytes) -> str:
    """`sha-256:` and the SHA-256 in hexadecimal digits."""
    return _PREFIX + hashlib.sha256(data).hexdigest()


class Subtree(NamedTuple):
    """What one exchange tells: its digest, and either its subtrees' digests or its entries'."""

    digest: str
    subtrees: Mapping[str, str]
    """By the digits that lead there, empty ones left out; empty where `entries` are told."""
    entries: Mapping[str, str]
    """Digests by id."""


class Tree:
    """The digests of a register's entries. A change costs the few subtrees that it is in, once they are asked for."""

    def __init__(self, digests: Mapping[str, str] | None = None) -> None:
        self._entries: dict[str, tuple[str, str]] = {}
        """Id and digest by the SHA-256 of the id."""
        self._keys: list[str] = []
        self._hashes: dict[str, bytes] = {}
        """Of subtrees, by the digits that lead there; those that a change is in are not there."""
        self._deepest = 0
        for entry_id, digest in (digests or {}).items():
            self.put(entry_id, digest)

    def __len__(self) -> int:
        return len(self._keys)

    def put(self, entry_id: str, digest: str) -> None:
        """The entry has this digest from now on."""
        key = _key(entry_id)
        if key not in self._entries:
            insort(self._keys, key)
        self._entries[key] = (entry_id, digest)
        self._changed(key)

    def remove(self, entry_id: str) -> None:
        """The entry is there no longer. Nothing happens where it was not."""
        key = _key(entry_id)
        if self._entries.pop(key, None) is not None:
            del self._keys[bisect_left(self._keys, key)]
            self._changed(key)

    @property
    def digest(self) -> str:
        """Of all entries."""
        return self._told("")

    def subtree(self, digits: str = "") -> Subtree:
        """The subtree of the entries the SHA-256 of whose ids begins with these digits."""
        keys = self._under(digits)
        if len(keys) <= BUCKET:
            return Subtree(self._told(digits), {}, dict(self._entries[key] for key in keys))
        below = (digits + digit for digit in _DIGITS)
        return Subtree(self._told(digits), {deeper: self._told(deeper) for deeper in below if self._under(deeper)}, {})

    def _under(self, digits: str) -> list[str]:
        return self._keys[bisect_left(self._keys, digits) : bisect_left(self._keys, digits + _AFTER)]

    def _told(self, digits: str) -> str:
        return _PREFIX + self._hash(digits).hex()

    def _hash(self, digits: str) -> bytes:
        known = self._hashes.get(digits)
        if known is not None:
            return known
        keys = self._under(digits)
        if len(keys) <= BUCKET:
            leaves = (bytes.fromhex(key) + _bytes(self._entries[key][1]) for key in keys)
            hashed = hashlib.sha256(b"\x00" + b"".join(leaves)).digest()
        else:
            hashed = hashlib.sha256(b"\x01" + b"".join(self._hash(digits + digit) for digit in _DIGITS)).digest()
        self._hashes[digits] = hashed
        self._deepest = max(self._deepest, len(digits))
        return hashed

    def _changed(self, key: str) -> None:
        for length in range(self._deepest + 1):
            self._hashes.pop(key[:length], None)


def _key(entry_id: str) -> str:
    return hashlib.sha256(entry_id.encode()).hexdigest()


def _bytes(digest: str) -> bytes:
    return bytes.fromhex(digest.removeprefix(_PREFIX))
