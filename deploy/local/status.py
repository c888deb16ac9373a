"""What runs, asked of each part at this moment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from rich.table import Table

from deploy.local.database import answers_at as database_answers
from deploy.local.kafka import answers_at as kafka_answers
from deploy.local.member import says_ready
from deploy.local.state import RunningProcess, RunningStack, State


def tell(stack: RunningStack) -> Mapping[str, Any]:
    """`{"services":[{"name","pid","url","ready"}],"kafka":{…},"database":{…},"traces":{…}}`, and the stand-ins."""
    traces = State(stack.folder).traces
    return {
        "services": [_process(service) for service in stack.services],
        "nationals": [_process(national) for national in stack.nationals.values()],
        "kafka": stack.kafka.model_dump() | {"ready": kafka_answers(stack.kafka.bootstrap_servers)},
        "database": stack.database.model_dump() | {"ready": database_answers(stack.database.uri)},
        "traces": {
            "folder": str(traces),
            "bytes": sum(path.stat().st_size for path in traces.glob("*.jsonl")),
            "otlp_endpoint": os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"),
        },
        "pid": stack.pid,
        "ready": stack.ready,
    }


def _process(process: RunningProcess) -> Mapping[str, Any]:
    return process.model_dump() | {"ready": says_ready(process.url)}


def table_of(told: Mapping[str, Any]) -> Table:
    """The same for reading."""
    kafka, database = told["kafka"], told["database"]
    rows = [
        {"name": "kafka", "url": kafka["bootstrap_servers"], **kafka},
        {"name": f"database ({database['server']})", "url": database["uri"], **database},
        *told["nationals"],
        *told["services"],
    ]
    table = Table()
    for heading in ("what", "where", "state"):
        table.add_column(heading, overflow="fold")
    table.add_column("pid", justify="right")
    for row in rows:
        state = "[green]ready" if row["ready"] else "[red]not ready"
        table.add_row(row["name"], row["url"], state, str(row["pid"] or ""))
    return table
