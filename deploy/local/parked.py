"""`kakehashi parked`: messages that wait for an operator, asked of each service."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import httpx
import typer
from rich.table import Table

from deploy.local.board import screen
from deploy.local.client import client_of
from deploy.local.layout import CONSOLE
from deploy.local.program import DEFAULT_STATE, command
from deploy.local.state import RunningStack, State

StateFolder = Annotated[Path, typer.Option("--state", help="The state folder of the stack.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
ParkedId = Annotated[str, typer.Argument(metavar="ID", help="As `kakehashi parked list` shows it.")]

app = typer.Typer(
    help="Messages that could not be processed: see them, replay them, pass over them.", no_args_is_help=True
)


class NotParkedError(Exception):
    """No service has parked such a message."""


@app.command("list")
def list_parked(state: StateFolder = DEFAULT_STATE, as_json: AsJson = False) -> None:
    """List what waits, oldest first for each service."""
    waiting = [
        {"service": name, **message}
        for name, client in _services(State(state).running())
        for message in client.get("/v1/parked", params={"limit": 1000}).raise_for_status().json()["items"]
    ]
    if as_json:
        print(json.dumps(waiting, indent=2, ensure_ascii=False))
        return
    table = Table(caption=f"{len(waiting)} parked", caption_justify="left")
    for heading in ("service", "id", "type", "stream", "why", "since"):
        table.add_column(heading, overflow="fold")
    for message in waiting:
        why = f"{message['problem']['slug']}: {message['problem'].get('detail', '')}"
        row = (message["service"], message["parked_id"], message["type"], message["stream"], why, message["parked_at"])
        table.add_row(*(str(value or "") for value in row))
    screen().print(table)


@app.command()
def show(parked_id: ParkedId, state: StateFolder = DEFAULT_STATE) -> None:
    """Show one with its record, as JSON, with a token of a country that may read it."""
    stack = State(state).running()
    with _holder(stack, parked_id) as (_, message):
        shown = message
    for country in stack.bridges if message["withheld"] else ():
        with suppress(NotParkedError), _holder(stack, parked_id, country) as (_, message):
            shown = message
    print(json.dumps(shown, indent=2, ensure_ascii=False))


@app.command()
def redrive(
    parked_id: ParkedId,
    reason: Annotated[str | None, typer.Option("--reason", help="Why, to be recorded.")] = None,
    state: StateFolder = DEFAULT_STATE,
) -> None:
    """Replay its stream: every parked message of it, oldest first, until one fails again."""
    with _holder(State(state).running(), parked_id) as (client, _):
        _order(client, parked_id, "redrive", {"reason": reason} if reason else None)


@app.command()
def skip(
    parked_id: ParkedId,
    reason: Annotated[str, typer.Option("--reason", help="Why it may be passed over. It is recorded.")],
    state: StateFolder = DEFAULT_STATE,
) -> None:
    """Pass over the oldest parked message of a stream and replay those behind it."""
    with _holder(State(state).running(), parked_id) as (client, _):
        _order(client, parked_id, "skip", {"reason": reason})


def _order(client: httpx.Client, parked_id: str, what: str, body: dict[str, str] | None) -> None:
    answer = client.post(f"{_path(parked_id)}/{what}", json=body).raise_for_status().json()
    print(f"Ordered {answer['ordered']} of {answer['stream']}. See `{command('parked', 'list')}`.")


def _services(stack: RunningStack, country: str | None = None) -> Iterator[tuple[str, httpx.Client]]:
    """Each service with a client for an operator: a bridge's of its own country, the others' of the one named, or of
    none, who runs the hub."""
    countries = {bridge.name: country for country, bridge in stack.bridges.items()}
    for service in stack.services:
        if service.name == CONSOLE:
            continue  # It parks nothing: it asks the others.
        with client_of(stack, service, "operator", countries.get(service.name, country)) as client:
            yield service.name, client


@contextmanager
def _holder(
    stack: RunningStack, parked_id: str, country: str | None = None
) -> Iterator[tuple[httpx.Client, dict[str, Any]]]:
    """A client of the service that has parked the message, and the message. Raises NotParkedError."""
    for _, client in _services(stack, country):
        answer = client.get(_path(parked_id))
        if answer.status_code not in (httpx.codes.NOT_FOUND, httpx.codes.FORBIDDEN):
            yield client, answer.raise_for_status().json()
            return
    raise NotParkedError(f"No service has parked {parked_id}. See `{command('parked', 'list')}`.")


def _path(parked_id: str) -> str:
    return f"/v1/parked/{quote(parked_id, safe='')}"
