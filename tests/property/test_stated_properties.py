"""What holds of every kind of case that is made of statements, whatever is said in it, by whom and in which order."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.base import Contract
from shared.contracts.case import Attachment, CaseMessageDelivered, CaseMessageUndelivered, RecordCaseDelivery
from shared.errors import SLUGS, problem
from shared.messaging.decider import Decided, Refusal
from tests.case_builders import NOW
from tests.stated_matters import DISPUTES, STATED, StatedMatter

EVERY = (*STATED, DISPUTES)

every = pytest.mark.parametrize("matter", EVERY, ids=lambda matter: matter.cases.kind)
every_way = pytest.mark.parametrize(
    ("matter", "status"),
    [pytest.param(m, status, id=f"{m.cases.kind}-{status}") for m in EVERY for status in m.ways],
)

Said = tuple[type[Any], str, str]
"""A command, by whom, under which agreement."""


def anything(matter: StatedMatter) -> st.SearchStrategy[list[Said]]:
    """Statements by the right side and by the wrong one."""
    agreements = st.sampled_from(["jp-kg"] * 9 + ["jp-xx"])
    one = st.tuples(st.sampled_from(matter.cases.commands), st.sampled_from(["kg", "jp"]), agreements)
    return st.lists(one, max_size=12)


def delivery(event: Contract) -> RecordCaseDelivery:
    receipt_id = str(getattr(event, "receipt_id", ""))
    return RecordCaseDelivery(
        receipt_id=receipt_id,
        event_type=type(event).__name__,
        country="jp",
        receipt_number="7",
        received_at=NOW,
    )


@every_way
def test_each_way_leads_where_it_is_said_to(matter: StatedMatter, status: str) -> None:
    state = matter.after(*matter.ways[status])
    assert state.status == status
    assert [one.event for one in state.went_over] == [step.event for step in state.history]


@every
def test_every_statement_is_made_on_some_way(matter: StatedMatter) -> None:
    said = {one[0] if isinstance(one, tuple) else one for way in matter.ways.values() for one in way}
    assert said == set(matter.cases.commands)


@every
@given(data=st.data())
def test_a_case_goes_no_way_but_those_there_are(matter: StatedMatter, data: st.DataObject) -> None:
    state, seen = matter.new, 0
    for number, (kind, by, agreement) in enumerate(data.draw(anything(matter))):
        outcome = matter.decided(state, matter.command(kind), by, number, agreement=agreement)
        if isinstance(outcome, Refusal):
            assert outcome.slug in SLUGS
            assert outcome.clause is not None
            continue
        assert outcome.classification == matter.cases.classification
        before = state
        for event in outcome.events:
            seen += 1
            state = matter.decider.evolve(state, event)
        assert state.status == before.status or state.status in matter.transitions.get(before.status, frozenset())
        assert type(state).model_validate_json(state.model_dump_json()) == state
    assert len(state.history) == seen


@every
@given(data=st.data())
def test_nobody_makes_the_other_sides_statements(matter: StatedMatter, data: st.DataObject) -> None:
    way = data.draw(st.sampled_from(list(matter.ways.values())))
    state = matter.after(*way[: data.draw(st.integers(0, len(way)))])
    statement = data.draw(st.sampled_from([one for one in matter.cases.statements if one.by != "either"]))
    wrong = "kg" if statement.by == "other" else "jp"
    assert matter.refused(state, matter.command(statement.command), wrong).slug == "wrong-party"


@every
@given(data=st.data())
def test_two_cases_end_alike_however_their_messages_are_mixed(matter: StatedMatter, data: st.DataObject) -> None:
    ways = [data.draw(st.sampled_from(list(matter.ways.values()))) for _ in range(2)]
    order = data.draw(st.permutations([place for place, way in enumerate(ways) for _ in way]))
    states, taken = [matter.new, matter.new], [0, 0]
    for place in order:
        statement, by = matter.statement(ways[place][taken[place]])
        outcome = matter.decided(states[place], matter.command(statement.command), by, taken[place])
        assert isinstance(outcome, Decided), outcome
        for event in outcome.events:
            states[place] = matter.decider.evolve(states[place], event)
        taken[place] += 1
    assert states == [matter.after(*way) for way in ways]


@every_way
def test_when_each_statement_was_received_is_known_and_told_once(matter: StatedMatter, status: str) -> None:
    state = matter.new
    for number, said in enumerate(matter.ways[status]):
        statement, by = matter.statement(said)
        outcome = matter.decided(state, matter.command(statement.command), by, number)
        assert isinstance(outcome, Decided)
        for event in outcome.events:
            state = matter.decider.evolve(state, event)
            told = matter.decided(state, delivery(event), by)
            assert isinstance(told, Decided)
            (known,) = told.events
            assert isinstance(known, CaseMessageDelivered)
            state = matter.decider.evolve(state, known)
            assert matter.decided(state, delivery(event), by) == Decided()
    assert state.status == status
    assert {one.received_at for one in state.went_over} == {NOW}


WRONG = Attachment(title="Scan", digest="sha-256:00", media_type="application/pdf", size=1)
REFERRED: dict[str, tuple[Any, str]] = {
    "digest": ("sha-256:00", "/digest"),
    "minutes": (WRONG, "/minutes/digest"),
    "attachments": ((WRONG,), "/attachments/0/digest"),
}


@every
def test_what_is_referred_to_is_known_by_a_whole_digest(matter: StatedMatter) -> None:
    for kind in matter.cases.commands:
        statement, by = matter.statement((kind, "kg") if matter.cases.said(kind).by == "either" else kind)
        command = matter.command(statement.command)
        for name in dict(command).keys() & REFERRED.keys():
            value, pointer = REFERRED[name]
            refusal = matter.refused(matter.new, command.model_copy(update={name: value}), by)
            assert (refusal.slug, refusal.pointer) == ("wrong-form", pointer)


def test_statements_refer_to_texts_minutes_and_attachments() -> None:
    assert {name for one in STATED for kind in one.cases.commands for name in kind.model_fields} >= REFERRED.keys()


@every
def test_what_was_not_received_says_why(matter: StatedMatter) -> None:
    way = next(iter(matter.ways.values()))
    state = matter.after(way[0])
    lost = delivery(Contract()).model_copy(
        update={"receipt_id": "receipt-0", "receipt_number": None, "problem": problem("withheld", "It does not hold.")}
    )
    told = matter.decided(state, lost, "kg")
    assert isinstance(told, Decided)
    (known,) = told.events
    assert isinstance(known, CaseMessageUndelivered)
    state = matter.decider.evolve(state, known)
    assert state.went_over[0].undelivered == lost.problem


@every
def test_a_command_of_another_matter_is_a_fault(matter: StatedMatter) -> None:
    with pytest.raises(TypeError):
        matter.decided(matter.new, Contract(), "kg")
    with pytest.raises(TypeError):
        matter.decider.evolve(matter.new, Contract())
