"""The public API as its readers rely on it."""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import UTC, datetime
from typing import Any, ClassVar

import httpx
import pytest
from pydantic import BaseModel

from services.publication.description import EntryResource, RegisterPage
from services.publication.table import harmless
from shared.clock import FixedClock
from shared.errors import SLUGS
from shared.merkle import RegisterDigest, Tree, canonical, digest_of
from tests import field_acceptance_builders as fields
from tests import improvement_order_builders as orders
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
    supporter,
    supporters,
    take,
    version,
    view_of,
)

REGISTER = "/api/v1/registers/sending-organizations"
JP: dict[str, Any] = {"country": "jp"}


async def page(http: httpx.AsyncClient, **parameters: Any) -> dict[str, Any]:
    answer = await http.get(REGISTER, params=JP | parameters)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    RegisterPage.model_validate(body)
    return body


async def problem_of(http: httpx.AsyncClient, path: str, **parameters: Any) -> tuple[int, str, str | None]:
    answer = await http.get(path, params=parameters)
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["slug"] in SLUGS
    assert body["status"] == answer.status_code
    return answer.status_code, body["slug"], body.get("pointer")


class TestRegisterPage:
    async def test_shows_an_entry_as_it_stands_today(self) -> None:
        body = await page(client(entry(version(3))))
        (item,) = body["items"]
        first = version(3)
        assert item["id"] == f"kg-{first.registration_number}"
        assert item["registration_number"] == first.registration_number
        assert item["status"] == "active"
        assert item["names"] == first.names
        assert (item["valid_from"], item["valid_to"]) == ("2026-01-01", "2026-12-31")
        assert item["history_url"] == f"http://public.test{REGISTER}/{item['id']}?country=jp"
        assert (body["total"], body["next_cursor"]) == (1, None)
        assert body["edition"] == "2026-01-10T04:33:00.000000Z"

    async def test_says_since_when_and_why_an_entry_is_revoked(self) -> None:
        body = await page(client(entry(version(), revoked(version()))))
        (item,) = body["items"]
        assert (item["status"], item["revoked_on"]) == ("revoked", "2026-01-12")
        assert item["ground"] == revoked(version()).ground

    async def test_of_an_empty_register_is_empty(self) -> None:
        body = await page(client())
        assert (body["items"], body["total"], body["next_cursor"], body["edition"]) == ([], 0, None, None)

    async def test_of_registers_that_hold_nothing_yet_is_empty(self) -> None:
        http = client(entry())
        for register in ("support-organizations", "improvement-orders"):
            answer = await http.get(f"/api/v1/registers/{register}", params=JP)
            assert answer.json()["total"] == 0

    async def test_is_the_publishing_countrys_own(self) -> None:
        http = client(entry(version(0)), entry(version(1)), entry(version(0), publisher="kg"))
        assert (await page(http))["total"] == 2
        assert (await page(http, country="kg"))["total"] == 1

    async def test_filters_by_words_status_and_originator(self) -> None:
        http = client(*plausible(44))
        assert (await page(http, q="жибек"))["total"] == 4
        assert {item["status"] for item in (await page(http, status="revoked"))["items"]} == {"revoked"}
        counts = [(await page(http, status=status))["total"] for status in ("active", "upcoming", "revoked", "removed")]
        assert counts == [32, 4, 4, 0]
        assert (await page(http, originator="kg"))["total"] == 44
        assert (await page(http, originator="jp"))["total"] == 0

    async def test_takes_parameters_sent_empty_as_not_sent(self) -> None:
        http = client(*plausible(3))
        assert await page(http, q="", status="", limit="", cursor="", originator="") == await page(http)

    async def test_status_changes_at_midnight_of_the_publishing_country(self) -> None:
        # 31 December, 15:00 UTC: midnight in Tokyo, 21:00 in Bishkek.
        clock = FixedClock(datetime(2026, 12, 31, 14, 59, tzinfo=UTC))
        http = client_of(application(view_of(entry(), entry(publisher="kg")), clock))
        assert (await page(http))["items"][0]["status"] == "active"
        clock.moment = datetime(2026, 12, 31, 15, 0, tzinfo=UTC)
        assert (await page(http))["items"][0]["status"] == "expired"
        assert (await page(http, country="kg"))["items"][0]["status"] == "active"

    async def test_asks_for_named_entries_alone(self) -> None:
        http = client(*plausible(10))
        wanted = [f"kg-{version(number).registration_number}" for number in (2, 4)]
        body = await page(http, id=[*wanted, "kg-unknown"])
        assert {item["id"] for item in body["items"]} == set(wanted)

    async def test_says_to_a_browser_that_any_site_may_read_it(self) -> None:
        answer = await client().get(REGISTER, params=JP)
        assert answer.headers["access-control-allow-origin"] == "*"


