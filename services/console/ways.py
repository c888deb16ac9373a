"""The way of messages, as the spans of all services tell it. Pure."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from shared.contracts.resemblance import BOTH, audience_of
from shared.telemetry.traces import Span, Step, in_order

KEPT = 2_000
"""Traces that are remembered: the latest."""

State = Literal[
    "rejected", "refused", "parked", "undelivered", "delivered", "published", "decided", "held", "accepted", "several"
]
"""How far a message has come, by what is worst or furthest. `several`: its trace is one of several messages that came
together, and which span is whose is not told in a list."""


@dataclass(frozen=True)
class Accepted:
    """A message at the moment a bridge took it in."""

    trace_id: str
    span_id: str
    service: str
    """The bridge."""
    what: str
    """Its type, or its register, as the national system says."""
    message_id: str
    receipt_id: str
    at: datetime
    outcome: str


@dataclass
class Trace:
    """What is remembered of a trace."""

    messages: dict[str, Accepted] = field(default_factory=dict)
    """By span id."""
    services: set[str] = field(default_factory=set)
    refused: bool = False
    parked: set[str] = field(default_factory=set)
    """Ids of the messages that wait for an operator somewhere on the way."""
    decided: bool = False
    published: bool = False
    delivered: dict[str, bool] = field(default_factory=dict)
    """Bridge → whether its national system has it; False where that is refused or withheld."""

    def state(self, message: Accepted) -> State:
        """Of one of its messages."""
        if message.outcome == "rejected":
            return "rejected"
        if len(self.messages) > 1:
            return "several"
        beyond = [done for bridge, done in self.delivered.items() if bridge != message.service]
        marks: Sequence[tuple[bool, State]] = (
            (self.refused, "refused"),
            (bool(self.parked), "parked"),
            (False in beyond, "undelivered"),
            (True in beyond, "delivered"),
            (self.published, "published"),
            (self.decided, "decided"),
            (message.outcome == "held", "held"),
        )
        return next((state for true, state in marks if true), "accepted")


class Recent:
    """The latest messages, from spans as they are written."""

    def __init__(self, bridges: Collection[str]) -> None:
        self._bridges = bridges
        self._traces: OrderedDict[str, Trace] = OrderedDict()

    def tell(self, spans: Iterable[Span]) -> None:
        """Takes further spans, in whatever order; one told again replaces what was told before."""
        for span in spans:
            trace = self._traces.setdefault(span["trace_id"], Trace())
            self._traces.move_to_end(span["trace_id"])
            self._note(trace, span)
        while len(self._traces) > KEPT:
            self._traces.popitem(last=False)

    def messages(self, bridge: str | None, limit: int) -> Sequence[tuple[Accepted, State]]:
        """The latest first; with a bridge those only that came from it or came to it."""
        found = [
            (message, trace.state(message))
            for trace in self._traces.values()
            if bridge is None or bridge in trace.services
            for message in trace.messages.values()
        ]
        return sorted(found, key=lambda each: each[0].at, reverse=True)[:limit]

    def _note(self, trace: Trace, span: Span) -> None:
        service, name, attributes = span["service"], span["name"], span["attributes"]
        verb, what = verb_and_type(name)
        outcome = attributes.get("kakehashi.outcome")
        trace.services.add(service)
        if verb == "process":
            wait = trace.parked.add if outcome == "parked" else trace.parked.discard
            wait(str(attributes.get("messaging.message.id")))
        # What an edition brings has no message of its own: the edition is the one that was handed in.
        if verb == "accept" and "kakehashi.message_id" in attributes and "kakehashi.receipt_id" in attributes:
            trace.messages[span["span_id"]] = Accepted(
                trace_id=span["trace_id"],
                span_id=span["span_id"],
                service=service,
                what=what,
                message_id=str(attributes["kakehashi.message_id"]),
                receipt_id=str(attributes["kakehashi.receipt_id"]),
                at=moment(span["start"]),
                outcome=str(outcome or ""),
            )
        elif verb == "process" and service not in self._bridges:
            trace.decided = True
            trace.refused |= outcome == "refused"
            trace.published |= what == "ConfirmPublication" and outcome == "applied"
        elif verb == "deliver" and service in self._bridges and outcome in ("delivered", "refused", "withheld"):
            trace.delivered[service] = outcome == "delivered"


_VERBS = ("accept", "process", "react to", "act on", "deliver", "order", "receive")


def verb_and_type(name: str) -> tuple[str, str]:
    """What a span's name says is done, and to what. An unknown one is all verb."""
    for verb in _VERBS:
        if name == verb or name.startswith(f"{verb} "):
            return verb, name[len(verb) :].strip()
    return name, ""


def moment(nanoseconds: int) -> datetime:
    """Of a span's start or end."""
    return datetime.fromtimestamp(nanoseconds / 1e9, UTC)


