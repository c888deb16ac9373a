"""What has changed in a register, as an Atom feed (RFC 4287) in one of its page's languages. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from heapq import nlargest
from typing import Final, NamedTuple
from urllib.parse import quote
from xml.etree import ElementTree

from services.publication.presenting import Reader
from services.publication.publishers import Publisher
from services.publication.register import Edition, Row
from shared.clock import rfc3339
from shared.contracts.publication import EntryVersion, RegisterName

MEDIA_TYPE: Final = "application/atom+xml"
LATEST: Final = 50
"""Changes in a feed."""

_ATOM: Final = "http://www.w3.org/2005/Atom"
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NO_XML: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 has no way to write."""


class Addresses(NamedTuple):
    """Of a feed."""

    own: str
    page: str
    """Of the register, with a slash at its end."""


class Change(NamedTuple):
    """A version of an entry; `place` is its number from 1 among the entry's."""

    row: Row
    place: int
    version: EntryVersion


@lru_cache(maxsize=32)
def latest(edition: Edition) -> Sequence[Change]:
    """What was recorded last, the latest first."""
    every = (
        Change(row, place, version) for row in edition.rows for place, version in enumerate(row.entry.versions, start=1)
    )
    return nlargest(LATEST, every, key=lambda one: (one.version.recorded_at, one.row.entry.id, one.place))


def feed(edition: Edition, name: RegisterName, publisher: Publisher, reader: Reader, at: Addresses) -> bytes:
    """The feed. An entry is one change: its id names the entry's page and the version, and never changes."""
    language, words = reader.language, reader.language.texts["register"][name]
    root = ElementTree.Element("feed", {"xmlns": _ATOM, "xml:lang": language.tag})
    _add(root, "id", at.page)
    _add(root, "title", f"{words['title']} – {reader.country(publisher.country)}")
    _add(root, "updated", rfc3339(edition.as_of or _NEVER))
    _add(_add(root, "author"), "name", language.name(publisher.ministries, publisher.country.upper()))
    _add(root, "link", rel="self", type=MEDIA_TYPE, href=at.own)
    _add(root, "link", rel="alternate", type="text/html", href=at.page)
    for row, place, version in latest(edition):
        page = f"{at.page}{quote(row.entry.id, safe='')}"
        entry = _add(root, "entry")
        _add(entry, "id", f"{page}#{place}")
        label = words["changes"][version.change] if "changes" in words else language.texts["history"][version.change]
        _add(entry, "title", f"{language.name(version.names, version.registration_number)}: {label}")
        _add(entry, "updated", rfc3339(version.recorded_at))
        _add(entry, "link", rel="alternate", type="text/html", href=page)
        ground = language.name(version.ground, "")
        _add(entry, "summary", " · ".join(part for part in (language.day(version.effective_on), ground) if part))
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _add(parent: ElementTree.Element, tag: str, text: str = "", **attributes: str) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, tag, attributes)
    child.text = _NO_XML.sub("\ufffd", text) or None
    return child
