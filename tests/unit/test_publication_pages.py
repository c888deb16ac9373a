"""The pages as their readers find them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter
from typing import Any, get_args
from urllib.parse import quote
from zoneinfo import ZoneInfo

import httpx
import pytest

import services.publication
import services.registry
from services.publication.texts import languages, negotiate
from shared.clock import FixedClock
from shared.contracts.base import Contract
from shared.contracts.publication import Change
from shared.contracts.support_organization import SpokenLanguage
from tests import field_acceptance_builders as fields
from tests import improvement_order_builders as orders
from tests.register_builders import (
    client,
    entry,
    field_entry,
    marked,
    order_entry,
    plausible,
    revoked,
    support_entry,
    support_version,
    supporter,
    supporters,
    suspended_version,
    version,
)

LIST = "/jp/sending-organizations/"
NASTY = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{8*7777777}}"


class Parsed(HTMLParser):
    """Elements with their attributes, and all text, of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


async def read(http: httpx.AsyncClient, path: str, status: int = 200, accept_language: str = "") -> Parsed:
    answer = await http.get(path, headers={"Accept-Language": accept_language})
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return Parsed(answer.text)


class TestLanguage:
    async def test_is_the_publishing_countrys_first_where_none_is_asked_for(self) -> None:
        http = client(entry(), entry(publisher="kg"))
        assert (await read(http, "/jp/")).all("html")[0]["lang"] == "ja"
        assert (await read(http, "/kg/")).all("html")[0]["lang"] == "ky"

    async def test_is_the_one_asked_for_before_the_one_the_browser_prefers(self) -> None:
        http = client(entry())
        page = await read(http, f"{LIST}?lang=ru", accept_language="en")
        assert page.all("html")[0]["lang"] == "ru"
        assert "Аккредитованные направляющие организации" in page.text

    async def test_is_the_one_the_browser_prefers_among_those_offered(self) -> None:
        page = await read(client(entry()), LIST, accept_language="fr;q=0.9, ky-KG;q=0.8, en;q=0.5")
        assert page.all("html")[0]["lang"] == "ky"

    async def test_chosen_stays_chosen_on_every_link_of_the_site(self) -> None:
        http = client(*plausible(60))
        for path in ("/", LIST, f"{LIST}{entry(version(0)).id}"):
            page = await read(http, f"{path}?lang=ru")
            own = [
                link["href"] or "" for link in page.all("a") if not (link["href"] or "").startswith(("#", "/api/v1"))
            ]
            assert own
            assert all("lang=" in href for href in own), own

    async def test_is_changed_on_the_page_of_an_entry_of_any_number(self) -> None:
        number = "12/34 №5?&=#«я»%"
        http = client(entry(version(registration_number=number)))
        listed = await read(http, f"{LIST}?lang=en")
        page = await read(http, next(link["href"] or "" for link in listed.all("a") if "kg-" in (link["href"] or "")))
        for link in page.all("a"):
            if "hreflang" in link:
                assert number in (await read(http, link["href"] or "")).text

    async def test_of_the_reader_is_told_to_caches(self) -> None:
        answer = await client().get(LIST)
        assert (answer.headers["vary"], answer.headers["content-language"]) == ("Accept-Language", "ja")

    async def test_of_each_name_is_marked(self) -> None:
        page = await read(client(entry(version(3))), f"{LIST}{entry(version(3)).id}?lang=ja")
        tags = {attributes.get("lang") for _, attributes in page.elements}
        assert {"ky", "ru", "ky-Latn"} <= tags

    @pytest.mark.parametrize(
        ("lang", "name"),
        [("ky", "«Ысык-Көл Жумуш»"), ("ru", "«Иссык-Куль Жумуш»"), ("en", "Issyk-Kul Jumush LLC"), ("ja", "Issyk-Kul")],
    )
    async def test_of_the_name_shown_first_is_the_readers(self, lang: str, name: str) -> None:
        answer = await client(entry(version(3))).get(f"{LIST}{entry(version(3)).id}?lang={lang}")
        heading = re.search(r"<h1[^>]*>(.*?)</h1>", answer.text)
        assert heading is not None
        assert name in heading[1]

    def test_weights_of_the_browser_are_heeded_and_nonsense_is_not(self) -> None:
        assert negotiate(["ky", "ru"], None, "ru;q=0.4, ky;q=0.7") == "ky"
        assert negotiate(["ky", "ru"], None, "ru;q=abc,,;;;") == "ky"
        assert negotiate(["ky", "ru"], None, "ky;q=0, ru;q=0.1") == "ru"
        assert negotiate(["ky", "ru"], "xx", "*") == "ky"


