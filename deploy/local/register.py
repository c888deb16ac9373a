"""`kakehashi register`: what a side holds of a register, as one number that anyone can compute."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.table import Table

from deploy.local.board import screen
from deploy.local.layout import agreements_folder
from deploy.local.program import DEFAULT_STATE
from deploy.local.state import RunningStack, State
from shared.agreements import Agreements, load_agreements
from shared.contracts.publication import RegisterEntry, compared
from shared.merkle import Tree, canonical, digest_of

StateFolder = Annotated[Path, typer.Option("--state", help="The state folder of the stack.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

app = typer.Typer(help="Registers as a side holds them.", no_args_is_help=True)


class NotPublishedError(Exception):
    """A country has not promised to publish such a register. Says who has, and which."""


@app.command()
def digest(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A register, e.g. support-organizations.")],
    country: Annotated[str, typer.Option("--at", metavar="CC", help="The country that publishes it.")],
    state: StateFolder = DEFAULT_STATE,
    as_json: AsJson = False,
) -> None:
    """Print the digest of a register, computed from what the country's public address shows.

    Every entry is read back and digested here; no digest that the other end tells is believed, and no sender asked.
    """
    _check_published(load_agreements(agreements_folder()), name, country)
    told = digest_of_public(State(state).running(), name, country)
    if as_json:
        print(json.dumps(told, indent=2, ensure_ascii=False))
        return
    table = Table(show_header=False, box=None)
    for heading, value in told.items():
        table.add_row(heading.replace("_", " "), str(value if value is not None else "-"))
    screen().print(table)


def digest_of_public(stack: RunningStack, name: str, country: str) -> dict[str, Any]:
    """What the public address shows of a register: its digest, how much that covers, where it was read.

    The digest covers every entry that is in the register, each as `compared` has it; entries that were removed from
    it are shown with their history and are not covered. Raises httpx.HTTPError.
    """
    url = f"{stack.service('publication').url}/api/v1/registers/{name}.json"
    answer = httpx.get(url, params={"country": country}, timeout=120.0, trust_env=False).raise_for_status()
    entries = [RegisterEntry.model_validate({**entry, "publisher": country}) for entry in answer.json()]
    tree = tree_of(entries)
    recorded = max((version.recorded_at for entry in entries for version in entry.versions), default=None)
    return {
        "register": name,
        "at": country,
        "digest": tree.digest,
        "entries": len(tree),
        "removed": len(entries) - len(tree),
        "as_of": recorded.isoformat() if recorded is not None else None,
        "read_from": str(answer.url),
    }


def tree_of(entries: list[RegisterEntry]) -> Tree:
    """The Merkle tree of the entries that are in the register."""
    contents = {entry.id: compared(entry) for entry in entries}
    return Tree({entry: digest_of(canonical(content)) for entry, content in contents.items() if content is not None})


def _check_published(agreements: Agreements, name: str, country: str) -> None:
    published: dict[str, set[str]] = {}
    for agreement in agreements:
        for party, said in agreement.parties.items():
            for promise in said.publishes:
                published.setdefault(promise.register_name, set()).add(party)
    if country in published.get(name, ()):
        return
    if name in published:
        raise NotPublishedError(f"{country} publishes no {name}; {', '.join(sorted(published[name]))} does.")
    raise NotPublishedError(f"Nobody publishes a register {name}. There are: {', '.join(sorted(published))}.")
