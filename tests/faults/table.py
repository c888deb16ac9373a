"""The results of all runs, a line for each seed in a file, and the page that is made of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Self
from xml.sax.saxutils import escape

import yaml
from pydantic import BaseModel, ConfigDict

from tests.faults.run import Result

BUGS = Path(__file__).with_name("bugs.yaml")
_MARKS = "<!-- made by make chaos: {} -->", "<!-- end -->"


class Bug(BaseModel):
    """Something that a fault brought to light."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    faults: tuple[str, ...]
    bug: str
    now: str
    test: str


class Table:
    """The results by seed. A seed that runs again replaces its result, and it is kept how often it had failed."""

    def __init__(self, path: Path, results: dict[int, Result]) -> None:
        self._path = path
        self._results = results

    @classmethod
    def of(cls, path: Path) -> Self:
        """The table in a file; an empty one where there is none yet."""
        lines = path.read_text().splitlines() if path.exists() else []
        results = [Result.model_validate_json(line) for line in lines]
        return cls(path, {result.seed: result for result in results})

    def add(self, result: Result) -> None:
        """Adds a result, and writes the file."""
        before = self._results.get(result.seed)
        if before is not None:
            failed = before.failed_before + bool(before.wrong)
            result = result.model_copy(update={"failed_before": failed})
        self._results[result.seed] = result
        lines = [self._results[seed].model_dump_json(exclude_defaults=True) for seed in sorted(self._results)]
        self._path.write_text("".join(f"{line}\n" for line in lines))

    def render(self, page: Path, plotted: int | None) -> None:
        """Writes what is made of the results between the marks in the page, and the plot of a seed beside it."""
        text = page.read_text()
        bugs = [Bug.model_validate(bug) for bug in yaml.safe_load(BUGS.read_text())]
        results = list(self._results.values())
        for name, lines in (("sum", _sum(results)), ("table", _rows(results, bugs)), ("bugs", _bugs(bugs))):
            begin, end = _MARKS[0].format(name), _MARKS[1]
            before, _, rest = text.partition(f"{begin}\n")
            _, _, after = rest.partition(end)
            text = "\n".join([before + begin, *lines, end + after])
        page.write_text(text)
        if plotted is not None:
            page.with_suffix(".svg").write_text(plot(self._results[plotted]))


def _sum(results: Sequence[Result]) -> list[str]:
    faults = [told for result in results for told in result.faults]
    passed = [result for result in results if not result.wrong]
    findings = Counter[str]()
    for result in results:
        findings.update(result.findings)
    calm = [seconds for result in results for seconds in result.calm]
    commits = sorted({result.commit for result in results})
    kinds = ("lost", "doubled", "disordered", "untraced", "stuck", "unasked", "untrue")
    return [
        f"- {len(results)} runs, {len(passed)} passed; {len(faults)} faults, "
        f"{sum(told.together for told in faults)} of them two at a time; "
        f"{sum(result.seconds for result in results) / 3600:.1f} hours.",
        f"- {sum(result.messages for result in results)} messages of "
        f"{sum(result.organizations for result in results)} organizations handed in, "
        f"{sum(result.refused for result in results)} of them refused as they had to be; "
        f"{sum(result.parked for result in results)} poisoned records parked, each of those written.",
        f"- {', '.join(f'{kind} {findings[kind]}' for kind in kinds)}.",
        f"- Without a fault a message is delivered and confirmed after {median(calm):.1f} s (median of {len(calm)}).",
        f"- Seeds run again after a bug was fixed: {sum(result.failed_before > 0 for result in results)}.",
        f"- Commits: {', '.join(commits)}.",
    ]


def _rows(results: Sequence[Result], bugs: Sequence[Bug]) -> Iterator[str]:
    yield "| fault | times | not recovered | recovery median, s | worst, s | bugs |"
    yield "|---|---|---|---|---|---|"
    told = [told for result in results for told in result.faults]
    for fault in sorted({one.fault for one in told}):
        these = [one for one in told if one.fault == fault]
        # Of two at a time it is not known whose recovery it was.
        seconds = [one.recovery for one in these if one.recovery is not None and not one.together]
        numbers = ", ".join(str(number) for number, bug in enumerate(bugs, 1) if fault in bug.faults)
        times = f"{median(seconds):.1f} | {max(seconds):.1f}" if seconds else "– | –"
        yield f"| {fault} | {len(these)} | {sum(one.recovery is None for one in these)} | {times} | {numbers} |"


def _bugs(bugs: Sequence[Bug]) -> Iterator[str]:
    for number, bug in enumerate(bugs, 1):
        yield f"{number}. {bug.bug} {bug.now} Test: {bug.test}"


# -- plot ---------------------------------------------------------------------------------------------------------

_WIDTH, _HEIGHT, _LEFT, _TOP, _ROW = 960, 200, 40, 20, 15
_BUCKET = 2
"""Seconds of one column."""


def plot(result: Result) -> str:
    """Deliveries a second over a run, with its faults: from each one's begin to its end, and on until recovery."""
    buckets = [
        sum(result.throughput[start : start + _BUCKET]) / _BUCKET for start in range(0, len(result.throughput), _BUCKET)
    ] or [0.0]
    last = max((told.ended + (told.recovery or 0) for told in result.faults), default=0) + 20
    buckets = buckets[: int(last / _BUCKET) + 1]
    highest = max([*buckets, 1.0])
    across, up = _WIDTH / (len(buckets) * _BUCKET), _HEIGHT / highest
    bottom = _TOP + _HEIGHT
    parts: list[str] = []
    for number, told in enumerate(result.faults, 1):
        begin, end = _LEFT + told.begun * across, _LEFT + told.ended * across
        recovered = _LEFT + (told.ended + (told.recovery or 0)) * across
        parts += [
            f'<rect x="{begin:.1f}" y="{_TOP}" width="{max(end - begin, 1):.1f}" height="{_HEIGHT}" fill="#d33" '
            'fill-opacity="0.35"/>',
            f'<rect x="{end:.1f}" y="{_TOP}" width="{recovered - end:.1f}" height="{_HEIGHT}" fill="#e90" '
            'fill-opacity="0.25"/>',
            f'<text x="{begin:.1f}" y="{_TOP - 5}">{number}</text>',
            f'<text x="{_LEFT}" y="{bottom + 35 + number * _ROW}">{number}. {escape(told.fault)}'
            f"{escape(f' ({told.what})') if told.what else ''}</text>",
        ]
    for place, value in enumerate(buckets):
        x, height = _LEFT + place * _BUCKET * across, value * up
        parts.append(
            f'<rect x="{x:.1f}" y="{bottom - height:.1f}" width="{max(_BUCKET * across - 0.5, 0.5):.1f}" '
            f'height="{height:.1f}" fill="#246"/>'
        )
    for second in range(0, len(buckets) * _BUCKET, 60):
        parts.append(f'<text x="{_LEFT + second * across:.1f}" y="{bottom + 15}">{second} s</text>')
    parts.append(f'<text x="0" y="{_TOP + 10}">{highest:.0f}/s</text><text x="0" y="{bottom}">0</text>')
    tall = bottom + 50 + len(result.faults) * _ROW
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_LEFT + _WIDTH} {tall}" font-family="sans-serif" '
            'font-size="11">',
            f'<rect width="{_LEFT + _WIDTH}" height="{tall}" fill="white"/>',
            *parts,
            "</svg>\n",
        ]
    )
