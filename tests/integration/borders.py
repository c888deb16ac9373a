"""Both bridges with the core between them, each in its own process, and what their neighbours see of them."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson

from deploy.local.identity import ensure_identity
from deploy.local.layout import Layout, Place, agreements_folder, lay_out, national_process, service_process
from deploy.local.ports import free_ports
from deploy.local.process import Process
from deploy.local.state import State, make_token
from shared.agreements import Agreements, load_agreements
from shared.bridge.entries import Batch
from shared.security.tokens import Role

LIFETIME = timedelta(days=3650)
"""Of tokens: also by the clock of a service that is far ahead."""
SECONDS = 90.0
"""For everything to go the whole way and back, also on a machine that has much else to do."""


@dataclass
class Borders:
    """The processes, and what their neighbours see of them."""

    folder: Path
    bootstrap: str
    mongodb_uri: str
    agreements: Agreements = field(default_factory=lambda: load_agreements(agreements_folder()))
    running: dict[str, Process] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.state = State(self.folder)
        self.layout = self._on_free_ports(lay_out(self.agreements, 8080))
        keys = {country: self.agreements.parties(country)[0].contact_point.key_set for country in ("jp", "kg")}
        ensure_identity(self.state, keys)
        self.client = httpx.AsyncClient(timeout=60, trust_env=False)

    @staticmethod
    def _on_free_ports(layout: Layout) -> Layout:
        places = [*layout.services, *layout.nationals]
        ports = iter(free_ports(len(places)))
        return replace(
            layout,
            services=[replace(place, port=next(ports)) for place in layout.services],
            nationals=[replace(place, port=next(ports)) for place in layout.nationals],
        )

    def place(self, name: str) -> Place:
        return next(place for place in (*self.layout.services, *self.layout.nationals) if place.name == name)

    def start(self, name: str) -> Process:
        place = self.place(name)
        if name.startswith("national-"):
            process = national_process(place, self.state)
        else:
            process = service_process(place, self.layout, self.state, self.bootstrap, self.mongodb_uri)
        self.running[name] = process
        process.start()
        return process

    async def move(self, when: int | datetime, *names: str) -> None:
        """Starts services anew by another clock: so many days ahead, or standing still at a moment."""
        for name in names:
            running = self.running[name]
            running.kill()
            argv = [sys.executable, "-m", "tests.integration.moved_clock", str(when)]
            package = f"services.{name.replace('-', '_')}"
            process = Process(name, [*argv, package], log=running.log, environment=running.environment)
            self.running[name] = process
            process.start()
        await self.until_ready(*names)

    async def until_ready(self, *names: str) -> None:
        for name in names:
            await self.until(lambda name=name: self.answers(name), f"{name} is ready")  # type: ignore[misc]

    async def answers(self, name: str) -> bool:
        process = self.running[name]
        assert process.running, process.last_words()
        try:
            return (await self.client.get(f"{self.place(name).url}/readyz")).status_code == 200
        except httpx.TransportError:
            return False

    async def until(self, what: Callable[[], Any], described: str, seconds: float = SECONDS) -> Any:
        """What becomes true, or an AssertionError when it has not by then."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = await what()
            if found:
                return found
            await asyncio.sleep(0.2)
        raise AssertionError(f"not within {seconds:.0f} s: {described}")

    def token(self, country: str, role: Role = "submitter") -> dict[str, str]:
        return {"Authorization": f"Bearer {make_token(self.state, role, country, LIFETIME)}"}

    async def hand_in(
        self, body: Any, country: str = "kg", wait: float = 0, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        content = json.dumps(body, ensure_ascii=False).encode() if isinstance(body, dict | list) else body
        sent = {"content-type": "application/json"} | self.token(country) | dict(headers or {})
        if wait:
            sent["prefer"] = f"wait={wait:g}"
        url = f"{self.place(f'bridge-{country}').url}/v1/messages"
        return await self.client.post(url, content=content, headers=sent)

    async def patiently_hand_in(self, body: Any) -> dict[str, Any]:
        """As a national system does: again until it has an answer."""

        async def attempt() -> dict[str, Any] | None:
            try:
                answer = await self.hand_in(body)
            except httpx.TransportError:
                return None
            return answer.json() if answer.status_code in (200, 202) else None

        found: dict[str, Any] = await self.until(attempt, "the bridge answers")
        return found

    async def receipt(self, receipt_id: str, country: str = "kg") -> dict[str, Any]:
        """The one item of a message's receipt."""
        url = f"{self.place(f'bridge-{country}').url}/v1/receipts/{receipt_id}"
        (item,) = (await self.client.get(url, headers=self.token(country))).json()["items"]
        found: dict[str, Any] = item
        return found

    async def received(self, country: str) -> list[dict[str, Any]]:
        """Everything a national system got, in order."""
        url = f"{self.place(f'national-{country}').url}/received?limit=10000"
        items: list[dict[str, Any]] = (await self.client.get(url)).json()["items"]
        return items

    async def documents(self, country: str, message_id: str) -> list[Mapping[str, Any]]:
        """Those a national system got about one message."""
        found = [item["delivery"]["document"] for item in await self.received(country)]
        return [document for document in found if message_id in document.values()]

    async def tell(self, country: str, mode: str, seconds: float = 0) -> None:
        url = f"{self.place(f'national-{country}').url}/control"
        (await self.client.put(url, json={"mode": mode, "seconds": seconds})).raise_for_status()

    async def ledger(self, country: str) -> list[Batch]:
        batches: list[Batch] = []
        url, headers = f"{self.place(f'bridge-{country}').url}/v1/ledger", self.token(country)
        after: int | None = 0
        while after is not None:
            page = (await self.client.get(url, params={"after": after, "limit": 50}, headers=headers)).json()
            batches += [Batch.model_validate_json(orjson.dumps(batch)) for batch in page["batches"]]
            after = page["next"]
        return batches

    def spans(self, trace_id: str) -> dict[str, dict[str, Any]]:
        """The spans of a trace by id, the last record of each."""
        lines = [line for path in self.state.traces.glob("*.jsonl") for line in path.read_text().splitlines()]
        spans = [orjson.loads(line) for line in lines if trace_id in line]
        return {span["span_id"]: span for span in spans if span["trace_id"] == trace_id}
