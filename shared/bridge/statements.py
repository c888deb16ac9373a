"""What is said in a kind of case, both ways, in a country's words: as its contracts have it, member by member. Pure.

The layout is assumed; see case_layout.py. A country says what the documents, their fields and the values of code lists
are called; how a member is read and written follows from its type in the contract. What one side hands in the other is
given in the same layout.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin

from pydantic import AwareDatetime, ValidationError
from pydantic.fields import FieldInfo

from shared.bridge.case_layout import BEGINNING, LONGEST, VERSION, CaseLayout, parse_country, parse_digest
from shared.bridge.fields import Fields, WrongValue, as_is, name_of, one_of, unquoted
from shared.bridge.kit import About, Matter, Translation, Translations
from shared.bridge.reading import Document
from shared.contracts.base import Contract
from shared.contracts.case import AGREEMENT, Attachment, CaseKind, Digest, Party, Statement
from shared.contracts.misconduct_report import Money
from shared.contracts.sending_organization import Identifier

YES: Final = "yes"
NO: Final = "no"
"""In `CaseTerms.values`: what stands for true and false."""
AS_RECEIVED: Final = "as_received"
"""In `CaseTerms.members`: the field for what was opened and is not as agreed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTerms:
    """What a country calls the documents of its cases, their fields, and what may stand in them."""

    documents: Mapping[type[Contract], str]
    """By event: the national type of what is said, and of what the clock tells."""
    members: Mapping[str, str]
    """By member of commands and events, wherever it occurs."""
    values: Mapping[str, str]
    """By value of a code list; `yes` and `no`."""

    def __or__(self, more: CaseTerms) -> CaseTerms:
        """Both; where they differ, the latter."""
        return CaseTerms(
            documents={**self.documents, **more.documents},
            members={**self.members, **more.members},
            values={**self.values, **more.values},
        )


def statements(layout: CaseLayout, kind: CaseKind, terms: CaseTerms) -> Translations:
    """A kind of case in a country's layout and words. Raises KeyError naming what the country has no word for."""
    documents = _Documents(layout, kind, terms)
    documents.check()
    said = kind.statements
    return Translations(
        inward={terms.documents[one.event]: partial(documents.read, one) for one in said},
        outward={
            **{one.event: partial(documents.stated, one) for one in said},
            **{event: partial(documents.told, terms.documents[event]) for event in kind.by_the_clock},
        },
        lost_outward={one.event: layout.lost for one in said},
        same_layout={one.event: terms.documents[one.event] for one in said},
    )


