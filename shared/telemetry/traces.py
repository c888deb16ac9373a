"""Traces, read back from the span files of all services: for the command line and for the console."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.telemetry.spans import read_spans

Span = Mapping[str, Any]
"""A line of a span file: `shared.telemetry.spans.Spans.add` has its members."""

_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_TRACE_ID = re.compile(r"[0-9a-f]{32}")


class NoSuchTraceError(Exception):
    """Nothing, or more than one trace, answers to an id."""


@dataclass(frozen=True)
class Step:
    """A span in its place."""

    span: Span
    depth: int
    """0 for one without a parent here."""
    orphan: bool
    """Whether it names a parent of ours that is not there."""


def find_trace(folder: Path, wanted: str) -> str:
    """The trace id that is meant by a trace id, its beginning, a `traceparent`, or anything in the attributes of one
    trace only, such as a receipt id. Reads every file. Raises NoSuchTraceError."""
    if found := _TRACEPARENT.fullmatch(wanted):
        return found[1]
    if _TRACE_ID.fullmatch(wanted):
        return wanted
    told = list(spans_with(folder, wanted))
    by_id = {span["trace_id"] for span in told if span["trace_id"].startswith(wanted)}
    traces: set[str] = by_id or {span["trace_id"] for span in told if wanted in map(str, span["attributes"].values())}
    if len(traces) != 1:
        which = (
            f"{len(traces)} traces, such as {', '.join(sorted(traces)[:3])}, answer" if traces else "No trace answers"
        )
        nowhere = "" if folder.is_dir() else " There is no such folder: --state names the stack's."
        raise NoSuchTraceError(f"{which} to {wanted} in {folder}.{nowhere}")
    return traces.pop()


def traces_of(folder: Path, wanted: Collection[str]) -> Mapping[str, str]:
    """The trace of each id that stands in the attributes of one trace's spans alone. Reads every file once."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    needles = [one.encode() for one in wanted]
    for path in sorted(folder.glob("*.jsonl")) if needles else ():
        with path.open("rb") as lines:
            for span in read_spans(line for line in lines if any(needle in line for needle in needles)):
                for told in {*map(str, span["attributes"].values())} & {*wanted}:
                    found[told].add(span["trace_id"])
    return {told: traces.pop() for told, traces in found.items() if len(traces) == 1}


def spans_of(folder: Path, trace_id: str) -> Mapping[str, Span]:
    """The spans of a trace by id; none where there is no such trace."""
    return {span["span_id"]: span for span in spans_with(folder, trace_id) if span["trace_id"] == trace_id}


def spans_with(folder: Path, containing: str) -> Iterator[Span]:
    """Spans of all files whose line holds a text. A span may be there twice: the last is the one to believe."""
    needle = containing.encode()
    for path in sorted(folder.glob("*.jsonl")):
        with path.open("rb") as lines:
            yield from read_spans(line for line in lines if needle in line)


def in_order(spans: Iterable[Span]) -> Sequence[Step]:
    """The spans of a trace, each behind its parent, siblings by their begin."""
    known = {span["span_id"]: span for span in spans}
    children: defaultdict[str | None, list[Span]] = defaultdict(list)
    for span in known.values():
        children[span["parent_id"] if span["parent_id"] in known else None].append(span)
    steps: list[Step] = []
    waiting = [(span, 0) for span in sorted(children[None], key=_begin, reverse=True)]
    while waiting:
        span, depth = waiting.pop()
        orphan = depth == 0 and bool(span["parent_id"]) and not span["remote_parent"]
        steps.append(Step(span, depth, orphan))
        waiting += [(child, depth + 1) for child in sorted(children[span["span_id"]], key=_begin, reverse=True)]
    return steps


def _begin(span: Span) -> int:
    start: int = span["start"]
    return start
