"""Asks the services, as the operator who is signed in: the operator's own token goes along."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from services.console.watch import Watch
from shared.errors import Problem, ProblemError, problem
from shared.security.tokens import Actor

PATIENCE = 4.0
"""Seconds a service has to answer a question."""
LONGER = 20.0
"""Seconds it has for an order."""


class AwayError(Exception):
    """A service does not answer."""

    def __init__(self, service: str) -> None:
        super().__init__(f"{service} does not answer")
        self.service = service


@dataclass(frozen=True)
class Operator:
    """Who is signed in, and the token that says so."""

    actor: Actor
    token: str


class Services:
    """The services, for questions and orders."""

    def __init__(
        self, urls: Mapping[str, str], bridges: Mapping[str, str], client: httpx.AsyncClient, watch: Watch
    ) -> None:
        """`bridges`: the country of each service that is a bridge."""
        self._urls = urls
        self._client = client
        self._watch = watch
        self.bridges = bridges

    def open_to(self, operator: Operator) -> Sequence[str]:
        """The services that answer this operator: a bridge answers its own country's alone."""
        party = operator.actor.party
        return [name for name in self._urls if self.bridges.get(name, party) == party]

    def closed_to(self, operator: Operator) -> Sequence[str]:
        """The bridges that do not."""
        return [name for name in self._urls if name not in self.open_to(operator)]

    def bridge_of(self, country: str) -> str:
        """The service that speaks for a country. Raises ProblemError `not-found`."""
        found = next((service for service, one in self.bridges.items() if one == country), None)
        if found is None:
            raise ProblemError(problem("not-found", f"There is no bridge of {country}."))
        return found

    async def get(self, operator: Operator, service: str, path: str, **parameters: Any) -> Any:
        """What a service answers. Raises ProblemError with the problem it answers, AwayError where it does not."""
        return await self._asked(operator, service, PATIENCE, "GET", path, params=parameters)

    async def order(
        self, operator: Operator, service: str, path: str, body: Mapping[str, Any] | None, **headers: str
    ) -> Any:
        """What a service answers to an order; it records who gave it. Raises as `get` does."""
        return await self._asked(operator, service, LONGER, "POST", path, headers, json=body)

    async def each(
        self, operator: Operator, services: Sequence[str], path: str, **parameters: Any
    ) -> Mapping[str, Any | AwayError]:
        """What each of them answers, asked at once; an AwayError of one that does not. Raises ProblemError."""

        async def asked(service: str) -> Any | AwayError:
            try:
                return await self.get(operator, service, path, **parameters)
            except AwayError as error:
                return error

        answers = await asyncio.gather(*(asked(service) for service in services))
        return dict(zip(services, answers, strict=True))

    async def _asked(
        self,
        operator: Operator,
        service: str,
        patience: float,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        **request: Any,
    ) -> Any:
        seen = self._watch.seen.get(service)
        if service not in self._urls:
            raise ProblemError(problem("not-found", f"There is no service {service}."))
        if seen is not None and seen.condition == "down":
            raise AwayError(service)
        headers = {**(headers or {}), "Authorization": f"Bearer {operator.token}"}
        try:
            async with asyncio.timeout(patience):
                answer = await self._client.request(method, f"{self._urls[service]}{path}", headers=headers, **request)
        except (httpx.HTTPError, TimeoutError) as error:
            raise AwayError(service) from error
        if answer.is_success:
            return answer.json()
        raise ProblemError(_problem_of(service, answer))


def _problem_of(service: str, answer: httpx.Response) -> Problem:
    try:
        return Problem.model_validate(answer.json())
    except ValueError:
        return problem("not-available", f"{service} answered {answer.status_code}.")
