"""The local stack as a whole: started, asked, hurt and stopped by its command line alone.

The tests follow one stack through its life, in the order in which they stand here.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import psutil
import pytest

from deploy.local.ports import free_ports, is_free
from deploy.local.state import State
from deploy.local.status import tell
from services.console.session import COOKIE

PORTS_OF_A_STACK = 60
STARTS_WITHIN = 180.0
STOPS_WITHIN = 60.0
FILES = Path(__file__).parents[2] / "deploy" / "demo" / "data"
FIXTURES = Path(__file__).parents[1] / "contract" / "bridge" / "fixtures"


def kakehashi(*arguments: str | int | Path, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "deploy.local.cli", *map(str, arguments)]
    return subprocess.run(argv, capture_output=True, text=True, timeout=timeout, check=False)


def until(true: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not within {seconds:.0f} s"
        time.sleep(0.1)


def first_of_free_ports() -> int:
    while True:
        first = free_ports(1)[0]
        if first + PORTS_OF_A_STACK < 65_400 and all(map(is_free, range(first, first + PORTS_OF_A_STACK))):
            return first


def alive(pid: int | None) -> bool:
    return pid is not None and psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


class Stack:
    """A `kakehashi up` in a folder, and questions to it."""

    def __init__(self, folder: Path, first_port: int) -> None:
        self.state = folder / "var"
        self.first_port = first_port
        self.output = folder / "up.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        argv = [sys.executable, "-m", "deploy.local.cli", "up", "--state", str(self.state)]
        argv += ["--ports-from", str(self.first_port)]
        # Its own servers, whatever the test run itself was given.
        own = {k: v for k, v in os.environ.items() if k not in ("KAFKA_BOOTSTRAP_SERVERS", "MONGODB_URI")}
        before = self.output.stat().st_size if self.output.exists() else 0
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(argv, stdout=output, stderr=subprocess.STDOUT, env=own)
        until(lambda: b"Everything is ready" in self.output.read_bytes()[before:] or self.ended, STARTS_WITHIN)
        assert not self.ended, self.output.read_text()

    @property
    def ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def signal(self, number: signal.Signals, seconds: float = STOPS_WITHIN) -> int:
        """Sends a signal to the supervisor alone and waits for its end: its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(seconds)

    def ask(self, command: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return kakehashi(*command.split(), *arguments, "--state", self.state)

    def status(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.ask("status --json").stdout)
        return told

    def pids(self) -> dict[str, int | None]:
        now = State(self.state).running()
        named = {each.name: each.pid for each in [*now.services, *now.nationals.values()]}
        return named | {"kafka": now.kafka.pid, "database": now.database.pid}

    def all_ready(self) -> bool:
        told = tell(State(self.state).running())
        return all(each["ready"] for each in [*told["services"], *told["nationals"], told["kafka"], told["database"]])


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    running = Stack(tmp_path_factory.mktemp("stack"), first_of_free_ports())
    running.start()
    yield running
    if not running.ended:
        running.signal(signal.SIGKILL)


def left_running(pids: Sequence[int | None]) -> Sequence[int]:
    return [pid for pid in pids if pid is not None and alive(pid)]


def test_everything_says_ready_and_status_tells_it(stack: Stack) -> None:
    told = stack.status()
    assert {"services", "kafka", "database", "traces"} <= told.keys()
    assert [service.keys() for service in told["services"]] == [{"name", "pid", "url", "ready"}] * len(told["services"])
    assert {service["name"] for service in told["services"]} >= {"registry", "publication", "bridge-jp", "bridge-kg"}
    assert stack.all_ready()
    assert {service["name"]: service["pid"] for service in told["services"]}.items() <= stack.pids().items()
    assert all(alive(pid) for pid in stack.pids().values())


def test_each_service_is_on_its_port(stack: Stack) -> None:
    url = {service["name"]: service["url"] for service in stack.status()["services"]}
    port = {"publication": 0, "registry": 2, "bridge-jp": 11, "bridge-kg": 12}
    assert {name: url[name] for name in port} == {
        name: f"http://127.0.0.1:{stack.first_port + offset}" for name, offset in port.items()
    }


def test_a_second_stack_in_the_folder_is_refused_with_its_holders_pid(stack: Stack) -> None:
    second = kakehashi("up", "--state", stack.state, "--ports-from", first_of_free_ports())
    assert second.returncode == 1
    assert f"pid {stack.pid}" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_taken_port_is_named_with_who_has_it(stack: Stack, tmp_path: Path) -> None:
    second = kakehashi("up", "--state", tmp_path / "var", "--ports-from", stack.first_port)
    assert second.returncode == 1
    registry = stack.pids()["registry"]
    assert f"Port {stack.first_port + 2}, for registry, is taken (held by" in second.stderr
    assert f"pid {registry})" in second.stderr
    assert "Traceback" not in second.stderr


def test_files_are_handed_in_and_get_receipts(stack: Stack) -> None:
    answer = stack.ask("submit --from kg --json", FILES / "accreditations.json")
    receipt = json.loads(answer.stdout)
    assert answer.returncode == 0, answer.stderr
    assert (receipt["status"], receipt["messages"], receipt["problems"]) == ("accepted", len(receipt["items"]), [])
    again = json.loads(stack.ask("receipt --json", receipt["receipt_id"]).stdout)
    assert again["receipt_id"] == receipt["receipt_id"]
    assert [item["message_id"] for item in again["items"]] == [item["message_id"] for item in receipt["items"]]


def test_what_is_handed_in_again_is_a_duplicate_with_its_first_receipt(stack: Stack) -> None:
    first, second = (
        json.loads(stack.ask("submit --from kg --json", FILES / "accreditations.json").stdout) for _ in range(2)
    )
    assert first["status"] == second["status"] == "duplicate"
    assert first["receipt_id"] == second["receipt_id"]


@pytest.mark.parametrize(
    ("file", "slug", "pointer"),
    [
        ("wrong-okpo.json", "wrong-check-digit", "/stat_sub_code"),
        ("truncated.json", "not-json", None),
        ("never-accredited.json", "not-accredited", None),
    ],
)
def test_a_rejected_file_is_told_with_its_place_and_fails_the_command(
    stack: Stack, file: str, slug: str, pointer: str | None
) -> None:
    answer = stack.ask("submit --from kg --json", FILES / "bad" / file)
    receipt = json.loads(answer.stdout)
    assert (answer.returncode, receipt["status"]) == (1, "rejected")
    assert [(problem["slug"], problem.get("pointer")) for problem in receipt["problems"]] == [(slug, pointer)]


def test_a_trace_is_one_tree_from_the_border_to_the_other_sides_receipt(stack: Stack) -> None:
    receipt = json.loads(stack.ask("submit --from kg --json", FILES / "accreditations.json").stdout)
    trace_id = receipt["items"][0]["traceparent"].split("-")[1]
    until(lambda: "national-jp" in stack.ask("trace", trace_id).stdout, 30)
    told = stack.ask("trace", trace_id).stdout
    assert told.count("\n└── ") == 1
    assert "without a parent" not in told
    assert told.index("bridge-kg") < told.index("registry") < told.index("national-jp")


def test_a_case_is_told_whole_with_the_trace_of_each_message(stack: Stack) -> None:
    answer = stack.ask("submit --from kg --json", FIXTURES / "kg" / "misconduct-report.assumed_layout.json")
    (item,) = json.loads(answer.stdout)["items"]
    wanted = "misconduct-report/jp-kg/kg-2026/0042"
    until(lambda: '"received_at": "2' in stack.ask("case --json", wanted).stdout, 60)
    case = json.loads(stack.ask("case --json", "2026/0042").stdout)
    assert (case["kind"], case["country"], case["other"], case["status"]) == (
        "misconduct-report",
        "kg",
        "jp",
        "delivered",
    )
    steps = {step["event"]: (step["receipt_id"], step["trace_id"]) for step in case["history"]}
    trace_id = item["traceparent"].split("-")[1]
    assert steps["MisconductReportSubmitted"] == steps["CaseMessageDelivered"] == (item["receipt_id"], trace_id)
    assert "kg → jp" in stack.ask("case", wanted).stdout
    unknown = stack.ask("case", "2026/9999")
    assert (unknown.returncode, "No case answers to 2026/9999." in unknown.stderr) == (1, True)


def test_m6_4_an_operator_answers_by_a_form_what_the_other_side_has_asked(stack: Stack, tmp_path: Path) -> None:
    asked = json.loads((FIXTURES / "kg" / "inquiry.assumed_layout.json").read_text(encoding="utf-8"))
    inquiry = tmp_path / "inquiry.json"
    inquiry.write_text(json.dumps(asked | {"желаемый_срок": "20.03.2031"}), encoding="utf-8")
    assert stack.ask("submit --from kg", inquiry).returncode == 0
    wanted = f"inquiry/jp-kg/kg-{asked['номер']}"
    until(lambda: '"received_at": "2' in stack.ask("case --json", wanted).stdout, 60)
    url = next(each["url"] for each in stack.status()["services"] if each["name"] == "console")
    token = stack.ask("token --as operator --party jp").stdout.strip()
    path = f"/cases/inquiry/jp-kg/{quote('kg-' + asked['номер'], safe='')}"
    with httpx.Client(base_url=url, cookies={COOKIE: token}, timeout=30, trust_env=False) as browser:
        page = browser.get(path).text
        hidden = dict(re.findall(r'type="hidden" name="(form|message_id)" value="([^"]+)"', page))
        answers = dict.fromkeys(re.findall(r'name="(answer-[0-9]+)"', page), "承知しました。")
        sent = browser.post(path, data={"act": "AnswerInquiry", "language": "ja", **hidden, **answers})
        assert (sent.status_code, "done=" in sent.headers["location"]) == (303, True), sent.text
    until(lambda: json.loads(stack.ask("case --json", wanted).stdout)["status"] == "answered", 60)
    case = json.loads(stack.ask("case --json", wanted).stdout)
    (step,) = (step for step in case["history"] if step["event"] == "InquiryAnswered")
    until(lambda: "national-kg" in stack.ask("trace", step["trace_id"]).stdout, 60)


def test_both_sides_are_told_the_same_of_their_timeliness(stack: Stack) -> None:
    url = next(each["url"] for each in stack.status()["services"] if each["name"] == "console")
    told = []
    for country in ("jp", "kg"):
        token = stack.ask("token --as operator --party", country).stdout.strip()
        headers = {"Authorization": f"Bearer {token}"}
        answer = httpx.get(f"{url}/api/v1/timeliness", headers=headers, timeout=30, trust_env=False)
        told.append(answer.raise_for_status().json())
    assert told[0] == told[1]
    assert any(one["side"] == "kg" and one["tally"]["shared"] for one in told[0])


def test_a_token_is_printed_for_a_role_and_a_party(stack: Stack) -> None:
    answer = stack.ask("token --as operator")
    assert answer.stdout.count(".") == 2
    assert kakehashi("token", "--as", "submitter", "--party", "xx", "--state", stack.state).returncode == 2


@pytest.mark.parametrize("name", ["registry", "kafka", "database"])
def test_what_is_killed_is_started_again(stack: Stack, name: str) -> None:
    killed = stack.pids()[name]
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    until(lambda: stack.pids()[name] not in (killed, None) and stack.all_ready(), 90)


def test_a_killed_supervisor_leaves_nothing_running(stack: Stack) -> None:
    pids = list(stack.pids().values())
    stack.signal(signal.SIGKILL)
    until(lambda: not left_running(pids), 5)
    told = stack.ask("status")
    assert (told.returncode, "No stack runs" in told.stderr) == (1, True)


def test_what_was_there_is_there_after_a_restart(stack: Stack) -> None:
    stack.start()
    receipt = json.loads(stack.ask("submit --from kg --json", FILES / "accreditations.json").stdout)
    assert receipt["status"] == "duplicate"
    assert " 0 of them new" in stack.output.read_text()


def test_everything_stops_at_ctrl_c_though_kafka_is_gone(stack: Stack) -> None:
    pids = stack.pids()
    assert pids["kafka"] is not None
    os.kill(pids["kafka"], signal.SIGKILL)
    assert stack.signal(signal.SIGINT) == 0
    assert not left_running(list(pids.values()))


def test_a_stopped_stack_is_told_so_without_a_traceback(stack: Stack) -> None:
    for command in ("status", "receipt x", "parked list", f"submit --from kg {FILES / 'revocations.json'}"):
        answer = stack.ask(command)
        assert answer.returncode == 1
        assert answer.stderr.startswith("No stack runs in"), answer.stderr
