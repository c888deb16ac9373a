"""The reconciler finds nothing in what is in order, and each kind of fault when one is planted."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from deploy.reconciler.collect import Collector, Places, texts_in, told_by
from deploy.reconciler.reconcile import (
    DELIVERED,
    PUBLISHED,
    REFUSED,
    Arrival,
    Handed,
    Kind,
    LedgerRow,
    Observation,
    ParkedMessage,
    Step,
    Told,
    Version,
    reconcile,
)


def handed(number: int, matter: str = "m") -> Handed:
    """A message of `xb` for `xa` that was accepted, delivered, published by both and told so."""
    told = Told(
        receipt_id=f"r{number}",
        submission=None,
        status="accepted",
        digest=f"d{number}",
        trace_id=f"t{number}",
        outcome="applied",
        delivered=f"XA-{number}",
        published=frozenset({"xa", "xb"}),
    )
    return Handed(
        message_id=f"m{number}",
        sender="xb",
        addressee="xa",
        matter=matter,
        type="Happened",
        marks=frozenset({f"permit {number}"}),
        pages=frozenset({"xa", "xb"}),
        page_marks=frozenset({f"permit {number}", "accredited"}),
        told=told,
    )


def arrival(number: int) -> Arrival:
    return Arrival(
        country="xa",
        number=number,
        delivery_id=f"e{number}",
        type="Happened",
        receipt_number=f"XA-{number}",
        trace_id=f"t{number}",
        texts=frozenset({f"permit {number}", "other"}),
    )


def confirmations(number: int, events: Sequence[str] = (DELIVERED, PUBLISHED, PUBLISHED)) -> list[Arrival]:
    """What came back to the sender's national system."""
    texts = frozenset({f"m{number}", "other"})
    return [
        Arrival("xb", 10 * number + place, f"back-{number}-{place}", event, f"XB-{number}-{place}", f"t{number}", texts)
        for place, event in enumerate(events)
    ]


def versions(number: int) -> list[Version]:
    texts = frozenset({f"permit {number}", "accredited", "other"})
    return [Version(country, "entry", number, texts) for country in ("xa", "xb")]


def rows(number: int) -> list[LedgerRow]:
    return [
        LedgerRow("xb", "in", f"m{number}", f"r{number}", f"d{number}"),
        LedgerRow("xa", "out", f"e{number}", f"r-out-{number}", "d"),
    ]


def steps(number: int) -> list[Step]:
    trace = f"t{number}"
    return [
        Step(trace, "root", "someone else's", True, "bridge-xb", "take in"),
        Step(trace, "decide", "root", False, "registry", "decide"),
        Step(trace, "end", "decide", False, "national-xa", "receive"),
    ]


def in_order() -> Observation:
    """Three messages of one matter and one of another, with which all is well."""
    numbers = (1, 2, 3)
    return Observation(
        handed=[*(handed(number) for number in numbers), handed(4, "other")],
        arrivals=[
            *(arrival(number) for number in (*numbers, 4)),
            *(back for number in (*numbers, 4) for back in confirmations(number)),
        ],
        versions=[version for number in (*numbers, 4) for version in versions(number)],
        ledger=[row for number in (*numbers, 4) for row in rows(number)],
        steps=[step for number in (*numbers, 4) for step in steps(number)],
    )


def test_what_is_in_order_has_no_findings_and_is_counted_by_message() -> None:
    found = reconcile(in_order())
    assert found.clean
    assert found.settled
    everything = {"m1", "m2", "m3", "m4"}
    assert found.delivered == found.traced == everything
    assert found.published == {"xa": everything, "xb": everything}


def without_the_arrival(seen: Observation) -> Observation:
    return replace(seen, arrivals=[a for a in seen.arrivals if a.delivery_id != "e2"])


def without_the_version_on_one_page(seen: Observation) -> Observation:
    return replace(seen, versions=[v for v in seen.versions if (v.country, v.place) != ("xa", 2)])


def without_the_row_of_the_sender(seen: Observation) -> Observation:
    return replace(seen, ledger=[r for r in seen.ledger if r.message_id != "m2"])


def with_another_content_in_the_ledger(seen: Observation) -> Observation:
    return replace(seen, ledger=[replace(r, digest="x") if r.message_id == "m2" else r for r in seen.ledger])


def without_the_row_of_the_delivery(seen: Observation) -> Observation:
    return replace(seen, ledger=[r for r in seen.ledger if r.message_id != "e2"])


def with_another_content_delivered(seen: Observation) -> Observation:
    changed = [replace(a, texts=frozenset({"permit 1"})) if a.delivery_id == "e2" else a for a in seen.arrivals]
    return replace(seen, arrivals=changed)


def without_a_confirmation(seen: Observation) -> Observation:
    return replace(seen, arrivals=[a for a in seen.arrivals if a.delivery_id != "back-2-1"])


