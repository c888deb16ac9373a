"""docker-compose.yml and the image describe the system that the local stack runs. No engine is needed to see that."""

from __future__ import annotations

import json
import re
import stat
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.containers.healthy import ready
from deploy.containers.keys import make
from deploy.local import kafka
from deploy.local.layout import CONSOLE, DEFAULT_FIRST_PORT, Layout, Place, agreements_folder, lay_out, service_process
from deploy.local.state import State
from shared.agreements import load_agreements
from shared.security.keys import signing_key

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "deploy" / "containers" / "Dockerfile").read_text()
COLLECTOR: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "opentelemetry" / "collector.yml").read_text())
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())

ONE_SHOT = {"topics", "database-init"}
NOT_IN_CONTAINERS = {
    "KAKEHASHI_INSTANCE": "a container that is scaled has no name of its own that lasts",
    "KAKEHASHI_TRACES": "spans go to the collector",
    "KAKEHASHI_LOGINS": "whoever can open this console is not let in for that",
}


def layout() -> Layout:
    return lay_out(load_agreements(agreements_folder()), DEFAULT_FIRST_PORT)


def ours() -> Mapping[str, dict[str, Any]]:
    """The containers of our own image that run a service."""
    return {name: one for name, one in SERVICES.items() if str(one.get("command", [""])[2:3]).find("services.") > 0}


def places() -> Mapping[str, Place]:
    return {place.name: place for place in layout().services}


# -- the same system ----------------------------------------------------------------------------------------------


def test_there_is_a_container_for_each_service_of_the_local_stack_and_for_no_other() -> None:
    assert ours().keys() == places().keys()


@pytest.mark.parametrize("name", sorted(ours()))
def test_a_service_is_started_as_in_the_local_stack(name: str, tmp_path: Path) -> None:
    place = places()[name]
    local = dict(service_process(place, layout(), State(tmp_path), "kafka", "mongodb").environment)
    here = SERVICES[name]["environment"]
    assert SERVICES[name]["command"] == ["python", "-m", place.package]
    # The console writes no spans; it tells where those of the others are.
    traces = "KAKEHASHI_TRACE_LINK" if name == CONSOLE else "OTEL_EXPORTER_OTLP_ENDPOINT"
    assert here.keys() == local.keys() - NOT_IN_CONTAINERS.keys() | {traces}
    for same in ("KAKEHASHI_DATABASE", "KAKEHASHI_HTTP_PORT"):
        assert here.get(same) == local.get(same)


def test_the_console_asks_every_other_service_where_it_is() -> None:
    asked = json.loads(SERVICES[CONSOLE]["environment"]["KAKEHASHI_SERVICES"])
    there = {name: f"http://{name}:{place.port}" for name, place in places().items() if name != CONSOLE}
    assert asked == there


def test_stand_ins_for_national_systems_are_there_for_the_demo_only() -> None:
    nationals = {place.name: place for place in layout().nationals}
    assert {name for name, one in SERVICES.items() if one.get("profiles") == ["demo"]} == nationals.keys()
    assert {name for name, one in SERVICES.items() if "profiles" in one} == nationals.keys()
    for place in nationals.values():
        command = SERVICES[place.name]["command"]
        assert command[2:] == [
            *("deploy.national", "--country", place.country, "--host", "0.0.0.0", "--port", str(place.port)),  # noqa: S104
            *("--state", "/var/lib/kakehashi"),
        ]
        url = SERVICES[f"bridge-{place.country}"]["environment"]["KAKEHASHI_NATIONAL_URL"]
        assert url.endswith(f":-http://{place.name}:{place.port}}}")


def test_kafka_is_the_local_stacks_in_version_and_settings(tmp_path: Path) -> None:
    assert SERVICES["kafka"]["image"].split("@")[0] == f"apache/kafka:{kafka.VERSION}"
    properties = kafka.Kafka(tmp_path, 1, 2, log=tmp_path / "log")._properties()
    local = dict(line.split("=", 1) for line in properties.splitlines())
    here = SERVICES["kafka"]["environment"]
    same = {name for name in local if _variable(name) in here} - {
        "advertised.listeners",
        "controller.quorum.voters",
        "listeners",
        "log.dirs",
    }
    assert {"auto.create.topics.enable", "message.max.bytes", "min.insync.replicas"} <= same
    assert {name: here[_variable(name)] for name in same} == {name: local[name] for name in same}


def _variable(name: str) -> str:
    return "KAFKA_" + name.upper().replace(".", "_")


def test_topics_come_from_their_declaration_before_any_service_starts() -> None:
    assert SERVICES["topics"]["command"] == ["python", "-m", "deploy.containers.topics"]
    for one in ours().values():
        assert {name: on["condition"] for name, on in one["depends_on"].items()} == dict.fromkeys(
            ONE_SHOT, "service_completed_successfully"
        )


