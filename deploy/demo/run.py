"""The demonstration itself: hand everything in, kill what carries it, and see what has become of each message."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import httpx

from deploy.demo.killing import Victim, back, broker, database, kill, service
from deploy.demo.manifest import ACCEPTED, Expected, Manifest, Offered
from deploy.demo.telling import Bar, Story
from deploy.local.program import command, state_option
from deploy.local.state import RunningStack, State
from deploy.national.handing_in import Answer, Submitter
from deploy.reconciler.collect import Collector, Places, told_by
from deploy.reconciler.reconcile import Finding, Findings, Handed, Told

CORE = "registry"
"""The core service that is killed."""
LARGER = 5
"""Messages of a file that is worth a killing."""
WAIT_FOR_DECISION = 10.0
"""Seconds a bridge may wait for the core's word on what is meant to be refused."""
PATIENCE = 180.0
"""Seconds for everything to have arrived."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended."""

    summary: Mapping[str, Any]
    """As the command line promises it. Counted in messages."""
    wrong: Sequence[str]
    """In words, what was not as it should be. With nothing in it, all went well."""
    to_look_at: Sequence[str]
    """Pages and commands that show what happened, while the stack runs."""


@dataclass(frozen=True, slots=True)
class _Sent:
    message: Handed
    duplicate: bool
    expected: str


def places(stack: RunningStack, state: State, registers: Sequence[str]) -> Places:
    """Where the reconciler looks in a local stack."""
    return Places(
        bridges={country: bridge.url for country, bridge in stack.bridges.items()},
        nationals={country: national.url for country, national in stack.nationals.items()},
        services={service.name: service.url for service in stack.services},
        publication=stack.service("publication").url,
        registers=registers,
        traces=state.traces,
    )


