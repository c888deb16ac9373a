"""A message's way, from spans: how far it has come, and every step in its place."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.console import span_files
from services.console.span_files import SpanFiles
from services.console.ways import KEPT, MOST_ROWS, Recent, State, waterfall
from shared.telemetry.traces import NoSuchTraceError, in_order
from tests.console_builders import NOW, TRACE, spans_of_a_way, write_spans

BRIDGES = ("bridge-jp", "bridge-kg")


def state_after(*spans: dict[str, Any]) -> State:
    recent = Recent(BRIDGES)
    recent.tell(spans)
    ((_, state),) = recent.messages(None, 10)
    return state


def with_outcome(span: dict[str, Any], outcome: str) -> dict[str, Any]:
    return span | {"attributes": span["attributes"] | {"kakehashi.outcome": outcome}}


# -- how far a message has come -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "state"),
    [(1, "accepted"), (2, "decided"), (5, "decided"), (6, "published"), (9, "published"), (10, "delivered")],
)
def test_a_message_is_as_far_as_the_furthest_step(steps: int, state: State) -> None:
    assert state_after(*spans_of_a_way()[:steps]) == state


def test_spans_may_be_told_in_any_order() -> None:
    assert state_after(*reversed(spans_of_a_way())) == "delivered"


def test_what_the_sender_is_told_is_no_delivery() -> None:
    accepted, *_, told = spans_of_a_way()
    assert state_after(accepted, told) == "accepted"


def test_a_refusal_counts_more_than_whatever_else_has_come_about() -> None:
    spans = spans_of_a_way()
    assert state_after(spans[0], with_outcome(spans[1], "refused"), spans[9]) == "refused"


def test_a_message_that_was_parked_and_redriven_is_parked_no_more() -> None:
    accepted, decided, *_ = spans_of_a_way()
    assert state_after(accepted, with_outcome(decided, "parked")) == "parked"
    assert state_after(accepted, with_outcome(decided, "parked"), decided) == "decided"


def test_messages_that_came_together_in_one_trace_are_not_mistaken_for_each_other() -> None:
    recent = Recent(BRIDGES)
    recent.tell([*spans_of_a_way(), spans_of_a_way(number=2)[0]])
    assert {state for _, state in recent.messages(None, 10)} == {"several"}


def test_the_latest_stand_first_and_only_those_of_the_bridge_asked_for() -> None:
    recent = Recent(BRIDGES)
    recent.tell(spans_of_a_way(NOW - timedelta(minutes=5), "1" * 32, 1)[:2])
    recent.tell(spans_of_a_way(NOW, "2" * 32, 2))
    assert [message.trace_id[0] for message, _ in recent.messages(None, 10)] == ["2", "1"]
    assert [message.trace_id[0] for message, _ in recent.messages("bridge-jp", 10)] == ["2"]
    assert len(recent.messages(None, 1)) == 1


def test_only_so_many_traces_are_remembered() -> None:
    recent = Recent(BRIDGES)
    for number in range(KEPT + 5):
        recent.tell(spans_of_a_way(NOW, f"{number:032x}", number)[:1])
    assert len(recent.messages(None, KEPT * 2)) == KEPT


# -- the waterfall ------------------------------------------------------------------------------------------------


def spans_by_id(*spans: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {span["span_id"]: span for span in spans}


def test_each_step_stands_behind_its_cause_and_siblings_by_their_begin() -> None:
    names = [(step.depth, step.span["name"]) for step in in_order(reversed(spans_of_a_way()))]
    assert names[:4] == [
        (0, "accept accreditation"),
        (1, "process AccreditSendingOrganization"),
        (2, "react to SendingOrganizationAccredited"),
        (3, "process PublishRegisterEntry"),
    ]
    assert [depth for depth, name in names if name.startswith("react")] == [2, 2]


def test_bars_lie_where_and_as_long_as_the_steps_were() -> None:
    fall = waterfall(spans_by_id(*spans_of_a_way()), BRIDGES)
    assert fall is not None
    assert fall.lasted == pytest.approx(1010)
    read_back = next(row for row in fall.rows if row.what == "read-back")
    assert (read_back.after, read_back.took) == (214, 620)
    assert [read_back.left, read_back.width] == pytest.approx([211.9, 613.9])
    assert all(row.left >= 0 and row.left + row.width <= 1004 for row in fall.rows)


def test_milestones_tell_what_came_about_where_and_when_first() -> None:
    fall = waterfall(spans_by_id(*spans_of_a_way()), BRIDGES)
    assert fall is not None
    assert [(mark, where) for mark, where, _ in fall.milestones] == [
        ("accepted", "bridge-kg"),
        ("decided", "registry"),
        ("delivered", "bridge-jp"),
        ("published", "jp"),
        ("told", "bridge-kg"),
    ]


def test_one_of_several_messages_is_shown_without_the_others() -> None:
    first, second = spans_of_a_way(), spans_of_a_way(number=2)[:3]
    fall = waterfall(spans_by_id(*first, *second), BRIDGES, second[0]["span_id"])
    assert fall is not None
    assert [row.step.span["span_id"] for row in fall.rows] == [span["span_id"] for span in second]
    assert fall.rows[0].step.depth == 0


def test_a_step_whose_cause_is_missing_is_shown_as_such() -> None:
    spans = spans_of_a_way()
    fall = waterfall(spans_by_id(spans[0], *spans[2:]), BRIDGES)
    assert fall is not None
    assert (fall.orphans, fall.steps) == (2, 11)


def test_a_parent_outside_is_not_missed() -> None:
    span = spans_of_a_way()[0] | {"parent_id": "00f067aa0ba902b7", "remote_parent": True}
    fall = waterfall(spans_by_id(span), BRIDGES)
    assert fall is not None
    assert fall.orphans == 0


def test_of_very_many_steps_the_first_are_shown_and_all_are_counted() -> None:
    root, child, *_ = spans_of_a_way()
    many = [child | {"span_id": f"{number:016x}"} for number in range(MOST_ROWS + 50)]
    fall = waterfall(spans_by_id(root, *many), BRIDGES)
    assert fall is not None
    assert (len(fall.rows), fall.steps) == (MOST_ROWS, MOST_ROWS + 51)


def test_no_spans_are_no_waterfall() -> None:
    assert waterfall({}, BRIDGES) is None
    assert waterfall(spans_by_id(*spans_of_a_way()), BRIDGES, "0" * 16) is None


# -- the files ----------------------------------------------------------------------------------------------------


async def test_a_look_reads_what_was_written_since_the_one_before(tmp_path: Path) -> None:
    files = SpanFiles(tmp_path, BRIDGES)
    assert await files.latest(None, 10) == []
    spans = spans_of_a_way()
    write_spans(tmp_path, spans[:1])
    ((_, state),) = await files.latest(None, 10)
    assert state == "accepted"
    write_spans(tmp_path, spans[1:])
    ((_, state),) = await files.latest(None, 10)
    assert state == "delivered"


async def test_a_line_that_is_being_written_is_read_when_it_is_whole(tmp_path: Path) -> None:
    files = SpanFiles(tmp_path, BRIDGES)
    write_spans(tmp_path, spans_of_a_way()[:1])
    path = tmp_path / "bridge-kg.jsonl"
    line = path.read_bytes()
    path.write_bytes(line[:100])
    assert await files.latest(None, 10) == []
    path.write_bytes(line)
    assert len(await files.latest(None, 10)) == 1


async def test_a_first_look_reads_the_end_of_a_long_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(span_files, "FIRST_LOOK", 1_000)
    for number in range(20):
        write_spans(tmp_path, spans_of_a_way(NOW, f"{number:032x}", number)[:1])
    found = await SpanFiles(tmp_path, BRIDGES).latest(None, 100)
    assert 0 < len(found) < 5


async def test_a_trace_is_found_by_any_of_its_messages_ids(tmp_path: Path) -> None:
    write_spans(tmp_path, spans_of_a_way())
    files = SpanFiles(tmp_path, BRIDGES)
    for wanted in (
        TRACE,
        TRACE[:9],
        "MTSOM-2026-0101",
        "30d8ccbf-7f99-430c-9fa6-000000000001",
        f"00-{TRACE}-{'1' * 16}-01",
    ):
        assert await files.find(wanted) == TRACE
    assert len(await files.trace(TRACE)) == 12
    with pytest.raises(NoSuchTraceError):
        await files.find("MTSOM-2026")
