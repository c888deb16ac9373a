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
    Register,
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
    texts = frozenset({f"m{number}", f"XA-{number}", "entry", "other"})
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
        Step(trace, "end", "decide", False, "national-xa", "receive", f"e{number}"),
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


def reaching_the_other_side_with_another_delivery(seen: Observation) -> Observation:
    other = [replace(s, delivery="e1") if (s.trace_id, s.span_id) == ("t2", "end") else s for s in seen.steps]
    return replace(seen, steps=other)


def confirmed_with_another_receipt(seen: Observation) -> Observation:
    changed = [
        replace(a, texts=a.texts - {"XA-2"} | {"XA-77"}) if a.delivery_id == "back-2-0" else a for a in seen.arrivals
    ]
    return replace(seen, arrivals=changed)


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
        ("untraced", reaching_the_other_side_with_another_delivery),
        ("stuck", otherwise(outcome="pending")),
        ("stuck", otherwise(delivered=None)),
        ("stuck", without_a_confirmation),
        ("stuck", confirmed_with_another_receipt),
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


# -- an edition of a register -------------------------------------------------------------------------------------

END = "ed/xa/end/0"


def edition(**told: object) -> Handed:
    """An edition of `xb` that was accepted, delivered and told so. What news of it name is its end."""
    known = Told("r", "r", "accepted", "d", "t", "applied", "XA-1")
    return Handed(
        message_id="ed",
        sender="xb",
        addressee="xa",
        matter="register/xb",
        type="EditionRecorded",
        marks=frozenset({END}),
        pages=frozenset(),
        page_marks=frozenset({END}),
        told=replace(known, **told),  # type: ignore[arg-type]
        news_id=END,
    )


def change(number: str, kind: str) -> Handed:
    """One that it brings. What is gone is told by its end."""
    known = END if kind == "removed" else f"ed/xa/{number}/0"
    return Handed(
        message_id=f"ed/xa/{number}/{kind}",
        sender="xb",
        addressee="xa",
        matter=f"organization/xb/{number}",
        type=f"Organization{kind.capitalize()}",
        marks=frozenset({known, number}),
        pages=frozenset({"xa"}),
        page_marks=frozenset({number, kind}),
        told=Told(None, None, "accepted", trace_id="t", outcome="applied"),
        news_id=known,
    )


CHANGES = (change("n1", "registered"), change("n2", "amended"), change("n3", "removed"))
REGISTER = Register(
    "ed", "organizations", "xb", "organization", "xa", frozenset({"xa"}), {"n1": {"n1"}, "n2": {"n2", "new address"}}
)


def delivered(message: Handed, place: int) -> list[Arrival]:
    """Its arrival and what came back."""
    known = message.news_id or message.message_id
    texts = frozenset({known, message.matter.rpartition("/")[2], "new address"})
    told = frozenset({known, f"XA-{place}", f"xb-{message.matter.rpartition('/')[2]}"})
    back = [Arrival("xb", 100 + place, f"d{place}", DELIVERED, f"XB-{place}", "t", told)]
    if message.pages:
        back.append(Arrival("xb", 200 + place, f"p{place}", PUBLISHED, f"XB-{100 + place}", "t", told))
    return [Arrival("xa", place, f"e{place}", message.type, f"XA-{place}", "t", texts, message.matter), *back]


def edition_in_order() -> Observation:
    """An edition with a new, an amended and a removed organization, all in one trace."""
    messages = [edition(), *CHANGES]
    shown = [Version("xa", "xb-n1", 0, frozenset({"n1", "registered"}), "organizations", "registered")]
    shown += [Version("xa", "xb-n2", 1, frozenset({"n2", "amended", "new address"}), "organizations", "amended")]
    shown += [Version("xa", "xb-n3", 1, frozenset({"n3", "removed"}), "organizations", "removed")]
    steps = [Step("t", "root", None, False, "bridge-xb", "accept")]
    steps += [Step("t", f"s{n}", "root", False, "national-xa", "receive", f"e{n}") for n in range(1, 5)]
    rows = [LedgerRow("xb", "in", "ed", "r", "d"), LedgerRow("xb", "in", END, "r-end", "d")]
    rows += [LedgerRow("xb", "in", f"ed/xa/{number}/0", f"r-{number}", "d") for number in ("n1", "n2")]
    rows += [LedgerRow("xa", "out", f"e{n}", f"r-out-{n}", "d") for n in range(1, 5)]
    arrivals = [one for place, message in enumerate(messages, start=1) for one in delivered(message, place)]
    return Observation(messages, arrivals, shown, rows, steps, registers=[REGISTER])


def test_an_edition_in_order_has_no_findings_and_each_of_its_changes_counts() -> None:
    found = reconcile(edition_in_order())
    assert found.clean
    assert found.delivered == found.traced == {"ed", *(one.message_id for one in CHANGES)}
    assert found.published == {"xa": {one.message_id for one in CHANGES}}


def without_arrival(number: int) -> Callable[[Observation], Observation]:
    return lambda seen: replace(seen, arrivals=[one for one in seen.arrivals if one.delivery_id != f"e{number}"])


