"""Comparing an edition with what was sent before. Pure, but for iterating the edition's rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from shared.bridge.evidence import content_digest
from shared.bridge.memory import Digests, Known, Told
from shared.bridge.snapshot import Change, Edition, Row, Unread, Unreadable, Whole
from shared.errors import Problem, problem

MAX_PROBLEMS: Final = 1_000
"""Told of an edition."""

Memories = Mapping[str, Mapping[str, Known]]
"""By partner: what was last sent of each subject."""


@dataclass(slots=True)
class Differences:
    """What an edition changes for one partner."""

    known: int
    """Subjects that the partner has."""
    changed: dict[str, frozenset[str]] = field(default_factory=dict)
    """Subject → parts, in the order of the edition; those new to the partner have all of their parts here."""
    new: tuple[str, ...] = ()
    """Those of the changed that the partner does not have, in the same order."""
    gone: tuple[str, ...] = ()
    """Subjects the partner has and the edition does not, sorted."""
    names: dict[str, str] = field(default_factory=dict)
    """Of those gone, as far as they are known."""


@dataclass(slots=True)
class Scan:
    """An edition read through once."""

    day: date
    content: str = ""
    """Digest of all it shows, whatever the file looks like."""
    shown: dict[str, Digests] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    """How the file has them, where its reader tells."""
    rows: dict[str, Row] = field(default_factory=dict)
    """Those of the subjects that have changed for someone."""
    unreadable: int = 0
    left: set[str] = field(default_factory=set)
    """Subjects of unreadable rows: they stay as they were."""
    complete: bool = True
    """Whether each unreadable row could be attributed to its subject."""
    wrong: int = 0
    """Problems that were found in all."""
    first: list[Problem] = field(default_factory=list)
    """One of each unreadable row, as many rows as are told."""
    further: list[Problem] = field(default_factory=list)
    """What else is wrong with rows, as much as may be told."""
    partners: dict[str, Differences] = field(default_factory=dict)

    @property
    def problems(self) -> list[Problem]:
        """What is told, by row: of every unreadable row one before any row has two."""
        return sorted([*self.first, *self.further][:MAX_PROBLEMS], key=lambda one: one.row or 0)

    @property
    def size(self) -> int:
        """Rows in the edition."""
        return len(self.shown) + self.unreadable

    def removed(self, partner: str) -> tuple[str, ...]:
        """What is removed for a partner: nothing, where a row without its number might be any of those missing."""
        return self.partners[partner].gone if self.complete else ()

    def changes(self, partner: str, known: Mapping[str, Known]) -> Iterator[tuple[Change, Told]]:
        """The changes for a partner, removals last, each with what is to be remembered of it."""
        for subject, parts in self.partners[partner].changed.items():
            change = Change(self.day, subject, partner, self.rows[subject], _parts(known.get(subject)), parts)
            yield change, self._told(subject, self.rows[subject].name)
        for subject in self.removed(partner):
            before = _parts(known.get(subject))
            yield Change(self.day, subject, partner, None, before, before), Told({})

    def rewritten(self, known: Mapping[str, Known]) -> dict[str, Told]:
        """What the file has in another way than before and says the same: to be remembered, so that it need not be
        read the next time."""
        return {
            subject: self._told(subject, known.get(subject, _NONE).name)
            for subject, source in self.sources.items()
            if subject in self.shown and not known.get(subject, _NONE).source.startswith(source)
        }

    def name_of(self, partner: str, subject: str) -> str:
        """What a person calls one by that has changed or gone for a partner; empty where that is not known."""
        row = self.rows.get(subject)
        return self.partners[partner].names.get(subject, "") if row is None else row.name

    def _told(self, subject: str, name: str) -> Told:
        return Told(self.shown[subject], self.sources.get(subject, ""), name)

    def whole(self, partner: str, known: Mapping[str, Known]) -> Whole:
        """What the partner has at the end of this edition."""
        kept = self.left if self.complete else {*self.left, *self.partners[partner].gone}
        digests = {subject: known[subject].digests for subject in kept if known.get(subject, _NONE).digests}
        digests |= self.shown
        return Whole(self.day, partner, sorted({*self.shown, *kept}), self.complete, digests)


_NONE = Known({}, 0)


def scan(edition: Edition, memories: Memories) -> Scan:
    """Reads an edition through, comparing as it goes. Blocks. Raises what the edition's rows raise."""
    found = Scan(edition.day)
    for given in edition.rows:
        row = _read(found, given, memories) if isinstance(given, Unread) else given
        if row is None:
            continue
        if isinstance(row, Unreadable):
            _leave(found, row)
        elif row.subject in found.shown or row.subject in found.left:
            detail = f"{row.subject} stands on more than one row; it stays as it was."
            _leave(found, Unreadable(row.row, (problem("subject-twice", detail),), row.subject))
        else:
            _show(found, row, memories)
    for partner, known in memories.items():
        there = {subject for subject, one in known.items() if one.digests}
        gone = tuple(sorted(there - found.shown.keys() - found.left))
        changed = _changed(found.shown, known)
        new = tuple(subject for subject in changed if not _parts(known.get(subject)))
        names = {subject: known[subject].name for subject in gone if known[subject].name}
        found.partners[partner] = Differences(len(there), changed, new, gone, names)
    found.content = _content(found)
    return found


