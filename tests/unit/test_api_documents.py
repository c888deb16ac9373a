"""docs/api: what is in it is what the code has, each type of message with an example that works."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy import api
from shared.contracts import notice
from shared.contracts.notice import SubmitNotice

CACHES = (api.examples, api._followed, api._commands)


@pytest.fixture(scope="module")
def files() -> Mapping[str, str]:
    return api.documents()


@pytest.fixture(autouse=True)
def looked_up_anew() -> Iterator[None]:
    yield
    for cached in CACHES:
        cached.cache_clear()


def without(monkeypatch: pytest.MonkeyPatch, kind: type) -> None:
    monkeypatch.setattr(notice, "EXAMPLES", tuple(one for one in notice.EXAMPLES if type(one) is not kind))
    for cached in CACHES:
        cached.cache_clear()


def test_nothing_in_them_is_stale_or_wrong(files: Mapping[str, str]) -> None:
    assert list(api.stale(files, api.FOLDER)) == []
    assert list(api.wrong()) == []


def test_they_are_the_same_each_time(files: Mapping[str, str]) -> None:
    assert api.documents() == files


def test_says_which_file_is_not_as_the_code_has_it(files: Mapping[str, str], tmp_path: Path) -> None:
    for name, content in {"asyncapi.yaml": "asyncapi: 2.0.0\n", "contracts/old.json": "{}"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    told = set(api.stale(files, tmp_path))
    assert told >= {
        "asyncapi.yaml: not as the code has it",
        "contracts/old.json: nothing makes it any more",
        "openapi/console.yaml: not as the code has it",
    }


def test_a_command_without_an_example_is_not_described(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, SubmitNotice)
    with pytest.raises(api.UndescribedError, match="SubmitNotice"):
        api.asyncapi()


def test_an_event_that_is_followed_and_has_no_example_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, notice.MeasureTaken)
    assert any("MeasureTaken is followed" in told for told in api.wrong())


def test_an_example_that_a_bridge_would_not_take_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (bridge,) = (one.bridge for one in api.built() if one.name == "bridge-kg")
    assert bridge is not None
    for kind in bridge.inward:
        document: dict[str, Any] = json.loads(api.fixture_of(bridge, kind).read_text(encoding="utf-8"))
        if kind == "inquiry":
            document.pop("number", None)
            document["message_type"] = "question"
        copy = tmp_path / bridge.country / api.fixture_of(bridge, kind).name
        copy.parent.mkdir(exist_ok=True)
        if kind != "revocation":
            copy.write_text(json.dumps(document), encoding="utf-8")
    monkeypatch.setattr(api, "FIXTURES", tmp_path)
    monkeypatch.setattr(api, "_REPOSITORY", tmp_path)
    told = "\n".join(api._untaken(bridge))
    assert "revocation has no example" in told
    assert "message_type is not inquiry" in told


def test_each_message_goes_where_its_service_puts_it(files: Mapping[str, str]) -> None:
    channels = yaml.safe_load(files["asyncapi.yaml"])["channels"]
    on = {name: set(channel["messages"]) for name, channel in channels.items()}
    assert {"SubmitNotice", "RecordCaseDelivery", "RedriveParked"} <= on["reporting.commands.v1"]
    assert {"NoticeSubmitted", "CaseMessageDelivered", "CommandRefused"} <= on["reporting.events.v1"]
    assert {"MessageDelivered", "CommandRefused"} <= on["bridge-cc.events.v1"]
    assert on["publication.register.v1"] == {"RegisterEntry"}
    assert not {"SubmitNotice", "InquiryAsked", "RegisterEntry"} & on["reporting.events.v1"]
    bridge_follows = yaml.safe_load(files["asyncapi.yaml"])["operations"]["bridge-cc.receive.inquiry.events.v1"]
    assert {"$ref": "#/channels/inquiry.events.v1/messages/InquiryAsked"} in bridge_follows["messages"]


def test_a_bridge_shows_an_example_of_each_type_it_takes(files: Mapping[str, str]) -> None:
    for one in api.built():
        if one.bridge is not None:
            described = yaml.safe_load(files[f"openapi/{one.name}.yaml"])
            body = described["paths"]["/v1/messages"]["post"]["requestBody"]["content"]["application/json"]
            assert set(body["examples"]) == set(one.bridge.inward)


def test_every_operation_answers_errors_as_problems(files: Mapping[str, str]) -> None:
    for name in (name for name in files if name.startswith("openapi/")):
        for path in yaml.safe_load(files[name])["paths"].values():
            for operation in path.values():
                assert "application/problem+json" in operation["responses"]["default"]["content"]
                assert "422" not in operation["responses"]
