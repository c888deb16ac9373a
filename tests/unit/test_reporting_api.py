"""Reporting's read API: reports for the operators of the two parties, and for nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from joserfc.jwk import KeySet

from services.reporting.api import router
from services.reporting.app import misconduct_report
from services.reporting.model import MisconductReportRecord
from shared.cases.listing import Cases
from shared.clock import FixedClock
from shared.contracts.base import Contract
from shared.contracts.misconduct_report import KIND, stream_of
from shared.security.keys import make_key
from shared.security.tokens import Actor, TokenIssuer, TokenVerifier
from shared.store.memory import MemoryStreams
from shared.web import create_app
from tests.case_builders import (
    AGREEMENTS,
    NOW,
    REPORT_NUMBER,
    SEALED,
    acknowledge,
    context,
    correct,
    delivery,
    submit,
    withdraw,
)
from tests.case_store import Away, keep

LIST = "/v1/misconduct-reports"
ONE = f"{LIST}/jp-kg/kg-{REPORT_NUMBER}"
Ask = Callable[..., Any]


@pytest.fixture
async def streams() -> MemoryStreams:
    """Six reports: the long one of `REPORT_NUMBER`, three more of kg, one of jp, and one of which all was refused."""
    streams = MemoryStreams()

    async def told(country: str, number: str, *commands: Contract, minutes: int = 0) -> None:
        stream = stream_of("jp-kg", country, number)
        moment = NOW + timedelta(minutes=minutes)
        for command in commands:
            other = type(command).__name__.startswith("Acknowledge")
            originator = ("jp" if country == "kg" else "kg") if other else country
            await keep(
                streams, misconduct_report(AGREEMENTS), stream, command, context(stream, moment, originator=originator)
            )

    await told("kg", REPORT_NUMBER, submit(), delivery("MisconductReportSubmitted"), acknowledge())
    await told("kg", "2", submit("human_rights", "opaque_fees", number="2"), minutes=1)
    await told("kg", "3", submit(number="3"), correct(2, number="3"), minutes=2)
    await told("kg", "4", submit(number="4"), withdraw(number="4"), minutes=3)
    await told("jp", "5", submit(country="jp", number="5"), minutes=4)
    await told("kg", "6", acknowledge(number="6"), minutes=5)
    return streams


@pytest.fixture
def ask(streams: MemoryStreams) -> Ask:
    """Asks with a token of the role and party given."""
    key, clock = make_key("issuer"), FixedClock(NOW)
    app = create_app("reporting")
    app.state.tokens = TokenVerifier(KeySet([key]), clock)
    app.include_router(router(Cases(streams, AGREEMENTS, KIND, MisconductReportRecord)))
    http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://reporting.test")

    async def get(path: str = LIST, role: str | None = "operator", party: str | None = "jp", **asked: Any) -> Any:
        headers = {}
        if role is not None:
            who = Actor.model_validate({"sub": "someone", "role": role, "party": party})
            headers["Authorization"] = f"Bearer {TokenIssuer(key, clock).issue(who)}"
        return await http.get(path, params=asked, headers=headers)

    return get


def ids(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


async def test_lists_the_reports_of_both_sides_the_latest_first(ask: Ask) -> None:
    for party in ("jp", "kg"):
        answer = await ask(party=party)
        assert ids(answer) == ["jp-5", "kg-4", "kg-3", "kg-2", f"kg-{REPORT_NUMBER}"]
        assert answer.json()["total"] == 5


async def test_does_not_list_what_was_only_refused(ask: Ask) -> None:
    assert "kg-6" not in ids(await ask())
    assert (await ask(f"{LIST}/jp-kg/kg-6")).status_code == 404


async def test_pages_without_losing_or_repeating_any(ask: Ask) -> None:
    seen: list[str] = []
    before: dict[str, str] = {}
    while True:
        answer = await ask(limit=2, **before)
        seen += ids(answer)
        if answer.json()["next"] is None:
            break
        before = {"before": answer.json()["next"]}
    assert seen == ids(await ask())


async def test_lists_only_what_is_asked_for(ask: Ask) -> None:
    assert ids(await ask(country="jp")) == ["jp-5"]
    assert ids(await ask(status="withdrawn")) == ["kg-4"]
    assert ids(await ask(status="acknowledged")) == [f"kg-{REPORT_NUMBER}"]
    assert ids(await ask(category="human_rights")) == ["kg-2"]
    assert len(ids(await ask(agreement="jp-kg"))) == 5


async def test_tells_of_each_what_an_operator_decides_by(ask: Ask) -> None:
    urgent = (await ask(category="opaque_fees")).json()["items"][0]
    assert (urgent["urgency"], urgent["categories"]) == ("urgent", ["human_rights", "opaque_fees"])
    corrected = (await ask(f"{LIST}/jp-kg/kg-3")).json()
    assert (corrected["revision"], corrected["status"], corrected["urgency"]) == (2, "submitted", None)


async def test_tells_one_report_with_its_history_and_what_is_sealed_still_sealed(ask: Ask) -> None:
    body = (await ask(ONE)).json()
    assert [step["event"] for step in body["record"]["history"]] == [
        "MisconductReportSubmitted",
        "CaseMessageDelivered",
        "MisconductReportAcknowledged",
    ]
    assert body["record"]["revisions"][0]["report"]["affected_persons"] == SEALED
    assert body["promptness"]["received_at"] == "2026-03-02T13:00:00Z"


@pytest.mark.parametrize(
    ("role", "party", "status", "slug"),
    [
        (None, None, 401, "no-token"),
        ("submitter", "jp", 403, "wrong-role"),
        ("service", None, 403, "wrong-role"),
        ("operator", "kz", 403, "wrong-party"),
        ("operator", None, 403, "wrong-party"),
    ],
)
async def test_answers_operators_of_the_parties_alone(
    ask: Ask, role: str | None, party: str | None, status: int, slug: str
) -> None:
    for path, asked in ((ONE, {}), (LIST, {"agreement": "jp-kg"})):
        answer = await ask(path, role=role, party=party, **asked)
        assert (answer.status_code, answer.json()["slug"]) == (status, slug)


async def test_shows_a_stranger_an_empty_list(ask: Ask) -> None:
    assert ids(await ask(party="kz")) == []


async def test_does_not_know_what_was_never_recorded(ask: Ask) -> None:
    assert (await ask(f"{LIST}/jp-kg/kg-999")).json()["slug"] == "not-found"
    assert (await ask(f"{LIST}/jp-kz/kg-2")).json()["slug"] == "not-found"
    assert (await ask(agreement="jp-kz")).json()["slug"] == "not-found"


async def test_says_so_while_the_database_is_away() -> None:
    cases = Cases(Away(), AGREEMENTS, KIND, MisconductReportRecord)
    with pytest.raises(Exception, match="not-available"):
        await cases.of(Actor(sub="someone", role="operator", party="jp"), None)
    with pytest.raises(Exception, match="not-available"):
        await cases.get(Actor(sub="someone", role="operator", party="jp"), "jp-kg", "kg-2")