class Demonstration:
    """One run against a running stack."""

    def __init__(self, manifest: Manifest, state: State, client: httpx.AsyncClient, story: Story) -> None:
        self._manifest = manifest
        self._state = state
        self._stack = state.running()
        self._client = client
        self._story = story
        self._places = places(self._stack, state, [manifest.register_name])
        self._submitter = Submitter(
            client, self._places.bridges[manifest.sender], lambda: self._stack.token("submitter", manifest.sender)
        )
        self._begun = datetime.now(UTC)
        self._sent: list[_Sent] = []
        self._wrong: list[str] = []

    async def run(self) -> Outcome:
        """Hands everything in and waits until it has arrived, PATIENCE at most.

        Raises UnansweredError, NotBackError, or httpx.HTTPError where the stack stays away.
        """
        before = await self._held()
        await self._hand_in_and_kill()
        findings = await self._arrive()
        self._compare(findings)
        if self._sent and not any(self._is_new(sent) for sent in self._sent):
            self._say("Everything was handed in before: each message got its original receipt.")
            self._say(
                "Nothing new was under way, so nothing was killed; the whole show begins in a new --state folder."
            )
            if await self._held() != before:
                self._wrong.append("All were duplicates, and yet something has changed.")
        seconds = (datetime.now(UTC) - self._begun).total_seconds()
        return Outcome(self._summary(findings, seconds), self._wrong, self._to_look_at(findings))

    async def _hand_in_and_kill(self) -> None:
        """Each file in turn. While what a larger one brought is under way, something is killed.

        Files that come meanwhile are handed in all the same, up to the next larger one.
        """
        addressee = self._manifest.addressee
        victims = [
            service(self._stack, CORE),
            service(self._stack, self._stack.bridges[addressee].name),
            broker(self._stack),
            database(self._stack),
        ]
        arrived_before = await self._received(addressee)
        coming_back: asyncio.Task[None] | None = None
        for file in self._manifest.files:
            larger = len(file.messages) >= LARGER and victims
            if larger and coming_back is not None:
                await coming_back
            new = await self._hand_in(file)
            if larger and new:
                accepted = sum(map(self._is_new, self._sent))
                under_way = accepted - (await self._received(addressee) - arrived_before)
                victim = victims.pop(0)
                coming_back = asyncio.create_task(self._back(victim, self._kill(victim, under_way)))
        if coming_back is not None:
            await coming_back

    def _kill(self, victim: Victim, under_way: int) -> int | None:
        pid = kill(self._state, victim)
        if pid is None:
            self._say(f"✗ {victim.name} is not ours: it is left alone")
        else:
            self._say(f"✗ kill -9 {victim.name}, pid {pid}, with {under_way} messages under way", "red")
        return pid

    async def _back(self, victim: Victim, killed: int | None) -> None:
        if killed is not None:
            since = time.monotonic()
            pid = await back(self._state, victim, killed)
            self._say(f"✓ {victim.name} is back as pid {pid} after {time.monotonic() - since:.1f} s", "green")

    async def _hand_in(self, file: Offered) -> int:
        """Hands a file in and tells what the bridge said; how many of its messages were new and accepted."""
        wait = 0 if file.expected == ACCEPTED else WAIT_FOR_DECISION
        answer = await self._submitter.hand_in(file.path.read_bytes(), file.media_type, wait=wait, patience=PATIENCE)
        receipt = _receipt(answer)
        sent = [self._told(file, message, receipt, answer) for message in file.messages]
        self._sent += sent
        if file.warning is not None:
            problems = [] if receipt is None else receipt["problems"]
            if file.warning not in {found["slug"] for found in problems if found["severity"] == "warning"}:
                self._wrong.append(f"{file.path.name}: its receipt does not warn of {file.warning}.")
        self._say(f"→ {self._manifest.sender} hands in {file.path.name}: {file.about}")
        self._say(f"  {_said(sent, answer)}")
        return sum(map(self._is_new, sent))

    def _told(self, file: Offered, expected: Expected, receipt: Mapping[str, Any] | None, answer: Answer) -> _Sent:
        """A message of the file with what was answered of it: by the receipt, or, without one, of the whole file."""
        message = self._manifest.handed(expected)
        if receipt is None:
            told = Told(receipt_id=None, submission=None, status="rejected", problem=answer.body["slug"])
            return _Sent(replace(message, told=told), False, file.expected)
        (item,) = (item for item in receipt["items"] if item["message_id"] == message.message_id)
        # What this run sent again, because no answer came the first time, is not a duplicate of an earlier run's.
        duplicate = item["status"] == "duplicate" and datetime.fromisoformat(item["received_at"]) < self._begun
        return _Sent(replace(message, told=told_by(message.message_id, receipt)), duplicate, file.expected)

    @staticmethod
    def _is_new(sent: _Sent) -> bool:
        return not sent.duplicate and sent.message.told is not None and sent.message.told.status == ACCEPTED

    async def _arrive(self) -> Findings:
        """Looks until everything is where it belongs."""
        messages = [sent.message for sent in self._sent]
        collector = Collector(self._client, self._places, self._stack.token)
        self._say("Comparing what was told with what receivers, pages, ledgers and traces hold")
        with self._story.aim("arrived", len(messages)) as bar:
            findings = await collector.settle(messages, PATIENCE, lambda found: _show(bar, found))
        due = len({message.message_id for message in findings.handed if _fate(message) == ACCEPTED})
        self._say(f"  {len(findings.delivered)} of {due} at the national system of {self._manifest.addressee}")
        for country in sorted(self._manifest.pages):
            self._say(f"  {len(findings.published.get(country, ()))} of {due} on the page of {country}")
        self._say(
            f"  {len(findings.traced & findings.delivered)} of {due} traces whole, up to the other side's receipt"
        )
        return findings

    def _compare(self, findings: Findings) -> None:
        for sent, message in zip(self._sent, findings.handed, strict=True):
            found = _fate(message)
            if found != sent.expected:
                self._wrong.append(f"{message.message_id}: {found}, and {sent.expected} was expected.")
        self._wrong += [_in_words(finding) for finding in findings.findings]

    def _summary(self, findings: Findings, seconds: float) -> dict[str, Any]:
        fates = Counter(
            "duplicates" if sent.duplicate and fate == ACCEPTED else fate if fate in (ACCEPTED, "held") else "rejected"
            for sent, fate in (
                (sent, _fate(message)) for sent, message in zip(self._sent, findings.handed, strict=True)
            )
        )
        return {
            "accepted": fates[ACCEPTED],
            "duplicates": fates["duplicates"],
            "held": fates["held"],
            "delivered": len(findings.delivered),
            "rejected": fates["rejected"],
            "parked": len(findings.messages("parked")),
            "published": {
                country: len(findings.published.get(country, ())) for country in sorted(self._manifest.pages)
            },
            "traces": {
                "complete": len(findings.traced & findings.delivered),
                "broken": len(findings.messages("untraced")),
            },
            "lost": len(findings.messages("lost")),
            "seconds": round(seconds, 1),
        }

    def _to_look_at(self, findings: Findings) -> Sequence[str]:
        """Pages, and commands that show one message's way."""
        shown = next((message.told for message in findings.handed if message.message_id in findings.traced), None)
        commands = (
            []
            if shown is None
            else [
                command("trace", shown.trace_id or "", *state_option(self._state.folder)),
                command("receipt", shown.receipt_id or "", *state_option(self._state.folder)),
            ]
        )
        return [*(f"{self._places.publication}/{country}/" for country in sorted(self._manifest.pages)), *commands]

    async def _received(self, country: str) -> int:
        """How many deliveries a national system has."""
        answer = await self._client.get(f"{self._places.nationals[country]}/received", params={"limit": 1})
        total: int = answer.raise_for_status().json()["total"]
        return total

    async def _held(self) -> Mapping[str, object]:
        """What national systems and pages hold, short enough to be compared."""
        held: dict[str, object] = {country: await self._received(country) for country in self._places.nationals}
        for country in sorted(self._manifest.pages):
            url = f"{self._places.publication}/api/v1/registers/{self._manifest.register_name}"
            answer = await self._client.get(url, params={"country": country, "limit": 1})
            held[f"page of {country}"] = answer.raise_for_status().json()["digest"]
        return held

    def _say(self, line: str, style: str = "") -> None:
        self._story.say(line, style)


