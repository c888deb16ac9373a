"""What the demonstration hands in, at whose bridge, and what is to come of it: read from `manifest.yaml`."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

from deploy.reconciler.reconcile import Handed

MANIFEST = Path(__file__).with_name("manifest.yaml")
ACCEPTED = "accepted"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Expected(_Part):
    """A message of a file, and how the reconciler will know it on the other side and on a page."""

    message_id: str
    matter: str
    event: str
    marks: frozenset[str]
    page_marks: frozenset[str]


class Offered(_Part):
    """A file to be handed in. `expected` is `accepted`, or the slug with which all of it is to be rejected."""

    path: Path = Field(alias="file")
    media_type: str
    about: str
    expected: str
    warning: str | None = None
    """A slug that its receipt is to warn of."""
    messages: tuple[Expected, ...]


class Manifest(_Part):
    """The whole demonstration."""

    sender: str = Field(alias="from")
    addressee: str = Field(alias="to")
    pages: frozenset[str]
    register_name: str = Field(alias="register")
    files: tuple[Offered, ...]

    def handed(self, message: Expected) -> Handed:
        """The message as the reconciler takes it, before anything was told of it."""
        return Handed(
            message_id=message.message_id,
            sender=self.sender,
            addressee=self.addressee,
            matter=message.matter,
            type=message.event,
            marks=message.marks,
            pages=self.pages,
            page_marks=message.page_marks,
            told=None,
        )


def load(path: Path = MANIFEST) -> Manifest:
    """The manifest of a file; paths in it are relative to its folder. Raises OSError or ValueError."""
    manifest = Manifest.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    files = tuple(file.model_copy(update={"path": path.parent / file.path}) for file in manifest.files)
    return manifest.model_copy(update={"files": files})
