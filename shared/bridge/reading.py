"""From the bytes of a submission to its messages, each with the bytes it came in, and every error with its place.

A body that cannot be read as a whole is refused as a whole: nothing of it is taken. Where messages stand on lines of
their own, or each is whole JSON, one that cannot be taken does not hold up the others.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count, islice
from typing import Any, Final

from shared.bridge.evidence import NotCanonical, digest
from shared.errors import Problem, ProblemError, problem

JSON: Final = "application/json"
NDJSON: Final = "application/x-ndjson"
CSV: Final = "text/csv"
MEDIA_TYPES: Final = (JSON, NDJSON, CSV)

MAX_BODY_BYTES: Final = 8_000_000
MAX_MESSAGE_BYTES: Final = 256_000
"""Of one message; its original, its command and the events that follow stay well below a record's bound."""
MAX_MESSAGES: Final = 10_000
"""In one submission: each has an entry of its own however short it is."""
MAX_HEADER_BYTES: Final = 8_000
"""Of a table's first line, which is kept with each of its rows."""
MAX_DEPTH: Final = 32

Document = Mapping[str, Any]
"""A national document: JSON values by field name."""

_BOM: Final = b"\xef\xbb\xbf"
_WHITE: Final = " \t\r\n"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the submission a message stands: the line of a file from 1, or the JSON pointer of an element."""

    row: int | None = None
    pointer: str = ""

    def of(self, found: Problem) -> Problem:
        """The problem, whose pointer is within the message, told with its place in the whole submission."""
        pointer = None if found.pointer is None and not self.pointer else self.pointer + (found.pointer or "")
        return found.model_copy(update={"row": self.row, "pointer": pointer})


@dataclass(frozen=True, slots=True)
class Part:
    """A message of a submission. `original` is what was received for it, byte for byte: the JSON text, the line, or
    the file's header line and the row's."""

    place: Place
    original: bytes
    media_type: str
    document: Document
    digest: str
    """Of the document's canonical bytes."""


@dataclass(frozen=True, slots=True)
class Body:
    """A submission, read: its messages in order, and in their places the problems of those that cannot be read."""

    parts: Sequence[Part | Problem]
    single: bool
    """One message by itself and not a list, were it of one: its error is the answer's."""


def read_body(media_type: str, body: bytes, columns: Sequence[str]) -> Body:
    """The messages of a body. Raises ProblemError where the whole is refused.

    `columns` are those that a CSV file must have. Takes about 0.2 seconds a megabyte and blocks.
    """
    kind = _kind(media_type)
    body = body.removeprefix(_BOM)
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise ProblemError(
            problem("not-utf-8", f"Byte {error.start + 1}, in line {line}, is not UTF-8.", row=line)
        ) from error
    if kind == JSON:
        return _read_json(text)
    return Body(_not_too_many(_read_lines(text) if kind == NDJSON else _read_csv(text, columns)), single=False)


def _not_too_many(parts: Iterable[Part | Problem]) -> Sequence[Part | Problem]:
    taken = list(islice(parts, MAX_MESSAGES + 1))
    if len(taken) > MAX_MESSAGES:
        raise ProblemError(problem("too-large", f"It has more messages than the {MAX_MESSAGES} taken at once."))
    if not taken:
        raise ProblemError(problem("no-messages", "There is no message in it."))
    return taken


def _kind(media_type: str) -> str:
    kind, _, parameters = media_type.lower().partition(";")
    kind, charset = kind.strip(), parameters.partition("charset=")[2].strip(' "')
    if kind not in MEDIA_TYPES or charset not in ("", "utf-8", "utf8"):
        raise ProblemError(
            problem(
                "unsupported-media-type",
                f"{media_type or 'No media type'} is not taken; {', '.join(MEDIA_TYPES)} are, in UTF-8.",
            )
        )
    return kind


class _Decoder:
    """JSON as RFC 8259 has it and no more: no NaN, and names that occur twice in an object are noticed."""

    def __init__(self, first_line: int = 1) -> None:
        self._first_line = first_line
        self.repeated: list[str] = []
        # Of functions that know nothing of this decoder: in a circle it would wait for the garbage collector, with the
        # text that it has read.
        self._decoder = json.JSONDecoder(object_pairs_hook=partial(_object, self.repeated), parse_constant=_constant)

    def value(self, text: str, start: int) -> tuple[Any, int]:
        """The value at `start` and where it ends. Raises ProblemError saying where it is wrong."""
        self.repeated.clear()
        try:
            return self._decoder.raw_decode(text, start)
        except json.JSONDecodeError as error:
            raise ProblemError(self.wrong(text, error.pos, error.msg)) from error
        except RecursionError as error:
            raise ProblemError(_too_deep()) from error
        except ValueError as error:
            raise ProblemError(self.wrong(text, start, str(error))) from error

    def nothing_after(self, text: str, end: int) -> None:
        """Raises ProblemError where there is more than white space."""
        at = _skip(text, end)
        if at < len(text):
            raise ProblemError(self.wrong(text, at, "There is more after the end"))

    def wrong(self, text: str, position: int, what: str) -> Problem:
        """What is wrong at a position of the text, in lines, columns and bytes."""
        before = text[:position]
        line, column = self._first_line + before.count("\n"), position - before.rfind("\n")
        where = f"Line {line}, column {column} (byte {len(before.encode()) + 1}): {what}."
        if what.startswith("Unterminated") or not text[position:].strip(_WHITE):
            where += " The text ends before it is complete; it may have been cut off."
        return problem("not-json", where, row=line)


