"""Metrics: a closed list, told alike by the code, by docs/metrics.md and by what is made of them."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import yaml
from aiokafka import TopicPartition
from faststream.kafka import KafkaBroker
from prometheus_client import REGISTRY, generate_latest
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.parser import text_string_to_metric_families

from deploy.local.layout import agreements_folder, lay_out, topics_file
from services.bridge_jp.app import BRIDGE as JP
from shared.agreements import load_agreements
from shared.messaging.consumers import Consuming
from shared.messaging.publisher import BrokerUnavailable
from shared.messaging.retrying import Retrying
from shared.telemetry import metrics
from shared.topics import load_topics
from tests.bridge_builders import Border, accreditation, running
from tests.unit.test_bridge_delivery import Receiver, due, handler

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
ROW = re.compile(r"^\| `([a-z_]+)` \| (counter|gauge|histogram) \| ([^|]*)\| (sum|max) \| \S", re.MULTILINE)
NAME = re.compile(r"\b(?:kakehashi|process|python)_[a-z_]+\b")


def told() -> dict[str, tuple[str, frozenset[str]]]:
    """Type and labels of each metric by name, as the page has them."""
    page = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    rows = ROW.findall(page)
    assert len(rows) == len({name for name, *_ in rows})
    return {name: (kind, frozenset(re.findall(r"`(\w+)`", labels))) for name, kind, labels, _ in rows}


def ours() -> dict[str, MetricWrapperBase]:
    """Those of the code, by the name in the output."""
    return {
        family.name + ("_total" if family.type == "counter" else ""): one
        for one in metrics.all_metrics()
        for family in one.collect()
    }


def families(text: str) -> dict[str, str]:
    """Type by name, as a service's output has them."""
    return {
        family.name + ("_total" if family.type == "counter" else ""): family.type
        for family in text_string_to_metric_families(text)
    }


# -- the list -----------------------------------------------------------------------------------------------------


def test_the_page_tells_each_metric_with_its_type_and_labels() -> None:
    code = {name: (one._type, frozenset(one._labelnames)) for name, one in ours().items()}
    assert {name: row for name, row in told().items() if name.startswith("kakehashi_")} == code


def test_a_process_shows_what_the_page_tells_and_nothing_else() -> None:
    shown = generate_latest().decode()
    assert families(shown) == {name: kind for name, (kind, _) in told().items()}
    assert "_created" not in shown


def test_no_other_module_makes_a_metric() -> None:
    makers = re.compile(r"prometheus_client import .*(?:Counter|Gauge|Histogram|Summary|Info|Enum)\b")
    found = [
        str(path.relative_to(ROOT))
        for folder in ("shared", "services", "deploy")
        for path in (ROOT / folder).rglob("*.py")
        if makers.search(path.read_text(encoding="utf-8"))
    ]
    assert found == ["shared/telemetry/metrics.py"]


def test_names_and_units_are_prometheus_own() -> None:
    for name, one in ours().items():
        assert name.startswith("kakehashi_")
        assert (one._type == "counter") == name.endswith("_total")
        assert not re.search(r"_(ms|millis|minutes|kb|mb|percent)(_|$)", name)
        assert one._type != "histogram" or name.endswith(("_seconds", "_records"))


def test_labels_take_few_values() -> None:
    bounded = {"service", "topic", "partition", "outcome", "kind", "result", "cause", "outbox", "type"}
    assert {label for one in ours().values() for label in one._labelnames} <= bounded


# -- lag ----------------------------------------------------------------------------------------------------------

HERE, THERE = TopicPartition("counting.commands.v1", 0), TopicPartition("counting.commands.v1", 1)


class Consumer:
    """What the lag is read from: positions and high-water marks of the assigned partitions."""

    def __init__(self, **known: tuple[int, int | None]) -> None:
        self.known = {TopicPartition("counting.commands.v1", int(name[1:])): marks for name, marks in known.items()}

    def assignment(self) -> set[TopicPartition]:
        return set(self.known)

    async def position(self, place: TopicPartition) -> int:
        return self.known[place][0]

    def highwater(self, place: TopicPartition) -> int | None:
        return self.known[place][1]

    async def commit(self, offsets: Any) -> None:
        await asyncio.sleep(0)


