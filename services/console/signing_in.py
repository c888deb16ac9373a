"""Signing in and out: by a token, at an OpenID provider, and on the local stack with one click."""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote, unquote, urlencode

import httpx
from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from services.console.frame import Frame
from services.console.session import form_of, local_path, operator_of, sign_in, sign_out, verified
from services.console.settings import ConsoleSettings, ProviderSettings
from shared.errors import Problem, ProblemError, problem
from shared.security.tokens import TokenVerifier

FLOW_COOKIE = "kakehashi-signing-in"
FLOW_SECONDS = 600


def router(frame: Frame, settings: ConsoleSettings, tokens: TokenVerifier, client: httpx.AsyncClient) -> APIRouter:
    """The routes, those without a session among them."""
    pages = APIRouter(include_in_schema=False)
    provider = settings.provider

    def form(
        request: Request, wanted: str | None, code: int = 200, found: Problem | None = None, *, over: bool = False
    ) -> Response:
        return frame.page(
            request,
            "login",
            code=code,
            problem=found,
            next=local_path(wanted),
            over=over,
            parties=sorted(_logins(settings.logins), key=lambda party: (party == "-", party)),
            provider=bool(provider.client_id),
        )

    def begin(request: Request, token: str, wanted: str | None) -> Response:
        try:
            operator = verified(token.strip(), tokens)
        except ProblemError as error:
            return form(request, wanted, error.problem.status, error.problem)
        response = RedirectResponse(local_path(wanted), 303)
        sign_in(request, response, operator)
        return response

    @pages.get("/login")
    async def ask(request: Request, next: str | None = None, over: bool = False) -> Response:  # noqa: A002
        """Who are you?"""
        return form(request, next, over=over)

    @pages.post("/login")
    async def by_token(request: Request) -> Response:
        """By a token of the issuer."""
        fields = await form_of(request, None)
        return begin(request, fields.get("token", ""), fields.get("next"))

    @pages.post("/login/local")
    async def with_one_click(request: Request) -> Response:
        """With a token that lies ready, on the local stack alone."""
        fields = await form_of(request, None)
        token = _logins(settings.logins).get(fields.get("party", ""))
        if token is None:
            raise ProblemError(problem("not-found", "No token lies ready for that."))
        return begin(request, token, fields.get("next"))

    @pages.post("/login/provider")
    async def to_provider(request: Request) -> Response:
        """To the OpenID provider: the authorization code flow with PKCE (RFC 7636)."""
        fields = await form_of(request, None)
        if not provider.client_id:
            raise ProblemError(problem("not-found", "No OpenID provider is set."))
        state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        response = RedirectResponse(_authorization(provider, state, verifier), 303)
        flow = json.dumps([state, verifier, local_path(fields.get("next"))])
        response.set_cookie(
            FLOW_COOKIE,
            quote(flow),
            max_age=FLOW_SECONDS,
            path="/login/return",
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
        return response

    @pages.get("/login/return")
    async def from_provider(request: Request, code: str = "", state: str = "") -> Response:
        """Back from the provider, with a code for a token."""
        expected, verifier, wanted = _flow(request)
        if not code or not secrets.compare_digest(state.encode(), expected.encode()):
            return form(request, wanted, 403, problem("forged", "The provider's answer is to no question of ours."))
        try:
            answer = await client.post(
                provider.token_url,
                data={
                    "grant_type": "authorization_code",
                    "code": code,
                    "redirect_uri": f"{provider.console_url}/login/return",
                    "client_id": provider.client_id,
                    "code_verifier": verifier,
                },
            )
            token = str(answer.raise_for_status().json()["access_token"])
        except (httpx.HTTPError, ValueError, KeyError) as error:
            detail = f"The provider gave no token: {type(error).__name__}."
            return form(request, wanted, 503, problem("not-available", detail))
        response = begin(request, token, wanted)
        response.delete_cookie(FLOW_COOKIE, path="/login/return")
        return response

    @pages.post("/logout")
    async def leave(request: Request) -> Response:
        """The session ends; the token does not, until its time is over."""
        await form_of(request, operator_of(request))
        response = RedirectResponse("/login", 303)
        sign_out(request, response)
        return response

    return pages


def _logins(file: Path | None) -> Mapping[str, str]:
    """Tokens that lie ready, by country; none but on the local stack."""
    if file is None or not file.exists():
        return {}
    tokens: Mapping[str, str] = json.loads(file.read_text())
    return tokens


def _authorization(provider: ProviderSettings, state: str, verifier: str) -> str:
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "scope": "openid",
        "client_id": provider.client_id,
        "redirect_uri": f"{provider.console_url}/login/return",
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return f"{provider.authorization_url}?{urlencode(asked)}"


def _flow(request: Request) -> tuple[str, str, str]:
    """State, verifier and wanted page of a flow that this browser began; empty ones where it began none."""
    try:
        state, verifier, wanted = json.loads(unquote(request.cookies.get(FLOW_COOKIE, "")))
    except ValueError:
        return secrets.token_urlsafe(24), "", "/"
    return str(state), str(verifier), str(wanted)
