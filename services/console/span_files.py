"""Reads the folder of span files: what was written since the last look, and one trace whole."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from services.console.ways import Accepted, Recent, State
from shared.telemetry.spans import read_spans
from shared.telemetry.traces import Span, find_trace, spans_of, traces_of

FIRST_LOOK = 4_000_000
"""Bytes at the end of each file from which the latest messages are read at first."""


class SpanFiles:
    """The folder. Its files are read in a thread, one reader at a time."""

    def __init__(self, folder: Path, bridges: Collection[str]) -> None:
        self._folder = folder
        self._recent = Recent(bridges)
        self._read: dict[Path, int] = {}
        self._one_at_a_time = asyncio.Lock()

    async def latest(self, bridge: str | None, limit: int) -> Sequence[tuple[Accepted, State]]:
        """The latest messages, as `Recent.messages`."""
        async with self._one_at_a_time:
            await asyncio.to_thread(self._read_on)
            return self._recent.messages(bridge, limit)

    async def find(self, wanted: str) -> str:
        """The trace of whatever id. Raises NoSuchTraceError."""
        return await asyncio.to_thread(find_trace, self._folder, wanted)

    async def traces(self, wanted: Collection[str]) -> Mapping[str, str]:
        """The trace of each id that spans of one trace alone have."""
        return await asyncio.to_thread(traces_of, self._folder, wanted)

    async def trace(self, trace_id: str) -> Mapping[str, Span]:
        """Its spans by id; none where there is no such trace."""
        return await asyncio.to_thread(spans_of, self._folder, trace_id)

    def _read_on(self) -> None:
        for path in sorted(self._folder.glob("*.jsonl")):
            size = path.stat().st_size
            begin = self._read.get(path, max(0, size - FIRST_LOOK))
            if size < begin:
                begin = 0  # another file under the same name
            with path.open("rb") as file:
                file.seek(begin)
                new = file.read(size - begin)
            # A line that is being written is read at the next look; one that a first look cut is no span.
            whole = new.rfind(b"\n") + 1
            self._read[path] = begin + whole
            self._recent.tell(read_spans(new[:whole].splitlines()))