def test_the_database_is_a_replica_set_of_mongodb_7_or_newer() -> None:
    image, version = SERVICES["database"]["image"].split("@")[0].split(":")
    assert image == "mongo"
    assert int(version.split(".")[0]) >= 7
    name = SERVICES["database"]["command"][2]
    script = SERVICES["database-init"]["command"][-1]
    assert f'_id: "{name}"' in script
    for one in (one for service, one in ours().items() if service != CONSOLE):
        assert one["environment"]["MONGODB_URI"] == f"mongodb://database:27017/?replicaSet={name}"


def test_what_else_belongs_to_it_is_there() -> None:
    assert {"otel-collector", "jaeger", "prometheus", "alertmanager", "grafana"} <= SERVICES.keys()


# -- hardened -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_image_is_pinned_to_a_version(name: str) -> None:
    assert re.fullmatch(r"[a-z/-]+:v?\d+\.\d+\.\d+(@sha256:[0-9a-f]{64})?", SERVICES[name]["image"])


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_nothing_runs_as_root_or_could_become_it(name: str) -> None:
    one = SERVICES[name]
    assert all(int(part) > 0 for part in one["user"].split(":"))
    assert one["cap_drop"] == ["ALL"]
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert not one.keys() & {"privileged", "cap_add", "devices", "pid", "network_mode"}


def test_file_systems_are_read_only_but_for_kafkas_whose_start_writes_its_settings() -> None:
    assert {name for name, one in SERVICES.items() if not one.get("read_only")} == {"kafka"}


def test_everything_that_stays_has_a_health_check_but_the_collector_whose_image_has_no_program_to_ask_with() -> None:
    without = {name for name, one in SERVICES.items() if one["healthcheck"].get("disable")}
    assert without == ONE_SHOT | {"otel-collector"}
    for name in SERVICES.keys() - without:
        check = SERVICES[name]["healthcheck"]
        assert check["test"][0] == "CMD"
        assert {"interval", "timeout", "start_period", "retries"} <= check.keys()


def test_only_what_people_and_national_systems_use_is_published_and_on_this_machine_only() -> None:
    published = {name: port for name, one in SERVICES.items() for port in one.get("ports", [])}
    for port in published.values():
        address, outer, inner = port.split(":")
        assert (address, outer) == ("127.0.0.1", inner)
    bridges = {place.name for place in layout().services if place.country}
    pages = {"publication", "console", "grafana", "jaeger", "prometheus", "alertmanager"}
    assert published.keys() == bridges | pages
    for name in bridges | {"publication", "console"}:
        assert published[name].endswith(f":{places()[name].port}")


def test_what_is_not_published_cannot_be_reached_from_outside() -> None:
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    outside = {name for name, one in SERVICES.items() if "outside" in one["networks"]}
    nationals = {place.name for place in layout().nationals}
    assert outside == nationals | {name for name, one in SERVICES.items() if "ports" in one}


def test_a_bridge_alone_has_private_keys_and_its_own() -> None:
    for name, one in SERVICES.items():
        secrets = set(one.get("secrets", []))
        if name.startswith("bridge-"):
            assert secrets == {f"{name}-keys"}
            assert one["environment"]["KAKEHASHI_PRIVATE_KEYS"] == f"/run/secrets/{name}-keys"
            country = name.removeprefix("bridge-")
            assert COMPOSE["secrets"][f"{name}-keys"]["file"].endswith(f"/{country}.private.json")
        else:
            assert secrets <= {"grafana-admin-password"}
        assert not any(".private." in volume for volume in one.get("volumes", []))


def test_no_secret_stands_in_the_file() -> None:
    for one in SERVICES.values():
        for name, value in one.get("environment", {}).items():
            if re.search(r"PASSWORD|SECRET|TOKEN|PRIVATE", name):
                assert value.startswith("/run/secrets/")
            assert not re.search(r"://[^/@]+:[^/@]+@", str(value))
    assert all(set(secret) == {"file"} for secret in COMPOSE["secrets"].values())


def test_what_is_mounted_from_the_project_is_there() -> None:
    for one in SERVICES.values():
        for volume in one.get("volumes", []):
            source, _, rest = volume.partition(":/")
            if source.startswith("./"):
                assert (ROOT / source).exists(), volume
                assert rest.endswith(":ro"), volume
            elif not source.startswith("$"):
                assert source in COMPOSE["volumes"], volume


def test_the_specifications_schema_finds_a_fault(tmp_path: Path) -> None:
    wrong = tmp_path / "docker-compose.yml"
    for content, fault in ((COMPOSE, False), (COMPOSE | {"services": {"x": {"imagine": "x"}}}, True)):
        wrong.write_text(yaml.safe_dump(content))
        argv = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(wrong)]
        assert bool(subprocess.run(argv, capture_output=True, check=False).returncode) is fault


# -- the image ----------------------------------------------------------------------------------------------------