class TestRegister:
    async def test_shows_names_number_period_and_status(self) -> None:
        page = await read(client(entry(version(3))), f"{LIST}?lang=en")
        for text in (*version(3).names.values(), version(3).registration_number, "1 January 2026", "In force"):
            assert text in page.text

    async def test_lists_the_revoked_with_the_day(self) -> None:
        page = await read(client(entry(version(), revoked(version()))), f"{LIST}?lang=en")
        assert "Revoked" in page.text
        assert "12 January 2026" in page.text

    async def test_turns_forward_and_back_through_all_entries(self) -> None:
        http = client(*plausible(120))
        path: str | None = f"{LIST}?lang=en"
        forward: list[str] = []
        while path:
            page = await read(http, path)
            forward.append(next(text for text in re.findall(r"\d+–\d+ of \d+", page.text)))
            path = next((link["href"] for link in page.all("a") if link.get("rel") == "next"), None)
        assert forward == ["1–50 of 120", "51–100 of 120", "101–120 of 120"]
        path = next(link["href"] for link in page.all("a") if link.get("rel") == "prev")
        page = await read(http, path or "")
        assert "51–100 of 120" in page.text

    async def test_keeps_the_search_in_its_form_and_its_links(self) -> None:
        http = client(*plausible(1200))
        page = await read(http, f"{LIST}?q=жибек&status=active&lang=en")
        assert next(box for box in page.all("input") if box["name"] == "q")["value"] == "жибек"
        assert next(option for option in page.all("option") if "selected" in option)["value"] == "active"
        following = next(link["href"] or "" for link in page.all("a") if link.get("rel") == "next")
        assert "status=active" in following
        assert "q=%D0%B6" in following

    async def test_says_that_nothing_was_published_yet(self) -> None:
        assert "Nothing has been published" in (await read(client(), f"{LIST}?lang=en")).text

    async def test_says_that_nothing_fits_the_search_and_what_to_try(self) -> None:
        page = await read(client(entry()), f"{LIST}?q=xyz&lang=en")
        assert "No entry fits this search." in page.text
        assert "Clear the search" in page.text

    async def test_names_edition_and_digest_and_links_the_data(self) -> None:
        http = client(entry())
        page = await read(http, f"{LIST}?lang=en&status=active")
        digest = (await http.get("/api/v1/registers/sending-organizations?country=jp")).json()["digest"]
        assert digest in page.text
        assert "10 January 2026, 13:31 (UTC+09:00)" in page.text
        links = [link["href"] or "" for link in page.all("a") if (link["href"] or "").startswith("/api/v1")]
        assert len(links) == 4
        for href in links:
            assert (await http.get(href)).status_code == 200

    async def test_answers_wrong_parameters_with_the_register(self) -> None:
        for query in ("status=nonsense", "cursor=nonsense", "lang=xx", f"q={'x' * 5000}"):
            await read(client(entry()), f"{LIST}?{query}")

    async def test_of_each_promised_kind_has_a_page_though_it_is_empty(self) -> None:
        http = client()
        for register in ("sending-organizations", "improvement-orders", "support-organizations"):
            await read(http, f"/kg/{register}/")
        assert (await http.get("/jp/improvement-orders/")).status_code == 404


