"""The operators' console in a browser: live, by keyboard alone, on a phone and a desk, for everyone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
import uvicorn
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, ConsoleMessage, Page, expect

from deploy.local.ports import free_ports
from services.console.frame import languages
from shared.clock import SystemClock
from tests.console_builders import RECEIPT, TRACE, Town, console, spans_of_a_way, town, write_spans

PHONE, DESK = 390, 1280
PATHS = (
    "/",
    "/messages",
    "/messages?q=nothing",
    f"/messages/{TRACE}",
    "/parked",
    "/parked/registry/registry.commands.v1%3A3%3A41",
    "/held",
    f"/held/jp/{RECEIPT}",
    "/timeliness",
    "/cases",
    "/cases?kind=inquiry&overdue=true",
    "/cases/misconduct-report/jp-kg/kg-2026%2F0042",
    "/cases/test-fraud-report/jp-kg/kg-%D0%A2%D0%95%D0%A1%D0%A2-2026%2F7",
    "/cases/notice/jp-kg/kg-07-12%2F%D0%A3-5",
    "/cases/inquiry/jp-kg/kg-1",
    "/nowhere",
)


class Site:
    """A console that is served, the services before it, and its traces."""

    def __init__(self, url: str, there: Town, traces: Path) -> None:
        self.url, self.there, self.traces = url, there, traces


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[Site]:
    there = await town(SystemClock())
    write_spans(folder / "traces", spans_of_a_way(datetime.now(UTC) - timedelta(seconds=20)))
    (port,) = free_ports(1)
    app = console(there, folder / "state", folder / "traces")
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
    serving = asyncio.create_task(server.serve())
    for _ in range(1_500):
        if server.started and app.state.watch.seen:
            break
        await asyncio.sleep(0.02)
    yield Site(f"http://127.0.0.1:{port}", there, folder / "traces")
    server.should_exit = True
    await serving


@pytest.fixture(scope="session")
async def looked_at(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """One that no test changes."""
    async with served(tmp_path_factory.mktemp("console")) as site:
        yield site


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """One of the test's own."""
    async with served(tmp_path) as site:
        yield site


@asynccontextmanager
async def signed_in(
    browser: Browser,
    site: Site,
    lang: str = "en",
    width: int = DESK,
    scheme: Literal["light", "dark"] = "light",
) -> AsyncIterator[tuple[Page, list[str]]]:
    """A page of an operator's, and whatever went wrong or elsewhere while it was open."""
    context = await browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
    page = await context.new_page()
    page.set_default_timeout(120_000)  # the machine may be busy with other things
    wrong: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        # The browser remarks on a page that is answered with 404 as it should be.
        if message.type in ("error", "warning") and "404" not in message.text:
            wrong.append(message.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda one: None if one.url.startswith(site.url) else wrong.append(one.url))
    await page.goto(f"{site.url}/login?lang={lang}")
    await page.click("#as-jp")
    await page.wait_for_url(f"{site.url}/")
    try:
        yield page, wrong
    finally:
        await context.close()


@pytest.mark.parametrize("lang", sorted(languages()))
async def test_every_page_fits_every_screen_and_asks_nothing_of_other_hosts(
    browser: Browser, looked_at: Site, lang: str
) -> None:
    async with signed_in(browser, looked_at, lang) as (page, wrong):
        for path in PATHS:
            await page.goto(looked_at.url + path)
            assert await page.get_attribute("html", "lang") == lang
            for width in (320, PHONE, DESK):
                await page.set_viewport_size({"width": width, "height": 844})
                root = "document.documentElement"
                assert await page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") <= 0, (path, width)
        assert wrong == []


