"""The broker and the database of a stack that does not run, for work on what they keep."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

from deploy.local.database import DatabaseServer
from deploy.local.kafka import Kafka
from deploy.local.ports import free_ports
from deploy.local.state import State


class Servers(NamedTuple):
    """Where they answer."""

    kafka: str
    database: str


@contextmanager
def servers_alone(state: State) -> Iterator[Servers]:
    """Holds the state folder, so that no service runs, and starts what of the two is not given by the environment.

    Raises InUseError, StartFailedError.
    """
    kafka, database = os.environ.get("KAFKA_BOOTSTRAP_SERVERS"), os.environ.get("MONGODB_URI")
    with state.held(), ExitStack() as stack:
        ports = free_ports(3)
        broker = Kafka(state.kafka, ports[0], ports[1], log=state.logs / "kafka.log")
        server = DatabaseServer(state.database, ports[2], log=state.logs / "database.log")
        ours = [one for one, given in ((broker, kafka), (server, database)) if given is None]
        for one in ours:
            one.start()
            stack.callback(one.stop)
        for one in ours:
            one.wait_until_ready()
        yield Servers(kafka or broker.bootstrap, database or server.uri)
