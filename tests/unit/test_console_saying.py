"""What an operator can say in a case by a form, and what comes of it at the bridge and in the case."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date, datetime
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import httpx
import pytest
from joserfc.jwk import KeySet

from services.bridge_jp.app import BRIDGE as JP
from services.console import cases as console_cases
from services.console import saying
from services.console.asking import AwayError, Services
from services.console.saying import forms, statement
from services.inquiry.app import deciders
from shared.bridge import case_layout
from shared.bridge.model import Fate
from shared.bridge.operators import operators
from shared.cases.api import router as cases_router
from shared.cases.resources import CaseResource
from shared.contracts import consent as consents
from shared.contracts import consultation as consultations
from shared.contracts.consent import AskConsent
from shared.contracts.consultation import (
    AgendaItem,
    AgreeConsultationDate,
    ProposeConsultation,
    ProposeConsultationDate,
)
from shared.contracts.inquiry import AnswerInquiry, AskInquiry, Question
from shared.errors import ProblemError, problem
from shared.messaging.envelope import Message
from shared.security.tokens import TokenVerifier
from shared.store.memory import MemoryStreams
from shared.web import create_app
from tests import case_builders as cases
from tests.bridge_builders import Border, running
from tests.case_store import keep
from tests.console_builders import Town, console, town
from tests.unit.test_console_pages import Reader, text

TOKYO = ZoneInfo("Asia/Tokyo")
CASE = {"country": "kg", "number": "7"}
ASKED = AskConsent(
    **CASE,
    record="misconduct-report/jp-kg/jp-3",
    recipient="Labour Inspectorate",
    purpose="Inspection",
    expires_at=datetime(2026, 6, 1, 9, 0, tzinfo=TOKYO),
    times="many",
)
PROPOSED = ProposeConsultation(
    **CASE,
    occasion="ad-hoc",
    title={"en": "Brokers"},
    agenda=(AgendaItem(topic="intermediaries", text={"en": "Deposits"}),),
    on=date(2026, 4, 8),
)
INQUIRY, CONSULTATION, CONSENT = (
    "/cases/inquiry/jp-kg/kg-7",
    "/cases/consultation/jp-kg/kg-7",
    "/cases/consent/jp-kg/kg-7",
)


class Place:
    """A console before an inquiry service with a case of each kind, and before Japan's own bridge."""

    def __init__(self, there: Town, border: Border, streams: MemoryStreams, reader: Reader) -> None:
        self.there, self.border, self.streams, self.reader = there, border, streams, reader

    async def keep(self, command: Any, kind: str, originator: str) -> None:
        (decider,) = (one for one in deciders(cases.AGREEMENTS) if one.kind == kind)
        stream = f"{kind}/jp-kg/kg-7"
        around = cases.context(stream, originator=originator, addressee={"kg": "jp", "jp": "kg"}[originator])
        assert await keep(self.streams, decider, stream, command, around)

    async def commands(self) -> list[Message]:
        """What the bridge has taken, as its owner will get it."""
        return [entry.command.restore() for entry in await self.border.entries() if entry.command is not None]


@pytest.fixture
async def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    monkeypatch.setattr(console_cases, "WAIT", "wait=0")  # nobody decides here
    there, streams = await town(), MemoryStreams()
    there.apps["inquiry"] = create_app("inquiry")
    tokens = TokenVerifier(KeySet([there.key]), there.clock)
    async with running(Border(bridge=JP)) as border:
        border.app.state.tokens = there.apps["inquiry"].state.tokens = tokens
        there.apps["bridge-jp"] = border.app
        router = cases_router(deciders(cases.AGREEMENTS), streams, cases.AGREEMENTS, there.clock)
        there.apps["inquiry"].include_router(router)
        app = console(there, tmp_path / "state")
        await app.state.watch.look()
        async with Reader(app) as reader:
            reader.cookies.set("kakehashi-operator", there.token("jp"))
            place = Place(there, border, streams, reader)
            questions = (Question(number=1, text={"ru": "Сколько?"}), Question(number=2, text={"ru": "Где?"}))
            asked = cases.inquiry(number="7").model_copy(update={"questions": questions})
            await place.keep(AskInquiry(inquiry=asked), "inquiry", "kg")
            await place.keep(PROPOSED, "consultation", "kg")
            await place.keep(ASKED, "consent", "kg")
            yield place


