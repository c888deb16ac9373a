"""Runs a service: one process with its consumers, its worker, its HTTP API, and a graceful end."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, TypeVar

import uvicorn
from aiokafka.errors import KafkaError
from fastapi import APIRouter, FastAPI
from faststream.kafka import KafkaBroker
from pydantic import BaseModel, ValidationError

from shared.agreements import AgreementError, Agreements, load_agreements
from shared.clock import Clock, SystemClock
from shared.errors import CannotStart
from shared.messaging.consumers import Consuming, tune_garbage_collection
from shared.messaging.decider import Decider, IntentHandler, Reactor
from shared.messaging.parking import parking_router
from shared.messaging.processor import Processor
from shared.messaging.publisher import RETRY_BACKOFF_MS, Publisher, make_producer
from shared.messaging.reactions import Reactions
from shared.messaging.retrying import Retrying
from shared.messaging.worker import Worker
from shared.security.keys import KeySetError
from shared.security.tokens import TokenVerifier
from shared.settings import Settings, SettingsError
from shared.store.base import StoreUnavailable, Streams
from shared.store.mongo import Database, MongoClaims, MongoParked, MongoStreams, UnfitDatabase
from shared.telemetry import logs
from shared.telemetry.metrics import HELD, INTENTS_OLDEST, OUTBOX_AGE, PARKED
from shared.telemetry.spans import Spans
from shared.web import create_app

log = logs.get_logger(__name__)

S = TypeVar("S", bound=Settings)
M = TypeVar("M", bound=BaseModel)

REQUEST_TIMEOUT_MS = 10_000
STOP_TIMEOUT = 10.0
"""Seconds for each part to stop: with Kafka gone, some of its clients' calls do not return."""


@dataclass(frozen=True)
class Runtime(Generic[S]):
    """What a service is built with."""

    settings: S
    clock: Clock
    database: Database
    streams: Streams
    publisher: Publisher
    spans: Spans
    agreements: Agreements
    tokens: TokenVerifier

    async def state(self, stream: str, model: type[M]) -> M | None:
        """The stored state of a stream, for a read API. Raises StoreUnavailable."""
        stored = (await self.streams.load([stream])).get(stream)
        return None if stored is None or stored["state"] is None else model.model_validate(stored["state"])


@dataclass(frozen=True)
class Service:
    """What a service consists of. `tasks` run until cancelled; `ready` must not block."""

    name: str
    deciders: Sequence[Decider[Any]] = ()
    reactors: Sequence[Reactor] = ()
    handlers: Mapping[str, IntentHandler] = field(default_factory=dict)
    routers: Sequence[APIRouter] = ()
    tasks: Sequence[Callable[[], Awaitable[None]]] = ()
    ready: Callable[[], bool] = lambda: True
    held: Callable[[], Awaitable[int]] | None = None
    """How many editions wait for an operator's word, where a service has such; raises StoreUnavailable."""
    description: str = ""
    party: str | None = None
    """The country whose service it is, where it is one's."""


def run(name: str, build: Callable[[Runtime[S]], Service | Awaitable[Service]], settings: type[S]) -> None:
    """Runs the service that `build` makes until SIGTERM or SIGINT; exits the process with 1 if it cannot start."""
    try:
        loaded = settings()
        logs.configure(name)
        asyncio.run(_run(name, build, loaded))
    except (ValidationError, AgreementError, CannotStart, KeySetError, SettingsError, UnfitDatabase) as error:
        # What another start would not mend: said in words, not as a traceback.
        sys.exit(f"{error}")


