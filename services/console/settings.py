"""Settings of the console, from the environment alone. It has no database, and Kafka is not its business."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.security.tokens import ISSUER


class ProviderSettings(BaseSettings):
    """An OpenID provider at which operators sign in; absent as long as no client id is set.

    Its access tokens must be JWTs as every API of ours takes them: `KAKEHASHI_ISSUER_KEYS` holds its public keys.
    """

    model_config = SettingsConfigDict(extra="ignore", frozen=True, populate_by_name=True)

    client_id: str = Field("", alias="KAKEHASHI_OIDC_CLIENT_ID")
    authorization_url: str = Field("", alias="KAKEHASHI_OIDC_AUTHORIZATION_URL")
    token_url: str = Field("", alias="KAKEHASHI_OIDC_TOKEN_URL")
    console_url: str = Field("", alias="KAKEHASHI_CONSOLE_URL")
    """Where browsers reach the console, without a slash at the end: the provider sends them back there."""

    @model_validator(mode="after")
    def _all_or_none(self) -> ProviderSettings:
        given = [self.client_id, self.authorization_url, self.token_url, self.console_url]
        if self.client_id and not all(given):
            raise ValueError("KAKEHASHI_OIDC_* and KAKEHASHI_CONSOLE_URL: one of them is missing")
        return self


class ConsoleSettings(BaseSettings):
    """What the console needs to know about its surroundings. As with every service, see shared.settings.Settings."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, populate_by_name=True)

    http_host: str = Field("127.0.0.1", alias="KAKEHASHI_HTTP_HOST")
    http_port: int = Field(alias="KAKEHASHI_HTTP_PORT")
    agreements: Path = Field(alias="KAKEHASHI_AGREEMENTS")
    issuer: str = Field(ISSUER, alias="KAKEHASHI_ISSUER")
    """Who signs the tokens with which everyone asks (`iss`), the local stack's unless another is named."""
    issuer_keys: Path = Field(alias="KAKEHASHI_ISSUER_KEYS")
    services: dict[str, str] = Field(alias="KAKEHASHI_SERVICES")
    """Address of each service by name, as a JSON object. A bridge goes by the name its agreement gives its channel."""
    traces: Path | None = Field(None, alias="KAKEHASHI_TRACES")
    """The folder of all services' span files, where they are on one machine."""
    trace_link: str | None = Field(None, alias="KAKEHASHI_TRACE_LINK")
    """Where else a trace is shown, with `{trace_id}` in it; used where there is no folder."""
    logins: Path | None = Field(None, alias="KAKEHASHI_LOGINS")
    """The local stack's alone: a file of operators' tokens, by country and with `-` for none, that anyone who opens the
    console may sign in with."""
    provider: ProviderSettings = Field(default_factory=ProviderSettings)
