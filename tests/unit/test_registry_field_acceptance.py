"""Acceptance of workers by field: suspended, resumed, a suspension withdrawn before it begins (M8.1)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from services.registry.field_acceptance.decisions import decide
from services.registry.field_acceptance.model import FieldAcceptanceRecord, evolve
from shared.contracts.base import Contract
from shared.contracts.common import CommandRefused
from shared.contracts.field_acceptance import (
    EXAMPLES,
    FieldAcceptanceResumed,
    FieldAcceptanceSuspended,
    FieldAcceptanceUnchanged,
    FieldSuspensionWithdrawn,
    stream_of,
)
from shared.contracts.fields_of_work import FIELD_LISTS, list_on, names_of
from shared.errors import SLUGS
from shared.messaging.decider import Decided, Refusal
from tests.field_acceptance_builders import (
    FIELD,
    NOW,
    RESUMED,
    SUSPENDED,
    WITHDRAWN,
    context,
    record_after,
    resume,
    suspend,
    suspension,
    told,
    withdraw,
)

NEW = FieldAcceptanceRecord()
DAY = timedelta(days=1)
AGAIN = date(2026, 12, 1)
"""The first day of a second suspension."""


def refused(state: FieldAcceptanceRecord, command: Contract, **envelope: Any) -> Refusal:
    decided = decide(state, command, context(**envelope))
    assert isinstance(decided, Refusal), decided
    assert decided.slug in SLUGS
    assert decided.clause == "M8.1"
    return decided


def taken(state: FieldAcceptanceRecord, command: Contract, **envelope: Any) -> Contract:
    decided = decide(state, command, context(**envelope))
    assert isinstance(decided, Decided), decided
    (event,) = decided.events
    return event


class TestSuspension:
    def test_is_recorded_whole_with_the_moment_it_became_known(self) -> None:
        event = taken(NEW, suspend())
        assert event == FieldAcceptanceSuspended(suspension=suspension(), agreement="jp-kg", recorded_at=NOW)

    def test_is_public_because_both_countries_publish_it(self) -> None:
        decided = decide(NEW, suspend(), context())
        assert isinstance(decided, Decided)
        assert decided.classification == "public"

    @pytest.mark.parametrize("day", [NOW.date() - 300 * DAY, NOW.date(), NOW.date() + 300 * DAY])
    def test_may_begin_on_a_day_that_is_past_or_to_come(self, day: date) -> None:
        taken(NEW, suspend(day))

    def test_beside_one_that_has_no_end_is_refused(self) -> None:
        refusal = refused(record_after(suspend()), suspend(AGAIN))
        assert (refusal.slug, refusal.state) == ("acceptance-suspended", "suspended")
        assert refusal.pointer == "/suspension/suspended_from"

    @pytest.mark.parametrize("day", [RESUMED, AGAIN])
    def test_may_follow_one_that_has_ended(self, day: date) -> None:
        taken(record_after(suspend(), resume()), suspend(day))

    def test_before_the_end_of_the_one_before_it_is_refused(self) -> None:
        refusal = refused(record_after(suspend(), resume()), suspend(RESUMED - DAY))
        assert (refusal.slug, refusal.state) == ("dates-reversed", "accepting")

    def test_of_another_country_is_refused(self) -> None:
        assert refused(NEW, suspend(), originator="kg", addressee="jp").slug == "wrong-party"
        assert refused(NEW, suspend(), subject=stream_of("jp", "agriculture")).slug == "not-the-contract"


class TestCorrection:
    def test_in_other_words_stands_in_place_of_the_one_before_and_takes_nothing_away(self) -> None:
        state = record_after(suspend(), suspend(ground={"ja": "訂正した理由。"}))
        assert [version.acceptance.suspension.ground["ja"] for version in state.versions] == [
            "必要とされる人材が確保されたため。",
            "訂正した理由。",
        ]
        (standing,) = state.suspensions
        assert standing.suspension.ground == {"ja": "訂正した理由。"}

    def test_to_an_earlier_day_holds_from_that_day_on(self) -> None:
        state = record_after(suspend(), suspend(SUSPENDED - 10 * DAY))
        assert len(state.suspensions) == 1
        assert [state.standing_on(SUSPENDED - days * DAY) for days in (11, 10, 0)] == [
            "accepting",
            "suspended",
            "suspended",
        ]

    def test_to_a_later_day_is_a_withdrawal_and_a_new_announcement(self) -> None:
        later = SUSPENDED + 30 * DAY
        assert refused(record_after(suspend()), suspend(later)).slug == "acceptance-suspended"
        state = record_after(suspend(), withdraw(), suspend(later))
        assert [state.standing_on(day) for day in (SUSPENDED, later - DAY, later)] == [
            "accepting",
            "accepting",
            "suspended",
        ]

    def test_of_a_resumption_may_bring_it_forward_and_not_put_it_off(self) -> None:
        state = record_after(suspend(), resume())
        refusal = refused(state, resume(RESUMED + DAY))
        assert (refusal.slug, refusal.state) == ("acceptance-not-suspended", "accepting")
        state = record_after(suspend(), resume(), resume(RESUMED - 30 * DAY))
        assert state.standing_on(RESUMED - 30 * DAY) == "accepting"
        assert state.standing_on(RESUMED - 31 * DAY) == "suspended"

    def test_that_puts_a_resumption_off_is_a_suspension_from_its_day_on(self) -> None:
        state = record_after(suspend(), resume(), suspend(RESUMED), resume(AGAIN))
        days = (SUSPENDED, RESUMED, AGAIN - DAY, AGAIN)
        assert [state.standing_on(day) for day in days] == ["suspended", "suspended", "suspended", "accepting"]


class TestResumption:
    def test_keeps_the_suspension_as_it_last_was(self) -> None:
        event = taken(record_after(suspend()), resume())
        assert isinstance(event, FieldAcceptanceResumed)
        assert (event.suspension, event.resumption.resumed_on) == (suspension(), RESUMED)

    @pytest.mark.parametrize("before", [[], [suspend(), withdraw()]], ids=["never-suspended", "withdrawn"])
    def test_of_what_is_not_suspended_is_refused(self, before: list[Contract]) -> None:
        refusal = refused(record_after(*before), resume())
        assert (refusal.slug, refusal.state) == ("acceptance-not-suspended", "accepting")

    def test_before_the_suspension_is_refused(self) -> None:
        refusal = refused(record_after(suspend()), resume(SUSPENDED - DAY))
        assert (refusal.slug, refusal.pointer) == ("dates-reversed", "/resumption/resumed_on")

    def test_of_another_country_is_refused(self) -> None:
        assert refused(record_after(suspend()), resume(), originator="kg").slug == "wrong-party"


class TestWithdrawal:
    def test_of_a_suspension_announced_for_a_later_day_leaves_the_field_accepting(self) -> None:
        event = taken(record_after(suspend()), withdraw())
        assert isinstance(event, FieldSuspensionWithdrawn)
        assert (event.suspended_from, event.withdrawal.withdrawn_on) == (SUSPENDED, WITHDRAWN)
        state = record_after(suspend(), withdraw())
        assert state.suspensions == ()
        assert {state.standing_on(SUSPENDED + days * DAY) for days in (-30, 0, 400)} == {"accepting"}

    def test_of_what_has_begun_is_refused(self) -> None:
        refusal = refused(record_after(suspend()), withdraw(SUSPENDED))
        assert (refusal.slug, refusal.state) == ("suspension-begun", "suspended")
        assert refusal.pointer == "/withdrawal/withdrawn_on"
        taken(record_after(suspend()), withdraw(SUSPENDED - DAY))

    def test_takes_an_end_that_was_announced_with_it(self) -> None:
        assert record_after(suspend(), resume(), withdraw()).suspensions == ()

    def test_leaves_the_suspension_before_it_as_it_was(self) -> None:
        state = record_after(suspend(), resume(), suspend(AGAIN), withdraw(RESUMED, first=AGAIN))
        days = (SUSPENDED, RESUMED - DAY, RESUMED, AGAIN)
        assert [state.standing_on(day) for day in days] == ["suspended", "suspended", "accepting", "accepting"]

    @pytest.mark.parametrize(
        "before",
        [[], [suspend(AGAIN)], [suspend(), withdraw(WITHDRAWN - DAY)], [suspend(), resume(), suspend(AGAIN)]],
        ids=["none", "another", "withdrawn-otherwise", "not-the-last"],
    )
    def test_of_a_suspension_that_is_not_the_last_one_is_refused(self, before: list[Contract]) -> None:
        refusal = refused(record_after(*before), withdraw())
        assert (refusal.slug, refusal.pointer) == ("acceptance-not-suspended", "/suspended_from")

    def test_is_no_end_of_it_all(self) -> None:
        taken(record_after(suspend(), withdraw()), suspend())

    def test_of_another_country_is_refused(self) -> None:
        assert refused(record_after(suspend()), withdraw(), originator="kg").slug == "wrong-party"


class TestList:
    """Fields are codes of a list, which has been another since each of two days."""

    def test_had_sixteen_fields_and_has_nineteen(self) -> None:
        assert [(one.since, len(one.fields)) for one in FIELD_LISTS] == [
            (date(2024, 3, 29), 16),
            (date(2026, 1, 23), 19),
        ]

    def test_of_a_day_is_that_of_the_latest_decision_before_it(self) -> None:
        assert list_on(date(2024, 3, 28)) is None
        assert list_on(date(2026, 1, 22)) == FIELD_LISTS[0]
        assert list_on(date(2026, 1, 23)) == FIELD_LISTS[1]

    def test_has_words_that_stay_for_codes_and_names_in_every_language(self) -> None:
        older, newer = ({field.code: field for field in one.fields} for one in FIELD_LISTS)
        assert older.items() <= newer.items()
        for field in newer.values():
            assert set(field.code) <= set("abcdefghijklmnopqrstuvwxyz-")
            assert set(field.names) == {"ja", "en", "ky", "ru"}
            assert names_of(field.code) == field.names
        for tag in ("ja", "en", "ky", "ru"):
            assert len({field.names[tag] for field in newer.values()}) == 19
        assert names_of("no-such-field") == {}

    @pytest.mark.parametrize(
        ("field", "day"),
        [("mining", SUSPENDED), ("12", SUSPENDED), ("linen-supply", date(2026, 1, 22)), (FIELD, date(2024, 3, 28))],
    )
    def test_is_asked_for_the_day_of_a_suspension(self, field: str, day: date) -> None:
        refusal = refused(NEW, suspend(day, field=field), subject=stream_of("jp", field))
        assert (refusal.slug, refusal.pointer) == ("no-such-field", "/suspension/field")

    def test_is_asked_for_the_day_of_a_resumption(self) -> None:
        assert refused(record_after(suspend()), resume(date(2024, 3, 28))).slug == "no-such-field"

    def test_takes_a_new_field_from_its_first_day_on(self) -> None:
        taken(NEW, suspend(date(2026, 1, 23), field="linen-supply"), subject=stream_of("jp", "linen-supply"))


AGAIN_CASES: list[tuple[list[Contract], Contract]] = [
    ([suspend()], suspend()),
    ([suspend(), resume()], resume()),
    ([suspend(), withdraw()], withdraw()),
]


class TestWhatIsSaidAgain:
    @pytest.mark.parametrize(("before", "again"), AGAIN_CASES, ids=["suspended", "resumed", "withdrawn"])
    def test_changes_nothing_and_is_told_to_its_sender_alone(self, before: list[Contract], again: Contract) -> None:
        state = record_after(*before)
        decided = decide(state, again, context())
        assert isinstance(decided, Decided)
        assert decided.events == [FieldAcceptanceUnchanged(country="jp", field=FIELD)]
        assert (decided.addressee, decided.classification) == ("jp", "official")
        assert told(state, decided) == state

    @pytest.mark.parametrize(("before", "again"), AGAIN_CASES, ids=["suspended", "resumed", "withdrawn"])
    def test_under_another_agreement_is_told_to_that_partner(self, before: list[Contract], again: Contract) -> None:
        state = record_after(*before)
        decided = decide(state, again, context(agreement="jp-xx", addressee="xx"))
        assert isinstance(decided, Decided)
        assert decided.classification == "public"
        after = told(state, decided)
        assert after.versions == state.versions
        assert isinstance(taken(after, again, agreement="jp-xx", addressee="xx"), FieldAcceptanceUnchanged)


class TestHistory:
    def test_each_day_has_the_version_recorded_last_for_it(self) -> None:
        state = record_after(suspend(), resume(), suspend(AGAIN), withdraw(RESUMED, first=AGAIN))
        found = [state.version_on(day) for day in (SUSPENDED - DAY, SUSPENDED, RESUMED, AGAIN)]
        assert [version and version.change for version in found] == [None, "suspended", "resumed", "withdrawn"]

    def test_tells_what_was_known_at_a_moment(self) -> None:
        state = record_after(suspend())
        state = told(state, decide(state, withdraw(), context(NOW + 10 * DAY)))
        assert state.known_at(NOW).standing_on(SUSPENDED) == "suspended"
        assert state.standing_on(SUSPENDED) == "accepting"


def test_what_is_no_matter_of_a_field_is_a_defect_not_a_refusal() -> None:
    other = CommandRefused(command_id="1", command_type="x", problem=Refusal("suspension-begun", "x").problem())
    with pytest.raises(TypeError):
        decide(NEW, other, context())
    with pytest.raises(TypeError):
        evolve(NEW, other)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: type(example).__name__)
def test_each_contract_has_an_example_that_survives_the_wire(example: Contract) -> None:
    assert type(example).model_validate_json(example.model_dump_json()) == example


def test_a_suspension_says_why() -> None:
    refusal = refused(NEW, suspend(ground={"ja": " "}))
    assert (refusal.slug, refusal.pointer) == ("missing-field", "/suspension/ground")
