"""What a contract says of single members: those that are confidential in what is public otherwise, and protected
content, which is sealed by the sending bridge, opened by the receiving one, and read by none between.

A member of a contract that is annotated `Sealed` holds a compact JWE (RFC 7516) to the addressee's public key, or None
where it may be absent. What is inside is a JSON value, described beside the member.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Final

from shared.contracts.base import Contract

_CONFIDENTIAL: Final = "confidential"
_PROTECTED: Final = "protected"

Confidential = Annotated[str, _CONFIDENTIAL]
"""For the two sides alone, in a contract whose other members may be public. Declared as sealed members are."""

Sealed = Annotated[str, _PROTECTED]
"""Protected content as compact JWE to the addressee's key. Only its bridge opens it; the core passes it on. Declared as
`Sealed` or `Sealed | None`, in the contract itself or in a contract within it, never in a list or by a name."""


def sealed_members(contract: type[Contract]) -> Sequence[str]:
    """Where a contract has sealed members: RFC 6901 pointers, e.g. `/report/affected_persons`."""
    return list(_marked(_PROTECTED, contract, ""))


def confidential_members(contract: type[Contract]) -> Sequence[str]:
    """Where a contract has confidential members, likewise."""
    return list(_marked(_CONFIDENTIAL, contract, ""))


def _marked(mark: str, contract: type[Contract], pointer: str) -> Iterator[str]:
    for name, field in contract.model_fields.items():
        choices = [field.annotation, *getattr(field.annotation, "__args__", ())]
        marks = [*field.metadata, *(one for choice in choices for one in getattr(choice, "__metadata__", ()))]
        if mark in marks:
            yield f"{pointer}/{name}"
        for choice in choices:
            if isinstance(choice, type) and issubclass(choice, Contract):
                yield from _marked(mark, choice, f"{pointer}/{name}")


def member(data: Any, pointer: str) -> Any:
    """What stands at a pointer to a member of nested objects; None where there is nothing."""
    for name in pointer.split("/")[1:]:
        data = data.get(name) if isinstance(data, dict) else None
    return data
