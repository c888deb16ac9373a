"""What the stack consists of: which services, on which ports, with which environment."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import deploy
import services
from deploy.local.process import Process
from deploy.local.state import State
from shared.agreements import Agreements

DEFAULT_FIRST_PORT = 8080
CONSOLE = "console"
_SERVICE_PORTS = {"publication": 0, CONSOLE: 1, "registry": 2, "reporting": 3, "inquiry": 4}
_FIRST_OTHER_SERVICE = 5
_FIRST_BRIDGE = 11
_FIRST_NATIONAL = 31
_KAFKA = 50
_KAFKA_CONTROLLER = 51
_DATABASE = 52


def agreements_folder() -> Path:
    """Of KAKEHASHI_AGREEMENTS, else the project's own."""
    given = os.environ.get("KAKEHASHI_AGREEMENTS")
    return Path(given).absolute() if given else Path(deploy.__path__[0]) / "agreements"


def topics_file() -> Path:
    """The declaration of topics."""
    return Path(deploy.__path__[0]) / "kafka" / "topics.yaml"


@dataclass(frozen=True)
class Place:
    """A program with an HTTP side: its name, its Python package and where it listens."""

    name: str
    package: str
    port: int
    country: str | None = None
    """Of a bridge or a national system."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@dataclass(frozen=True)
class Layout:
    """Everything that is to run, for the countries of the agreements."""

    services: Sequence[Place]
    nationals: Sequence[Place]
    kafka_port: int
    controller_port: int
    database_port: int
    unbridged: Sequence[str]
    """Countries of the agreements that have no bridge yet."""

    def of(self, country: str) -> Place:
        """The stand-in for a country's national system."""
        return next(place for place in self.nationals if place.country == country)

    def url_of(self, name: str) -> str | None:
        """Where a service is, None for one that does not exist."""
        return next((place.url for place in self.services if place.name == name), None)


def lay_out(agreements: Agreements, first_port: int, folder: Path | None = None) -> Layout:
    """Finds the services, each a folder with a `__main__.py`, and gives everything its port."""
    folder = folder or Path(services.__path__[0])
    packages = sorted(path.parent.name for path in folder.glob("*/__main__.py"))
    countries = list(agreements.countries)
    bridges = {f"bridge_{country}": country for country in countries}
    found = []
    others = _FIRST_OTHER_SERVICE
    for package in packages:
        name = package.replace("_", "-")
        if package in bridges:
            offset = _FIRST_BRIDGE + countries.index(bridges[package])
        elif package.startswith("bridge_"):
            continue  # no agreement with this country is loaded
        elif name in _SERVICE_PORTS:
            offset = _SERVICE_PORTS[name]
        else:
            offset, others = others, others + 1
        found.append(Place(name, f"services.{package}", first_port + offset, bridges.get(package)))
    return Layout(
        services=sorted(found, key=lambda place: place.port),
        nationals=[
            Place(f"national-{country}", "deploy.national", first_port + _FIRST_NATIONAL + number, country)
            for number, country in enumerate(countries)
        ],
        kafka_port=first_port + _KAFKA,
        controller_port=first_port + _KAFKA_CONTROLLER,
        database_port=first_port + _DATABASE,
        unbridged=[country for package, country in bridges.items() if package not in packages],
    )


def service_process(place: Place, layout: Layout, state: State, kafka: str, database: str) -> Process:
    """The process of a service. A bridge alone gets private keys, its own; the console asks the others over HTTP."""
    environment = {
        "KAKEHASHI_HTTP_HOST": "127.0.0.1",
        "KAKEHASHI_HTTP_PORT": str(place.port),
        "KAKEHASHI_AGREEMENTS": str(agreements_folder()),
        "KAKEHASHI_ISSUER_KEYS": str(state.issuer_public),
        "KAKEHASHI_TRACES": str(state.traces),
    }
    if place.name == CONSOLE:
        asked = {other.name: other.url for other in layout.services if other.name != CONSOLE}
        environment |= {"KAKEHASHI_SERVICES": json.dumps(asked), "KAKEHASHI_LOGINS": str(state.logins)}
        return _python(place, [], state, environment)
    environment |= {
        "KAFKA_BOOTSTRAP_SERVERS": kafka,
        "MONGODB_URI": database,
        "KAKEHASHI_DATABASE": place.name.replace("-", "_"),
        # Stable over restarts: Kafka gives a returning member its partitions back at once.
        "KAKEHASHI_INSTANCE": f"{place.name}-0",
        "KAKEHASHI_PARTY_KEYS": str(state.party_keys),
        "KAKEHASHI_PUBLIC_URL": layout.url_of("publication") or "",
    }
    if place.country is not None:
        environment["KAKEHASHI_PRIVATE_KEYS"] = str(state.private_keys(place.country))
        environment["KAKEHASHI_NATIONAL_URL"] = layout.of(place.country).url
        environment["KAKEHASHI_DROP_FOLDER"] = str(state.drop(place.country))
    return _python(place, [], state, environment)


def national_process(place: Place, state: State) -> Process:
    """The process of a national system's stand-in."""
    country = place.country or ""
    arguments = ["--country", country, "--port", str(place.port), "--state", str(state.national(country))]
    return _python(place, arguments, state, {"KAKEHASHI_TRACES": str(state.traces)})


def _python(place: Place, arguments: Sequence[str], state: State, environment: Mapping[str, str]) -> Process:
    argv = [sys.executable, "-m", place.package, *arguments]
    return Process(place.name, argv, log=state.logs / f"{place.name}.log", environment=environment)
