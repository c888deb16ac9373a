"""Reporting's read API: reports for the operators of the two parties, and for nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from joserfc.jwk import KeySet

from services.reporting.app import routers
from services.reporting.misconduct_reports.model import MisconductReportRecord
from shared.cases.listing import Cases
from shared.clock import FixedClock
from shared.contracts.base import Contract
from shared.contracts.misconduct_report import KIND
from shared.security.keys import make_key
from shared.security.tokens import Actor, TokenIssuer, TokenVerifier
from shared.store.memory import MemoryStreams
from shared.web import create_app
from tests.case_builders import (
    AGREEMENTS,
    FRAUD_NUMBER,
    NOTICE_NUMBER,
    NOW,
    REPORT_NUMBER,
    SEALED,
    acknowledge,
    acknowledge_fraud,
    assess,
    close,
    context,
    correct,
    delivery,
    open_investigation,
    return_result,
    submit,
    submit_fraud,
    submit_notice,
    take_measure,
    withdraw,
    withdraw_fraud,
    withdraw_notice,
)
from tests.case_store import Away, keep
from tests.reporting_matters import FRAUD, MISCONDUCT, NOTICE, Matter

LIST = "/v1/misconduct-reports"
ONE = f"{LIST}/jp-kg/kg-{REPORT_NUMBER}"
FRAUDS = "/v1/test-fraud-reports"
ONE_FRAUD = f"{FRAUDS}/jp-kg/kg-{FRAUD_NUMBER}"
NOTICES = "/v1/notices"
ONE_NOTICE = f"{NOTICES}/jp-kg/kg-{NOTICE_NUMBER}"
Ask = Callable[..., Any]


@pytest.fixture
async def streams() -> MemoryStreams:
    """Seven reports: the long one of `REPORT_NUMBER`, three more of kg, one of jp, one of which all was refused, and
    one that is closed.

    Three of test fraud: an impersonation, a forged certificate, and one of which only the withdrawal has arrived.
    Three notices: one whose organization was suspended, one whose wished day is over, one withdrawn before it came.
    """
    streams = MemoryStreams()

    async def told(matter: Matter, country: str, number: str, *commands: Contract, minutes: int = 0) -> None:
        stream = f"{matter.decider.kind}/jp-kg/{country}-{number}"
        moment = NOW + timedelta(minutes=minutes)
        for command in commands:
            originator = {"kg": "jp", "jp": "kg"}[country] if type(command) in matter.replies else country
            await keep(streams, matter.decider, stream, command, context(stream, moment, originator=originator))

    delivered = delivery("MisconductReportSubmitted")
    await told(MISCONDUCT, "kg", REPORT_NUMBER, submit(), delivered, acknowledge())
    await told(MISCONDUCT, "kg", "2", submit("human_rights", "opaque_fees", number="2"), minutes=1)
    await told(MISCONDUCT, "kg", "3", submit(number="3"), correct(2, number="3"), minutes=2)
    await told(MISCONDUCT, "kg", "4", submit(number="4"), withdraw(number="4"), minutes=3)
    await told(MISCONDUCT, "jp", "5", submit(country="jp", number="5"), minutes=4)
    await told(MISCONDUCT, "kg", "6", acknowledge(number="6"), minutes=5)
    done = assess(number="7"), close(number="7", outcome="not-confirmed")
    await told(MISCONDUCT, "kg", "7", submit(number="7"), *done, minutes=-1)

    forged = {"fraud": "forged_certificate", "test": {"test": "JLPT"}}
    await told(FRAUD, "kg", FRAUD_NUMBER, submit_fraud(), delivery("TestFraudReportSubmitted"), acknowledge_fraud())
    await told(FRAUD, "jp", "2", submit_fraud(country="jp", number="2", **forged), minutes=1)
    await told(FRAUD, "kg", "3", withdraw_fraud(number="3"), minutes=2)

    result = return_result("suspension")
    await told(NOTICE, "kg", NOTICE_NUMBER, submit_notice(), open_investigation(), take_measure(), result)
    owed = submit_notice(country="jp", number="2", result_wished_on=NOW.date())
    await told(NOTICE, "jp", "2", owed, minutes=1)
    await told(NOTICE, "kg", "3", withdraw_notice(number="3"), minutes=2)
    return streams


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def ask(streams: MemoryStreams, clock: FixedClock) -> Ask:
    """Asks with a token of the role and party given."""
    key = make_key("issuer")
    app = create_app("reporting")
    app.state.tokens = TokenVerifier(KeySet([key]), clock)
    for router in routers(streams, AGREEMENTS, clock):
        app.include_router(router)
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
        assert ids(answer) == ["jp-5", "kg-4", "kg-3", "kg-2", f"kg-{REPORT_NUMBER}", "kg-7"]
        assert answer.json()["total"] == 6


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
    assert ids(await ask(status="closed")) == ["kg-7"]
    assert len(ids(await ask(agreement="jp-kg"))) == 6


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


async def test_tells_what_the_other_side_did_about_a_report_and_how_promptly(ask: Ask) -> None:
    body = (await ask(f"{LIST}/jp-kg/kg-7")).json()
    assert (body["status"], body["outcome"]) == ("closed", "not-confirmed")
    assert body["record"]["assessments"][0]["assessment"]["likely"] == ["property_control"]
    promptness = body["promptness"]
    assert promptness["acted_at"] == promptness["closed_at"] == promptness["shared_at"] == "2026-03-02T08:59:00Z"
    open_one = (await ask(ONE)).json()["promptness"]
    assert (open_one["acted_at"], open_one["closed_at"]) == (None, None)


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
    lists = {"agreement": "jp-kg"}
    for path, asked in ((ONE, {}), (LIST, lists), (ONE_FRAUD, {}), (FRAUDS, lists), (ONE_NOTICE, {}), (NOTICES, lists)):
        answer = await ask(path, role=role, party=party, **asked)
        assert (answer.status_code, answer.json()["slug"]) == (status, slug)


async def test_shows_a_stranger_an_empty_list(ask: Ask) -> None:
    assert ids(await ask(party="kz")) == []


async def test_does_not_know_what_was_never_recorded(ask: Ask) -> None:
    assert (await ask(f"{LIST}/jp-kg/kg-999")).json()["slug"] == "not-found"
    assert (await ask(f"{LIST}/jp-kz/kg-2")).json()["slug"] == "not-found"
    assert (await ask(agreement="jp-kz")).json()["slug"] == "not-found"


class TestReportsOfTestFraud:
    async def test_are_listed_the_latest_first_and_no_other_matter_among_them(self, ask: Ask) -> None:
        assert ids(await ask(FRAUDS)) == ["kg-3", "jp-2", f"kg-{FRAUD_NUMBER}"]

    async def test_are_found_by_what_is_asked_for(self, ask: Ask) -> None:
        assert ids(await ask(FRAUDS, country="jp")) == ["jp-2"]
        assert ids(await ask(FRAUDS, status="acknowledged")) == [f"kg-{FRAUD_NUMBER}"]
        assert ids(await ask(FRAUDS, fraud="forged_certificate")) == ["jp-2"]
        assert ids(await ask(FRAUDS, test="JFT-Basic")) == [f"kg-{FRAUD_NUMBER}"]
        assert ids(await ask(FRAUDS, limit=1)) == ["kg-3"]

    async def test_are_told_whole_with_their_promptness_and_what_is_sealed_still_sealed(self, ask: Ask) -> None:
        body = (await ask(ONE_FRAUD)).json()
        assert (body["fraud"], body["test"]) == ("impersonation", {"test": "JFT-Basic", "session": "2025-11-БИШ-03"})
        assert body["record"]["revisions"][0]["report"]["persons_concerned"] == SEALED
        assert body["promptness"]["received_at"] == "2026-03-02T13:00:00Z"
        assert [step["event"] for step in body["record"]["history"]] == [
            "TestFraudReportSubmitted",
            "CaseMessageDelivered",
            "TestFraudReportAcknowledged",
        ]

    async def test_of_which_only_the_withdrawal_came_say_nothing_of_the_fraud(self, ask: Ask) -> None:
        body = (await ask(f"{FRAUDS}/jp-kg/kg-3")).json()
        assert (body["status"], body["fraud"], body["test"]) == ("withdrawn", None, None)


class TestNotices:
    async def test_are_listed_the_latest_first_and_no_other_matter_among_them(self, ask: Ask) -> None:
        assert ids(await ask(NOTICES)) == ["kg-3", "jp-2", f"kg-{NOTICE_NUMBER}"]

    async def test_are_found_by_what_is_asked_for(self, ask: Ask) -> None:
        assert ids(await ask(NOTICES, country="jp")) == ["jp-2"]
        assert ids(await ask(NOTICES, status="concluded")) == [f"kg-{NOTICE_NUMBER}"]
        assert ids(await ask(NOTICES, consequence="suspension")) == [f"kg-{NOTICE_NUMBER}"]
        assert len(ids(await ask(NOTICES, organization="19登-000123"))) == 2
        assert ids(await ask(NOTICES, organization="19登-000999")) == []

    async def test_are_overdue_once_the_wished_day_is_over_where_the_result_comes_from(
        self, ask: Ask, clock: FixedClock
    ) -> None:
        # The last minute of 2 March in Bishkek.
        clock.moment = datetime(2026, 3, 2, 17, 59, tzinfo=UTC)
        assert ids(await ask(NOTICES, overdue=True)) == []
        clock.moment += timedelta(minutes=1)
        assert ids(await ask(NOTICES, overdue=True)) == ["jp-2"]
        assert ids(await ask(NOTICES, overdue=False)) == ["kg-3", f"kg-{NOTICE_NUMBER}"]

    async def test_are_told_whole_with_their_times(self, ask: Ask) -> None:
        body = (await ask(ONE_NOTICE)).json()
        assert (body["status"], body["consequence"], body["late"]) == ("concluded", "suspension", False)
        assert body["organization"]["registration_number"] == "19登-000123"
        assert body["times"]["opened_on"] == "2026-03-01"
        assert body["times"]["measures_on"] == ["2026-03-02"]
        assert body["times"]["ended_at"] == "2026-03-02T09:00:00Z"
        assert body["record"]["conclusion"]["result"]["registry_case"] == "入管認停第2号"

    async def test_of_which_only_the_withdrawal_came_say_nothing_of_the_organization(self, ask: Ask) -> None:
        body = (await ask(f"{NOTICES}/jp-kg/kg-3")).json()
        assert (body["status"], body["organization"], body["times"]) == ("withdrawn", None, None)


async def test_says_so_while_the_database_is_away() -> None:
    cases = Cases(Away(), AGREEMENTS, KIND, MisconductReportRecord)
    with pytest.raises(Exception, match="not-available"):
        await cases.of(Actor(sub="someone", role="operator", party="jp"), None)
    with pytest.raises(Exception, match="not-available"):
        await cases.get(Actor(sub="someone", role="operator", party="jp"), "jp-kg", "kg-2")
