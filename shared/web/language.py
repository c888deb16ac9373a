"""The languages that pages for people are written in, and how each writes dates, numbers and names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Any

import yaml


class Language:
    """One language's file of texts and its manners. Raises KeyError for what the file lacks."""

    def __init__(self, tag: str, texts: Mapping[str, Any]) -> None:
        self.tag = tag
        self.texts = texts

    def day(self, day: date) -> str:
        return self._written(self.texts["date"], day=day.day, month=self.texts["months"][day.month - 1], year=day.year)

    def moment(self, moment: datetime, zone: tzinfo) -> str:
        """To the minute, with the offset from UTC in hours and minutes."""
        local = moment.astimezone(zone)
        offset = f"{local:%z}"
        return self._written(
            self.texts["moment"], date=self.day(local), time=f"{local:%H:%M}", offset=f"{offset[:3]}:{offset[3:]}"
        )

    def number(self, number: int) -> str:
        return f"{number:,}".replace(",", self.texts["thousands"])

    def period(self, first: date, last: date | None) -> str:
        """From the first day to the last one, which may be open."""
        if last is None:
            return self._written(self.texts["period"]["open"], **{"from": self.day(first)})
        return self._written(self.texts["period"]["between"], **{"from": self.day(first), "to": self.day(last)})

    def in_order(self, names: Mapping[str, str]) -> Sequence[tuple[str, str]]:
        """Tags and names, the one this language's readers read best first, then as received."""
        return sorted(names.items(), key=lambda item: self._preference(item[0]))

    def name(self, names: Mapping[str, str], otherwise: str) -> str:
        """The best of the names for this language's readers, `otherwise` where there is none."""
        ordered = self.in_order(names)
        return ordered[0][1] if ordered else otherwise

    def _preference(self, tag: str) -> int:
        wanted: list[str] = self.texts["names_first"]
        if tag in wanted:
            return wanted.index(tag)
        # `xx-Latn` is a name in Latin letters before it is one in language xx.
        subtags = tag.split("-")
        return min((wanted.index(part) for part in subtags[1:] if part in wanted), default=len(wanted))

    @staticmethod
    def _written(pattern: str, **parts: object) -> str:
        return pattern.format(**parts)


def languages_of(folder: Path) -> Mapping[str, Language]:
    """Every language there is a file for (`<tag>.yaml`), by its tag."""
    return {
        path.stem: Language(path.stem, yaml.safe_load(path.read_text(encoding="utf-8")))
        for path in sorted(folder.glob("*.yaml"))
    }


def negotiate(offered: Sequence[str], asked: str | None, accept_language: str) -> str:
    """Of the languages offered, never empty: the one asked for, else the best the browser accepts, else the first."""
    if asked is not None and asked in offered:
        return asked
    wanted: list[tuple[float, str]] = []
    for part in accept_language.split(","):
        tag, _, parameters = part.strip().partition(";")
        name, _, weight = parameters.strip().partition("=")
        try:
            quality = float(weight) if name.strip() == "q" else 1.0
        except ValueError:
            continue
        if quality > 0:
            wanted.append((quality, tag.strip().split("-")[0].lower()))
    best = sorted(wanted, key=lambda item: -item[0])
    return next((tag for _, tag in best if tag in offered), offered[0])
