"""`make pressure`: the runs one after the other, a table of what was found, the same as JSON, and plots."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.pressure import runs

PLOTS = Path("docs/figures")
Run = Callable[[Path], runs.Figures]


def main() -> None:
    """Measures what is asked for."""
    parser = argparse.ArgumentParser(prog="make pressure", description="See docs/pressure.md.")
    parser.add_argument("--only", choices=["outage", "whole", "behind", "soak"], action="append", help="this run alone")
    parser.add_argument("--outage", type=int, default=50_000, help="deliveries owed to a national system that is down")
    parser.add_argument("--pace", type=float, default=100, help="of them a second")
    parser.add_argument("--whole", type=int, default=5_000, help="messages of the same with the whole stack")
    parser.add_argument("--window", type=int, default=2000, help="messages under way at most")
    parser.add_argument("--behind", type=int, default=100_000, help="messages by which the registry is behind")
    parser.add_argument("--minutes", type=float, default=15, help="length of the long run")
    parser.add_argument("--rate", type=float, default=10, help="messages a second of the long run, at most")
    parser.add_argument("--to", type=Path, default=PLOTS, help="where figures and plots go")
    options = parser.parse_args()
    wanted: dict[str, Run] = {
        "outage": lambda folder: runs.outage(folder, options.to, options.outage, options.pace),
        "whole": lambda folder: runs.whole(folder, options.to, options.whole, options.window),
        "behind": lambda folder: runs.behind(folder, options.behind),
        "soak": lambda folder: runs.soak(folder, options.to, options.minutes * 60, options.rate),
    }
    options.to.mkdir(parents=True, exist_ok=True)
    for name, run in wanted.items():
        if options.only and name not in options.only:
            continue
        # Folders of their own: what one has left is not to be read by the next.
        with tempfile.TemporaryDirectory(prefix=f"pressure-{name}-") as folder:
            figures = run(Path(folder))
        (options.to / f"pressure-{name}.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
        Console(width=120).print(_table(name, figures))


def _table(name: str, figures: runs.Figures) -> Table:
    table = Table(title=name, show_header=False)
    for path, value in _flat(figures):
        table.add_row(path, str(value))
    return table


def _flat(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _flat(member, f"{path} · {name}" if path else str(name))
    else:
        yield path, value


if __name__ == "__main__":
    main()
