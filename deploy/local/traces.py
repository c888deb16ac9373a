"""The way of a message, from the span files of all services."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.text import Text
from rich.tree import Tree

from shared.telemetry.spans import read_spans

Span = Mapping[str, Any]

_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_TRACE_ID = re.compile(r"[0-9a-f]{32}")
_OUR_OWN = "kakehashi."
_WIDEST = 24
"""Characters of an attribute's value, where not every attribute is asked for."""


class NoSuchTraceError(Exception):
    """Nothing, or more than one trace, answers to an id."""


def tree_of(folder: Path, wanted: str, *, every_attribute: bool = False) -> Tree:
    """The trace as a tree with times.

    `wanted` is a trace id, its beginning, a `traceparent`, or anything in the attributes of one trace only, such as a
    receipt id. Shown are the attributes of our own, or every one. Raises NoSuchTraceError.
    """
    trace_id = _trace_id(folder, wanted)
    spans = {span["span_id"]: span for span in _spans(folder, trace_id) if span["trace_id"] == trace_id}
    if not spans:
        raise NoSuchTraceError(f"There is no span of the trace {trace_id} in {folder}.")
    return _tree(trace_id, spans, "" if every_attribute else _OUR_OWN)


def _trace_id(folder: Path, wanted: str) -> str:
    if found := _TRACEPARENT.fullmatch(wanted):
        return found[1]
    if _TRACE_ID.fullmatch(wanted):
        return wanted
    told = list(_spans(folder, wanted))
    by_id = {span["trace_id"] for span in told if span["trace_id"].startswith(wanted)}
    traces: set[str] = by_id or {span["trace_id"] for span in told if wanted in map(str, span["attributes"].values())}
    if len(traces) != 1:
        which = (
            f"{len(traces)} traces, such as {', '.join(sorted(traces)[:3])}, answer" if traces else "No trace answers"
        )
        nowhere = "" if folder.is_dir() else " There is no such folder: --state names the stack's."
        raise NoSuchTraceError(f"{which} to {wanted} in {folder}.{nowhere}")
    return traces.pop()


def _spans(folder: Path, containing: str) -> Iterator[Span]:
    """Spans of all files whose line holds a text. A span may be there twice: the last is the one to believe."""
    needle = containing.encode()
    for path in sorted(folder.glob("*.jsonl")):
        with path.open("rb") as lines:
            yield from read_spans(line for line in lines if needle in line)


def _tree(trace_id: str, spans: Mapping[str, Span], prefix: str) -> Tree:
    children: defaultdict[str | None, list[Span]] = defaultdict(list)
    for span in spans.values():
        children[span["parent_id"] if span["parent_id"] in spans else None].append(span)
    begin = min(span["start"] for span in spans.values())
    end = max(span["end"] for span in spans.values())
    orphans = [span for span in children[None] if span["parent_id"] and not span["remote_parent"]]
    began = datetime.fromtimestamp(begin / 1e9, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    heading = f"trace {trace_id}: {len(spans)} spans, {_milliseconds(end - begin)}, from {began}"
    if orphans:
        heading += f", {len(orphans)} without a parent"
    tree = Tree(Text(heading, "bold"))
    for root in _in_time(children[None]):
        _grow(tree, root, children, begin, prefix, orphan=root in orphans)
    return tree


def _grow(
    tree: Tree,
    span: Span,
    children: Mapping[str | None, Sequence[Span]],
    begin: int,
    prefix: str,
    *,
    orphan: bool = False,
) -> None:
    label = Text(f"+{_milliseconds(span['start'] - begin)} ", "cyan")
    label.append(f"{span['service']} ", "green").append(f"{span['name']} ", "bold")
    label.append(f"({_milliseconds(span['end'] - span['start'])})", "dim")
    for name, value in span["attributes"].items():
        if name.startswith(prefix):
            told = str(value) if not prefix or len(str(value)) <= _WIDEST else f"{str(value)[: _WIDEST - 1]}…"
            label.append(f" {name.removeprefix(prefix)}=", "dim").append(told)
    if span["status"] == "error":
        label.append(f" error: {span['attributes'].get('error.message', '')}", "red")
    if orphan:
        label.append(" its parent is missing", "red")
    branch = tree.add(label)
    for child in _in_time(children.get(span["span_id"], [])):
        _grow(branch, child, children, begin, prefix)


def _in_time(spans: Sequence[Span]) -> Sequence[Span]:
    return sorted(spans, key=lambda span: span["start"])


def _milliseconds(nanoseconds: int) -> str:
    return f"{nanoseconds / 1e6:,.1f} ms"
