"""The public pages in a browser: on a phone and a desk, in the light and in the dark, by keyboard, for everyone."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal
from urllib.parse import quote

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, ConsoleMessage, Page

from services.publication.texts import languages
from tests.register_builders import entry, order_entry, revoked, version

PHONE, DESK = 390, 1280
REVOKED = entry(version(5), revoked(version(5))).id
SUSPENDED = "jp-19登-000006"
AMENDED = entry(version(3)).id
PATHS = (
    "/",
    "/jp/",
    "/kg/?status=revoked",
    "/kg/?q=nothing",
    "/kg/improvement-orders/",
    f"/kg/improvement-orders/{quote(order_entry().id)}",
    "/jp/field-acceptance/",
    "/kg/field-acceptance/jp-food-service",
    "/kg/support-organizations/",
    "/kg/support-organizations/?language=ky&q=キルギス語",
    "/kg/support-organizations/jp-19登-000004",
    f"/kg/support-organizations/{SUSPENDED}",
    f"/jp/sending-organizations/{REVOKED}",
    f"/kg/sending-organizations/{AMENDED}",
    "/jp/sending-organizations/kg-0",
    "/jp/sending-organizations/?on=2026-01-12&known=2026-01-11",
    f"/jp/sending-organizations/{REVOKED}?on=2026-03-01&known=2026-01-11",
    f"/jp/sending-organizations/{REVOKED}?known=2026-01-01",
    "/kg/support-organizations/jp-19登-000004?on=2025-06-01",
    "/kg/support-organizations/?on=2026-02-31",
    "/api/",
)


@asynccontextmanager
async def opened(
    browser: Browser, url: str, width: int = DESK, scheme: Literal["light", "dark"] = "light"
) -> AsyncIterator[tuple[Page, list[str]]]:
    """The page, and whatever went wrong or elsewhere while it was open."""
    context = await browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
    page = await context.new_page()
    host = url.split("/")[2]
    wrong: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        # The browser remarks on a page that is answered with 404 or 400 as it should be.
        if message.type in ("error", "warning") and not re.search("status of (404|400)", message.text):
            wrong.append(message.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: wrong.append(dialog.message))
    page.on("request", lambda request: wrong.append(request.url) if request.url.split("/")[2] != host else None)
    await page.goto(url)
    try:
        yield page, wrong
    finally:
        await context.close()


def addresses(site: str, lang: str) -> list[str]:
    return [f"{site}{path}{'&' if '?' in path else '?'}lang={lang}" for path in PATHS]


@pytest.mark.parametrize("lang", sorted(languages()))
async def test_every_page_fits_every_screen_and_asks_nothing_of_other_hosts(
    browser: Browser, site: str, lang: str
) -> None:
    async with opened(browser, site) as (page, wrong):
        for url in addresses(site, lang):
            await page.goto(url)
            for width in (320, PHONE, 768, DESK):
                await page.set_viewport_size({"width": width, "height": 844})
                root = "document.documentElement"
                assert await page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") <= 0, (url, width)
        assert wrong == []


@pytest.mark.parametrize(
    ("lang", "width", "scheme"),
    [("ja", PHONE, "dark"), ("ky", PHONE, "light"), ("ru", DESK, "dark"), ("en", DESK, "light")],
)
async def test_every_page_keeps_the_rules_of_accessibility(
    browser: Browser, site: str, lang: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    async with opened(browser, site, width, scheme) as (page, _):
        for url in addresses(site, lang):
            await page.goto(url)
            found = await Axe().run(page)
            assert found.violations_count == 0, f"{url}\n{found.generate_report()}"


async def test_the_keyboard_alone_reaches_search_entry_and_history(browser: Browser, site: str) -> None:
    async with opened(browser, f"{site}/jp/?lang=en") as (page, _):
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.className") == "skip"
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.id") == "q"
        await page.keyboard.type("ысык-көл")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**q=*")
        assert "1–11 of 11" in await page.inner_text("main")
        link = page.locator("table.entries a").first
        await link.focus()
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/jp/sending-organizations/kg-*")
        assert "History" in await page.inner_text("main")
        assert await page.get_attribute("html", "lang") == "en"


async def test_on_a_phone_each_value_stands_under_its_own_label(browser: Browser, site: str) -> None:
    async with opened(browser, f"{site}/jp/?lang=ru&status=revoked", PHONE) as (page, _):
        label = "getComputedStyle(document.querySelector('td.number'), '::before').content"
        assert await page.evaluate(label) == '"Номер в реестре"'
        assert (
            await page.evaluate("getComputedStyle(document.querySelector('.entries tr:last-child')).display") == "block"
        )


async def test_an_organization_is_found_by_the_language_of_the_reader(browser: Browser, site: str) -> None:
    async with opened(browser, f"{site}/kg/support-organizations/?lang=ky", PHONE) as (page, _):
        await page.select_option("#language", label="кыргызча")
        await page.click("form.search button")
        await page.wait_for_url("**language=ky*")
        assert "1 ичинен 1–1" in await page.inner_text("main")
        await page.click("table.entries a")
        await page.wait_for_url("**/kg/support-organizations/jp-*")
        assert "кыргызча" in await page.inner_text("dl.facts")


async def test_on_a_phone_values_of_one_field_stay_together(browser: Browser, site: str) -> None:
    async with opened(browser, f"{site}/kg/support-organizations/?lang=ky&language=ky", PHONE) as (page, _):
        box = await page.locator("td.listed > span").bounding_box()
        label = await page.locator("td.listed").bounding_box()
        assert box is not None
        assert label is not None
        assert box["x"] > label["x"] + 100
        assert await page.locator("td.listed > span").count() == 1


async def test_what_is_printed_is_the_register_and_not_its_controls(browser: Browser, site: str) -> None:
    async with opened(browser, f"{site}/jp/?lang=ja") as (page, _):
        await page.emulate_media(media="print")
        assert not await page.is_visible("form.search")
        assert not await page.is_visible("nav.languages")
        assert await page.is_visible("table.entries")
        assert await page.is_visible("section.edition code")


async def test_the_language_is_changed_on_the_page_one_is_reading(browser: Browser, site: str) -> None:
    async with opened(browser, f"{site}/jp/sending-organizations/{REVOKED}") as (page, _):
        await page.click("text=Кыргызча")
        assert await page.get_attribute("html", "lang") == "ky"
        assert "Себеби" in await page.inner_text(".standing")


async def test_another_day_is_chosen_by_keyboard_and_left_again(browser: Browser, site: str) -> None:
    async with opened(browser, f"{site}/jp/?lang=en&status=revoked", PHONE) as (page, _):
        await page.focus("details.otherday summary")
        await page.keyboard.press("Enter")
        await page.fill("#known", "2026-01-11")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**known=2026-01-11*")
        assert "by what was known at 11 January 2026, 23:59" in await page.inner_text("h1")
        assert "No entry fits this search." in await page.inner_text("main")
        await page.click("text=Show today")
        await page.wait_for_url(lambda url: "known" not in url)
        assert await page.inner_text("h1") == "Accredited sending organizations"
        assert "of 12" in await page.inner_text("main")