class TestEntry:
    async def test_shows_all_that_is_published(self) -> None:
        page = await read(client(entry(version(3))), f"{LIST}{entry(version(3)).id}?lang=ru")
        one = version(3)
        for text in (
            one.address,
            one.phones[0],
            one.emails[0],
            one.representative,
            one.permit_number,
            "ОКПО",
            "Япония",
        ):
            assert text is not None
            assert text in page.text

    async def test_of_a_revoked_one_says_since_when_and_why(self) -> None:
        http = client(entry(version(), revoked(version())))
        page = await read(http, f"{LIST}{entry().id}?lang=ru")
        assert "Аккредитация отозвана с 12 января 2026 г." in page.text
        assert "С работников взимались платежи без указания основания расчёта." in page.text

    async def test_shows_what_an_amendment_changed(self) -> None:
        amended = version().model_copy(update={"change": "amended", "address": "г. Ош", "phones": ()})
        answer = await client(entry(version(), amended)).get(f"{LIST}{entry().id}?lang=en")
        changes = re.search(r'<table class="changes">.*?</table>', answer.text, re.DOTALL)
        assert changes is not None
        table = Parsed(changes[0]).text
        assert version().address is not None
        for text in ("Address", str(version().address), "г. Ош", "Telephone", version().phones[0], "—"):
            assert text in table
        assert "E-mail" not in table

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({}, "accredited until 31 December 2026"),
            ({"valid_to": None}, "This organization is accredited."),
            ({"effective_on": date(2026, 3, 1), "valid_from": date(2026, 3, 1)}, "begins on 1 March 2026"),
            ({"valid_from": date(2025, 1, 1), "valid_to": date(2025, 12, 31)}, "ended on 31 December 2025"),
        ],
    )
    async def test_says_how_the_accreditation_stands(self, changes: Mapping[str, Any], said: str) -> None:
        one = entry(version(**changes))
        page = await read(client(one), f"{LIST}{one.id}?lang=en")
        assert said in " ".join(page.text.split())

    @pytest.mark.parametrize(
        ("lang", "said"),
        [
            ("en", "The accreditation has been suspended since 12 January 2026"),
            ("ja", "認定は2026年1月12日から停止されています。"),
            ("ky", "Аккредитация токтотулган күн: 2026"),
            ("ru", "Аккредитация приостановлена с 12 января 2026 г."),
        ],
    )
    async def test_of_a_suspended_one_says_since_when_and_why_though_it_is_amended(self, lang: str, said: str) -> None:
        suspended = marked(version(), "suspended", date(2026, 1, 12))
        moved = version(change="amended", effective_on=date(2026, 1, 14), address="г. Ош")
        page = await read(client(entry(version(), suspended, moved)), f"{LIST}{entry().id}?lang={lang}")
        text = " ".join(page.text.split())
        assert said in text
        assert "Проводится проверка." in text
        assert "г. Ош" in text

    async def test_of_one_that_resumed_or_was_reinstated_says_that_it_is_accredited_and_what_was(self) -> None:
        suspended = marked(version(), "suspended", date(2026, 1, 5))
        resumed = marked(version(), "resumed", date(2026, 1, 9))
        page = await read(client(entry(version(), suspended, resumed)), f"{LIST}{entry().id}?lang=en")
        assert "accredited until" in page.text
        assert "Accreditation suspended" in page.text
        reinstated = version(change="reinstated", effective_on=date(2026, 1, 13))
        page = await read(client(entry(version(), revoked(version()), reinstated)), f"{LIST}{entry().id}?lang=en")
        assert "accredited until" in page.text
        assert "Reinstated: the revocation does not stand" in page.text

    async def test_announces_a_suspension_to_come_and_not_one_that_was_called_off(self) -> None:
        ahead, off = (marked(version(), change, date(2026, 2, 1)) for change in ("suspended", "resumed"))
        page = await read(client(entry(version(), ahead)), f"{LIST}{entry().id}?lang=en")
        assert "From 1 February 2026 on the accreditation is suspended." in " ".join(page.text.split())
        page = await read(client(entry(version(), ahead, off)), f"{LIST}{entry().id}?lang=en")
        assert "on the accreditation is" not in " ".join(page.text.split())

    async def test_announces_a_revocation_to_come(self) -> None:
        one = entry(version(), revoked(version(), on=date(2026, 9, 1)))
        page = await read(client(one), f"{LIST}{one.id}?lang=en")
        text = " ".join(page.text.split())
        assert "accredited until" in text
        assert "revoked from 1 September 2026 on" in text

    async def test_that_does_not_exist_is_a_page_that_says_so(self) -> None:
        page = await read(client(entry()), f"{LIST}kg-0?lang=en", status=404)
        assert "There is no such page" in page.text