def test_the_image_is_built_from_what_is_locked_without_development_tools_and_without_root() -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert re.findall(r"^ARG UV_VERSION=(.+)$", DOCKERFILE, re.MULTILINE) == re.findall(
        r"^UV_VERSION := (.+)$", makefile, re.MULTILINE
    )
    bases = set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE))
    (base,) = bases
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-[a-z]+@sha256:[0-9a-f]{64}", base)
    syncs = re.findall(r"uv sync (.+)$", DOCKERFILE, re.MULTILINE)
    assert all({"--frozen", "--no-default-groups"} <= set(sync.split()) for sync in syncs)
    assert len(syncs) == 2
    run = DOCKERFILE.split("FROM")[-1]
    assert re.search(r"^USER 10001:10001$", run, re.MULTILINE)
    assert {one["user"] for one in ours().values()} == {"10001:10001"}


def test_the_images_tag_is_the_projects_version() -> None:
    images = {one["image"] for one in SERVICES.values() if "build" in one}
    assert images == {f"kakehashi:{PROJECT['project']['version']}"}


def test_what_runs_in_a_container_imports_nothing_that_is_not_installed_there() -> None:
    names = {re.split(r"[=><\[]", line)[0] for group in PROJECT["dependency-groups"].values() for line in group}
    modules = sorted({name.replace("-", "_") for name in names} | {"secantus"})
    wanted = [f"{place.package}.app" for place in layout().services]
    wanted += ["deploy.national.app", "deploy.containers.topics", "deploy.containers.healthy"]
    program = (
        "import importlib, sys\n"
        f"sys.modules.update(dict.fromkeys({modules!r}))\n"  # None there: an import raises
        f"for name in {wanted!r}: importlib.import_module(name)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr


def test_only_what_the_image_needs_is_sent_to_its_building() -> None:
    ignored = (ROOT / "deploy" / "containers" / "Dockerfile.dockerignore").read_text()
    kept = set(re.findall(r"^!(.+)$", ignored, re.MULTILINE))
    copied = {
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
        for source in line.split()[:-1]
    }
    assert kept == copied
    assert all((ROOT / path).exists() for path in kept)


# -- keys, health -------------------------------------------------------------------------------------------------


def test_keys_to_try_it_with_are_made_once_behind_a_closed_folder(tmp_path: Path) -> None:
    folder = make(tmp_path)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    wanted = [secret["file"].rpartition("/")[2] for secret in COMPOSE["secrets"].values()]
    before = {path.name: path.read_text() for path in folder.rglob("*") if path.is_file()}
    assert {*wanted, "issuer.json"} <= before.keys()
    for path in folder.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o755 if path.is_dir() else 0o444)
    for place in layout().nationals:
        signing_key(folder / f"{place.country}.private.json")
    make(tmp_path)
    assert {path.name: path.read_text() for path in folder.rglob("*") if path.is_file()} == before


@contextmanager
def answering(status: int) -> Iterator[int]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/readyz" else 404)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False)])
def test_a_container_is_healthy_when_its_service_is_ready(status: int, healthy: bool) -> None:
    with answering(status) as port:
        assert ready(port) is healthy
    assert ready(port) is False


# -- the collector ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["receivers", "processors", "exporters"])
def test_the_collectors_pipelines_use_what_is_set_up_and_all_of_it(kind: str) -> None:
    used = {name for pipeline in COLLECTOR["service"]["pipelines"].values() for name in pipeline[kind]}
    assert used == COLLECTOR[kind].keys()


def test_spans_go_from_the_services_to_the_collector_and_on_to_jaeger() -> None:
    listening = COLLECTOR["receivers"]["otlp"]["protocols"]["http"]["endpoint"].rpartition(":")[2]
    for one in (one for service, one in ours().items() if service != CONSOLE):
        assert one["environment"]["OTEL_EXPORTER_OTLP_ENDPOINT"] == f"http://otel-collector:{listening}"
    (exporter,) = COLLECTOR["exporters"].values()
    assert exporter["endpoint"].split(":")[0] in SERVICES
    assert COLLECTOR["service"]["pipelines"]["traces"]["processors"][0] == "memory_limiter"


def test_the_monitoring_is_asked_where_it_answers() -> None:
    config = yaml.safe_load((ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text())
    (job,) = [job for job in config["scrape_configs"] if job["job_name"] == "monitoring"]
    targets = {target for one in job["static_configs"] for target in one["targets"]}
    (reader,) = COLLECTOR["service"]["telemetry"]["metrics"]["readers"]
    port = reader["pull"]["exporter"]["prometheus"]["port"]
    assert targets == {"localhost:9090", "alertmanager:9093", f"otel-collector:{port}", "grafana:3000"}
    sources = yaml.safe_load((ROOT / "deploy/grafana/provisioning/datasources/datasources.yml").read_text())
    asked = {re.split(r"[/:]+", source["url"])[1] for source in sources["datasources"]}
    assert asked <= SERVICES.keys()
