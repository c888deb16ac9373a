"""Putting protected content into its envelopes, and seeing from outside that it is in them (M4.1, G7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from joserfc.jwk import KeySet

from shared.contracts.base import Contract
from shared.contracts.sealed import member, sealed_members
from shared.errors import ProblemError, problem
from shared.security.jwe import NoSealingKey, NotSealed, open_sealed, seal, sealed_for

C = TypeVar("C", bound=Contract)

Keys = Callable[[str], KeySet | None]
"""The public keys of a party, None where none are known."""


def sealed_command(command: C, protected: Mapping[str, Any], destination: str, keys: Keys) -> C:
    """The command with its protected content in it, sealed to the destination's key.

    Raises ProblemError `not-available` where the destination has no key to seal to: nothing is wrong with the message.
    """
    if not protected:
        return command
    data = command.model_dump(mode="json")
    known = keys(destination) or KeySet([])
    for pointer, content in protected.items():
        *path, name = pointer.split("/")[1:]
        holder = data
        for step in path:
            holder = holder[step]
        try:
            holder[name] = seal(content, known)
        except NoSealingKey as error:
            detail = f"No key of {destination} to seal protected content to is known yet."
            raise ProblemError(problem("not-available", detail)) from error
    return type(command).model_validate(data)


def in_the_open(contract: type[Contract], data: Mapping[str, Any], keys: KeySet | None) -> str | None:
    """Why the protected content of a command or an event may be read by others than its addressee; None where it may
    not. `keys` are the addressee's public ones. Judged by the contract alone, whoever was to have sealed it."""
    for pointer in sealed_members(contract):
        content = member(data, pointer)
        if content is None:
            continue
        try:
            sealed_for(content, keys or KeySet([]))
        except NotSealed as error:
            return f"{pointer}: {error}"
    return None


def opened(contract: type[Contract], data: Mapping[str, Any], keys: KeySet) -> Mapping[str, Any]:
    """What is in the sealed members of an event, by pointer. `keys` are private. Raises NotSealed."""
    found = {pointer: member(data, pointer) for pointer in sealed_members(contract)}
    return {pointer: open_sealed(content, keys) for pointer, content in found.items() if content is not None}