class TestSupportOrganizations:
    LIST = "/kg/support-organizations/"

    async def test_show_their_names_as_published_and_their_languages_as_the_reader_calls_them(self) -> None:
        http = client(*supporters(6))
        for lang, language in (("ky", "кыргызча"), ("ru", "киргизский"), ("en", "Kyrgyz"), ("ja", "キルギス語")):
            page = await read(http, f"{self.LIST}?lang={lang}")
            assert supporter(4).names["ja"] in page.text
            assert supporter(2).names["ja"].startswith("㈱塚本")
            assert supporter(2).names["ja"] in page.text
            assert language in page.text, lang

    async def test_are_found_by_language_from_a_list_in_the_readers_own(self) -> None:
        http = client(*supporters(40))
        page = await read(http, f"{self.LIST}?lang=ky")
        assert {"ky", "en", "my"} <= {option["value"] for option in page.all("option")}
        found = await read(http, f"{self.LIST}?lang=ky&language=ky")
        assert "1 ичинен 1–1" in found.text
        assert next(option for option in found.all("option") if "selected" in option)["value"] == "ky"

    async def test_keep_the_language_asked_for_on_the_next_page(self) -> None:
        page = await read(client(*supporters(500)), f"{self.LIST}?lang=ky&language=en")
        following = next(link["href"] or "" for link in page.all("a") if link.get("rel") == "next")
        assert "language=en" in following

    async def test_are_asked_for_by_the_statuses_they_can_have(self) -> None:
        http = client(*supporters(200))
        page = await read(http, f"{self.LIST}?lang=en&status=removed")
        statuses = [option["value"] for option in page.all("option")][:5]
        assert statuses == ["", "active", "upcoming", "suspended", "removed"]
        assert "1–2 of 2" in page.text
        assert "12 January 2026" in page.text

    async def test_have_a_page_with_all_that_their_register_says(self) -> None:
        one = supporter(50, remarks="備考です")
        page = await read(
            client(support_entry(support_version(one))), f"{self.LIST}jp-{one.registration_number}?lang=ru"
        )
        office, other = one.offices
        for text in (
            one.main_office.address,
            other.name,
            office.postal_code,
            one.phones[0],
            one.representatives[0],
            one.support_content,
            one.languages_text,
            "備考です",
            "Япония",
            "Организация состоит в реестре.",
        ):
            assert text is not None
            assert text in page.text
        assert {"ja"} <= {attributes.get("lang") for _, attributes in page.elements}

    async def test_say_since_when_support_is_suspended_and_what_the_edition_changed(self) -> None:
        one = supporter(3)
        http = client(support_entry(support_version(one), suspended_version(one)))
        page = await read(http, f"{self.LIST}jp-{one.registration_number}?lang=en")
        text = " ".join(page.text.split())
        assert "It has suspended its support since 7 January 2026." in text
        assert "２０２６年１月７日支援業務休止の届出" in text
        assert "In effect from 12 January 2026" in text

    async def test_that_were_removed_stay_with_their_history(self) -> None:
        one = supporter(3)
        removed = support_version(one, change="removed", effective_on=date(2026, 1, 12))
        http = client(support_entry(support_version(one), removed))
        page = await read(http, f"{self.LIST}jp-{one.registration_number}?lang=en")
        text = " ".join(page.text.split())
        assert "the edition of 12 January 2026 does not have it" in text
        assert "Removed from the register" in text
        assert one.names["ja"] in page.text

    async def test_announce_an_edition_of_tomorrow(self) -> None:
        one = supporter(3)
        tomorrow = support_version(one, change="removed", effective_on=date(2026, 1, 16))
        http = client(support_entry(support_version(one), tomorrow))
        page = await read(http, f"{self.LIST}jp-{one.registration_number}?lang=en")
        assert "From 16 January 2026 on it is not in the register any more." in " ".join(page.text.split())


