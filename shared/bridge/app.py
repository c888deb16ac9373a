"""The wiring of a bridge: a country's declaration becomes a service."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import httpx
from joserfc.jwk import KeySet

from shared.agreements import Agreements, Party
from shared.bridge.api import bridge_router, statements_router
from shared.bridge.batches import Batches, MongoBatches
from shared.bridge.copies import Copies
from shared.bridge.core_events import BRIDGE_EVENTS, CLOSING, CORE_EVENTS
from shared.bridge.decisions import deciders, react
from shared.bridge.delivery import Delivery
from shared.bridge.desk import Desk
from shared.bridge.edition_store import MongoEditions
from shared.bridge.editions import Editions, Limits, Partners, Today
from shared.bridge.file_drop import FileDrop
from shared.bridge.handing_over import HandOver, OverHttp, OverKafka
from shared.bridge.held import held_router
from shared.bridge.intake import Agreement, Intake
from shared.bridge.kit import Bridge, service_of
from shared.bridge.ledger import Ledger
from shared.bridge.memory import MongoMemory
from shared.bridge.model import Deliveries, Fate, HeldConsent
from shared.bridge.national_topics import Inbound, Outbound
from shared.bridge.operators import operators
from shared.bridge.originals import MongoOriginals
from shared.bridge.registers import registers_router
from shared.bridge.sealing import Keys
from shared.bridge.standing import STANDING, Standings
from shared.bridge.undelivered import undelivered_router
from shared.clock import Clock
from shared.contracts.base import Contract
from shared.contracts.delivery import receipt_stream
from shared.errors import Problem, problem
from shared.messaging.decider import Reactor
from shared.security.keys import load_keys, signing_key
from shared.security.own import OwnSeal
from shared.security.tokens import Actor
from shared.service import Runtime, Service, run
from shared.settings import BridgeSettings, SettingsError
from shared.store.base import Streams
from shared.telemetry.logs import get_logger
from shared.telemetry.metrics import OUTBOX_AGE

log = get_logger(__name__)

Task = Callable[[], Awaitable[None]]


def run_bridge(bridge: Bridge) -> None:
    """Runs a country's bridge until it is told to stop."""
    run(bridge.service, partial(build, bridge), BridgeSettings)


async def build(bridge: Bridge, runtime: Runtime[BridgeSettings]) -> Service:
    """The service of a country. Raises AgreementError, KeySetError where its files are not as they should be."""
    settings, spans, clock = runtime.settings, runtime.spans, runtime.clock
    batches = await MongoBatches.open(runtime.database)
    keys = party_keys(settings.party_keys, runtime.agreements)
    copies = Copies(bridge.service, settings.kafka_bootstrap_servers, OwnSeal(load_keys(settings.private_keys)))
    ledger = Ledger(
        batches,
        party=bridge.country,
        key=signing_key(settings.private_keys),
        sender=runtime.publisher,
        spans=spans,
        clock=clock,
        copied=copies.records,
    )
    recovered = await ledger.recover(copies.after(await ledger.end()), keys(bridge.country) or KeySet([]))
    if recovered.added:
        log.warning("the ledger was behind its copies, and is made good", batches=recovered.added)
    if recovered.republished:
        log.warning("the broker has not what the ledger sent; it is sent again", batches=recovered.republished)
    agreement = agreement_from(bridge.country, runtime.agreements, clock)
    consents = StreamConsents(runtime.streams)
    intake = Intake(bridge, ledger, agreement, consents, keys, spans, clock)
    spoken = Intake(operators(bridge.country), ledger, agreement, consents, keys, spans, clock)
    OUTBOX_AGE.labels(bridge.service, "ledger").set_function(ledger.unpublished_for)
    private = load_keys(settings.private_keys)
    originals = await MongoOriginals.open(runtime.database)
    editions = Editions(
        bridge,
        ledger,
        batches,
        await MongoEditions.open(runtime.database),
        await MongoMemory.open(runtime.database),
        originals,
        partners_from(bridge.country, runtime.agreements, clock),
        today_in(bridge.country, runtime.agreements, clock),
        keys,
        Limits(settings.held_removed, settings.held_unreadable),
        spans,
        clock,
    )
    standings = Standings(runtime.streams, runtime.agreements)
    await standings.look()
    fates = StreamFates(runtime.streams)
    desk = Desk(intake, editions, batches, originals, fates)
    said = Desk(spoken, editions, batches, originals, fates)
    hand_over, tasks = channels(bridge, settings, desk)
    delivery = Delivery(bridge, hand_over, ledger, runtime.agreements, keys, private, spans, clock)
    return replace(
        declared(bridge, runtime.agreements, desk, said, batches, editions, runtime.streams),
        handlers={"deliver": delivery},
        tasks=[ledger.write, ledger.publish, editions.work, standings.follow, *tasks],
        held=editions.waiting,
    )


def declared(
    bridge: Bridge,
    agreements: Agreements,
    desk: Desk,
    said: Desk,
    batches: Batches,
    editions: Editions,
    streams: Streams,
) -> Service:
    """What of the service others meet: its rules, what it follows, and its HTTP side.

    `desk` takes what a national system hands in, `said` what operators say.
    """
    return Service(
        name=bridge.service,
        description=f"The border of {bridge.country}: what it hands in, and what is handed to it.",
        deciders=[*deciders(bridge.country), STANDING],
        reactors=reactors(bridge, agreements),
        routers=[
            bridge_router(bridge, desk, batches),
            statements_router(operators(bridge.country), said),
            held_router(bridge, editions, desk),
            registers_router(bridge, editions),
            undelivered_router(bridge.country, streams),
        ],
        party=bridge.country,
    )