def told_to(spans: Mapping[str, Span], country: str | None) -> Mapping[str, Span]:
    """M1, M7.1: a trace without what another country alone is told, and what came of that; whole for no country's.

    Who applies in a country and resembles someone is that country's, though it came of the other one's report.
    """
    hidden: set[str] = set()
    for step in in_order(spans.values()) if country is not None else ():
        span = step.span
        audience = audience_of(str(span["attributes"].get("cloudevents.event_subject", "")))
        if span["parent_id"] in hidden or audience not in (None, BOTH, country):
            hidden.add(span["span_id"])
    return {span_id: span for span_id, span in spans.items() if span_id not in hidden}


# -- one message ---------------------------------------------------------------------------------------------------

MOST_ROWS = 400
"""Steps shown of one trace: of an edition there are thousands."""
WIDTH = 1000
"""Units of a waterfall's width."""


@dataclass(frozen=True)
class Row:
    """A step in a waterfall."""

    step: Step
    verb: str
    what: str
    after: float
    """Milliseconds since the begin."""
    took: float
    """Milliseconds."""
    left: float
    """Of its bar, in units of WIDTH."""
    width: float
    """Of its bar; never too small to be seen."""
    facts: Mapping[str, str]
    """Attributes of our own, without their prefix."""
    error: str | None


@dataclass(frozen=True)
class Waterfall:
    """A trace, or what follows from one of its spans."""

    rows: Sequence[Row]
    """The first MOST_ROWS."""
    steps: int
    began: datetime
    ended: datetime
    orphans: int
    milestones: Sequence[tuple[str, str, datetime]]
    """What has come about, where, and when first: `accepted`, `decided`, `published`, `delivered`, `told`."""

    @property
    def lasted(self) -> float:
        """Milliseconds."""
        return (self.ended - self.began).total_seconds() * 1000


def waterfall(spans: Mapping[str, Span], bridges: Collection[str], root: str | None = None) -> Waterfall | None:
    """The steps of a trace in order; with a root that span and what follows from it. None without any."""
    steps = in_order(spans.values())
    if root is not None:
        steps = _below(steps, root)
    if not steps:
        return None
    begin = min(step.span["start"] for step in steps)
    end = max(step.span["end"] for step in steps)
    scale = WIDTH / max(end - begin, 1)
    return Waterfall(
        rows=[_row(step, begin, scale) for step in steps[:MOST_ROWS]],
        steps=len(steps),
        began=moment(begin),
        ended=moment(end),
        orphans=sum(step.orphan for step in steps),
        milestones=_milestones(steps, bridges),
    )


def _below(steps: Sequence[Step], root: str) -> Sequence[Step]:
    place = next((number for number, step in enumerate(steps) if step.span["span_id"] == root), None)
    if place is None:
        return []
    top = steps[place].depth
    after = next((n for n in range(place + 1, len(steps)) if steps[n].depth <= top), len(steps))
    return [Step(step.span, step.depth - top, step.orphan) for step in steps[place:after]]


def _row(step: Step, begin: int, scale: float) -> Row:
    span = step.span
    verb, what = verb_and_type(span["name"])
    left = (span["start"] - begin) * scale
    own = {name: str(value) for name, value in span["attributes"].items() if name.startswith("kakehashi.")}
    failed = span["status"] == "error"
    return Row(
        step=step,
        verb=verb,
        what=what,
        after=(span["start"] - begin) / 1e6,
        took=(span["end"] - span["start"]) / 1e6,
        left=round(min(left, WIDTH - 4), 1),
        width=round(max((span["end"] - span["start"]) * scale, 4), 1),
        facts={name.removeprefix("kakehashi."): value for name, value in own.items()},
        error=str(span["attributes"].get("error.message", "")) if failed else None,
    )


def _milestones(steps: Sequence[Step], bridges: Collection[str]) -> Sequence[tuple[str, str, datetime]]:
    first: dict[tuple[str, str], int] = {}
    origin = next((s.span["service"] for s in steps if verb_and_type(s.span["name"])[0] == "accept"), None)

    def reached(mark: str, where: str, at: int) -> None:
        first[mark, where] = min(at, first.get((mark, where), at))

    for step in steps:
        span = step.span
        verb, what = verb_and_type(span["name"])
        service, outcome = span["service"], span["attributes"].get("kakehashi.outcome")
        if verb == "accept":
            reached(str(outcome or "accepted"), service, span["end"])
        elif verb == "process" and what == "ConfirmPublication":
            # Of the stream `register-entry/<country>/<register>/<id>`.
            subject = str(span["attributes"].get("cloudevents.event_subject", "")).split("/")
            reached("published", subject[1] if len(subject) > 1 else service, span["end"])
        elif verb == "process" and service not in bridges and not what.startswith(("Publish", "Record", "Report")):
            reached("refused" if outcome == "refused" else "decided", service, span["end"])
        elif verb == "deliver" and outcome in ("delivered", "refused", "withheld"):
            beyond = "delivered" if outcome == "delivered" else "undelivered"
            reached("told" if service == origin else beyond, service, span["end"])
    return [(mark, where, moment(at)) for (mark, where), at in sorted(first.items(), key=lambda each: each[1])]
