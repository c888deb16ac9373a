"""Agreements between two countries, from files: who they are, what each has promised to publish, since when in force.

The only place where countries come from. A further partner is one more file.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

from shared.contracts.publication import RegisterName

Country = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
"""ISO 3166-1 alpha-2, lower case."""
LanguageTag = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
"""BCP 47."""
Clause = Annotated[str, StringConstraints(pattern=r"^M\d+[a-z]?(\.\d+[a-z]?)?$")]
Names = Annotated[dict[LanguageTag, str], Field(min_length=1)]
State = Literal["in-force", "notice-given", "ended"]

NOTICE_MONTHS = 6
"""M10a: the cooperation ends this long after one side's notice."""


class AgreementError(ValueError):
    """An agreement file that cannot be used. Names the file and what is wrong where."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ContactPoint(_Part):
    """M2: where a side is reached under the agreement."""

    names: Names
    channel: str
    """The service that speaks for it."""
    key_set: str
    """File of its public keys, within the folder of the parties' keys."""


class Promise(_Part):
    """A register that a party publishes in its country."""

    register_name: RegisterName = Field(alias="register")
    originators: tuple[Country, ...] = Field(min_length=1)
    """The parties whose information the page shows."""
    clauses: tuple[Clause, ...] = Field(min_length=1)


