"""What the demonstration hands in, at whose bridge, and what is to come of it: read from `manifest.yaml`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

from deploy.reconciler.reconcile import REMOVED, Handed, Register

MANIFEST = Path(__file__).with_name("manifest.yaml")
ACCEPTED, HELD = "accepted", "held"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Expected(_Part):
    """A message of a file, and how the reconciler will know it on the other side and on a page.

    Of what is published nowhere, `page_marks` are texts none of which may be public.
    """

    message_id: str
    to: str
    matter: str
    event: str
    marks: frozenset[str]
    pages: frozenset[str]
    page_marks: frozenset[str]
    news_id: str | None = None
    by_the_clock: tuple[str, ...] | None = None
    """Types of event by which the clock will tell of it one day, which is far."""

    def handed(self, sender: str) -> Handed:
        """The message as the reconciler takes it, before anything was told of it."""
        return Handed(
            message_id=self.message_id,
            sender=sender,
            addressee=self.to,
            matter=self.matter,
            type=self.event,
            marks=self.marks,
            pages=self.pages,
            page_marks=self.page_marks,
            told=None,
            news_id=self.news_id,
            by_the_clock=None if self.by_the_clock is None else dict.fromkeys(self.by_the_clock, frozenset[str]()),
        )


class Edition(_Part):
    """An edition of a register: what it changes, and how each will be known on the other side.

    A message's id follows from the file, the addressee and the number; see the bridge kit's editions.
    """

    register_name: str = Field(alias="register")
    kind: str
    day: str
    """ISO 8601."""
    to: str
    pages: frozenset[str]
    changes: Mapping[str, Mapping[str, tuple[str, ...]]]
    """By what a change is called on a page: texts by number."""

    def message_id(self, content: bytes) -> str:
        """That of the edition itself."""
        return f"{self.register_name}/{hashlib.sha256(content).hexdigest()}"

    def messages(self, sender: str, message_id: str) -> Iterator[Expected]:
        """The edition itself, then each change that it brings."""
        end = f"{message_id}/{self.to}/end/0"
        name = "".join(part.capitalize() for part in self.kind.split("-"))
        yield Expected(
            message_id=message_id,
            to=self.to,
            matter=f"{self.kind}-register/{sender}",
            event=f"{name}EditionRecorded",
            marks=frozenset({end}),
            pages=frozenset(),
            page_marks=frozenset({end}),
            news_id=end,
        )
        for change, subjects in self.changes.items():
            for number, texts in subjects.items():
                own = f"{message_id}/{self.to}/{number}/0"
                # What is gone is told by the edition's end.
                known = end if change == REMOVED else own
                yield Expected(
                    message_id=f"{message_id}/{self.to}/{number}/{change}" if change == REMOVED else own,
                    to=self.to,
                    matter=f"{self.kind}/{sender}/{number}",
                    event=f"{name}{change.capitalize()}",
                    marks=frozenset({known, number, *texts}),
                    pages=self.pages,
                    page_marks=frozenset({self.day, change, number, *texts}),
                    news_id=known,
                )

    def register(self, sender: str, message_id: str, editions: Sequence[Edition]) -> Register:
        """What the other side is to hold after these editions, of which this is the last."""
        shown: dict[str, frozenset[str]] = {}
        for edition in editions:
            for change, subjects in edition.changes.items():
                for number, texts in subjects.items():
                    shown[number] = frozenset({number, *texts})
                    if change == REMOVED:
                        del shown[number]
        return Register(
            message_id=message_id,
            name=self.register_name,
            country=sender,
            kind=self.kind,
            addressee=self.to,
            pages=self.pages,
            shown=shown,
        )


class Offered(_Part):
    """A file to be handed in. `expected` is `accepted`, `held`, or the slug with which all of it is to be rejected."""

    path: Path = Field(alias="file")
    sender: str = Field(alias="from")
    media_type: str
    about: str
    expected: str = ACCEPTED
    tells: str | None = None
    """A slug that its receipt is to tell of, though it is taken."""
    after: bool = False
    """Whether what was handed in before is to be decided first: two bridges are in no order to each other."""
    padded_to: int = 0
    """Bytes to which it grows when it is handed in."""
    messages: tuple[Expected, ...] = ()
    edition: Edition | None = None

    @property
    def content(self) -> bytes:
        """What is handed in. Raises OSError."""
        return self.path.read_bytes().ljust(self.padded_to, b"\0")

    def all_messages(self) -> tuple[Expected, ...]:
        """What it brings: of an edition that changes nothing yet, itself."""
        if self.edition is None:
            return self.messages
        message_id = self.edition.message_id(self.content)
        messages = tuple(self.edition.messages(self.sender, message_id))
        return messages if self.expected == ACCEPTED else messages[:1]


class Manifest(_Part):
    """The whole demonstration."""

    registers: tuple[str, ...]
    files: tuple[Offered, ...]

    def register_after(self, file: Offered) -> Register | None:
        """What the other side is to hold when this edition and those before it were taken; None for no edition."""
        if file.edition is None:
            return None
        before = [one for one in self.files[: self.files.index(file) + 1] if one.expected == ACCEPTED]
        taken = [one.edition for one in before if one.edition is not None]
        return file.edition.register(
            file.sender,
            file.edition.message_id(file.content),
            [one for one in taken if one.register_name == file.edition.register_name],
        )


def load(path: Path = MANIFEST) -> Manifest:
    """The manifest of a file; paths in it are relative to its folder. Raises OSError or ValueError."""
    manifest = Manifest.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    files = tuple(file.model_copy(update={"path": path.parent / file.path}) for file in manifest.files)
    return manifest.model_copy(update={"files": files})