def _object(repeated: list[str], pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                repeated.append(name[:100])
            seen.add(name)
    return made


def _constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON value")


def _too_deep() -> Problem:
    return problem("too-deep", f"It is nested more than {MAX_DEPTH} levels deep.")


def _read_json(text: str) -> Body:
    decoder = _Decoder()
    start = _skip(text, 0)
    if text[start : start + 1] == "[":
        return Body(_not_too_many(_elements(decoder, text, start)), single=False)
    value, end = decoder.value(text, start)
    decoder.nothing_after(text, end)
    return Body([_part(decoder, value, text[start:end].encode(), JSON, Place())], single=True)


def _elements(decoder: _Decoder, text: str, start: int) -> Iterator[Part | Problem]:
    at = _skip(text, start + 1)
    if text[at : at + 1] == "]":
        decoder.nothing_after(text, at + 1)
        return
    for number in count():
        value, end = decoder.value(text, at)
        yield _part(decoder, value, text[at:end].encode(), JSON, Place(pointer=f"/{number}"))
        at = _skip(text, end)
        if text[at : at + 1] == "]":
            decoder.nothing_after(text, at + 1)
            return
        if text[at : at + 1] != ",":
            raise ProblemError(decoder.wrong(text, at, "Expecting ',' or ']'"))
        at = _skip(text, at + 1)


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _WHITE:
        at += 1
    return at


def _read_lines(text: str) -> Iterator[Part | Problem]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip(_WHITE):
            continue
        place, decoder = Place(row=number), _Decoder(number)
        try:
            value, end = decoder.value(line, _skip(line, 0))
            decoder.nothing_after(line, end)
        except ProblemError as error:
            yield place.of(error.problem)
        else:
            yield _part(decoder, value, line.removesuffix("\r").encode(), JSON, place)


def _part(decoder: _Decoder, value: Any, original: bytes, media_type: str, place: Place) -> Part | Problem:
    if not isinstance(value, dict):
        return place.of(problem("wrong-form", "A message is a JSON object.", pointer=""))
    if len(original) > MAX_MESSAGE_BYTES:
        detail = f"The message has {len(original)} bytes; {MAX_MESSAGE_BYTES} are taken."
        return place.of(problem("too-large", detail, pointer=""))
    if _deeper_than(MAX_DEPTH, value):
        return place.of(_too_deep())
    if decoder.repeated:
        return place.of(problem("not-json", f"The name {decoder.repeated[0]!r} occurs twice in one object."))
    try:
        return Part(place, original, media_type, value, digest(value))
    except NotCanonical as error:
        return place.of(problem("not-json", f"It has no canonical form (RFC 8785): {error}."))


def _deeper_than(limit: int, value: Any) -> bool:
    level = [value]
    for _ in range(limit):
        level = [
            member
            for item in level
            for member in (item.values() if isinstance(item, dict) else item)
            if isinstance(member, dict | list)
        ]
        if not level:
            return False
    return True


def _read_csv(text: str, columns: Sequence[str]) -> Iterator[Part | Problem]:
    lines = _Lines(text)
    delimiter = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    names: list[str] = []
    header = ""
    while True:
        first_line = rows.line_num + 1
        try:
            cells = next(rows, None)
        except csv.Error as error:
            raise ProblemError(problem("not-csv", f"Line {first_line}: {error}.", row=first_line)) from error
        original = lines.taken()
        if cells is None:
            return
        if not any(cell.strip() for cell in cells):
            continue
        if not names:
            if len(original.encode()) > MAX_HEADER_BYTES:
                detail = f"The header has more than {MAX_HEADER_BYTES} bytes."
                raise ProblemError(problem("too-large", detail, row=first_line))
            names, header = _names(cells, columns, first_line), original
            header = header if header.endswith(("\n", "\r")) else header + "\n"
            continue
        yield _row(names, cells, (header + original).encode(), Place(row=first_line))


class _Lines:
    """The lines of a text as they are, remembering which of them the CSV reader took for a row."""

    def __init__(self, text: str) -> None:
        self._lines = io.StringIO(text, newline="")
        self._taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self._taken.append(next(self._lines))
        return self._taken[-1]

    def taken(self) -> str:
        taken, self._taken = "".join(self._taken), []
        return taken


def _names(cells: Sequence[str], columns: Sequence[str], line: int) -> list[str]:
    names = [cell.strip() for cell in cells]
    missing = [column for column in columns if column not in names]
    twice = sorted(name for name, times in Counter(names).items() if times > 1)
    sections = {name[:end] for name in names for end in range(len(name)) if name[end] == "."}
    inside = sorted(sections & set(names))
    if missing:
        raise ProblemError(problem("missing-header", f"The columns {', '.join(missing)} are missing.", row=line))
    if twice or inside or "" in names or any(name.count(".") >= MAX_DEPTH for name in names):
        wrong = ", ".join(repr(name) for name in [*twice, *inside]) or "one without a name, or with too many dots"
        raise ProblemError(problem("not-csv", f"Columns are not told apart: {wrong}.", row=line))
    return names


def _row(names: Sequence[str], cells: Sequence[str], original: bytes, place: Place) -> Part | Problem:
    if len(cells) != len(names):
        return place.of(problem("not-csv", f"The row has {len(cells)} cells, the header {len(names)}."))
    if len(original) > MAX_MESSAGE_BYTES:
        detail = f"Header and row have {len(original)} bytes; {MAX_MESSAGE_BYTES} are taken."
        return place.of(problem("too-large", detail))
    document: dict[str, Any] = {}
    for name, cell in zip(names, cells, strict=True):
        if cell.strip():
            *sections, field = name.split(".")
            section = document
            for part in sections:
                section = section.setdefault(part, {})
            section[field] = cell
    return Part(place, original, CSV, document, digest(document))
