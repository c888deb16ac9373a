"""Reading a national document field by field: what is wrong is collected, what nobody asked for is told."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar

from shared.errors import Problem, problem

T = TypeVar("T")

MAX_TEXT = 1_000
"""Characters of a text unless said otherwise."""
MAX_UNKNOWN = 20
"""Unknown fields of one level that are told by name: the sender chooses how many there are, not we."""

MAX_LIST = 200
"""Members of a list."""

MAX_LANGUAGES = 20
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")


class WrongValue(ValueError):  # noqa: N818
    """A text that is not what its field holds: a slug of shared.errors, and what exactly is wrong."""

    def __init__(self, slug: str, detail: str) -> None:
        super().__init__(detail)
        self.slug = slug


class Fields:
    """One level of a document. Sections share one list of problems; pointers are RFC 6901's, within the message.

    Ask for every field the format has, then `finish`: the rest is told as unknown. A method that found an error gives
    None; whether there was one is asked of `errors` at the end, so that a sender is told all at once.
    """

    def __init__(self, document: Mapping[str, Any], pointer: str = "", problems: list[Problem] | None = None) -> None:
        self._document = document
        self._pointer = pointer
        self._asked: set[str] = set()
        self.problems: list[Problem] = [] if problems is None else problems

    @property
    def errors(self) -> bool:
        return any(found.severity == "error" for found in self.problems)

    def text(self, name: str, *, required: bool = False, longest: int = MAX_TEXT) -> str | None:
        """A text without the white space around it; None where it is absent or blank."""
        value = self._value(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            if required:
                self._tell("missing-field", name, f"{name} is missing.")
            return None
        if not isinstance(value, str):
            kind = "a number; leading zeros would be lost" if isinstance(value, int | float) else "not text"
            self._tell("wrong-form", name, f"{name} is {kind}. It is written as text.")
            return None
        value = value.strip()
        if len(value) > longest:
            self._tell("too-large", name, f"{name} has {len(value)} characters; {longest} are taken.")
            return None
        if any(unicodedata.category(character) == "Cc" and character not in "\t\r\n" for character in value):
            self._tell("wrong-form", name, f"{name} has control characters in it.")
            return None
        return value

    def required(self, name: str, parse: Callable[[str], T], otherwise: T) -> T:
        """A text that must be there, through `parse`; `otherwise` stands in where it is missing or wrong."""
        text = self.text(name, required=True)
        return otherwise if text is None else self._parsed(name, text, parse, otherwise)

    def optional(self, name: str, parse: Callable[[str], T]) -> T | None:
        """A text through `parse`, if it is there. `parse` raises WrongValue."""
        text = self.text(name)
        return None if text is None else self._parsed(name, text, parse, None)

    def section(self, name: str, *, required: bool = False) -> Fields:
        """The fields of an object within; an empty one where it is absent or no object."""
        value = self._value(name)
        if value is None:
            if required:
                self._tell("missing-field", name, f"{name} is missing.")
            value = {}
        if not isinstance(value, Mapping):
            self._tell("wrong-form", name, f"{name} is an object with fields of its own.")
            value = {}
        return Fields(value, f"{self._pointer}/{_escape(name)}", self.problems)

    def sections(self, name: str, *, required: bool = False) -> list[Fields]:
        """The fields of each object in a list; none where it is absent. `required`: at least one."""
        pointer = f"{self._pointer}/{_escape(name)}"
        found = []
        for place, value in enumerate(self._list(name, required)):
            if isinstance(value, Mapping):
                found.append(Fields(value, f"{pointer}/{place}", self.problems))
            else:
                detail = f"{name} is a list of objects with fields of their own."
                self.problems.append(problem("wrong-form", detail, pointer=f"{pointer}/{place}"))
        return found

    def texts(self, name: str, *, required: bool = False) -> tuple[str, ...]:
        """The texts in a list, each as `text` reads one; none where it is absent. `required`: at least one."""
        values = self._list(name, required)
        inside = Fields(
            {str(place): value for place, value in enumerate(values)},
            f"{self._pointer}/{_escape(name)}",
            self.problems,
        )
        texts = (inside.text(str(place), required=True) for place in range(len(values)))
        return tuple(text for text in texts if text is not None)

    def numbers(self, name: str, *, required: bool = False) -> tuple[int, ...]:
        """The numbers in a list, each as `number` reads one; none where it is absent. `required`: at least one."""
        values = self._list(name, required)
        inside = Fields(
            {str(place): value for place, value in enumerate(values)},
            f"{self._pointer}/{_escape(name)}",
            self.problems,
        )
        numbers = (inside.number(str(place), required=True) for place in range(len(values)))
        return tuple(number for number in numbers if number is not None)

    def by_language(self, name: str, *, required: bool = False, longest: int = MAX_TEXT) -> dict[str, str]:
        """Texts by language tag, each as `text` reads one; none where it is absent. `required`: at least one."""
        value = self._value(name)
        if not isinstance(value, Mapping | None):
            self._tell("wrong-form", name, f"{name} is an object of texts by language tag.")
            return {}
        inside = Fields(value or {}, f"{self._pointer}/{_escape(name)}", self.problems)
        texts, told = {}, len(self.problems)
        for tag in list(value or {})[:MAX_LANGUAGES]:
            text = inside.text(tag, longest=longest)
            if _LANGUAGE.fullmatch(tag) is None:
                inside.tell("wrong-form", tag, f"{tag[:40]!r} is no language tag such as ja or ky-Latn (BCP 47).")
            elif text is not None:
                texts[tag] = text
        if len(value or {}) > MAX_LANGUAGES:
            self._tell("too-large", name, f"{name} is in more than the {MAX_LANGUAGES} languages taken.")
        elif required and not texts and len(self.problems) == told:
            self._tell("missing-field", name, f"{name} is missing.")
        return texts

    def number(self, name: str, *, required: bool = False) -> int | None:
        """A whole number that is not negative, written as one; None where it is absent."""
        value = self._value(name)
        if value is None:
            if required:
                self._tell("missing-field", name, f"{name} is missing.")
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            self._tell("wrong-form", name, f"{name} is a whole number, without quotes around it.")
            return None
        return value

    def given(self, name: str) -> bool:
        """Whether anything stands there, right or wrong."""
        return self._value(name) is not None

    def skip(self, *names: str) -> None:
        """These belong to the format but go no further; nothing is said about them."""
        self._asked.update(names)

    def tell(self, slug: str, name: str, detail: str) -> None:
        """An error that concerns the field and what stands elsewhere."""
        self._tell(slug, name, detail)

    def finish(self) -> None:
        """Tells of the fields that nobody asked for: they are kept out, the message is taken without them."""
        unknown = [name for name in self._document if name not in self._asked]
        for name in unknown[:MAX_UNKNOWN]:
            self._warn(f"{name[:100]} is not a field of this message; it was kept out.", f"/{_escape(name[:100])}")
        if len(unknown) > MAX_UNKNOWN:
            self._warn(f"{len(unknown) - MAX_UNKNOWN} more fields are not known; they were kept out.", "")

    def _list(self, name: str, required: bool) -> list[Any]:
        value = self._value(name)
        if value is None or value == []:
            if required:
                self._tell("missing-field", name, f"{name} is missing.")
            return []
        if not isinstance(value, list):
            self._tell("wrong-form", name, f"{name} is a list.")
            return []
        if len(value) > MAX_LIST:
            self._tell("too-large", name, f"{name} has {len(value)} members; {MAX_LIST} are taken.")
            return []
        return value

    def _value(self, name: str) -> Any:
        self._asked.add(name)
        return self._document.get(name)

    def _parsed(self, name: str, text: str, parse: Callable[[str], T], otherwise: Any) -> Any:
        try:
            return parse(text)
        except WrongValue as error:
            self._tell(error.slug, name, f"{name}: {error}")
            return otherwise

    def _warn(self, detail: str, pointer: str) -> None:
        self.problems.append(problem("unknown-field", detail, pointer=self._pointer + pointer, severity="warning"))

    def _tell(self, slug: str, name: str, detail: str) -> None:
        self.problems.append(problem(slug, detail, pointer=f"{self._pointer}/{_escape(name)}"))


def as_is(text: str) -> str:
    """For a required text of no particular form."""
    return text


def matching(pattern: str, form: str) -> Callable[[str], str]:
    """A text that is `pattern` from end to end; `form` tells the sender what that is in words."""
    compiled = re.compile(pattern)

    def parse(text: str) -> str:
        if compiled.fullmatch(text) is None:
            raise WrongValue("wrong-form", f"{text!r} is not {form}.")
        return text

    return parse


def one_of(choices: Mapping[str, T]) -> Callable[[str], T]:
    """One of the texts of a list, as what it stands for."""

    def parse(text: str) -> T:
        if text not in choices:
            raise WrongValue("wrong-form", f"{text[:40]!r} is none of {', '.join(choices)}.")
        return choices[text]

    return parse


def name_of(choices: Mapping[str, object], value: object) -> str:
    """The text of a list that stands for a value: the other way round than `one_of`."""
    return next(name for name, stands_for in choices.items() if stands_for == value)


def unquoted(problems: Sequence[Problem], pointer: str, known: Collection[str]) -> list[Problem]:
    """Problems of protected content at `pointer`, an object or a list of objects: where it is wrong and not how, for
    what is said of a value, of a field or of a language that there is not may be the very thing that is protected.

    `known` are the fields of those objects; pointers go no further than to them.
    """
    told = []
    for found in problems:
        place, name = [*(found.pointer or "").removeprefix(pointer).split("/")[1:], "", ""][:2]
        if not (place.isdecimal() and int(place) < MAX_LIST):
            place, name = "", place
        at = "/".join(part for part in (pointer, place, name if name in known else "") if part)
        detail = f"{at} is not as the layout has it; what stands there is protected and is not repeated."
        told.append(found.model_copy(update={"pointer": at, "detail": detail}))
    return told


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