class TestImprovementOrders:
    LIST = "/kg/improvement-orders/"

    @pytest.mark.parametrize(
        ("commands", "said"),
        [
            ([], "The order is in force."),
            ([orders.lift()], "complied with; it holds no longer from 20 April 2026"),
            ([orders.lift(outcome="withdrawn")], "withdrawn; it holds no longer from 20 April 2026"),
        ],
    )
    async def test_say_whom_what_why_and_how_they_stand(self, commands: list[Contract], said: str) -> None:
        clock = FixedClock(datetime(2026, 5, 1, tzinfo=UTC))
        http = client(order_entry(orders.issue(), *commands), clock=clock)
        listed = await read(http, f"{self.LIST}?lang=en")
        link = next(href for a in listed.all("a") if "jp-" in (href := a["href"] or "") and "/api/" not in href)
        text = " ".join((await read(http, link)).text.split())
        order = orders.order()
        for shown in (
            said,
            order.subject.names["ja"],
            order.subject.identifier.value,
            "Corporate number",
            order.articles[0],
            order.facts["ja"],
            order.measures["ja"],
            order.attachments[0].digest,
            "25 February 2026",
            "30 April 2026",
        ):
            assert shown in text

    async def test_show_what_an_amendment_changed(self) -> None:
        clock = FixedClock(datetime(2026, 5, 1, tzinfo=UTC))
        http = client(order_entry(orders.issue(), orders.amend()), clock=clock)
        answer = await http.get(f"{self.LIST}{quote(order_entry().id)}?lang=en")
        changes = re.search(r'<table class="changes">.*?</table>', answer.text, re.DOTALL)
        assert changes is not None
        table = Parsed(changes[0]).text
        for text in ("To be complied with by", "30 April 2026", "31 May 2026"):
            assert text in table
        assert "Measures" not in table

    async def test_are_not_shown_where_nobody_promised_to(self) -> None:
        assert (await client(order_entry()).get("/jp/improvement-orders/")).status_code == 404


class TestFieldAcceptance:
    """M8.1: suspension and resumption by field, public in both countries."""

    BEFORE, DURING, AFTER = (datetime(2026, month, 1, 12, tzinfo=UTC) for month in (3, 6, 11))

    @staticmethod
    async def text(*commands: Contract, at: datetime, lang: str = "en", publisher: str = "jp") -> str:
        http = client(field_entry(*commands, publisher=publisher), clock=FixedClock(at))
        listed = await read(http, f"/{publisher}/field-acceptance/?lang={lang}")
        link = next(href for a in listed.all("a") if "jp-" in (href := a["href"] or "") and "/api/" not in href)
        return " ".join((await read(http, link)).text.split())

    @pytest.mark.parametrize(
        ("commands", "at", "said"),
        [
            ([], BEFORE, "To be suspended Acceptance will be suspended from 1 April 2026 on."),
            ([], DURING, "Suspended No worker has been newly accepted in this field since 1 April 2026."),
            ([fields.resume()], DURING, "From 1 October 2026 on workers are accepted again."),
            ([fields.resume()], AFTER, "Accepting Workers are accepted in this field."),
            ([fields.withdraw()], BEFORE, "Accepting Workers are accepted in this field."),
            ([fields.withdraw()], DURING, "Accepting Workers are accepted in this field."),
        ],
    )
    async def test_says_how_it_stands_and_what_is_to_come(
        self, commands: list[Contract], at: datetime, said: str
    ) -> None:
        assert said in await self.text(fields.suspend(), *commands, at=at)

    async def test_says_why_by_which_law_and_what_was_before(self) -> None:
        text = await self.text(fields.suspend(), fields.resume(), at=self.AFTER)
        for shown in (
            *fields.suspension().ground.values(),
            *fields.suspension().articles,
            *fields.resume().resumption.ground.values(),
            "food-service",
            "1 April 2026",
            "1 October 2026",
            "Acceptance resumed",
        ):
            assert shown in text

    @pytest.mark.parametrize("publisher", ["jp", "kg"])
    @pytest.mark.parametrize(
        ("lang", "name", "others"),
        [
            ("ja", "外食業", ("Food service", "Общественное питание")),
            ("en", "Food service", ("外食業", "Коомдук тамактануу")),
            ("ky", "Коомдук тамактануу", ("外食業", "Общественное питание")),
            ("ru", "Общественное питание", ("外食業", "Коомдук тамактануу")),
        ],
    )
    async def test_names_the_field_in_the_readers_language_alone(
        self, publisher: str, lang: str, name: str, others: tuple[str, ...]
    ) -> None:
        text = await self.text(fields.suspend(), at=self.DURING, lang=lang, publisher=publisher)
        assert name in text
        assert not [other for other in others if other in text]

    async def test_can_be_asked_for_what_is_suspended(self) -> None:
        http = client(field_entry(), clock=FixedClock(self.DURING))
        page = await read(http, "/jp/field-acceptance/?lang=en&status=suspended")
        assert "1–1 of 1" in page.text
        page = await read(http, "/jp/field-acceptance/?lang=en&status=active")
        assert "No entry fits this search." in page.text

    async def test_shows_a_withdrawn_suspension_among_what_was(self) -> None:
        text = await self.text(fields.suspend(), fields.withdraw(), at=self.BEFORE)
        assert "Suspension withdrawn before it began" in text
        assert "20 March 2026" in text


