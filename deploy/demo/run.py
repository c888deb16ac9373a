"""The demonstration itself: hand everything in, kill what carries it, and see what has become of each message."""

from __future__ import annotations

import asyncio
import functools
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import httpx

from deploy.demo import suspensions
from deploy.demo.killing import Victim, back, broker, database, kill, service
from deploy.demo.manifest import ACCEPTED, HELD, Expected, Manifest, Offered
from deploy.demo.telling import Bar, Story
from deploy.local.layout import CONSOLE
from deploy.local.program import command, state_option
from deploy.local.state import RunningStack, State
from deploy.national.handing_in import Answer, Submitter
from deploy.reconciler.collect import Collector, Places, told_by
from deploy.reconciler.reconcile import DELIVERED, PUBLISHED, REFUSED, Finding, Findings, Handed, Register, Told

CORE = ("registry", "reporting", "publication", "inquiry")
"""The core services that are killed."""
LARGER = 5
"""Messages of a file that is worth a killing."""
WAIT_FOR_DECISION = 10.0
"""Seconds a bridge may wait for the core's word on what is meant to be refused."""
PATIENCE = 180.0
"""Seconds for an answer; and, when all is handed in, without anything more arriving where it belongs."""
BETWEEN_LOOKS = 0.2
"""Seconds between two looks at whether something is decided."""
NEWS = frozenset({DELIVERED, PUBLISHED, REFUSED})
"""What national systems receive of messages that were theirs."""


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
    register: Register | None = None
    """Of an edition: what the other side is to hold by it."""


