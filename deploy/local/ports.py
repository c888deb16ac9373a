"""TCP ports of this machine: free ones for tests, and who holds a taken one."""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack

import psutil


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now, all different."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def free_block(size: int) -> int:
    """The first of so many ports in a row that are free, below those that outgoing connections get."""
    while True:
        first = random.randrange(10_000, 32_000)  # noqa: S311 - any will do
        if all(is_free(port) for port in range(first, first + size)):
            return first


def is_free(port: int) -> bool:
    """Whether a server could listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def holder(port: int) -> str:
    """Who listens on a port, as far as this user may know: ` (held by java, pid 42)`, or nothing."""
    try:
        for connection in psutil.net_connections("tcp"):
            listens = connection.status == psutil.CONN_LISTEN and tuple(connection.laddr)[1] == port
            if listens and connection.pid:
                return f" (held by {psutil.Process(connection.pid).name()}, pid {connection.pid})"
    except psutil.Error:
        return ""
    return ""