def channels(bridge: Bridge, settings: BridgeSettings, desk: Desk) -> tuple[HandOver, Sequence[Task]]:
    """The channel by which the national system is handed its deliveries, and the tasks of all that are declared.

    Raises SettingsError where one is declared and its place is not set.
    """
    features, country = bridge.features, bridge.country
    tasks: list[Task] = []
    hand_over: HandOver = OverHttp(httpx.AsyncClient(base_url=settings.national_url, trust_env=False))
    if "kafka" in features.handing_in or features.handing_over == "kafka":
        servers = settings.kafka_bootstrap_servers
        outbound = Outbound(servers, country, bridge.service)
        tasks.append(outbound.run)
        if features.handing_over == "kafka":
            hand_over = OverKafka(outbound)
        if "kafka" in features.handing_in:
            by = Actor(sub=settings.topic_submitter, role="submitter", party=country)
            tasks.append(Inbound(servers, country, bridge.service, desk, outbound, actor=str(by)).run)
    if "file-drop" in features.handing_in:
        if settings.drop_folder is None:
            raise SettingsError(f"{bridge.service} takes dropped files: KAKEHASHI_DROP_FOLDER must name the folder.")
        by = Actor(sub=settings.drop_submitter, role="submitter", party=country)
        tasks.append(FileDrop(bridge, desk, settings.drop_folder, actor=str(by)).watch)
    return hand_over, tasks


def reactors(bridge: Bridge, agreements: Agreements) -> Sequence[Reactor]:
    """What a bridge follows: the core's events, and those of the bridges of its partners."""
    follow = partial(react, bridge.country, bridge.deliverable)
    partners = sorted({a.other(bridge.country) for a in agreements if bridge.country in a.parties})
    topics = dict(CORE_EVENTS) | {f"{service_of(partner)}.events.v1": BRIDGE_EVENTS for partner in partners}
    return [Reactor(topic, {event.__name__: event for event in events}, follow) for topic, events in topics.items()]


def agreement_from(country: str, agreements: Agreements, clock: Clock) -> Agreement:
    """M10a: what a country may send under on the day it sends, by its own calendar; after the agreement's end nothing
    but what closes a case that is open."""

    closing = frozenset(CLOSING.values())

    def find(destination: str, command: type[Contract]) -> str | Problem:
        agreement = agreements.between(country, destination)
        if agreement is None:
            return problem("no-agreement", f"{country} has no agreement with {destination}.")
        today = clock.now().astimezone(agreement.parties[country].zone).date()
        ended = agreement.state_on(today) == "ended"
        if not agreement.takes_new_sharing(today) and not (ended and command in closing):
            detail = f"Agreement {agreement.id} is not in force on {today}."
            return problem("not-in-force", detail, clause="M10a", state=agreement.standing_on(today))
        return agreement.id

    return find


def partners_from(country: str, agreements: Agreements, clock: Clock) -> Partners:
    """M6.3b, M7.5: to whom a register goes today: the partners that have promised to publish it."""
    find = agreement_from(country, agreements, clock)

    def partners(register: str) -> Mapping[str, str] | Problem:
        promised = [
            publisher
            for agreement in agreements
            for publisher, party in agreement.parties.items()
            if publisher != country and _promises(party, register, country)
        ]
        if not promised:
            return problem("no-agreement", f"No partner of {country} has promised to publish its {register}.")
        # A register is new sharing, whatever its messages say.
        found = {partner: find(partner, Contract) for partner in promised}
        in_force = {partner: agreement for partner, agreement in found.items() if isinstance(agreement, str)}
        refused = [one for one in found.values() if isinstance(one, Problem)]
        return in_force or refused[0]

    return partners


def today_in(country: str, agreements: Agreements, clock: Clock) -> Today:
    """The day it is by the calendar of a country, which is a party to an agreement."""
    return lambda: clock.now().astimezone(agreements.parties(country)[0].zone).date()


def _promises(party: Party, register: str, originator: str) -> bool:
    return any(one.register_name == register and originator in one.originators for one in party.publishes)


def party_keys(folder: Path, agreements: Agreements) -> Keys:
    """The public keys of each party, from the file that its contact point names (M2).

    A file is read again when it has changed, so that a party can bring in a new key while we run.
    """
    files = {country: party.contact_point.key_set for a in agreements for country, party in a.parties.items()}
    read: dict[str, tuple[float, KeySet]] = {}

    def keys(country: str) -> KeySet | None:
        path = folder / files[country] if country in files else None
        if path is None or not path.exists():
            return None
        changed = path.stat().st_mtime
        if country not in read or read[country][0] != changed:
            read[country] = (changed, load_keys(path))
        return read[country][1]

    return keys


class StreamFates:
    """What has become of messages, as the receipt streams have it."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams

    async def of(self, receipt_ids: Sequence[str]) -> Mapping[str, Fate]:
        """See Fates."""
        streams = {receipt_stream(receipt_id): receipt_id for receipt_id in receipt_ids}
        stored = await self._streams.load(list(streams))
        return {
            receipt_id: Fate.model_validate(stored[stream]["state"])
            for stream, receipt_id in streams.items()
            if stream in stored and stored[stream]["state"] is not None
        }


class StreamConsents:
    """The consents that were given to this country, as the streams of their deliveries have them."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams

    async def of(self, ids: Sequence[str]) -> Mapping[str, HeldConsent]:
        """See HeldConsents."""
        stored = await self._streams.load(list(ids)) if ids else {}
        states = {stream: one["state"] for stream, one in stored.items() if one["state"] is not None}
        known = {stream: Deliveries.model_validate(state).consent for stream, state in states.items()}
        return {stream: consent for stream, consent in known.items() if consent is not None}