async def _run(name: str, build: Callable[[Runtime[S]], Service | Awaitable[Service]], settings: S) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with contextlib.AsyncExitStack() as stack:
        spans = Spans(name, settings.traces, settings.otlp_endpoint)
        stack.callback(spans.close)
        database = Database(settings.mongodb_uri, settings.database)
        stack.callback(database.close)
        server = await _patiently(database.check)
        produce = partial(make_producer, settings.kafka_bootstrap_servers, name)
        producer = produce()
        await _patiently(producer.start)
        publisher = Publisher(producer, renew=produce)
        stack.push_async_callback(_bounded, "producer", publisher.stop)
        streams, parked, claims = (
            await _patiently(lambda: MongoStreams.open(database)),
            await _patiently(lambda: MongoParked.open(database)),
            await _patiently(lambda: MongoClaims.open(database)),
        )
        clock = SystemClock()
        tokens = TokenVerifier.from_file(settings.issuer_keys, settings.issuer)
        agreements = load_agreements(settings.agreements)
        runtime = Runtime(settings, clock, database, streams, publisher, spans, agreements, tokens)
        built = build(runtime)
        service = await built if inspect.isawaitable(built) else built

        worker = Worker(
            name, service.handlers, streams=streams, claims=claims, publisher=publisher, spans=spans, clock=clock
        )
        retrying = Retrying(name)
        processor = Processor(
            name,
            service.deciders,
            streams=streams,
            parked=parked,
            publisher=publisher,
            spans=spans,
            clock=clock,
            cached_streams=settings.cached_streams,
            on_intents=worker.notice,
            until_done=retrying.until_done,
        )
        reactions = Reactions(name, service.reactors, parked, publisher, spans, clock)
        broker = KafkaBroker(
            settings.kafka_bootstrap_servers,
            client_id=name,
            consumer_only=True,
            allow_auto_create_topics=False,
            apply_types=False,
            graceful_timeout=STOP_TIMEOUT,
            # A connection on which nothing is answered any more is given up after that.
            request_timeout_ms=REQUEST_TIMEOUT_MS,
            retry_backoff_ms=RETRY_BACKOFF_MS,
            logger=None,
        )
        consuming = Consuming(name, broker, processor, reactions, settings.batch_records, retrying, settings.instance)
        await _patiently(consuming.start)
        stack.push_async_callback(_bounded, "consumers", broker.stop)
        stack.push_async_callback(_bounded, "batches", consuming.finished)
        stack.callback(retrying.stop)

        OUTBOX_AGE.labels(name, "streams").set_function(processor.unpublished_for)
        for kind in service.handlers:
            INTENTS_OLDEST.labels(name, kind).set_function(partial(worker.lateness, kind))

        async def count_waiting() -> None:
            while True:
                with contextlib.suppress(StoreUnavailable):
                    PARKED.labels(name).set(await parked.count())
                    if service.held is not None:
                        HELD.labels(name).set(await service.held())
                await asyncio.sleep(5)

        tasks = [consuming.sweep, consuming.measure, worker.run, count_waiting, *service.tasks]
        parking = parking_router(name, parked, publisher, clock, spans, reactions, agreements, party=service.party)
        app = application(service, parking, ready=lambda: consuming.ready() and service.ready())
        app.state.tokens = tokens
        tune_garbage_collection()
        log.info("started", database=server, kafka=settings.kafka_bootstrap_servers, port=settings.http_port)
        async with _background(tasks, stop), _served(app, settings, stop):
            await stop.wait()
        log.info("stopping")


def application(service: Service, parking: APIRouter, *, ready: Callable[[], bool] = lambda: True) -> FastAPI:
    """The HTTP side of a service. Its state still needs the verifier as `tokens`."""
    app = create_app(f"Kakehashi {service.name}", description=service.description, ready=ready)
    for router in (parking, *service.routers):
        app.include_router(router)
    return app


async def _patiently(start: Callable[[], Awaitable[Any]]) -> Any:
    """Starts something, waiting for the database or the broker as long as it takes them to come up."""
    pause = 0.2
    while True:
        try:
            return await start()
        except (StoreUnavailable, KafkaError, OSError) as error:
            log.warning("waiting to start", error=repr(error))
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5.0)


async def _bounded(what: str, stop: Callable[[], Awaitable[Any]]) -> None:
    try:
        async with asyncio.timeout(STOP_TIMEOUT):
            await stop()
    except (TimeoutError, KafkaError, OSError) as error:
        log.warning("did not stop in time", part=what, error=repr(error))


@contextlib.asynccontextmanager
async def _background(tasks: Sequence[Callable[[], Awaitable[None]]], stop: asyncio.Event) -> AsyncIterator[None]:
    """Runs tasks beside; one that ends is a defect, and stops the process for its supervisor to start anew."""

    async def watched(task: Callable[[], Awaitable[None]]) -> None:
        try:
            await task()
            log.error("a task ended", task=repr(task))
        except Exception:
            log.exception("a task failed", task=repr(task))
        stop.set()

    running = [asyncio.create_task(watched(task)) for task in tasks]
    try:
        yield
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


@contextlib.asynccontextmanager
async def _served(app: FastAPI, settings: Settings, stop: asyncio.Event) -> AsyncIterator[None]:
    """Serves HTTP; takes no new connections on the way out, and lets those in work finish within a few seconds."""
    config = uvicorn.Config(
        app,
        host=settings.http_host,
        port=settings.http_port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=5,
    )
    server = uvicorn.Server(config)

    async def serve() -> None:
        try:
            await server.serve()
        finally:
            stop.set()

    serving = asyncio.create_task(serve())
    try:
        yield
    finally:
        server.should_exit = True
        await asyncio.gather(serving, return_exceptions=True)
