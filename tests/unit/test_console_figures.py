"""What the console tells of metrics, of parked payloads, and of what needs an operator."""

from __future__ import annotations

import json
import string
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prometheus_client import generate_latest

from services.console.figures import (
    Figures,
    country_of_stream,
    flows,
    kind_of_stream,
    kind_of_type,
    read_figures,
)
from services.console.frame import Manner, languages
from services.console.overview import attention
from services.console.sealed import payload_of
from services.console.watch import Seen
from shared.contracts.sending_organization import stream_of
from tests.case_builders import FRAUD_STREAM, INQUIRY_STREAM, NOTICE_STREAM, REPORT_STREAM, SEALED
from tests.console_builders import BORDER, METRICS, NOW


def border(**told: Any) -> Figures:
    values = {"name": "bridge-kg", "lag": 0, "parked": 0, "held": 1, "started": NOW.timestamp()} | told
    return read_figures((METRICS + BORDER).format(**values))


# -- metrics ------------------------------------------------------------------------------------------------------


def test_lag_is_added_up_by_topic_over_partitions() -> None:
    figures = border(lag=7)
    assert figures.lag == {"bridge-kg.commands.v1": 8}
    assert (figures.lag_total, figures.most_behind) == (8, "bridge-kg.commands.v1")


def test_nothing_is_most_behind_where_nothing_waits() -> None:
    assert Figures(lag={"a": 0, "b": 0}).most_behind is None


def test_deliveries_count_by_matter_and_attempts_without_a_receipt_are_none() -> None:
    figures = border()
    assert figures.deliveries["sending-organization", "delivered"] == 32
    assert figures.deliveries["receipts", "unanswered"] == 12
    rows = {flow.kind: flow for flow in flows({"kg": figures}, [], {})}
    assert (rows["receipts"].delivered, rows["receipts"].undelivered) == (74, 0)
    assert rows["misconduct-report"].undelivered == 1


def test_only_deliveries_that_are_due_are_undelivered() -> None:
    other = 'kakehashi_intents_due{service="bridge-kg",kind="remind"} 40.0\n'
    figures = read_figures(BORDER.format(name="bridge-kg", held=0) + other)
    assert (figures.undelivered, figures.undelivered_age) == (2, 95.5)


def test_when_the_process_was_started_is_told_in_utc() -> None:
    assert border().started == NOW


def test_a_real_services_metrics_can_be_read() -> None:
    assert read_figures(generate_latest().decode()).started is not None


def test_what_is_no_metrics_text_is_an_error() -> None:
    with pytest.raises(ValueError, match="could not convert"):
        read_figures("kakehashi_parked_messages{ nonsense\n")


# -- kinds and countries ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stream", "kind", "country"),
    [
        (stream_of("kg", "0142"), "sending-organization", "kg"),
        (f"delivery/{stream_of('kg', '0142')}", "sending-organization", "kg"),
        (REPORT_STREAM, "misconduct-report", "kg"),
        (FRAUD_STREAM, "test-fraud-report", "kg"),
        (NOTICE_STREAM, "notice", "kg"),
        (f"delivery/{INQUIRY_STREAM}", "inquiry", "kg"),
        ("field-acceptance/jp/food-service", "field-acceptance", "jp"),
        ("reaction/registry.events.v1/sending-organization/kg/0142", "sending-organization", "kg"),
        ("register-entry/jp/sending-organizations/kg-0142", "receipts", "jp"),
        ("delivery/resemblance/jp-kg/kg/6e340b9c", "resemblance", "kg"),
        ("delivery/resemblance/jp-kg/both/6e340b9c", "resemblance", None),
        ("reported-subjects/jp-kg/notice/jp-1", "resemblance", None),
        ("receipt/35d30e0b", "receipts", None),
        ("unreadable/registry.commands.v1/3/41", "other", None),
    ],
)
def test_a_stream_tells_the_matter_and_the_country_it_comes_from(stream: str, kind: str, country: str | None) -> None:
    assert kind_of_stream(stream) == kind
    assert country_of_stream(stream, ["jp", "kg"]) == country


def test_commands_and_events_are_of_their_contracts_matter() -> None:
    assert kind_of_type("AmendSendingOrganization") == "sending-organization"
    assert kind_of_type("InquiryOverdue") == "inquiry"
    assert kind_of_type("FieldSuspensionWithdrawn") == "field-acceptance"
    assert kind_of_type("TestFraudReportAcknowledged") == "test-fraud-report"
    assert kind_of_type("MeasureTaken") == "notice"
    assert kind_of_type("MessageDelivered") == "receipts"


def test_parked_and_held_stand_in_the_row_of_their_country_and_kind() -> None:
    rows = flows(
        {"jp": Figures(), "kg": Figures()}, [stream_of("kg", "1"), REPORT_STREAM], {("jp", "support-organizations"): 2}
    )
    assert [(row.country, row.kind, row.parked, row.held) for row in rows] == [
        ("jp", "support-organizations", 0, 2),
        ("kg", "sending-organization", 1, 0),
        ("kg", "misconduct-report", 1, 0),
    ]


