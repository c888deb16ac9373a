"""The comparison, pure: an observation in, findings out. No I/O, no time, no randomness."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

T = TypeVar("T")

Status = Literal["accepted", "held", "rejected"]
Outcome = Literal["pending", "applied", "refused"]
Kind = Literal["lost", "doubled", "disordered", "untraced", "stuck", "parked", "unasked", "untrue"]


RECEIVE = "receive"
"""Name of the span with which a national system's receipt ends a trace."""
DELIVERED, PUBLISHED, REFUSED = "MessageDelivered", "RegisterEntryPublished", "CommandRefused"
"""Events that come back to the sender's national system; each names the sender's message id."""
REMOVED_EVENT, REMOVED = "Removed", "removed"
"""How the type of an event ends, and what the change of a public version is, by which something leaves a register."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a sender was told of one message, first and latest."""

    receipt_id: str | None
    """None for what was rejected without being recorded; and for what an edition has brought: its sender was given the
    edition's, and is told of each change by what comes back to its national system."""
    submission: str | None
    """Id of the receipt for all that was handed in together, by which to ask again."""
    status: Status
    digest: str | None = None
    trace_id: str | None = None
    outcome: Outcome = "pending"
    delivered: str | None = None
    """Number of the receipt that the other side's national system is said to have given."""
    undelivered: bool = False
    """Whether it is said to have been withheld, or refused by the other side's national system."""
    problem: str | None = None
    """Slug of the problem for which it was rejected or refused."""
    published: Set[str] = frozenset()
    """Countries that are said to have published it."""
    decision: str | None = None
    """Of a held edition: an operator's word, `confirm` or `reject`."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A message as its sender knows it, and what is to come of it when it is accepted and applied.

    `marks` are texts that the document on the other side holds, `page_marks` those of its version on a public page;
    both are met by no other message. What is published nowhere has in `page_marks` texts none of which may ever be
    public. `matter` is what it is about: messages of one matter keep their order.
    """

    message_id: str
    sender: str
    addressee: str
    matter: str
    type: str
    """Of the event that is to arrive at the addressee."""
    marks: Set[str]
    pages: Set[str]
    """Countries that are to publish it."""
    page_marks: Set[str]
    told: Told | None
    """None where no answer ever came."""
    news_id: str | None = None
    """Id of the message that news of it name, and that stands in the ledger for it, where that is not its own: what an
    edition removes is told under the id of the edition's end."""
    by_the_clock: Mapping[str, Set[str]] | None = None
    """Of what has a day by which it is due: by type of event, the countries whose national systems are by now to have
    been told of its matter once, by the clock. All others are not to have been told."""


