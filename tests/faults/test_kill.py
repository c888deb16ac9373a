"""G1, G2, G3, G5 with kill -9 at random and receivers that fail: nothing is lost, doubled, disordered or untraced."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence

import httpx

from deploy.demo.documents import FROM, REGISTER
from deploy.demo.killing import Victim, back, broker, database, kill, service
from deploy.demo.run import places
from deploy.local.state import State
from deploy.national.handing_in import Submitter
from deploy.reconciler.collect import Collector
from deploy.reconciler.reconcile import Findings
from tests.faults.load import Load

SEED = 3
SUBMITTERS = 4
PAUSE = 0.15
"""Seconds of a submitter between two bodies: the load lasts as long as the killing, and ends soon after."""
BETWEEN_KILLS = (1.5, 4.0)
"""Seconds; what was killed may not be back before the next one is."""
MISBEHAVIOUR = ("slow", "down", "error", "wrong", "drop-members")
ORGANIZATIONS = 200
"""At least."""
SETTLE = 120.0
"""Seconds after the last message for everything to be where it belongs."""


async def kill_at_random(state: State, victims: Sequence[Victim], dice: random.Random) -> list[str]:
    """Each once, in random order at random times, and waits until all are back."""
    killed = {}
    for victim in dice.sample(victims, len(victims)):
        await asyncio.sleep(dice.uniform(*BETWEEN_KILLS))
        pid = kill(state, victim)
        assert pid is not None, f"{victim.name} does not run"
        killed[victim] = pid
    for victim, pid in killed.items():
        await back(state, victim, pid)
    return [victim.name for victim in killed]


async def misbehave(client: httpx.AsyncClient, nationals: Sequence[str], dice: random.Random) -> None:
    """The national systems fail in every way they can, one after the other, and are well again in the end."""
    try:
        for mode in dice.sample(MISBEHAVIOUR, len(MISBEHAVIOUR)):
            for national in nationals:
                await client.put(f"{national}/control", json={"mode": mode, "seconds": 0.5})
            await asyncio.sleep(dice.uniform(*BETWEEN_KILLS))
    finally:
        for national in nationals:
            await client.put(f"{national}/control", json={"mode": "ok"})


async def under_load(state: State) -> tuple[Findings, Load, list[str]]:
    """Submitters hand in while everything is killed and receivers fail; then the reconciler looks until all is in."""
    stack = state.running()
    victims = [*(service(stack, each.name) for each in stack.services), broker(stack), database(stack)]
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        submitter = Submitter(client, stack.bridges[FROM].url, lambda: stack.token("submitter", FROM))
        load = Load(submitter, seed=SEED, at_least=ORGANIZATIONS, patience=SETTLE)
        enough = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for _ in range(SUBMITTERS):
                group.create_task(load.hand_in(enough, PAUSE))
            await asyncio.sleep(1)
            nationals = [national.url for national in stack.nationals.values()]
            misbehaving = group.create_task(misbehave(client, nationals, random.Random(SEED)))
            killed = await kill_at_random(state, victims, random.Random(SEED))
            await misbehaving
            enough.set()
        collector = Collector(client, places(stack, state, [REGISTER]), stack.token)
        await collector.settle(load.handed, SETTLE)
        # What might yet come twice has time to.
        await asyncio.sleep(3)
        return await collector.settle(load.handed, 0), load, killed


def test_after_kill_9_of_everything_under_load_each_message_is_where_it_belongs_once_in_order_and_traced(
    stack: State,
) -> None:
    findings, load, killed = asyncio.run(under_load(stack))
    print(f"{load.organizations} organizations, {len(load.handed)} messages; killed: {', '.join(killed)}")
    for finding in findings.findings[:20]:
        print(finding)
    assert Counter(finding.kind for finding in findings.findings) == {}
    everything = {message.message_id for message in load.handed}
    assert len(everything) == len(load.handed)
    assert load.organizations >= ORGANIZATIONS
    assert findings.delivered == findings.traced == everything
    assert not findings.refused
