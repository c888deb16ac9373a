"""Who is signed in: the operator's own token, in a cookie that no script reads; and that a form is ours.

The token is signed by its issuer and verified at each request, as every API does; so it is the whole session, and ends
when the token does.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Annotated, Final
from urllib.parse import parse_qsl, urlsplit

from fastapi import Depends, Request, Response

from services.console.asking import Operator
from shared.errors import ProblemError, problem
from shared.security.tokens import TokenVerifier

COOKIE: Final = "kakehashi-operator"
MOST_BYTES: Final = 800_000
"""Of a form: of what a bridge takes of a message three times as much, for letters that are not Latin are escaped."""


class NotSignedInError(Exception):
    """Nobody is, or not any more. `over`: someone was until now."""

    def __init__(self, *, over: bool) -> None:
        super().__init__("nobody is signed in")
        self.over = over


def operator_of(request: Request) -> Operator:
    """Who is signed in. The application's state must hold the verifier as `tokens`. Raises NotSignedInError."""
    token = request.cookies.get(COOKIE, "")
    if not token:
        raise NotSignedInError(over=False)
    try:
        return verified(token, request.app.state.tokens)
    except ProblemError as error:
        raise NotSignedInError(over=True) from error


SignedIn = Annotated[Operator, Depends(operator_of)]
"""Of a page for operators."""


def verified(token: str, tokens: TokenVerifier) -> Operator:
    """The operator of a token. Raises ProblemError: what is wrong with it, or `wrong-role`."""
    actor = tokens.verify(token)
    if actor.role != "operator":
        raise ProblemError(problem("wrong-role", f"The role {actor.role} is none of: operator."))
    return Operator(actor, token)


def sign_in(request: Request, response: Response, operator: Operator) -> None:
    """Begins the session. It ends with the token, with the browser, or when the operator signs out."""
    # `lax`: a link in a mail or on a dashboard opens the page it names; a post from elsewhere brings no cookie.
    response.set_cookie(
        COOKIE, operator.token, httponly=True, samesite="lax", secure=request.url.scheme == "https", path="/"
    )


def sign_out(request: Request, response: Response) -> None:
    response.delete_cookie(COOKIE, httponly=True, samesite="lax", secure=request.url.scheme == "https", path="/")


def form_token(operator: Operator) -> str:
    """Stands in every form. Who does not have the session cannot tell it."""
    return hmac.new(operator.token.encode(), b"kakehashi console form", hashlib.sha256).hexdigest()


async def form_of(request: Request, operator: Operator | None) -> Mapping[str, str]:
    """The fields of a form that was posted. Raises ProblemError `forged` unless a page of ours posted it.

    Without an operator, at signing in, the browser's word for where it comes from is all there is.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site not in (None, "same-origin", "none") or (
        site is None and origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    ):
        raise ProblemError(problem("forged", "The form was posted from another site."))
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            raise ProblemError(problem("too-large", f"A form has {MOST_BYTES} bytes at most."))
    fields = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    if operator is not None and not hmac.compare_digest(fields.pop("form", "").encode(), form_token(operator).encode()):
        raise ProblemError(problem("forged", "The form is not of this session. Load the page again."))
    return fields


def local_path(wanted: str | None) -> str:
    """Where to go on after signing in: a page of ours and nothing else."""
    if not wanted or not wanted.startswith("/") or wanted.startswith(("//", "/\\", "/login")):
        return "/"
    return wanted if urlsplit(wanted).netloc == "" and "\n" not in wanted and "\r" not in wanted else "/"
