"""The runs: each starts a stack of its own, puts it under one kind of pressure, and gives figures and plots."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import statistics
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from bench.pressure.border import Core
from bench.pressure.drawing import Points, plot, thinned
from bench.pressure.stack import Sample, Stack, size_of
from bench.pressure.traffic import Traffic, out_of_order
from deploy.demo.documents import FROM, TO, accreditation
from deploy.demo.organizations import organizations
from deploy.local import offsets
from services.bridge_kg.app import BRIDGE
from shared.messaging.envelope import Message
from shared.messaging.publisher import Publisher, make_producer, outgoing

Figures = dict[str, Any]
MB = 1 << 20
OUTSIDE = ("kafka", "database")
"""Not ours."""


def outage(folder: Path, plots: Path, messages: int, pace: float) -> Figures:
    """Between two bridges, the receiver's national system is down until it is owed `messages` deliveries."""
    stack = Stack(folder)
    try:
        stack.start_servers()
        stack.start([f"{kind}-{country}" for kind in ("national", "bridge") for country in (FROM, TO)])
        return asyncio.run(_outage(stack, plots, messages, pace))
    finally:
        stack.stop()


async def _outage(stack: Stack, plots: Path, messages: int, pace: float) -> Figures:
    down, marks = f"national-{TO}", dict[str, float]()
    async with _watched(stack), _client() as client:
        core = Core(stack, client)
        # What the first ones take, with connections to be made, belongs to neither part.
        await core.emit(messages // 100, pace)
        await core.settle(receipts=True, seconds=600)
        warm = len(core.published)
        marks["healthy"] = stack.second
        await core.emit(messages // 10, pace)
        await core.settle(receipts=True, seconds=1_200)
        healthy, before = len(core.published), core.emitted

        await client.put(f"{stack.url(down)}/control", json={"mode": "down"})
        marks["down"] = stack.second
        await core.emit(messages, pace)
        await core.settle(receipts=False, seconds=1_200)
        assert core.receipts == before, "something was delivered to a system that is down"

        await client.put(f"{stack.url(down)}/control", json={"mode": "ok"})
        marks["back"], begun = stack.second, time.monotonic()
        await core.settle(receipts=True, seconds=3_600)
        seconds = time.monotonic() - begun
        marks["caught up"] = stack.second
        await asyncio.sleep(20)
        await core.receiver.read_on(client)
    arrived = len({delivery["delivery_id"] for _, delivery in core.receiver.messages})
    plot(
        plots / "outage-memory.svg",
        "Memory while a national system is down",
        "MB",
        _over_time(stack, lambda one: one.rss / MB),
        marks=_minutes(marks),
    )
    return {
        "deliveries owed": messages,
        "pace, a second": pace,
        "delay to the other side, s": {
            "healthy": _delays(core.delays(warm, healthy)),
            "down": _delays(core.delays(healthy, len(core.published))),
        },
        "back": {
            "seconds until all is delivered and told": round(seconds, 1),
            "a second": round(messages / seconds, 1),
            "emitted": core.emitted,
            "arrived": arrived,
            "out of order or twice": len(out_of_order(core.receiver)),
        },
        "memory, MB": _memory(stack, marks),
    }


def whole(folder: Path, plots: Path, messages: int, window: int) -> Figures:
    """The whole stack; the receiver's national system is down while `messages` are handed in. A tenth came before."""
    stack = Stack(folder)
    try:
        stack.start_servers()
        stack.start()
        return asyncio.run(_whole(stack, plots, messages, window))
    finally:
        stack.stop()


async def _whole(stack: Stack, plots: Path, messages: int, window: int) -> Figures:
    down = f"national-{TO}"
    async with _watched(stack), _client() as client:
        traffic = Traffic(stack, client, window=window, series="P")
        # What the first messages take, with empty caches and connections to be made, belongs to neither part.
        await traffic.hand_in(messages=max(200, messages // 50))
        await traffic.settle(receipts=True, seconds=600)
        marks: dict[str, float] = {}
        warm, begun = len(traffic.handed_in), time.monotonic()
        await traffic.hand_in(messages=messages // 10)
        healthy, seconds = len(traffic.handed_in), time.monotonic() - begun
        figures: Figures = {"messages": messages, "window": window, "healthy": _rate(healthy - warm, seconds)}
        await traffic.settle(receipts=True, seconds=1_200)

        await client.put(f"{stack.url(down)}/control", json={"mode": "down"})
        marks["down"], begun = stack.second, time.monotonic()
        await traffic.hand_in(messages=messages)
        seconds = time.monotonic() - begun
        await traffic.settle(receipts=False, seconds=1_200)
        figures["down"] = _rate(len(traffic.handed_in) - healthy, seconds)
        figures["delay to the other side, s"] = {
            "healthy": _delays(traffic.delays(warm, healthy)),
            "down": _delays(traffic.delays(healthy, len(traffic.handed_in))),
        }
        assert len(traffic.receiver.messages) == 0
        behind = len(traffic.handed_in) - traffic.receipts

        await client.put(f"{stack.url(down)}/control", json={"mode": "ok"})
        marks["back"], begun = stack.second, time.monotonic()
        await traffic.settle(receipts=True, seconds=3_600)
        seconds = time.monotonic() - begun
        marks["caught up"] = stack.second
        await traffic.receiver.read_on(client)
        arrived = len({delivery["delivery_id"] for _, delivery in traffic.receiver.messages})
        figures["back"] = {
            "to be delivered": behind,
            "seconds until all is delivered and told": round(seconds, 1),
            "a second": round(behind / seconds, 1),
            "handed in": len(traffic.handed_in),
            "arrived": arrived,
            "out of order or twice": len(out_of_order(traffic.receiver)),
        }
        figures["memory, MB"] = _memory(stack, marks)
        lines = _over_time(stack, lambda one: one.rss / MB)
        plot(plots / "whole-memory.svg", "Memory while a national system is down", "MB", lines, marks=_minutes(marks))
        return figures


def behind(folder: Path, messages: int) -> Figures:
    """The registry is behind by `messages`; then started with as many outboxes that nobody has acknowledged."""
    stack = Stack(folder)
    try:
        stack.start_servers()
        asyncio.run(_fill(stack, messages))
        figures: Figures = {"messages": messages}
        figures["behind"] = _consumed(stack, messages)
        now = asyncio.run(offsets.committed(stack.kafka.bootstrap, ["registry"]))
        stack.stop(["registry"])
        figures["start with nothing to do"] = {"ready after, s": round(stack.start(["registry"]), 1)}
        stack.stop(["registry"])
        # As after a restore: every stream's outbox counts as unpublished, and every record comes again.
        asyncio.run(offsets.set_back(stack.kafka.bootstrap, now, {}))
        figures["start with uncleared outboxes"] = _consumed(stack, messages)
        log = (stack.state.logs / "registry.log").read_text()
        figures["start with uncleared outboxes"]["swept lines in the log"] = log.count('"swept"')
        return figures
    finally:
        stack.stop()


async def _fill(stack: Stack, messages: int) -> None:
    """Commands as the bridge would send them, each for an organization of its own."""
    producer = make_producer(stack.kafka.bootstrap, "pressure")
    await producer.start()
    publisher, group = Publisher(producer), []
    # There are numbers for ninety thousand of a seed.
    invented = itertools.chain(organizations(messages // 2, 5), organizations(messages - messages // 2, 6))
    for number, organization in enumerate(invented, 1):
        document = accreditation(f"B-{number}", organization).document
        matter = BRIDGE.inward["accreditation"](document).matter
        assert matter is not None
        message = Message(
            id=f"b-{number}",
            source=f"/bridge-{FROM}/ledger",
            type=type(matter.command).__name__,
            subject=matter.subject,
            time="2026-01-15T09:00:00.000000Z",
            data=matter.command.model_dump_json().encode(),
            sequence=number,
            agreement="jp-kg",
            originator=FROM,
            addressee=matter.destination,
            classification=matter.classification,
            correlationid=f"b-{number}",
            actor=f"submitter:ministry@{FROM}",
            traceparent=f"00-{number:032x}-{number:016x}-01",
        )
        group.append(outgoing(matter.topic, message))
        if len(group) == 2_000:
            await publisher.send(group)
            group = []
    await publisher.send(group)
    await producer.stop()


def _consumed(stack: Stack, messages: int) -> Figures:
    """Starts the registry and waits until it has committed so many."""
    since, begun = stack.second, time.monotonic()
    ready = stack.start(["registry"])
    asyncio.run(_until_committed(stack, messages))
    seconds = time.monotonic() - begun
    rss = [one.rss / MB for one in stack.of("registry", since)]
    return {
        "ready after, s": round(ready, 1),
        "caught up after, s": round(seconds, 1),
        "a second, from its start": round(messages / seconds),
        "memory, MB": {"first": round(rss[0]), "most": round(max(rss)), "last": round(rss[-1])},
    }


async def _until_committed(stack: Stack, messages: int) -> None:
    async with asyncio.timeout(3_600):
        while True:
            stack.sample()
            found = await offsets.committed(stack.kafka.bootstrap, ["registry"])
            if sum(found.get("registry", {}).get("registry.commands.v1", {}).values()) >= messages:
                return
            await asyncio.sleep(0.5)


def soak(folder: Path, plots: Path, seconds: float, rate: float) -> Figures:
    """A long run with caches so small that they are full within minutes: what grows then would grow for ever."""
    os.environ["KAKEHASHI_CACHED_STREAMS"] = "500"
    stack = Stack(folder)
    try:
        stack.start_servers()
        stack.start()
        return asyncio.run(_soak(stack, plots, seconds, rate))
    finally:
        stack.stop()
        del os.environ["KAKEHASHI_CACHED_STREAMS"]


async def _soak(stack: Stack, plots: Path, seconds: float, rate: float) -> Figures:
    sizes: list[tuple[float, int, int, int]] = []
    async with _watched(stack), _client() as client:
        traffic = Traffic(stack, client, window=200, series="S")

        async def measure() -> None:
            while True:
                kept = await asyncio.to_thread(size_of, stack.state.database)
                traces = await asyncio.to_thread(size_of, stack.state.traces)
                sizes.append((stack.second, len(traffic.handed_in), kept, traces))
                await asyncio.sleep(10)

        measuring = asyncio.create_task(measure())
        begun = stack.second
        await traffic.hand_in(seconds=seconds, rate=rate)
        ended = stack.second
        await traffic.settle(receipts=True, seconds=600)
        measuring.cancel()
    figures: Figures = {"handed in": _rate(len(traffic.handed_in), ended - begun)}
    third = (ended - begun) / 3
    grown = {}
    for name in stack.running:
        middle, last = stack.of(name, begun + third, begun + 2 * third), stack.of(name, begun + 2 * third, ended)
        grown[name] = {
            "MB, second third": round(statistics.mean(one.rss for one in middle) / MB, 1),
            "MB, last third": round(statistics.mean(one.rss for one in last) / MB, 1),
            "open files, second third": max(one.files for one in middle),
            "open files, last third": max(one.files for one in last),
        }
    figures["grown"] = grown
    halves = [sizes[0], sizes[len(sizes) // 2], sizes[-1]]
    figures["bytes a message"] = {
        place: [round((b[at] - a[at]) / max(1, b[1] - a[1])) for a, b in itertools.pairwise(halves)]
        for place, at in (("database, first and second half", 2), ("traces, first and second half", 3))
    }
    plot(plots / "soak-memory.svg", "Memory over a long run", "MB", _over_time(stack, lambda one: one.rss / MB))
    plot(plots / "soak-files.svg", "Open files over a long run", "files", _over_time(stack, lambda one: one.files))
    kept = {
        "database": [(handed / 1000, size / MB) for _, handed, size, _ in sizes],
        "traces": [(handed / 1000, size / MB) for _, handed, _, size in sizes],
    }
    plot(plots / "soak-disk.svg", "Disk beside what was put in", "MB", kept, across="1000 messages")
    return figures


@contextlib.asynccontextmanager
async def _watched(stack: Stack) -> AsyncIterator[None]:
    watching = asyncio.create_task(stack.watch())
    try:
        yield
    finally:
        watching.cancel()


def _client() -> httpx.AsyncClient:
    return httpx.AsyncClient(trust_env=False, timeout=120)


def _rate(count: int, seconds: float) -> Figures:
    return {"messages": count, "seconds": round(seconds, 1), "a second": round(count / seconds, 1)}


def _delays(delays: Sequence[float]) -> Figures:
    hundredths = statistics.quantiles(delays, n=100)
    return {"p50": round(hundredths[49], 2), "p99": round(hundredths[98], 2), "worst": round(max(delays), 2)}


def _memory(stack: Stack, marks: Mapping[str, float]) -> Figures:
    """The most each process took in each part."""
    moments = [("before", 0.0), *marks.items(), ("end", stack.second)]
    found: Figures = {}
    for name in stack.running:
        parts = itertools.pairwise(moments)
        found[name] = {
            part: round(max((one.rss for one in stack.of(name, since, until)), default=0) / MB)
            for (part, since), (_, until) in parts
        }
    return found


def _minutes(marks: Mapping[str, float]) -> dict[str, float]:
    return {word: second / 60 for word, second in marks.items()}


def _over_time(stack: Stack, value: Any) -> dict[str, Points]:
    def points(samples: Iterable[Sample]) -> Iterator[tuple[float, float]]:
        return ((one.second / 60, value(one)) for one in samples)

    return {name: thinned(list(points(stack.of(name)))) for name in stack.running if name not in OUTSIDE}
