"""The way of a message as a tree, from the span files of all services."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from rich.text import Text
from rich.tree import Tree

from shared.telemetry.traces import NoSuchTraceError, Step, find_trace, in_order, spans_of

__all__ = ["NoSuchTraceError", "tree_of"]

_OUR_OWN = "kakehashi."
_WIDEST = 24
"""Characters of an attribute's value, where not every attribute is asked for."""


def tree_of(folder: Path, wanted: str, *, every_attribute: bool = False) -> Tree:
    """The trace as a tree with times.

    `wanted` is what `find_trace` takes. Shown are the attributes of our own, or every one. Raises NoSuchTraceError.
    """
    trace_id = find_trace(folder, wanted)
    spans = spans_of(folder, trace_id)
    if not spans:
        raise NoSuchTraceError(f"There is no span of the trace {trace_id} in {folder}.")
    steps = in_order(spans.values())
    begin = min(span["start"] for span in spans.values())
    end = max(span["end"] for span in spans.values())
    orphans = sum(step.orphan for step in steps)
    began = datetime.fromtimestamp(begin / 1e9, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    heading = f"trace {trace_id}: {len(spans)} spans, {_milliseconds(end - begin)}, from {began}"
    if orphans:
        heading += f", {orphans} without a parent"
    tree = Tree(Text(heading, "bold"))
    branches = [tree]
    for step in steps:
        del branches[step.depth + 1 :]
        branches.append(branches[-1].add(_label(step, begin, "" if every_attribute else _OUR_OWN)))
    return tree


def _label(step: Step, begin: int, prefix: str) -> Text:
    span = step.span
    label = Text(f"+{_milliseconds(span['start'] - begin)} ", "cyan")
    label.append(f"{span['service']} ", "green").append(f"{span['name']} ", "bold")
    label.append(f"({_milliseconds(span['end'] - span['start'])})", "dim")
    for name, value in span["attributes"].items():
        if name.startswith(prefix):
            told = str(value) if not prefix or len(str(value)) <= _WIDEST else f"{str(value)[: _WIDEST - 1]}…"
            label.append(f" {name.removeprefix(prefix)}=", "dim").append(told)
    if span["status"] == "error":
        label.append(f" error: {span['attributes'].get('error.message', '')}", "red")
    if step.orphan:
        label.append(" its parent is missing", "red")
    return label


def _milliseconds(nanoseconds: int) -> str:
    return f"{nanoseconds / 1e6:,.1f} ms"
