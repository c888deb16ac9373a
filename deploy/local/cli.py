"""The command line: `kakehashi`. Each command finds the stack by its state folder."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated, NoReturn

import httpx
import typer

from deploy.demo.command import demo
from deploy.local import recovery
from deploy.local.backup import NoBackupError
from deploy.local.board import ConsoleBoard, screen
from deploy.local.cases import NoSuchCaseError, find_case, shown_case
from deploy.local.layout import DEFAULT_FIRST_PORT, agreements_folder
from deploy.local.offsets import GroupInUseError
from deploy.local.parked import NotParkedError
from deploy.local.parked import app as parked
from deploy.local.process import StartFailedError
from deploy.local.program import DEFAULT_STATE, command
from deploy.local.recovery import UnknownServiceError
from deploy.local.register import ChangingError, NotPublishedError
from deploy.local.register import app as register
from deploy.local.state import InUseError, NotRunningError, State, UnfitFolderError, make_token
from deploy.local.status import table_of, tell
from deploy.local.submit import UnknownFileError, find_receipt, shown_receipt, submit_files, went_well
from deploy.local.supervisor import PortTakenError, Supervisor
from deploy.local.topics import WrongTopicError
from deploy.local.traces import NoSuchTraceError, tree_of
from shared.agreements import AgreementError, load_agreements
from shared.security.keys import KeySetError
from shared.security.tokens import Role
from shared.store.mongo import UnfitDatabase
from shared.topics import TopicsError

StateFolder = Annotated[Path, typer.Option("--state", help="The state folder of the stack.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

EXPECTED = (
    AgreementError,
    ChangingError,
    GroupInUseError,
    InUseError,
    KeySetError,
    NoBackupError,
    NoSuchCaseError,
    NoSuchTraceError,
    NotParkedError,
    NotPublishedError,
    NotRunningError,
    OSError,
    PortTakenError,
    StartFailedError,
    TopicsError,
    UnfitDatabase,
    UnfitFolderError,
    UnknownFileError,
    UnknownServiceError,
    WrongTopicError,
)
"""Errors whose text says all there is to say."""

app = typer.Typer(
    help="Kakehashi: a hub over which two governments run a memorandum of cooperation on workers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(parked, name="parked")
app.add_typer(register, name="register")
app.command()(demo)
for recovering in (recovery.backup, recovery.restore, recovery.rewind):
    app.command()(recovering)


@app.command()
def up(
    state: StateFolder = DEFAULT_STATE,
    ports_from: Annotated[
        int, typer.Option("--ports-from", min=1024, max=65_400, help="The first of the ports; publication's.")
    ] = DEFAULT_FIRST_PORT,
) -> None:
    """Start Kafka, the database and every service, and keep them running until Ctrl-C."""
    with ConsoleBoard(screen()) as board:
        Supervisor(State(state), ports_from, board).run()


@app.command()
def status(state: StateFolder = DEFAULT_STATE, as_json: AsJson = False) -> None:
    """Show what runs where, and whether it is ready."""
    told = tell(State(state).running())
    if as_json:
        print(json.dumps(told, indent=2))
    else:
        screen().print(table_of(told))


@app.command()
def token(
    role: Annotated[Role, typer.Option("--as", help="What its bearer may do.")],
    party: Annotated[str | None, typer.Option("--party", metavar="CC", help="The country it acts for.")] = None,
    hours: Annotated[float, typer.Option("--hours", min=0.001, help="For how long.")] = 12,
    state: StateFolder = DEFAULT_STATE,
) -> None:
    """Print a token of the local stack's issuer."""
    if party is not None:
        party = _country(party)
    elif role == "submitter":
        _fail("A submitter acts for a country, and every bridge refuses one that does not: name it with --party.")
    print(make_token(State(state), role, party, timedelta(hours=hours)))


