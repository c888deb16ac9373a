"""`kakehashi backup`, `restore` and `rewind`: what docs/operations.md tells, done to the local stack."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from deploy.local import backup as files
from deploy.local import offsets
from deploy.local.layout import agreements_folder, lay_out
from deploy.local.servers import servers_alone
from deploy.local.state import State
from shared.agreements import load_agreements

StateFolder = Annotated[Path, typer.Option("--state", help="The state folder of the stack.")]
Only = Annotated[
    list[str] | None, typer.Option("--only", metavar="SERVICE", help="This service alone; may be given several times.")
]
DEFAULT_STATE = Path("var")
_ANY_PORT = 8080


class UnknownServiceError(Exception):
    """A service that the stack does not have."""


def backup(
    folder: Annotated[Path, typer.Argument(help="A folder for it, new or empty.")],
    only: Only = None,
    state: StateFolder = DEFAULT_STATE,
) -> None:
    """Copy the databases of a running stack, and first how far each consumer is.

    Services go on meanwhile. What they apply after the consumers' offsets were read is applied again after a restore,
    which changes nothing where the copy has it already. A bridge's ledger is in its database; what it records later
    is had back from its copies in Kafka.
    """
    stack, services = State(state).running(), _services(only)
    files.begin(folder)
    begun = datetime.now(UTC)
    # Before the databases: an offset read later could be beyond what they hold.
    read = asyncio.run(offsets.committed(stack.kafka.bootstrap_servers, services))
    counts = files.dump(stack.database.uri, [_database(service) for service in services], folder)
    files.finish(
        folder,
        files.Manifest(
            begun=begun,
            offsets={
                group: {topic: dict(partitions) for topic, partitions in topics.items()}
                for group, topics in read.items()
            },
            databases=counts,
        ),
    )
    for database, collections in counts.items():
        print(f"{database}: {', '.join(f'{count} {name}' for name, count in collections.items()) or 'nothing'}")
    print(f"{len(read)} consumer groups. The backup in {folder} is whole.")


def restore(
    folder: Annotated[Path, typer.Argument(help="As `kakehashi backup` made it.")],
    only: Only = None,
    state: StateFolder = DEFAULT_STATE,
) -> None:
    """Put back the databases of a backup, and set the consumers back to where they were when it was begun.

    The stack must not run. What is in these databases now is gone. Start the stack afterwards: what was applied after
    the backup is applied again, from Kafka; whatever a receiver has seen before is a repetition to it.
    """
    manifest, services = files.manifest_of(folder), _services(only)
    databases = [_database(service) for service in services]
    if missing := sorted(set(databases) - manifest.databases.keys()):
        raise files.NoBackupError(f"{folder} has nothing of {', '.join(missing)}.")
    with servers_alone(State(state)) as servers:
        counts = files.load(servers.database, databases, folder)
        now = asyncio.run(offsets.committed(servers.kafka, services))
        asyncio.run(offsets.set_back(servers.kafka, now, manifest.offsets))
    for database, count in counts.items():
        print(f"{database}: {count} documents")
    _tell_offsets(now, manifest.offsets)


def rewind(
    to: Annotated[datetime, typer.Option("--to", help="A moment, in UTC: 2026-01-15T09:00:00.")],
    only: Only = None,
    state: StateFolder = DEFAULT_STATE,
) -> None:
    """Set the consumers back to what came from a moment on; one that is further back already stays there.

    The stack must not run. For databases put back by other means than `kakehashi restore`: choose a moment before the
    oldest message that was still unprocessed when they were copied. Earlier is harmless, later loses messages.
    """
    services = _services(only)
    with servers_alone(State(state)) as servers:
        now = asyncio.run(offsets.committed(servers.kafka, services))
        wanted = asyncio.run(offsets.at(servers.kafka, now, to.replace(tzinfo=UTC)))
        asyncio.run(offsets.set_back(servers.kafka, now, wanted))
    _tell_offsets(now, wanted)


def _services(only: Sequence[str] | None) -> list[str]:
    known = [place.name for place in lay_out(load_agreements(agreements_folder()), _ANY_PORT).services]
    if unknown := sorted(set(only or ()) - set(known)):
        raise UnknownServiceError(f"There is no {', '.join(unknown)}. There are: {', '.join(known)}.")
    return list(only) if only else known


def _database(service: str) -> str:
    return service.replace("-", "_")


def _tell_offsets(now: offsets.Offsets, wanted: offsets.Offsets) -> None:
    for group, topics in sorted(now.items()):
        back = sum(
            max(0, offset - wanted.get(group, {}).get(topic, {}).get(partition, 0))
            for topic, partitions in topics.items()
            for partition, offset in partitions.items()
        )
        print(f"{group}: {back} records are read again")
