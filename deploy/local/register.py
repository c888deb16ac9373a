"""`kakehashi register`: what a side holds of a register as one number, and what two sides do not hold alike (G8)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
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
from shared.merkle import MOST_AT_ONCE, Difference, RegisterDigest, Subtree, Tree, canonical, differing, digest_of

ATTEMPTS = 5
"""At comparing a register that changes meanwhile."""

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


@app.command()
def compare(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A register, e.g. support-organizations.")],
    state: StateFolder = DEFAULT_STATE,
    as_json: AsJson = False,
) -> None:
    """Ask both sides what they hold of a register, and name the entries that differ. Exit code 1 if some do.

    A side that publishes the register is asked at its public address; the side whose register it is, where it does not
    publish it itself, at its bridge. Neither sends the register: they tell digests, of the whole at first, and then of
    those parts that differ.
    """
    comparisons = [compared_between(*sides) for sides in sides_of(State(state).running(), name)]
    if as_json:
        print(json.dumps([asdict(each) for each in comparisons], indent=2, ensure_ascii=False))
    else:
        for each in comparisons:
            _show(each)
    if any(each.differing for each in comparisons):
        raise typer.Exit(1)


@dataclass(frozen=True)
class Side:
    """Where a country is asked what it holds of an originator's entries in a register."""

    country: str
    url: str
    params: Mapping[str, str]
    token: str | None = None

    def ask(self, digits: Sequence[str]) -> RegisterDigest:
        """One exchange. Raises NotPublishedError where that side has no such register, and httpx.HTTPError."""
        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        params = {**self.params, "under": list(digits)}
        answer = httpx.get(self.url, params=params, headers=headers, timeout=60.0, trust_env=False)
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise NotPublishedError(answer.json()["detail"])
        return RegisterDigest.model_validate_json(answer.raise_for_status().content)


@dataclass(frozen=True)
class Comparison:
    """What two sides hold of one originator's entries in a register."""

    register: str
    originator: str
    entries: Mapping[str, int]
    """By side."""
    digests: Mapping[str, str]
    asked_at: Mapping[str, str]
    exchanges: int
    """With each side."""
    differing: Mapping[str, Mapping[str, str | None]]
    """By the entry's id: its digest on each side, None where that side does not have it."""


class ChangingError(Exception):
    """A register that changed again and again while it was compared."""


def sides_of(stack: RunningStack, name: str) -> Iterator[tuple[str, str, Side, Side]]:
    """The register's name, an originator of it, its own side and the other, for each agreement that promises it.

    Raises NotPublishedError where none does.
    """
    agreements = load_agreements(agreements_folder())
    _check_published(agreements, name)
    public = f"{stack.service('publication').url}/api/v1/registers/{name}.digest"
    for agreement in agreements:
        for originator in agreement.parties:
            other, publishing = agreement.other(originator), agreement.publishers(name, originator)
            if other not in publishing:
                continue
            if originator in publishing:
                own = Side(originator, public, {"country": originator, "originator": originator})
            else:
                bridge = f"{stack.bridges[originator].url}/v1/registers/{name}.digest"
                own = Side(originator, bridge, {"partner": other}, stack.token("operator", originator))
            yield name, originator, own, Side(other, public, {"country": other, "originator": originator})


def compared_between(name: str, originator: str, own: Side, other: Side) -> Comparison:
    """Raises NotPublishedError, ChangingError and httpx.HTTPError."""
    for _ in range(ATTEMPTS):
        asked: dict[str, list[RegisterDigest]] = {own.country: [], other.country: []}

        def ask(side: Side, digits: Sequence[str], asked: dict[str, list[RegisterDigest]] = asked) -> list[Subtree]:
            told = [side.ask(digits[at : at + MOST_AT_ONCE]) for at in range(0, len(digits), MOST_AT_ONCE)]
            asked[side.country] += told
            return [subtree for one in told for subtree in one.subtrees]

        found = differing(lambda digits: ask(own, digits), lambda digits: ask(other, digits))
        if all(len({one.digest for one in told}) == 1 for told in asked.values()):
            return Comparison(
                register=name,
                originator=originator,
                entries={country: told[0].entries for country, told in asked.items()},
                digests={country: told[0].digest for country, told in asked.items()},
                asked_at={side.country: side.url for side in (own, other)},
                exchanges=len(asked[own.country]),
                differing={entry: _by_side(found[entry], own, other) for entry in sorted(found)},
            )
    raise ChangingError(f"{name} of {originator} changes while it is compared: try again when it is quiet.")


def _show(found: Comparison) -> None:
    console = screen()
    one, other = found.entries
    heading = f"{found.register} of {found.originator}: "
    if found.differing:
        heading += f"{len(found.differing)} entries differ between {one} and {other}."
    else:
        heading += f"{one} and {other} hold the same {found.entries[one]} entries, {found.digests[one]}."
    many = "one exchange" if found.exchanges == 1 else f"{found.exchanges} exchanges"
    console.print(f"{heading} Found out in {many} with each.", highlight=False)
    if not found.differing:
        return
    table = Table("entry", *(f"{country} ({found.entries[country]})" for country in found.entries), box=None)
    for entry, digests in found.differing.items():
        table.add_row(entry, *(digests[country] or "does not have it" for country in found.entries))
    console.print(table)


def _by_side(difference: Difference, own: Side, other: Side) -> Mapping[str, str | None]:
    return {own.country: difference.one, other.country: difference.other}


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


def _check_published(agreements: Agreements, name: str, country: str | None = None) -> None:
    """Raises NotPublishedError where nobody publishes it, or the country named does not."""
    published: dict[str, set[str]] = {}
    for agreement in agreements:
        for party, said in agreement.parties.items():
            for promise in said.publishes:
                published.setdefault(promise.register_name, set()).add(party)
    if name in published:
        if country is None or country in published[name]:
            return
        raise NotPublishedError(f"{country} publishes no {name}; {', '.join(sorted(published[name]))} does.")
    raise NotPublishedError(f"Nobody publishes a register {name}. There are: {', '.join(sorted(published))}.")
