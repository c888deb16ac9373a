"""One run: a stack of its own, load, faults one after the other, all well again, and the reconciler's word on it."""

from __future__ import annotations

import asyncio
import random
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
from pydantic import BaseModel, ConfigDict

from deploy.demo.manifest import load
from deploy.demo.run import places
from deploy.local.ports import free_block
from deploy.reconciler.collect import Collector
from deploy.reconciler.reconcile import Finding, Findings
from tests.faults.arena import Arena
from tests.faults.faults import REGISTRY, Fault
from tests.faults.stack import PORTS, Plan, Stack
from tests.faults.tools import Network, Tool

SUBMITTERS = 2
PAUSE = 0.7
"""Seconds of a submitter between two bodies: some five messages a second, which leaves a small machine room."""
BETWEEN = (0.5, 2.5)
"""Seconds from a canary's delivery to the next fault."""
TOGETHER = 1 / 3
"""How often two faults that go together happen at once."""
RECOVERY = 150.0
"""Seconds after which a canary that has not come through counts as not recovered."""
WITHOUT_PROGRESS = 90.0
"""Seconds without anything more being where it belongs, after which what is missing is said to be lost."""
LOOK = 20.0
"""Seconds between two looks while faults happen."""
WORDS = 30
"""Findings told in words."""


class Told(BaseModel):
    """A fault as it happened."""

    model_config = ConfigDict(frozen=True)

    fault: str
    what: str
    begun: float
    ended: float
    """Seconds since the load began."""
    recovery: float | None
    """Seconds from its end until a message handed in then was delivered and confirmed. None: it was not."""
    together: bool = False
    """Whether it happened at the same time as the one beside it."""


class Result(BaseModel):
    """What came of a run."""

    model_config = ConfigDict(frozen=True)

    seed: int
    commit: str
    left_out: tuple[str, ...]
    """Tools that were not there, so that their faults did not happen."""
    faults: tuple[Told, ...]
    calm: tuple[float, ...]
    """Seconds until a message was delivered and confirmed before the first fault."""
    organizations: int
    messages: int
    refused: int
    parked: int
    seconds: float
    findings: dict[str, int]
    wrong: tuple[str, ...]
    """In words; with nothing in it, the run has passed."""
    throughput: tuple[int, ...] = ()
    """Deliveries to all national systems in each second since the load began."""
    failed_before: int = 0
    """Runs of the same seed that failed before this one."""


@dataclass(frozen=True)
class Step:
    """Faults at the same time, after a pause."""

    pause: float
    faults: tuple[Fault, ...]


def schedule(
    seed: int, count: int, services: Sequence[str], without: Collection[Tool] = (), only: str = ""
) -> list[Step]:
    """The same for the same arguments. Every kind of fault comes once before any comes again.

    Kinds that need one of the tools in `without`, or whose name does not hold `only`, are left out.
    """
    dice = random.Random(seed)
    kinds = [kind for kind in REGISTRY if kind.tool not in without and only in kind.name]
    deck: Iterator[type[Fault]] = (kind for _ in range(count) for kind in dice.sample(kinds, len(kinds)))
    steps: list[Step] = []
    drawn = [next(deck)(dice, services) for _ in range(count)]
    while drawn:
        several = 2 if len(drawn) > 1 and drawn[0].joins and drawn[1].joins and dice.random() < TOGETHER else 1
        steps.append(Step(dice.uniform(*BETWEEN), tuple(drawn[:several])))
        del drawn[:several]
    return steps


def run(
    folder: Path,
    seed: int,
    count: int,
    without: Collection[Tool],
    say: Callable[[str], None],
    commit: str,
    only: str = "",
) -> Result:
    """One run in a new folder, from the main thread. Whatever it started is gone in the end.

    Raises StartFailedError where the stack does not even start.
    """
    plan = Plan(
        folder=folder, ports_from=free_block(PORTS), network="network" not in without, clocks="clock" not in without
    )
    network = Network(folder / "toxiproxy.log") if plan.network else None
    steps = schedule(seed, count, plan.services(), without, only)
    stack = Stack(plan)
    begun = time.monotonic()
    try:
        if network is not None:
            network.start(plan.proxies())
        stack.start()
        stack.wait_until_ready()
        say(f"seed {seed}: everything is ready after {time.monotonic() - begun:.0f} s")
        return asyncio.run(_Run(plan, stack, network, seed, steps, without, say, commit).run())
    finally:
        stack.stop()
        if network is not None:
            network.stop()


