"""Improvement orders to accepting organizations: issued, amended, lifted (M6.3a)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from services.registry.improvement_orders.decisions import decide
from services.registry.improvement_orders.model import ImprovementOrderRecord, evolve
from shared.contracts.base import Contract
from shared.contracts.case import Attachment
from shared.contracts.common import CommandRefused
from shared.contracts.improvement_order import (
    EXAMPLES,
    ImprovementOrderAmended,
    ImprovementOrderIssued,
    ImprovementOrderLifted,
    ImprovementOrderUnchanged,
    stream_of,
)
from shared.errors import SLUGS
from shared.messaging.decider import Decided, Refusal
from tests.improvement_order_builders import (
    AMENDED,
    LIFTED,
    NOW,
    NUMBER,
    ORDERED,
    amend,
    context,
    issue,
    lift,
    order,
    record_after,
    subject,
    told,
)

NEW = ImprovementOrderRecord()


def refused(state: ImprovementOrderRecord, command: Contract, **envelope: Any) -> Refusal:
    decided = decide(state, command, context(**envelope))
    assert isinstance(decided, Refusal), decided
    assert decided.slug in SLUGS
    assert decided.clause == "M6.3a"
    return decided


def taken(state: ImprovementOrderRecord, command: Contract, **envelope: Any) -> Contract:
    decided = decide(state, command, context(**envelope))
    assert isinstance(decided, Decided), decided
    (event,) = decided.events
    return event


class TestWhatAnOrderSays:
    """M6.3a, 入管法 19条の21: to whom, by which law, what is ordered and by when; what is attached."""

    @pytest.mark.parametrize(
        ("lacking", "pointer"),
        [
            ({"subject": subject("")}, "/subject/identifier"),
            ({"articles": ()}, "/articles"),
            ({"measures": {"ja": " "}}, "/measures"),
        ],
        ids=["to whom", "by which law", "what"],
    )
    def test_is_not_left_out(self, lacking: dict[str, Any], pointer: str) -> None:
        for state, command in ((NEW, issue(**lacking)), (record_after(issue()), amend(**lacking))):
            refusal = refused(state, command)
            assert (refusal.slug, refusal.pointer) == ("missing-field", f"/order{pointer}")

    @pytest.mark.parametrize("member", ["digest", "media_type"])
    def test_is_attached_by_digest_and_media_type(self, member: str) -> None:
        scan = Attachment(title="別紙", digest=f"sha-256:{'0' * 64}", media_type="application/pdf", size=1)
        taken(NEW, issue(attachments=(scan,)))
        refusal = refused(NEW, issue(attachments=(scan, scan.model_copy(update={member: "none"}))))
        assert (refusal.slug, refusal.pointer) == ("wrong-form", f"/order/attachments/1/{member}")


class TestIssuing:
    def test_is_recorded_whole_with_the_moment_it_became_known(self) -> None:
        assert taken(NEW, issue()) == ImprovementOrderIssued(order=order(), agreement="jp-kg", recorded_at=NOW)

    def test_is_public_because_the_other_side_publishes_it(self) -> None:
        decided = decide(NEW, issue(), context())
        assert isinstance(decided, Decided)
        assert decided.classification == "public"

    def test_again_with_another_content_is_refused(self) -> None:
        refusal = refused(record_after(issue()), issue(deadline=None))
        assert (refusal.slug, refusal.state) == ("already-issued", "issued")

    def test_after_it_was_lifted_is_refused(self) -> None:
        assert refused(record_after(issue(), lift()), issue()).slug == "lifted"

    def test_with_a_deadline_before_its_day_is_refused(self) -> None:
        refusal = refused(NEW, issue(deadline=ORDERED - timedelta(days=1)))
        assert (refusal.slug, refusal.pointer) == ("dates-reversed", "/order/deadline")
        taken(NEW, issue(deadline=ORDERED))
        taken(NEW, issue(deadline=None))

    def test_of_another_country_is_refused(self) -> None:
        assert refused(NEW, issue(), originator="kg", addressee="jp").slug == "wrong-party"
        assert refused(NEW, issue(), subject=stream_of("jp", "other")).slug == "not-the-contract"


class TestAmendment:
    def test_is_recorded_with_its_day(self) -> None:
        event = taken(record_after(issue()), amend())
        assert isinstance(event, ImprovementOrderAmended)
        assert (event.order.deadline, event.amended_on) == (date(2026, 5, 31), AMENDED)

    def test_before_the_order_it_corrects_is_refused_and_taken_once_the_order_is_there(self) -> None:
        refusal = refused(NEW, amend())
        assert (refusal.slug, refusal.state) == ("not-issued", "not-issued")
        taken(record_after(issue()), amend())

    @pytest.mark.parametrize("outcome", ["complied", "withdrawn"])
    def test_of_what_was_lifted_is_refused(self, outcome: str) -> None:
        refusal = refused(record_after(issue(), lift(outcome=outcome)), amend())
        assert (refusal.slug, refusal.state) == ("lifted", outcome)

    def test_that_names_another_organization_is_refused(self) -> None:
        refusal = refused(record_after(issue()), amend(subject=subject("8700110005901")))
        assert (refusal.slug, refusal.pointer) == ("another-subject", "/order/subject/identifier")

    def test_before_the_order_was_given_is_refused(self) -> None:
        assert refused(record_after(issue()), amend(ORDERED - timedelta(days=1))).slug == "dates-reversed"

    def test_may_correct_the_order_from_its_first_day_on(self) -> None:
        taken(record_after(issue()), amend(ORDERED))


class TestLifting:
    @pytest.mark.parametrize("outcome", ["complied", "withdrawn"])
    def test_ends_an_order_in_force_and_keeps_it_as_it_last_was(self, outcome: str) -> None:
        event = taken(record_after(issue(), amend()), lift(outcome=outcome))
        assert isinstance(event, ImprovementOrderLifted)
        assert event.order == amend().order
        assert (event.lifting.outcome, event.lifting.lifted_on) == (outcome, LIFTED)

    def test_of_an_order_never_issued_is_refused(self) -> None:
        assert refused(NEW, lift()).slug == "not-issued"

    def test_in_another_way_than_before_is_refused(self) -> None:
        refusal = refused(record_after(issue(), lift()), lift(outcome="withdrawn"))
        assert (refusal.slug, refusal.state) == ("lifted", "complied")

    def test_before_the_order_was_given_is_refused(self) -> None:
        refusal = refused(record_after(issue()), lift(ORDERED - timedelta(days=1)))
        assert (refusal.slug, refusal.pointer) == ("dates-reversed", "/lifting/lifted_on")

    def test_of_another_country_is_refused(self) -> None:
        assert refused(record_after(issue()), lift(), originator="kg").slug == "wrong-party"


class TestWhatIsSaidAgain:
    @pytest.mark.parametrize(
        ("before", "again"),
        [([issue()], issue()), ([issue(), amend()], amend()), ([issue(), lift()], lift())],
        ids=["issued", "amended", "lifted"],
    )
    def test_changes_nothing_and_is_told_to_its_sender_alone(self, before: list[Contract], again: Contract) -> None:
        state = record_after(*before)
        decided = decide(state, again, context())
        assert isinstance(decided, Decided)
        assert decided.events == [ImprovementOrderUnchanged(country="jp", order_number=NUMBER)]
        assert (decided.addressee, decided.classification) == ("jp", "official")
        assert told(state, decided) == state

    @pytest.mark.parametrize(
        ("before", "again"),
        [([issue()], issue()), ([issue(), amend()], amend()), ([issue(), lift()], lift())],
        ids=["issued", "amended", "lifted"],
    )
    def test_under_another_agreement_is_told_to_that_partner(self, before: list[Contract], again: Contract) -> None:
        state = record_after(*before)
        decided = decide(state, again, context(agreement="jp-xx", addressee="xx"))
        assert isinstance(decided, Decided)
        assert decided.classification == "public"
        after = told(state, decided)
        assert after.versions == state.versions
        assert isinstance(taken(after, again, agreement="jp-xx", addressee="xx"), ImprovementOrderUnchanged)


class TestHistory:
    def test_each_day_has_the_version_recorded_last_for_it(self) -> None:
        state = record_after(issue(), amend(), lift())
        days = [ORDERED - timedelta(days=1), ORDERED, AMENDED, LIFTED]
        found = [state.version_on(day) for day in days]
        assert [version and version.change for version in found] == [None, "issued", "amended", "lifted"]

    def test_tells_what_was_known_at_a_moment(self) -> None:
        state = record_after(issue())
        state = told(state, decide(state, lift(), context(NOW + timedelta(days=60))))
        assert state.known_at(NOW).standing == "issued"
        assert state.standing == "complied"


def test_what_is_no_matter_of_an_order_is_a_defect_not_a_refusal() -> None:
    other = CommandRefused(command_id="1", command_type="x", problem=Refusal("lifted", "x").problem())
    with pytest.raises(TypeError):
        decide(NEW, other, context())
    with pytest.raises(TypeError):
        evolve(NEW, other)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: type(example).__name__)
def test_each_contract_has_an_example_that_survives_the_wire(example: Contract) -> None:
    assert type(example).model_validate_json(example.model_dump_json()) == example