def confirmed_twice(seen: Observation) -> Observation:
    return replace(seen, arrivals=[*seen.arrivals, *confirmations(2, [DELIVERED])])


def delivered_under_two_ids(seen: Observation) -> Observation:
    return replace(seen, arrivals=[*seen.arrivals, replace(arrival(2), number=9, delivery_id="again")])


def published_twice(seen: Observation) -> Observation:
    return replace(seen, versions=[*seen.versions, replace(versions(2)[0], place=9)])


def twice_in_the_ledger(seen: Observation) -> Observation:
    return replace(seen, ledger=[*seen.ledger, LedgerRow("xb", "in", "m2", "another", "d2")])


def delivered_after_its_follower(seen: Observation) -> Observation:
    return replace(seen, arrivals=[replace(a, number=9) if a.delivery_id == "e1" else a for a in seen.arrivals])


def published_after_its_follower(seen: Observation) -> Observation:
    return replace(seen, versions=[replace(v, place=9) if v.place == 1 else v for v in seen.versions])


def with_an_orphan(seen: Observation) -> Observation:
    return replace(seen, steps=[s for s in seen.steps if (s.trace_id, s.span_id) != ("t2", "decide")])


def with_two_roots(seen: Observation) -> Observation:
    return replace(seen, steps=[*seen.steps, Step("t2", "second", None, False, "publication", "decide")])


def with_a_trace_that_ends_early(seen: Observation) -> Observation:
    return replace(seen, steps=[s for s in seen.steps if (s.trace_id, s.span_id) != ("t2", "end")])


def arriving_in_another_trace(seen: Observation) -> Observation:
    return replace(seen, arrivals=[replace(a, trace_id="t1") if a.delivery_id == "e2" else a for a in seen.arrivals])


def told(message: Handed, **changes: object) -> Handed:
    """The message whose sender was told something else."""
    assert message.told is not None
    return replace(message, told=replace(message.told, **changes))  # type: ignore[arg-type]


def otherwise(**changes: object) -> Callable[[Observation], Observation]:
    def plant(seen: Observation) -> Observation:
        return replace(seen, handed=[told(m, **changes) if m.message_id == "m2" else m for m in seen.handed])

    return plant


@pytest.mark.parametrize(
    ("kind", "plant"),
    [
        ("lost", without_the_arrival),
        ("lost", without_the_version_on_one_page),
        ("lost", without_the_row_of_the_sender),
        ("lost", with_another_content_in_the_ledger),
        ("lost", without_the_row_of_the_delivery),
        ("lost", with_another_content_delivered),
        ("doubled", delivered_under_two_ids),
        ("doubled", published_twice),
        ("doubled", confirmed_twice),
        ("doubled", twice_in_the_ledger),
        ("untraced", with_an_orphan),
        ("untraced", with_two_roots),
        ("untraced", with_a_trace_that_ends_early),
        ("untraced", arriving_in_another_trace),
        ("stuck", otherwise(outcome="pending")),
        ("stuck", otherwise(delivered=None)),
        ("stuck", without_a_confirmation),
        ("stuck", otherwise(published=frozenset({"xb"}))),
        ("unasked", otherwise(status="rejected")),
        ("unasked", otherwise(outcome="refused")),
        ("untrue", otherwise(delivered="XA-77")),
    ],
)
def test_a_planted_fault_is_found(kind: Kind, plant: Callable[[Observation], Observation]) -> None:
    found = reconcile(plant(in_order()))
    assert "m2" in found.messages(kind)
    assert found.messages(kind) <= {"m1", "m2"}, "and nothing is said of the others"


@pytest.mark.parametrize("plant", [delivered_after_its_follower, published_after_its_follower])
def test_a_message_that_overtook_another_of_its_matter_is_disordered(
    plant: Callable[[Observation], Observation],
) -> None:
    found = reconcile(plant(in_order()))
    assert found.messages("disordered") == {"m2", "m3"}


def test_messages_of_different_matters_may_arrive_in_any_order() -> None:
    seen = in_order()
    assert reconcile(
        replace(seen, arrivals=[replace(a, number=0) if a.delivery_id == "e4" else a for a in seen.arrivals])
    ).clean


def test_a_parked_message_is_parked_and_not_lost() -> None:
    seen = without_the_arrival(in_order())
    found = reconcile(replace(seen, parked=[ParkedMessage("bridge-xa", "p", "delivery/m", "t2")]))
    assert found.messages("parked") == {"m2"}
    assert not found.of("lost")


def test_a_parked_message_of_nobody_known_is_told_too() -> None:
    found = reconcile(replace(in_order(), parked=[ParkedMessage("registry", "p", "s", None)]))
    assert found.messages("parked") == {"p"}