class Nothing:
    """A processor and reactions that do nothing, until `go` is set where it is given."""

    commands_topic = "counting.commands.v1"
    topics: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.go = asyncio.Event()

    async def process(self, records: Any) -> None:
        await self.go.wait()

    def committed(self, partition: int, offset: int) -> None:
        pass


@pytest.fixture
def kernel() -> Nothing:
    return Nothing()


@pytest.fixture
def consuming(kernel: Any) -> Consuming:
    return Consuming("counting", KafkaBroker(), kernel, kernel, 500, Retrying("counting"))


def reads(consuming: Consuming, consumer: Consumer | None) -> None:
    consuming._subscribers[:] = [SimpleNamespace(consumer=consumer)]


def record(place: TopicPartition, offset: int) -> Any:
    return SimpleNamespace(topic=place.topic, partition=place.partition, offset=offset)


async def test_lag_is_what_is_left_up_to_the_high_water_mark(consuming: Consuming) -> None:
    reads(consuming, Consumer(p0=(10, 10), p1=(10, 35)))
    assert await consuming.behind() == {HERE: 0, THERE: 25}


async def test_what_is_in_work_is_still_behind_until_its_commit(consuming: Consuming, kernel: Nothing) -> None:
    consumer = Consumer(p0=(12, 12), p1=(13, 13))
    reads(consuming, consumer)
    batch = [record(HERE, 10), record(HERE, 11), record(THERE, 12)]
    await consuming._process(consumer, batch)
    await asyncio.sleep(0)
    assert await consuming.behind() == {HERE: 2, THERE: 1}
    kernel.go.set()
    await consuming.finished()
    assert await consuming.behind() == {HERE: 0, THERE: 0}


async def test_a_partition_never_fetched_from_has_no_lag_to_tell(consuming: Consuming) -> None:
    reads(consuming, Consumer(p0=(10, None), p1=(10, 11)))
    assert await consuming.behind() == {THERE: 1}
    reads(consuming, None)
    assert await consuming.behind() == {}