def acts(answer: httpx.Response) -> list[str]:
    return re.findall(r'name="act" value="(\w+)"', answer.text)


async def decided(receipt_ids: Sequence[str]) -> Mapping[str, Fate]:
    return {receipt_id: Fate(applied="event-1") for receipt_id in receipt_ids}


def message_id_of(page: httpx.Response, act: str) -> str:
    (message_id, *_) = re.findall(rf'value="{act}">\s*<input[^>]* name="message_id" value="([^"]+)"', page.text)
    return str(message_id)


async def said(place: Place, path: str, act: str, **fields: str) -> httpx.Response:
    """Fills in a form of the page and posts it."""
    page = await place.reader.get(path)
    return await place.reader.act(path, act=act, message_id=message_id_of(page, act), **fields)


def resource(kind: str, status: str, record: dict[str, Any]) -> CaseResource:
    """The case `kg-7` as its owner tells it."""
    moments = ("learned_at", "shared_at", "received_at", "accepted_at", "answered_at")
    return CaseResource(
        kind=kind,
        agreement="jp-kg",
        id="kg-7",
        country="kg",
        other="jp",
        status=status,
        title={},
        due_on=None,
        overdue=False,
        closed=False,
        opened_at=cases.NOW,
        changed_at=cases.NOW,
        key="",
        history=(),
        record=record,
        **dict.fromkeys(moments, None),
    )


# -- what can be said ---------------------------------------------------------------------------------------------


async def test_the_side_asked_can_answer_agree_to_the_day_or_decline(place: Place) -> None:
    page = await place.reader.get(INQUIRY)
    assert acts(page) == ["AnswerInquiry", "AcceptReplyDate", "ProposeReplyDate", "DeclineInquiry"]
    assert "Answer to question 2" in text(page)
    assert "Recorded under your name: operator:aizada@jp" in text(page)


async def test_the_side_that_asked_waits_for_the_other(place: Place) -> None:
    place.reader.cookies.set("kakehashi-operator", place.there.token("kg"))
    assert acts(await place.reader.get(INQUIRY)) == ["ProposeReplyDate"]
    assert acts(await place.reader.get(CONSULTATION)) == ["ProposeConsultationDate"]
    assert acts(await place.reader.get(CONSENT)) == []


async def test_nobody_agrees_to_a_day_of_its_own(place: Place) -> None:
    assert acts(await place.reader.get(CONSULTATION)) == ["AgreeConsultationDate", "ProposeConsultationDate"]
    await place.keep(ProposeConsultationDate(**CASE, on=date(2026, 4, 9)), "consultation", "jp")
    assert acts(await place.reader.get(CONSULTATION)) == ["ProposeConsultationDate"]


async def test_where_nothing_is_left_to_say_there_is_no_form(place: Place) -> None:
    await place.keep(AgreeConsultationDate(**CASE, on=PROPOSED.on), "consultation", "jp")
    page = await place.reader.get(CONSULTATION)
    assert acts(page) == []
    assert '<section id="word" hidden></section>' in page.text
    whole = AnswerInquiry(**CASE, whole={"ja": "なし"})
    await place.keep(whole, "inquiry", "jp")
    assert acts(await place.reader.get(INQUIRY)) == []


async def test_only_what_is_open_is_asked_for(place: Place) -> None:
    first = AnswerInquiry.model_validate({**CASE, "answers": [{"question": 1, "text": {"ja": "百人"}}]})
    await place.keep(first, "inquiry", "jp")
    page = text(await place.reader.get(INQUIRY))
    assert "Answer to question 2" in page
    assert "Answer to question 1" not in page


@pytest.mark.parametrize("party", [None, "xx"])
def test_who_is_no_party_says_nothing(party: str | None) -> None:
    one = resource("consultation", "proposed", {"proposed_date": {"on": "2026-04-08", "by": "kg"}})
    assert len(forms(one, "jp")) == 2
    assert forms(one, party) == ()


# -- what comes of it ---------------------------------------------------------------------------------------------


