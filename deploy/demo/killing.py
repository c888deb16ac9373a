"""Killing what runs in the local stack, without a warning, and seeing it come back."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from deploy.local.state import RunningStack, State


class NotBackError(Exception):
    """What was killed did not come back in the time allowed."""


@dataclass(frozen=True, slots=True)
class Victim:
    """Something of the stack that can be killed. `pid` is None while it does not run, or where it is not ours."""

    name: str
    url: str
    find: Callable[[RunningStack], int | None]


def service(stack: RunningStack, name: str) -> Victim:
    """A service. Raises KeyError."""
    return Victim(name, stack.service(name).url, lambda now: now.service(name).pid)


def broker(stack: RunningStack) -> Victim:
    """Kafka."""
    return Victim("Kafka", f"tcp://{stack.kafka.bootstrap_servers.split(',')[0]}", lambda now: now.kafka.pid)


def database(stack: RunningStack) -> Victim:
    """The database."""
    return Victim("the database", stack.database.uri, lambda now: now.database.pid)


def kill(state: State, victim: Victim) -> int | None:
    """Kill -9. The pid that was killed; None where there was nothing of ours to kill."""
    pid = victim.find(state.running())
    if pid is not None:
        os.kill(pid, signal.SIGKILL)
    return pid


async def back(state: State, victim: Victim, killed: int, *, seconds: float = 180) -> int:
    """Waits until it answers again under another pid, and says which. Raises NotBackError."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pid = victim.find(state.running())
        if pid is not None and pid != killed and await _answers(victim.url):
            return pid
        await asyncio.sleep(0.1)
    raise NotBackError(f"{victim.name} was killed as pid {killed} and does not answer after {seconds:.0f} s.")


async def _answers(url: str) -> bool:
    try:
        if url.startswith("http"):
            async with httpx.AsyncClient(trust_env=False, timeout=2) as client:
                return (await client.get(f"{url}/readyz")).status_code == httpx.codes.OK
        place = urlsplit(url)
        async with asyncio.timeout(2):
            _, writer = await asyncio.open_connection(place.hostname, place.port)
    except (httpx.HTTPError, OSError, TimeoutError):
        return False
    writer.close()
    return True
