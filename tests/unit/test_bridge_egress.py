"""Nothing goes to a national system but what the guard at its border has seen the right to (M3b, M10a, G7)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from joserfc.jwk import KeySet

from shared.agreements import Agreement
from shared.bridge.core_events import CLOSING, SAYS_THE_SAME
from shared.bridge.egress import Cleared, guard
from shared.bridge.evidence import Evidence, content_digest
from shared.bridge.sealing import sealed_command
from shared.clock import rfc3339
from shared.contracts.base import Contract
from shared.contracts.consultation import NextConsultationProposed
from shared.contracts.delivery import DeliverMessage, MessageDelivered, NationalReceipt
from shared.contracts.framework_review import ReviewDue
from shared.contracts.misconduct_report import MisconductReportSubmitted, SubmitMisconductReport
from shared.contracts.sealed import sealed_members
from shared.contracts.sending_organization import AccreditSendingOrganization, SendingOrganizationAccredited
from shared.errors import Problem
from shared.security.jws import sign
from shared.security.keys import make_key
from tests import case_builders as cases
from tests.bridge_builders import PARTY_KEYS, agreement, message, public_keys
from tests.contract.bridge.examples import EVENTS
from tests.organization_builders import organization, permit

NOW = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
COMMAND = AccreditSendingOrganization(organization=organization(), permit=permit())
EVENT = SendingOrganizationAccredited(organization=organization(), permit=permit(), recorded_at=NOW)
CONTRACT = SendingOrganizationAccredited


def evidence(signed_by: str = "kg", **changes: str) -> str:
    """The sending side's signature over its message."""
    facts = {
        "message_id": "MTSOM-2026/000101",
        "digest": "sha-256:0",
        "receipt_id": "receipt-1",
        "received_at": rfc3339(NOW),
        "party": "kg",
        "content": content_digest(COMMAND),
    }
    return sign(Evidence(**facts | changes).payload(), PARTY_KEYS[signed_by])


def delivery(event_type: str = "SendingOrganizationAccredited", data: dict[str, Any] | None = None) -> DeliverMessage:
    return DeliverMessage(
        event_id="e-1",
        event_type=event_type,
        event_source="/registry/x",
        event_subject="x",
        event_sequence=1,
        data=EVENT.model_dump(mode="json") if data is None else data,
    )


def asked(
    country: str = "jp",
    under: Agreement | None = None,
    about: DeliverMessage | None = None,
    now: datetime = NOW,
    contract: type[Contract] = SendingOrganizationAccredited,
    **envelope: Any,
) -> Cleared | Problem:
    envelope.setdefault("evidence", evidence())
    return guard(country, message(**envelope), about or delivery(), contract, under or agreement(), public_keys, now)


def slug(answer: Cleared | Problem) -> str:
    assert isinstance(answer, Problem)
    return answer.slug


def test_what_is_addressed_allowed_and_signed_may_go() -> None:
    assert asked() == Cleared("MTSOM-2026/000101", rfc3339(NOW))


@pytest.mark.parametrize("classification", ["public", "official", "confidential"])
def test_a_party_may_have_what_the_other_has_sent_it(classification: str) -> None:
    assert isinstance(asked(classification=classification), Cleared)


@pytest.mark.parametrize(
    "envelope",
    [
        {"classification": "protected"},
        {"addressee": "kg"},
        {"addressee": None},
        {"originator": "xa"},
        {"originator": None},
        {"evidence": None},
        {"evidence": "not a signature"},
        {"correlationid": "receipt-2"},
        {"correlationid": None},
    ],
)
def test_what_lacks_any_of_it_is_withheld(envelope: dict[str, Any]) -> None:
    assert slug(asked(**envelope)) == "withheld"


def test_what_goes_under_no_agreement_is_withheld() -> None:
    answer = guard("jp", message(evidence=evidence()), delivery(), CONTRACT, None, public_keys, NOW)
    assert slug(answer) == "withheld"


def test_what_goes_under_an_agreement_of_others_is_withheld() -> None:
    assert slug(asked(country="xa", addressee="xa")) == "withheld"


@pytest.mark.parametrize(
    ("signature", "why"),
    [
        (evidence(signed_by="jp"), "another side's key"),
        (evidence(party="jp"), "signed for another"),
        (evidence(receipt_id="receipt-2"), "for another receipt"),
        (evidence()[:-4] + "AAAA", "a broken signature"),
    ],
)
def test_evidence_that_does_not_hold_withholds(signature: str, why: str) -> None:
    assert slug(asked(evidence=signature)) == "withheld", why


def test_a_key_that_is_not_the_partys_proves_nothing() -> None:
    stranger = make_key("kg", str(PARTY_KEYS["kg"].kid))
    known = Evidence("MTSOM-2026/000101", "sha-256:0", "receipt-1", rfc3339(NOW), "kg", content_digest(COMMAND))
    forged = sign(known.payload(), stranger)
    assert slug(asked(evidence=forged)) == "withheld"


