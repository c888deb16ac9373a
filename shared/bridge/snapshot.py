"""A register that comes whole: each edition stands for all of it, and what an edition no longer shows is gone.

The country reads its own format and says what a difference means; the kit remembers what was sent, compares, holds
what looks wrong, and sends the changes. What a country supplies is pure but for reading the file it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from shared.bridge.matter import Matter
from shared.contracts.base import Contract
from shared.errors import Problem

LARGEST = 20_000_000
"""Bytes of an edition unless its register says otherwise."""


@dataclass(frozen=True, slots=True)
class Row:
    """What an edition shows of one subject, wherever in the file that stands."""

    subject: str
    """The key within the register, e.g. a registration number: opaque to the kit, unique within an edition."""
    row: int
    """The line on which it begins, counted from 1 as a person counts in the file."""
    parts: Mapping[str, Contract]
    """The content, in parts that change by themselves, e.g. `organization` and, where there is one, `suspension`. The
    kit remembers a digest a part. Nothing may stand in it that differs between editions without being a change: no
    row number, no date of the edition."""
    problems: Sequence[Problem] = ()
    """Warnings; they go into the receipt with the row."""
    name: str = ""
    """What a person calls the subject by, for an operator to read beside its key."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row that cannot be taken. Its subject, where that much could be read, stays as it was."""

    row: int
    problems: Sequence[Problem]
    """What is wrong; at least one error. Pointers and rows are completed by the kit: give `pointer="/<column>"`."""
    subject: str | None = None
    """None: nobody can tell whose row it is, so nothing that is missing from this edition is taken for removed."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A row that need not be read where it stands in the file as it did when it was read last."""

    subject: str
    row: int
    source: str
    """A digest of the row as the file has it and of the reader's version: with the same one, `read` gives the same
    parts. Where more than one file tells of a subject and one did not come, the beginning of what it would be: then
    `read` is not asked either, and what that file had told stands."""
    read: Callable[[], Row | Unreadable]


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition, read. `rows` is iterated once, in a thread; it may read on while it is iterated, so that memory stays
    bounded, and may raise ProblemError, upon which the whole is rejected."""

    day: date
    """The date the document itself gives."""
    rows: Iterable[Row | Unread | Unreadable]


@dataclass(frozen=True, slots=True)
class Change:
    """What an edition changes about one subject, told to one partner."""

    day: date
    """The edition's."""
    subject: str
    destination: str
    """The partner, by its code: the `destination` of every Matter made of this."""
    row: Row | None
    """None: the edition does not show the subject any more."""
    known: frozenset[str] = frozenset()
    """Parts that were sent before and not taken back. Empty: the subject is new to this bridge, or was removed."""
    changed: frozenset[str] = frozenset()
    """Parts that are new, say something else, or are gone. `row.parts` tells which of the three."""


@dataclass(frozen=True, slots=True)
class Whole:
    """An edition at its end, for the register's own stream: what it comes to, told to one partner."""

    day: date
    destination: str
    subjects: Sequence[str]
    """Every subject in the register now, sorted: those shown, and those left as they were."""
    complete: bool
    """False where a row could not be attributed: then a subject that is missing here may not be taken for removed."""
    digests: Mapping[str, Mapping[str, str]]
    """Of each of these subjects that the partner has: part → digest of its canonical JSON as sent. Enough for a digest
    of the register; a row that could not be read and was never sent has none."""


Read = Callable[[Path], Edition]
"""Reads a file; blocks, in a thread. Raises ProblemError for what is wrong with the whole: then nothing of it is taken,
and the problem is what the receipt says. May do as it likes with memory up to some 100 MB."""

ToCommands = Callable[[Change], Sequence[Matter]]
"""The commands of one change, in order, all to one stream; none where the change means nothing to the partner. Pure."""

ToDigests = Callable[[Mapping[str, Mapping[str, str]]], Mapping[str, str]]
"""Of subjects with the digests of their parts as sent: the digest of each entry, by its id in the published register,
as `shared.contracts.publication.compared` makes it there. Pure."""

ToEnd = Callable[[Whole], Matter]
"""The command that closes an edition, to the register's own stream. Pure."""


@dataclass(frozen=True, slots=True)
class SnapshotRegister:
    """What a country declares of a register that comes in editions."""

    name: str
    """As in the agreement files and the API, e.g. `support-organizations`. It goes to the partners whose agreement
    promises to publish it."""
    media_type: str
    """By which an upload is known; no two registers of a country have the same."""
    suffix: str
    """By which a dropped or submitted file is known, e.g. `.xlsx`."""
    read: Read
    commands: ToCommands
    digests: ToDigests
    end: ToEnd
    largest: int = field(default=LARGEST)
    """Bytes of a file; more is refused with 413 as soon as it is known."""