class _Run:
    def __init__(
        self,
        plan: Plan,
        stack: Stack,
        network: Network | None,
        seed: int,
        steps: Sequence[Step],
        without: Collection[Tool],
        say: Callable[[str], None],
        commit: str,
    ) -> None:
        self._plan, self._stack, self._network = plan, stack, network
        self._seed, self._commit, self._say = seed, commit, say
        self._without = sorted(without)
        self._steps = steps
        self._told: list[Told] = []
        self._wrong: list[str] = []
        self._begun = time.monotonic()

    async def run(self) -> Result:
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            arena = Arena(self._plan, self._stack, client, self._network, self._seed)
            collector = Collector(client, places(arena.running(), arena.state, load().registers), arena.token)
            enough = asyncio.Event()
            watching = [asyncio.create_task(arena.watch.run()), asyncio.create_task(_look(collector, arena))]
            async with asyncio.TaskGroup() as group:
                for _ in range(SUBMITTERS):
                    group.create_task(arena.load.hand_in(enough, PAUSE))
                calm = [await self._recovery(arena) for _ in range(3)]
                for step in self._steps:
                    await self._take(arena, step)
                enough.set()
            for task in watching:
                task.cancel()
            await asyncio.gather(*watching, return_exceptions=True)
            findings = await self._settle(arena, collector)
        return self._result(arena, findings, [seconds for seconds in calm if seconds is not None])

    async def _take(self, arena: Arena, step: Step) -> None:
        await asyncio.sleep(step.pause)
        begun = self._now()
        injected = await asyncio.gather(*(fault.inject(arena) for fault in step.faults), return_exceptions=True)
        await asyncio.sleep(max(fault.seconds for fault in step.faults))
        for fault, failure in zip(step.faults, injected, strict=True):
            if isinstance(failure, BaseException):
                # It did not come about as meant: the run has failed, and goes on with the others.
                self._wrong.append(f"{fault.name} ({fault.what}) failed with {failure!r}")
            await fault.heal(arena)
        ended = self._now()
        recovery = await self._recovery(arena)
        for fault in step.faults:
            self._told.append(
                Told(
                    fault=fault.name,
                    what=fault.what,
                    begun=round(begun, 1),
                    ended=round(ended, 1),
                    recovery=recovery,
                    together=len(step.faults) > 1,
                )
            )
            came = f"recovered after {recovery:.1f} s" if recovery is not None else "NOT recovered"
            self._say(f"seed {self._seed}: {begun:5.0f} s  {fault.name} ({fault.what}): {came}")
            if recovery is None:
                self._wrong.append(f"not recovered {RECOVERY:.0f} s after {fault.name} ({fault.what})")
        if not self._stack.supervised:
            self._wrong.append(f"the supervisor ended by itself at {', '.join(fault.name for fault in step.faults)}")
            self._say(self._wrong[-1])
            self._stack.start()
            self._stack.wait_until_ready()

    async def _recovery(self, arena: Arena) -> float | None:
        """From now until a message handed in now has been delivered, and its sender's national system knows it."""
        begun = time.monotonic()
        message_id = await arena.load.canary()
        came = await arena.watch.confirmed(message_id, RECOVERY)
        return round(time.monotonic() - begun, 2) if came else None

    async def _settle(self, arena: Arena, collector: Collector) -> Findings:
        """Looks until everything is where it belongs, or nothing more moves."""
        self._say(f"seed {self._seed}: {len(arena.load.handed)} messages handed in, settling")
        fewest, moved = float("inf"), time.monotonic()
        while True:
            findings = await collector.settle(arena.load.handed, 10, registers=arena.load.registers)
            missing = len(_unexpected(arena, findings))
            if missing < fewest:
                fewest, moved = missing, time.monotonic()
            if findings.settled or time.monotonic() - moved > WITHOUT_PROGRESS:
                break
            self._say(f"seed {self._seed}: {missing} findings yet")
        # What might yet come twice has time to.
        await asyncio.sleep(3)
        return await collector.settle(arena.load.handed, 0, registers=arena.load.registers)

    def _result(self, arena: Arena, findings: Findings, calm: Sequence[float]) -> Result:
        load = arena.load
        parked = {(finding.where, finding.message_id) for finding in findings.of("parked")}
        wrong = _unexpected(arena, findings)
        self._wrong += [_in_words(finding) for finding in wrong]
        self._wrong += [f"not parked: {parked_id} at {service}" for service, parked_id in arena.poisoned - parked]
        everything = {message.message_id for message in load.handed}
        if len(everything) != len(load.handed):
            self._wrong.append("the load repeats message ids")
        if findings.refused != load.to_be_refused:
            odd = sorted(findings.refused ^ load.to_be_refused)
            self._wrong.append(f"refused {len(findings.refused)}, not {len(load.to_be_refused)}: {odd[:5]}")
        if not wrong and findings.delivered != everything - findings.refused:
            self._wrong.append(f"delivered {len(findings.delivered)} of {len(everything - findings.refused)}")
        arrived = Counter[int]()
        for moment, _, number in arena.watch.arrivals:
            arrived[int(moment - self._begun)] += number
        return Result(
            seed=self._seed,
            commit=self._commit,
            left_out=tuple(self._without),
            faults=tuple(self._told),
            calm=tuple(calm),
            organizations=load.organizations,
            messages=len(load.handed),
            refused=len(findings.refused),
            parked=len(parked),
            seconds=round(self._now(), 1),
            findings=dict(Counter(finding.kind for finding in wrong)),
            wrong=tuple(self._wrong[:WORDS]),
            throughput=tuple(arrived[second] for second in range(int(self._now()))),
        )

    def _now(self) -> float:
        return time.monotonic() - self._begun


async def _look(collector: Collector, arena: Arena) -> None:
    """Looks now and then, until cancelled, so that there is less to look at in the end."""
    while True:
        await asyncio.sleep(LOOK)
        # Whatever is broken just then cannot be looked at.
        with suppress(httpx.HTTPError):
            await collector.observe(list(arena.load.handed))


def _unexpected(arena: Arena, findings: Findings) -> list[Finding]:
    """All but the parking of what we poisoned."""
    return [
        finding
        for finding in findings.findings
        if finding.kind != "parked" or (finding.where, finding.message_id) not in arena.poisoned
    ]


def _in_words(finding: Finding) -> str:
    return f"{finding.kind}: {finding.message_id}, {finding.where}: {finding.detail}"


def commit_here() -> str:
    """What is checked out, with a + behind it where something was changed since."""
    command = ["git", "describe", "--always", "--dirty=+", "--exclude=*"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