class TestSafety:
    async def test_what_senders_wrote_is_text_and_never_markup(self) -> None:
        one = version(
            registration_number=NASTY,
            names={"ru": NASTY, '"><script>': NASTY},
            short_names={"ru": NASTY},
            identifiers={NASTY: NASTY},
            legal_form=NASTY,
            address=NASTY,
            phones=(NASTY,),
            emails=(NASTY,),
            representative=NASTY,
            permit_number=NASTY,
            destination=NASTY,
        )
        shared = dict.fromkeys(("support_content", "languages_text", "remarks"), NASTY)
        nasty = support_version(
            supporter(1, names={"ja": NASTY}, languages=(SpokenLanguage(name=NASTY, tag=NASTY),), **shared)
        )
        supports = client(support_entry(nasty))
        bad = revoked(one).model_copy(update={"ground": {NASTY: NASTY}, "address": NASTY + "2"})
        http = client(entry(one, bad, entry_id=f"kg-{NASTY}"))
        listed = await read(http, LIST)
        link = next(href for a in listed.all("a") if "kg-" in (href := a["href"] or ""))
        supporters_list = await read(supports, "/kg/support-organizations/")
        supporter_page = await read(supports, f"/kg/support-organizations/{support_entry(nasty).id}")
        for page in (
            listed,
            await read(http, link),
            await read(http, f"{LIST}?q={NASTY}"),
            supporters_list,
            supporter_page,
        ):
            tags = {tag for tag, _ in page.elements}
            assert not tags & {"script", "img", "iframe"}
            assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
            assert "62222216" not in page.text
            assert NASTY in page.text or NASTY in str(page.elements)

    async def test_nothing_is_fetched_from_elsewhere_and_nothing_runs(self) -> None:
        http = client(*plausible(60))
        for path in ("/", "/jp/", f"{LIST}{entry(version(0)).id}", "/api/"):
            answer = await http.get(path)
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            assert answer.headers["x-content-type-options"] == "nosniff"
            page = Parsed(answer.text)
            assert not page.all("script")
            for attributes in (*page.all("link"), *page.all("a"), *page.all("form")):
                target = attributes.get("href") or attributes.get("action") or ""
                assert target.startswith(("/", "#")), target
            assert not [attributes for _, attributes in page.elements if "style" in attributes]


class TestReachingEverything:
    async def test_every_link_of_the_site_leads_somewhere(self) -> None:
        fields_ = [field_entry(publisher=publisher) for publisher in ("jp", "kg")]
        http = client(*plausible(70), *plausible(70, "kg"), *supporters(9), order_entry(), *fields_)
        seen: set[str] = set()
        waiting = ["/"]
        while waiting and len(seen) < 250:
            path = waiting.pop(0)
            answer = await http.get(path)
            assert answer.status_code == 200, path
            if answer.headers["content-type"].startswith("text/html"):
                links = {link["href"] or "" for link in Parsed(answer.text).all("a")}
                waiting += sorted(link for link in links if link.startswith("/") and link not in seen)
                seen |= links
        assert len(seen) > 60

    async def test_pages_answer_head_and_unchanged_too(self) -> None:
        http = client(entry())
        for path in ("/", LIST, f"{LIST}{entry().id}", "/api/", "/static/style.css", "/static/icon.svg"):
            etag = (await http.head(path)).headers["etag"]
            assert (await http.get(path, headers={"If-None-Match": etag})).status_code == 304

    async def test_the_page_without_its_last_slash_is_found(self) -> None:
        answer = await client().get("/jp", follow_redirects=True)
        assert answer.status_code == 200