def without_news(delivery: str) -> Callable[[Observation], Observation]:
    return lambda seen: replace(seen, arrivals=[one for one in seen.arrivals if one.delivery_id != delivery])


def arriving_again(number: int) -> Callable[[Observation], Observation]:
    def plant(seen: Observation) -> Observation:
        (one,) = (one for one in seen.arrivals if one.delivery_id == f"e{number}")
        return replace(seen, arrivals=[*seen.arrivals, replace(one, number=9, delivery_id="again")])

    return plant


def without_row(message_id: str) -> Callable[[Observation], Observation]:
    return lambda seen: replace(seen, ledger=[row for row in seen.ledger if row.message_id != message_id])


def without_step(span: str) -> Callable[[Observation], Observation]:
    return lambda seen: replace(seen, steps=[step for step in seen.steps if step.span_id != span])


@pytest.mark.parametrize(
    ("kind", "which", "plant"),
    [
        ("lost", "ed", without_arrival(1)),
        ("lost", "ed/xa/n1/registered", without_arrival(2)),
        ("lost", "ed/xa/n3/removed", without_arrival(4)),
        ("lost", "ed/xa/n2/amended", without_row("ed/xa/n2/0")),
        ("lost", "ed/xa/n3/removed", without_row(END)),
        ("doubled", "ed/xa/n2/amended", arriving_again(3)),
        ("doubled", "ed", arriving_again(1)),
        ("untraced", "ed/xa/n1/registered", without_step("s2")),
        ("untraced", "ed", without_step("root")),
        ("stuck", "ed/xa/n1/registered", without_news("d2")),
        ("stuck", "ed/xa/n3/removed", without_news("p4")),
        ("stuck", "ed", without_news("d1")),
    ],
)
def test_a_fault_of_an_edition_is_found_at_the_change_that_it_befell(
    kind: Kind, which: str, plant: Callable[[Observation], Observation]
) -> None:
    assert which in reconcile(plant(edition_in_order())).messages(kind)


def test_a_change_that_overtook_that_of_the_edition_before_is_disordered() -> None:
    seen = edition_in_order()
    earlier = replace(change("n2", "registered"), message_id="before", marks=frozenset({"before", "n2"}))
    late = Arrival("xa", 9, "e9", "OrganizationRegistered", "XA-9", "t", frozenset({"before", "n2"}))
    found = reconcile(replace(seen, handed=[earlier, *seen.handed], arrivals=[*seen.arrivals, late]))
    assert found.messages("disordered") == {"ed/xa/n2/amended"}


def test_only_the_change_that_waits_is_parked_though_all_are_in_one_trace() -> None:
    waiting = ParkedMessage("bridge-xa", "p", "delivery/organization/xb/n2", "t")
    found = reconcile(replace(without_arrival(3)(edition_in_order()), parked=[waiting]))
    assert found.messages("parked") == {"ed/xa/n2/amended"}


def test_what_the_other_side_holds_beside_the_edition_is_found() -> None:
    seen = edition_in_order()
    texts = frozenset({"n4"})
    more = Arrival("xa", 9, "e9", "OrganizationRegistered", "XA-9", "t", texts, "organization/xb/n4")
    shown = Version("xa", "xb-n4", 0, texts, "organizations", "registered")
    for beside in (replace(seen, arrivals=[*seen.arrivals, more]), replace(seen, versions=[*seen.versions, shown])):
        assert reconcile(beside).messages("unasked") == {"ed"}


def test_an_organization_that_is_held_otherwise_than_the_edition_shows_it_is_lost() -> None:
    seen = edition_in_order()
    stale = [replace(one, texts=one.texts - {"new address"}) for one in seen.versions]
    assert reconcile(replace(seen, versions=stale)).messages("lost") == {"ed"}
    again = [replace(one, number=9) if one.delivery_id == "e4" else one for one in seen.arrivals]
    back = [replace(one, subject="organization/xb/n3") if one.delivery_id == "e2" else one for one in again]
    assert "ed" in reconcile(replace(seen, arrivals=back)).messages("lost")


def test_a_held_edition_changes_nothing_until_an_operator_has_confirmed_it() -> None:
    seen = edition_in_order()
    held = [edition(status="held", outcome="pending", delivered=None), *CHANGES]
    assert reconcile(replace(seen, handed=held)).messages("unasked") == {"ed"}
    confirmed = [edition(status="held", outcome="pending", delivered=None, decision="confirm"), *CHANGES]
    assert not reconcile(replace(seen, handed=confirmed)).of("unasked")
    nothing = Observation([held[0]], ledger=[LedgerRow("xb", "in", "ed", "r", "d")])
    assert reconcile(nothing).clean


# -- cases --------------------------------------------------------------------------------------------------------


