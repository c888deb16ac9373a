"""`kakehashi demo`: what two countries tell each other goes its whole way, with what carries it killed on the way."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import httpx
import typer

from deploy.demo import manifest
from deploy.demo.background import is_ready, running
from deploy.demo.killing import NotBackError
from deploy.demo.run import Demonstration, Outcome
from deploy.demo.telling import Story
from deploy.local.layout import DEFAULT_FIRST_PORT
from deploy.local.program import DEFAULT_STATE, command, state_option
from deploy.local.state import State
from deploy.national.handing_in import UnansweredError


def demo(
    state: Annotated[Path, typer.Option("--state", help="The state folder of the stack.")] = DEFAULT_STATE,
    ports_from: Annotated[
        int, typer.Option("--ports-from", min=1024, max=65_400, help="The first of the ports, if it has to be started.")
    ] = DEFAULT_FIRST_PORT,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result alone; the story goes to stderr.")] = False,
    stay: Annotated[bool, typer.Option("--stay", help="Keep everything running at the end, to look at.")] = False,
) -> None:
    """Send registers, orders, reports and questions both ways, kill what carries them, and count what arrived.

    Exit code 0 only if nothing was lost, parked, doubled or left without its whole trace, and only what was meant to be rejected was.
    Starts the stack if none runs in the state folder; what an earlier run has sent is a duplicate.
    """  # noqa: E501 - a line of the help is a line here
    story = Story(sys.stderr if as_json else sys.stdout)
    here = State(state)
    ours = here.holder() is None
    if ours:
        story.say(f"Starting Kafka, the database and every service in {here.folder}")
    with running(here, ports_from, lambda line: story.say(f"  {line}", "dim")):
        try:
            outcome = asyncio.run(_run(here, story))
        except (UnansweredError, NotBackError, httpx.HTTPError) as error:
            story.say(f"The demonstration was broken off: {error!r}. The logs are in {here.logs}.", "red")
            raise typer.Exit(1) from error
        except KeyboardInterrupt:
            story.say("Stopping.")
            raise
        for wrong in outcome.wrong:
            story.say(f"! {wrong}", "red")
        ports = [] if ports_from == DEFAULT_FIRST_PORT else ["--ports-from", str(ports_from)]
        again = command("up", *state_option(here.folder), *ports)
        story.say(f"To look at, after `{again}`:" if ours and not stay else "To look at:")
        for place in outcome.to_look_at:
            story.say(f"  {place}")
        print(json.dumps(outcome.summary), flush=True)
        if stay:
            story.say("Everything goes on running until Ctrl-C." if ours else "Ctrl-C ends this; the stack goes on.")
            with suppress(KeyboardInterrupt):
                while is_ready(here):
                    time.sleep(0.5)
    if outcome.wrong:
        raise typer.Exit(1)


async def _run(state: State, story: Story) -> Outcome:
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        return await Demonstration(manifest.load(), state, client, story).run()
