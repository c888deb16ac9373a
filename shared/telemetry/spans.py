"""Spans: one for each message and step, parented on the message's own `traceparent`.

The SDK's tracer opens a span at a time around running code; a batch of 500 messages has 500 spans at once, and at
20 microseconds each the tracer would be the dearest part of the kernel. So a span here is a small record. It is
appended to a local file, which `kakehashi trace` reads, and handed to the OpenTelemetry SDK's batch processor where an
OTLP endpoint is set.

Obligation: whoever publishes or stores a span's `traceparent` for others calls `flush` first. A process killed
afterwards then leaves no child without a parent; killed before, it leaves at most a leaf.
"""

from __future__ import annotations

import contextlib
import errno
import os
import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from shared.messaging.envelope import trace_of

Attributes = Mapping[str, str | int | bool]


def format_traceparent(trace_id: str, span_id: str) -> str:
    """A sampled W3C `traceparent`."""
    return f"00-{trace_id}-{span_id}-01"


def read_spans(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """The spans in lines of a local file. Empty lines, and those that a kill or a full disk cut short, are none."""
    for line in lines:
        with contextlib.suppress(orjson.JSONDecodeError):
            yield orjson.loads(line)


class Span:
    """A step under way. `end` it once; what it is never told is not recorded."""

    __slots__ = (
        "_attributes",
        "_kind",
        "_name",
        "_parent_id",
        "_remote",
        "_spans",
        "_start",
        "span_id",
        "trace_id",
    )

    def __init__(
        self, spans: Spans, name: str, kind: str, parent: str | None, remote: bool, attributes: Attributes
    ) -> None:
        known = trace_of(parent)
        self._parent_id: str | None = None
        if known is None:
            self.trace_id = spans.new_trace_id()
        else:
            self.trace_id, self._parent_id = known
        self.span_id = spans.new_span_id()
        self._spans, self._name, self._kind, self._remote = spans, name, kind, remote and known is not None
        self._attributes = dict(attributes)
        self._start = time.time_ns()

    @property
    def traceparent(self) -> str:
        """For whatever follows from this step."""
        return format_traceparent(self.trace_id, self.span_id)

    def announce(self) -> None:
        """Writes this span into the local file before its end, for what follows may outlive this process.

        `end` writes it again, whole; a reader takes the last of the two. Raises OSError, as `Spans.flush` does.
        """
        pending, self._spans.pending = self._spans.pending, []
        self._add(failed=False)
        announced, self._spans.pending = self._spans.pending, pending
        self._spans.write(announced)

    def end(self, attributes: Attributes | None = None, *, error: str | None = None) -> None:
        """The step is over, well or with an error described in words."""
        if attributes:
            self._attributes.update(attributes)
        if error is not None:
            self._attributes["error.message"] = error
        self._add(failed=error is not None)

    def _add(self, *, failed: bool) -> None:
        self._spans.add(
            self.trace_id,
            self.span_id,
            self._parent_id,
            self._name,
            self._kind,
            self._start,
            time.time_ns(),
            self._attributes,
            failed=failed,
            remote=self._remote,
        )


class Spans:
    """The finished spans of one service process, on their way to the local file and to OTLP."""

    def __init__(self, service: str, folder: Path | None, otlp_endpoint: str | None = None) -> None:
        self._service = service
        self.pending: list[dict[str, Any]] = []
        self._random = random.Random(os.urandom(16))  # noqa: S311 - ids must be unique, not secret
        self._file: int | None = None
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            # O_APPEND: several instances of a service write whole lines into one file.
            self._file = os.open(folder / f"{service}.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._otlp = BatchSpanProcessor(OTLPSpanExporter()) if otlp_endpoint else None
        self._resource = Resource.create({"service.name": service})

    def new_trace_id(self) -> str:
        return f"{self._random.getrandbits(128) or 1:032x}"

    def new_span_id(self) -> str:
        return f"{self._random.getrandbits(64) or 1:016x}"

    def start(
        self,
        name: str,
        kind: str = "internal",
        parent: str | None = None,
        attributes: Attributes | None = None,
        *,
        remote_parent: bool = False,
    ) -> Span:
        """A span that begins now. `kind` is OpenTelemetry's: internal, server, client, producer, consumer.

        `parent` is a `traceparent`; without one a new trace begins. `remote_parent` says that the parent belongs to
        a system whose spans are not ours to see, so that its absence does not count against the trace.
        """
        return Span(self, name, kind, parent, remote_parent, attributes or {})

    def add(
        self,
        trace_id: str,
        span_id: str,
        parent_id: str | None,
        name: str,
        kind: str,
        start: int,
        end: int,
        attributes: dict[str, str | int | bool],
        *,
        failed: bool = False,
        remote: bool = False,
    ) -> None:
        """A span that is over; times in nanoseconds since the epoch."""
        self.pending.append(
            {
                "trace_id": trace_id,
                "span_id": span_id,
                "parent_id": parent_id,
                "remote_parent": remote,
                "service": self._service,
                "name": name,
                "kind": kind,
                "start": start,
                "end": end,
                "status": "error" if failed else "ok",
                "attributes": attributes,
            }
        )

    def flush(self) -> None:
        """Writes what has ended. Survives the process being killed from here on; blocks for a file append only.

        Raises OSError where there is no room for it: then it is written at the next call, before what comes after it.
        """
        ended, self.pending = self.pending, []
        try:
            self.write(ended)
        except OSError:
            self.pending = ended + self.pending
            raise
        if self._otlp is not None:
            for span in ended:
                self._otlp.on_end(self._readable(span))

    def write(self, spans: Sequence[dict[str, Any]]) -> None:
        """Appends spans to the local file. Raises OSError unless all of it is there."""
        if self._file is not None and spans:
            # The newline before them ends a line that another write, cut short, has left without one.
            lines = b"\n" + b"".join([orjson.dumps(span, option=orjson.OPT_APPEND_NEWLINE) for span in spans])
            if os.write(self._file, lines) < len(lines):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def close(self) -> None:
        """Writes the rest and stops exporting, within the exporter's own time limit."""
        self.flush()
        if self._otlp is not None:
            self._otlp.shutdown()  # type: ignore[no-untyped-call]
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _readable(self, span: dict[str, Any]) -> ReadableSpan:
        trace_id = int(span["trace_id"], 16)
        sampled = TraceFlags(TraceFlags.SAMPLED)
        parent = span["parent_id"] and SpanContext(
            trace_id, int(span["parent_id"], 16), is_remote=True, trace_flags=sampled
        )
        return ReadableSpan(
            name=span["name"],
            context=SpanContext(trace_id, int(span["span_id"], 16), is_remote=False, trace_flags=sampled),
            parent=parent or None,
            resource=self._resource,
            attributes=span["attributes"],
            kind=SpanKind[span["kind"].upper()],
            status=Status(StatusCode.ERROR if span["status"] == "error" else StatusCode.OK),
            start_time=span["start"],
            end_time=span["end"],
        )