@dataclass(frozen=True, slots=True)
class _Documents:
    layout: CaseLayout
    kind: CaseKind
    terms: CaseTerms

    def check(self) -> None:
        """Raises KeyError for a member or a value without a word, and ValueError where one word stands for two."""
        head = [*self.layout.headed("", About("", "", "", "", "")), *self.layout.identifying]
        head += [self.layout.words.version, self.layout.words.destination, self.layout.words.recorded_at]
        head += [self.terms.members["country"], self.terms.members["number"]]
        for contract in (*self.kind.commands, *self.kind.events, *self.kind.sealed.values()):
            # What is sealed stands in an object of its own.
            fields = [] if contract in self.kind.sealed.values() else list(dict.fromkeys(head))
            for name, info in _beside_the_head(contract):
                fields.append(self.terms.members[name])
                for choices in _lists(info.annotation):
                    self._choices(choices)
            if len(set(fields)) < len(fields):
                raise ValueError(f"{contract.__name__}: one word for two members among {fields}")

    # -- in -----------------------------------------------------------------------------------------------------------

    def read(self, statement: Statement, document: Document) -> Translation:
        """A document of this country, as the command that it stands for."""
        fields = Fields(document)
        opener, number, destination = self._case(statement, fields)
        said: dict[str, Any] = {"country": opener, "number": number}
        protected: dict[str, Any] = {}
        for name, info in _beside_the_head(statement.command):
            if name in self.kind.sealed:
                inside = self._sealed(fields, document, name, info.is_required())
                if inside is not None:
                    protected[f"/{name}"] = inside
            else:
                self._member(fields, name, info, said)
        fields.finish()
        if fields.errors:
            return Translation(None, fields.problems)
        own = opener == self.layout.country
        matter = Matter(
            statement.command.model_validate(said),
            self.kind.commands_topic,
            self.kind.stream(AGREEMENT, opener, number),
            destination,
            pointer=f"/{self.layout.words.destination if own else self.terms.members['country']}",
            classification=self.kind.classification,
            protected=protected,
        )
        return Translation(matter, fields.problems)

    def _case(self, statement: Statement, fields: Fields) -> tuple[str, str, str]:
        """Whose case it is, its number there, and where the document goes."""
        opener_field, number_field = self.terms.members["country"], self.terms.members["number"]
        own = statement.by == "opener"
        if statement.by == "either":
            # One that names no other country is about a case of its own.
            named = fields.optional(opener_field, parse_country)
            own = named is None or named.lower() == self.layout.country
        if own:
            destination, number = self.layout.opened(fields, opener_field, number_field)
            return self.layout.country, number, destination
        opener, number = self.layout.replied(fields, opener_field, number_field)
        fields.skip(self.layout.words.destination)
        return opener, number, opener

    def _members(self, fields: Fields, contract: type[Contract]) -> dict[str, Any]:
        """What stands in an object, by member of the contract."""
        said: dict[str, Any] = {}
        for name, info in contract.model_fields.items():
            self._member(fields, name, info, said)
        fields.finish()
        return said

    def _member(self, fields: Fields, name: str, info: FieldInfo, said: dict[str, Any]) -> None:
        """Puts what was read there; nothing where there is nothing, and the contract says what that means."""
        word = self.terms.members[name]
        kind, marks = _kind(info)
        if not info.is_required() and not fields.given(word):
            return
        value = self._value(fields, word, kind, marks)
        if value is not None:
            said[name] = value

    def _value(self, fields: Fields, word: str, kind: Any, marks: tuple[Any, ...]) -> Any:
        if get_origin(kind) is dict:
            return fields.by_language(word, required=True, longest=LONGEST)
        if get_origin(kind) is tuple:
            return self._several(fields, word, get_args(kind)[0])
        if kind is int:
            return fields.number(word, required=True) or 0
        if kind is Money:
            return self.layout.money(fields.section(word, required=True))
        if kind is Attachment:
            return self.layout.attachments([fields.section(word, required=True)])[0]
        if isinstance(kind, type) and issubclass(kind, Contract):
            return self._members(fields.section(word, required=True), kind)
        parse, otherwise = self._form(kind, marks)
        return fields.required(word, parse, otherwise)

    def _several(self, fields: Fields, word: str, kind: Any) -> Any:
        if kind is int:
            return fields.numbers(word, required=True)
        if isinstance(kind, type) and issubclass(kind, Contract):
            sections = fields.sections(word, required=True)
            if kind is Attachment:
                return self.layout.attachments(sections)
            if kind is Identifier:
                return self.layout.identifiers(sections)
            return [self._members(one, kind) for one in sections]
        kind, marks = _unmarked(kind)
        parse, _ = self._form(kind, marks)
        read = []
        for text in fields.texts(word, required=True):
            try:
                read.append(parse(text))
            except WrongValue as error:
                fields.tell(error.slug, word, f"{word}: {error}")
        return read

    def _form(self, kind: Any, marks: tuple[Any, ...]) -> tuple[Callable[[str], Any], Any]:
        """How a text is read, and what stands in for one that is wrong."""
        if get_origin(kind) is Literal:
            choices = self._choices(kind)
            return one_of(choices), next(iter(choices.values()))
        if kind is bool:
            return one_of(self._yes_and_no), False
        if kind in _MOMENTS:
            return self.layout.parse_moment, BEGINNING
        if kind is date:
            return self.layout.parse_day, BEGINNING.date()
        if _PARTY in marks:
            return lambda text: parse_country(text).lower(), ""
        return (parse_digest if _DIGEST in marks else as_is), ""

    def _sealed(self, fields: Fields, document: Document, name: str, required: bool) -> Any:
        """M3b: what is to be sealed, None where there is none. What is wrong with it is told without a word of it."""
        word = self.terms.members[name]
        fields.skip(word)
        apart = Fields({word: document.get(word)})
        if not required and not apart.given(word):
            return None
        contract = self.kind.sealed[name]
        said = self._members(apart.section(word, required=True), contract)
        known = {self.terms.members[one] for one in _names_within(contract)}
        fields.problems += unquoted(apart.problems, f"/{word}", known)
        return None if apart.errors else contract.model_validate(said).model_dump(mode="json")

    # -- out ----------------------------------------------------------------------------------------------------------

    def stated(self, statement: Statement, event: Any, about: About) -> Document:
        """What the other side has said."""
        document = self.told(self.terms.documents[statement.event], event, about)
        if statement.by == "other":
            return document
        return document | {self.layout.words.destination: self.layout.country.upper()}

    def told(self, kind: str, event: Any, about: About) -> dict[str, Any]:
        """The document of an event."""
        members = self.terms.members
        document = self.layout.headed(kind, about) | {
            self.layout.words.version: VERSION,
            members["country"]: event.country.upper(),
            members["number"]: event.number,
            self.layout.words.recorded_at: self.layout.written_moment(event.recorded_at),
        }
        for name, info in _beside_the_head(type(event)):
            if name in self.kind.sealed:
                document |= self._opened(name, about.opened.get(f"/{name}"))
            else:
                document |= self._named(name, info, getattr(event, name))
        return document

    def _named(self, name: str, info: FieldInfo, value: Any) -> dict[str, Any]:
        kind, marks = _kind(info)
        written = self._written(kind, marks, value)
        return {} if written in (None, "", [], {}) else {self.terms.members[name]: written}

    def _written(self, kind: Any, marks: tuple[Any, ...], value: Any) -> Any:
        if value is None:
            return None
        if get_origin(kind) is tuple:
            within = get_args(kind)[0]
            if within is Attachment:
                return self.layout.written_attachments(value)
            if within is Identifier:
                return self.layout.written_identifiers(value)
            within, marks = _unmarked(within)
            return [self._written(within, marks, one) for one in value]
        if get_origin(kind) is Literal:
            return name_of(self._choices(kind), value)
        if kind is bool:
            return name_of(self._yes_and_no, value)
        if kind in _MOMENTS:
            return self.layout.written_moment(value)
        if kind is date:
            return self.layout.written_day(value)
        if kind is Money:
            return self.layout.written_money(value)
        if kind is Attachment:
            return self.layout.written_attachments([value])[0]
        if isinstance(value, Contract):
            return self._object(value)
        return value.upper() if _PARTY in marks else value

    def _object(self, value: Contract) -> dict[str, Any]:
        written: dict[str, Any] = {}
        for name, info in type(value).model_fields.items():
            written |= self._named(name, info, getattr(value, name))
        return written

    def _opened(self, name: str, opened: Any) -> dict[str, Any]:
        """Nobody between the two countries could look into it: what is not as agreed is handed over as it came."""
        if opened is None:
            return {}
        try:
            content = self.kind.sealed[name].model_validate(opened)
        except ValidationError:
            return {self.terms.members[AS_RECEIVED]: opened}
        return {self.terms.members[name]: self._object(content)}

    # -- words

    def _choices(self, kind: Any) -> Mapping[str, Any]:
        choices = {self.terms.values[value]: value for value in get_args(kind)}
        if len(choices) < len(get_args(kind)):
            raise ValueError(f"one word for two values among {get_args(kind)}")
        return choices

    @property
    def _yes_and_no(self) -> Mapping[str, bool]:
        return {self.terms.values[YES]: True, self.terms.values[NO]: False}


