"""The local stack with faults built in: every way between a service and a server leads through a proxy, every process
may go by a clock of its own. `python -m tests.faults.stack PLAN.json` runs one, as `kakehashi up` runs the plain one.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from deploy.demo.background import is_ready
from deploy.local.board import ConsoleBoard, screen
from deploy.local.database import DatabaseServer
from deploy.local.kafka import Kafka
from deploy.local.layout import Layout, agreements_folder, lay_out, service_process
from deploy.local.member import Member
from deploy.local.ports import is_free
from deploy.local.process import Process, StartFailedError
from deploy.local.state import State
from deploy.local.supervisor import PortTakenError, Supervisor
from shared.agreements import load_agreements
from tests.faults.tools import Clocks

START_TIMEOUT = 240.0
_LISTENERS, _KAFKA_PROXIES, _DATABASE_PROXIES, _MORE_INSTANCES, PORTS = 60, 80, 100, 120, 140
"""Ports are counted from the stack's first one; the plain stack has those below sixty."""


class Plan(BaseModel):
    """How a stack is to be run. `network` and `clocks` say whether it can be broken there."""

    model_config = ConfigDict(frozen=True)

    folder: Path
    ports_from: int
    network: bool
    clocks: bool

    @property
    def state(self) -> State:
        return State(self.folder / "var")

    @property
    def clock(self) -> Clocks:
        return Clocks(self.folder / "clocks")

    def services(self) -> list[str]:
        """Names, in the order of their ports."""
        return [place.name for place in self._layout.services]

    def proxies(self) -> Mapping[str, tuple[int, int]]:
        """Every proxy with the port it listens on and the one it passes on to."""
        found = {}
        for number, name in enumerate(self.services()):
            found[f"{name}-kafka"] = (self.ports_from + _KAFKA_PROXIES + number, self.detours()[_listener(name)][0])
            found[f"{name}-database"] = (self.ports_from + _DATABASE_PROXIES + number, self._layout.database_port)
        return found

    def detours(self) -> Mapping[str, tuple[int, int]]:
        """A listener of the broker's for each service, which sends its clients to the service's proxy."""
        first = self.ports_from
        return {
            _listener(name): (first + _LISTENERS + number, first + _KAFKA_PROXIES + number)
            for number, name in enumerate(self.services())
        }

    def environment(self, name: str) -> Mapping[str, str]:
        """What the process of this name gets beside what it would get anyway."""
        added: dict[str, str] = {}
        if self.network and name in self.services():
            proxies = self.proxies()
            added["KAFKA_BOOTSTRAP_SERVERS"] = f"127.0.0.1:{proxies[f'{name}-kafka'][0]}"
            added["MONGODB_URI"] = f"mongodb://127.0.0.1:{proxies[f'{name}-database'][0]}/?directConnection=true"
        if self.clocks:
            added |= self.clock.environment(name)
        return added

    def another(self, service: str) -> Process:
        """A second instance of a service, with a port and a name of its own."""
        running = self.state.running()
        layout = self._layout
        place = next(place for place in layout.services if place.name == service)
        process = service_process(place, layout, self.state, running.kafka.bootstrap_servers, running.database.uri)
        port = self.ports_from + _MORE_INSTANCES + self.services().index(service)
        process.environment |= self.environment(service)
        process.environment |= {"KAKEHASHI_INSTANCE": f"{service}-1", "KAKEHASHI_HTTP_PORT": str(port)}
        process.log = self.state.logs / f"{service}-1.log"
        return process

    @property
    def _layout(self) -> Layout:
        return lay_out(load_agreements(agreements_folder()), self.ports_from)


def _listener(service: str) -> str:
    return service.replace("-", "_").upper()


class _Breakable(Supervisor):
    """The supervisor, with what it starts put behind proxies and given clocks."""

    def __init__(self, plan: Plan, board: ConsoleBoard) -> None:
        super().__init__(plan.state, plan.ports_from, board)
        self._plan = plan

    def _member(self, process: Process, url: str) -> Member:
        process.environment |= self._plan.environment(process.name)
        return super()._member(process, url)

    def _server(self, process: Process, answers: Callable[[], bool], url: str) -> Member:
        if isinstance(process, Kafka) and self._plan.network:
            process.detours = self._plan.detours()
        if isinstance(process, DatabaseServer):
            process.environment |= self._plan.environment("database")
        return super()._server(process, answers, url)


class Stack:
    """One such stack from outside: started, killed, started again."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.state = plan.state
        plan.folder.mkdir(parents=True, exist_ok=True)
        written = plan.folder / "plan.json"
        written.write_text(plan.model_dump_json())
        log = plan.folder / "stack.log"
        self._process = Process("the stack", [sys.executable, "-m", "tests.faults.stack", str(written)], log=log)

    @property
    def supervised(self) -> bool:
        """Whether the supervisor runs."""
        return self._process.running

    def start(self) -> None:
        """From the main thread: everything ends with the thread that started it."""
        self._process.start()

    def wait_until_ready(self) -> None:
        """Returns when everything is. Raises StartFailedError."""
        self._process.wait_ready(lambda: is_ready(self.state), START_TIMEOUT)

    def kill(self) -> None:
        """Kill -9 of the supervisor; what it started goes with it."""
        self._process.kill()
        until = time.monotonic() + 10
        while not all(is_free(port) for port in self._ports()) and time.monotonic() < until:
            time.sleep(0.05)

    def stop(self) -> None:
        self._process.stop(40)

    def _ports(self) -> list[int]:
        return [self.plan.ports_from + number for number in range(_LISTENERS)]


def main() -> None:
    """Runs the stack of a plan until told to stop."""
    plan = Plan.model_validate_json(Path(sys.argv[1]).read_text())
    with ConsoleBoard(screen()) as board:
        try:
            _Breakable(plan, board).run()
        except (StartFailedError, PortTakenError, OSError) as error:
            sys.exit(f"{error}")


if __name__ == "__main__":
    main()