def places(stack: RunningStack, state: State, registers: Sequence[str]) -> Places:
    """Where the reconciler looks in a local stack."""
    return Places(
        bridges={country: bridge.url for country, bridge in stack.bridges.items()},
        nationals={country: national.url for country, national in stack.nationals.items()},
        services={service.name: service.url for service in stack.services if service.name != CONSOLE},
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
        self._places = places(self._stack, state, manifest.registers)
        self._submitters = {
            country: Submitter(client, url, functools.partial(self._stack.token, "submitter", country))
            for country, url in self._places.bridges.items()
        }
        self._collector = Collector(client, self._places, self._stack.token)
        self._begun = datetime.now(UTC)
        self._sent: list[_Sent] = []
        self._arrived: Counter[str] = Counter()
        """Messages of the other side by national system; `_read` is how far each was read."""
        self._read = dict.fromkeys(self._places.nationals, 0)
        self._past: set[str] = set()
        """Submissions of which everything is decided."""
        self._wrong: list[str] = []

    async def run(self) -> Outcome:
        """Hands everything in and waits until it has arrived, as long as more arrives within PATIENCE.

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
        core = iter([service(self._stack, name) for name in CORE])
        bridges = iter([service(self._stack, bridge.name) for bridge in self._stack.bridges.values()])
        victims = [
            next(core),
            broker(self._stack),
            *bridges,
            next(core),
            database(self._stack),
            *core,
        ]
        before = await self._under_way()
        coming_back: asyncio.Task[None] | None = None
        for file in self._manifest.files:
            if file.after:
                await self._decided()
            larger = len(file.all_messages()) >= LARGER and victims
            if larger and coming_back is not None:
                await coming_back
            new = await self._hand_in(file)
            if larger and new:
                victim = victims.pop(0)
                under_way = await self._under_way() - before
                coming_back = asyncio.create_task(self._back(victim, self._kill(victim, under_way)))
        if coming_back is not None:
            await coming_back

    async def _decided(self) -> None:
        """Waits until what was handed in is decided, but for editions, so that what answers it comes after it."""
        until = time.monotonic() + PATIENCE
        waiting: dict[tuple[str, str], list[str]] = {}
        for sent in self._sent:
            told = sent.message.told
            if self._is_new(sent) and sent.register is None and told is not None and told.submission is not None:
                waiting.setdefault((sent.message.sender, told.submission), []).append(sent.message.message_id)
        for (sender, submission), message_ids in waiting.items():
            # What takes longer than that is found at the end.
            while submission not in self._past and time.monotonic() < until:
                answer = await self._submitters[sender].receipt(submission, patience=PATIENCE)
                if all(told_by(message_id, answer.body).outcome != "pending" for message_id in message_ids):
                    self._past.add(submission)
                else:
                    await asyncio.sleep(BETWEEN_LOOKS)

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
        submitter = self._submitters[file.sender]
        answer = await submitter.hand_in(file.content, file.media_type, wait=wait, patience=PATIENCE)
        receipt = _receipt(answer)
        first, *rest = file.all_messages()
        sent = [self._told(file, first, receipt, answer)]
        if file.edition is None:
            sent += [self._told(file, message, receipt, answer) for message in rest]
        else:
            sent += [self._brought(file, message, sent[0]) for message in rest]
        self._sent += sent
        if file.tells is not None:
            problems = [] if receipt is None else receipt["problems"]
            if file.tells not in {found["slug"] for found in problems}:
                self._wrong.append(f"{file.path.name}: its receipt does not tell of {file.tells}.")
        self._say(f"→ {file.sender} hands in {file.path.name}: {file.about}")
        self._say(f"  {_said(sent, answer)}{self._bound_for(file, sent)}")
        return sum(map(self._is_new, sent))

    def _told(self, file: Offered, expected: Expected, receipt: Mapping[str, Any] | None, answer: Answer) -> _Sent:
        """A message of the file with what was answered of it: by the receipt, or, without one, of the whole file."""
        message = expected.handed(file.sender)
        if receipt is None:
            told = Told(receipt_id=None, submission=None, status="rejected", problem=answer.body["slug"])
            return _Sent(replace(message, told=told), False, file.expected)
        (item,) = (item for item in receipt["items"] if item["message_id"] == message.message_id)
        # What this run sent again, because no answer came the first time, is not a duplicate of an earlier run's.
        duplicate = item["status"] == "duplicate" and datetime.fromisoformat(item["received_at"]) < self._begun
        told = told_by(message.message_id, receipt)
        register = self._manifest.register_after(file) if told.status == ACCEPTED else None
        return _Sent(replace(message, told=told), duplicate, file.expected, register)

    def _brought(self, file: Offered, expected: Expected, edition: _Sent) -> _Sent:
        """A change that an edition brings: what its sender was told is what it was told of the edition."""
        told = edition.message.told
        if told is not None:
            told = Told(None, None, told.status, trace_id=told.trace_id, outcome="applied", problem=told.problem)
        return _Sent(replace(expected.handed(file.sender), told=told), edition.duplicate, file.expected)

    def _bound_for(self, file: Offered, sent: Sequence[_Sent]) -> str:
        """Where what was accepted is going."""
        accepted = [one.message for one in sent if self._is_new(one) and _fate(one.message) == ACCEPTED]
        if not accepted:
            return ""
        to = sorted({f"the national system of {message.addressee}" for message in accepted})
        pages = sorted({self._page(message, country) for message in accepted for country in message.pages})
        return f"; for {' and '.join([*to, *pages])}" + ("" if pages else ", and nobody else")

    def _page(self, message: Handed, country: str) -> str:
        """The public register in which a message is to be seen."""
        return f"{self._places.publication}/{country}/{_kind(message)}"

    @staticmethod
    def _is_new(sent: _Sent) -> bool:
        return not sent.duplicate and sent.message.told is not None and sent.message.told.status == ACCEPTED

    async def _arrive(self) -> Findings:
        """Looks until everything is where it belongs, and tells what is where."""
        messages = [sent.message for sent in self._sent]
        registers = self._registers()
        self._say("Comparing what was told with what receivers, pages, ledgers and traces hold")
        with self._story.aim("arrived", len(messages)) as bar:
            findings = await self._collector.settle(messages, PATIENCE, lambda found: _show(bar, found), registers)
        kinds: dict[tuple[str, str, str], list[Handed]] = {}
        for message in findings.handed:
            if _fate(message) == ACCEPTED:
                kinds.setdefault((message.sender, message.addressee, _kind(message)), []).append(message)
        for (sender, addressee, kind), accepted in sorted(kinds.items()):
            ids = {message.message_id for message in accepted}
            due = len(ids)
            pages = sorted({country for message in accepted for country in message.pages})
            there = f"{len(ids & findings.delivered)} of {due} at its national system"
            self._say(f"  {sender} → {addressee}, {kind}: {there}{'' if pages else ', and on no page'}")
            for country in pages:
                public = [message for message in accepted if country in message.pages]
                shown = len({message.message_id for message in public} & findings.published.get(country, set()))
                self._say(f"    {shown} of {len(public)} public: {self._page(public[0], country)}")
        for register in registers:
            wrong = [finding for finding in findings.findings if finding.message_id == register.message_id]
            said = "all of them" if not wrong else f"NOT as it is over there: {len(wrong)} differences"
            self._say(
                f"  {register.name} by the last edition, {len(register.shown)} of them: {register.addressee} has {said}"
            )
        due = len({message.message_id for message in findings.handed if _fate(message) == ACCEPTED})
        self._say(
            f"  {len(findings.traced & findings.delivered)} of {due} traces whole, up to the other side's receipt"
        )
        return findings

    def _registers(self) -> Sequence[Register]:
        """What is to be held of each register by the last edition accepted; unless an operator has let in another."""
        confirmed = any(
            sent.message.told is not None and sent.message.told.decision == "confirm" for sent in self._sent
        )
        latest = {sent.register.name: sent.register for sent in self._sent if sent.register is not None}
        return [] if confirmed else list(latest.values())

    def _compare(self, findings: Findings) -> None:
        for sent, message in zip(self._sent, findings.handed, strict=True):
            found = _fate(message)
            if found != sent.expected:
                self._wrong.append(f"{message.message_id}: {found}, and {sent.expected} was expected.")
        self._wrong += [_in_words(finding) for finding in findings.findings]

    def _summary(self, findings: Findings, seconds: float) -> dict[str, Any]:
        fates = Counter(
            "duplicates" if sent.duplicate and fate == ACCEPTED else fate if fate in (ACCEPTED, HELD) else "rejected"
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
                country: len(findings.published.get(country, ())) for country in sorted(self._places.nationals)
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
        pages = [f"{self._places.publication}/{country}/" for country in sorted(self._places.nationals)]
        console = next((found.url for found in self._stack.services if found.name == CONSOLE), None)
        if console is not None:
            pages.append(
                f"{console}/ for operators" + (", and an edition that waits for one: /held" if self._waits() else "")
            )
        return [*pages, *commands]

    def _waits(self) -> bool:
        """Whether an edition waits for an operator's word."""
        told = [sent.message.told for sent in self._sent]
        return any(one is not None and one.status == HELD and one.decision is None for one in told)

    async def _under_way(self) -> int:
        """How many accepted messages have not reached the other side's national system yet."""
        for country, url in self._places.nationals.items():
            while True:
                answer = await self._client.get(f"{url}/received", params={"after": self._read[country]})
                page = answer.raise_for_status().json()
                self._arrived[country] += sum(item["delivery"]["type"] not in NEWS for item in page["items"])
                self._read[country] = page["items"][-1]["number"] if page["items"] else self._read[country]
                if page["next"] is None:
                    break
        return sum(map(self._is_new, self._sent)) - self._arrived.total()

    async def _received(self, country: str) -> int:
        """How many deliveries a national system has."""
        answer = await self._client.get(f"{self._places.nationals[country]}/received", params={"limit": 1})
        total: int = answer.raise_for_status().json()["total"]
        return total

    async def _held(self) -> Mapping[str, object]:
        """What national systems and pages hold, short enough to be compared."""
        held: dict[str, object] = {country: await self._received(country) for country in self._places.nationals}
        for country in sorted(self._places.nationals):
            for register in self._manifest.registers:
                url = f"{self._places.publication}/api/v1/registers/{register}"
                answer = await self._client.get(url, params={"country": country, "limit": 1})
                held[f"{register} of {country}"] = answer.raise_for_status().json()["digest"]
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
    fates = Counter(_fate(one.message) for one in sent)
    if all(one.duplicate for one in sent):
        told = f"handed in before: {', '.join(f'{count} {fate}' for fate, count in fates.items())}"
    elif set(fates) == {ACCEPTED}:
        told = f"{len(sent)} accepted"
    elif set(fates) == {HELD}:
        told = "held for an operator: nothing changes"
    else:
        told = f"rejected: {', '.join(fates.elements())}"
        told += f" at {answer.body['pointer']}" if answer.body.get("pointer") else ""
    return told + (f", at attempt {answer.attempts}" if answer.attempts > 1 else "")


def _kind(message: Handed) -> str:
    """What it is about, in the plural: of what is public, the register's name."""
    kind = message.matter.partition("/")[0].removesuffix("-register")
    if kind == suspensions.REGISTER:
        return kind
    return f"{kind.removesuffix('y')}ies" if kind.endswith("y") else f"{kind}s"


def _show(bar: Bar, findings: Findings) -> None:
    missing = findings.messages("lost") | findings.messages("stuck") | findings.messages("untraced")
    bar.reached(len(findings.handed) - len(missing))


def _in_words(finding: Finding) -> str:
    return f"{finding.kind}: {finding.message_id}, {finding.where}: {finding.detail}"