def cases_in_order() -> Observation:
    """A report with its acknowledgement, an inquiry that is overdue, and one that is not due yet."""
    seen = in_order()
    kinds = {1: ("report/c1", "Submitted"), 2: ("inquiry/c2", "Asked"), 3: ("inquiry/c3", "Asked")}
    due = {"Overdue": frozenset({"xa", "xb"}), "Reminded": frozenset({"xa"})}
    none: dict[str, frozenset[str]] = dict.fromkeys(due, frozenset())
    messages = [
        told(
            replace(
                handed(number),
                matter=matter,
                type=event,
                pages=frozenset(),
                page_marks=frozenset({f"affected person {number}"}),
                by_the_clock={1: None, 2: due, 3: none}[number],
            ),
            published=frozenset(),
        )
        for number, (matter, event) in kinds.items()
    ]
    acknowledgement = replace(
        messages[0],
        message_id="m9",
        sender="xa",
        addressee="xb",
        type="Acknowledged",
        marks=frozenset({"m9"}),
        page_marks=frozenset({"m9"}),
        told=Told("r9", None, "accepted", "d9", "t9", "applied", "XB-9"),
    )
    arrivals = [replace(arrival(number), type=event) for number, (_, event) in kinds.items()]
    arrivals += [back for number in kinds for back in confirmations(number, [DELIVERED])]
    arrivals += [
        Arrival("xb", 90, "e9", "Acknowledged", "XB-9", "t9", frozenset({"m9"})),
        Arrival("xa", 91, "back-9", DELIVERED, "XA-91", "t9", frozenset({"m9", "XB-9"})),
        Arrival("xa", 92, "late-a", "Overdue", "XA-92", None, frozenset(), "inquiry/c2"),
        Arrival("xb", 93, "late-b", "Overdue", "XB-93", None, frozenset(), "inquiry/c2"),
        Arrival("xa", 94, "soon", "Reminded", "XA-94", None, frozenset(), "inquiry/c2"),
    ]
    rows_of_nine = [LedgerRow("xa", "in", "m9", "r9", "d9"), LedgerRow("xb", "out", "e9", "r-out-9", "d")]
    steps_of_nine = [
        Step("t9", "root", None, False, "bridge-xa", "accept"),
        Step("t9", "end", "root", False, "national-xb", "receive", "e9"),
    ]
    return Observation(
        [*messages, acknowledgement],
        arrivals,
        seen.versions,
        [*seen.ledger, *rows_of_nine],
        [*seen.steps, *steps_of_nine],
    )


def test_cases_in_order_have_no_findings() -> None:
    found = reconcile(cases_in_order())
    assert found.clean
    assert found.delivered == found.traced == {"m1", "m2", "m3", "m9"}
    assert not found.published


def shown_on_a_page(seen: Observation) -> Observation:
    leak = Version("xb", "entry", 7, frozenset({"affected person 1", "other"}))
    return replace(seen, versions=[*seen.versions, leak])


def reminded_of_what_is_not_due(seen: Observation) -> Observation:
    early = Arrival("xa", 95, "early", "Reminded", "XA-95", None, frozenset(), "inquiry/c3")
    return replace(seen, arrivals=[*seen.arrivals, early])


def told_twice_that_it_is_overdue(seen: Observation) -> Observation:
    again = Arrival("xb", 96, "late-c", "Overdue", "XB-96", None, frozenset(), "inquiry/c2")
    return replace(seen, arrivals=[*seen.arrivals, again])


@pytest.mark.parametrize(
    ("kind", "which", "plant"),
    [
        ("lost", "m1", without_arrival(1)),
        ("lost", "m9", without_arrival(9)),
        ("lost", "m9", without_row("e9")),
        ("lost", "m2", without_news("late-b")),
        ("lost", "m2", without_news("soon")),
        ("doubled", "m9", arriving_again(9)),
        ("doubled", "m2", told_twice_that_it_is_overdue),
        ("untraced", "m9", lambda seen: replace(seen, steps=[s for s in seen.steps if s.delivery != "e9"])),
        ("stuck", "m9", without_news("back-9")),
        ("stuck", "m1", without_news("back-1-0")),
        ("unasked", "m1", shown_on_a_page),
        ("unasked", "m3", reminded_of_what_is_not_due),
    ],
)
def test_a_fault_of_a_case_is_found(kind: Kind, which: str, plant: Callable[[Observation], Observation]) -> None:
    found = reconcile(plant(cases_in_order()))
    assert found.messages(kind) == {which}


def test_an_answer_of_a_case_that_overtook_another_is_disordered() -> None:
    seen = cases_in_order()
    one_case = [replace(m, matter="inquiry/c") if m.message_id in ("m2", "m3") else m for m in seen.handed]
    swapped = [replace(a, number=9) if a.delivery_id == "e2" else a for a in seen.arrivals]
    found = reconcile(replace(seen, handed=one_case, arrivals=swapped))
    assert found.messages("disordered") == {"m3"}


# -- both ---------------------------------------------------------------------------------------------------------


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
    span: dict[str, object] = {
        "trace_id": "t",
        "parent_id": None,
        "remote_parent": False,
        "service": "s",
        "name": "n",
        "attributes": {},
    }
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
