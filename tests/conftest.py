"""A broker and a database for the tests that want real ones, started once a session when first asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from deploy.local.database import KINDS, DatabaseServer, Kind, kinds_here
from deploy.local.kafka import Kafka
from deploy.local.ports import free_ports

# Nothing is said of a rule by how busy the machine is.
settings.register_profile("any machine", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=KINDS,
        help="run what needs a database on this kind of server only (default: the best here; suites on each here)",
    )


@pytest.fixture(scope="session")
def stack_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the session's servers keep their data and logs."""
    return tmp_path_factory.mktemp("stack")


@pytest.fixture(scope="session")
def kafka_bootstrap(stack_folder: Path) -> Iterator[str]:
    """Bootstrap servers: those of KAFKA_BOOTSTRAP_SERVERS, else a broker of this session's own, without topics."""
    given = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
    if given:
        yield given
        return
    kafka = Kafka(stack_folder / "kafka", *free_ports(2), log=stack_folder / "kafka.log")
    kafka.start()
    try:
        kafka.wait_until_ready()
        yield kafka.bootstrap
    finally:
        kafka.kill()


@pytest.fixture(scope="session")
def mongodb_of_kind(request: pytest.FixtureRequest, stack_folder: Path) -> Iterator[Callable[[Kind], str]]:
    """The URI of a server of the kind named; skips the test where there is none, or where --database wants another."""
    running: dict[Kind, DatabaseServer] = {}
    wanted = request.config.getoption("--database")

    def uri(kind: Kind) -> str:
        if kind not in kinds_here() or wanted not in (None, kind):
            pytest.skip(f"no database server of the kind {kind}")
        if kind not in running:
            log = stack_folder / f"database-{kind}.log"
            server = DatabaseServer(stack_folder / "database", *free_ports(1), log=log, kind=kind)
            running[kind] = server
            server.start()
            server.wait_until_ready()
        return running[kind].uri

    try:
        yield uri
    finally:
        for server in running.values():
            server.kill()


@pytest.fixture(scope="session")
def mongodb_uri(request: pytest.FixtureRequest, mongodb_of_kind: Callable[[Kind], str]) -> str:
    """The database's URI: that of MONGODB_URI, else of the kind that --database names, else of the best kind here."""
    given = os.environ.get("MONGODB_URI")
    return given or mongodb_of_kind(request.config.getoption("--database") or kinds_here()[0])