class TestPaging:
    @pytest.mark.parametrize("limit", [1, 7, 50, 1000])
    async def test_gives_every_entry_once_in_the_order_of_ids(self, limit: int) -> None:
        http = client(*plausible(120))
        seen: list[str] = []
        cursor = None
        while True:
            body = await page(http, limit=limit, **({"cursor": cursor} if cursor else {}))
            assert len(body["items"]) <= limit
            assert body["total"] == 120
            seen += [item["id"] for item in body["items"]]
            cursor = body["next_cursor"]
            if cursor is None:
                break
        assert seen == sorted(one.id for one in plausible(120))

    async def test_neither_repeats_nor_skips_when_entries_come_in_or_go_between_two_pages(self) -> None:
        entries = sorted(plausible(60), key=lambda one: one.id)
        view = view_of(*entries[::2])
        http = client_of(application(view))
        first = await page(http, limit=10)
        for published in entries[1::2]:
            take(view, published)
        last_id = first["items"][-1]["id"]
        view.take(f"register-entry/jp/sending-organizations/{last_id}".encode(), None)
        rest = await page(http, limit=1000, cursor=first["next_cursor"])
        assert [item["id"] for item in rest["items"]] == [one.id for one in entries if one.id > last_id]

    async def test_keeps_within_the_search(self) -> None:
        http = client(*plausible(120))
        first = await page(http, q="жибек", limit=4)
        second = await page(http, q="жибек", limit=1000, cursor=first["next_cursor"])
        assert len(first["items"]) + len(second["items"]) == first["total"] == 10

    async def test_a_page_of_as_many_as_there_are_has_no_next(self) -> None:
        assert (await page(client(*plausible(10)), limit=10))["next_cursor"] is None


class TestWrongParameters:
    @pytest.mark.parametrize(
        ("parameters", "pointer"),
        [
            ({"country": "xx"}, "/country"),
            ({}, "/country"),
            (JP | {"status": "alive"}, "/status"),
            (JP | {"limit": 0}, "/limit"),
            (JP | {"limit": 1001}, "/limit"),
            (JP | {"limit": "many"}, "/limit"),
            (JP | {"cursor": "!!"}, "/cursor"),
            (JP | {"cursor": "WyJzaWRld2F5cyIsIngiXQ"}, "/cursor"),
            (JP | {"cursor": "WzFd"}, "/cursor"),
            (JP | {"cursor": "é"}, "/cursor"),
            (JP | {"q": "x" * 201}, "/q"),
        ],
    )
    async def test_are_told_by_a_problem_that_points_at_them(self, parameters: dict[str, Any], pointer: str) -> None:
        assert await problem_of(client(entry()), REGISTER, **parameters) == (400, "wrong-parameter", pointer)

    async def test_a_register_that_does_not_exist(self) -> None:
        status, slug, pointer = await problem_of(client(), "/api/v1/registers/friends", country="jp")
        assert (status, slug, pointer) == (400, "wrong-parameter", "/register")

    async def test_an_entry_that_does_not_exist(self) -> None:
        assert (await problem_of(client(entry()), f"{REGISTER}/kg-0", country="jp"))[:2] == (404, "not-found")

    async def test_a_method_that_would_write(self) -> None:
        answer = await client().post(REGISTER, params=JP, json={})
        assert (answer.status_code, answer.json()["slug"]) == (405, "not-allowed")