def test_a_message_that_was_never_answered_is_neither_lost_nor_anything_else() -> None:
    seen = in_order()
    unanswered = [replace(m, told=None) if m.message_id == "m4" else m for m in seen.handed]
    nowhere = [a for a in seen.arrivals if a.delivery_id != "e4"]
    assert reconcile(replace(seen, handed=unanswered, arrivals=nowhere)).clean


def test_a_refused_message_that_nobody_holds_is_in_order_when_its_sender_was_told() -> None:
    seen = in_order()
    refused = told(handed(5, "other"), outcome="refused", delivered=None, published=frozenset())
    back = [replace(step, service="national-xb") if step.span_id == "end" else step for step in steps(5)]
    seen = replace(
        seen,
        handed=[*seen.handed, refused],
        arrivals=[*seen.arrivals, *confirmations(5, [REFUSED])],
        ledger=[*seen.ledger, rows(5)[0]],
        steps=[*seen.steps, *back],
    )
    found = reconcile(seen)
    assert found.clean
    assert found.refused == {"m5"}
    untold = reconcile(replace(seen, arrivals=[a for a in seen.arrivals if a.type != REFUSED]))
    assert untold.messages("stuck") == {"m5"}


def test_a_message_whose_sender_was_told_that_it_was_withheld_is_not_lost() -> None:
    seen = otherwise(delivered=None, undelivered=True)(without_the_arrival(in_order()))
    back = [replace(s, service="national-xb") if (s.trace_id, s.span_id) == ("t2", "end") else s for s in seen.steps]
    arrivals = [a for a in seen.arrivals if a.delivery_id != "back-2-0"]
    assert reconcile(replace(seen, steps=back, arrivals=arrivals)).clean


def test_a_span_that_was_announced_and_ended_counts_once() -> None:
    seen = in_order()
    assert reconcile(replace(seen, steps=[*seen.steps, *seen.steps])).clean


def test_only_what_waiting_can_mend_is_waited_for() -> None:
    assert not reconcile(without_the_arrival(in_order())).settled
    assert reconcile(published_twice(in_order())).settled


def receipt(**item: object) -> dict[str, object]:
    members: dict[str, object] = {
        "message_id": "m1",
        "receipt_id": "r1",
        "status": "accepted",
        "original_status": None,
        "digest": "d1",
        "traceparent": f"00-{'a' * 32}-{'b' * 16}-01",
        "outcome": "pending",
        "refused": None,
        "delivered": None,
        "undelivered": None,
        "published": {},
        "problems": [],
    }
    return {"receipt_id": "whole", "items": [members | item]}


def test_a_receipt_is_read_as_what_its_sender_was_told() -> None:
    delivered = {"receipt": {"receipt_number": "XA-1"}}
    known = told_by("m1", receipt(outcome="applied", delivered=delivered, published={"xa": {"url": "u"}}))
    assert known == Told("r1", "whole", "accepted", "d1", "a" * 32, "applied", "XA-1", published=frozenset({"xa"}))


def test_of_a_duplicate_counts_what_was_told_the_first_time() -> None:
    problems = [{"slug": "unknown-field", "severity": "warning"}, {"slug": "wrong-form", "severity": "error"}]
    known = told_by("m1", receipt(status="duplicate", original_status="rejected", outcome=None, problems=problems))
    assert (known.status, known.problem) == ("rejected", "wrong-form")


def test_a_receipt_that_does_not_speak_of_a_message_is_no_answer() -> None:
    with pytest.raises(KeyError):
        told_by("m2", receipt())


def test_every_text_of_a_document_is_found_however_deep() -> None:
    assert set(texts_in({"a": ["b", {"c": "d", "e": 5}], "f": None})) == {"b", "d", "5"}


async def test_the_collector_reads_on_where_it_stopped_and_waits_for_half_a_line(tmp_path: Path) -> None:
    span = {"trace_id": "t", "parent_id": None, "remote_parent": False, "service": "s", "name": "n"}
    lines = [json.dumps(span | {"span_id": str(number)}) + "\n" for number in range(3)]
    file = tmp_path / "s.jsonl"
    async with httpx.AsyncClient() as client:
        collector = Collector(client, Places({}, {}, {}, "", [], tmp_path), lambda role, party: "")
        file.write_text(lines[0] + lines[1] + lines[2][:9])
        assert [step.span_id for step in (await collector.observe([])).steps] == ["0", "1"]
        file.write_text("".join(lines))
        assert [step.span_id for step in (await collector.observe([])).steps] == ["0", "1", "2"]


def test_it_shares_no_code_with_what_it_examines() -> None:
    tell = "import sys, deploy.reconciler.collect; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", tell], capture_output=True, text=True, check=True).stdout.split()
    assert "deploy" in loaded
    assert not {"shared", "services"} & set(loaded)
