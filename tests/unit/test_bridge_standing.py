"""A bridge goes by a notice to end an agreement from its own record, whatever the agreement's file says (M10a)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from shared.bridge.decisions import react
from shared.bridge.standing import STANDING, AgreementStanding, Standings
from shared.contracts.agreement_standing import RecordTerminationNotice, standing_stream
from shared.contracts.base import Contract
from shared.contracts.termination_notice import EXAMPLES, TerminationNoticeGiven
from shared.messaging.decider import Context, Decided
from shared.store.memory import MemoryStreams
from tests.bridge_builders import message
from tests.case_builders import AGREEMENTS
from tests.case_store import keep

GIVEN = next(one for one in EXAMPLES if isinstance(one, TerminationNoticeGiven))
STREAM = standing_stream("jp-kg")
NOW = datetime(2031, 8, 31, 9, 0, tzinfo=UTC)


def context() -> Context:
    return Context(message(subject=STREAM), NOW)


def recorded(state: AgreementStanding, day: date) -> AgreementStanding:
    outcome = STANDING.decide(state, RecordTerminationNotice(given_on=day), context())
    assert isinstance(outcome, Decided)
    for event in outcome.events:
        state = STANDING.evolve(state, event)
    return state


@pytest.mark.parametrize("country", ["kg", "jp"])
def test_both_sides_bridges_record_it(country: str) -> None:
    event = message(type="TerminationNoticeGiven", originator="kg", addressee="jp")
    (command, *_) = react(country, (), GIVEN, event)
    assert (command.topic, command.subject) == (f"bridge-{country}.commands.v1", STREAM)
    assert command.data == RecordTerminationNotice(given_on=GIVEN.given_on)


def test_nobody_elses_bridge_does() -> None:
    event = message(type="TerminationNoticeGiven", originator="kg", addressee="jp")
    assert react("xa", (), GIVEN, event) == []


def test_the_earliest_notice_counts_in_whatever_order_they_come() -> None:
    days = [date(2031, 9, 30), date(2031, 8, 31), date(2031, 10, 1)]
    state = AgreementStanding()
    for day in days:
        state = recorded(state, day)
    assert state.notice_given_on == date(2031, 8, 31)


async def test_the_guards_go_by_what_is_recorded() -> None:
    agreements = type(AGREEMENTS)(list(AGREEMENTS))
    streams = MemoryStreams()
    standings = Standings(streams, agreements)
    await standings.look()
    before, after = date(2032, 2, 28), date(2032, 2, 29)

    def takes(day: date) -> bool:
        agreement = agreements.get("jp-kg")
        assert agreement is not None
        return agreement.takes_new_sharing(day)

    assert takes(before)
    assert takes(after)
    await keep(streams, STANDING, STREAM, RecordTerminationNotice(given_on=GIVEN.given_on), context())
    await standings.look()
    await standings.look()
    assert takes(before)
    assert not takes(after)


def test_what_is_none_of_it_is_a_fault() -> None:
    with pytest.raises(TypeError):
        STANDING.decide(AgreementStanding(), Contract(), context())
    with pytest.raises(TypeError):
        STANDING.evolve(AgreementStanding(), Contract())