class TestEntry:
    async def test_holds_all_versions_oldest_first(self) -> None:
        http = client(entry(version(), revoked(version())))
        (item,) = (await page(http))["items"]
        answer = await http.get(item["history_url"])
        body = EntryResource.model_validate(answer.json())
        assert [one.change for one in body.versions] == ["accredited", "revoked"]
        assert (body.status, body.revision) == ("revoked", 2)

    async def test_is_found_by_a_number_of_any_characters(self) -> None:
        number = "12/34 №5?&=«я»%"
        http = client(entry(version(registration_number=number)))
        (item,) = (await page(http))["items"]
        for url in (item["history_url"], item["url"]):
            answer = await http.get(url)
            assert answer.status_code == 200, url


class TestCompleteRegister:
    async def test_is_all_that_is_needed_to_compute_the_digest_that_every_page_names(self) -> None:
        http = client(*plausible(450))
        entries = (await http.get(f"{REGISTER}.json", params=JP)).json()
        assert len(entries) == 450
        tree = Tree({one["id"]: digest_of(canonical(one)) for one in entries})
        assert tree.digest == (await page(http, limit=1))["digest"]

    async def test_is_told_unchanged_by_its_etag(self) -> None:
        http = client(*plausible(5))
        etag = (await http.get(f"{REGISTER}.json", params=JP)).headers["etag"]
        answer = await http.get(f"{REGISTER}.json", params=JP, headers={"If-None-Match": etag})
        assert (answer.status_code, answer.content) == (304, b"")

    async def test_each_item_has_the_digest_of_its_part(self) -> None:
        http = client(entry())
        whole = (await http.get(f"{REGISTER}.json", params=JP)).content
        digest = hashlib.sha256(whole[1:-1]).hexdigest()
        assert (await page(http))["items"][0]["digest"] == f"sha-256:{digest}"


class TestSupportOrganizations:
    PATH = "/api/v1/registers/support-organizations"
    KG: ClassVar[dict[str, Any]] = {"country": "kg"}

    async def test_are_shown_whole_as_their_country_published_them(self) -> None:
        answer = await client(support_entry()).get(self.PATH, params=self.KG)
        page = RegisterPage.model_validate(answer.json())
        (item,) = page.items
        assert (item.id, item.registration_number, item.status) == ("jp-19登-000001", "19登-000001", "active")
        assert item.names == {"ja": "一般社団法人ひまわり国際支援センター"}
        assert item.valid_from == supporter().registered_on
        assert item.support_organization == supporter()
        history = EntryResource.model_validate((await client(support_entry()).get(item.history_url)).json())
        assert [one.change for one in history.versions] == ["registered"]

    async def test_are_found_by_the_language_they_support_workers_in(self) -> None:
        http = client(*supporters(30))
        for asked in ({"language": "ky"}, {"q": "キルギス語"}, {"q": "Кыргызча"}):
            answer = (await http.get(self.PATH, params=self.KG | asked)).json()
            assert [item["registration_number"] for item in answer["items"]] == ["19登-000004"], asked

    async def test_come_a_thousand_at_a_time(self) -> None:
        http = client(*supporters(1100))
        first = (await http.get(self.PATH, params=self.KG | {"limit": 1000})).json()
        rest = (await http.get(self.PATH, params=self.KG | {"limit": 1000, "cursor": first["next_cursor"]})).json()
        assert (len(first["items"]), len(rest["items"]), rest["next_cursor"]) == (1000, 100, None)

    async def test_are_named_alone_within_a_search_too(self) -> None:
        http = client(*supporters(20))
        ids = ["jp-19登-000005", "jp-19登-000004", "jp-19登-000006"]
        found = (await http.get(self.PATH, params=self.KG | {"id": ids, "status": "active"})).json()
        assert [item["id"] for item in found["items"]] == ["jp-19登-000004", "jp-19登-000005"]

    async def test_have_a_table_with_their_own_columns(self) -> None:
        answer = await client(*supporters(6)).get(f"{self.PATH}.csv", params=self.KG)
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert len(rows) == 6
        row = rows[3]
        assert row["languages"] == "インドネシア語 / ベトナム語 / キルギス語"
        assert row["language_tags"] == "id / vi / ky"
        assert row["main_office.address"] == supporter(4).main_office.address
        assert (rows[5]["status"], rows[5]["suspended_on"]) == ("suspended", "2026-01-07")
        assert "permit_number" not in row

    async def test_keep_their_digest_only_while_they_are_in_the_register(self) -> None:
        http = client(*supporters(8))
        items = (await http.get(self.PATH, params=self.KG)).json()["items"]
        assert [item["status"] for item in items if item["digest"] is None] == ["removed"]


