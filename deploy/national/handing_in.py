"""The half of a national system that hands in: what it has to say, it says until its bridge has answered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

REPEATED = frozenset({500, 502, 503, 504})
"""Answers that say nothing of the message: it is sent again."""
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 2.0


class UnansweredError(Exception):
    """No answer came in the time allowed. Whether the message was taken is not known; handing it in again is safe."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a bridge answered: a receipt, or a problem where there is none."""

    status: int
    body: Mapping[str, Any]
    attempts: int


class Submitter:
    """Hands in at one bridge with one token. Safe for concurrent use."""

    def __init__(self, client: httpx.AsyncClient, bridge_url: str, token: Callable[[], str]) -> None:
        self._client = client
        self._url = bridge_url.rstrip("/")
        self._token = token

    async def hand_in(self, body: bytes, media_type: str, *, wait: float = 0, patience: float = 120) -> Answer:
        """Posts the same bytes until there is an answer; the bridge knows a repetition by the ids in them.

        `wait` is for how many seconds the bridge may wait for the outcome, `patience` for how many this tries. Raises
        UnansweredError.
        """
        headers = {"content-type": media_type}
        if wait:
            headers["prefer"] = f"wait={wait:g}"
        return await self._insist("POST", "/v1/messages", body, headers, wait, patience)

    async def receipt(self, receipt_id: str, *, patience: float = 120) -> Answer:
        """The receipt as it is now. Raises UnansweredError."""
        return await self._insist("GET", f"/v1/receipts/{receipt_id}", None, {}, 0, patience)

    async def _insist(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str], wait: float, patience: float
    ) -> Answer:
        until = time.monotonic() + patience
        pause, attempts = FIRST_PAUSE, 0
        while True:
            attempts += 1
            headers["authorization"] = f"Bearer {self._token()}"
            try:
                found = await self._client.request(
                    method, f"{self._url}{path}", content=body, headers=headers, timeout=wait + 10
                )
                if found.status_code not in REPEATED:
                    return Answer(found.status_code, found.json(), attempts)
                reason = f"answered {found.status_code}"
            except httpx.TransportError as error:
                reason = repr(error)
            if time.monotonic() + pause > until:
                raise UnansweredError(f"{method} {self._url}{path}: {attempts} attempts, the last: {reason}")
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
