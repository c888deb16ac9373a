"""A register's changes as a feed (M6.1): the latest first, in the reader's language, each with an id that stays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree

import httpx
import pytest

from services.publication.feed import LATEST
from shared.clock import rfc3339
from tests.register_builders import (
    application,
    client,
    client_of,
    entry,
    field_entry,
    order_entry,
    plausible,
    revoked,
    support_entry,
    version,
    view_of,
)

REGISTER = "/api/v1/registers/sending-organizations.atom"
ATOM = {"a": "http://www.w3.org/2005/Atom"}


async def feed_of(http: httpx.AsyncClient, path: str = REGISTER, **parameters: str) -> ElementTree.Element:
    answer = await http.get(path, params={"country": "jp", **parameters})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/atom+xml"
    root = ElementTree.fromstring(answer.content)  # noqa: S314 - our own
    for tag in ("id", "title", "updated", "author/a:name"):
        assert texts(root, tag) != [], tag
    for each in root.findall("a:entry", ATOM):
        assert [len(texts(each, tag)) for tag in ("id", "title", "updated")] == [1, 1, 1]
    return root


def texts(root: ElementTree.Element, path: str) -> list[str]:
    return [found.text or "" for found in root.findall(f"a:{path}", ATOM)]


async def test_tells_what_changed_the_latest_first_with_day_and_ground() -> None:
    first = version(recorded_at=datetime(2026, 1, 5, tzinfo=UTC))
    last = revoked(first).model_copy(update={"recorded_at": datetime(2026, 3, 5, tzinfo=UTC)})
    root = await feed_of(client(entry(first, last)), lang="en")
    titles = texts(root, "entry/a:title")
    assert [title.rpartition(": ")[2] for title in titles] == ["Revoked", "Accredited"]
    assert texts(root, "entry/a:updated") == [rfc3339(last.recorded_at), rfc3339(first.recorded_at)]
    assert texts(root, "updated") == [rfc3339(last.recorded_at)]
    summaries = texts(root, "entry/a:summary")
    assert all(ground in summaries[0] for ground in [next(iter(last.ground.values()))])
    ids = texts(root, "entry/a:id")
    assert [one.rpartition("#")[2] for one in ids] == ["2", "1"]
    pages = [link.attrib["href"] for link in root.findall("a:entry/a:link", ATOM)]
    assert pages == [one.rpartition("#")[0] for one in ids]


async def test_an_id_stays_when_more_is_recorded() -> None:
    first = version(recorded_at=datetime(2026, 1, 5, tzinfo=UTC))
    before = texts(await feed_of(client(entry(first))), "entry/a:id")
    after = texts(await feed_of(client(entry(first, revoked(first)))), "entry/a:id")
    assert after[-1:] == before


@pytest.mark.parametrize("lang", ["ja", "ky", "ru", "en"])
async def test_is_in_the_language_asked_for(lang: str) -> None:
    root = await feed_of(client(entry(version())), lang=lang)
    assert root.attrib["{http://www.w3.org/XML/1998/namespace}lang"] == lang
    own = [link.attrib["href"] for link in root.findall("a:link", ATOM) if link.attrib["rel"] == "self"]
    assert own == [f"http://public.test/api/v1/registers/sending-organizations.atom?country=jp&lang={lang}"]


async def test_has_the_latest_fifty() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    recorded = [moment + timedelta(minutes=number) for number in range(LATEST + 20)]
    entries = [entry(version(registration_number=f"N-{number}", recorded_at=at)) for number, at in enumerate(recorded)]
    root = await feed_of(client_of(application(view_of(*entries))))
    assert texts(root, "entry/a:updated") == [rfc3339(at) for at in recorded[::-1][:LATEST]]


async def test_an_empty_register_has_an_empty_feed() -> None:
    root = await feed_of(client())
    assert root.findall("a:entry", ATOM) == []
    assert texts(root, "updated") == ["1970-01-01T00:00:00.000000Z"]


async def test_every_register_has_one() -> None:
    http = client(support_entry(), order_entry(), field_entry(publisher="kg"))
    for name in ("support-organizations", "improvement-orders", "field-acceptance"):
        root = await feed_of(http, f"/api/v1/registers/{name}.atom", country="kg", lang="ru")
        assert len(root.findall("a:entry", ATOM)) == 1, name


async def test_what_xml_cannot_say_is_replaced_and_what_it_could_misread_is_escaped() -> None:
    root = await feed_of(client(entry(version(names={"en": "A\x0b<b>&"}))), lang="en")
    assert texts(root, "entry/a:title")[0].startswith("A\ufffd<b>&: ")


async def test_a_reader_that_has_it_is_told_so() -> None:
    http = client(*plausible(3))
    first = await http.get(REGISTER, params={"country": "jp", "lang": "en"})
    again = await http.get(
        REGISTER, params={"country": "jp", "lang": "en"}, headers={"If-None-Match": first.headers["etag"]}
    )
    assert again.status_code == 304
    assert first.headers["vary"] == "Accept-Language"


async def test_of_a_country_that_publishes_nothing_there_is_none() -> None:
    answer = await client().get(REGISTER, params={"country": "xx"})
    assert (answer.status_code, answer.json()["pointer"]) == (400, "/country")


async def test_the_registers_page_leads_to_it_in_its_own_language() -> None:
    page = (await client(entry(version(effective_on=date(2026, 1, 1)))).get("/jp/sending-organizations/?lang=ja")).text
    assert page.count("/api/v1/registers/sending-organizations.atom?country=jp&amp;lang=ja") == 2
