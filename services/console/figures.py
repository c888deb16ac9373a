"""What the console tells of a service's metrics. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from shared import contracts
from shared.contracts import (
    field_acceptance,
    improvement_order,
    resemblance,
    sending_organization,
    support_organization,
    test_catalogue,
)

MATTERS: Mapping[str, ModuleType] = {
    "sending-organization": sending_organization,
    "support-organization": support_organization,
    "improvement-order": improvement_order,
    "field-acceptance": field_acceptance,
    "test": test_catalogue,
    # Of cases each names its kind itself.
    **{
        module.KIND: module
        for module in (import_module(f"{contracts.__name__}.{one.name}") for one in iter_modules(contracts.__path__))
        if hasattr(module, "KIND") and (hasattr(module, "CASES") or hasattr(module, "SHARED"))
    },
    "resemblance": resemblance,
}
"""Contracts by kind of matter, as the owners' streams begin. What is of none of them is a receipt or a confirmation."""

_KIND_OF_TYPE: Mapping[str, str] = {
    name: kind
    for kind, module in MATTERS.items()
    for name, value in vars(module).items()
    if isinstance(value, type) and value.__module__ == module.__name__
}
_KINDS: Mapping[str, str] = {
    "register-entry": "receipts",
    "receipt": "receipts",
    "support-organization-register": "support-organizations",
    "reported-subjects": "resemblance",
}

RECEIPTS = "receipts"
OTHER = "other"


def kind_of_type(event: str) -> str:
    """The matter that a command or an event is of, by its CloudEvents type."""
    return _KIND_OF_TYPE.get(event, RECEIPTS)


def kind_of_stream(stream: str) -> str:
    """The matter that a stream is about; of a delivery or a reaction what is delivered or reacted to."""
    first = _about(stream)[0]
    return _KINDS.get(first, first if first in MATTERS else OTHER)


def country_of_stream(stream: str, countries: Iterable[str]) -> str | None:
    """The country a stream's matter comes from, None where its name does not say.

    `<kind>/<cc>/…` or, of a case, `<kind>/<agreement>/<cc>-…`.
    """
    parts = _about(stream)
    known = set(countries)
    if len(parts) > 1 and parts[1] in known:
        return parts[1]
    told = parts[2].partition("-")[0] if len(parts) > 2 else ""
    return told if told in known else None


def _about(stream: str) -> Sequence[str]:
    """The parts of the matter's own stream: `delivery/<stream>`, `reaction/<topic>/<stream>`."""
    parts = stream.split("/")
    if parts[0] == "reaction":
        parts = parts[2:]
    return parts[1:] if parts[:1] == ["delivery"] and len(parts) > 1 else parts or [""]


@dataclass(frozen=True)
class Figures:
    """A service's metrics, as of one look."""

    started: datetime | None = None
    lag: Mapping[str, int] = field(default_factory=dict)
    """Records waiting, by topic."""
    outbox_age: float = 0.0
    """Seconds for which the oldest write has waited for Kafka."""
    parked: int = 0
    held: int = 0
    handed_in: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Messages since its start, by kind and outcome."""
    deliveries: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Attempts since its start, by kind and outcome."""
    undelivered: int = 0
    """Deliveries that are due."""
    undelivered_age: float = 0.0
    """Seconds for which the oldest of them has been due."""

    @property
    def lag_total(self) -> int:
        return sum(self.lag.values())

    @property
    def most_behind(self) -> str | None:
        """The topic with the most records waiting; None where none waits."""
        return max(self.lag, key=lambda topic: self.lag[topic]) if self.lag_total else None


def read_figures(text: str) -> Figures:
    """From what `/metrics` answers. Raises ValueError for what is not Prometheus' text format."""
    wanted = ("kakehashi_", "process_start_time_seconds")
    # Buckets are most of the text and none of the figures.
    lines = [line for line in text.splitlines() if line.startswith(wanted) and "_bucket{" not in line]
    lag: Counter[str] = Counter()
    handed_in: Counter[tuple[str, str]] = Counter()
    deliveries: Counter[tuple[str, str]] = Counter()
    gauges: dict[str, float] = {}
    for sample in _samples(lines):
        labels, value = sample.labels, 0.0 if math.isnan(sample.value) else sample.value
        match sample.name:
            case "kakehashi_consumer_lag_records":
                lag[labels["topic"]] += int(value)
            case "kakehashi_intake_messages_total":
                handed_in[labels["kind"], labels["outcome"]] += int(value)
            case "kakehashi_deliveries_total":
                deliveries[kind_of_type(labels["type"]), labels["outcome"]] += int(value)
            case "kakehashi_intents_due" | "kakehashi_intents_oldest_due_age_seconds":
                if labels["kind"] == "deliver":
                    gauges[sample.name] = value
            case name:
                gauges[name] = max(value, gauges.get(name, 0.0))
    began = gauges.get("process_start_time_seconds")
    return Figures(
        started=datetime.fromtimestamp(began, UTC) if began else None,
        lag=dict(lag),
        outbox_age=gauges.get("kakehashi_outbox_oldest_age_seconds", 0.0),
        parked=int(gauges.get("kakehashi_parked_messages", 0)),
        held=int(gauges.get("kakehashi_held_editions", 0)),
        handed_in=dict(handed_in),
        deliveries=dict(deliveries),
        undelivered=int(gauges.get("kakehashi_intents_due", 0)),
        undelivered_age=gauges.get("kakehashi_intents_oldest_due_age_seconds", 0.0),
    )


def _samples(lines: Sequence[str]) -> Iterator[Sample]:
    for family in text_string_to_metric_families("\n".join([*lines, ""])):
        yield from family.samples


@dataclass
class Flow:
    """Messages of one kind from and to one country."""

    country: str | None
    kind: str
    accepted: int = 0
    rejected: int = 0
    delivered: int = 0
    """To the country's national system."""
    undelivered: int = 0
    """Refused by it, or withheld by the guard."""
    parked: int = 0
    held: int = 0


def flows(bridges: Mapping[str, Figures], parked: Iterable[str], held: Mapping[tuple[str, str], int]) -> Sequence[Flow]:
    """Rows for each country and kind of which there is something.

    `bridges`: figures by country; `parked`: the stream of each parked message; `held`: editions by country and
    register.
    """
    rows: dict[tuple[str | None, str], Flow] = {}

    def row(country: str | None, kind: str) -> Flow:
        return rows.setdefault((country, kind), Flow(country, kind))

    for country, figures in bridges.items():
        for (kind, outcome), count in figures.handed_in.items():
            if count and outcome == "accepted":
                row(country, kind).accepted += count
            elif count and outcome == "rejected":
                row(country, OTHER if kind == "none" else kind).rejected += count
        for (kind, outcome), count in figures.deliveries.items():
            if count and outcome == "delivered":
                row(country, kind).delivered += count
            elif count and outcome in ("refused", "withheld"):
                row(country, kind).undelivered += count
    for stream in parked:
        row(country_of_stream(stream, bridges), kind_of_stream(stream)).parked += 1
    for (country, register), count in held.items():
        if count:
            row(country, register).held += count
    order = [*MATTERS, "support-organizations", RECEIPTS, OTHER]
    return sorted(rows.values(), key=lambda flow: (flow.country or "~", _place(flow.kind, order), flow.kind))


def _place(kind: str, order: Sequence[str]) -> int:
    return order.index(kind) if kind in order else len(order)