def test_a_party_whose_keys_are_not_known_proves_nothing() -> None:
    def none_known(_: str) -> KeySet | None:
        return None

    answer = guard("jp", message(evidence=evidence()), delivery(), CONTRACT, agreement(), none_known, NOW)
    assert slug(answer) == "withheld"


@pytest.mark.parametrize(
    ("states", "passes"),
    [
        ([("in-force", date(2023, 7, 6))], True),
        ([("in-force", date(2026, 1, 16))], False),
        ([("in-force", date(2023, 7, 6)), ("notice-given", date(2025, 12, 1))], True),
        ([("in-force", date(2023, 7, 6)), ("notice-given", date(2025, 7, 15))], False),
        ([("in-force", date(2023, 7, 6)), ("ended", date(2026, 1, 15))], False),
    ],
    ids=["in force", "not yet", "notice given", "six months after notice", "ended"],
)
def test_nothing_new_passes_outside_the_agreements_time(states: list[tuple[str, date]], passes: bool) -> None:
    under = agreement(*states)
    answer = asked(under=under)
    if passes:
        assert isinstance(answer, Cleared)
    else:
        assert isinstance(answer, Problem)
        state = under.state_on(NOW.date()) or "not-yet-in-force"
        assert (answer.slug, answer.clause, answer.state) == ("not-in-force", "M10a", state)


def test_the_day_is_that_of_the_country_it_goes_to() -> None:
    ends_on_the_fifteenth = agreement(("in-force", date(2023, 7, 6)), ("ended", date(2026, 1, 15)))
    late_on_the_fourteenth = datetime(2026, 1, 14, 16, 0, tzinfo=UTC)
    assert slug(asked(under=ends_on_the_fifteenth, now=late_on_the_fourteenth)) == "not-in-force"


def receipt_of(country: str = "jp", **changes: str) -> dict[str, Any]:
    """A delivery's end as the other side's bridge tells it, signed."""
    facts = {
        "message_id": "e-1",
        "digest": "sha-256:1",
        "receipt_id": "N-1",
        "received_at": rfc3339(NOW),
        "party": country,
    }
    event = MessageDelivered(
        country=country,
        event_id="e-1",
        event_type="SendingOrganizationAccredited",
        delivery_id="e-1",
        receipt=NationalReceipt(receipt_number="N-1", received_at=NOW),
        digest="sha-256:1",
        signature=sign(Evidence(**facts | changes).payload(), PARTY_KEYS[country]),
    )
    return event.model_dump(mode="json")


def told_home(data: dict[str, Any], **options: Any) -> Cleared | Problem:
    """News of one's own message, going to one's own national system."""
    return asked(
        country="kg", addressee="kg", about=delivery("MessageDelivered", data), contract=MessageDelivered, **options
    )


def test_a_receipt_signed_by_the_other_side_is_told() -> None:
    assert isinstance(told_home(receipt_of()), Cleared)


@pytest.mark.parametrize(
    "changes", [{"receipt_id": "N-2"}, {"message_id": "e-2"}, {"digest": "sha-256:2"}, {"party": "kg"}]
)
def test_a_receipt_that_the_other_side_has_not_signed_is_not_told(changes: dict[str, str]) -> None:
    assert slug(told_home(receipt_of(**changes))) == "withheld"


def test_news_of_ones_own_message_goes_on_after_the_end() -> None:
    ended = agreement(("in-force", date(2023, 7, 6)), ("ended", date(2026, 1, 1)))
    assert isinstance(told_home(receipt_of(), under=ended), Cleared)


ENDED = agreement(("in-force", date(2023, 7, 6)), ("ended", date(2026, 1, 1)))


def said_after_the_end(event: type[Contract]) -> Cleared | Problem:
    """An example of what one side says to the other, signed."""
    data = EVENTS[event].model_dump(mode="json")
    for pointer in sealed_members(event):
        *path, name = pointer.split("/")[1:]
        holder = data
        for step in path:
            holder = holder[step]
        holder[name] = None
    content = content_digest(SAYS_THE_SAME[event].model_validate(data))
    return asked(about=delivery(event.__name__, data), contract=event, under=ENDED, evidence=evidence(content=content))


@pytest.mark.parametrize("event", CLOSING, ids=lambda event: event.__name__)
def test_what_closes_an_open_case_goes_on_after_the_end(event: type[Contract]) -> None:
    assert isinstance(said_after_the_end(event), Cleared)


@pytest.mark.parametrize(
    "event", [event for event in SAYS_THE_SAME if event not in CLOSING], ids=lambda event: event.__name__
)
def test_nothing_else_does(event: type[Contract]) -> None:
    assert slug(said_after_the_end(event)) == "not-in-force"


