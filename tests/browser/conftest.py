"""A real browser on the public pages, served over HTTP with invented entries."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from datetime import date

import pytest
import uvicorn
from playwright.async_api import Browser, async_playwright

from deploy.local.ports import free_ports
from tests import improvement_order_builders as orders
from tests.register_builders import application, field_entry, order_entry, plausible, supporters, view_of

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


def _program() -> str:
    """The browser of KAKEHASHI_BROWSER, else the first one on the path."""
    found = next((path for path in map(shutil.which, PROGRAMS) if path), None)
    given = os.environ.get("KAKEHASHI_BROWSER")
    if given:
        return given
    if found is None:
        # In CI a browser is installed; there, its absence is a failure and not a reason to look away.
        missing = pytest.fail if os.environ.get("CI") else pytest.skip
        missing(f"no browser on the path: {', '.join(PROGRAMS)}; KAKEHASHI_BROWSER may name one")
    return found


@pytest.fixture(scope="session")
async def site() -> AsyncIterator[str]:
    """The address of the public pages over a plausible register."""
    (port,) = free_ports(1)
    lifted = order_entry(orders.issue(ordered_on=date(2025, 12, 1)), orders.lift(date(2026, 1, 10)))
    fields = [field_entry(publisher=publisher) for publisher in ("jp", "kg")]
    app = application(view_of(*plausible(131), *plausible(131, "kg"), *supporters(131), lifted, *fields))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
    serving = asyncio.create_task(server.serve())
    for _ in range(500):
        if server.started:
            break
        await asyncio.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await serving


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    program = _program()
    async with async_playwright() as playwright:
        # Chromium's own sandbox wants rights that containers do not give; it is shown nothing but our pages.
        browser = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        await browser.close()