class TestFieldAcceptance:
    PATH = "/api/v1/registers/field-acceptance"
    CLOCK = FixedClock(datetime(2026, 6, 1, tzinfo=UTC))

    @pytest.mark.parametrize("country", ["jp", "kg"])
    async def test_is_shown_whole_in_both_countries(self, country: str) -> None:
        http = client(field_entry(publisher=country), clock=self.CLOCK)
        page = RegisterPage.model_validate((await http.get(self.PATH, params={"country": country})).json())
        (item,) = page.items
        assert (item.id, item.status, item.registration_number) == ("jp-food-service", "suspended", "food-service")
        assert set(item.names) == {"ja", "en", "ky", "ru"}
        assert item.field_acceptance is not None
        assert item.field_acceptance.suspension == fields.suspension()
        assert item.ground == fields.suspension().ground

    async def test_has_a_table_with_its_own_columns(self) -> None:
        http = client(field_entry(fields.suspend(), fields.withdraw()), clock=self.CLOCK)
        (row,) = csv.DictReader(io.StringIO((await http.get(f"{self.PATH}.csv", params={"country": "jp"})).text))
        assert (row["status"], row["suspended_from"], row["resumed_on"], row["withdrawn_on"]) == (
            "active",
            "2026-04-01",
            "",
            "2026-03-20",
        )
        assert (row["registration_number"], row["name.ja"]) == ("food-service", "外食業")
        assert row["articles"] == fields.suspension().articles[0]


class TestImprovementOrders:
    PATH = "/api/v1/registers/improvement-orders"

    async def test_are_shown_whole_with_how_they_ended(self) -> None:
        clock = FixedClock(datetime(2026, 5, 1, tzinfo=UTC))
        http = client(order_entry(orders.issue(), orders.lift()), clock=clock)
        page = RegisterPage.model_validate((await http.get(self.PATH, params={"country": "kg"})).json())
        (item,) = page.items
        assert (item.status, item.identifiers) == ("expired", {"jp.corporate-number": "7000012050002"})
        assert item.improvement_order == orders.order()
        assert item.lifting == orders.lift().lifting
        assert item.ground == orders.lift().lifting.ground

    async def test_have_a_table_with_their_own_columns(self) -> None:
        clock = FixedClock(datetime(2026, 5, 1, tzinfo=UTC))
        http = client(order_entry(orders.issue(), orders.lift(outcome="withdrawn")), clock=clock)
        (row,) = csv.DictReader(io.StringIO((await http.get(f"{self.PATH}.csv", params={"country": "kg"})).text))
        assert (row["ordered_on"], row["lifted_on"], row["outcome"]) == ("2026-02-25", "2026-04-20", "withdrawn")
        assert row["articles"] == "出入国管理及び難民認定法第19条の21第1項"

    async def test_are_found_by_the_corporate_number(self) -> None:
        http = client(order_entry())
        for q, total in (("7000012050002", 1), ("渡邊", 1), ("8700110005901", 0)):
            assert (await http.get(self.PATH, params={"country": "kg", "q": q})).json()["total"] == total


class TestETag:
    PATHS = (REGISTER, f"{REGISTER}.csv", f"{REGISTER}/{entry().id}", f"{REGISTER}.json")

    @pytest.mark.parametrize("path", PATHS)
    async def test_is_strong_and_saves_sending_the_same_again(self, path: str) -> None:
        view = view_of(entry())
        http = client_of(application(view))
        first = await http.get(path, params=JP)
        etag = first.headers["etag"]
        assert etag.startswith('"')
        for held in (etag, f'"other", {etag}', f"W/{etag}", "*"):
            again = await http.get(path, params=JP, headers={"If-None-Match": held})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
        take(view, entry(version(), revoked(version())))
        changed = await http.get(path, params=JP, headers={"If-None-Match": etag})
        assert changed.status_code == 200
        assert changed.headers["etag"] != etag

    async def test_differs_between_representations(self) -> None:
        http = client(entry())
        table = await http.get(REGISTER, params=JP, headers={"Accept": "text/csv"})
        assert table.headers["etag"] != (await http.get(REGISTER, params=JP)).headers["etag"]
        assert table.headers["vary"] == "Accept"

    @pytest.mark.parametrize("path", PATHS)
    async def test_is_told_to_head_as_well(self, path: str) -> None:
        http = client(entry())
        head = await http.head(path, params=JP)
        assert head.status_code == 200
        assert head.headers["etag"] == (await http.get(path, params=JP)).headers["etag"]


