"""Who is asking: every API but the public pages wants a verified token."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Header, Request

from shared.errors import ProblemError, problem
from shared.security.tokens import Actor, TokenVerifier


def actor(*roles: str, party: str | None = None) -> Callable[..., Actor]:
    """A dependency that gives the request's actor.

    The application's state must hold the verifier as `tokens`. Raises ProblemError: `no-token`, `bad-token` or
    `expired-token` for who cannot be known, `wrong-role` for a role outside `roles`, `wrong-party` for a party other
    than `party`.
    """

    def verified(request: Request, authorization: Annotated[str | None, Header()] = None) -> Actor:
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise ProblemError(problem("no-token", "The request has no bearer token."))
        verifier: TokenVerifier = request.app.state.tokens
        known = verifier.verify(token)
        if known.role not in roles:
            detail = f"The role {known.role} is none of: {', '.join(roles)}."
            raise ProblemError(problem("wrong-role", detail))
        if party is not None and known.party != party:
            detail = f"The token's party is {known.party or 'none'}, asked for is {party}."
            raise ProblemError(problem("wrong-party", detail))
        return known

    return verified
