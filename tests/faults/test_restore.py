"""Losing what is stored: databases, one bridge's database, the broker's disk. The procedures of docs/operations.md.

Each time messages are under way when it happens, everything is killed at once, and in the end the reconciler finds
nothing lost, nothing doubled, nothing out of order, and each sender has the receipts that it was given. With the
broker's disk what a later message had overtaken may be lost too, and that alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Set
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from pymongo import MongoClient

from deploy.demo.background import running
from deploy.demo.documents import FROM, REGISTER, Document, as_json_lines
from deploy.demo.run import places
from deploy.local.backup import dump, load
from deploy.local.ports import free_block
from deploy.local.servers import servers_alone
from deploy.local.state import RunningStack, State
from deploy.national.handing_in import Submitter
from deploy.reconciler.collect import Collector
from deploy.reconciler.reconcile import Findings, Handed
from shared.bridge.entries import Batch, verify_chain
from shared.security.keys import load_keys
from tests.faults.load import Load

SETTLE = 180.0
"""Seconds at most; on a machine with nothing else to do it takes three."""
FIRST, UNDER_WAY = 5, 10
"""Organizations handed in before, and, at least, while it happens."""


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "deploy.local.cli", *map(str, arguments)]
    return subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)


def kakehashi(*arguments: str | Path) -> None:
    ended = run(*arguments)
    print(ended.stdout, ended.stderr)
    assert ended.returncode == 0


class Lasting:
    """A stack that is started and killed again and again on one state folder, and everything ever handed in to it."""

    def __init__(self, folder: Path, kind: str | None) -> None:
        self.state = State(folder / "var")
        self.backups = folder / "backups"
        self._seed = 100
        self._handed: list[Handed] = []
        self._bodies: list[Document] = []
        self._until_killed = contextlib.ExitStack()
        if kind is not None:
            (self.state.database / kind).mkdir(parents=True)

    def start(self) -> RunningStack:
        """The running stack."""
        if self.state.holder() is None:
            self._until_killed.enter_context(running(self.state, free_block(60)))
        return self.state.running()

    def kill_everything(self) -> None:
        """As if the machine had lost its power. The supervisor first, so that it starts nothing again."""
        if self.state.holder() is None:
            return
        stack = self.state.running()
        pids = [stack.pid, stack.kafka.pid, stack.database.pid]
        pids += [process.pid for process in (*stack.services, *stack.nationals.values())]
        for pid in pids:
            if pid is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        psutil.wait_procs([psutil.Process(pid) for pid in pids if pid is not None and psutil.pid_exists(pid)], 10)
        self._until_killed.close()

    def hand_in(self, organizations: int, meanwhile: Callable[[], object] | None = None) -> None:
        """Hands organizations in, and goes on while something else is done; returns when their commands are sent."""
        asyncio.run(self._hand_in(self.start(), organizations, meanwhile))

    async def _hand_in(self, stack: RunningStack, organizations: int, meanwhile: Callable[[], object] | None) -> None:
        self._seed += 1
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            submitter = Submitter(client, stack.bridges[FROM].url, lambda: stack.token("submitter", FROM))
            load = Load(submitter, seed=self._seed, patience=SETTLE)
            enough = asyncio.Event()
            async with asyncio.TaskGroup() as group:
                for _ in range(3):
                    group.create_task(load.hand_in(enough, 0.1))
                if meanwhile is not None:
                    await asyncio.to_thread(meanwhile)
                while load.organizations < organizations:  # noqa: ASYNC110 - the load has no event for it
                    await asyncio.sleep(0.02)
                enough.set()
        self._handed += load.handed
        self._bodies += load.documents
        # What a database loses before the broker has it is lost: docs/operations.md says so.
        until = time.monotonic() + SETTLE
        while not _sent(stack):
            assert time.monotonic() < until
            await asyncio.sleep(0.02)

    def hand_in_again(self) -> None:
        """Everything that was ever handed in, in one body: each is known, with the receipt that was given for it."""
        stack = self.start()
        bodies = self._bodies
        headers = {
            "authorization": f"Bearer {stack.token('submitter', FROM)}",
            "content-type": "application/x-ndjson",
        }
        answer = httpx.post(
            f"{stack.bridges[FROM].url}/v1/messages",
            content=as_json_lines(bodies),
            headers=headers,
            timeout=60,
            trust_env=False,
        )
        items = answer.raise_for_status().json()["items"]
        assert {item["status"] for item in items} == {"duplicate"}
        told = {message.message_id: message.told.receipt_id for message in self._handed if message.told}
        assert {item["message_id"]: item["receipt_id"] for item in items} == told

    async def settled(self, stack: RunningStack, patience: float) -> Findings:
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            collector = Collector(client, places(stack, self.state, [REGISTER]), stack.token)
            await collector.settle(self._handed, patience)
            await asyncio.sleep(1)
            return await collector.settle(self._handed, 0)

    @property
    def messages(self) -> set[str]:
        """Ids of everything handed in."""
        return {message.message_id for message in self._handed}

    @property
    def overtaken(self) -> set[str]:
        """Messages that another one of their matter has followed."""
        last = {message.matter: message.message_id for message in self._handed}
        return self.messages - set(last.values())

    def forget(self, messages: set[str]) -> None:
        """No more is asked for them."""
        self._handed = [message for message in self._handed if message.message_id not in messages]

    def check(self, may_be_missing: Set[str] = frozenset()) -> None:
        """Everything ever handed in is where it belongs, once; every ledger can be verified from its beginning.

        Some may be missing: those are not asked for again.
        """
        stack = self.start()
        # For what is missing no patience is enough; for the rest it outlasts the lease of a worker that was killed.
        findings = asyncio.run(self.settled(stack, 30 if may_be_missing else SETTLE))
        missing = {finding.message_id for finding in findings.findings if finding.kind in ("lost", "stuck", "untraced")}
        for finding in findings.findings[:20]:
            print(finding)
        others = [finding for finding in findings.findings if finding.message_id not in missing & may_be_missing]
        assert Counter(finding.kind for finding in others) == {}
        everything = self.messages
        assert findings.delivered | missing == findings.traced | missing == everything
        assert not findings.refused
        print(f"missing: {len(missing)} of {len(everything)}")
        self.forget(missing)
        for country, bridge in stack.bridges.items():
            batches = _ledger(bridge.url, stack.token("operator", country))
            keys = load_keys(next(self.state.party_keys.glob(f"{country}*")))
            assert verify_chain(batches, keys) == []
            ids = [(entry.direction, entry.message_id) for batch in batches for entry in batch.entries]
            assert len(ids) == len(set(ids))


def _sent(stack: RunningStack) -> bool:
    client: MongoClient[dict[str, Any]] = MongoClient(stack.database.uri)
    with client:
        return client[f"bridge_{FROM}"]["ledger"].find_one({"unpublished": {"$gte": 0, "$lt": 1 << 62}}) is None


def _ledger(url: str, token: str) -> list[Batch]:
    found: list[Batch] = []
    with httpx.Client(base_url=url, headers={"authorization": f"Bearer {token}"}, trust_env=False) as client:
        while True:
            page = client.get("/v1/ledger", params={"after": len(found), "limit": 100}).raise_for_status().json()
            found += [Batch.model_validate(batch) for batch in page["batches"]]
            if page["next"] is None:
                return found


@pytest.fixture(scope="module")
def lasting(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lasting]:
    """The tests follow one stack through its life, in the order in which they stand here."""
    lasting = Lasting(tmp_path_factory.mktemp("restore"), request.config.getoption("--database"))
    try:
        yield lasting
    finally:
        lasting.kill_everything()


def test_all_databases_are_lost_and_restored_from_a_backup_taken_under_load(lasting: Lasting) -> None:
    backup = lasting.backups / "all"
    lasting.hand_in(FIRST)
    lasting.hand_in(UNDER_WAY, lambda: kakehashi("backup", backup, "--state", lasting.state.folder))
    lasting.hand_in(UNDER_WAY)
    lasting.kill_everything()
    shutil.rmtree(lasting.state.database)
    kakehashi("restore", backup, "--state", lasting.state.folder)
    # A sender does not know: what it hands in at once must be new to everyone, and what it repeats known.
    lasting.hand_in(FIRST)
    lasting.hand_in_again()
    lasting.check()


def test_databases_that_were_put_back_by_other_means_go_on_from_a_moment_before_they_were_copied(
    lasting: Lasting,
) -> None:
    """As with `mongodump` and `mongorestore`, which know of no offsets."""
    stack, copy, before = lasting.start(), lasting.backups / "other-means", datetime.now(UTC)
    databases = [service.name.replace("-", "_") for service in stack.services]
    lasting.hand_in(UNDER_WAY, lambda: dump(stack.database.uri, databases, copy))
    lasting.hand_in(UNDER_WAY)
    lasting.kill_everything()
    shutil.rmtree(lasting.state.database)
    with servers_alone(lasting.state) as servers:
        load(servers.database, databases, copy)
    kakehashi("rewind", "--to", f"{before:%Y-%m-%dT%H:%M:%S}", "--state", lasting.state.folder)
    lasting.hand_in(FIRST)
    lasting.hand_in_again()
    lasting.check()


def test_a_bridges_database_is_lost_while_all_others_go_on(lasting: Lasting) -> None:
    backup = lasting.backups / "bridge"
    kakehashi("backup", backup, "--only", f"bridge-{FROM}", "--state", lasting.state.folder)
    lasting.hand_in(UNDER_WAY)
    lasting.kill_everything()
    with servers_alone(lasting.state) as servers:
        database: MongoClient[dict[str, Any]] = MongoClient(servers.database)
        database.drop_database(f"bridge_{FROM}")
        database.close()
    kakehashi("restore", backup, "--only", f"bridge-{FROM}", "--state", lasting.state.folder)
    lasting.hand_in(FIRST)
    lasting.hand_in_again()
    lasting.check()


def test_the_broker_loses_its_disk_while_the_databases_live(lasting: Lasting) -> None:
    """What was quiet is whole. Of what was under way, nothing is missing but what a later message had overtaken."""
    # What the tests before have handed in, and checked.
    quiet = lasting.messages
    lasting.hand_in(UNDER_WAY)
    lasting.kill_everything()
    shutil.rmtree(lasting.state.kafka)
    lasting.hand_in(FIRST)
    lasting.hand_in_again()
    lasting.check(may_be_missing=lasting.overtaken - quiet)


def test_commands_for_a_stopped_stack_leave_one_alone_that_runs(lasting: Lasting) -> None:
    lasting.start()
    for command in (["rewind", "--to", "2026-01-15T09:00:00"], ["restore", lasting.backups / "all"]):
        told = run(*command, "--state", lasting.state.folder)
        assert told.returncode == 1
        assert "A stack runs" in told.stderr
