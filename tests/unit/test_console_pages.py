"""The console's pages before services that are not there: who may see and do what, and what becomes of it."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse

from services.console import cases
from services.console import watch as watching
from services.console.session import COOKIE, MOST_BYTES, local_path
from services.console.telling import form_of, readable
from shared.bridge.edition_store import Counts
from shared.bridge.undelivered import Undelivered
from shared.clock import FixedClock
from tests.case_builders import NOTICE_NUMBER, REPORT_NUMBER, SEALED
from tests.console_builders import PARKED, RECEIPT, TRACE, Town, console, spans_of_a_way, town, write_spans

ONE_PARKED = f"/parked/registry/{quote(PARKED, safe='')}"
ONE_HELD = f"/held/jp/{RECEIPT}"


@pytest.fixture
async def there() -> Town:
    return await town()


@pytest.fixture
async def app(there: Town, tmp_path: Path) -> FastAPI:
    write_spans(tmp_path / "traces", spans_of_a_way())
    app = console(there, tmp_path / "state", tmp_path / "traces")
    await app.state.watch.look()
    return app


class Reader(httpx.AsyncClient):
    """A browser, as far as cookies and forms go."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(transport=httpx.ASGITransport(app), base_url="http://console.test")

    async def act(self, path: str, **fields: str) -> httpx.Response:
        """Loads a page and posts its form."""
        page = await self.get(path)
        (form, *_) = re.findall(r'name="form" value="([0-9a-f]+)"', page.text)
        return await self.post(path, data={"form": form, **fields})


@pytest.fixture
async def reader(app: FastAPI) -> AsyncIterator[Reader]:
    async with Reader(app) as reader:
        yield reader


@pytest.fixture
async def jp(reader: Reader, there: Town) -> Reader:
    reader.cookies.set(COOKIE, there.token("jp"), domain="console.test")
    return reader


@pytest.fixture
async def kg(app: FastAPI, there: Town) -> AsyncIterator[Reader]:
    async with Reader(app) as reader:
        reader.cookies.set(COOKIE, there.token("kg"))
        yield reader


@pytest.fixture
async def core(app: FastAPI, there: Town) -> AsyncIterator[Reader]:
    async with Reader(app) as reader:
        reader.cookies.set(COOKIE, there.token(None))
        yield reader


