"""The countries that publish: what they have promised to, in whose languages and time. All of it from agreements."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from services.publication.texts import languages
from shared.agreements import Agreements
from shared.contracts.publication import RegisterName

Names = Mapping[str, str]
"""By language tag."""


@dataclass(frozen=True)
class Publisher:
    """A country with a page."""

    country: str
    ministries: Names
    contact_point: Names
    languages: Sequence[str]
    """Its own and those of its partners, the first one where a reader asks for none of them. Never empty."""
    time_zone: tzinfo
    """What is in force is asked of its calendar."""
    registers: Mapping[RegisterName, Sequence[str]]
    """What it has promised to publish, never empty, and the countries each is about. The first is shown first."""


@dataclass(frozen=True)
class Publishers:
    """All countries with a page, and the names that pages need."""

    by_country: Mapping[str, Publisher]
    country_names: Mapping[str, Names]
    identifier_names: Mapping[str, Names]
    written_in: Mapping[str, str]
    """By country, the language in which its authorities write."""

    @property
    def languages(self) -> Sequence[str]:
        """Every language some page is in, in the order met."""
        return list(dict.fromkeys(tag for publisher in self.by_country.values() for tag in publisher.languages))


def publishers_of(agreements: Agreements) -> Publishers:
    """Every country that has promised some partner to publish something."""
    return Publishers(
        by_country={
            country: _publisher(country, agreements)
            for country in agreements.countries
            if any(party.publishes for party in agreements.parties(country))
        },
        country_names={country: agreements.parties(country)[0].names for country in agreements.countries},
        written_in={country: agreements.parties(country)[0].languages[0] for country in agreements.countries},
        identifier_names={
            scheme: names
            for country in agreements.countries
            for party in agreements.parties(country)
            for scheme, names in party.identifiers.items()
        },
    )


def promised(
    agreements: Agreements, agreement: str | None, register_name: str, originator: str | None
) -> Collection[str]:
    """The parties that, by this agreement, publish this register of this originator's. None for one that is unknown."""
    known = agreements.get(agreement)
    if known is None:
        return ()
    return [
        country
        for country, party in known.parties.items()
        if any(
            promise.register_name == register_name and originator in promise.originators for promise in party.publishes
        )
    ]


def _publisher(country: str, agreements: Agreements) -> Publisher:
    own, *others = agreements.parties(country)
    partners = [agreement.parties[agreement.other(country)] for agreement in agreements if country in agreement.parties]
    registers: dict[RegisterName, list[str]] = {}
    for party in (own, *others):
        for promise in party.publishes:
            known = registers.setdefault(promise.register_name, [])
            known += [originator for originator in promise.originators if originator not in known]
    wanted = dict.fromkeys(tag for party in (own, *others, *partners) for tag in party.languages)
    return Publisher(
        country=country,
        ministries=own.ministries,
        contact_point=own.contact_point.names,
        languages=[tag for tag in wanted if tag in languages()] or list(languages()),
        time_zone=own.zone,
        registers=registers,
    )
