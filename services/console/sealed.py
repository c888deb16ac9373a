"""Protected content stays sealed on every page: what is shown of it is that it is there. Pure."""

from __future__ import annotations

import re
from typing import Any

import orjson

_COMPACT_JWE = re.compile(r"eyJ[\w-]{8,}\.[\w-]*\.[\w-]*\.[\w-]+\.[\w-]*")
"""RFC 7516, 7.1: five parts, the first a JSON object."""


def without_sealed(value: Any, instead: str) -> Any:
    """A JSON value with each sealed part, wherever it stands, as `instead`."""
    match value:
        case dict():
            return {name: without_sealed(member, instead) for name, member in value.items()}
        case list():
            return [without_sealed(member, instead) for member in value]
        case str():
            return _COMPACT_JWE.sub(instead, value)
        case _:
            return value


def without_empty(value: Any) -> Any:
    """A JSON value without members that say nothing."""
    if isinstance(value, list):
        return [without_empty(member) for member in value]
    if not isinstance(value, dict):
        return value
    return {name: without_empty(member) for name, member in value.items() if member not in (None, [], {}, "")}


def payload_of(record: dict[str, Any], instead: str) -> str:
    """What a record holds, for reading: JSON indented, other text as it is, other bytes in base64."""
    value: dict[str, str] | None = record["value"]
    if value is None:
        return ""
    text = value.get("text")
    if text is None:
        return value["base64"]
    try:
        content = orjson.loads(text)
    except orjson.JSONDecodeError:
        return str(without_sealed(text, instead))
    return orjson.dumps(without_sealed(content, instead), option=orjson.OPT_INDENT_2).decode()
