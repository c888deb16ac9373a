"""What a national message comes to once it is translated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.contracts.base import Contract
from shared.errors import Problem


@dataclass(frozen=True, slots=True)
class Matter:
    """A command to its owner, under the agreement with `destination`."""

    command: Contract
    """With nothing in its sealed members: what belongs there stands in `protected`."""
    topic: str
    """The owner's command topic."""
    subject: str
    """The owner's stream; `shared.contracts.case.AGREEMENT` stands in it where it carries the agreement's id."""
    destination: str
    """The other party, by its code."""
    pointer: str = ""
    """Where in the national message the destination stands."""
    classification: str = "official"
    protected: Mapping[str, Any] = field(default_factory=dict)
    """By sealed member of the command, as a pointer (`/report/affected_persons`): the JSON value that the kit seals to
    the destination's key and puts there."""


@dataclass(frozen=True, slots=True)
class Translation:
    """The outcome of translating a national message: the matter, or the errors for which there is none."""

    matter: Matter | None
    problems: Sequence[Problem] = ()
    """Errors where there is no matter; warnings only where there is one. Never with protected content in them."""
