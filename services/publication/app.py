"""Publication: its rules, the register topic, the pages and the API put together."""

from __future__ import annotations

from functools import partial

import httpx

from services.publication import api, pages
from services.publication.decisions import decide
from services.publication.description import describe
from services.publication.model import PublishedEntry, evolve
from services.publication.publishers import promised, publishers_of
from services.publication.reactions import EVENTS, react
from services.publication.read_back import PublicReader
from services.publication.registers import PublicRegisters
from services.publication.view import RegisterView, follow
from shared.contracts.publication import REGISTER_TOPIC, ConfirmPublication, PublishRegisterEntry
from shared.messaging.decider import Compacted, Decider, Reactor
from shared.service import Runtime, Service
from shared.settings import PublicationSettings

NAME = "publication"


def build(runtime: Runtime[PublicationSettings]) -> Service:
    """The service as the kernel runs it."""
    settings, clock = runtime.settings, runtime.clock
    by_agreement = partial(promised, runtime.agreements)
    view = RegisterView()
    registers = PublicRegisters(view, publishers_of(runtime.agreements), clock, settings.public_url)
    public = api.router(registers)
    # Settings come from our own variables alone: a proxy of the machine is not asked.
    client = httpx.AsyncClient(base_url=settings.public_url, timeout=10.0, trust_env=False)

    async def follow_register() -> None:
        async with client:
            await follow(view, settings.kafka_bootstrap_servers)

    return Service(
        name=NAME,
        deciders=[
            Decider(
                kind="register-entry",
                state=PublishedEntry,
                commands={command.__name__: command for command in (PublishRegisterEntry, ConfirmPublication)},
                initial=lambda _: PublishedEntry(),
                decide=partial(decide, by_agreement),
                evolve=evolve,
                compacted=Compacted(REGISTER_TOPIC, lambda state: state.entry),
            )
        ],
        reactors=[Reactor("registry.events.v1", EVENTS, partial(react, by_agreement))],
        handlers={"read-back": PublicReader(client, registers.page_url, clock).read_back},
        routers=[public, pages.router(registers, describe(public))],
        tasks=[follow_register],
        ready=lambda: view.ready,
        description="What countries have promised each other to publish.",
    )
