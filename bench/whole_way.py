"""`make bench-whole-way`: an edition of 11,500 organizations, from the file to the last public entry and receipt.

On a stack of its own the register's country hands the edition in; the time counts until the other side's national
system has every organization, its public page shows every one, and the register's own system was told of each twice
(delivered, published). Beside it, in the same run on the same broker and database: a bare loop of two hops on as many
messages, each hop one write and one record. Prints when what was reached, what each process cost, and the ratio.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import httpx
import psutil
from rich.console import Console
from rich.table import Table

from bench.contenders import Place, bare
from bench.loads import new_streams
from bench.measuring import fill, make_topics
from deploy.demo.background import running
from deploy.demo.editions import FIRST_DAY, MANY, japanese, organizations
from deploy.local.ports import free_block
from deploy.local.state import RunningStack, State

FROM, TO = "jp", "kg"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PATIENCE = 600.0
"""Seconds without anything more arriving."""


class Hop(Place):
    """A place whose commands are what another one has published."""

    def __init__(self, before: Place) -> None:
        super().__init__(f"{before.name}-next", before.bootstrap, before.mongodb_uri, before.traces)
        self.commands = before.events


def bare_seconds(bootstrap: str, mongodb_uri: str, count: int) -> float:
    """From the first record of the first hop to the last committed offset of the second, both running at once."""
    first = Place(f"two-hops-{time.time_ns()}", bootstrap, mongodb_uri, Path())
    asyncio.run(_filled(first, count))
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as apart:
        hops = [apart.submit(_hop, place, count) for place in (first, Hop(first))]
        (begun, _), (_, ended) = (hop.result() for hop in hops)
    return ended - begun


async def _filled(first: Place, count: int) -> None:
    second = Hop(first)
    await make_topics(first)
    second.commands = f"{second.name}.commands.v1"
    await make_topics(second)
    await fill(first, new_streams(first.name, count), 1)


def _hop(place: Place, count: int) -> tuple[float, float]:
    seconds = asyncio.run(bare(place, count, existing=False))
    ended = time.time()
    return ended - seconds, ended


def whole_way(stack: RunningStack, edition: bytes, count: int) -> tuple[Mapping[str, float], Mapping[str, float]]:
    """Seconds until each thing was reached, in the order of reaching; processor seconds by process.

    Raises TimeoutError where nothing more arrives.
    """
    costs = _costs(stack)
    before = {name: cost() for name, cost in costs.items()}
    with httpx.Client(trust_env=False, timeout=300) as client:
        registers = f"{stack.service('publication').url}/api/v1/registers/support-organizations"
        counts: dict[str, tuple[Callable[[], int], int]] = {
            "the last delivery, with its receipt": (lambda: _total(client, _received(stack, TO)), count),
            "the last public entry": (lambda: _total(client, f"{registers}?country={TO}&limit=1"), count),
            # Told apart from nothing else: of each one word that it was delivered and one that it is public.
            "the last word back to the sender": (lambda: _total(client, _received(stack, FROM)), 2 * count),
        }
        begun = time.monotonic()
        headers = {"authorization": f"Bearer {stack.token('submitter', FROM)}", "content-type": XLSX}
        answer = client.post(f"{stack.bridges[FROM].url}/v1/messages", content=edition, headers=headers)
        receipt = answer.raise_for_status().json()
        if receipt["status"] != "accepted":
            raise RuntimeError(f"The edition was {receipt['status']}: {receipt['problems'][:3]}")
        reached = {"the receipt of the edition": time.monotonic() - begun}
        had, moved = 0, time.monotonic()
        while len(reached) < 1 + len(counts):
            time.sleep(0.25)
            now = {name: total() for name, (total, _) in counts.items()}
            for name, (_, wanted) in counts.items():
                if now[name] >= wanted and name not in reached:
                    reached[name] = time.monotonic() - begun
                    print(f"  {reached[name]:7.1f} s  {name}", file=sys.stderr)
            if sum(now.values()) > had:
                had, moved = sum(now.values()), time.monotonic()
            elif time.monotonic() - moved > PATIENCE:
                raise TimeoutError(f"Nothing more arrives: {now}")
    return reached, {name: cost() - before[name] for name, cost in costs.items()}


def _received(stack: RunningStack, country: str) -> str:
    return f"{stack.nationals[country].url}/received?limit=1"


def _total(client: httpx.Client, url: str) -> int:
    return int(client.get(url).raise_for_status().json()["total"])


def _costs(stack: RunningStack) -> Mapping[str, Callable[[], float]]:
    """By process, what gives its processor seconds so far."""
    pids = {"Kafka": stack.kafka.pid, "the database": stack.database.pid}
    pids |= {process.name: process.pid for process in stack.services}
    pids |= {f"national system of {country}": process.pid for country, process in stack.nationals.items()}

    def cost(process: psutil.Process) -> float:
        times = process.cpu_times()
        return times.user + times.system

    def meter(process: psutil.Process) -> Callable[[], float]:
        return lambda: cost(process)

    return {name: meter(psutil.Process(pid)) for name, pid in pids.items() if pid is not None}


def main(count: int) -> None:
    """Starts a stack, measures both on it, prints."""
    edition = japanese(organizations(count), FIRST_DAY)
    with tempfile.TemporaryDirectory() as folder:
        state = State(Path(folder) / "var")
        with running(state, free_block(60)):
            stack = state.running()
            reached, costs = whole_way(stack, edition, count)
            bare_alone = bare_seconds(stack.kafka.bootstrap_servers, stack.database.uri, count)
            server = stack.database.server
    table = Table(title=f"An edition of {count:,} organizations, on {server} and Kafka")
    table.add_column("reached")
    table.add_column("seconds", justify="right")
    table.add_column("of a bare loop of two hops", justify="right")
    table.add_row("a bare loop of two hops", f"{bare_alone:.1f}", "1.0 ×")
    for name, seconds in reached.items():
        table.add_row(name, f"{seconds:.1f}", f"{seconds / bare_alone:.1f} ×")
    shares = Table(title="Where the time goes: processor seconds")
    shares.add_column("process")
    shares.add_column("seconds", justify="right")
    shares.add_column("a message", justify="right")
    for name, seconds in sorted(costs.items(), key=lambda one: -one[1]):
        shares.add_row(name, f"{seconds:.1f}", f"{1e6 * seconds / count:,.0f} µs")
    console = Console(width=100)
    console.print(table)
    console.print(shares)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="make bench-whole-way", description="An edition's whole way, measured.")
    parser.add_argument("--organizations", type=int, default=MANY, help=f"in the edition (default: {MANY:,})")
    main(parser.parse_args().organizations)
