"""Runs a stand-in: `python -m deploy.national --country CC --port P --state DIR`.

Spans go to the folder that KAKEHASHI_TRACES names, so that a trace ends with this side's receipt.
"""

from __future__ import annotations

import argparse
import os
from contextlib import closing
from pathlib import Path

import uvicorn

from deploy.national.app import create_app
from deploy.national.records import Records
from shared.clock import SystemClock
from shared.telemetry.spans import Spans


def main() -> None:
    """Serves until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m deploy.national", description="Stand-in for a national system.")
    parser.add_argument("--country", required=True, help="its country's code, as in the agreement files")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True, help="the folder it keeps what it received in")
    options = parser.parse_args()
    traces = os.environ.get("KAKEHASHI_TRACES")
    with (
        closing(Records(options.state, options.country)) as records,
        closing(Spans(f"national-{options.country}", Path(traces) if traces else None)) as spans,
    ):
        app = create_app(options.country, records, spans, SystemClock())
        uvicorn.run(app, host=options.host, port=options.port, access_log=False, log_level="warning")


if __name__ == "__main__":
    main()
