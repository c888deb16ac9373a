"""The declaration of topics: how many partitions, how long kept, who may read and write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

OWN = "{country}"
"""The country of the topic whose name has it."""
ANY = "{any}"
"""Each country."""

TopicName = Annotated[str, StringConstraints(pattern=r"^[a-z-]+(\.?\{country\})?(\.[a-z]+)+\.v\d+$")]
Service = Annotated[str, StringConstraints(pattern=r"^[a-z-]+(\{country\}|\{any\})?$")]


class TopicsError(ValueError):
    """A declaration that cannot be used. Names the file and what is wrong where."""


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    partitions: int = Field(ge=1)
    retention: timedelta | Literal["forever"]
    compacted: bool = False
    writers: tuple[Service, ...]
    readers: tuple[Service, ...]


class Topic(BaseModel):
    """One topic."""

    model_config = ConfigDict(frozen=True)

    name: str
    partitions: int
    retention: timedelta | None
    """How long records are kept; None for ever."""
    compacted: bool
    """Whether only the last record of a key is kept."""
    writers: tuple[str, ...]
    """Names of services."""
    readers: tuple[str, ...]

    @property
    def settings(self) -> Mapping[str, str]:
        """As Kafka's topic configuration."""
        milliseconds = -1 if self.retention is None else int(self.retention.total_seconds() * 1000)
        policy = "compact" if self.compacted else "delete"
        return {"cleanup.policy": policy, "retention.ms": str(milliseconds)}


def load_topics(path: Path, countries: Sequence[str]) -> Sequence[Topic]:
    """The topics declared in a file, for these countries. Raises TopicsError."""
    try:
        declared = TypeAdapter(dict[TopicName, _Declared]).validate_python(
            yaml.safe_load(path.read_text(encoding="utf-8"))
        )
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, each['loc'])) or 'file'}: {each['msg']}" for each in error.errors())
        raise TopicsError(f"{path}: {told}") from error
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise TopicsError(f"{path}: {error}") from error
    return [
        _topic(name, topic, country, countries)
        for name, topic in declared.items()
        for country in (countries if OWN in name else [""])
    ]


def _topic(name: str, declared: _Declared, country: str, countries: Sequence[str]) -> Topic:
    def services(names: Sequence[str]) -> tuple[str, ...]:
        own = [service.replace(OWN, country) for service in names]
        each = [service.replace(ANY, one) for service in own for one in (countries if ANY in service else [""])]
        return tuple(dict.fromkeys(each))

    return Topic(
        name=name.replace(OWN, country),
        partitions=declared.partitions,
        retention=None if declared.retention == "forever" else declared.retention,
        compacted=declared.compacted,
        writers=services(declared.writers),
        readers=services(declared.readers),
    )
