"""The read API of cases: every kind of both services, for the operators of the two parties, and for nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from joserfc.jwk import KeySet

from services.inquiry.app import deciders as inquiry_deciders
from services.inquiry.app import inquiry
from services.inquiry.inquiries.model import OVERDUE
from services.registry.app import deciders as registry_deciders
from services.reporting.app import deciders as reporting_deciders
from services.reporting.misconduct_reports.model import MisconductReportRecord
from shared.cases import listing
from shared.cases.api import router
from shared.cases.listing import Cases
from shared.cases.model import CaseRecord
from shared.clock import FixedClock
from shared.contracts.base import Contract
from shared.contracts.case import ReportDeadline
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
    answer,
    ask,
    context,
    correct,
    decline,
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
from tests.stated_matters import STATED, StatedMatter

LIST = "/v1/cases"
REPORT = f"misconduct-report/jp-kg/kg-{REPORT_NUMBER}"
FRAUDULENT = f"test-fraud-report/jp-kg/kg-{FRAUD_NUMBER}"
NOTIFIED = f"notice/jp-kg/kg-{NOTICE_NUMBER}"
DECIDERS = [
    decider
    for deciders in (reporting_deciders, inquiry_deciders, registry_deciders)
    for decider in deciders(AGREEMENTS)
    if issubclass(decider.state, CaseRecord)
]
Get = Callable[..., Any]


@pytest.fixture
async def streams() -> MemoryStreams:
    """Six reports, one of which all was refused; three of test fraud; three notices; four inquiries."""
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

    await told(FRAUD, "kg", FRAUD_NUMBER, submit_fraud(), delivery("TestFraudReportSubmitted"), acknowledge_fraud())
    await told(FRAUD, "jp", "2", submit_fraud(country="jp", number="2"), minutes=6)
    await told(FRAUD, "kg", "7", withdraw_fraud(number="7"), minutes=7)

    result = return_result("suspension")
    await told(NOTICE, "kg", NOTICE_NUMBER, submit_notice(), open_investigation(), take_measure(), result)
    owed = submit_notice(country="jp", number="8", result_wished_on=NOW.date())
    await told(NOTICE, "jp", "8", owed, minutes=8)
    await told(NOTICE, "kg", "9", withdraw_notice(number="9"), minutes=9)

    late = NOW + timedelta(days=30)
    overdue = ReportDeadline(intent_id=OVERDUE, attempt=1, reached_at=late)

    async def asked(country: str, number: str, *commands: Contract, minutes: int) -> None:
        stream = f"inquiry/jp-kg/{country}-{number}"
        for command in commands:
            asking = type(command).__name__ in ("AskInquiry", "ReportDeadline")
            moment = NOW + timedelta(minutes=minutes) if asking else late
            originator = country if asking else {"jp": "kg", "kg": "jp"}[country]
            around = context(stream, moment, originator=originator)
            await keep(streams, inquiry(AGREEMENTS), stream, command, around)

    await asked("kg", "11", ask(number="11"), answer(2, number="11"), overdue, minutes=11)
    await asked("kg", "12", ask(number="12"), overdue, answer(number="12"), minutes=12)
    await asked("kg", "13", ask(number="13", wished_on=date(2026, 6, 1)), decline(number="13"), minutes=13)
    sending = ask(country="jp", number="14", topic="sending", wished_on=date(2026, 5, 1))
    await asked("jp", "14", sending, minutes=14)
    return streams


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def get(streams: MemoryStreams, clock: FixedClock) -> Get:
    """Asks with a token of the role and party given."""
    key = make_key("issuer")
    app = create_app("cases")
    app.state.tokens = TokenVerifier(KeySet([key]), clock)
    app.include_router(router(DECIDERS, streams, AGREEMENTS, clock))
    http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://cases.test")

    async def answered(path: str = "", role: str | None = "operator", party: str | None = "jp", **asked: Any) -> Any:
        headers = {}
        if role is not None:
            who = Actor.model_validate({"sub": "someone", "role": role, "party": party})
            headers["Authorization"] = f"Bearer {TokenIssuer(key, clock).issue(who)}"
        return await http.get(f"{LIST}/{path}" if path else LIST, params=asked, headers=headers)

    return answered


def ids(answered: httpx.Response) -> list[str]:
    assert answered.status_code == 200, answered.text
    return [item["id"] for item in answered.json()["items"]]


@pytest.mark.parametrize("decider", DECIDERS, ids=lambda decider: decider.kind)
def test_every_kind_of_case_says_what_a_list_tells(decider: Any) -> None:
    assert issubclass(decider.state, CaseRecord)
    assert decider.state.outline is not CaseRecord.outline
    assert decider.initial("").outline.status


@pytest.mark.parametrize(
    ("matter", "end"),
    [pytest.param(matter, end, id=f"{matter.cases.kind}-{end}") for matter in STATED for end in matter.ways],
)
async def test_a_case_of_statements_is_told_with_no_more_than_its_record(
    get: Get, streams: MemoryStreams, matter: StatedMatter, end: str
) -> None:
    for number, said in enumerate(matter.ways[end], start=1):
        statement, by = matter.statement(said)
        around = matter.envelope(by, number)
        assert await keep(streams, matter.decider, matter.stream, matter.command(statement.command), around)
    (item,) = (await get(kind=matter.cases.kind)).json()["items"]
    assert (item["country"], item["other"], item["status"]) == ("kg", "jp", end)
    assert item["shared_at"] is not None
    assert not item["overdue"]
    one = (await get(matter.stream)).json()
    assert one["history"][0]["event"] == matter.cases.shared[0].__name__
    assert one["record"]["went_over"][0]["receipt_id"] == "receipt-1"


async def test_lists_the_cases_of_every_kind_and_of_both_sides_the_latest_first(get: Get) -> None:
    for party in ("jp", "kg"):
        answered = await get(party=party)
        assert ids(answered)[:8] == ["jp-14", "kg-13", "kg-12", "kg-11", "kg-9", "jp-8", "kg-7", "jp-2"]
        assert answered.json()["total"] == 15
        assert set(answered.json()["kinds"]) == {decider.kind for decider in DECIDERS}
        assert answered.json()["kinds"]["inquiry"] == ["answered", "asked", "declined", "partly-answered"]


async def test_does_not_list_what_was_only_refused(get: Get) -> None:
    assert "kg-6" not in ids(await get())
    assert (await get("misconduct-report/jp-kg/kg-6")).status_code == 404


async def test_pages_without_losing_or_repeating_any(get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "AT_ONCE", 1)
    seen: list[str] = []
    before: dict[str, str] = {}
    while True:
        answered = await get(limit=2, **before)
        seen += ids(answered)
        if answered.json()["next"] is None:
            break
        before = {"before": answered.json()["next"]}
    assert seen == ids(await get())


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"kind": "inquiry"}, ["jp-14", "kg-13", "kg-12", "kg-11"]),
        ({"kind": "consul"}, []),
        ({"country": "jp"}, ["jp-14", "jp-8", "jp-2", "jp-5"]),
        ({"status": "withdrawn"}, ["kg-9", "kg-7", "kg-4"]),
        ({"kind": "inquiry", "status": "partly-answered"}, ["kg-11"]),
        ({"due_by": "2026-05-11"}, ["jp-14", "kg-11", "jp-8"]),
        ({"due_by": "2026-03-02"}, ["jp-8"]),
        ({"number": "4"}, ["kg-4"]),
        ({"number": "kg-4"}, ["kg-4"]),
        ({"number": REPORT_NUMBER}, [f"kg-{REPORT_NUMBER}"]),
        ({"agreement": "jp-kg", "kind": "notice"}, ["kg-9", "jp-8", f"kg-{NOTICE_NUMBER}"]),
    ],
)
async def test_lists_only_what_is_asked_for(get: Get, asked: dict[str, Any], found: list[str]) -> None:
    assert ids(await get(**asked)) == found


async def test_is_overdue_once_its_day_is_over_where_it_is_owed(get: Get, clock: FixedClock) -> None:
    # The last minute of 2 March in Bishkek, which owes the result of jp's notice.
    clock.moment = datetime(2026, 3, 2, 17, 59, tzinfo=UTC)
    assert ids(await get(overdue=True)) == []
    clock.moment += timedelta(minutes=1)
    assert ids(await get(overdue=True)) == ["jp-8"]
    assert "jp-8" not in ids(await get(overdue=False))


async def test_what_is_answered_is_overdue_no_more(get: Get, clock: FixedClock) -> None:
    clock.moment = NOW + timedelta(days=400)
    assert ids(await get(overdue=True)) == ["jp-14", "kg-11", "jp-8"]


async def test_tells_of_each_when_it_was_learned_shared_received_and_answered(get: Get) -> None:
    report = (await get(REPORT)).json()
    assert (report["learned_at"], report["shared_at"]) == ("2026-03-01T12:00:00Z", "2026-03-02T09:00:00Z")
    assert (report["received_at"], report["accepted_at"]) == ("2026-03-02T13:00:00Z", "2026-03-02T09:00:00Z")
    assert (report["status"], report["closed"], report["country"], report["other"]) == (
        "acknowledged",
        True,
        "kg",
        "jp",
    )
    notice = (await get(NOTIFIED)).json()
    assert (notice["status"], notice["answered_at"]) == ("concluded", "2026-03-02T09:00:00Z")
    assert notice["title"] == {"ja": "株式会社架橋支援センター"}
    inquired = (await get("inquiry/jp-kg/kg-12")).json()
    assert (inquired["status"], inquired["closed"], inquired["learned_at"]) == ("answered", True, None)
    assert inquired["answered_at"] == "2026-04-01T09:00:00Z"
    assert (await get("inquiry/jp-kg/kg-11")).json()["answered_at"] is None


async def test_tells_one_with_its_record_and_its_steps_and_what_is_sealed_still_sealed(get: Get) -> None:
    body = (await get(REPORT)).json()
    assert [step["event"] for step in body["history"]] == [
        "MisconductReportSubmitted",
        "CaseMessageDelivered",
        "MisconductReportAcknowledged",
    ]
    assert "history" not in body["record"]
    assert body["record"]["revisions"][0]["report"]["affected_persons"] == SEALED
    body = (await get(FRAUDULENT)).json()
    assert body["title"] == {"und": "JFT-Basic · 2025-11-БИШ-03"}
    assert body["record"]["revisions"][0]["report"]["persons_concerned"] == SEALED


async def test_of_what_only_the_withdrawal_came_nothing_else_is_told(get: Get) -> None:
    for one in ("notice/jp-kg/kg-9", "test-fraud-report/jp-kg/kg-7"):
        body = (await get(one)).json()
        assert (body["status"], body["title"], body["learned_at"], body["due_on"]) == ("withdrawn", {}, None, None)


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
    get: Get, role: str | None, party: str | None, status: int, slug: str
) -> None:
    lists = {"agreement": "jp-kg"}
    for path, asked in ((REPORT, {}), (FRAUDULENT, {}), (NOTIFIED, {}), ("inquiry/jp-kg/kg-11", {}), ("", lists)):
        answered = await get(path, role=role, party=party, **asked)
        assert (answered.status_code, answered.json()["slug"]) == (status, slug)


async def test_shows_a_stranger_an_empty_list(get: Get) -> None:
    answered = await get(party="kz")
    assert ids(answered) == []
    assert not any(answered.json()["kinds"].values())


async def test_does_not_know_what_was_never_recorded(get: Get) -> None:
    for path in ("inquiry/jp-kg/kg-999", "inquiry/jp-kz/kg-11", "consul/jp-kg/kg-11"):
        assert (await get(path)).json()["slug"] == "not-found"
    assert (await get(agreement="jp-kz")).json()["slug"] == "not-found"


async def test_says_so_while_the_database_is_away() -> None:
    cases = Cases(Away(), AGREEMENTS, KIND, MisconductReportRecord)
    with pytest.raises(Exception, match="not-available"):
        _ = [one async for one in cases.of(Actor(sub="someone", role="operator", party="jp"), None)]
    with pytest.raises(Exception, match="not-available"):
        await cases.get(Actor(sub="someone", role="operator", party="jp"), "jp-kg", "kg-2")
