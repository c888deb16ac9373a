"""The test catalogue: tests that a country conducts, by field or of a language, and their sessions (M5.1).

Other records refer to a test and a session by the numbers they have here.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Literal

from pydantic import Field

from shared.contracts.base import Contract


class ListedTest(Contract):
    """A test as its country lists it."""

    country: str
    """That conducts it: ISO 3166-1 alpha-2, lower case."""
    number: str
    """Its number or short name there; with `country` it names the stream."""
    kind: Literal["skill", "language"]
    field: str | None = None
    """Of a test of skills: the field of work, a code of shared.contracts.fields_of_work."""
    language: str | None = None
    """Of a test of a language: which (BCP 47)."""
    level: str | None = None
    names: dict[str, str]
    """By language tag."""
    conducted_by: str | None = None
    discontinued_on: date | None = None
    """The first day on which no session of it is held any more."""


class Session(Contract):
    """One occasion on which a test is held."""

    number: str
    """Within its test."""
    country: str
    """Where it is held: ISO 3166-1 alpha-2, lower case."""
    place: str | None = None
    first_day: date
    last_day: date


class Cancellation(Contract):
    """A session does not take place."""

    cancelled_on: date
    """When that was decided."""
    ground: dict[str, str] = Field(default_factory=dict)
    """Why, by language tag."""


KIND = "test"


def stream_of(country: str, number: str) -> str:
    """The registry's stream of a test and its sessions. A country has one catalogue, whoever it is told to."""
    return f"{KIND}/{country}/{number}"


# -- commands -----------------------------------------------------------------------------------------------------


class ListTest(Contract):
    """M5.1: a country tells of a test, or how it is from a day on, whole."""

    test: ListedTest
    effective_on: date


class AnnounceTestSession(Contract):
    """M5.1: a test will be held."""

    country: str
    test: str
    """The test's number."""
    session: Session


class ChangeTestSession(Contract):
    """M5.1: a session is held otherwise than was told; whole, in place of what was told."""

    country: str
    test: str
    session: Session
    changed_on: date
    """When that was decided: before the session is over."""


class CancelTestSession(Contract):
    """M5.1: a session that was announced does not take place."""

    country: str
    test: str
    session_number: str
    cancellation: Cancellation


# -- events -------------------------------------------------------------------------------------------------------


class TestListed(Contract):
    """The registry has recorded a test, or how it is from a day on."""

    test: ListedTest
    effective_on: date
    agreement: str | None = None
    """Under which it was told: each partner is told once."""
    recorded_at: datetime


class TestSessionAnnounced(Contract):
    """The registry has recorded a session."""

    country: str
    test: str
    session: Session
    agreement: str | None = None
    recorded_at: datetime


class TestSessionChanged(Contract):
    """The registry has recorded that a session is held otherwise."""

    country: str
    test: str
    session: Session
    changed_on: date
    agreement: str | None = None
    recorded_at: datetime


class TestSessionCancelled(Contract):
    """The registry has recorded that a session does not take place; `session` is how it last was."""

    country: str
    test: str
    session_number: str
    cancellation: Cancellation
    session: Session
    agreement: str | None = None
    recorded_at: datetime


class TestCatalogueUnchanged(Contract):
    """A command told what was known already. For its sender alone; nobody else is told."""

    country: str
    test: str


SessionChange = TestSessionAnnounced | TestSessionChanged | TestSessionCancelled
"""What may happen to a session."""

COMMANDS: tuple[type[Contract], ...] = (ListTest, AnnounceTestSession, ChangeTestSession, CancelTestSession)
EVENTS: tuple[type[Contract], ...] = (
    TestListed,
    TestSessionAnnounced,
    TestSessionChanged,
    TestSessionCancelled,
    TestCatalogueUnchanged,
)

# -- examples -----------------------------------------------------------------------------------------------------

_TEST = ListedTest(
    country="xa",
    number="SSW-FS-1",
    kind="skill",
    field="food-service",
    level="1号",
    names={"ja": "外食業特定技能1号技能測定試験", "en": "Food service skills proficiency test (SSW 1)"},
    conducted_by="一般社団法人外食試験機構",
)
_SESSION = Session(
    number="2026-05-BSH-01", country="xb", place="Bishkek", first_day=date(2026, 5, 16), last_day=date(2026, 5, 17)
)
_CANCELLATION = Cancellation(cancelled_on=date(2026, 5, 1), ground={"ja": "会場が使用できないため。"})
_RECORDED = datetime(2026, 3, 2, 0, 15, tzinfo=UTC)
_TOLD = {"agreement": "xa-xb", "recorded_at": _RECORDED}

EXAMPLES: tuple[Contract, ...] = (
    ListTest(test=_TEST, effective_on=date(2026, 4, 1)),
    AnnounceTestSession(country="xa", test="SSW-FS-1", session=_SESSION),
    ChangeTestSession(country="xa", test="SSW-FS-1", session=_SESSION, changed_on=date(2026, 4, 20)),
    CancelTestSession(country="xa", test="SSW-FS-1", session_number="2026-05-BSH-01", cancellation=_CANCELLATION),
    TestListed(test=_TEST, effective_on=date(2026, 4, 1), **_TOLD),
    TestSessionAnnounced(country="xa", test="SSW-FS-1", session=_SESSION, **_TOLD),
    TestSessionChanged(country="xa", test="SSW-FS-1", session=_SESSION, changed_on=date(2026, 4, 20), **_TOLD),
    TestSessionCancelled(
        country="xa",
        test="SSW-FS-1",
        session_number="2026-05-BSH-01",
        cancellation=_CANCELLATION,
        session=_SESSION,
        **_TOLD,
    ),
    TestCatalogueUnchanged(country="xa", test="SSW-FS-1"),
)
"""One of each command and event."""
