"""The countries that publish: what they have promised to, and in whose languages and time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

from shared.clock import Clock
from shared.contracts.publication import RegisterName


@dataclass(frozen=True)
class Publisher:
    """A country with a page. `registers` and `languages` are never empty; the first of each is shown first."""

    country: str
    names: Mapping[str, str]
    """Of the country, by language."""
    languages: Sequence[str]
    time_zone: tzinfo
    registers: Sequence[RegisterName]
    originators: Sequence[str]
    """The countries whose information the page may hold."""

    def today(self, clock: Clock) -> date:
        """The day it is in this country: what is in force is asked of its calendar."""
        return clock.now().astimezone(self.time_zone).date()


@dataclass(frozen=True)
class Publishers:
    """All countries with a page."""

    by_country: Mapping[str, Publisher]
    country_names: Mapping[str, Mapping[str, str]]
    """Names of all countries of the agreements, by language."""
    identifier_names: Mapping[str, Mapping[str, str]]
    """Names of identifier schemes, by language."""

    @property
    def languages(self) -> Sequence[str]:
        """Every language some page is in, in the order met."""
        return list(dict.fromkeys(tag for publisher in self.by_country.values() for tag in publisher.languages))
