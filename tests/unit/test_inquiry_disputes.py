"""Disputes (M10b): settled by a consultation."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from shared.bridge.kit import Bridge
from shared.contracts.consultation import (
    DISPUTE_EXAMPLES,
    AgreeMinutes,
    CancelConsultation,
    ConsultationProposed,
    Dispute,
    HoldConsultation,
    MinutesProposed,
    ProposeConsultation,
    ProposeMinutes,
    StatePosition,
)
from tests.case_builders import NOW
from tests.contract.bridge.examples import MESSAGE_ID, about, placed
from tests.stated_matters import CONSULTATIONS, DISPUTES, StatedMatter

RAISED = DISPUTES.after(ProposeConsultation)
AGREED = DISPUTES.after(*DISPUTES.ways["closed"][1:3], state=RAISED)
HELD = DISPUTES.after((StatePosition, "jp"), HoldConsultation, state=AGREED)
ORDINARY = CONSULTATIONS.after(*CONSULTATIONS.ways["closed"][:6])
"""A consultation on anything else, held."""


def changed(kind: type[Any], matter: StatedMatter = DISPUTES, **members: Any) -> Any:
    return matter.command(kind).model_copy(update=members)


class TestRaising:
    """M10b: what is in dispute, and where the side stands that raises it."""

    @pytest.mark.parametrize(
        ("members", "slug", "pointer"),
        [
            ({"dispute": None}, "missing-field", "/dispute"),
            ({"dispute": Dispute(clause=" ", position={"en": "So."})}, "missing-field", "/dispute/clause"),
            ({"dispute": Dispute(clause="6", position={})}, "missing-field", "/dispute/position"),
            ({"every_months": 6}, "wrong-form", "/every_months"),
        ],
    )
    def test_names_both(self, members: dict[str, Any], slug: str, pointer: str) -> None:
        refusal = DISPUTES.refused(DISPUTES.new, changed(ProposeConsultation, **members), "kg")
        assert (refusal.slug, refusal.clause, refusal.pointer) == (slug, "M10b", pointer)

    def test_is_an_occasion_of_its_own(self) -> None:
        dispute = changed(ProposeConsultation).dispute
        regular = changed(ProposeConsultation, CONSULTATIONS, dispute=dispute)
        refusal = CONSULTATIONS.refused(CONSULTATIONS.new, regular, "kg")
        assert (refusal.slug, refusal.clause, refusal.pointer) == ("wrong-form", "M4.2", "/dispute")

    def test_needs_no_other_agenda(self) -> None:
        assert (RAISED.agenda, RAISED.dispute.clause) == ((), "Paragraph 6 (4)")

    def test_is_under_its_own_clause_from_then_on(self) -> None:
        assert DISPUTES.refused(RAISED, changed(ProposeConsultation), "kg").clause == "M10b"
        assert DISPUTES.refused(RAISED, changed(HoldConsultation), "kg").clause == "M10b"
        assert DISPUTES.refused(RAISED, changed(HoldConsultation), "jp").clause == "M10b"


class TestPositions:
    """M10b: both sides have said where they stand before the two meet."""

    @pytest.mark.parametrize("stated", [(), ((StatePosition, "kg"),)], ids=["none", "its own again"])
    def test_are_waited_for(self, stated: Any) -> None:
        state = DISPUTES.after(*stated, state=AGREED)
        refusal = DISPUTES.refused(state, changed(HoldConsultation), "kg")
        assert (refusal.slug, refusal.clause, refusal.state) == ("no-position", "M10b", "date-agreed")

    def test_of_the_other_side_lets_the_two_meet(self) -> None:
        state = DISPUTES.after((StatePosition, "jp"), state=AGREED)
        assert DISPUTES.after(HoldConsultation, state=state).status == "held"

    def test_stated_last_count(self) -> None:
        state = DISPUTES.after((StatePosition, "jp"), (StatePosition, "kg"), state=RAISED)
        state = DISPUTES.after(changed(StatePosition, position={"ja": "撤回する。"}), state=state, by="jp")
        assert [(one.by, one.position) for one in state.positions] == [
            ("kg", changed(StatePosition).position),
            ("jp", {"ja": "撤回する。"}),
        ]

    def test_say_something_before_the_two_meet(self) -> None:
        assert DISPUTES.refused(AGREED, changed(StatePosition, position={}), "jp").pointer == "/position"
        assert DISPUTES.refused(HELD, changed(StatePosition), "jp").state == "held"

    def test_may_be_stated_in_any_consultation_and_are_waited_for_in_no_other(self) -> None:
        agreed = CONSULTATIONS.after(*CONSULTATIONS.ways["closed"][:3])
        assert CONSULTATIONS.after(HoldConsultation, state=agreed).status == "held"
        assert CONSULTATIONS.after((StatePosition, "jp"), state=agreed).positions[0].by == "jp"


class TestOutcome:
    """M10b: settled, or not."""

    @pytest.mark.parametrize("outcome", ["settled", "not-settled"])
    def test_is_agreed_by_both_with_the_minutes(self, outcome: str) -> None:
        state = DISPUTES.after(changed(ProposeMinutes, outcome=outcome), state=HELD, by="kg")
        assert state.outcome is None
        assert DISPUTES.after((AgreeMinutes, "jp"), state=state).outcome == outcome

    def test_is_in_the_minutes_of_a_dispute_and_of_nothing_else(self) -> None:
        refusal = DISPUTES.refused(HELD, changed(ProposeMinutes, outcome=None), "kg")
        assert (refusal.slug, refusal.clause, refusal.pointer) == ("missing-field", "M10b", "/outcome")
        refusal = CONSULTATIONS.refused(ORDINARY, changed(ProposeMinutes), "kg")
        assert (refusal.slug, refusal.clause, refusal.pointer) == ("wrong-form", "M4.2", "/outcome")

    def test_does_not_change_under_the_same_digest(self) -> None:
        example = changed(ProposeMinutes)
        other = example.minutes.model_copy(update={"digest": "sha-256:" + "0" * 64})
        state = DISPUTES.after((ProposeMinutes, "kg"), state=HELD)
        state = DISPUTES.after(example.model_copy(update={"minutes": other}), state=state, by="jp")
        refusal = DISPUTES.refused(state, changed(ProposeMinutes, outcome="not-settled"), "kg")
        assert (refusal.slug, refusal.clause, refusal.pointer) == ("already-proposed", "M10b", "/minutes/digest")


class TestCancelling:
    """M10b: a dispute is not over because one will not speak of it."""

    def test_is_for_the_side_that_raised_it(self) -> None:
        refusal = DISPUTES.refused(AGREED, changed(CancelConsultation), "jp")
        assert (refusal.slug, refusal.clause) == ("wrong-party", "M10b")
        assert DISPUTES.after((CancelConsultation, "kg"), state=AGREED).status == "cancelled"


class TestNationalDocuments:
    """M10b: in each country's words, both ways."""

    @pytest.mark.parametrize("country", ["kg", "jp"])
    @pytest.mark.parametrize(
        ("example", "event"), list(zip(DISPUTE_EXAMPLES, (ConsultationProposed, MinutesProposed), strict=True))
    )
    def test_come_back_as_they_went(self, country: str, example: Any, event: type[Any]) -> None:
        bridge: Bridge = import_module(f"services.bridge_{country}.app").BRIDGE
        shared = {"receipt_id": "r", "shared_at": NOW, "recorded_at": NOW, "by": country}
        command = placed(example, country, {"kg": "jp", "jp": "kg"}[country])
        said = event(**dict(command), **shared)
        document = dict(bridge.outward[event](said, about(said, country)))
        kinds = {event: kind for matter in bridge.matters for event, kind in matter.same_layout.items()}
        # On its way out it is addressed to this country; handed in it goes to the other.
        (destination,) = (name for name, value in document.items() if name in ("通知先国", "страна_получатель"))
        document |= {bridge.id_field: MESSAGE_ID, bridge.type_field: kinds[event], destination: "XX"}
        matter = bridge.inward[kinds[event]](document).matter
        assert matter is not None
        assert matter.command == command
