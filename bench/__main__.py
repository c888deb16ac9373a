"""`make bench`: the kernel beside a bare loop and a plain handler, on the same broker and database in one run.

Uses KAFKA_BOOTSTRAP_SERVERS and MONGODB_URI where they are set, else starts both in a temporary folder. Exits with 1
if a bar is not met.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import statistics
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.measuring import measure_apart
from deploy.local.database import DatabaseServer
from deploy.local.kafka import Kafka
from deploy.local.ports import free_ports
from shared.store.mongo import Database

LOADS = {"new": 20_000, "existing": 10_000, "hot": 20_000}
"""Messages: each to a new stream; one to each of as many existing streams; to 2,000 streams as Zipf has it."""
BARS = {"new": 0.7, "existing": 0.4, "hot": 0.6}
"""The least that the kernel reaches of the bare loop's rate."""
PLAIN_BAR = 8
"""How many times the plain handler's rate it reaches at least."""
PLAIN = 1_500
"""Messages for the plain handler, whose rate needs no more to be known."""


async def _server(mongodb_uri: str) -> str:
    database = Database(mongodb_uri, "bench_check")
    try:
        return await database.check()
    finally:
        database.close()


def main(bootstrap: str, mongodb_uri: str, rounds: int) -> int:
    """Prints each contender's rates and the ratios; says whether the bars are met."""
    server = asyncio.run(_server(mongodb_uri))
    rates: dict[tuple[str, str], list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        traces = Path(folder)
        for number in range(rounds):
            for load, count in LOADS.items():
                for name in ("bare", "kernel", "plain") if number == 0 else ("bare", "kernel"):
                    messages_here = PLAIN if name == "plain" else count
                    rate = measure_apart(name, load, bootstrap, mongodb_uri, traces, messages_here)
                    rates.setdefault((load, name), []).append(rate)
                    print(f"  round {number + 1}: {load:9} {name:7} {rate:9,.0f} messages/s", file=sys.stderr)
    table = Table(title=f"Messages a second, {rounds} rounds, on {server} and Kafka, {os.cpu_count()} cores")
    for heading in ("load", "(a) bare loop", "(b) plain handler", "(c) kernel", "c / a (bar)", "c / b (bar)"):
        table.add_column(heading, justify="right")
    met = True
    for load in LOADS:
        a, b, c = (rates[load, name] for name in ("bare", "plain", "kernel"))
        over_a = statistics.median(ours / theirs for ours, theirs in zip(c, a, strict=True))
        over_b = statistics.median(c) / b[0]
        met &= over_a >= BARS[load] and over_b >= PLAIN_BAR
        table.add_row(
            load,
            _rates(a),
            _rates(b),
            _rates(c),
            f"{over_a:.2f} ({BARS[load]})",
            f"{over_b:.1f} ({PLAIN_BAR})",
        )
    Console(width=110).print(table)
    print("All bars are met." if met else "A bar is NOT met.")
    return 0 if met else 1


def _rates(rates: list[float]) -> str:
    return f"{statistics.median(rates):,.0f} [{min(rates):,.0f}–{max(rates):,.0f}]"


def run() -> int:
    """Starts what is not given, measures, stops it."""
    parser = argparse.ArgumentParser(prog="make bench", description="Measure the kernel; see docs/kernel.md.")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of every load (default: 5)")
    rounds = parser.parse_args().rounds
    bootstrap, mongodb_uri = os.environ.get("KAFKA_BOOTSTRAP_SERVERS"), os.environ.get("MONGODB_URI")
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        ports, logs = free_ports(3), Path(folder)
        if not bootstrap:
            kafka = Kafka(logs / "kafka", ports[0], ports[1], log=logs / "kafka.log", long_run=True)
            kafka.start()
            stack.callback(kafka.kill)
            kafka.wait_until_ready()
            bootstrap = kafka.bootstrap
        if not mongodb_uri:
            server = DatabaseServer(logs / "database", ports[2], log=logs / "database.log")
            server.start()
            stack.callback(server.kill)
            server.wait_until_ready()
            mongodb_uri = server.uri
        return main(bootstrap, mongodb_uri, rounds)


if __name__ == "__main__":
    sys.exit(run())