class TestTable:
    async def rows(self, http: httpx.AsyncClient, **parameters: Any) -> list[dict[str, str]]:
        answer = await http.get(f"{REGISTER}.csv", params=JP | parameters)
        assert answer.headers["content-type"].startswith("text/csv")
        return list(csv.DictReader(io.StringIO(answer.text)))

    async def test_holds_all_that_is_found(self) -> None:
        http = client(*plausible(250))
        assert len(await self.rows(http)) == 250
        assert {row["status"] for row in await self.rows(http, status="expired")} == {"expired"}

    async def test_has_a_column_for_each_language_and_scheme(self) -> None:
        (row,) = await self.rows(client(entry(version(3), revoked(version(3)))))
        assert row["name.ru"] == version(3).names["ru"]
        assert row["name.ky-Latn"] == version(3).names["ky-Latn"]
        assert row["identifier.kg.okpo"] == version(3).identifiers["kg.okpo"]
        assert row["ground.ru"] == revoked(version(3)).ground["ru"]
        assert (row["status"], row["revoked_on"]) == ("revoked", "2026-01-12")

    async def test_is_given_for_the_accept_header_too(self) -> None:
        http = client(*plausible(5))
        by_header = await http.get(REGISTER, params=JP, headers={"Accept": "text/csv"})
        assert by_header.text == (await http.get(f"{REGISTER}.csv", params=JP)).text

    async def test_begins_with_a_byte_order_mark_where_asked(self) -> None:
        http = client(entry())
        assert (await http.get(f"{REGISTER}.csv", params=JP | {"bom": "true"})).content[:3] == b"\xef\xbb\xbf"
        assert (await http.get(f"{REGISTER}.csv", params=JP)).content[:2] == b"id"

    @pytest.mark.parametrize(
        "name",
        [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            "  =1",
            "＝1+1",
            "＋1",
            "－1",
            "＠x",
            'x";=cmd()',
            "a\n=1",
        ],
    )
    async def test_has_no_cell_that_a_spreadsheet_program_takes_for_a_formula(self, name: str) -> None:
        (row,) = await self.rows(client(entry(version(names={"ru": name}))))
        for cell in row["name.ru"].replace("\r", ";").replace("\n", ";").replace("\t", ";").split(";"):
            assert not cell.strip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")), repr(row["name.ru"])

    def test_leaves_harmless_texts_alone(self) -> None:
        for text in ("ОсОО «Рамай-Саякат»", "1+1", "a=b", "a - b", "50 % - x"):
            assert harmless(text) == text


class TestDescription:
    async def test_names_every_path_with_an_example_that_fits(self) -> None:
        answer = await client().get("/api/v1/openapi.json")
        description = answer.json()
        assert description["openapi"].startswith("3.1")
        assert set(description["paths"]) == {
            "/api/v1/registers/{register}",
            "/api/v1/registers/{register}.atom",
            "/api/v1/registers/{register}.csv",
            "/api/v1/registers/{register}.digest",
            "/api/v1/registers/{register}.json",
            "/api/v1/registers/{register}/{entry_id}",
        }
        models: dict[str, type[BaseModel]] = {"": RegisterPage, ".digest": RegisterDigest, "/{entry_id}": EntryResource}
        for path, model in models.items():
            operation = description["paths"][f"/api/v1/registers/{{register}}{path}"]["get"]
            example = operation["responses"]["200"]["content"]["application/json"]["example"]
            assert set(model.model_validate(example).model_dump()) == set(example)


async def test_a_list_page_of_12000_entries_is_answered_from_memory() -> None:
    """Generous by far, so that a busy machine does not fail it; what it guards is against work for each entry."""
    view = view_of(*plausible(12_000))
    http = client_of(application(view))
    await page(http)
    clock = datetime.now(UTC)
    for number in range(20):
        await page(http, limit=50, q="жибек" if number % 2 else "")
    assert (datetime.now(UTC) - clock).total_seconds() / 20 < 0.05