_PARTY: Final = get_args(Party)[1]
_DIGEST: Final = get_args(Digest)[1]
_MOMENTS: Final = (datetime, AwareDatetime)
_HEAD: Final = frozenset({"country", "number", "receipt_id", "recorded_at"})
"""Members that all documents have in the same place."""


def _beside_the_head(contract: type[Contract]) -> Iterator[tuple[str, FieldInfo]]:
    return ((name, info) for name, info in contract.model_fields.items() if name not in _HEAD)


def _kind(info: FieldInfo) -> tuple[Any, tuple[Any, ...]]:
    """A member's type without None, and how it is marked."""
    kind, marks = _unmarked(info.annotation)
    return kind, (*info.metadata, *marks)


def _unmarked(annotation: Any) -> tuple[Any, tuple[Any, ...]]:
    if get_origin(annotation) in (Union, UnionType):
        (annotation,) = (one for one in get_args(annotation) if one is not NoneType)
    marks = getattr(annotation, "__metadata__", ())
    return (get_args(annotation)[0], marks) if marks else (annotation, ())


def _lists(annotation: Any) -> Iterator[Any]:
    """Every code list in a type."""
    if get_origin(annotation) is Literal:
        yield annotation
    elif isinstance(annotation, type) and issubclass(annotation, Contract):
        for info in annotation.model_fields.values():
            yield from _lists(info.annotation)
    else:
        for within in get_args(annotation):
            yield from _lists(within)


def _names_within(contract: type[Contract]) -> Iterator[str]:
    """The members of a contract and of those within it."""
    for name, info in contract.model_fields.items():
        yield name
        for kind in _contracts(info.annotation):
            yield from _names_within(kind)


def _contracts(annotation: Any) -> Iterator[type[Contract]]:
    if isinstance(annotation, type):
        if issubclass(annotation, Contract) and annotation not in (Attachment, Identifier, Money):
            yield annotation
    else:
        for within in get_args(annotation):
            yield from _contracts(within)
