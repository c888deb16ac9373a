"""CloudEvents 1.0 in Kafka's binary mode: attributes in headers, the bare contract as JSON in the value."""

from __future__ import annotations

import hashlib
import re
from typing import Any, NamedTuple, Protocol

from shared.errors import Problem, problem

CLASSIFICATIONS = ("public", "official", "confidential", "protected")

# Attribute of a message → its header. Extension names are lower-case letters and digits, as CloudEvents wants.
_REQUIRED = {
    "ce_id": "id",
    "ce_source": "source",
    "ce_type": "type",
    "ce_subject": "subject",
    "ce_time": "time",
}
_OPTIONAL = {
    "ce_agreement": "agreement",
    "ce_originator": "originator",
    "ce_addressee": "addressee",
    "ce_classification": "classification",
    "ce_correlationid": "correlationid",
    "ce_causationid": "causationid",
    "ce_caseid": "caseid",
    "ce_actor": "actor",
    "ce_evidence": "evidence",
    "traceparent": "traceparent",
    "tracestate": "tracestate",
}
_FIELDS = _REQUIRED | _OPTIONAL
# Headers that whatever follows from a message has in common with it.
_CONTEXT = frozenset(
    {
        "ce_specversion",
        "content-type",
        "ce_agreement",
        "ce_originator",
        "ce_addressee",
        "ce_classification",
        "ce_correlationid",
        "ce_caseid",
        "ce_actor",
        "ce_evidence",
        "tracestate",
    }
)
# What the store's integers hold.
_SEQUENCES = 1 << 63
_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")


class Record(Protocol):
    """What we use of a Kafka record."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def key(self) -> Any: ...
    @property
    def value(self) -> Any: ...
    @property
    def headers(self) -> Any: ...


class Message(NamedTuple):
    """A command or event in its envelope.

    `subject` is the Kafka key and the id of the stream it belongs to. `sequence` counts what `source` (an emitting
    stream or ledger) has emitted; None for a message whose repetition is harmless by its content. `correlationid` is
    the receipt id of the border message at the beginning, `causationid` the id of the direct cause, `evidence` the
    sending bridge's JWS, `actor` the authenticated one who asked.
    """

    id: str
    source: str
    type: str
    subject: str
    time: str
    data: bytes
    sequence: int | None = None
    agreement: str | None = None
    originator: str | None = None
    addressee: str | None = None
    classification: str = "official"
    correlationid: str | None = None
    causationid: str | None = None
    caseid: str | None = None
    actor: str | None = None
    evidence: str | None = None
    traceparent: str | None = None
    tracestate: str | None = None

    def headers(self) -> list[tuple[str, str]]:
        """The Kafka headers, unset attributes left out."""
        headers = [
            ("ce_specversion", "1.0"),
            ("content-type", "application/json"),
            ("ce_id", self.id),
            ("ce_source", self.source),
            ("ce_type", self.type),
            ("ce_subject", self.subject),
            ("ce_time", self.time),
        ]
        if self.sequence is not None:
            headers.append(("ce_sequence", str(self.sequence)))
        for header, name in _OPTIONAL.items():
            value = getattr(self, name)
            if value is not None:
                headers.append((header, value))
        return headers


class Unreadable(Exception):  # noqa: N818
    """A record that is not a message of ours. Carries the problem and, where the key could be read, the stream."""

    def __init__(self, found: Problem, stream: str | None) -> None:
        super().__init__(found.detail)
        self.problem = found
        self.stream = stream


def read(record: Record) -> Message:
    """The message in a Kafka record. Raises Unreadable, and nothing else, for whatever the record may hold."""
    try:
        stream = record.key.decode()
    except (AttributeError, UnicodeDecodeError):
        stream = ""
    if not stream:
        raise Unreadable(problem("no-key", "The record's key is empty or not UTF-8."), None)
    attributes: dict[str, Any] = {}
    try:
        for name, value in record.headers:
            field = _FIELDS.get(name)
            if field is not None:
                attributes[field] = value.decode()
            elif name == "ce_sequence":
                attributes["sequence"] = sequence = int(value)
                if not 0 <= sequence < _SEQUENCES:
                    raise ValueError(name)
            elif value is None:
                raise AttributeError(name)
    except AttributeError:
        raise Unreadable(problem("null-header", f"Header {name} has no value."), stream) from None
    except (UnicodeDecodeError, ValueError, TypeError):
        raise Unreadable(problem("not-cloudevents", f"Header {name} cannot be read."), stream) from None
    if record.value is None:
        raise Unreadable(problem("no-body", "The record has no value."), stream)
    try:
        message = Message(data=record.value, **attributes)
    except TypeError:
        missing = sorted(header for header, field in _REQUIRED.items() if field not in attributes)
        raise Unreadable(problem("not-cloudevents", f"Missing headers: {', '.join(missing)}."), stream) from None
    if message.subject != stream:
        detail = f"The key is {stream}, the subject {message.subject}."
        raise Unreadable(problem("not-cloudevents", detail), stream)
    if message.classification not in CLASSIFICATIONS:
        detail = f"Classification {message.classification} is none of {', '.join(CLASSIFICATIONS)}."
        raise Unreadable(problem("not-cloudevents", detail), stream)
    return message


def context_of(record: Record) -> list[tuple[str, bytes]]:
    """The headers of a readable record that its consequences keep: agreement, parties, classification, evidence …"""
    return [(name, value) for name, value in record.headers if name in _CONTEXT]


def derived_id(cause: str, name: str) -> str:
    """The same UUID (version 5, RFC 9562) for the same cause and name, wherever and whenever it is asked for."""
    digest = hashlib.sha1(f"{cause}#{name}".encode(), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(digest[16], 16) & 3]
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"


def trace_of(traceparent: str | None) -> tuple[str, str] | None:
    """Trace id and parent span id of a W3C `traceparent`, None where there is none or it is malformed."""
    if traceparent is None:
        return None
    found = _TRACEPARENT.fullmatch(traceparent)
    return (found[1], found[2]) if found else None
