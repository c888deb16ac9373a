"""A register's digest: one number for all of its entries, by which two sides find the entries that differ (G8).

Entries are sorted by the SHA-256 of their ids and dealt into subtrees by its hexadecimal digits, so that an entry
more or less changes the subtrees it is in and no others, and the tree is as deep for one set of ids as for any other:

- an entry's digest is SHA-256 over the canonical form (RFC 8785) of its content;
- a subtree of at most 16 entries hashes to SHA-256(0x00 ‖ for each entry, sorted: SHA-256(id) ‖ digest of the entry);
- a larger one hashes to SHA-256(0x01 ‖ the hashes of its 16 subtrees), the empty one's being that of no entry.

To find what differs, two sides compare the root, then the subtrees under it that differ, and so on (`differing`): some
four steps for ten thousand entries. Pure.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left, insort
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Final, NamedTuple

import orjson
import rfc8785
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

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


class Subtree(BaseModel):
    """Its digest, and either its subtrees' digests or its entries'."""

    model_config = ConfigDict(frozen=True)

    digest: str
    subtrees: Mapping[str, str] = Field({}, description="Digests by the digits that lead there, empty ones left out.")
    entries: Mapping[str, str] = Field({}, description="Digests by id, instead, where there are 16 at most.")


class RegisterDigest(BaseModel):
    """What one exchange tells: a register's digest, and the parts asked for of the tree that it is the root of."""

    model_config = ConfigDict(frozen=True)

    digest: str = Field(description="Of the whole register: where it is another one than before, begin again.")
    entries: int = Field(description="How many it covers: all but those that were removed.")
    subtrees: Sequence[Subtree] = Field(description="In the order asked for.")


Ask = Callable[[Sequence[str]], Sequence[Subtree]]
"""One exchange with a side: the subtrees under these digits, in their order."""


MOST_AT_ONCE: Final = 256
"""Subtrees told in one exchange."""


Digits = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{0,64}$")]
"""That lead to a subtree; none to the whole."""


def told(tree: Tree, digits: Sequence[str]) -> RegisterDigest:
    """What a side answers to one exchange."""
    return RegisterDigest(digest=tree.digest, entries=len(tree), subtrees=[tree.subtree(each) for each in digits])


class Difference(NamedTuple):
    """An entry's digest on either side, None where that side does not have it."""

    one: str | None
    other: str | None


def differing(one: Ask, other: Ask) -> Mapping[str, Difference]:
    """The entries that differ between two sides, by id. One exchange with each side for each step down the tree."""
    found: dict[str, Difference] = {}
    asked: Sequence[str] = [""]
    while asked:
        deeper: list[str] = []
        for digits, here, there in zip(asked, one(asked), other(asked), strict=True):
            if here.digest == there.digest:
                continue
            if here.subtrees and there.subtrees:
                below = sorted({*here.subtrees, *there.subtrees})
                deeper += [each for each in below if here.subtrees.get(each) != there.subtrees.get(each)]
            elif here.subtrees or there.subtrees:
                # One side has so few that it tells its entries already.
                deeper += [digits + digit for digit in _DIGITS]
            else:
                for entry_id in {*here.entries, *there.entries}:
                    difference = Difference(here.entries.get(entry_id), there.entries.get(entry_id))
                    if difference.one != difference.other:
                        found[entry_id] = difference
        asked = deeper
    return found


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
            return Subtree(digest=self._told(digits), entries=dict(self._entries[key] for key in keys))
        below = (digits + digit for digit in _DIGITS)
        subtrees = {deeper: self._told(deeper) for deeper in below if self._under(deeper)}
        return Subtree(digest=self._told(digits), subtrees=subtrees)

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