@app.command()
def submit(
    files: Annotated[
        list[Path],
        typer.Argument(
            exists=True,
            dir_okay=False,
            help="*.json, *.jsonl, *.csv, or a register as its country declares it, e.g. *.xlsx",
        ),
    ],
    country: Annotated[str, typer.Option("--from", metavar="CC", help="The country whose bridge takes them.")],
    state: StateFolder = DEFAULT_STATE,
    as_json: AsJson = False,
) -> None:
    """Hand files in at a country's bridge and show their receipts. Exit code 1 if anything was rejected."""
    receipts = submit_files(State(state).running(), _country(country), files)
    if as_json:
        shown = [{"file": str(path), **receipt} for path, receipt in receipts]
        print(json.dumps(shown[0] if len(shown) == 1 else shown, indent=2, ensure_ascii=False))
    else:
        for path, receipt in receipts:
            screen().print(shown_receipt(str(path), receipt))
    if not all(went_well(receipt) for _, receipt in receipts):
        raise typer.Exit(1)


@app.command()
def receipt(receipt_id: str, state: StateFolder = DEFAULT_STATE, as_json: AsJson = False) -> None:
    """Show a receipt, with what has become of its messages since."""
    found = find_receipt(State(state).running(), receipt_id)
    if found is None:
        _fail(
            f"No bridge has given a receipt {receipt_id}. The id stands under the table of `{command('submit')}`; "
            f"a message's way is found by its own id: `{command('trace', receipt_id)}`.",
            code=1,
        )
    elif as_json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        screen().print(shown_receipt(receipt_id, found))


@app.command()
def trace(
    trace_id: Annotated[
        str, typer.Argument(metavar="ID", help="A trace id or its beginning, or the id of a message or a receipt.")
    ],
    attributes: Annotated[bool, typer.Option("--attributes", help="Show every attribute of each span.")] = False,
    state: StateFolder = DEFAULT_STATE,
) -> None:
    """Print the way of a message as a tree with times."""
    here = State(state)
    try:
        tree = tree_of(here.traces, trace_id, every_attribute=attributes)
    except NoSuchTraceError:
        if (wanted := _trace_of_receipt(here, trace_id)) is None:
            raise
        tree = tree_of(here.traces, wanted, every_attribute=attributes)
    screen().print(tree)


@app.command()
def case(
    case_id: Annotated[
        str, typer.Argument(metavar="ID", help="kind/agreement/case, or its number where one case alone has it.")
    ],
    state: StateFolder = DEFAULT_STATE,
    as_json: AsJson = False,
) -> None:
    """Print a case's whole way: parties, state, dates, every step with its trace."""
    found = find_case(State(state).running(), case_id)
    if as_json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        screen().print(shown_case(found))


def _trace_of_receipt(state: State, receipt_id: str) -> str | None:
    """The trace of the one message of a receipt; None where there is no such receipt. Fails for a list's."""
    try:
        found = find_receipt(state.running(), receipt_id)
    except (NotRunningError, httpx.HTTPError):
        return None
    traces = [item["traceparent"] for item in found["items"] if item["traceparent"]] if found else []
    if len(traces) > 1:
        _fail(f"{receipt_id} is the receipt of a list. {command('receipt', receipt_id)} shows its messages' traces.", 1)
    return traces[0] if traces else None


def _country(given: str) -> str:
    """A country of the agreement files, however it was typed."""
    known = load_agreements(agreements_folder()).countries
    country = given.lower()
    if country not in known:
        _fail(f"No agreement names a country {given!r}. There are: {', '.join(known)}.")
    return country


def _fail(text: str, code: int = 2) -> NoReturn:
    print(text, file=sys.stderr)
    raise typer.Exit(code)


def _told(answer: httpx.Response) -> str:
    """A problem in words, anything else as it is."""
    if "problem+json" not in answer.headers.get("content-type", ""):
        return answer.text
    problem = answer.json()
    return f"{problem['detail']} {problem['action']}"


def main() -> None:
    """The console script. Exit codes: 0 well, 1 something was rejected or failed, 2 asked for wrongly."""
    try:
        app()
    except EXPECTED as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    except httpx.HTTPStatusError as error:
        print(f"{error.request.url} answered {error.response.status_code}: {_told(error.response)}", file=sys.stderr)
        sys.exit(1)
    except httpx.HTTPError as error:
        print(f"A service did not answer: {error!r}. See `{command('status')}`.", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
