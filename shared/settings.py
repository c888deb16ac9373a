"""Settings of a service process, from the environment alone."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.security.tokens import ISSUER


class SettingsError(ValueError):
    """Settings that do not go together. Says which, and why."""


class Settings(BaseSettings):
    """What a service process needs to know about its surroundings.

    Each field is read from the environment variable named beside it; a missing or malformed one raises pydantic's
    ValidationError, which names the variable.
    """

    model_config = SettingsConfigDict(extra="ignore", frozen=True, populate_by_name=True)

    kafka_bootstrap_servers: str = Field(alias="KAFKA_BOOTSTRAP_SERVERS")
    mongodb_uri: str = Field(alias="MONGODB_URI")
    database: str = Field(alias="KAKEHASHI_DATABASE")
    http_host: str = Field("127.0.0.1", alias="KAKEHASHI_HTTP_HOST")
    http_port: int = Field(alias="KAKEHASHI_HTTP_PORT")
    agreements: Path = Field(alias="KAKEHASHI_AGREEMENTS")
    issuer: str = Field(ISSUER, alias="KAKEHASHI_ISSUER")
    """Who signs the tokens with which everyone asks (`iss`), the local stack's unless another is named."""
    issuer_keys: Path = Field(alias="KAKEHASHI_ISSUER_KEYS")
    party_keys: Path = Field(alias="KAKEHASHI_PARTY_KEYS")
    traces: Path | None = Field(None, alias="KAKEHASHI_TRACES")
    otlp_endpoint: str | None = Field(None, alias="OTEL_EXPORTER_OTLP_ENDPOINT")
    instance: str | None = Field(None, alias="KAKEHASHI_INSTANCE")
    """This instance's name, unique among the service's instances and the same after a restart. With one, Kafka gives
    a restarted process its partitions back at once instead of waiting for the dead one's session to end."""
    batch_records: int = Field(500, alias="KAKEHASHI_BATCH_RECORDS", ge=1, le=5000)
    """Records of one batch, the most a crash can leave to be done again."""
    cached_streams: int = Field(20_000, alias="KAKEHASHI_CACHED_STREAMS", ge=0)
    """Streams of the assigned partitions, and their open intents, kept in memory."""


class BridgeSettings(Settings):
    """What a bridge needs besides."""

    private_keys: Path = Field(alias="KAKEHASHI_PRIVATE_KEYS")
    national_url: str = Field(alias="KAKEHASHI_NATIONAL_URL")
    drop_folder: Path | None = Field(None, alias="KAKEHASHI_DROP_FOLDER")
    """The watched folder, of a country that hands in by file."""
    drop_submitter: str = Field("file-drop", alias="KAKEHASHI_DROP_SUBMITTER", min_length=1)
    """Who hands in whatever is put there; who may put something there is up to the folder's permissions."""
    topic_submitter: str = Field("national-topic", alias="KAKEHASHI_TOPIC_SUBMITTER", min_length=1)
    """Who hands in whatever is in the national topic; who may write there is up to the broker's ACLs."""
    held_removed: float = Field(0.10, alias="KAKEHASHI_HELD_REMOVED", ge=0, le=1)
    """Share of a register's subjects above which an edition without them is held for an operator."""
    held_unreadable: float = Field(0.01, alias="KAKEHASHI_HELD_UNREADABLE", ge=0, le=1)
    """Share of an edition's rows above which it is held if they cannot be read."""


class PublicationSettings(Settings):
    """What publication needs besides."""

    public_url: str = Field(alias="KAKEHASHI_PUBLIC_URL")
