"""The rules of publishing: what is put before the public, and when it counts as published."""

from __future__ import annotations

from collections.abc import Callable, Collection

from services.publication.model import PublishedEntry, index_on, intent_id
from shared.contracts.base import Contract
from shared.contracts.publication import (
    ConfirmPublication,
    EntryVersion,
    PublishRegisterEntry,
    ReadBack,
    RegisterEntryPublished,
    RegisterEntryRevised,
    entry_of,
    stream_of,
)
from shared.messaging.decider import Context, Decided, Intent, Refusal
from shared.refusing import NOT_LOOKED_AT

Promised = Callable[[str | None, str, str | None], Collection[str]]
"""By agreement, register name and originator: the countries that have promised to publish it."""


def decide(promised: Promised, state: PublishedEntry, command: Contract, context: Context) -> Decided | Refusal:
    """The rule for the command. Raises TypeError for a command that is none of this stream's."""
    match command:
        case PublishRegisterEntry():
            return publish(promised, state, command, context)
        case ConfirmPublication():
            return confirm(state, command)
        case _:
            raise TypeError(f"{type(command).__name__} is not a command to a register entry")


def publish(
    promised: Promised, state: PublishedEntry, command: PublishRegisterEntry, context: Context
) -> Decided | Refusal:
    """M6.1, M6.2, M7.2, M7.5, M8.1: what one side has told of its registers becomes public on this country's page.

    A revocation (M6.2) adds a version to the entry and takes none away: it shows since when and why. So does a
    suspension.
    """
    refusal = _withheld(promised, command, context)
    if refusal is not None:
        return refusal
    version = command.version or _marked(state, command)
    if version is None:
        return Refusal(
            "not-accredited",
            f"Nothing of {command.entry} was published that could be shown as {command.change}.",
            clause="M6.2",
            state="not-published",
        )
    revision = state.entry.revision + 1 if state.entry is not None else 1
    revised = RegisterEntryRevised(
        publisher=command.publisher,
        register_name=command.register_name,
        entry=command.entry,
        originator=context.message.originator or "",
        revision=revision,
        version=version,
    )
    read_back = Intent(
        id=intent_id(revision),
        kind="read-back",
        addressee=command.publisher,
        due=context.now,
        data=ReadBack(
            publisher=command.publisher,
            register_name=command.register_name,
            entry=command.entry,
            revision=revision,
        ),
    )
    return Decided(events=[revised], intents=[read_back])


def confirm(state: PublishedEntry, command: ConfirmPublication) -> Decided:
    """M6.1, M6.2, M7.2, M7.5, M8.1: the originator is told where and since when its information is public.

    A report on a revision that is confirmed already changes nothing.
    """
    waiting = next((w for w in state.open if w.intent_id == command.intent_id), None)
    if waiting is None or state.entry is None:
        return Decided()
    published = RegisterEntryPublished(
        publisher=state.entry.publisher,
        register_name=state.entry.register_name,
        entry=state.entry.id,
        revision=waiting.revision,
        change=waiting.change,
        published_at=command.published_at,
        url=command.url,
    )
    return Decided(events=[published], closes=[waiting.intent_id], addressee=state.entry.originator)


def _withheld(promised: Promised, command: PublishRegisterEntry, context: Context) -> Refusal | None:
    """M3b: nothing goes before the public but what its class and the agreement allow.

    Asked here whatever the sender of the command has asked before.
    """
    message = context.message
    if message.classification != "public":
        return _refused(f"Its classification is {message.classification}; only what is public is published.")
    if message.subject != stream_of(command.publisher, command.register_name, command.entry):
        return _refused(f"It was sent to {message.subject}, which is another entry.")
    if message.originator is None or not command.entry.startswith(entry_of(message.originator, "")):
        return _refused(f"Its originator is {message.originator}; the entry is another side's.")
    if command.publisher not in promised(message.agreement, command.register_name, message.originator):
        return _refused(
            f"By agreement {message.agreement}, {command.publisher} publishes no {command.register_name}"
            f" of {message.originator}."
        )
    return None


def _refused(detail: str) -> Refusal:
    return Refusal("withheld", detail, clause="M3b", state=NOT_LOOKED_AT)


def _marked(state: PublishedEntry, command: PublishRegisterEntry) -> EntryVersion | None:
    """The version in effect on the day named, marked as the command says; None where nothing was published."""
    if state.entry is None:
        return None
    known = state.entry.versions[index_on(state.entry, command.effective_on)]
    return known.model_copy(
        update={
            "change": command.change,
            "effective_on": command.effective_on,
            "suspended_on": command.effective_on if command.change == "suspended" else None,
            "revoked_on": command.effective_on if command.change == "revoked" else None,
            "ground": command.ground,
            "recorded_at": command.recorded_at,
        }
    )
