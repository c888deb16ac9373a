"""M7.1, M6.1: who was accredited on day D, as known at moment K, on the public pages, in the API and in tables."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import httpx
import pytest

from services.publication.as_of import AsOf, WrongDayError, as_of
from services.publication.description import EntryResource, RegisterPage
from services.publication.register import Register, Search
from services.publication.texts import languages
from shared.clock import FixedClock
from shared.merkle import Tree, canonical, digest_of
from tests import field_acceptance_builders as fields
from tests import improvement_order_builders as orders
from tests.register_builders import (
    RECORDED,
    application,
    client,
    client_of,
    entry,
    field_entry,
    marked,
    order_entry,
    plausible,
    revoked,
    support_entry,
    support_version,
    supporter,
    take,
    version,
    view_of,
)
from tests.unit.test_publication_pages import Parsed, read

NOW = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
JST = ZoneInfo("Asia/Tokyo")
TODAY = date(2026, 1, 15)
LIST = "/jp/sending-organizations/"
API = "/api/v1/registers/sending-organizations"
JP: dict[str, Any] = {"country": "jp"}
# Accredited from 1 January, told on the 10th; revoked from the 12th on, told on the 12th at 16:33 in Tokyo.
REVOKED = entry(version(3), revoked(version(3)))
NASTY = "<script>alert(1)</script>\"'>"


class TestDayAndMoment:
    def test_are_today_and_now_where_none_is_named(self) -> None:
        assert as_of("", "", NOW, JST) == AsOf(TODAY, None, {})

    def test_are_by_the_calendar_of_the_country(self) -> None:
        late = datetime(2026, 1, 14, 15, 0, tzinfo=UTC)
        assert as_of("", "", late, JST).day == date(2026, 1, 15)
        assert as_of("", "", late, ZoneInfo("Asia/Bishkek")).day == date(2026, 1, 14)
        end = as_of("", "2026-01-11", NOW, JST).known
        assert end is not None
        assert end.astimezone(UTC) == datetime(2026, 1, 11, 15, 0, tzinfo=UTC) - timedelta(microseconds=1)

    def test_a_day_may_lie_ahead(self) -> None:
        assert as_of("2027-03-01", "", NOW, JST) == AsOf(date(2027, 3, 1), None, {"on": "2027-03-01"})

    @pytest.mark.parametrize(
        ("known", "moment"),
        [
            ("2026-01-11T12:00:00Z", datetime(2026, 1, 11, 12, tzinfo=UTC)),
            ("2026-01-11t12:00z", datetime(2026, 1, 11, 12, tzinfo=UTC)),
            ("2026-01-11T12:00:00.5+06:00", datetime(2026, 1, 11, 6, 0, 0, 500000, tzinfo=UTC)),
        ],
    )
    def test_a_moment_has_its_offset(self, known: str, moment: datetime) -> None:
        assert as_of("", known, NOW, JST).known == moment

    def test_as_known_today_is_as_known_now(self) -> None:
        assert as_of("2026-01-15", "2026-01-15", NOW, JST) == AsOf(TODAY, None, {})
        assert as_of("2026-01-02", "2026-01-15", NOW, JST).known is None

    @pytest.mark.parametrize(
        ("on", "known", "parameter", "reason"),
        [
            ("31.01.2026", "", "on", "no-date"),
            ("2026-02-30", "", "on", "no-date"),
            ("20260131", "", "on", "no-date"),
            ("2026-W05-6", "", "on", "no-date"),
            ("1767225600", "", "on", "no-date"),
            ("２０２６-01-31", "", "on", "no-date"),
            ("2026-01-31T12:00:00Z", "", "on", "no-date"),
            ("1999-12-31", "", "on", "out-of-range"),
            ("2100-01-01", "", "on", "out-of-range"),
            ("0001-01-01", "", "on", "out-of-range"),
            ("", "yesterday", "known", "no-moment"),
            ("", "2026-01-10T12:00:00", "known", "no-moment"),
            ("", "2026-01-10T12:00:00 09:00", "known", "no-moment"),
            ("", "2026-01-10T25:00:00Z", "known", "no-moment"),
            ("", "2026-01-10T12:00:00+30:00", "known", "no-moment"),
            ("", "0001-01-01T00:00:00+14:00", "known", "out-of-range"),
            ("", "2026-01-16", "known", "future"),
            ("", "2026-01-15T09:00:01Z", "known", "future"),
        ],
    )
    def test_that_cannot_be_answered_for_are_told(self, on: str, known: str, parameter: str, reason: str) -> None:
        with pytest.raises(WrongDayError) as wrong:
            as_of(on, known, NOW, JST)
        assert (wrong.value.parameter, wrong.value.reason) == (parameter, reason)


class TestRegister:
    def test_as_known_since_its_last_change_is_itself(self) -> None:
        register = Register()
        for one in plausible(20):
            register.put(one)
        assert register.known_at(None) is register
        assert register.known_at(NOW) is register

    def test_is_worked_out_once_for_all_moments_between_two_changes(self) -> None:
        register = Register()
        for one in (entry(version(1)), REVOKED):
            register.put(one)
        minutes = [RECORDED + timedelta(hours=number) for number in (1, 2, 30)]
        assert len({id(register.known_at(moment)) for moment in minutes}) == 1
        assert register.known_at(minutes[0]).get(entry(version(1)).id) is register.get(entry(version(1)).id)

    def test_has_lost_what_was_taken_away_from_its_past_too(self) -> None:
        register = Register()
        for one in (entry(version(1)), REVOKED):
            register.put(one)
        then = RECORDED + timedelta(hours=1)
        assert len(register.known_at(then).edition.rows) == 2
        register.remove(entry(version(1)).id)
        assert [row.entry.id for row in register.known_at(then).edition.rows] == [REVOKED.id]

    def test_finds_by_the_languages_of_the_day(self) -> None:
        spoke, speaks = supporter(1), supporter(4)
        moved = support_version(
            spoke.model_copy(update={"languages": speaks.languages}), change="amended", effective_on=date(2026, 1, 12)
        )
        register = Register()
        register.put(support_entry(support_version(spoke), moved))
        found = [len(register.edition.find(Search(language="ky"), date(2026, 1, day))) for day in (11, 12)]
        assert found == [0, 1]
        assert "ky" not in register.edition.by_language(date(2026, 1, 11))


async def asked(http: httpx.AsyncClient, **parameters: str) -> dict[str, Any]:
    answer = await http.get(API, params=JP | parameters)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    RegisterPage.model_validate(body)
    return body


class TestApi:
    @pytest.mark.parametrize(
        ("on", "known", "status"),
        [
            ("", "", "revoked"),
            ("2026-01-11", "", "active"),
            ("2026-01-12", "", "revoked"),
            ("2026-01-12", "2026-01-11", "active"),
            ("", "2026-01-11", "active"),
            ("", "2026-01-12T07:32:59Z", "active"),
            ("", "2026-01-12T16:33:00+09:00", "revoked"),
            ("2025-12-31", "", "upcoming"),
            ("2027-01-01", "2026-01-11", "expired"),
        ],
    )
    async def test_tells_who_was_accredited_on_a_day_as_known_at_a_moment(
        self, on: str, known: str, status: str
    ) -> None:
        http = client(REVOKED)
        (item,) = (await asked(http, on=on, known=known))["items"]
        assert item["status"] == status
        answer = await http.get(f"{API}/{REVOKED.id}", params=JP | {"on": on, "known": known})
        entry_ = EntryResource.model_validate(answer.json())
        assert (entry_.status, len(entry_.versions)) == (status, item["revision"])

    async def test_names_the_day_and_the_moment(self) -> None:
        http = client(REVOKED)
        for path in (API, f"{API}/{REVOKED.id}"):
            body = (await http.get(path, params=JP)).json()
            assert (body["on"], body["known"]) == ("2026-01-15", None)
            body = (await http.get(path, params=JP | {"on": "2026-01-02", "known": "2026-01-11"})).json()
            assert (body["on"], body["known"]) == ("2026-01-02", "2026-01-11T14:59:59.999999Z")

    async def test_leads_on_to_the_same_day(self) -> None:
        http = client(REVOKED)
        (item,) = (await asked(http, on="2026-01-02", known="2026-01-12T16:33:00+09:00"))["items"]
        for url in (item["url"], item["history_url"]):
            sent = parse_qs(urlsplit(url).query)
            assert (sent["on"], sent["known"]) == (["2026-01-02"], ["2026-01-12T16:33:00+09:00"])
            assert (await http.get(url)).status_code == 200

    async def test_counts_what_was_there_on_the_day_as_known_then(self) -> None:
        http = client(*plausible(44))
        # The first of the register's entries was recorded at 13:30 in Tokyo, one each minute.
        before = await asked(http, known="2026-01-10T13:40:00+09:00")
        assert (before["total"], before["edition"]) == (11, "2026-01-10T04:40:00.000000Z")
        assert (await asked(http, known="2026-01-09"))["total"] == 0
        assert (await asked(http, known="2026-01-11", status="revoked"))["total"] == 0
        assert (await asked(http, status="revoked"))["total"] == 4
        assert (await asked(http, on="2025-06-01", status="active"))["total"] == 4
        assert (await asked(http, on="2026-03-01", status="upcoming"))["total"] == 0

    async def test_shows_what_was_removed_since_where_it_was(self) -> None:
        one = support_version()
        removed = support_version(
            change="removed", effective_on=date(2026, 1, 12), recorded_at=RECORDED + timedelta(days=3)
        )
        http = client(support_entry(one, removed))
        statuses = []
        for sent in ({}, {"on": "2026-01-11"}, {"known": "2026-01-12"}, {"known": "2026-01-13"}):
            answer = await http.get("/api/v1/registers/support-organizations", params={"country": "kg"} | sent)
            statuses += [(item["status"], item["digest"] is None) for item in answer.json()["items"]]
        assert statuses == [("removed", True), ("active", True), ("active", False), ("removed", True)]

    async def test_is_there_for_every_register(self) -> None:
        clock = FixedClock(datetime(2026, 11, 1, tzinfo=UTC))
        order = order_entry(orders.issue(), orders.lift())
        http = client(order, field_entry(fields.suspend(), fields.resume()), clock=clock)
        for country, register, day, status in (
            ("kg", "improvement-orders", "2026-03-01", "active"),
            ("kg", "improvement-orders", "", "expired"),
            ("jp", "field-acceptance", "2026-04-01", "suspended"),
            ("jp", "field-acceptance", "2026-03-31", "upcoming"),
            ("jp", "field-acceptance", "", "active"),
        ):
            answer = await http.get(f"/api/v1/registers/{register}", params={"country": country, "on": day})
            assert [item["status"] for item in answer.json()["items"]] == [status], (register, day)

    async def test_knows_nothing_of_an_entry_before_it_was_recorded(self) -> None:
        answer = await client(REVOKED).get(f"{API}/{REVOKED.id}", params=JP | {"known": "2026-01-09"})
        assert (answer.status_code, answer.json()["slug"]) == (404, "not-found")
        assert "as known at 2026-01-09T14:59:59" in answer.json()["detail"]

    async def test_gives_the_complete_register_that_the_digest_is_of(self) -> None:
        http = client(*plausible(60))
        known = {"known": "2026-01-10T14:00:00+09:00"}
        entries = (await http.get(f"{API}.json", params=JP | known)).json()
        tree = Tree({one["id"]: digest_of(canonical(one)) for one in entries})
        assert len(entries) == 31
        assert tree.digest == (await asked(http, **known))["digest"] != (await asked(http))["digest"]

    @pytest.mark.parametrize("path", [API, f"{API}.csv", f"{API}/{REVOKED.id}"])
    @pytest.mark.parametrize(
        ("sent", "pointer"),
        [
            ({"on": "31.01.2026"}, "/on"),
            ({"on": "1066-10-14"}, "/on"),
            ({"known": "soon"}, "/known"),
            ({"known": "2026-01-16"}, "/known"),
        ],
    )
    async def test_tells_what_is_wrong_with_a_day_by_a_problem(
        self, path: str, sent: dict[str, str], pointer: str
    ) -> None:
        answer = await client(REVOKED).get(path, params=JP | sent)
        body = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert (answer.status_code, body["slug"], body["pointer"]) == (400, "wrong-parameter", pointer)
        assert repr(sent[pointer[1:]]) in body["detail"]

    @pytest.mark.parametrize("path", [API, f"{API}.csv", f"{API}.json", f"{API}/{REVOKED.id}"])
    async def test_of_a_moment_passed_keeps_its_etag_until_what_was_known_then_changes(self, path: str) -> None:
        first = entry(version(3))
        view = view_of(first)
        http = client_of(application(view))
        sent = JP | {"known": "2026-01-11", "on": "2026-01-11"}
        before, now = (await http.get(path, params=sent)).headers["etag"], (await http.get(path, params=JP))
        take(view, REVOKED)
        assert (await http.get(path, params=JP)).headers["etag"] != now.headers["etag"]
        again = await http.get(path, params=sent, headers={"If-None-Match": before})
        assert (again.status_code, again.headers["cache-control"]) == (304, "public, no-cache")
        take(view, entry(version(5)))
        other = "entry" if path.endswith(REVOKED.id) else "list"
        late = await http.get(path, params=sent, headers={"If-None-Match": before})
        assert late.status_code == (304 if other == "entry" else 200)


class TestTable:
    async def test_names_the_day_and_the_moment_in_every_line(self) -> None:
        http = client(REVOKED, entry(version(5)))
        answer = await http.get(f"{API}.csv", params=JP | {"on": "2026-01-12", "known": "2026-01-11"})
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert [(row["status"], row["on"], row["known"]) for row in rows] == [
            ("active", "2026-01-12", "2026-01-11T14:59:59.999999Z")
        ] * 2
        answer = await http.get(f"{API}.csv", params=JP | {"on": "2026-01-11"})
        assert [row["known"] for row in csv.DictReader(io.StringIO(answer.text))] == ["", ""]

    async def test_of_each_day_and_moment_has_an_etag_of_its_own(self) -> None:
        http = client(entry(version(3)))
        days = ({"on": "2026-01-11"}, {"on": "2026-01-12"}, {"known": "2026-01-11"}, {"known": "2026-01-12"})
        assert len({(await http.get(f"{API}.csv", params=JP | sent)).headers["etag"] for sent in days}) == 4

    async def test_of_today_is_as_it_was(self) -> None:
        answer = await client(REVOKED).get(f"{API}.csv", params=JP)
        (row,) = csv.DictReader(io.StringIO(answer.text))
        assert not {"on", "known"} & set(row)


def said(page: Parsed) -> str:
    return " ".join(page.text.split())


class TestPages:
    PATHS = (LIST, f"{LIST}{REVOKED.id}")

    @pytest.mark.parametrize("path", PATHS)
    async def test_say_in_the_heading_that_it_is_not_today_and_lead_back(self, path: str) -> None:
        http = client(REVOKED)
        answer = await http.get(f"{path}?lang=en&on=2026-01-02&known=2026-01-11")
        heading = said(Parsed(answer.text.split("<h1")[1].split("</h1>")[0]))
        assert "On 2 January 2026, by what was known at 11 January 2026, 23:59 (UTC+09:00)" in heading
        title = answer.text.split("<title>")[1].split("</title>")[0]
        assert "On 2 January 2026" in title
        page = Parsed(answer.text)
        assert "This page does not show how things stand today." in said(page)
        assert "badge active" in answer.text
        assert "badge revoked" not in answer.text
        back = answer.text.split('class="nottoday"')[1].split('href="')[1].split('"')[0]
        today = await read(http, back)
        assert "does not show how things stand today" not in today.text
        assert {"name": "robots", "content": "noindex"} not in today.all("meta")

    @pytest.mark.parametrize("tag", sorted(languages()))
    async def test_say_so_in_every_language(self, tag: str) -> None:
        texts = languages()[tag].texts["other_day"]
        for sent in ("on=2026-01-02", "known=2026-01-11"):
            page = await read(client(REVOKED), f"{LIST}?lang={tag}&{sent}")
            assert texts["notice"] in page.text
            assert texts["title"] in page.text

    @pytest.mark.parametrize("path", PATHS)
    async def test_keep_the_day_on_every_link_within_the_country_and_in_every_language(self, path: str) -> None:
        http = client(*plausible(120), REVOKED)
        page = await read(http, f"{path}?lang=ru&on=2026-01-11&known=2026-01-12")
        links = [link["href"] or "" for link in page.all("a")]
        kept = [href for href in links if "on=2026-01-11" in href and "known=2026-01-12" in href]
        left = {urlsplit(href).path for href in links if href not in kept and not href.startswith("#")}
        # Elsewhere it has no meaning; the complete register and the feed are of no day; one link leads back to today.
        assert left <= {"/", "/api/", f"{API}.json", f"{API}.atom", path}
        assert len([link for link in page.all("a") if "hreflang" in link and link["href"] in kept]) == 4
        for href in kept:
            assert (await http.get(href)).status_code == 200, href

    async def test_keep_the_day_in_the_search_and_the_search_in_the_day(self) -> None:
        page = await read(client(*plausible(20)), f"{LIST}?lang=ky&q=LLC&status=active&on=2026-01-11")
        fields_ = [(field["name"], field.get("value")) for field in page.all("input")]
        assert fields_.count(("lang", "ky")) == 2
        assert fields_.count(("on", "2026-01-11")) == 2
        assert fields_.count(("q", "LLC")) == 2
        assert ("status", "active") in fields_
        assert not [name for name, value in fields_ if name == "known" and value]

    async def test_of_a_moment_have_its_day_in_the_form(self) -> None:
        page = await read(client(REVOKED), f"{LIST}?lang=en&known=2026-01-11T12:00:00Z")
        dates = [field.get("value") for field in page.all("input") if field.get("type") == "date"]
        assert dates == ["", "2026-01-11"]
        assert "11 January 2026, 21:00 (UTC+09:00)" in said(page)

    async def test_of_today_asked_for_by_its_date_is_todays(self) -> None:
        http = client(REVOKED)
        page = await read(http, f"{LIST}?lang=en&on=2026-01-15&known=2026-01-15")
        assert "does not show how things stand today" not in page.text
        assert (await asked(http, on="2026-01-15", known="2026-01-15")) == await asked(http)

    async def test_tell_an_entry_by_what_was_known_then(self) -> None:
        suspended = marked(version(3), "suspended", date(2026, 1, 11))
        http = client(entry(version(3), suspended))
        page = said(await read(http, f"{LIST}{REVOKED.id}?lang=en&known=2026-01-10"))
        assert "accredited until" in page
        assert "Accreditation suspended" not in page
        page = said(await read(http, f"{LIST}{REVOKED.id}?lang=en&on=2026-01-10"))
        assert "From 11 January 2026 on the accreditation is suspended." in page

    async def test_tell_of_an_edition_that_it_says_nothing_of_days_before(self) -> None:
        path = f"/kg/support-organizations/{support_entry().id}?lang=en"
        first = "The first that is recorded holds from 5 January 2026 on."
        assert first in said(await read(client(support_entry()), f"{path}&on=2026-01-04"))
        assert first not in said(await read(client(support_entry()), f"{path}&on=2026-01-05"))

    async def test_say_what_was_not_known_then(self) -> None:
        http = client(REVOKED)
        page = await read(http, f"{LIST}?lang=en&known=2026-01-09")
        assert "By what was known then, nothing had been published in this register." in page.text
        page = await read(http, f"{LIST}{REVOKED.id}?lang=en&known=2026-01-09", status=404)
        assert "By what was known at 9 January 2026, 23:59 (UTC+09:00), this register held no entry" in said(page)
        back = [link["href"] or "" for link in page.all("a") if REVOKED.id in (link["href"] or "")]
        assert f"{LIST}{REVOKED.id}?lang=en" in back

    @pytest.mark.parametrize("path", PATHS)
    @pytest.mark.parametrize(
        ("sent", "why"),
        [
            ("on=31.01.2026", "“31.01.2026” is no date."),
            ("on=1066-10-14", "Choose a day from 1 January 2000 to 31 December 2099."),
            ("known=2026-01-16", "“2026-01-16” lies in the future"),
            ("known=soon", "“soon” is neither a date nor a moment."),
        ],
    )
    async def test_say_what_is_wrong_with_a_day_and_offer_to_choose_another(
        self, path: str, sent: str, why: str
    ) -> None:
        page = await read(client(REVOKED), f"{path}?lang=en&q=LLC&{sent}", status=400)
        assert why in said(page)
        (wrong,) = [field for field in page.all("input") if field.get("aria-invalid")]
        assert wrong["name"] == sent.split("=")[0]
        assert "wrong" in (wrong["aria-describedby"] or "").split()
        kept = {field["name"]: field.get("value") for field in page.all("input") if field.get("type") == "hidden"}
        assert kept == {"lang": "en", "q": "LLC"}
        assert "open" in page.all("details")[0]

    @pytest.mark.parametrize("tag", sorted(languages()))
    @pytest.mark.parametrize("sent", ["on=x", "on=1066-10-14", "known=2026-01-16", "known=x"])
    async def test_say_so_too_in_every_language(self, tag: str, sent: str) -> None:
        page = await read(client(REVOKED), f"{LIST}?lang={tag}&{sent}", status=400)
        assert languages()[tag].texts["wrong_day"]["title"] in page.text
        assert "{" not in page.text

    async def test_take_what_is_wrong_for_text(self) -> None:
        http = client(REVOKED)
        for name in ("on", "known", "q"):
            answer = await http.get(LIST, params={"on": "x", name: NASTY})
            assert answer.status_code == 400
            assert "<script>" not in answer.text
            assert not Parsed(answer.text).all("script")

    async def test_are_told_unchanged_too(self) -> None:
        http = client(REVOKED)
        for path in self.PATHS:
            etag = (await http.head(f"{path}?on=2026-01-02")).headers["etag"]
            assert etag != (await http.head(path)).headers["etag"]
            again = await http.get(f"{path}?on=2026-01-02", headers={"If-None-Match": etag})
            assert again.status_code == 304


async def test_a_list_of_12000_entries_on_another_day_is_answered_from_memory() -> None:
    """As generous as that of today's."""
    http = client(*plausible(12_000))
    sent = {"known": "2026-01-13", "on": "2026-01-12", "limit": "50"}
    assert (await asked(http, **sent))["total"] > 1000
    clock = datetime.now(UTC)
    for _ in range(20):
        await asked(http, **sent)
    assert (datetime.now(UTC) - clock).total_seconds() / 20 < 0.05
