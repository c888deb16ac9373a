"""Spans reach the local file before anything refers to them, and a collector where one is named."""

from __future__ import annotations

import http.server
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from shared.telemetry.spans import Spans, read_spans

PARENT = f"00-{'a' * 32}-{'b' * 16}-01"


def written(folder: Path) -> list[dict[str, Any]]:
    return list(read_spans((folder / "service.jsonl").read_bytes().splitlines()))


def test_a_span_continues_the_trace_of_its_parent(tmp_path: Path) -> None:
    spans = Spans("service", tmp_path)
    span = spans.start("deliver", "client", PARENT, {"kakehashi.attempt": 1})
    assert span.traceparent == f"00-{'a' * 32}-{span.span_id}-01"
    span.end(error="no answer")
    spans.flush()
    (line,) = written(tmp_path)
    assert (line["trace_id"], line["parent_id"], line["status"]) == ("a" * 32, "b" * 16, "error")
    assert line["attributes"] == {"kakehashi.attempt": 1, "error.message": "no answer"}


@pytest.mark.parametrize("malformed", [None, "", "00-zz-11-01", PARENT[:-1]])
def test_without_a_parent_that_can_be_read_a_new_trace_begins(tmp_path: Path, malformed: str | None) -> None:
    span = Spans("service", tmp_path).start("accept", "server", malformed, remote_parent=True)
    assert span.trace_id != "a" * 32
    assert len(span.trace_id) == 32


def test_an_announced_span_is_in_the_file_before_its_end_and_again_after_it(tmp_path: Path) -> None:
    spans = Spans("service", tmp_path)
    waiting = spans.start("other")
    waiting.end()
    span = spans.start("deliver", parent=PARENT)
    span.announce()
    assert [line["span_id"] for line in written(tmp_path)] == [span.span_id]
    span.end()
    spans.flush()
    assert [line["span_id"] for line in written(tmp_path)] == [span.span_id, waiting.span_id, span.span_id]


def test_what_a_full_disk_cut_short_is_written_again_and_spoils_nothing_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spans = Spans("service", tmp_path)
    first = spans.start("first")
    first.end()
    write = os.write
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda file, content: write(file, content[: len(content) // 2]))
        with pytest.raises(OSError, match="No space"):
            spans.flush()
    second = spans.start("second")
    second.end()
    spans.flush()
    assert [line["span_id"] for line in written(tmp_path)] == [first.span_id, second.span_id]


def test_a_full_disk_at_an_announcement_loses_no_other_span(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spans = Spans("service", tmp_path)
    waiting = spans.start("other")
    waiting.end()
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda file, content: 0)
        with pytest.raises(OSError, match="No space"):
            spans.start("deliver").announce()
    spans.flush()
    assert [line["span_id"] for line in written(tmp_path)] == [waiting.span_id]


@pytest.fixture
def collector() -> Iterator[tuple[str, list[ExportTraceServiceRequest]]]:
    """An OTLP endpoint on this machine that keeps what it gets."""
    received: list[ExportTraceServiceRequest] = []

    class Collector(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", received
    server.shutdown()
    thread.join()
    server.server_close()


def test_each_span_reaches_the_collector_once_with_its_ids_and_service(
    tmp_path: Path, collector: tuple[str, list[ExportTraceServiceRequest]], monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint, received = collector
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
    spans = Spans("service", tmp_path, endpoint)
    span = spans.start("deliver", "client", PARENT, {"kakehashi.attempt": 2})
    span.announce()
    span.end()
    spans.close()
    sent = [
        (resource.resource.attributes, exported)
        for request in received
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for exported in scope.spans
    ]
    ((attributes, exported),) = sent
    assert exported.trace_id.hex() == "a" * 32
    assert (exported.span_id.hex(), exported.parent_span_id.hex()) == (span.span_id, "b" * 16)
    assert "service" in [attribute.value.string_value for attribute in attributes]