async def test_a_partition_that_went_to_another_instance_is_told_of_there_only(
    consuming: Consuming, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.consumers.MEASURED_EVERY", 0.01)
    reads(consuming, Consumer(p0=(1, 3), p1=(1, 5)))
    measuring = asyncio.create_task(consuming.measure())
    try:
        await until_lag({"0": 2.0, "1": 4.0})
        reads(consuming, Consumer(p1=(5, 5)))
        await until_lag({"1": 0.0})
    finally:
        measuring.cancel()


async def until_lag(expected: dict[str, float]) -> None:
    for _ in range(200):
        (family,) = metrics.CONSUMER_LAG.collect()
        found = {s.labels["partition"]: s.value for s in family.samples if s.labels["service"] == "counting"}
        if found == expected:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(found)


# -- what is made of them -----------------------------------------------------------------------------------------


def without_suffix(name: str) -> str:
    return re.sub(r"_(bucket|count|sum)$", "", name)


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((DEPLOY / "prometheus" / "rules.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def dashboards() -> list[Path]:
    return sorted((DEPLOY / "grafana" / "dashboards").glob("*.json"))


def panels() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in dashboards():
        for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]:
            if panel["type"] != "row":
                yield f"{path.stem}: {panel['title']}", panel


def test_alerts_and_panels_ask_for_metrics_of_the_list_only() -> None:
    asked = {name for rule in rules() for name in NAME.findall(rule["expr"])}
    for _, panel in panels():
        asked |= {name for target in panel["targets"] for name in NAME.findall(target["expr"])}
    known = told()
    assert {name for name in asked if name not in known and without_suffix(name) not in known} == set()


def test_every_metric_of_ours_is_asked_for_by_a_panel_or_an_alert() -> None:
    texts = [path.read_text() for path in dashboards()] + [rule["expr"] for rule in rules()]
    asked = {name for text in texts for name in NAME.findall(text)}
    assert set(ours()) - {without_suffix(name) for name in asked} - asked == set()


def test_what_every_instance_tells_alike_is_never_summed_up() -> None:
    page = (ROOT / "docs" / "metrics.md").read_text()
    alike = {name for name, *_, over in ROW.findall(page) if over == "max" and name.startswith("kakehashi_")}
    exprs = [rule["expr"] for rule in rules()]
    exprs += [target["expr"] for _, panel in panels() for target in panel["targets"]]
    for name in alike:
        for expr in exprs:
            assert name not in expr or re.search(rf"max by \([a-z, ]+\) \({name}\b", expr), expr


@pytest.mark.parametrize("title", [title for title, _ in panels()])
def test_a_panel_has_a_unit_and_a_description(title: str) -> None:
    panel = dict(panels())[title]
    assert len(panel["description"]) > 20
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert panel["targets"]
    assert all(target["legendFormat"] or panel["type"] == "stat" for target in panel["targets"])


def test_the_dashboards_are_told_apart_and_provisioned() -> None:
    loaded = [json.loads(path.read_text()) for path in dashboards()]
    assert [board["uid"] for board in loaded] == [f"kakehashi-{path.stem}" for path in dashboards()]
    assert {path.stem for path in dashboards()} == {"overview", "service", "border", "kernel"}
    provisioning = DEPLOY / "grafana" / "provisioning"
    sources = yaml.safe_load((provisioning / "datasources" / "datasources.yml").read_text())["datasources"]
    used = {target["datasource"]["uid"] for _, panel in panels() for target in panel["targets"]}
    assert used <= {source["uid"] for source in sources}
    for board in loaded:
        ids = [panel["id"] for panel in board["panels"]]
        assert len(set(ids)) == len(ids)
        for panel in board["panels"]:
            place = panel["gridPos"]
            assert 0 <= place["x"] <= place["x"] + place["w"] <= 24


def test_an_alert_says_what_is_wrong_how_bad_it_is_and_what_to_do() -> None:
    page = (ROOT / "docs" / "metrics.md").read_text()
    for rule in rules():
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert {"summary", "description"} <= rule["annotations"].keys()
        assert f"`{rule['alert']}`" in page


def test_each_alert_is_tested_both_firing_and_at_rest() -> None:
    tests = yaml.safe_load((DEPLOY / "prometheus" / "rules.test.yml").read_text())["tests"]
    asked = [one for test in tests for one in test["alert_rule_test"]]
    names = {rule["alert"] for rule in rules()}
    assert {one["alertname"] for one in asked if one["exp_alerts"]} == names
    assert {one["alertname"] for one in asked if not one["exp_alerts"]} == names


def test_prometheus_asks_every_service_where_it_listens() -> None:
    config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())
    (job,) = [job for job in config["scrape_configs"] if job["job_name"] == "kakehashi"]
    asked = {name: one["port"] for one in job["dns_sd_configs"] for name in one["names"]}
    layout = lay_out(load_agreements(agreements_folder()), 8080)
    assert asked == {place.name: place.port for place in layout.services}


def test_no_service_goes_missing_without_an_alert() -> None:
    (rule,) = [rule for rule in rules() if rule["alert"] == "ServiceMissing"]
    layout = lay_out(load_agreements(agreements_folder()), 8080)
    assert set(re.findall(r'service="([a-z-]+)"', rule["expr"])) == {place.name for place in layout.services}


def test_topics_in_panels_are_none_in_particular() -> None:
    """A further country is no new dashboard."""
    countries = load_agreements(agreements_folder()).countries
    names = [topic.name for topic in load_topics(topics_file(), countries)]
    for path in dashboards():
        text = path.read_text()
        assert [name for name in names if name in text] == []


# -- the border ---------------------------------------------------------------------------------------------------

DELIVERED_TYPE = "SendingOrganizationAccredited"


class Attempts:
    """How many attempts at a delivery counted since it was made, by outcome; and receipts with their seconds."""

    def __init__(self, event_type: str = DELIVERED_TYPE) -> None:
        self._type = event_type
        self._before = self._now()

    def _now(self) -> dict[str, float]:
        labels = {"service": "bridge-jp", "type": self._type}
        now = {
            outcome: REGISTRY.get_sample_value("kakehashi_deliveries_total", labels | {"outcome": outcome}) or 0.0
            for outcome in metrics.DELIVERED
        }
        for part in ("count", "sum"):
            now[part] = REGISTRY.get_sample_value(f"kakehashi_delivery_duration_seconds_{part}", labels) or 0.0
        return now

    @property
    def since(self) -> dict[str, float]:
        now = {name: value - self._before[name] for name, value in self._now().items()}
        return {name: value for name, value in now.items() if value}


@pytest.fixture
async def border() -> AsyncIterator[Border]:
    async with running(Border(bridge=JP)) as border:
        yield border


async def test_deliveries_count_by_outcome_and_take_their_time_from_the_acceptance(border: Border) -> None:
    attempts, receiver = Attempts(), Receiver()
    receiver.refuse = {"e-2"}
    group = [due(1), due(2), due(3, classification="protected")]
    await handler(border, receiver)(group)
    assert attempts.since == {
        **{"delivered": 1, "refused": 1, "withheld": 1},
        # Accepted at nine by the evidence, received a second later by the receipt.
        **{"count": 1, "sum": 1.0},
    }


async def test_an_attempt_without_a_receipt_counts_each_time_and_a_receipt_once(border: Border) -> None:
    attempts = Attempts()
    for status in (500, 503):
        await handler(border, lambda _, status=status: httpx.Response(status))([due(1)])  # type: ignore[misc]
    assert attempts.since == {"unanswered": 2}
    deliver = handler(border, Receiver())
    # By two workers at once, as after a lease that ran out.
    await asyncio.gather(*(deliver([due(1, attempt=attempt)]) for attempt in (3, 4)))
    assert attempts.since == {"unanswered": 2, "delivered": 1, "count": 1, "sum": 1.0}


async def test_every_outcome_is_there_at_zero_so_that_the_first_one_is_an_increase(border: Border) -> None:
    handler(border, Receiver())
    for event in JP.outward:
        for outcome in metrics.DELIVERED:
            labels = {"service": "bridge-jp", "type": event.__name__, "outcome": outcome}
            assert REGISTRY.get_sample_value("kakehashi_deliveries_total", labels) is not None


async def test_a_type_that_the_bridge_does_not_know_is_no_label(border: Border) -> None:
    other = Attempts("other")
    unknown = due(1)
    await handler(border, Receiver())([replace(unknown, data=dict(unknown.data) | {"event_type": "Invented"})])
    assert other.since == {"untranslatable": 1}
    assert "Invented" not in generate_latest().decode()


async def test_what_is_handed_in_counts_by_matter_and_outcome() -> None:
    def taken() -> dict[tuple[str, str], float]:
        labels = {"service": "bridge-kg"}
        return {
            (kind, outcome): REGISTRY.get_sample_value(
                "kakehashi_intake_messages_total", labels | {"kind": kind, "outcome": outcome}
            )
            or 0.0
            for kind in ("sending-organization", "none")
            for outcome in metrics.TAKEN
        }

    async with running(Border()) as border:
        before = taken()
        await border.hand_in([accreditation(), accreditation("M-2"), accreditation("M-3", stat_sub_code="20011567")])
        await border.hand_in(accreditation())
        assert {of: value - before[of] for of, value in taken().items() if value != before[of]} == {
            ("sending-organization", "accepted"): 2,
            ("sending-organization", "duplicate"): 1,
            ("none", "rejected"): 1,
        }


async def test_the_ledgers_outbox_ages_until_kafka_has_its_commands() -> None:
    async with running(Border()) as border:
        assert border.ledger.unpublished_for() == 0
        border.sender.down = True
        await border.hand_in(accreditation())
        for _ in range(2):  # trying again does not make it young
            border.clock.move(timedelta(seconds=45))
            with pytest.raises(BrokerUnavailable):
                await border.ledger.publish_oldest()
        assert border.ledger.unpublished_for() == 90
        border.sender.down = False
        while await border.ledger.publish_oldest():
            pass
        assert border.ledger.unpublished_for() == 0