@pytest.mark.parametrize(
    ("lang", "width", "scheme"),
    [("ja", PHONE, "dark"), ("ky", PHONE, "light"), ("ru", DESK, "dark"), ("en", DESK, "light")],
)
async def test_every_page_keeps_the_rules_of_accessibility(
    browser: Browser, looked_at: Site, lang: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    async with signed_in(browser, looked_at, lang, width, scheme) as (page, _):
        for path in (*PATHS, "/login"):
            await page.goto(looked_at.url + path)
            found = await Axe().run(page)
            assert found.violations_count == 0, f"{path}\n{found.generate_report()}"


async def focused(page: Page) -> str:
    return str(await page.evaluate("document.activeElement.id"))


async def tab_to(page: Page, wanted: str) -> None:
    """By the tab key alone."""
    for _ in range(60):
        await page.keyboard.press("Tab")
        if (await focused(page)).startswith(wanted):
            return
    raise AssertionError(f"the tab key does not reach {wanted}")


async def test_a_redrive_takes_a_keyboard_and_nothing_else(browser: Browser, site: Site) -> None:
    async with signed_in(browser, site) as (page, wrong):
        await page.goto(f"{site.url}/")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.className") == "skip"
        await page.keyboard.press("Enter")
        await tab_to(page, "attention-")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/parked")
        await tab_to(page, "p-")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/parked/registry/**")
        await tab_to(page, "do-redrive")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**done=redrive")
        await expect(page.get_by_text("The redrive is ordered.")).to_be_visible()
        ((_, order),) = site.there.orders
        assert (order.type, order.actor) == ("RedriveParked", "operator:aizada@jp")
        assert wrong == []


async def test_a_skip_on_a_phone_wants_its_reason(browser: Browser, site: Site) -> None:
    async with signed_in(browser, site, width=PHONE) as (page, _):
        await page.goto(f"{site.url}/parked/registry/registry.commands.v1%3A3%3A41")
        await page.click("#do-skip")
        assert site.there.orders == []
        await page.fill("#reason-skip", "Sent anew.")
        await page.click("#do-skip")
        await page.wait_for_url("**done=skip")
        assert site.there.orders[0][1].type == "SkipParked"


async def test_the_overview_renews_itself_and_leaves_the_focus_where_it_is(browser: Browser, site: Site) -> None:
    async with signed_in(browser, site) as (page, wrong):
        await page.goto(f"{site.url}/")
        link = page.get_by_role("link", name="MTSOM-2026-0101")
        await link.focus()
        before = await focused(page)
        write_spans(site.traces, spans_of_a_way(datetime.now(UTC), "2" * 32, 2))
        site.there.down.add("inquiry")
        await expect(page.get_by_text("inquiry does not answer.")).to_be_visible(timeout=60_000)
        await expect(page.get_by_role("link", name="MTSOM-2026-0102")).to_be_visible(timeout=60_000)
        assert await focused(page) == before != ""
        assert wrong == []


async def test_what_is_being_typed_is_left_alone(browser: Browser, site: Site) -> None:
    async with signed_in(browser, site) as (page, _):
        await page.goto(f"{site.url}/held/jp/{RECEIPT}")
        await page.fill("#reason-confirm", "Asked the agency")
        site.there.held[RECEIPT] = site.there.held[RECEIPT].model_copy(update={"rows": 325})
        await expect(page.get_by_text("325")).to_be_visible(timeout=60_000)
        assert await page.input_value("#reason-confirm") == "Asked the agency"


async def test_what_was_typed_about_a_held_edition_goes_away_when_another_has_decided(
    browser: Browser, site: Site
) -> None:
    async with signed_in(browser, site) as (page, wrong):
        await page.goto(f"{site.url}/held/jp/{RECEIPT}")
        await page.fill("#reason-confirm", "Asked the agency")
        site.there.held[RECEIPT] = site.there.held[RECEIPT].model_copy(update={"status": "rejected"})
        await expect(page.locator("#reason-confirm")).to_have_count(0, timeout=60_000)
        assert wrong == []


async def test_a_page_that_cannot_renew_itself_says_so_until_it_can(browser: Browser, site: Site) -> None:
    async with signed_in(browser, site) as (page, _):
        await page.goto(f"{site.url}/parked")
        await page.context.set_offline(True)
        line = page.locator("#offline")
        await expect(line).to_be_visible(timeout=60_000)
        await page.context.set_offline(False)
        await expect(line).to_be_hidden(timeout=60_000)


async def test_on_a_phone_each_value_stands_beside_its_own_label(browser: Browser, looked_at: Site) -> None:
    async with signed_in(browser, looked_at, "ru", PHONE) as (page, _):
        await page.goto(f"{looked_at.url}/parked")
        label = "getComputedStyle(document.querySelector('td[data-label]'), '::before').content"
        assert await page.evaluate(label) == '"С"'
