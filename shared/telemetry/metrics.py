"""The metrics, a closed list: nothing is measured under another name anywhere.

docs/metrics.md has a row for each, which says how to add it up over several instances; a test holds the two together.
Labels take few values, all from code and declarations: never an id, a country's text or anything else of a message.
What is counted on the way of a batch is counted once a batch.
"""

from __future__ import annotations

from typing import Final

import prometheus_client
from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.metrics import MetricWrapperBase

# A second series beside each counter, for the time at which it began, is of no use to Prometheus.
prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]

# -- consuming ----------------------------------------------------------------------------------------------------

OUTCOMES: Final = ("applied", "refused", "duplicate", "parked", "ignored")
"""What becomes of a message. `ignored`: an event that calls for nothing here."""

# Messages taken from Kafka, by what became of them; counted when all that follows from them is in Kafka.
MESSAGES: Final = Counter("kakehashi_messages", "Messages processed, by outcome.", ["service", "topic", "outcome"])

# Records in a batch as it came: many small batches mean that there is no backlog.
BATCH_RECORDS: Final = Histogram(
    "kakehashi_batch_records",
    "Records in a batch.",
    ["service", "topic"],
    buckets=(1, 5, 20, 50, 100, 200, 500, 1000, 5000),
)

# From receiving a batch until everything that follows from it is in Kafka; its offsets are committed next.
BATCH_DURATION: Final = Histogram(
    "kakehashi_batch_duration_seconds",
    "Seconds from receiving a batch until all that follows from it is in Kafka.",
    ["service", "topic"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300),
)

# Records of an assigned partition that are not done with, those in work included. Only the instance that has the
# partition tells of it. As of the last fetch: it stands still while the consumer cannot fetch.
CONSUMER_LAG: Final = Gauge(
    "kakehashi_consumer_lag_records",
    "Records of an assigned partition that are not done with.",
    ["service", "topic", "partition"],
)

# -- the kernel ---------------------------------------------------------------------------------------------------

# Age of the oldest thing written to the database whose acknowledgement by Kafka is outstanding; 0 without one.
# `streams`: events of this instance's own writes, and those it sweeps. `ledger`: commands of recorded messages.
OUTBOX_AGE: Final = Gauge(
    "kakehashi_outbox_oldest_age_seconds",
    "Age of the oldest write whose publication Kafka has not acknowledged.",
    ["service", "outbox"],
)

CAUSES: Final = ("database", "broker", "defect")
"""Why something is tried again. `defect`: an error that nobody foresaw."""

# Attempts that failed and are repeated.
RETRIES: Final = Counter("kakehashi_retries", "Failed attempts that are repeated, by cause.", ["service", "cause"])

# Streams that another writer had changed under us, loaded and decided again.
LOST_WRITES: Final = Counter("kakehashi_lost_writes", "Stream writes lost to another writer.", ["service"])

# -- what waits ---------------------------------------------------------------------------------------------------

# Messages that wait for an operator, as the database has them: every instance tells the same.
PARKED: Final = Gauge("kakehashi_parked_messages", "Messages that wait for an operator.", ["service"])

# Editions that wait for an operator to confirm or reject them, as the database has them.
HELD: Final = Gauge("kakehashi_held_editions", "Editions that wait for an operator's word.", ["service"])

# Intents whose time has come and that are not settled, those in work included, as far as one look shows: a look takes
# in 500 streams. As the database has them.
INTENTS_DUE: Final = Gauge("kakehashi_intents_due", "Intents that are due and not settled.", ["service", "kind"])

# By how much the oldest of them is late; 0 without one.
INTENTS_OLDEST: Final = Gauge(
    "kakehashi_intents_oldest_due_age_seconds",
    "Seconds since the oldest unsettled intent was due.",
    ["service", "kind"],
)

# -- intents ------------------------------------------------------------------------------------------------------

RESULTS: Final = ("done", "retry", "failed")
"""Of acting on an intent. `retry`: without a result, `failed`: the handler raised; both are tried again."""

# Intents acted on: each attempt counts.
INTENTS: Final = Counter("kakehashi_intents", "Intents acted on, by result.", ["service", "kind", "result"])

# From the time at which an intent was due to its claim by a worker.
INTENT_LATENESS: Final = Histogram(
    "kakehashi_intent_lateness_seconds",
    "Seconds from an intent's due time to its claim.",
    ["service", "kind"],
    buckets=(0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 3600),
)

# -- the border ---------------------------------------------------------------------------------------------------

TAKEN: Final = ("accepted", "duplicate", "rejected", "held")
"""What becomes of a message that is handed in. `held`: an edition that waits for an operator's word."""

# Messages that a national system handed in. `kind`: the matter, as the owner's streams begin with it; of an edition
# the register; `none` of what was rejected before that was known.
INTAKE: Final = Counter(
    "kakehashi_intake_messages", "Messages handed in, by matter and outcome.", ["service", "kind", "outcome"]
)

DELIVERED: Final = ("delivered", "refused", "withheld", "unanswered", "untranslatable")
"""What becomes of an attempt to deliver. `refused`: by the national system, for good. `withheld`: by the guard, for
good. `unanswered`: no receipt, tried again. `untranslatable`: a defect of ours, tried again."""

# Deliveries to the national system, each attempt that came to something and each that did not.
DELIVERIES: Final = Counter("kakehashi_deliveries", "Deliveries, by outcome.", ["service", "type", "outcome"])

# From a message's acceptance at its originator's bridge to the national system's receipt for what came of it.
DELIVERY_DURATION: Final = Histogram(
    "kakehashi_delivery_duration_seconds",
    "Seconds from the acceptance of a message to the receipt for its delivery.",
    ["service", "type"],
    buckets=(0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600, 21600, 86400),
)


def all_metrics() -> list[MetricWrapperBase]:
    """The whole list."""
    return [one for one in globals().values() if isinstance(one, MetricWrapperBase)]