class TestTexts:
    @staticmethod
    def places(texts: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, frozenset[str]]]:
        for key, value in texts.items():
            if isinstance(value, dict):
                yield from TestTexts.places(value, f"{path}/{key}")
            else:
                named = Formatter().parse(value) if isinstance(value, str) else ()
                yield f"{path}/{key}", frozenset(name for _, name, _, _ in named if name)

    def test_say_the_same_things_in_every_language(self) -> None:
        english = dict(self.places(languages()["en"].texts))
        assert set(languages()) >= {"ja", "ky", "ru", "en"}
        for tag, language in languages().items():
            assert dict(self.places(language.texts)) == english, tag

    def test_are_all_used(self) -> None:
        templates = Path(services.publication.__file__).parent / "templates"
        code = "".join(path.read_text() for path in templates.glob("*.html"))
        for path in dict(self.places(languages()["en"].texts)):
            *section, key = path.split("/")[1:]
            if section and section[0] not in ("register", "period"):
                dynamic = key.startswith("will_be_") or section == ["entry"] or key in get_args(Change)
                assert dynamic or f"{section[-1]}.{key}" in code, path

    @pytest.mark.parametrize(
        ("lang", "day", "moment"),
        [
            ("en", "9 March 2026", "9 March 2026, 00:30 (UTC+06:00)"),
            ("ru", "9 марта 2026 г.", "9 марта 2026 г., 00:30 (UTC+06:00)"),
            ("ky", "2026-ж. 9-март", "2026-ж. 9-март, 00:30 (UTC+06:00)"),
            ("ja", "2026年3月9日", "2026年3月9日 00:30（UTC+06:00）"),
        ],
    )
    def test_write_dates_in_the_readers_manner_and_the_publishers_time(self, lang: str, day: str, moment: str) -> None:
        language = languages()[lang]
        assert language.day(date(2026, 3, 9)) == day
        assert language.moment(datetime(2026, 3, 8, 18, 30, tzinfo=UTC), ZoneInfo("Asia/Bishkek")) == moment

    def test_write_large_numbers_in_the_readers_manner(self) -> None:
        assert [languages()[tag].number(12345) for tag in ("en", "ja", "ru")] == ["12,345", "12,345", "12 345"]


@pytest.mark.parametrize("service", [services.registry, services.publication])
def test_no_country_is_named_outside_the_agreements(service: Any) -> None:
    code = [
        path for path in Path(service.__file__).parent.rglob("*") if path.suffix in (".py", ".html", ".yaml", ".css")
    ]
    assert code
    for path in code:
        assert not re.search(
            r"\b(jp|kg)\b|japan|kyrgyz|Япони|Кыргыз(?!ча)|日本(?!語)|キルギス", path.read_text(), re.IGNORECASE
        ), path


@pytest.mark.parametrize("path", ["/fr/", "/jp/no-such-register/", "/nowhere"])
async def test_an_address_where_nothing_is_has_a_page_for_readers_and_a_problem_for_programs(path: str) -> None:
    http = client(entry())
    page = await http.get(path, headers={"Accept": "text/html", "Accept-Language": "ru"})
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "Такой страницы нет" in page.text
    answer = await http.get(path)
    assert (answer.status_code, answer.json()["slug"]) == (404, "not-found")


async def test_what_is_code_in_the_description_of_the_api_is_shown_as_code() -> None:
    page = (await client(entry()).get("/api/", headers={"Accept-Language": "en"})).text
    assert "&lt;code&gt;" not in page
    assert "<code>" in page