@pytest.mark.parametrize("country", ["kg", "jp"])
def test_nor_does_a_case_that_the_clock_opens(country: str) -> None:
    data = EVENTS[NextConsultationProposed].model_dump(mode="json")
    told: dict[str, Any] = {
        "country": country,
        "addressee": country,
        "about": delivery("NextConsultationProposed", data),
        "contract": NextConsultationProposed,
    }
    assert isinstance(asked(**told), Cleared)
    assert slug(asked(**told, under=ENDED)) == "not-in-force"


# -- what it says -------------------------------------------------------------------------------------------------


def test_an_event_that_does_not_say_what_its_originator_signed_is_withheld() -> None:
    """Somebody between the two borders has changed a word of it."""
    forged = EVENT.model_copy(update={"permit": permit(number="another")})
    assert slug(asked(about=delivery(data=forged.model_dump(mode="json")))) == "withheld"


def test_what_was_signed_without_its_content_proves_nothing_of_it() -> None:
    assert slug(asked(evidence=evidence(content=""))) == "withheld"


def test_when_it_was_recorded_is_the_registrys_to_say() -> None:
    later = EVENT.model_copy(update={"recorded_at": datetime(2026, 2, 1, tzinfo=UTC)})
    assert isinstance(asked(about=delivery(data=later.model_dump(mode="json"))), Cleared)


# -- what is protected --------------------------------------------------------------------------------------------

VICTIMS = {"persons": [{"role": "worker", "names": {"ky": "Асанов Үсөн"}}]}
PLACE = "/report/affected_persons"


def report(sealed_to: str | None, **changes: Any) -> Cleared | Problem:
    """A report whose protected content is sealed to a party, or stands in the open."""
    command = cases.submit(affected_persons=None, **changes)
    if sealed_to is None:
        command = cases.submit(affected_persons="Асанов Үсөн", **changes)
    else:
        command = sealed_command(command, {PLACE: VICTIMS}, sealed_to, public_keys)
    assert isinstance(command, SubmitMisconductReport)
    event = MisconductReportSubmitted(report=command.report, receipt_id="receipt-1", shared_at=NOW, recorded_at=NOW)
    return asked(
        about=delivery("MisconductReportSubmitted", event.model_dump(mode="json")),
        contract=MisconductReportSubmitted,
        classification="confidential",
        evidence=evidence(content=content_digest(command)),
    )


def test_what_is_sealed_to_this_country_passes_within_what_is_confidential() -> None:
    assert isinstance(report("jp"), Cleared)


@pytest.mark.parametrize("sealed_to", [None, "kg", "xa"], ids=["nobody", "its originator", "a third party"])
def test_what_is_not_sealed_to_this_country_is_withheld_whatever_its_signature_says(sealed_to: str | None) -> None:
    answer = report(sealed_to)
    assert slug(answer) == "withheld"
    assert isinstance(answer, Problem)
    assert "Асанов" not in answer.detail


@pytest.mark.parametrize("country", ["kg", "xa"])
def test_what_is_confidential_goes_to_its_addressee_alone(country: str) -> None:
    assert slug(asked(country=country, classification="confidential", addressee="jp")) == "withheld"


# -- what follows from the agreement's file alone ---------------------------------------------------------------------

REVIEW = {"agreement": "jp-kg", "due_on": "2025-07-06", "next_on": "2027-07-06", "recorded_at": rfc3339(NOW)}


def review(now: datetime = NOW, under: Agreement | None = None, **members: Any) -> Cleared | Problem:
    about = delivery("ReviewDue", REVIEW | members)
    return asked(about=about, contract=ReviewDue, now=now, under=under, evidence=None, correlationid=None)


def test_a_review_that_falls_due_needs_no_signature_but_this_bridges_own_agreement_file() -> None:
    assert review() == Cleared("", message().time)


@pytest.mark.parametrize(
    "members",
    [
        {"due_on": "2025-07-07"},
        {"next_on": "2026-07-06"},
        {"due_on": "2027-07-06", "next_on": "2029-07-06"},
        {"agreement": "xa-xb"},
        {"due_on": None},
    ],
    ids=["no day of it", "not the next", "not come yet", "another agreement", "no review at all"],
)
def test_a_review_of_which_that_file_knows_nothing_is_withheld(members: dict[str, Any]) -> None:
    assert slug(review(**members)) == "withheld"


def test_a_review_falls_due_neither_without_such_days_nor_after_the_end() -> None:
    assert slug(review(under=agreement().model_copy(update={"reviews": None}))) == "withheld"
    ended = agreement(("in-force", date(2023, 7, 6)), ("ended", date(2025, 12, 1)))
    assert slug(review(under=ended)) == "not-in-force"


def test_nothing_else_goes_without_a_signature_because_it_is_called_a_review() -> None:
    answer = asked(about=delivery("ReviewDue"), contract=ReviewDue, evidence=None, correlationid=None)
    assert slug(answer) == "withheld"