async def test_m6_4_an_answer_goes_the_way_of_a_systems(place: Place) -> None:
    answer = await said(
        place,
        INQUIRY,
        "AnswerInquiry",
        **{"answer-1": "百人です。", "answer-2": " "},
        reference="2026/9",
        language="ja",
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"{INQUIRY}?done=taken")
    (command,) = await place.commands()
    assert (command.type, command.originator, command.addressee) == ("AnswerInquiry", "jp", "kg")
    assert command.actor == "operator:aizada@jp"
    taken = AnswerInquiry.model_validate_json(command.data)
    assert [(one.question, one.text) for one in taken.answers] == [(1, {"ja": "百人です。"})]
    assert (taken.reference, taken.whole) == ("2026/9", {})
    await place.keep(taken, "inquiry", "jp")
    shown = text(await place.reader.get(f"{INQUIRY}?done=taken"))
    assert "Taken by the bridge." in shown
    assert "answered in part" in shown


async def test_what_was_decided_at_once_is_told_as_recorded(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console_cases, "WAIT", "wait=5")
    monkeypatch.setattr(place.border.fates, "of", decided)
    answer = await said(place, CONSULTATION, "AgreeConsultationDate")
    assert answer.headers["location"] == f"{CONSULTATION}?done=applied"
    assert "Sent and recorded." in text(await place.reader.get(answer.headers["location"]))


async def test_m3b_a_consent_is_given_for_what_was_asked_by_the_clocks_of_ones_own_country(place: Place) -> None:
    page = (await place.reader.get(CONSENT)).text
    assert 'type="datetime-local" required max="2026-06-01T09:00" value="2026-06-01T09:00"' in page
    answer = await said(place, CONSENT, "GrantConsent", expires_at="2026-05-01T18:00", times="once")
    assert answer.status_code == 303
    (command,) = await place.commands()
    granted = consents.GrantConsent.model_validate_json(command.data)
    assert (granted.record, granted.recipient, granted.purpose) == (ASKED.record, ASKED.recipient, ASKED.purpose)
    assert (granted.times, granted.expires_at) == ("once", datetime(2026, 5, 1, 18, 0, tzinfo=TOKYO))
    await place.keep(granted, "consent", "jp")
    assert "consented" in text(await place.reader.get(CONSENT))


async def test_m4_2_another_day_is_proposed_for_a_consultation_of_either_side(place: Place) -> None:
    assert (await said(place, CONSULTATION, "ProposeConsultationDate", on="2026-04-15")).status_code == 303
    (command,) = await place.commands()
    proposed = consultations.ProposeConsultationDate.model_validate_json(command.data)
    assert proposed == ProposeConsultationDate(**CASE, on=date(2026, 4, 15))


async def test_what_is_posted_twice_is_said_once(place: Place) -> None:
    fields = {"act": "ProposeReplyDate", "reply_on": "2026-04-15", "message_id": "console/1"}
    first, second = await place.reader.act(INQUIRY, **fields), await place.reader.act(INQUIRY, **fields)
    assert (first.status_code, second.status_code) == (303, 303)
    assert len(await place.commands()) == 1


async def test_what_the_bridge_finds_wrong_is_told_and_nothing_written_is_lost(place: Place) -> None:
    answer = await said(place, INQUIRY, "DeclineInquiry", ground="法律による。", legal_basis="", language="ja")
    assert answer.status_code == 422
    assert "legal_basis is missing." in text(answer)
    assert "法律による。</textarea>" in answer.text
    assert await place.commands() == []


@pytest.mark.parametrize("number", ["7#2", "7?x=1", "7%23", "2026/7 (б)"])
async def test_a_number_with_anything_in_it_is_answered_under_its_own_address(place: Place, number: str) -> None:
    stream = f"inquiry/jp-kg/kg-{number}"
    (decider,) = (one for one in deciders(cases.AGREEMENTS) if one.kind == "inquiry")
    asked = AskInquiry(inquiry=cases.inquiry(number=number))
    assert await keep(place.streams, decider, stream, asked, cases.context(stream, originator="kg", addressee="jp"))
    page = await place.reader.get(f"/cases/inquiry/jp-kg/{quote(f'kg-{number}', safe='')}")
    (action, *_) = re.findall(r'<form method="post" action="(/cases/[^"]+)"', page.text)
    (renewal,) = re.findall(r'hx-get="([^"]+)"', page.text)
    assert f"kg-{number}" in text(await place.reader.get(unescape(renewal)))
    answer = await said(place, unescape(action), "ProposeReplyDate", reply_on="2026-04-15")
    assert f"kg-{number}" in text(await place.reader.get(answer.headers["location"]))
    (command,) = await place.commands()
    assert command.subject == stream


