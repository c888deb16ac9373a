"""The metrics, a closed list: nothing else is measured under another name anywhere."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

# Messages a service has taken from Kafka, by what became of them: applied, refused, duplicate, parked, ignored
# (a type this service does not handle).
MESSAGES = Counter("kakehashi_messages", "Messages processed, by outcome", ["service", "outcome"])

# Records in a batch, and seconds from receiving it to committing its offsets.
BATCH_RECORDS = Histogram(
    "kakehashi_batch_records", "Records in a batch", ["service"], buckets=(1, 5, 20, 50, 100, 200, 500, 1000)
)
BATCH_SECONDS = Histogram("kakehashi_batch_seconds", "Seconds from receiving a batch to its commit", ["service"])

# Attempts at a step of a batch that failed and were repeated: the database or the broker was away.
RETRIES = Counter("kakehashi_retries", "Repeated attempts, by step", ["service", "step"])

# Streams that another writer had changed under us, loaded and decided again.
LOST_WRITES = Counter("kakehashi_lost_writes", "Stream writes lost to another writer", ["service"])

# Messages waiting for an operator.
PARKED = Gauge("kakehashi_parked", "Parked messages", ["service"])

# Intents acted on, by kind and result: done, retry, failed (the handler raised).
INTENTS = Counter("kakehashi_intents", "Intents acted on, by result", ["service", "kind", "result"])

# Seconds by which an intent was late when it was claimed.
INTENT_LATENESS = Histogram(
    "kakehashi_intent_lateness_seconds",
    "Seconds from an intent's due time to its claim",
    ["service", "kind"],
    buckets=(0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 3600),
)