def text(answer: httpx.Response) -> str:
    """What the page says, without markup."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


# -- who is asking ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/messages", "/parked", ONE_PARKED, "/held", ONE_HELD, "/cases"])
async def test_a_stranger_is_sent_to_sign_in_and_comes_back(reader: Reader, path: str) -> None:
    answer = await reader.get(path)
    assert answer.status_code == 303
    to = urlsplit(answer.headers["location"])
    assert (to.path, parse_qs(to.query)) == ("/login", {"next": [path]})


async def test_a_token_of_the_issuer_begins_a_session_that_no_script_reads(reader: Reader, there: Town) -> None:
    answer = await reader.post("/login", data={"token": f" {there.token('jp')}\n", "next": "/parked"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/parked")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert (await reader.get("/parked")).status_code == 200


async def test_over_tls_the_session_goes_over_tls_alone(app: FastAPI, there: Town) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://console.test") as reader:
        answer = await reader.post("/login", data={"token": there.token("jp")})
    assert "Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize(("token", "code"), [("nonsense", 401), ("", 401), ("submitter", 403), ("other", 401)])
async def test_another_token_begins_none(reader: Reader, there: Town, token: str, code: int) -> None:
    tokens = {"submitter": there.token("jp", "submitter"), "other": (await town()).token("jp")}
    answer = await reader.post("/login", data={"token": tokens.get(token, token)})
    assert answer.status_code == code
    assert "set-cookie" not in answer.headers
    assert 'role="alert"' in answer.text


async def test_a_session_is_over_when_its_token_is(jp: Reader, there: Town) -> None:
    assert isinstance(there.clock, FixedClock)
    there.clock.move(timedelta(hours=13))
    answer = await jp.get("/parked")
    assert answer.headers["location"] == "/login?next=%2Fparked&over=1"
    renewed = await jp.get("/parked?have=0", headers={"HX-Request": "true"})
    assert (renewed.status_code, renewed.headers["hx-redirect"]) == (401, "/login?next=%2Fparked&over=1")


async def test_signing_out_takes_the_session_away(jp: Reader) -> None:
    (form, *_) = re.findall(r'name="form" value="([0-9a-f]+)"', (await jp.get("/")).text)
    await jp.post("/logout", data={"form": form})
    assert (await jp.get("/")).status_code == 303


async def test_one_click_is_there_only_where_tokens_lie_ready(there: Town, tmp_path: Path) -> None:
    async with Reader(console(there, tmp_path)) as reader:
        assert "Operator of Japan" in text(await reader.get("/login"))
        assert (await reader.post("/login/local", data={"party": "kg"})).status_code == 303
        assert "Kyrgyz Republic" in text(await reader.get("/held"))
    async with Reader(console(there, tmp_path, KAKEHASHI_LOGINS=None)) as reader:  # type: ignore[arg-type]
        assert "Operator of Japan" not in text(await reader.get("/login"))
        assert (await reader.post("/login/local", data={"party": "kg"})).status_code == 404


@pytest.mark.parametrize(
    "wanted", ["https://evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)", "", None]
)
def test_after_signing_in_one_stays_here(wanted: str | None) -> None:
    assert local_path(wanted) == "/"
    assert local_path("/messages?q=1") == "/messages?q=1"


# -- forms --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["", "0" * 64, "é"])
async def test_a_form_that_is_not_of_this_session_orders_nothing(jp: Reader, there: Town, form: str) -> None:
    answer = await jp.post(ONE_PARKED, data={"form": form, "act": "redrive"})
    assert answer.status_code == 403
    assert there.orders == []


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.test"}])
async def test_a_post_from_another_site_is_refused_though_its_form_is_right(
    jp: Reader, there: Town, headers: dict[str, str]
) -> None:
    (form, *_) = re.findall(r'name="form" value="([0-9a-f]+)"', (await jp.get(ONE_PARKED)).text)
    answer = await jp.post(ONE_PARKED, data={"form": form, "act": "redrive"}, headers=headers)
    assert (answer.status_code, there.orders) == (403, [])
    assert (await jp.post("/login", data={"token": there.token("jp")}, headers=headers)).status_code == 403


async def test_another_operators_form_is_refused(jp: Reader, kg: Reader, there: Town) -> None:
    (form, *_) = re.findall(r'name="form" value="([0-9a-f]+)"', (await kg.get(ONE_PARKED)).text)
    assert (await jp.post(ONE_PARKED, data={"form": form, "act": "redrive"})).status_code == 403


async def test_a_form_without_end_is_not_read(jp: Reader) -> None:
    assert (await jp.post(ONE_PARKED, data={"reason": "x" * (MOST_BYTES + 1)})).status_code == 413


# -- the overview -------------------------------------------------------------------------------------------------


async def test_tells_what_runs_what_waits_and_what_went_through(jp: Reader, there: Town, app: FastAPI) -> None:
    there.down.add("reporting")
    there.not_ready.add("inquiry")
    await app.state.watch.look()
    said = text(await jp.get("/"))
    assert "reporting does not answer." in said
    assert "inquiry cannot do its work at the moment." in said
    assert "2 parked" in said
    assert "1 held" in said
    assert "publication is 1,241 records behind." in said
    assert "Kyrgyz Republic Sending organizations 37 0 32 0 2 0" in said
    assert "Japan Register of support organizations, editions 0 0 0 0 0 1" in said
    assert "Oldest undelivered to Japan 1 min 35 s (2 due)" in said
    assert "MTSOM-2026-0101 accreditation Kyrgyz Republic delivered" in said


async def test_the_oldest_undelivered_is_named_to_its_own_countrys_operators(
    jp: Reader, kg: Reader, there: Town
) -> None:
    there.undelivered["jp"] = [
        Undelivered(
            delivery_id="e-1",
            stream="delivery/sending-organization/kg/0142",
            type="SendingOrganizationAmended",
            since="2026-01-15T09:00:00Z",
            receipt_id="r-1",
            traceparent=f"00-{TRACE}-00f067aa0ba902b7-01",
        )
    ]
    page = await jp.get("/")
    assert "(2 due) · SendingOrganizationAmended delivery/sending-organization/kg/0142" in text(page)
    assert f'href="/messages/{TRACE}"' in page.text
    assert "SendingOrganizationAmended delivery/" not in text(await kg.get("/"))


async def test_a_dead_service_makes_no_page_slow(jp: Reader, there: Town, app: FastAPI) -> None:
    there.down |= {"registry", "bridge-jp", "reporting"}
    await app.state.watch.look()
    there.asked.clear()
    begin = time.perf_counter()
    for path in ("/", "/parked", "/held", "/cases"):
        assert "registry" in text(await jp.get(path)) or path != "/parked"
    assert time.perf_counter() - begin < 2
    assert {request.url.host for request in there.asked} == {"publication", "inquiry"}


async def test_a_service_that_is_down_is_so_since_it_was_first_seen_so(jp: Reader, there: Town, app: FastAPI) -> None:
    assert isinstance(there.clock, FixedClock)
    there.clock.move(timedelta(minutes=5))
    there.down.add("registry")
    await app.state.watch.look()
    there.clock.move(timedelta(minutes=2))
    await app.state.watch.look()
    # Of the operator's own country's clock: 15:05 UTC is 00:05 in Tokyo.
    assert "registry down 00:05:00 (2 min)" in text(await jp.get("/"))
    there.down.clear()
    await app.state.watch.look()
    assert "registry ready" in text(await jp.get("/"))


async def test_of_what_was_down_before_the_console_nobody_says_since_when(there: Town, tmp_path: Path) -> None:
    there.down.add("registry")
    app = console(there, tmp_path)
    await app.state.watch.look()
    async with Reader(app) as reader:
        reader.cookies.set(COOKIE, there.token(None))
        assert "registry down 15:00:00 or before" in text(await reader.get("/"))


async def test_a_service_that_hangs_is_down(there: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "PATIENCE", 0.05)

    async def hang(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(30)
        raise AssertionError

    async with httpx.AsyncClient(transport=httpx.MockTransport(hang)) as client:
        watch = watching.Watch({"registry": "http://registry"}, client, there.clock)
        await watch.look()
        assert watch.seen["registry"].condition == "down"


async def test_a_page_that_has_not_changed_is_not_sent_again(jp: Reader) -> None:
    renewing = {"HX-Request": "true"}
    whole = (await jp.get("/parked")).text
    (digest,) = re.findall(r'hx-vals=\'\{"have": "([0-9a-f]+)"\}\'', whole)
    assert (await jp.get(f"/parked?have={digest}", headers=renewing)).status_code == 204
    part = await jp.get("/parked?have=0", headers=renewing)
    assert part.text.lstrip().startswith('<div id="live"')
    assert "<html" not in part.text
    assert 'id="count-parked" hx-swap-oob="true">2<' in part.text
    await jp.act(ONE_PARKED, act="redrive")
    changed = await jp.get(f"/parked?have={digest}", headers=renewing)
    assert "Nothing is parked." in changed.text


# -- messages -----------------------------------------------------------------------------------------------------


async def test_a_messages_whole_way_is_shown_with_times(jp: Reader) -> None:
    found = await jp.get("/messages?q=MTSOM-2026-0101")
    assert found.status_code == 303
    said = text(await jp.get(found.headers["location"]))
    assert "MTSOM-2026-0101 accreditation" in said
    assert "Delivered Japan" in said
    assert "bridge-jp delivers SendingOrganizationAccredited delivered +245 ms 290 ms" in said


async def test_an_id_that_nothing_answers_to_is_said_to_be_so(jp: Reader) -> None:
    answer = await jp.get("/messages", params={"q": "<script>"})
    assert answer.status_code == 404
    assert "answers to “<script>”" in text(answer)
    assert "<script>”" not in answer.text
    assert (await jp.get(f"/messages/{'0' * 32}")).status_code == 404
    assert (await jp.get("/messages/..%2F..%2Fetc")).status_code == 404


async def test_a_country_sees_what_came_from_it_or_to_it_and_no_other_message(there: Town, tmp_path: Path) -> None:
    spans = [span for span in spans_of_a_way() if span["service"] != "bridge-jp"]
    write_spans(tmp_path / "traces", spans)
    app = console(there, tmp_path, tmp_path / "traces")
    await app.state.watch.look()
    for party, sees in (("jp", False), ("kg", True), (None, True)):
        async with Reader(app) as reader:
            reader.cookies.set(COOKIE, there.token(party))
            assert ("MTSOM-2026-0101" in text(await reader.get("/messages"))) == sees
            assert (await reader.get(f"/messages/{TRACE}")).status_code == (200 if sees else 404)
            assert (await reader.get("/messages?q=MTSOM-2026-0101")).status_code == (303 if sees else 404)


async def test_a_way_that_has_come_to_rest_is_not_asked_for_again(jp: Reader, there: Town) -> None:
    assert isinstance(there.clock, FixedClock)
    assert "hx-trigger" in (await jp.get(f"/messages/{TRACE}")).text
    there.clock.move(timedelta(minutes=2))
    assert "hx-trigger" not in (await jp.get(f"/messages/{TRACE}")).text


async def test_without_span_files_the_way_is_to_be_seen_elsewhere(there: Town, tmp_path: Path) -> None:
    app = console(there, tmp_path, KAKEHASHI_TRACE_LINK="http://jaeger.test/trace/{trace_id}")
    async with Reader(app) as reader:
        reader.cookies.set(COOKIE, there.token("jp"), domain="console.test")
        assert f'href="http://jaeger.test/trace/{TRACE}"' in (await reader.get(f"/messages/{TRACE}")).text
        assert "not on this machine" in text(await reader.get("/messages"))


# -- parked messages ----------------------------------------------------------------------------------------------


async def test_a_parked_message_is_shown_with_reason_and_payload_and_sealed_parts_sealed(jp: Reader) -> None:
    answer = await jp.get(ONE_PARKED)
    said = text(answer)
    assert "A rule raised an exception rule-failed KeyError: 'ky'" in said
    assert "«Ала-Тоо Эмгек»" in said
    assert "[sealed]" in said
    assert SEALED not in answer.text
    assert f'href="/messages/{TRACE}"' in answer.text


async def test_a_redrive_is_ordered_of_the_owner_in_the_operators_name(jp: Reader, there: Town) -> None:
    answer = await jp.act(ONE_PARKED, act="redrive")
    assert answer.status_code == 303
    ((topic, order),) = there.orders
    assert (topic, order.type, order.actor) == ("registry.commands.v1", "RedriveParked", "operator:aizada@jp")
    said = text(await jp.get(answer.headers["location"]))
    assert "The redrive is ordered." in said
    assert "settled" in said
    assert "redriven · operator:aizada@jp" in said


async def test_the_reason_of_a_redrive_is_recorded_where_one_is_given(jp: Reader) -> None:
    await jp.act(ONE_PARKED, act="redrive", reason="Mended with release 12.")
    assert "redriven · operator:aizada@jp · Mended with release 12." in text(await jp.get(ONE_PARKED))


async def test_what_a_confidential_one_says_is_withheld_from_who_runs_the_hub(core: Reader) -> None:
    assert "AmendSendingOrganization" in text(await core.get("/parked"))
    said = text(await core.get(ONE_PARKED))
    assert "for operators of the two countries it is between" in said
    assert "Ала-Тоо" not in said
    assert "KeyError" not in said
    assert (await core.act(ONE_PARKED, act="redrive")).status_code == 303


async def test_a_skip_is_ordered_with_its_reason(jp: Reader, there: Town) -> None:
    await jp.act(ONE_PARKED, act="skip", reason="  Sent anew as M-8.  ")
    ((_, order),) = there.orders
    assert (order.type, b"Sent anew as M-8." in order.data) == ("SkipParked", True)
    assert "skipped · operator:aizada@jp · Sent anew as M-8." in text(await jp.get(ONE_PARKED))


async def test_what_the_owner_refuses_is_told_and_what_was_typed_stays(jp: Reader, there: Town) -> None:
    follower = "/parked/registry/registry.commands.v1%3A3%3A42"
    answer = await jp.act(follower, act="skip", reason="It is in the way.")
    assert answer.status_code == 409
    assert "is older in the same stream" in text(answer)
    assert ">It is in the way.</textarea>" in answer.text
    without = await jp.act(ONE_PARKED, act="skip", reason=" ")
    assert without.status_code == 400
    assert (await jp.act(ONE_PARKED, act="burn")).status_code == 400
    assert there.orders == []


async def test_an_order_to_a_service_that_does_not_answer_is_not_said_to_be_given(
    jp: Reader, there: Town, app: FastAPI
) -> None:
    (form, *_) = re.findall(r'name="form" value="([0-9a-f]+)"', (await jp.get(ONE_PARKED)).text)
    there.down.add("registry")
    answer = await jp.post(ONE_PARKED, data={"form": form, "act": "redrive"})
    assert answer.status_code == 503
    assert "registry does not answer" in text(answer)


async def test_bridges_are_asked_by_their_own_countrys_operators_alone(jp: Reader, core: Reader, there: Town) -> None:
    there.asked.clear()
    assert "Answers operators of its own country only: bridge-kg." in text(await jp.get("/parked"))
    assert "bridge-kg" not in {request.url.host for request in there.asked}
    there.asked.clear()
    assert "only: bridge-jp, bridge-kg." in text(await core.get("/parked"))
    assert {request.url.host for request in there.asked} == {"publication", "registry", "reporting", "inquiry"}
    assert (await jp.get("/parked/bridge-kg/x")).status_code == 403
    assert (await jp.get("/parked/nowhere/x")).status_code == 404


async def test_the_operators_own_token_goes_along(jp: Reader, there: Town) -> None:
    there.asked.clear()
    await jp.get("/parked")
    assert {request.headers["authorization"] for request in there.asked} == {f"Bearer {there.token('jp')}"}


# -- held editions ------------------------------------------------------------------------------------------------


async def test_a_held_edition_is_shown_with_what_it_would_change(jp: Reader) -> None:
    assert "Register of support organizations, editions 2026-03-01 Japan 324" in text(await jp.get("/held"))
    said = text(await jp.get(ONE_HELD))
    assert "81 of 402 organizations would be removed" in said
    assert "Kyrgyz Republic 402 3 11 81" in said
    assert "Would be removed for Kyrgyz Republic: 81 19登-000001 支援機関1 " in said
    assert "19登-000081 支援機関81" in said
    assert "Would be new for Kyrgyz Republic: 3 The first 1: 26登-013757 合同会社かけはし" in said
    assert "Would be changed for Kyrgyz Republic: 11 The first 1: 20登-003454 株式会社ネクスト" in said
    assert "17 A row cannot be read: The date is not one. /登録年月日" in said


@pytest.mark.parametrize(("act", "told"), [("confirm", "confirmed"), ("reject", "rejected")])
async def test_an_operators_word_on_it_is_recorded_at_the_bridge(jp: Reader, there: Town, act: str, told: str) -> None:
    assert (await jp.act(ONE_HELD, act=act, reason="Asked the agency.")).status_code == 303
    decision = there.held[RECEIPT].decision
    assert decision is not None
    assert (decision.decision, decision.by, decision.reason) == (act, "operator:aizada@jp", "Asked the agency.")
    said = text(await jp.get(ONE_HELD))
    assert f"{told} · 00:00:00 · operator:aizada@jp Asked the agency." in said
    assert 'name="act"' not in (await jp.get(ONE_HELD)).text


async def test_how_many_would_go_is_told_whole_though_the_first_alone_are_listed(jp: Reader, there: Town) -> None:
    counts = {"kg": Counts(known=11_500, new=0, changed=0, removed=5_750, missing=5_750)}
    there.held[RECEIPT] = there.held[RECEIPT].model_copy(update={"would_change": counts})
    assert "Would be removed for Kyrgyz Republic: 5,750 The first 81: 19登-000001" in text(await jp.get(ONE_HELD))


async def test_those_that_an_incomplete_edition_does_not_show_are_not_said_to_be_removed(
    jp: Reader, there: Town
) -> None:
    counts = {"kg": Counts(known=402, new=0, changed=0, removed=0, missing=81)}
    there.held[RECEIPT] = there.held[RECEIPT].model_copy(update={"would_change": counts, "complete": False})
    said = text(await jp.get(ONE_HELD))
    assert "Not in it, and not removed for Kyrgyz Republic: 81 A row has no number that can be read" in said
    assert "Would be removed" not in said


async def test_the_forms_go_away_with_a_renewal_when_another_operator_has_decided(jp: Reader, there: Town) -> None:
    assert re.search(r'<section class="acts" id="word".*</section>', (await jp.get(ONE_HELD)).text, re.DOTALL)
    renewed = {"HX-Request": "true"}
    there.held[RECEIPT] = there.held[RECEIPT].model_copy(update={"rows": 325})
    still_held = await jp.get(f"{ONE_HELD}?have=0", headers=renewed)
    assert (still_held.status_code, "word" in still_held.text) == (200, False)
    there.held[RECEIPT] = there.held[RECEIPT].model_copy(update={"status": "open"})
    decided = await jp.get(f"{ONE_HELD}?have=0", headers=renewed)
    assert '<section id="word" hidden hx-swap-oob="true"></section>' in decided.text
    # Later renewals find what they are to replace.
    assert '<section id="word" hidden></section>' in (await jp.get(ONE_HELD)).text


async def test_it_wants_a_reason(jp: Reader, there: Town) -> None:
    answer = await jp.act(ONE_HELD, act="confirm", reason="")
    assert answer.status_code == 400
    assert there.held[RECEIPT].decision is None


async def test_another_countrys_operator_sees_that_one_is_held_and_no_more(kg: Reader, there: Town) -> None:
    said = text(await kg.get("/held"))
    assert "1 held at the bridge of Japan; its own operators decide." in said
    assert "324" not in said
    assert (await kg.get(ONE_HELD)).status_code == 403
    (form, *_) = re.findall(r'name="form" value="([0-9a-f]+)"', (await kg.get("/held")).text)
    answer = await kg.post(ONE_HELD, data={"form": form, "act": "confirm", "reason": "no"})
    assert (answer.status_code, there.held[RECEIPT].decision) == (403, None)


# -- cases --------------------------------------------------------------------------------------------------------

ONE_REPORT = f"/cases/misconduct-report/jp-kg/kg-{quote(REPORT_NUMBER, safe='')}"
ONE_NOTICE = f"/cases/notice/jp-kg/kg-{quote(NOTICE_NUMBER, safe='')}"


async def test_cases_of_every_kind_are_listed_with_what_is_due(jp: Reader) -> None:
    said = text(await jp.get("/cases"))
    assert f"kg-{REPORT_NUMBER} Misconduct reports Kyrgyz Republic" in said
    assert "Test-fraud reports Kyrgyz Republic JFT-Basic · 2025-11-БИШ-03 acknowledged –" in said
    assert "jp-2 Notices of improper conduct Japan 株式会社架橋支援センター shared overdue 1 March 2026" in said
    assert "answered in part 23 March 2026" in said
    assert "In all: 15" in said


async def test_a_report_is_shown_with_its_times_and_its_history_and_what_is_sealed_stays_so(jp: Reader) -> None:
    answer = await jp.get(ONE_REPORT)
    said = text(answer)
    assert "Shared 2 March 2026 18:00:00 · after 21 h" in said
    assert "Received 2 March 2026 22:00:00 · after 1 d 1 h" in said
    assert re.search(r"History Shared 1 .* Received by the other side .* Acknowledged 1 ", said)
    assert "Deposits or property controlled What was taken What депозит Value Amount 50000.00 Currency KGS" in said
    assert SEALED not in answer.text
    assert "Persons affected [sealed]" in said


async def test_reports_tell_what_the_other_side_did_about_them(jp: Reader) -> None:
    said = text(await jp.get("/cases?kind=misconduct-report"))
    assert re.search(r"kg-4 Misconduct reports Kyrgyz Republic .*closed –", said)
    said = text(await jp.get("/cases/misconduct-report/jp-kg/kg-4"))
    assert re.search(r"Acted on .* · after 21 h 3 min Closed or declined .* · after 21 h 3 min", said)
    assert "Found likely deposits or property controlled" in said
    assert "Measure Number 1 Kind warning Taken on 2 March 2026 Text 警告。" in said
    assert "Outcome confirmed" in said
    assert re.search(r"History Shared 1 .* Assessed 1 .* Measure taken 1 .* Closed 1 ", said)
    said = text(await jp.get("/cases/test-fraud-report/jp-kg/kg-3"))
    assert "顔写真が一致しない。" in said
    assert "刑事訴訟法 第47条" in said


async def test_a_notice_tells_what_came_of_it_and_what_is_owed(jp: Reader) -> None:
    said = text(await jp.get(ONE_NOTICE))
    assert "Measure Number 1 Kind guidance Taken on 2 March 2026 Text 指導。" in said
    assert "What follows accreditation revoked" in said
    assert re.search(r"In the register .*accreditation revoked .*10 March 2026 .*入管認停第2号", said)
    assert re.search(r"History Shared 1 .* Investigation opened 1 .* Measure taken 1 .* Result returned 1 ", said)
    assert "刑事訴訟法 第47条" in text(await jp.get("/cases/notice/jp-kg/kg-3"))
    said = text(await jp.get("/cases/notice/jp-kg/jp-2"))
    assert re.search(r"History Shared 1 .* Overdue ", said)
    assert "Overdue since " in said


async def test_an_inquiry_tells_what_was_asked_and_said(jp: Reader) -> None:
    said = text(await jp.get("/cases/inquiry/jp-kg/kg-1"))
    assert re.search(r"History Asked 1, 2, 3 .* Answered 2 .* Overdue 1, 3", said)
    assert "Overdue since 1 April 2026" in said


@pytest.mark.parametrize(
    ("query", "shown", "not_shown"),
    [
        ("kind=inquiry", "jp-4", "jp-5"),
        ("kind=notice&overdue=true", "jp-2", "jp-5"),
        ("status=acknowledged", f"kg-{REPORT_NUMBER}", "jp-4"),
        ("country=jp", "jp-5", "kg-3"),
        ("due_by=2026-03-23", "kg-1", "jp-4"),
    ],
)
async def test_cases_can_be_asked_for(jp: Reader, query: str, shown: str, not_shown: str) -> None:
    rows = re.findall(r'scope="row"><a [^>]*>([^<]*)<', (await jp.get(f"/cases?{query}")).text)
    assert shown in rows
    assert not_shown not in rows


async def test_asking_for_nonsense_shows_what_there_is(jp: Reader) -> None:
    assert "There is no such case." in text(await jp.get("/cases?status=nonsense"))
    assert "In all: 15" in text(await jp.get("/cases?due_by=tomorrow"))


async def test_the_cases_of_both_services_are_paged_as_one(jp: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cases, "LISTED", 4)
    address, seen = "/cases", list[str]()
    while address:
        page = (await jp.get(address)).text
        seen += re.findall(r'scope="row"><a href="([^"]*)"', page)
        following = re.findall(r'<a href="([^"]*)" id="next"', page)
        address = unescape(following[0]) if following else ""
    assert len(seen) == len(set(seen)) == 15


async def test_a_case_is_found_by_its_number_where_one_alone_has_it(jp: Reader) -> None:
    assert "jp-4" in text(await jp.get("/cases/4"))
    several = await jp.get("/cases/kg-3")
    assert several.status_code == 409
    assert "inquiry/jp-kg/kg-3, misconduct-report/jp-kg/kg-3, notice/jp-kg/kg-3" in text(several)


async def test_a_kind_that_no_text_knows_is_told_by_its_own_names() -> None:
    assert [readable(name) for name in ("wished_on", "partly-answered", "InquiryAsked", "№")] == [
        "Wished on",
        "Partly answered",
        "Inquiry asked",
        "№",
    ]
    assert form_of("title", {"ja": "照会", "ky-Latn": "Suroo"}) == "texts"
    assert form_of("test", {"test": "JLPT", "id": "7"}) == "members"
    assert form_of("acceptance", {"by": "kg"}) == "members"
    assert form_of("wished_on", "2026-03-31") == "day"
    assert form_of("asked_at", "2026-03-31T09:00:00Z") == "moment"
    assert form_of("by", "kg") == "country"
    assert form_of("note", "Звонить вечером.") == "text"
    assert form_of("late", False) == "yes-no"


@pytest.mark.parametrize(
    "reference", ["2026-88-12", "2026-02-30", "2026-13-01T09:00Z", "2026-03-31T09:00", "9999-12-31T23:59:59Z"]
)
def test_a_number_that_only_looks_like_a_day_or_a_moment_is_told_as_it_stands(reference: str) -> None:
    assert form_of("reference", reference) == "text"


async def test_cases_are_for_operators_of_the_countries_concerned(core: Reader, jp: Reader, there: Town) -> None:
    assert "Your token names no country." in text(await core.get("/cases"))
    assert (await core.get("/cases/misconduct-report/jp-kg/kg-2")).status_code == 403
    assert (await jp.get("/cases/misconduct-report/jp-kg/kg-99")).status_code == 404


async def test_a_list_of_cases_asks_for_itself_less_often_than_one_case(jp: Reader) -> None:
    every = [(await jp.get(path)).text for path in ("/cases", f"/cases/{REPORT_NUMBER}")]
    assert [re.findall(r'hx-trigger="every (\d+)s"', page) for page in every] == [["30"], ["3"]]


# -- timeliness ---------------------------------------------------------------------------------------------------


async def test_timeliness_is_told_by_side_and_month_and_drawn(jp: Reader, kg: Reader) -> None:
    page = await jp.get("/timeliness")
    said = text(page)
    assert "2026-03 Kyrgyz Republic" in said
    assert "Mean time from knowing to sharing" in said
    assert page.text.count('<figure class="plot">') == page.text.count('role="img"') >= 3
    assert '<rect class="side-0" x=' in page.text
    assert "style=" not in page.text
    figures = re.findall(r"<tbody.*</tbody>", page.text, re.DOTALL)
    assert figures == re.findall(r"<tbody.*</tbody>", (await kg.get("/timeliness")).text, re.DOTALL)


async def test_timeliness_may_be_asked_for_of_one_kind(jp: Reader, core: Reader) -> None:
    page = await jp.get("/timeliness?kind=inquiry")
    assert "Mean time from knowing to sharing: " not in text(page)
    assert '<option value="inquiry" selected>' in page.text
    assert page.text.count('<figure class="plot">') == 3
    assert "Your token names no country." in text(await core.get("/timeliness"))


async def test_the_api_tells_both_sides_the_same_figures(reader: Reader, there: Town) -> None:
    told = [(await asked(reader, there, "timeliness", party)).json() for party in ("jp", "kg")]
    assert told[0] == told[1]
    sharing = next(one for one in told[0] if one["side"] == "kg" and one["days_to_share"] is not None)
    assert sharing["month"] == "2026-03"
    assert round(sharing["days_to_share"] * 24) == 21
    there.down.add("reporting")
    assert (await asked(reader, there, "timeliness")).json()["slug"] == "not-available"


async def test_m1_whom_an_applicant_resembles_is_on_the_way_of_the_other_sides_report_for_its_own_country_alone(
    jp: Reader, kg: Reader, core: Reader, tmp_path: Path
) -> None:
    def step(ident: str, parent: str, service: str, name: str, subject: str = "") -> dict[str, Any]:
        of = {"span_id": f"{ident}00000001", "parent_id": f"{parent}00000001", "service": service, "name": name}
        return spans_of_a_way()[1] | of | {"attributes": {"cloudevents.event_subject": subject}}

    met = "reporting", "process EnterReport"
    spans = [
        step("11111111", "bbbbbbbb", *met, "resemblance/jp-kg/both/6e34"),
        step("22222222", "bbbbbbbb", *met, "resemblance/jp-kg/kg/6e34"),
        step("33333333", "11111111", "bridge-jp", "deliver ResemblanceFound"),
        step("44444444", "22222222", "bridge-kg", "process DeliverMessage", "delivery/resemblance/jp-kg/kg/6e34"),
        step("55555555", "44444444", "bridge-kg", "deliver ApplicantResemblanceFound"),
    ]
    write_spans(tmp_path / "traces", [*spans_of_a_way(), *spans])
    told = {reader: text(await reader.get(f"/messages/{TRACE}")) for reader in (jp, kg, core)}
    assert [said.count("EnterReport") for said in told.values()] == [1, 2, 2]
    assert ["ApplicantResemblanceFound" in said for said in told.values()] == [False, True, True]
    assert all("delivers ResemblanceFound" in said for said in told.values())
    assert "resemblance/jp-kg/kg" not in told[jp]


# -- the API ------------------------------------------------------------------------------------------------------


async def asked(reader: Reader, there: Town, path: str, party: str | None = "jp", role: str = "operator") -> Any:
    return await reader.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {there.token(party, role)}"})


async def test_the_api_tells_a_cases_whole_way_with_the_traces(reader: Reader, there: Town, tmp_path: Path) -> None:
    span = spans_of_a_way()[0]
    span["attributes"]["kakehashi.receipt_id"] = "receipt-1"
    write_spans(tmp_path / "traces", [span])
    for wanted in (f"misconduct-report/jp-kg/kg-{REPORT_NUMBER}", f"kg-{REPORT_NUMBER}", REPORT_NUMBER):
        body = (await asked(reader, there, f"cases/{wanted}")).json()
        assert (body["kind"], body["status"], body["country"], body["other"]) == (
            "misconduct-report",
            "acknowledged",
            "kg",
            "jp",
        )
        first = body["history"][0]
        assert (first["event"], first["receipt_id"]) == ("MisconductReportSubmitted", "receipt-1")
        assert first["trace_id"] == TRACE
        assert body["history"][-1]["trace_id"] is None


async def test_the_api_lists_cases(reader: Reader, there: Town) -> None:
    body = (await asked(reader, there, "cases?kind=inquiry&limit=2")).json()
    assert [one["id"] for one in body["items"]] == ["jp-4", "kg-3"]
    assert body["total"] == 3
    rest = (await asked(reader, there, f"cases?kind=inquiry&limit=2&before={quote(body['next'])}")).json()
    assert ([one["id"] for one in rest["items"]], rest["next"]) == (["kg-1"], None)


@pytest.mark.parametrize(
    ("path", "party", "role", "status", "slug"),
    [
        ("cases/kg-99", "jp", "operator", 404, "not-found"),
        ("cases/inquiry/jp-kg/kg-99", "jp", "operator", 404, "not-found"),
        ("cases/kg-3", "jp", "operator", 409, "ambiguous"),
        ("cases/inquiry/jp-kg/kg-3", "kz", "operator", 403, "wrong-party"),
        ("cases/inquiry/jp-kg/kg-3", "jp", "submitter", 403, "wrong-role"),
        ("cases?limit=1000", "jp", "operator", 400, "wrong-parameter"),
        ("consul", "jp", "operator", 404, "not-found"),
    ],
)
async def test_the_api_answers_errors_as_problems(
    reader: Reader, there: Town, path: str, party: str, role: str, status: int, slug: str
) -> None:
    answer = await asked(reader, there, path, party, role)
    assert (answer.status_code, answer.json()["slug"]) == (status, slug)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_api_wants_a_token_and_takes_no_cookie(jp: Reader) -> None:
    assert (await jp.get("/api/v1/cases/kg-1")).json()["slug"] == "no-token"


async def test_the_api_says_so_when_an_owner_is_away(reader: Reader, there: Town) -> None:
    there.down.add("inquiry")
    for path in ("cases", "cases/kg-1", "cases/inquiry/jp-kg/kg-1"):
        assert (await asked(reader, there, path)).json()["slug"] == "not-available"
    assert (await asked(reader, there, "cases/misconduct-report/jp-kg/kg-2")).status_code == 200


# -- pages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["ja", "ky", "ru", "en"])
async def test_every_page_is_there_in_every_language(jp: Reader, lang: str) -> None:
    paths = ["/login", "/", "/messages", f"/messages/{TRACE}", "/parked", ONE_PARKED, "/held", ONE_HELD]
    paths += [
        "/timeliness",
        "/cases",
        ONE_REPORT,
        "/cases/misconduct-report/jp-kg/kg-3",
        "/cases/misconduct-report/jp-kg/kg-4",
        "/cases/test-fraud-report/jp-kg/jp-2",
        "/cases/test-fraud-report/jp-kg/kg-3",
    ]
    paths += [ONE_NOTICE, "/cases/notice/jp-kg/kg-4", "/cases/inquiry/jp-kg/kg-1"]
    for path in paths:
        answer = await jp.get(path, params={"lang": lang})
        assert answer.status_code == 200, path
        assert f'<html lang="{lang}">' in answer.text
        assert answer.headers["content-language"] == lang


async def test_a_chosen_language_stays(jp: Reader) -> None:
    await jp.get("/?lang=ky")
    assert '<html lang="ky">' in (await jp.get("/held")).text


async def test_pages_may_run_their_own_scripts_alone_and_stand_in_no_frame(jp: Reader) -> None:
    for path in ("/", "/login", "/nowhere"):
        policy = (await jp.get(path)).headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy


async def test_an_address_that_is_none_is_told_on_a_page(reader: Reader) -> None:
    answer = await reader.get("/nowhere")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert (await reader.get("/static/..%2Fapp.py")).status_code == 404


async def test_machines_are_answered_without_a_session(reader: Reader, there: Town, tmp_path: Path) -> None:
    assert (await reader.get("/livez")).status_code == 200
    assert (await reader.get("/readyz")).status_code == 200
    async with Reader(console(there, tmp_path)) as fresh:
        assert (await fresh.get("/readyz")).status_code == 503


# -- an OpenID provider -------------------------------------------------------------------------------------------

PROVIDER = {
    "client_id": "console",
    "authorization_url": "https://id.test/authorize",
    "token_url": "http://publication/token",  # answered by a stand-in below
    "console_url": "https://console.test",
}


async def test_an_operator_signs_in_at_a_provider_by_code_and_pkce(there: Town, tmp_path: Path) -> None:
    given: dict[str, Any] = {}

    async def answer(request: Request) -> JSONResponse:
        given.update(parse_qs((await request.body()).decode()))
        return JSONResponse({"access_token": there.token("jp")})

    there.apps["publication"].router.add_route("/token", answer, methods=["POST"])
    async with Reader(console(there, tmp_path, provider=PROVIDER)) as reader:  # type: ignore[arg-type]
        assert "identity provider" in text(await reader.get("/login"))
        away = await reader.post("/login/provider", data={"next": "/held"})
        asked = parse_qs(urlsplit(away.headers["location"]).query)
        assert away.headers["location"].startswith("https://id.test/authorize?")
        assert (asked["code_challenge_method"], asked["redirect_uri"]) == (
            ["S256"],
            ["https://console.test/login/return"],
        )
        forged = await reader.get("/login/return", params={"code": "c", "state": "another"})
        assert (forged.status_code, given) == (403, {})
        back = await reader.get("/login/return", params={"code": "c", "state": asked["state"][0]})
        assert (back.status_code, back.headers["location"]) == (303, "/held")
        assert given["code"] == ["c"]
        assert len(given["code_verifier"][0]) >= 43
        assert (await reader.get("/held")).status_code == 200
