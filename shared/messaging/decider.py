"""What a service is made of: deciders and reactors. Pure and synchronous; the kernel does everything else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from pydantic import BaseModel

from shared.contracts.base import Contract
from shared.errors import Problem, problem
from shared.messaging.envelope import Message

S = TypeVar("S", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Context:
    """What a decision may know besides state and command."""

    message: Message
    now: datetime
    """The message's own time, not the clock's: replayed after a restore, it is decided as it was."""


@dataclass(frozen=True, slots=True)
class Intent:
    """Something to be done outside, recorded with the decision that asks for it.

    `id` is unique in its stream and stays the same over all attempts; `kind` names the handler, `addressee` the one
    outside for whom order and grouping count, `data` is what the handler needs. Done not before `due`.
    """

    id: str
    kind: str
    addressee: str
    due: datetime
    data: Contract


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision comes to: events in order, intents to open, ids of intents to close.

    Nothing at all is a decision too: the message was seen and changes nothing.
    """

    events: Sequence[Contract] = ()
    intents: Sequence[Intent] = ()
    closes: Sequence[str] = ()
    addressee: str | None = None
    """Of the events, where it is not the message's own."""
    classification: str | None = None
    """Of the events, where it is not the message's own."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A decision against, told to the sender: a slug of shared.errors, what exactly, by which clause, in what state."""

    slug: str
    detail: str
    clause: str | None = None
    state: str | None = None
    pointer: str | None = None

    def problem(self) -> Problem:
        return problem(self.slug, self.detail, clause=self.clause, state=self.state, pointer=self.pointer)


@dataclass(frozen=True, slots=True)
class Compacted(Generic[S]):
    """What of a stream's state anyone may read in a compacted topic, under the stream's id.

    `record` is pure, and gives None for what is not there, or is no longer. The kernel publishes a record with each
    write that changes it, in one outbox with the events, and all of them again where the broker has lost them.
    """

    topic: str
    record: Callable[[S], Contract | None]


@dataclass(frozen=True, slots=True)
class Decider(Generic[S]):
    """The rules of one kind of stream.

    `decide` and `evolve` are pure: same arguments, same result, no I/O, time from the context only. `decide` gets the
    command as a contract of `commands`; an exception out of either parks the message. `evolve` is called for each
    event in order and its state is stored; `initial` makes the state of a stream that nothing has happened to.
    """

    kind: str
    """The stream ids' first part, before the first `/`."""
    state: type[S]
    commands: Mapping[str, type[Contract]]
    initial: Callable[[str], S]
    decide: Callable[[S, Contract, Context], Decided | Refusal]
    evolve: Callable[[S, Contract], S]
    compacted: Compacted[S] | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """What a reactor asks a service to do. The envelope's other attributes come from the event reacted to."""

    topic: str
    subject: str
    data: Contract
    addressee: str | None = None
    classification: str | None = None


@dataclass(frozen=True, slots=True)
class Reactor:
    """Turns events on `topic` into commands. `react` is pure and stateless, and gives at most one command a stream."""

    topic: str
    events: Mapping[str, type[Contract]]
    react: Callable[[Contract, Message], Sequence[Command]]


@dataclass(frozen=True, slots=True)
class Due:
    """An intent whose time has come, claimed by a worker. `message` is the one whose decision opened it."""

    stream: str
    id: str
    kind: str
    addressee: str
    attempt: int
    due: datetime
    data: Mapping[str, object]
    message: Message


@dataclass(frozen=True, slots=True)
class Result:
    """What an intent's handler achieved: a command to tell the stream, or None to be tried again later."""

    due: Due
    command: Contract | None
    detail: str = ""
    """Why it is to be tried again."""


IntentHandler = Callable[[Sequence[Due]], Awaitable[Sequence[Result]]]
"""Acts on up to 500 due intents to one addressee, oldest first, at most one a stream. Members without a result are
tried again. It may raise: then all are."""
