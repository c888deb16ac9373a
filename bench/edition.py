"""`make bench-edition`: reading an edition of 11,500 organizations and comparing it, beside a bare read of the file.

The bare read is calamine's, of the whole sheet into lists. Read and compared means: unpacked and looked through for
what would not end well, the header checked, and each organization compared with what was sent of the edition before;
what is new or changed is made into its contract and digested. Each in processor seconds, in turns, in one process of
its own. Exits with 1 if a bar is not met.
"""

from __future__ import annotations

import argparse
import functools
import multiprocessing
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple, TypeVar

from python_calamine import CalamineWorkbook

from deploy.demo.editions import FIRST_DAY, MANY, SECOND_DAY, following, japanese, organizations
from services.bridge_jp.support_organizations_edition import read_edition
from shared.bridge.comparing import Scan, scan
from shared.bridge.memory import Known

T = TypeVar("T")

BAR = 4.0
"""How many times the bare read, at the most."""
MEMORY_BAR = 300
"""Megabytes that the process has had at the most."""
PARTNER = "xx"


class Measured(NamedTuple):
    """Processor seconds, the median of the rounds; megabytes."""

    bare: float
    first: float
    """Of an edition none of which was ever sent."""
    next: float
    """Of the one a month later."""
    changed: int
    removed: int
    megabytes: float


def measure(first: Path, second: Path, rounds: int) -> Measured:
    """Reads both, in turns with the bare read."""
    known: Mapping[str, Known] = {}
    bare, times_first, times_next = [], [], []
    for _ in range(rounds):
        _, seconds = _timed(lambda: CalamineWorkbook.from_path(second).get_sheet_by_index(0).to_python())
        bare.append(seconds)
        found, seconds = _timed(functools.partial(_compared, first, {}))
        times_first.append(seconds)
        known = {number: Known(digests, 1, found.sources[number]) for number, digests in found.shown.items()}
        del found
        again, seconds = _timed(functools.partial(_compared, second, known))
        times_next.append(seconds)
    differences = again.partners[PARTNER]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Measured(
        statistics.median(bare),
        statistics.median(times_first),
        statistics.median(times_next),
        len(differences.changed),
        len(differences.gone),
        peak,
    )


def _compared(edition: Path, known: Mapping[str, Known]) -> Scan:
    return scan(read_edition(edition), {PARTNER: known})


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    begin = time.process_time()
    result = work()
    return result, time.process_time() - begin


def main(rounds: int) -> int:
    """Writes both editions, measures, prints; says whether the bars are met."""
    with tempfile.TemporaryDirectory() as folder:
        before = organizations(MANY)
        first, second = Path(folder) / "first.xlsx", Path(folder) / "second.xlsx"
        first.write_bytes(japanese(before, FIRST_DAY))
        second.write_bytes(japanese(following(before).organizations, SECOND_DAY))
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as fresh:
            measured = fresh.submit(measure, first, second, rounds).result()
    ratio = measured.next / measured.bare
    print(f"An edition of {MANY:,} organizations, {rounds} rounds, processor seconds (median):")
    print(f"  bare read                                  {measured.bare:6.3f}")
    print(
        f"  read and compared with the one before      {measured.next:6.3f}  {ratio:5.2f} × (bar: {BAR:.0f} ×); "
        f"{measured.changed} changed, {measured.removed} gone"
    )
    print(
        f"  read and compared, all of it new           {measured.first:6.3f}  {measured.first / measured.bare:5.2f} ×"
    )
    print(f"  memory at the most                       {measured.megabytes:6.0f} MB (bar: {MEMORY_BAR} MB)")
    met = ratio <= BAR and measured.megabytes <= MEMORY_BAR
    print("Both bars are met." if met else "A bar is NOT met.")
    return 0 if met else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="make bench-edition", description="Measure reading an edition.")
    parser.add_argument("--rounds", type=int, default=7, help="rounds (default: 7)")
    sys.exit(main(parser.parse_args().rounds))