def test_nothing_has_no_row() -> None:
    assert flows({"jp": Figures(handed_in={("inquiry", "accepted"): 0})}, [], {}) == []


# -- what needs an operator ---------------------------------------------------------------------------------------


def seen(name: str, condition: Any = "ready", **figures: Any) -> Seen:
    return Seen(name, condition, NOW, longer=False, figures=Figures(**figures))


def test_all_is_well_where_nothing_waits() -> None:
    assert (
        attention([seen("registry", lag={"t": 1000}), seen("bridge-jp", undelivered=3)], {"bridge-jp": "jp"}, []) == []
    )


def test_the_worst_stands_first() -> None:
    told = attention(
        [
            seen("registry", parked=2),
            seen("bridge-jp", held=1, undelivered=4, undelivered_age=301),
            seen("inquiry", "not-ready"),
            seen("reporting", outbox_age=61),
            seen("publication", "down"),
        ],
        {"bridge-jp": "jp"},
        ["registry", "bridge-jp"],
    )
    assert [one.what for one in told] == ["down", "not_ready", "outbox", "parked", "held", "late"]


def test_what_waits_where_the_operator_may_not_look_is_not_the_operators() -> None:
    assert attention([seen("bridge-kg", parked=2, held=1)], {"bridge-kg": "kg"}, ["registry"]) == []


def test_the_last_figures_of_a_service_that_is_down_alarm_nobody() -> None:
    assert [one.what for one in attention([seen("registry", "down", parked=2)], {}, ["registry"])] == ["down"]


# -- payloads -----------------------------------------------------------------------------------------------------


def record(value: bytes | None) -> dict[str, Any]:
    try:
        return {"value": None if value is None else {"text": value.decode()}}
    except UnicodeDecodeError:
        return {"value": {"base64": "/w=="}}


def test_sealed_parts_of_a_payload_stay_sealed_wherever_they_stand() -> None:
    data = {"report": {"affected_persons": SEALED, "note": [f"as {SEALED} says"]}, "place": "Ош"}
    shown = payload_of(record(json.dumps(data).encode()), "[sealed]")
    assert json.loads(shown) == {
        "report": {"affected_persons": "[sealed]", "note": ["as [sealed] says"]},
        "place": "Ош",
    }
    assert payload_of(record(f"cut off: {SEALED}".encode()), "[sealed]") == "cut off: [sealed]"


def test_a_payload_that_is_no_json_is_shown_as_it_is() -> None:
    assert payload_of(record(b"{not json"), "") == "{not json"
    assert payload_of(record(b"\xff"), "") == "/w=="
    assert payload_of(record(None), "") == ""


# -- texts --------------------------------------------------------------------------------------------------------


def leaves(texts: Mapping[str, Any], under: str = "") -> Iterator[tuple[str, str]]:
    for name, value in texts.items():
        if isinstance(value, Mapping):
            yield from leaves(value, f"{under}/{name}")
        elif isinstance(value, str):
            yield f"{under}/{name}", value


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_language_says_all_of_it_with_the_same_places() -> None:
    english = dict(leaves(languages()["en"].texts))
    assert set(languages()) == {"en", "ja", "ky", "ru"}
    for language in languages().values():
        told = dict(leaves(language.texts))
        assert told.keys() == english.keys(), language.tag
        assert {name: places(text) for name, text in told.items()} == {n: places(t) for n, t in english.items()}
        assert all(told.values())


def test_nothing_but_english_is_left_in_english() -> None:
    same = {"/moment", "/thousands", "/nav"}
    english = {text for name, text in leaves(languages()["en"].texts) if name not in same and len(text) > 3}
    for tag in ("ja", "ky", "ru"):
        left = {name for name, text in leaves(languages()[tag].texts) if text in english}
        assert left <= same, (tag, left)


def manner(now: datetime = NOW) -> Manner:
    return Manner(languages()["en"], UTC, now, {"jp": {"en": "Japan", "ja": "日本"}})


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.0124, "12 ms"),
        (1, "1 s"),
        (59.9, "59 s"),
        (3600, "1 h"),
        (3661, "1 h 1 min"),
        (90_061, "1 d 1 h"),
        (-2, "0 ms"),
    ],
)
def test_a_duration_is_told_in_its_two_largest_units(seconds: float, told: str) -> None:
    assert manner().duration(seconds) == told


def test_a_moment_has_its_day_unless_that_is_today() -> None:
    assert ">15:00:00</time>" in manner().when(NOW)
    assert ">2 March 2026 15:00:00</time>" in manner(NOW + timedelta(days=1)).when(NOW)
    assert manner().when(None) == "–"