class Criteria(_Part):
    """M7.1: what a party screens its sending organizations by, from a day on, in place of what it did before."""

    since: date
    """Of applications made on that day or later."""
    criteria: dict[Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+$")], Names] = Field(min_length=1)
    """By id, in the order in which they are screened."""


class Party(_Part):
    """One side of an agreement."""

    names: Names
    """Of the country."""
    ministries: Names
    contact_point: ContactPoint
    languages: tuple[LanguageTag, ...] = Field(min_length=1)
    """Of its public pages; the first is shown where the reader asks for none of them."""
    time_zone: str
    """IANA name. Its calendar says what is in effect today."""
    closed_on: tuple[str, ...] = ()
    """Days of every year on which its offices are closed beside public holidays: `12-29` for 29 December."""
    identifiers: dict[str, Names] = {}
    """Names of the identifier schemes of its organizations, by scheme."""
    publishes: tuple[Promise, ...] = ()
    screens_by: tuple[Criteria, ...] = ()
    """Oldest first; none of a party that sends no workers."""

    @field_validator("screens_by")
    @classmethod
    def _oldest_first(cls, value: tuple[Criteria, ...]) -> tuple[Criteria, ...]:
        days = [each.since for each in value]
        if days != sorted(set(days)):
            raise ValueError("each begins after the one before")
        return value

    @field_validator("time_zone")
    @classmethod
    def _known_time_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except ZoneInfoNotFoundError as error:
            raise ValueError(f"{value} is no IANA time zone") from error
        return value

    @field_validator("closed_on")
    @classmethod
    def _days_of_a_year(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for day in value:
            try:
                date.fromisoformat(f"2028-{day}")  # a leap year
            except ValueError as error:
                raise ValueError(f"{day} is no day of a year such as 12-29") from error
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The time zone itself."""
        return ZoneInfo(self.time_zone)

    @property
    def closed_days(self) -> frozenset[tuple[int, int]]:
        """Month and day of the days on which its offices are closed."""
        return frozenset((int(day[:2]), int(day[3:])) for day in self.closed_on)

    def criteria_on(self, day: date) -> Criteria | None:
        """M7.1: by what an application made on this day is screened, None where nothing was laid down for it."""
        return next((each for each in reversed(self.screens_by) if each.since <= day), None)


class StateChange(_Part):
    """The agreement's state from a day on, that day included."""

    state: State
    since: date


class Reviews(_Part):
    """M9: the days on which a review of the framework falls due: one, and each so many months after it."""

    first_on: date
    every_months: int = Field(ge=1)

    def on_or_after(self, day: date) -> date:
        """The first of them that is not before this day."""
        months = (day.year - self.first_on.year) * 12 + day.month - self.first_on.month
        place = max(0, months // self.every_months)
        while (found := months_after(self.first_on, place * self.every_months)) < day:
            place += 1
        return found

    def after(self, day: date) -> date:
        """The first of them after this day."""
        return self.on_or_after(day + timedelta(days=1))


class Agreement(_Part):
    """A memorandum between two countries."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    """The value of the CloudEvents extension `agreement`."""
    names: Names
    original_language: LanguageTag
    """M10c."""
    states: tuple[StateChange, ...] = Field(min_length=1)
    """Oldest first."""
    reminder_days: int = Field(3, ge=1)
    """How long before its day the side that owes something is reminded. M6.4, M7.6: of an answer, in its working days.
    M7.3: of a result, in days."""
    reviews: Reviews | None = None
    parties: dict[Country, Party] = Field(min_length=2, max_length=2)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        days = [change.since for change in self.states]
        if days != sorted(set(days)):
            raise ValueError("states: each begins after the one before")
        for country, party in self.parties.items():
            for promise in party.publishes:
                if strangers := set(promise.originators) - set(self.parties):
                    raise ValueError(f"{country} publishes {promise.register_name} of {', '.join(strangers)}: no party")
        return self

    def other(self, country: str) -> str:
        """The other party. Raises KeyError for a country that is no party."""
        if country not in self.parties:
            raise KeyError(country)
        return next(party for party in self.parties if party != country)

    def state_on(self, day: date) -> State | None:
        """M10a: in force, notice given, or ended, by date; None before it was first in force."""
        reached = [change for change in self.states if change.since <= day]
        if not reached:
            return None
        latest = reached[-1]
        if latest.state == "notice-given" and day >= ends_on(latest.since):
            return "ended"
        return latest.state

    def standing_on(self, day: date) -> State | Literal["not-yet-in-force"]:
        """What a message meets on the day."""
        return self.state_on(day) or "not-yet-in-force"

    def takes_new_sharing(self, day: date) -> bool:
        """M10a: whether something new may be shared under it on this day."""
        return self.state_on(day) in ("in-force", "notice-given")

    def publishers(self, register_name: str, originator: str) -> Sequence[str]:
        """The parties that have promised to publish a register of this originator (M6.1, M6.2, M7.2, M7.5, M8.1)."""
        return [
            country
            for country, party in self.parties.items()
            if any(
                promise.register_name == register_name and originator in promise.originators
                for promise in party.publishes
            )
        ]


class Agreements:
    """All agreements that are loaded."""

    def __init__(self, agreements: Sequence[Agreement]) -> None:
        self._by_id = {agreement.id: agreement for agreement in agreements}

    def notice_given(self, agreement: str, day: date) -> None:
        """M10a: from now on goes by a notice given on this day, in place of what its file says of later days. Raises
        KeyError for an agreement that there is not."""
        known = self._by_id[agreement]
        if known.state_on(day) == "in-force":
            before = tuple(change for change in known.states if change.since < day)
            states = (*before, StateChange(state="notice-given", since=day))
            self._by_id[agreement] = known.model_copy(update={"states": states})

    def __iter__(self) -> Iterator[Agreement]:
        return iter(self._by_id.values())

    def get(self, agreement: str | None) -> Agreement | None:
        """The agreement of this id, or None."""
        return self._by_id.get(agreement or "")

    @property
    def countries(self) -> Sequence[str]:
        """Every country that is a party somewhere, in alphabetical order of its code."""
        return sorted({country for agreement in self for country in agreement.parties})

    def between(self, one: str, other: str) -> Agreement | None:
        """The agreement of these two countries, in whatever order, or None."""
        return next((agreement for agreement in self if set(agreement.parties) == {one, other}), None)

    def parties(self, country: str) -> Sequence[Party]:
        """What each agreement says of a country. Empty for one that is no party anywhere."""
        return [agreement.parties[country] for agreement in self if country in agreement.parties]


def load_agreements(folder: Path) -> Agreements:
    """The agreements of all `*.yaml` files of a folder. Raises AgreementError."""
    loaded: dict[str, Agreement] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            agreement = Agreement.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, yaml.YAMLError) as error:
            raise AgreementError(f"{path}: {_told(error)}") from error
        if agreement.id in loaded:
            raise AgreementError(f"{path}: the id {agreement.id} is another file's already")
        loaded[agreement.id] = agreement
    if not loaded:
        raise AgreementError(f"{folder}: there is no agreement file (*.yaml) in it")
    return Agreements(list(loaded.values()))


def _told(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    return "; ".join(f"{'.'.join(map(str, each['loc'])) or 'file'}: {each['msg']}" for each in error.errors())


def ends_on(notice: date) -> date:
    """M10a: the first day without the agreement, of which notice was given on this day. Raises ValueError for a day so
    late that the calendar has none."""
    return months_after(notice, NOTICE_MONTHS)


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last; of an earlier one where there are less than no months."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