def _fate(message: Handed) -> str:
    """`accepted`, `held`, or the slug of the problem for which it was rejected or refused."""
    told = message.told
    if told is None:
        return "unanswered"
    if told.status == "rejected" or told.outcome == "refused":
        return told.problem or "rejected"
    return told.status


def _receipt(answer: Answer) -> Mapping[str, Any] | None:
    """The receipt in an answer, which may stand beside a problem."""
    receipt: Mapping[str, Any] | None = answer.body if "items" in answer.body else answer.body.get("receipt")
    return receipt


def _said(sent: Sequence[_Sent], answer: Answer) -> str:
    """An answer in a line."""
    fates = [_fate(one.message) for one in sent]
    if all(one.duplicate for one in sent):
        told = f"handed in before: {', '.join(f'{count} {fate}' for fate, count in Counter(fates).items())}"
    elif set(fates) == {ACCEPTED}:
        told = f"{len(sent)} accepted"
    else:
        told = f"rejected: {', '.join(fates)}"
        told += f" at {answer.body['pointer']}" if answer.body.get("pointer") else ""
    return told + (f", at attempt {answer.attempts}" if answer.attempts > 1 else "")


def _show(bar: Bar, findings: Findings) -> None:
    missing = findings.messages("lost") | findings.messages("stuck") | findings.messages("untraced")
    bar.reached(len(findings.handed) - len(missing))


def _in_words(finding: Finding) -> str:
    return f"{finding.kind}: {finding.message_id}, {finding.where}: {finding.detail}"