def _read(found: Scan, row: Unread, memories: Memories) -> Row | Unreadable | None:
    """None where every partner was told of the row as it stands in the file: then what it came to is remembered."""
    if row.subject not in found.shown and row.subject not in found.left:
        found.sources[row.subject] = row.source
        known = [memory.get(row.subject, _NONE) for memory in memories.values()]
        same = [one.digests for one in known if one.digests and one.source.startswith(row.source)]
        # Each was told the same.
        if known and same == [known[0].digests] * len(known):
            found.shown[row.subject] = known[0].digests
            return None
    return row.read()


def _show(found: Scan, row: Row, memories: Memories) -> None:
    digests = {name: content_digest(part) for name, part in row.parts.items()}
    found.shown[row.subject] = digests
    if any(row.subject not in known or known[row.subject].digests != digests for known in memories.values()):
        found.rows[row.subject] = row
    _tell(found.further, found, row, row.problems)


def _leave(found: Scan, row: Unreadable) -> None:
    found.unreadable += 1
    _tell(found.first, found, row, row.problems[:1])
    _tell(found.further, found, row, row.problems[1:])
    if row.subject is None:
        found.complete = False
        return
    found.left.add(row.subject)
    if found.shown.pop(row.subject, None) is not None:
        # Nobody can tell which of the two rows is right.
        found.unreadable += 1
        found.rows.pop(row.subject, None)


def _tell(told: list[Problem], found: Scan, row: Row | Unreadable, problems: Sequence[Problem]) -> None:
    found.wrong += len(problems)
    left = MAX_PROBLEMS - len(told)
    told += [one.model_copy(update={"row": one.row or row.row}) for one in problems[:left]]


def _changed(shown: Mapping[str, Digests], known: Mapping[str, Known]) -> dict[str, frozenset[str]]:
    changed = {}
    for subject, digests in shown.items():
        before = known.get(subject, _NONE).digests
        if before != digests:
            parts = before.keys() | digests.keys()
            changed[subject] = frozenset(part for part in parts if before.get(part) != digests.get(part))
    return changed


def _parts(known: Known | None) -> frozenset[str]:
    return frozenset() if known is None else frozenset(known.digests)


def _content(found: Scan) -> str:
    hashed = hashlib.sha256(f"{found.day}\n{found.unreadable}\n{found.complete}\n".encode())
    for subject in sorted(found.left):
        hashed.update(f"{subject}\n".encode())
    hashed.update(b"\n")
    for subject in sorted(found.shown):
        told = " ".join(f"{part}={found.shown[subject][part]}" for part in sorted(found.shown[subject]))
        hashed.update(f"{subject}\n{told}\n".encode())
    return "sha-256:" + hashed.hexdigest()
