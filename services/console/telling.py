"""How a record that no page knows is told: what each of its members is, and what it is called. Pure."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any, Final, Literal

from babel.localedata import exists

Form = Literal["nothing", "texts", "members", "list", "moment", "day", "country", "yes-no", "number", "code", "text"]

_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_CODE: Final = re.compile(r"[a-z]+([_-][a-z0-9]+)*|sha-256:[0-9a-f]{64}|[0-9a-f-]{36}|[A-Z]{3}")
_TAG: Final = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")
_COUNTRIES: Final = frozenset({"country", "by", "originator", "addressee", "destination"})
_WORDS: Final = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")


def form_of(name: str, value: Any) -> Form:
    """What a member of a JSON record is, by its name and its value."""
    if value in (None, "", [], {}):
        return "nothing"
    match value:
        case bool():
            return "yes-no"
        case int() | float():
            return "number"
        case list():
            return "list"
        case dict():
            return "texts" if all(_is_text(tag, text) for tag, text in value.items()) else "members"
        case _:
            return _of_text(name, str(value))


def _is_text(tag: str, text: Any) -> bool:
    return isinstance(text, str) and bool(_TAG.fullmatch(tag)) and (tag == "und" or exists(tag.partition("-")[0]))


def _of_text(name: str, text: str) -> Form:
    if name in _COUNTRIES:
        return "country"
    if _MOMENT.fullmatch(text) and _is_moment(text):
        return "moment"
    if _DAY.fullmatch(text) and _is_day(text):
        return "day"
    return "code" if _CODE.fullmatch(text) else "text"


def _is_moment(text: str) -> bool:
    """Whether there is such a moment, by every zone's clocks: a number of somebody's may only look like one."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return False
    return moment.tzinfo is not None and date.min.year < moment.year < date.max.year


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def readable(name: str) -> str:
    """A name of ours as words: `wished_on`, `partly-answered`, `InquiryAsked`."""
    words = " ".join(_WORDS.findall(name)).lower()
    return words[:1].upper() + words[1:] if words else name
