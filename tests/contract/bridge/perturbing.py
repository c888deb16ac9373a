"""Changing a JSON value leaf by leaf: what can be changed without a trace was lost."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from shared.contracts.base import Contract

Pointer = tuple[str | int, ...]

_OTHER_TEXTS = (
    "1985-10-26",
    "1985-10-26T09:00:00Z",
    "12345.67",
    "EUR",
    "x",
    "https://elsewhere.example/",
)
_OTHER_VALUES: tuple[Any, ...] = (7, True, False, {"en": "x"}, ["x"], [7], None)


def leaves(value: Any, pointer: Pointer = ()) -> Iterator[tuple[Pointer, Any]]:
    """Every value that is no filled object or list, with where it stands."""
    if isinstance(value, dict) and value:
        for name, member in value.items():
            yield from leaves(member, (*pointer, name))
    elif isinstance(value, list) and value:
        for index, member in enumerate(value):
            yield from leaves(member, (*pointer, index))
    else:
        yield pointer, value


def told(pointer: Pointer) -> str:
    """As RFC 6901 has it."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in pointer)


def with_other(value: Any, pointer: Pointer, other: Any) -> Any:
    """A copy with another value there."""
    changed = copy.deepcopy(value)
    holder = changed
    for step in pointer[:-1]:
        holder = holder[step]
    holder[pointer[-1]] = other
    return changed


def without(value: Any, pointer: Pointer) -> Any:
    """A copy without the member or element."""
    changed = copy.deepcopy(value)
    holder = changed
    for step in pointer[:-1]:
        holder = holder[step]
    del holder[pointer[-1]]
    return changed


def other_events(event: Contract, skip: Iterable[str]) -> Iterator[tuple[str, Contract]]:
    """The event with each of its members changed in turn to another that the contract allows."""
    data = event.model_dump(mode="json")
    choices = sorted(_choices(type(event).model_json_schema()))
    for pointer, leaf in leaves(data):
        if told(pointer) in skip:
            continue
        for candidate in _candidates(leaf, choices):
            try:
                changed = type(event).model_validate(with_other(data, pointer, candidate))
            except ValidationError:
                continue
            if changed != event:
                yield told(pointer), changed
                break


def _candidates(leaf: Any, choices: Iterable[str]) -> Iterator[Any]:
    if isinstance(leaf, str):
        yield leaf + "x"
    if isinstance(leaf, int) and not isinstance(leaf, bool):
        yield leaf + 1
    if isinstance(leaf, bool):
        yield not leaf
    yield from _OTHER_TEXTS
    yield from choices
    yield from _OTHER_VALUES


def _choices(schema: Any) -> set[str]:
    """Every text that the schema allows somewhere as one of several."""
    if isinstance(schema, dict):
        found = {one for one in schema.get("enum", ()) if isinstance(one, str)}
        return found.union(*(_choices(member) for member in schema.values()))
    if isinstance(schema, list):
        return set().union(*(_choices(member) for member in schema)) if schema else set()
    return set()


def is_declared(pointer: str, losses: Mapping[str, str]) -> bool:
    """Whether a pointer is one of those declared as lost, or below one."""
    return any(
        re.fullmatch(
            "/".join("[^/]+" if part == "*" else re.escape(part) for part in declared.split("/")) + "(/.*)?", pointer
        )
        for declared in losses
    )
