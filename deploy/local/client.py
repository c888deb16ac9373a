"""HTTP to the services of a running stack, signed in by tokens of its own issuer."""

from __future__ import annotations

import httpx

from deploy.local.state import RunningProcess, RunningStack
from shared.security.tokens import Role


def client_of(
    stack: RunningStack, service: RunningProcess, role: Role, party: str | None = None, *, timeout: float = 60.0
) -> httpx.Client:
    """A client of one service, for one role. Close it."""
    return httpx.Client(
        base_url=service.url,
        headers={"Authorization": f"Bearer {stack.token(role, party)}"},
        timeout=timeout,
        trust_env=False,
    )