async def test_what_cannot_be_said_any_more_is_refused_before_the_bridge(place: Place) -> None:
    await place.keep(AgreeConsultationDate(**CASE, on=PROPOSED.on), "consultation", "jp")
    answer = await place.reader.act(CONSULTATION, act="AgreeConsultationDate", message_id="console/1")
    assert answer.status_code == 409
    assert "This cannot be said in the case any more." in text(answer)
    assert await place.border.entries() == []


async def test_what_a_bridge_that_is_away_may_have_taken_is_sent_again_as_the_same(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in = Services.order

    async def taken_without_an_answer(services: Services, operator: Any, *order: Any, **headers: Any) -> Any:
        await hand_in(services, operator, *order, **headers)
        raise AwayError(order[0])

    with monkeypatch.context() as cut_off:
        cut_off.setattr(Services, "order", taken_without_an_answer)
        answer = await said(place, INQUIRY, "DeclineInquiry", ground="法律による。", legal_basis="第5条", language="ja")
    assert answer.status_code == 503
    assert "bridge-jp does not answer." in text(answer)
    assert "法律による。</textarea>" in answer.text
    fields = {"ground": "法律による。", "legal_basis": "第5条", "language": "ja"}
    same = message_id_of(answer, "DeclineInquiry")
    again = await place.reader.act(INQUIRY, act="DeclineInquiry", message_id=same, **fields)
    assert again.status_code == 303
    assert len(await place.commands()) == 1


@pytest.mark.parametrize(("slug", "same"), [("not-available", True), ("no-such-date", False)])
async def test_what_was_refused_is_said_anew_and_what_was_not_told_of_is_said_again(
    place: Place, monkeypatch: pytest.MonkeyPatch, slug: str, *, same: bool
) -> None:
    async def refused(*_: Any, **__: Any) -> Any:
        raise ProblemError(problem(slug, "Not now."))

    monkeypatch.setattr(Services, "order", refused)
    page = await place.reader.act(INQUIRY, act="ProposeReplyDate", reply_on="2026-04-15", message_id="console/1/x")
    assert message_id_of(page, "ProposeReplyDate").startswith("console/1/") is same


async def test_a_form_that_is_not_of_this_session_says_nothing(place: Place) -> None:
    data = {"act": "AgreeConsultationDate", "message_id": "console/1", "form": "0" * 64}
    assert (await place.reader.post(CONSULTATION, data=data)).status_code == 403
    assert await place.border.entries() == []


def test_the_side_that_opened_the_case_names_the_other() -> None:
    later = resource("consultation", "proposed", {"proposed_date": {"on": "2026-04-08", "by": "jp"}})
    agree, propose = forms(later, "kg")
    given = {"on": "2026-04-20"}
    documents = [statement(form, later, "kg", "console/1", given, TOKYO) for form in (agree, propose)]
    assert [one["on"] for one in documents] == ["2026-04-08", "2026-04-20"]
    for document in documents:
        translation = operators("kg").inward[document["message_type"]](document)
        assert translation.matter is not None
        assert translation.matter.destination == "jp"


def test_the_version_is_that_of_the_bridges_layout() -> None:
    assert saying.VERSION == case_layout.VERSION


def test_a_moment_that_is_none_is_for_the_bridge_to_refuse() -> None:
    one = resource("consent", "asked", {"request": ASKED.model_dump()})
    grant, _ = forms(one, "jp")
    document = statement(grant, one, "jp", "console/1", {"expires_at": "soon", "times": "once"}, TOKYO)
    (found,) = operators("jp").inward["GrantConsent"](document).problems
    assert found.pointer == "/expires_at"