@dataclass(frozen=True, slots=True)
class Register:
    """What a register comes to by the last of its editions that was accepted, wherever it is held on the other side."""

    message_id: str
    """Of that edition."""
    name: str
    country: str
    """Whose register it is."""
    kind: str
    """Begins the subject of what is delivered of it: `<kind>/<country>/<number>`."""
    addressee: str
    pages: Set[str]
    shown: Mapping[str, Set[str]]
    """By number, texts that are to be held of it."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A delivery as a national system first received it. `number` is its place in the order of arrival."""

    country: str
    number: int
    delivery_id: str
    type: str
    receipt_number: str
    trace_id: str | None
    texts: Set[str]
    """Every text in its document."""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an entry in a public register. `place` counts within the entry, oldest first."""

    country: str
    entry: str
    place: int
    texts: Set[str]
    register: str = ""
    change: str = ""


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """What a border ledger says of one message."""

    country: str
    direction: Literal["in", "out"]
    message_id: str
    receipt_id: str
    digest: str


@dataclass(frozen=True, slots=True)
class Step:
    """A span of a trace file; one written again counts as it was written last.

    `remote` says that its parent belongs to someone whose spans are not ours to see.
    """

    trace_id: str
    span_id: str
    parent_id: str | None
    remote: bool
    service: str
    name: str
    delivery: str | None = None
    """Id of the delivery that a national system received."""


@dataclass(frozen=True, slots=True)
class ParkedMessage:
    """A message that waits for an operator at some service."""

    service: str
    parked_id: str
    stream: str
    trace_id: str | None


@dataclass(frozen=True, slots=True)
class Observation:
    """Everything that was seen. `handed` in the order of the receipts; the rest in any order."""

    handed: Sequence[Handed]
    arrivals: Sequence[Arrival] = ()
    versions: Sequence[Version] = ()
    ledger: Sequence[LedgerRow] = ()
    steps: Sequence[Step] = ()
    parked: Sequence[ParkedMessage] = ()
    registers: Sequence[Register] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be: with which message, where, and what exactly."""

    kind: Kind
    message_id: str
    where: str
    detail: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What came of a comparison. The sets hold message ids of what is in order."""

    findings: Sequence[Finding]
    handed: Sequence[Handed]
    """As observed, in the order observed."""
    delivered: Set[str]
    published: Mapping[str, Set[str]]
    traced: Set[str]
    refused: Set[str]
    """Told a sender as refused by the service that decides, after it was accepted at the border."""

    def of(self, kind: Kind) -> list[Finding]:
        return [finding for finding in self.findings if finding.kind == kind]

    def messages(self, kind: Kind) -> set[str]:
        """Ids of the messages with a finding of this kind."""
        return {finding.message_id for finding in self.of(kind)}

    @property
    def clean(self) -> bool:
        return not self.findings

    @property
    def settled(self) -> bool:
        """Whether waiting longer can bring nothing: no message is missing, under way, or without its whole trace."""
        return not any(finding.kind in ("lost", "stuck", "untraced") for finding in self.findings)


def reconcile(seen: Observation) -> Findings:
    """Compares what was told with what is held.

    - *lost*: accepted and not refused, and missing at its addressee, on a page, or in a ledger it must stand in; or
      what an edition shows is not what the other side holds;
    - *doubled*: held twice there under different ids;
    - *disordered*: held after a message of the same matter that was received later;
    - *untraced*: its trace has not one root, or an orphan, or does not reach the other side's receipt;
    - *stuck*: its sender, or its sender's national system, was not told the end;
    - *parked*: it waits for an operator, and is not lost;
    - *unasked*: rejected, refused or not let in yet, and held by someone nevertheless; public, and not to be;
    - *untrue*: its sender was told what the receiver knows nothing of.
    """
    return _Comparison(seen).run()


class _Index(Generic[T]):
    """Things by country and by every text in them, so that what holds certain texts is found without a scan."""

    def __init__(self, things: Iterable[tuple[str, Set[str], T]]) -> None:
        self._things: list[T] = []
        self._places: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
        for place, (country, texts, thing) in enumerate(things):
            self._things.append(thing)
            for text in texts:
                self._places[country, text].add(place)

    def find(self, country: str, marks: Set[str]) -> list[T]:
        """What this country holds with all of these texts, in the order given. No marks find nothing."""
        found = [self._places.get((country, mark), set()) for mark in marks]
        return [self._things[place] for place in sorted(set.intersection(*found))] if found else []


class _Comparison:
    def __init__(self, seen: Observation) -> None:
        self._seen = seen
        arrivals = sorted(seen.arrivals, key=lambda arrival: arrival.number)
        self._arrivals = _Index((arrival.country, arrival.texts | {arrival.type}, arrival) for arrival in arrivals)
        self._versions = _Index((version.country, version.texts, version) for version in seen.versions)
        self._ledger: defaultdict[tuple[str, str, str], list[LedgerRow]] = defaultdict(list)
        for row in seen.ledger:
            self._ledger[row.country, row.direction, row.message_id].append(row)
        self._traces: defaultdict[str, dict[str, Step]] = defaultdict(dict)
        for step in seen.steps:
            self._traces[step.trace_id][step.span_id] = step
        self._received: defaultdict[tuple[str, str], set[str | None]] = defaultdict(set)
        """By trace and service, the deliveries received."""
        for step in seen.steps:
            if step.name == RECEIVE:
                self._received[step.trace_id, step.service].add(step.delivery)
        self._parked: defaultdict[str | None, list[ParkedMessage]] = defaultdict(list)
        for waiting in seen.parked:
            self._parked[waiting.trace_id].append(waiting)
        self._sharing = Counter(message.told.trace_id for message in seen.handed if message.told is not None)
        self._publishers = sorted({version.country for version in seen.versions})
        self._last: dict[tuple[str, str], tuple[int, str]] = {}
        self._wrong_of_trace: dict[str, list[str]] = {}
        self._waiting: set[str] = set()
        """Parked ids that belong to one of the messages."""
        self._findings: list[Finding] = []
        self._delivered: set[str] = set()
        self._published: defaultdict[str, set[str]] = defaultdict(set)
        self._traced: set[str] = set()
        self._refused: set[str] = set()

    def run(self) -> Findings:
        for message in self._seen.handed:
            if message.told is not None:
                self._compare(message, message.told)
        for register in self._seen.registers:
            self._as_shown(register)
        for waiting in self._seen.parked:
            if waiting.parked_id not in self._waiting:
                detail = f"It blocks {waiting.stream}."
                self._findings.append(Finding("parked", waiting.parked_id, waiting.service, detail))
        return Findings(
            self._findings, self._seen.handed, self._delivered, self._published, self._traced, self._refused
        )

    def _compare(self, message: Handed, told: Told) -> None:
        arrivals = self._arrivals.find(message.addressee, message.marks | {message.type})
        pages = {country: self._versions.find(country, message.page_marks) for country in sorted(message.pages)}
        waits = told.status == "held" and told.decision != "confirm"
        if told.status == "rejected" or told.outcome == "refused" or waits:
            self._held_by_nobody(message, arrivals, pages)
        if told.status == "rejected":
            return
        self._in_ledger(message, told)
        if not message.pages:
            self._is_not_public(message)
        if told.outcome == "refused":
            self._refused.add(message.message_id)
            self._was_confirmed(message, REFUSED, 1)
            self._whole_trace(message, told, message.sender)
        elif self._is_parked(message, told):
            self._add("parked", message, "parked", "It waits for an operator.")
        elif told.status == "accepted":
            self._has_arrived(message, told, arrivals)
            self._is_public(message, pages)
            self._was_told_the_end(message, told, arrivals, pages)
            end = message.sender if told.undelivered else message.addressee
            self._whole_trace(message, told, end, arrivals[0].delivery_id if arrivals else None)
            if message.by_the_clock is not None:
                self._was_told_by_the_clock(message, message.by_the_clock)

    def _is_parked(self, message: Handed, told: Told) -> bool:
        """Of messages in one trace, as an edition's changes are, it is the one whose number ends the stream's name."""
        number = message.matter.rpartition("/")[2]
        waiting = [
            one
            for one in self._parked.get(told.trace_id, ())
            if self._sharing[told.trace_id] == 1 or one.stream.endswith(number)
        ]
        self._waiting.update(one.parked_id for one in waiting)
        return told.trace_id is not None and bool(waiting)

    def _held_by_nobody(
        self, message: Handed, arrivals: Sequence[Arrival], pages: Mapping[str, Sequence[Version]]
    ) -> None:
        for arrival in arrivals:
            self._add("unasked", message, message.addressee, f"It arrived as {arrival.delivery_id}.")
        for country, versions in pages.items():
            for version in versions:
                self._add("unasked", message, f"page of {country}", f"{version.entry} shows it.")

    def _in_ledger(self, message: Handed, told: Told) -> None:
        where = f"ledger of {message.sender}"
        known = message.message_id if told.receipt_id is not None else message.news_id or message.message_id
        rows = self._ledger[message.sender, "in", known]
        if len(rows) > 1:
            self._add("doubled", message, where, f"It stands there {len(rows)} times.")
        if told.receipt_id is None and not rows:
            self._add("lost", message, where, f"Nothing was recorded as {known}.")
        elif told.receipt_id is not None and not any(
            row.receipt_id == told.receipt_id and told.digest in (None, row.digest) for row in rows
        ):
            self._add("lost", message, where, f"Receipt {told.receipt_id} over {told.digest} is not there.")

    def _has_arrived(self, message: Handed, told: Told, arrivals: Sequence[Arrival]) -> None:
        where = f"national system of {message.addressee}"
        if not arrivals and told.undelivered:
            return
        if not arrivals:
            self._add("lost", message, where, f"Accepted as {told.receipt_id}, and never arrived.")
            return
        self._delivered.add(message.message_id)
        first = arrivals[0]
        if len(arrivals) > 1:
            ids = ", ".join(arrival.delivery_id for arrival in arrivals)
            self._add("doubled", message, where, f"It arrived as {ids}.")
        of_its_news = self._arrivals.find(message.addressee, {message.news_id or message.message_id})
        if told.delivered is not None and told.delivered not in {one.receipt_number for one in (first, *of_its_news)}:
            self._add("untrue", message, where, f"Its sender knows {told.delivered}, not {first.receipt_number}.")
        if first.trace_id != told.trace_id:
            self._add("untraced", message, where, f"It arrived in trace {first.trace_id}, not {told.trace_id}.")
        if not self._ledger[message.addressee, "out", first.delivery_id]:
            where = f"ledger of {message.addressee}"
            self._add("lost", message, where, f"Delivery {first.delivery_id} is not there.")
        self._in_order(message, message.addressee, first.number)

    def _is_public(self, message: Handed, pages: Mapping[str, Sequence[Version]]) -> None:
        for country, versions in pages.items():
            where = f"page of {country}"
            if not versions:
                self._add("lost", message, where, "Accepted, and not published.")
                continue
            self._published[country].add(message.message_id)
            if len(versions) > 1:
                self._add("doubled", message, where, f"{versions[0].entry} shows it {len(versions)} times.")
            self._in_order(message, where, versions[0].place)

    def _in_order(self, message: Handed, where: str, place: int) -> None:
        before = self._last.get((where, message.matter))
        if before is not None and place < before[0]:
            detail = f"Of {message.matter}, {before[1]} came first and stands later."
            self._add("disordered", message, where, detail)
        else:
            self._last[where, message.matter] = place, message.message_id

    def _is_not_public(self, message: Handed) -> None:
        for country in self._publishers:
            for mark in sorted(message.page_marks):
                for version in self._versions.find(country, {mark}):
                    self._add("unasked", message, f"page of {country}", f"{version.entry} shows {mark}.")

    def _was_told_the_end(
        self, message: Handed, told: Told, arrivals: Sequence[Arrival], pages: Mapping[str, Sequence[Version]]
    ) -> None:
        if told.receipt_id is not None:
            missing = [] if told.outcome == "applied" else ["the decision"]
            missing += [] if told.delivered is not None or told.undelivered else ["the delivery"]
            missing += [f"the publication in {country}" for country in sorted(message.pages - told.published)]
            if missing:
                detail = f"Its sender does not know {', '.join(missing)}."
                self._add("stuck", message, f"receipt {told.receipt_id}", detail)
        if not told.undelivered:
            # Which delivery it was stands in the news as the number of the receipt that was given for it.
            self._was_confirmed(message, DELIVERED, 1, {arrivals[0].receipt_number} if arrivals else set())
        shown = {versions[0].entry for versions in pages.values() if versions}
        self._was_confirmed(message, PUBLISHED, len(message.pages), shown)

    def _was_confirmed(self, message: Handed, event: str, times: int, about: Set[str] = frozenset()) -> None:
        """Its sender's national system has the event, as often as it happened."""
        where = f"national system of {message.sender}"
        found = len(self._arrivals.find(message.sender, {message.news_id or message.message_id, event} | about))
        if found < times:
            self._add("stuck", message, where, f"{found} of {times} {event} came back.")
        elif found > times and times:
            self._add("doubled", message, where, f"{event} came back {found} times, not {times}.")

    def _was_told_by_the_clock(self, message: Handed, due: Mapping[str, Set[str]]) -> None:
        """National systems were told of a day that has come, once each, and of no other."""
        for event, countries in due.items():
            for country in sorted({message.sender, message.addressee}):
                where = f"national system of {country}"
                found = [one for one in self._arrivals.find(country, {event}) if one.subject == message.matter]
                if country in countries and not found:
                    self._add("lost", message, where, f"{event} never arrived.")
                elif country not in countries and found:
                    self._add("unasked", message, where, f"{event} arrived, and nothing is due.")
                elif len(found) > 1:
                    self._add("doubled", message, where, f"{event} arrived {len(found)} times.")

    def _as_shown(self, register: Register) -> None:
        """What the other side holds of it, in its national system and on its page, is what the edition shows."""
        prefix = f"{register.kind}/{register.country}/"
        held: dict[str, Set[str]] = {}
        arrivals = (one for one in self._seen.arrivals if one.country == register.addressee)
        for arrival in sorted(arrivals, key=lambda one: one.number):
            if arrival.subject.startswith(prefix):
                gone = arrival.type.endswith(REMOVED_EVENT)
                held[arrival.subject.removeprefix(prefix)] = frozenset() if gone else arrival.texts
        self._are_shown(register, held, f"national system of {register.addressee}")
        for country in sorted(register.pages):
            held = {}
            for version in sorted(self._seen.versions, key=lambda one: one.place):
                if (version.country, version.register) == (country, register.name):
                    gone = version.change == REMOVED
                    held[version.entry.removeprefix(f"{register.country}-")] = frozenset() if gone else version.texts
            self._are_shown(register, held, f"page of {country}")

    def _are_shown(self, register: Register, held: Mapping[str, Set[str]], where: str) -> None:
        """`held` is by number, with nothing for what was removed."""
        for number in sorted(register.shown.keys() | {number for number, texts in held.items() if texts}):
            texts, marks = held.get(number), register.shown.get(number)
            if marks is None:
                detail = f"{number} is held, and the edition does not show it."
                self._findings.append(Finding("unasked", register.message_id, where, detail))
            elif not texts or not marks <= texts:
                detail = f"{number} is not held as the edition shows it."
                self._findings.append(Finding("lost", register.message_id, where, detail))

    def _whole_trace(self, message: Handed, told: Told, end: str, delivery: str | None = None) -> None:
        """The trace has one root, no orphan, and reaches the national system of `end`: with this delivery, if any."""
        if told.trace_id is None:
            self._add("untraced", message, f"receipt {told.receipt_id}", "Its sender was told no trace.")
            return
        wrong = list(self._wrong_with(told.trace_id))
        received = self._received[told.trace_id, f"national-{end}"]
        if not received if delivery is None else delivery not in received:
            wrong.append(f"it does not reach national-{end}")
        if wrong:
            self._add("untraced", message, told.trace_id, "; ".join(wrong))
        else:
            self._traced.add(message.message_id)

    def _wrong_with(self, trace_id: str) -> Sequence[str]:
        """What is wrong with a trace in itself: looked at once, however many messages are in it."""
        if trace_id not in self._wrong_of_trace:
            steps = self._traces.get(trace_id, {})
            roots = [step for step in steps.values() if step.parent_id is None or step.remote]
            wrong = [] if len(roots) == 1 else [f"{len(roots)} roots"]
            wrong += [
                f"{step.name} of {step.service} is an orphan"
                for step in steps.values()
                if step.parent_id is not None and not step.remote and step.parent_id not in steps
            ]
            self._wrong_of_trace[trace_id] = wrong
        return self._wrong_of_trace[trace_id]

    def _add(self, kind: Kind, message: Handed, where: str, detail: str) -> None:
        self._findings.append(Finding(kind, message.message_id, where, detail))
