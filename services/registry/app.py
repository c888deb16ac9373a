"""The registry: its rules, its topic and its read API put together."""

from __future__ import annotations

from services.registry import api
from services.registry.decisions import decide
from services.registry.model import SendingOrganizationRecord, evolve
from shared.contracts.sending_organization import (
    AccreditSendingOrganization,
    AmendSendingOrganization,
    RevokeSendingOrganization,
)
from shared.messaging.decider import Decider
from shared.service import Runtime, Service
from shared.settings import Settings

NAME = "registry"

SENDING_ORGANIZATION = Decider(
    kind="sending-organization",
    state=SendingOrganizationRecord,
    commands={
        command.__name__: command
        for command in (AccreditSendingOrganization, AmendSendingOrganization, RevokeSendingOrganization)
    },
    initial=lambda _: SendingOrganizationRecord(),
    decide=decide,
    evolve=evolve,
)


def build(runtime: Runtime[Settings]) -> Service:
    """The service as the kernel runs it."""

    async def state_of(stream: str) -> SendingOrganizationRecord | None:
        return await runtime.state(stream, SendingOrganizationRecord)

    return Service(
        name=NAME,
        deciders=[SENDING_ORGANIZATION],
        routers=[api.router(state_of, runtime.clock)],
        description="Who is accredited, since when, until when, and how that came to be known.",
    )
