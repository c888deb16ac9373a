"""`make chaos`: runs seeds under faults, adds each to a table of results, renders it. Exit code 1 if one fails."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
import traceback
from pathlib import Path

from deploy.local.cache import cache_folder
from tests.faults.run import Result, commit_here, run
from tests.faults.table import Table
from tests.faults.tools import in_a_namespace, missing, mount_small_disk

FAULTS = 15
"""Faults of a run."""
DISK = Path("/mnt")
"""Where the small disk is mounted: in our namespace only."""


def main() -> int:
    """What to do stands in `--help`."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the first run's seed")
    parser.add_argument("--runs", type=int, default=1, help="how many seeds, one after the other")
    parser.add_argument("--faults", type=int, default=FAULTS, help=f"faults of a run ({FAULTS})")
    parser.add_argument("--only", default="", metavar="TEXT", help="only faults whose name has this text in it")
    parser.add_argument("--table", type=Path, help="the file of results to add to")
    parser.add_argument("--render", type=Path, help="the page to write the table into")
    parser.add_argument("--plot", type=int, metavar="SEED", help="the run to plot beside the page")
    parser.add_argument("--result", type=Path, help="a file for the last run's result")
    parser.add_argument("--leave-out", action="store_true", help="do without the faults whose tools are not here")
    parser.add_argument("--keep", type=Path, help="a folder for the logs of runs that fail")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    absent = missing() if not options.inside or options.leave_out else {}
    for tool, why in absent.items():
        print(f"{'Left out' if options.leave_out else 'Missing'}: faults of the {tool}. {why}", file=sys.stderr)
    if absent and not options.leave_out:
        return 2
    if not options.inside and "disk" not in absent:
        in_a_namespace("tests.faults", [*sys.argv[1:], "--inside"])
    failed = 0
    commit = commit_here()
    for seed in range(options.seed, options.seed + options.runs):
        if options.inside:
            mount_small_disk(DISK)
        folder = (DISK if options.inside else cache_folder()) / f"chaos-{seed}"
        try:
            result = run(folder, seed, options.faults, set(absent), _say, commit, options.only)
        except Exception:
            # One run that breaks off does not end a campaign.
            _say(f"seed {seed} broke off:\n{traceback.format_exc()}")
            _keep(folder, options.keep, f"seed-{seed}-{commit}")
            failed += 1
            continue
        failed += bool(result.wrong)
        _tell(result)
        if result.wrong:
            _keep(folder, options.keep, f"seed-{seed}-{commit}")
        if options.table:
            Table.of(options.table).add(result)
        if options.result:
            options.result.write_text(result.model_dump_json())
        shutil.rmtree(folder, ignore_errors=True)
    if options.table and options.render:
        Table.of(options.table).render(options.render, options.plot)
    return 1 if failed else 0


def _keep(folder: Path, where: Path | None, name: str) -> None:
    """What a failed run has left, for whoever wants to know why."""
    if where is not None:
        shutil.copytree(folder, where / name, dirs_exist_ok=True)


def _say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", flush=True)


def _tell(result: Result) -> None:
    how = "FAILED" if result.wrong else "passed"
    _say(
        f"seed {result.seed} {how}: {len(result.faults)} faults, {result.messages} messages, {result.refused} refused, "
        f"{result.parked} parked as meant, {result.seconds:.0f} s"
    )
    for wrong in result.wrong:
        _say(f"  {wrong}")


if __name__ == "__main__":
    sys.exit(main())
