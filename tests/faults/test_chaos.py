"""G1 to G5 under faults, in short: a fixed seed's run in a stack of its own. `make chaos` runs as many as you like."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.faults import REGISTRY, Stop
from tests.faults.run import Result, Told, schedule
from tests.faults.table import Table

SERVICES = ["registry", "publication", "bridge-aa", "bridge-bb"]
SEED = 2790
FAULTS = 5


def told(result: Result) -> str:
    return "\n".join(result.wrong)


def result(seed: int, *wrong: str) -> Result:
    fault = Told(fault="full disk", what="5 s", begun=10.0, ended=15.0, recovery=2.5)
    return Result(
        seed=seed,
        commit="abc",
        left_out=(),
        faults=(fault,),
        calm=(1.0,),
        organizations=2,
        messages=5,
        refused=0,
        parked=0,
        seconds=60.0,
        findings={},
        wrong=wrong,
    )


def test_a_seed_repeats_its_faults_and_another_has_others() -> None:
    def drawn(seed: int) -> list[tuple[str, str, float]]:
        return [(f.name, f.what, f.seconds) for step in schedule(seed, 20, SERVICES) for f in step.faults]

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


@pytest.mark.parametrize("count", [10, 29, 60])
def test_every_fault_comes_once_before_any_comes_again_and_few_are_stops(count: int) -> None:
    faults = Counter(type(fault) for step in schedule(3, count, SERVICES) for fault in step.faults)
    assert faults.total() == count
    assert max(faults.values()) - min(faults[kind] for kind in REGISTRY) <= 1
    assert faults[Stop] <= count / 10


def test_faults_whose_tool_is_not_there_are_left_out() -> None:
    faults = {fault.tool for step in schedule(3, 60, SERVICES, {"network", "disk"}) for fault in step.faults}
    assert faults == {None, "clock"}


def test_no_fault_lasts_longer_than_it_may() -> None:
    for kind in REGISTRY:
        made = [kind(random.Random(seed), SERVICES).seconds for seed in range(50)]
        assert kind.lasts[0] <= min(made) <= max(made) <= kind.lasts[1] <= 30


def test_results_accumulate_by_seed_and_a_failure_before_is_not_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    Table.of(path).add(result(2, "lost: m-1"))
    Table.of(path).add(result(1))
    Table.of(path).add(result(2))
    page = tmp_path / "page.md"
    page.write_text("# Page\n" + "".join(f"<!-- made by make chaos: {n} -->\n<!-- end -->\n" for n in ("sum", "table")))
    Table.of(path).render(page, 1)
    shown = page.read_text()
    assert "2 runs, 2 passed; 2 faults" in shown
    assert "Seeds run again after a bug was fixed: 1." in shown
    assert "| full disk | 2 | 0 | 2.5 | 2.5 |" in shown
    assert "full disk (5 s)" in (tmp_path / "page.svg").read_text()


def test_under_faults_each_message_is_where_it_belongs_once_in_order_and_traced(tmp_path: Path) -> None:
    outcome = tmp_path / "result.json"
    command = [sys.executable, "-m", "tests.faults", "--leave-out", "--seed", str(SEED), "--faults", str(FAULTS)]
    ended = subprocess.run([*command, "--result", str(outcome)], check=False, timeout=900)
    assert outcome.exists(), "the run broke off, as is told above"
    found = Result.model_validate_json(outcome.read_text())
    assert told(found) == ""
    assert len(found.faults) == FAULTS
    assert found.messages > 100
    assert ended.returncode == 0
