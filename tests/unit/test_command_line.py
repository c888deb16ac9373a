"""What the command line makes of receipts and spans."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import orjson
import pytest
from rich.console import Console
from rich.tree import Tree

from deploy.local import cases
from deploy.local.board import ConsoleBoard
from deploy.local.cases import NoSuchCaseError, find_case, shown_case
from deploy.local.program import DEFAULT_STATE, command, state_option
from deploy.local.state import State, UnfitFolderError
from deploy.local.submit import decided, shown_receipt, went_well
from deploy.local.traces import NoSuchTraceError, tree_of

TRACE = "a" * 32


def item(status: str = "accepted", outcome: str | None = "applied", **changes: Any) -> dict[str, Any]:
    return {
        "message_id": "m",
        "status": status,
        "outcome": outcome,
        "refused": None,
        "delivered": None,
        "published": {},
        "traceparent": None,
        **changes,
    }


def receipt(*items: dict[str, Any], **changes: Any) -> dict[str, Any]:
    counts = {"accepted": len(items), "duplicates": 0, "held": 0, "rejected": 0}
    return {
        "receipt_id": "r",
        "status": "accepted",
        "messages": len(items),
        "counts": counts,
        "problems": [],
        "items": list(items),
        **changes,
    }


REFUSED = item(outcome="refused", refused={"slug": "revoked", "detail": "It is revoked."})


def test_a_message_that_the_core_refused_counts_as_rejected_with_its_problem() -> None:
    told = decided(receipt(REFUSED))
    assert (told["status"], told["counts"]["rejected"], told["counts"]["accepted"]) == ("rejected", 1, 0)
    assert [problem["slug"] for problem in told["problems"]] == ["revoked"]
    assert told["items"][0]["status"] == "rejected"
    assert not went_well(told)


def test_one_refused_of_several_leaves_the_others_accepted() -> None:
    told = decided(receipt(item(), REFUSED))
    assert (told["status"], told["counts"]["rejected"], told["counts"]["accepted"]) == ("accepted", 1, 1)
    assert not went_well(told)


def test_a_warning_is_no_failure() -> None:
    assert went_well(receipt(item(), problems=[{"slug": "unknown-field", "severity": "warning"}]))
    assert not went_well(receipt(item(), problems=[{"slug": "missing-field", "severity": "error"}]))


def test_a_receipt_is_shown_with_where_each_problem_is() -> None:
    console = Console(width=160, record=True, file=io.StringIO())
    problem = {"slug": "wrong-form", "detail": "14 digits [0-9].", "action": "Correct it.", "row": 3, "pointer": "/tin"}
    console.print(shown_receipt("file.csv", receipt(item(), problems=[problem])))
    assert "wrong-form at row 3 /tin: 14 digits [0-9]. Correct it." in console.export_text()


CASE: dict[str, Any] = {
    "kind": "inquiry",
    "agreement": "jp-kg",
    "id": "kg-07-12/131",
    "country": "kg",
    "other": "jp",
    "status": "asked",
    "title": {"ru": "О приёме"},
    "due_on": "2026-02-13",
    "overdue": True,
    "closed": False,
    **dict.fromkeys(("learned_at", "received_at", "accepted_at", "answered_at", "acted_at", "ended_at")),
    "shared_at": "2026-01-06T09:00:00Z",
    "history": [
        {
            "event": "InquiryAsked",
            "recorded_at": "2026-01-06T09:00:01.5Z",
            "receipt_id": "receipt-1",
            "parts": [1, 2],
            "trace_id": TRACE,
        },
        {
            "event": "InquiryOverdue",
            "recorded_at": "2026-02-13T15:00:00Z",
            "receipt_id": None,
            "parts": [1],
            "trace_id": None,
        },
    ],
}


def test_a_case_is_shown_with_parties_state_dates_and_traces() -> None:
    console = Console(width=160, record=True, file=io.StringIO())
    console.print(shown_case(CASE))
    told = [" ".join(line.replace("│", " ").split()) for line in console.export_text().splitlines()]
    assert "case inquiry/jp-kg/kg-07-12/131" in told
    assert "parties kg → jp" in told
    assert "state asked, overdue" in told
    assert "due on 2026-02-13" in told
    assert "shared at 2026-01-06 09:00:00Z" in told
    assert f"2026-01-06 09:00:01Z InquiryAsked 1, 2 receipt-1 {TRACE}" in told
    assert "2026-02-13 15:00:00Z InquiryOverdue 1" in told
    assert not any(line.startswith("learned at") for line in told)


@pytest.mark.parametrize(("statuses", "found"), [((404, 200), True), ((403, 404), False), ((200,), True)])
def test_a_case_is_asked_for_as_an_operator_of_each_country_until_one_is_told(
    monkeypatch: pytest.MonkeyPatch, statuses: tuple[int, ...], found: bool
) -> None:
    asked: list[str] = []

    def client(stack: Any, service: Any, role: str, party: str) -> httpx.Client:
        def answer(request: httpx.Request) -> httpx.Response:
            asked.append(f"{role} {party} {request.url.path}")
            status = statuses[len(asked) - 1]
            return httpx.Response(status, json=CASE if status == 200 else {"detail": "No case answers."})

        return httpx.Client(base_url="http://console.test", transport=httpx.MockTransport(answer))

    monkeypatch.setattr(cases, "client_of", client)
    stack: Any = SimpleNamespace(bridges={"jp": None, "kg": None}, service=lambda name: name)
    if found:
        assert find_case(stack, "inquiry/jp-kg/kg-07-12/131") == CASE
    else:
        with pytest.raises(NoSuchCaseError, match="No case answers"):
            find_case(stack, "inquiry/jp-kg/kg-07-12/131")
    expected = [f"operator {party} /api/v1/cases/inquiry/jp-kg/kg-07-12/131" for party in ("jp", "kg")]
    assert asked == expected[: len(statuses)]


def span(span_id: str, parent: str | None, *, remote: bool = False, **changes: Any) -> dict[str, Any]:
    return {
        "trace_id": TRACE,
        "span_id": span_id,
        "parent_id": parent,
        "remote_parent": remote,
        "service": "registry",
        "name": f"step {span_id}",
        "kind": "internal",
        "start": 1_700_000_000_000_000_000,
        "end": 1_700_000_000_001_500_000,
        "status": "ok",
        "attributes": {},
        **changes,
    }


def shown(folder: Path, wanted: str, *spans: dict[str, Any], unfinished: bytes = b"") -> str:
    (folder / "registry.jsonl").write_bytes(b"".join(orjson.dumps(each) + b"\n" for each in spans) + unfinished)
    tree: Tree = tree_of(folder, wanted)
    console = Console(width=160, record=True, file=io.StringIO())
    console.print(tree)
    return console.export_text()


def test_a_trace_is_a_tree_of_its_spans_with_times(tmp_path: Path) -> None:
    later = 1_700_000_000_010_000_000
    told = shown(tmp_path, TRACE, span("b", "a", start=later, end=later + 2_000_000), span("a", None))
    lines = told.splitlines()
    assert "2 spans, 12.0 ms" in lines[0]
    assert lines[1].strip() == "└── +0.0 ms registry step a (1.5 ms)"
    assert lines[2].strip() == "└── +10.0 ms registry step b (2.0 ms)"


def test_a_span_written_twice_is_shown_once_as_it_was_last(tmp_path: Path) -> None:
    told = shown(tmp_path, TRACE, span("a", None), span("a", None, status="error", attributes={"error.message": "bad"}))
    assert told.count("step a") == 1
    assert "error: bad" in told


def test_a_span_whose_parent_is_missing_is_told_so(tmp_path: Path) -> None:
    assert "1 without a parent" in shown(tmp_path, TRACE, span("a", None), span("b", "gone"))


def test_a_parent_outside_our_systems_is_not_missed(tmp_path: Path) -> None:
    assert "without a parent" not in shown(tmp_path, TRACE, span("b", "theirs", remote=True))


def test_a_line_in_the_writing_is_passed_over(tmp_path: Path) -> None:
    assert "1 spans" in shown(tmp_path, TRACE, span("a", None), unfinished=orjson.dumps(span("b", "a"))[:-5])


@pytest.mark.parametrize("wanted", [TRACE[:6], f"00-{TRACE}-{'b' * 16}-01", "receipt-1"])
def test_a_trace_is_found_by_its_beginning_its_traceparent_or_a_receipt(tmp_path: Path, wanted: str) -> None:
    other = span("c", None, trace_id="c" * 32, attributes={"kakehashi.receipt_id": "receipt-2"})
    assert TRACE in shown(tmp_path, wanted, span("a", None, attributes={"kakehashi.receipt_id": "receipt-1"}), other)


@pytest.mark.parametrize("wanted", ["f" * 32, "nothing", "00-zz"])
def test_an_unknown_trace_is_told_so(tmp_path: Path, wanted: str) -> None:
    with pytest.raises(NoSuchTraceError):
        shown(tmp_path, wanted, span("a", None))


def printed(shown: Any, width: int = 80) -> str:
    console = Console(width=width, record=True, file=io.StringIO())
    console.print(shown)
    return console.export_text()


def test_the_trace_of_a_message_can_be_copied_from_a_narrow_screen() -> None:
    told = receipt(item(message_id="m" * 36, traceparent=f"00-{TRACE}-{'b' * 16}-01"), receipt_id="r" * 36)
    assert " aaaaaaaaaaaa " in printed(shown_receipt("file.json", told))


def test_a_file_refused_as_a_whole_is_told_without_a_table() -> None:
    problem = {"slug": "not-json", "detail": "It is not JSON.", "action": "Correct it."}
    told = printed(shown_receipt("file.json", receipt(receipt_id=None, status="rejected", problems=[problem])))
    assert told.splitlines() == ["file.json: rejected as a whole", "! not-json: It is not JSON. Correct it."]


def test_a_repeat_of_what_was_rejected_says_so() -> None:
    told = receipt(item(status="duplicate", original_status="rejected", outcome=None))
    assert "duplicate of rejected" in printed(shown_receipt("file.json", told), 160)


def test_a_message_that_is_no_repeat_is_told_by_its_status_alone() -> None:
    told = printed(shown_receipt("file.json", receipt(item(original_status=None))), 160)
    assert "accepted" in told
    assert " of " not in told


def test_what_is_on_its_way_comes_with_the_command_that_shows_its_arrival() -> None:
    assert "kakehashi receipt r" in printed(shown_receipt("file.json", receipt(item())))
    there = item(delivered={"receipt": {"receipt_number": "1"}})
    assert "kakehashi receipt r" not in printed(shown_receipt("file.json", receipt(there)))


def test_what_is_said_to_type_names_the_program_as_it_was_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/opt/tools/pytest"])
    assert command("up", *state_option(DEFAULT_STATE)) == "kakehashi up"
    monkeypatch.setattr(sys, "argv", [".venv/bin/kakehashi"])
    assert command("up", "--state", "with a space") == ".venv/bin/kakehashi up --state 'with a space'"


def test_a_state_folder_that_cannot_be_one_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UnfitFolderError, match="folder that can be written to"), State(tmp_path / "file").held():
        pass


def test_the_live_table_shows_states_and_no_markup() -> None:
    console = Console(width=100, file=io.StringIO(), force_terminal=True, color_system=None)
    member = SimpleNamespace(
        name="registry", url="http://127.0.0.1:1", condition="ready", process=SimpleNamespace(pid=7), restarts=0
    )
    with ConsoleBoard(console) as board:
        board.show([member])  # type: ignore[list-item]
        board.say("news")
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "ready" in shown
    assert "[green]" not in shown
