"""What the faults need beside the stack: a proxy that breaks connections, a disk that fills, clocks that jump.

toxiproxy is built once with Go into the cache; libfaketime is Debian's; a small disk needs a namespace of its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import httpx

from deploy.local.cache import cache_folder, installing
from deploy.local.ports import free_ports
from deploy.local.process import Process

Tool = Literal["network", "clock", "disk"]

TOXIPROXY = "2.5.0"
_TOXIPROXY_SOURCE = f"github.com/Shopify/toxiproxy/v2/cmd/server@v{TOXIPROXY}"
_FAKETIME = "faketime/libfaketime.so.1"
_LIBRARIES = ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib")
DISK_MEGABYTES = 3_000
"""Of the small disk. It lies in memory, and only what is written takes any."""


class MissingToolError(Exception):
    """A tool is not on this machine. Says how to get it."""


def toxiproxy() -> Path:
    """The proxy's program, built if need be. Raises MissingToolError."""
    folder = cache_folder() / f"toxiproxy-{TOXIPROXY}"
    built = folder / "server"
    with installing("toxiproxy"):
        if not built.exists():
            go = shutil.which("go")
            if go is None:
                raise MissingToolError("Faults of the network need toxiproxy, and to build it Go must be on the path.")
            print(f"Building toxiproxy {TOXIPROXY} into {folder}", file=sys.stderr)
            command = [go, "install", _TOXIPROXY_SOURCE]
            done = subprocess.run(
                command, env=os.environ | {"GOBIN": str(folder)}, capture_output=True, text=True, check=False
            )
            if done.returncode:
                raise MissingToolError(f"toxiproxy could not be built:\n{done.stderr}")
    return built


def faketime() -> Path:
    """The library that makes a process's clock jump. Raises MissingToolError."""
    for folder in _LIBRARIES:
        if (library := Path(folder) / _FAKETIME).exists():
            return library
    raise MissingToolError("Clocks that jump need libfaketime: apt-get install libfaketime")


def small_disk() -> None:
    """Whether this machine lets us mount a disk in a namespace of our own. Raises MissingToolError."""
    if shutil.which("unshare") is not None:
        trial = ["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
        if subprocess.run(trial, capture_output=True, check=False).returncode == 0:
            return
    raise MissingToolError("A disk that fills needs `unshare -rm` and leave to mount a tmpfs in it.")


def missing() -> Mapping[Tool, str]:
    """The tools that cannot be had here, and why. Builds what has to be built."""
    found: dict[Tool, str] = {}
    for tool, get in (("network", toxiproxy), ("clock", faketime), ("disk", small_disk)):
        try:
            get()
        except MissingToolError as error:
            found[tool] = str(error)  # type: ignore[index]
    return found


def in_a_namespace(module: str, arguments: Sequence[str]) -> None:
    """Goes on as the same Python program in a mount namespace of its own, where it may mount what it likes."""
    os.execvp("unshare", ["unshare", "-rm", sys.executable, "-m", module, *arguments])  # noqa: S606, S607


def mount_small_disk(folder: Path) -> None:
    """Mounts one over the folder; gone with the namespace."""
    folder.mkdir(parents=True, exist_ok=True)
    options = f"size={DISK_MEGABYTES}m"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True)  # noqa: S607


class Clocks:
    """A clock for each process, in a file that libfaketime looks at every second."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def set(self, name: str, seconds: int) -> None:
        """This process's wall clock is that much ahead, or behind, within a second. Its stopwatches run on."""
        new = self._folder / f"{name}.new"
        new.write_text(f"{seconds:+d}\n")
        new.replace(self._folder / name)

    def environment(self, name: str) -> Mapping[str, str]:
        """What a process has to be started with to go by its clock."""
        if not (self._folder / name).exists():
            self.set(name, 0)
        return {
            "LD_PRELOAD": str(faketime()),
            "FAKETIME_TIMESTAMP_FILE": str(self._folder / name),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            # Debian's libfaketime fails the system call that time.sleep makes.
            "PYTHONPATH": str(Path(__file__).with_name("preloaded")),
        }


class Network:
    """toxiproxy at work. Each connection of the stack goes through a proxy with a name."""

    def __init__(self, log: Path) -> None:
        (port,) = free_ports(1)
        self._url = f"http://127.0.0.1:{port}"
        program = [str(toxiproxy()), "-host", "127.0.0.1", "-port", str(port)]
        self._process = Process("toxiproxy", program, log=log, environment={"LOG_LEVEL": "error"})

    def start(self, proxies: Mapping[str, tuple[int, int]]) -> None:
        """With these proxies, each with the port it listens on and the one it passes on to."""
        self._process.start()
        self._process.wait_ready(self._answers)
        for name, (listen, upstream) in proxies.items():
            proxy = {"name": name, "listen": f"127.0.0.1:{listen}", "upstream": f"127.0.0.1:{upstream}"}
            self._post("/proxies", proxy | {"enabled": True})

    def cut(self, name: str) -> None:
        """Connections break off, and new ones are refused."""
        self._post(f"/proxies/{name}", {"enabled": False})

    def spoil(self, name: str, kind: str, stream: Literal["upstream", "downstream"], **attributes: int) -> None:
        """Adds a toxic to a proxy, by the name of its kind and stream."""
        toxic = {"name": f"{kind}-{stream}", "type": kind, "stream": stream, "attributes": attributes}
        self._post(f"/proxies/{name}/toxics", toxic)

    def mend(self) -> None:
        """All is well again everywhere."""
        self._post("/reset", {})

    def stop(self) -> None:
        self._process.kill()

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self._url}/version", trust_env=False, timeout=1).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def _post(self, path: str, body: Mapping[str, Any]) -> None:
        httpx.post(f"{self._url}{path}", json=body, trust_env=False, timeout=10).raise_for_status()
