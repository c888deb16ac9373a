"""Losing what is stored: databases, the bridges' databases, the broker's disk. The procedures of docs/operations.md.

Each time messages of every kind are under way in both directions when it happens, everything is killed at once, and in
the end the reconciler finds nothing lost, nothing doubled, nothing out of order, and each sender has the receipts that
it was given. With the broker's disk what a later message had overtaken may be lost too, and that alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
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
from aiokafka.admin import AIOKafkaAdminClient
from pymongo import MongoClient

from deploy.demo import manifest
from deploy.demo.background import running
from deploy.demo.documents import FROM, TO
from deploy.demo.make import XLSX
from deploy.demo.run import places
from deploy.local.backup import dump, load
from deploy.local.offsets import groups_of
from deploy.local.ports import free_block
from deploy.local.servers import servers_alone
from deploy.local.state import RunningStack, State
from deploy.national.handing_in import Submitter
from deploy.reconciler.collect import Collector
from deploy.reconciler.reconcile import Findings
from shared.bridge.entries import Batch, verify_chain
from shared.security.keys import load_keys
from tests.faults.load import Load

SETTLE = 180.0
"""Seconds at most; on a machine with nothing else to do it takes three."""
EDITIONS = XLSX
"""What stands beside the ledger of an edition is in no copy: docs/operations.md asks for its file again."""
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
        self._ports = free_block(60)
        self._loop = asyncio.Runner()
        self._client = httpx.AsyncClient(trust_env=False, timeout=30)
        self._until_killed = contextlib.ExitStack()
        if kind is not None:
            (self.state.database / kind).mkdir(parents=True)

    def start(self) -> RunningStack:
        """The running stack."""
        if self.state.holder() is None:
            self._until_killed.enter_context(running(self.state, self._ports))
        return self.state.running()

    @functools.cached_property
    def load(self) -> Load:
        """What national systems hand in, from the first start to the end."""
        return Load(self._submitter(FROM), seed=100, patience=SETTLE, other=self._submitter(TO))

    def _submitter(self, country: str) -> Submitter:
        url = self.start().bridges[country].url
        return Submitter(self._client, url, lambda: self.state.running().token("submitter", country))

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

    def end(self) -> None:
        """Leaves nothing running."""
        self.kill_everything()
        self._loop.run(self._client.aclose())
        self._loop.close()

    def hand_in(self, organizations: int, meanwhile: Callable[[], object] | None = None) -> None:
        """Hands in so many organizations and what else there is, and goes on while something else is done; returns
        when all commands are sent."""
        stack = self.start()
        self._loop.run(self._hand_in(self.load.organizations + organizations, meanwhile))
        # What a database loses before the broker has it is lost: docs/operations.md says so.
        until = time.monotonic() + SETTLE
        while not _sent(stack):
            assert time.monotonic() < until
            time.sleep(0.02)

    async def _hand_in(self, organizations: int, meanwhile: Callable[[], object] | None) -> None:
        enough = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for _ in range(3):
                group.create_task(self.load.hand_in(enough, 0.1))
            if meanwhile is not None:
                await asyncio.to_thread(meanwhile)
            while self.load.organizations < organizations:  # noqa: ASYNC110 - the load has no event for it
                await asyncio.sleep(0.02)
            enough.set()

    def hand_in_again(self, media_type: str | None = None) -> None:
        """Every body that was ever handed in, or of one type: each message is known, with the receipt that was given
        for it."""
        self.start()
        told = {message.message_id: message.told.receipt_id for message in self.load.handed if message.told}
        for answer in self._loop.run(self.load.hand_in_again(media_type)):
            for item in answer.body["items"]:
                assert item["status"] == "duplicate"
                assert item["receipt_id"] == told[item["message_id"]]

    def settled(self, patience: float) -> Findings:
        """What the reconciler finds when nothing moves any more for so many seconds."""
        return self._loop.run(self._settled(patience))

    async def _settled(self, patience: float) -> Findings:
        stack = self.start()
        collector = Collector(self._client, places(stack, self.state, manifest.load().registers), stack.token)
        await collector.settle(self.load.handed, patience, registers=self.load.registers)
        await asyncio.sleep(1)
        return await collector.settle(self.load.handed, 0, registers=self.load.registers)

    @property
    def messages(self) -> set[str]:
        """Ids of everything handed in."""
        return {message.message_id for message in self.load.handed}

    @property
    def overtaken(self) -> set[str]:
        """Messages that another one of their matter has followed."""
        last = {message.matter: message.message_id for message in self.load.handed}
        return self.messages - set(last.values())

    def forget(self, messages: set[str]) -> None:
        """No more is asked for them."""
        self.load.handed[:] = [message for message in self.load.handed if message.message_id not in messages]

    def check(self, may_be_missing: Set[str] = frozenset()) -> None:
        """Everything ever handed in is where it belongs, once; every ledger can be verified from its beginning.

        Some may be missing: those are not asked for again.
        """
        stack = self.start()
        # For what is missing no patience is enough; for the rest it outlasts the lease of a worker that was killed.
        findings = self.settled(30 if may_be_missing else SETTLE)
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
    waiting = {"unpublished": {"$gte": 0, "$lt": 1 << 62}}
    with client:
        return all(client[f"bridge_{country}"]["ledger"].find_one(waiting) is None for country in stack.bridges)


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
        lasting.end()


def test_all_databases_are_lost_and_restored_from_a_backup_taken_under_load(lasting: Lasting) -> None:
    backup = lasting.backups / "all"
    lasting.hand_in(FIRST)
    lasting.hand_in(UNDER_WAY, lambda: kakehashi("backup", backup, "--state", lasting.state.folder))
    lasting.hand_in(UNDER_WAY)
    lasting.kill_everything()
    shutil.rmtree(lasting.state.database)
    kakehashi("restore", backup, "--state", lasting.state.folder)
    lasting.hand_in_again(EDITIONS)
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
    lasting.hand_in_again(EDITIONS)
    lasting.hand_in(FIRST)
    lasting.hand_in_again()
    lasting.check()


def test_the_bridges_databases_are_lost_while_all_others_go_on(lasting: Lasting) -> None:
    backup = lasting.backups / "bridges"
    bridges = [option for country in (FROM, TO) for option in ("--only", f"bridge-{country}")]
    kakehashi("backup", backup, *bridges, "--state", lasting.state.folder)
    lasting.hand_in(UNDER_WAY)
    lasting.kill_everything()
    with servers_alone(lasting.state) as servers:
        database: MongoClient[dict[str, Any]] = MongoClient(servers.database)
        for country in (FROM, TO):
            database.drop_database(f"bridge_{country}")
        database.close()
    kakehashi("restore", backup, *bridges, "--state", lasting.state.folder)
    lasting.hand_in_again(EDITIONS)
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


def test_every_group_that_there_is_is_one_that_a_restore_sets_back(lasting: Lasting) -> None:
    stack = lasting.start()
    assert asyncio.run(_groups(stack)) <= {group for service in stack.services for group in groups_of(service.name)}


async def _groups(stack: RunningStack) -> set[str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=stack.kafka.bootstrap_servers)
    await admin.start()
    try:
        return {group for group, _ in await admin.list_consumer_groups()}
    finally:
        await admin.close()


def test_commands_for_a_stopped_stack_leave_one_alone_that_runs(lasting: Lasting) -> None:
    lasting.start()
    for command in (["rewind", "--to", "2026-01-15T09:00:00"], ["restore", lasting.backups / "all"]):
        told = run(*command, "--state", lasting.state.folder)
        assert told.returncode == 1
        assert "A stack runs" in told.stderr
