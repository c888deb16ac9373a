"""Asks Prometheus' and Alertmanager's own tools about our settings: `python -m deploy.monitoring`, for `make check`.

Metrics, whom Prometheus asks, alerts with their tests, the queries of the dashboards, Alertmanager's settings. Where a
tool is not installed this says so and goes on; in CI that is a failure. Exit code 1 if anything is wrong.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import yaml
from prometheus_client import generate_latest

import deploy
from shared.telemetry import metrics

_FOLDER = Path(deploy.__path__[0])
_PROMETHEUS = _FOLDER / "prometheus"
# What Grafana fills in; for the form of a query any value does.
_VARIABLES = {"$__rate_interval": "5m", "$service": ".*"}


def main() -> None:
    """Runs every check and shows what the tools say of those that fail."""
    wrong = False
    for title, argv, given in _checks():
        if shutil.which(argv[0]) is None:
            print(f"{title}: not checked, {argv[0]} is not on the path (Debian: prometheus, prometheus-alertmanager)")
            wrong |= bool(os.environ.get("CI"))
            continue
        done = subprocess.run(argv, input=given, capture_output=True, text=True, check=False)
        if done.returncode:
            wrong = True
            print(f"{title}: {' '.join(argv)}\n{done.stdout}{done.stderr}")
    sys.exit(wrong)


def _checks() -> Iterator[tuple[str, list[str], str | None]]:
    """Each check: what it is of, the command, and what goes into it."""
    # promtool looks at samples only, so that each metric shows one of every label.
    for metric in metrics.all_metrics():
        if metric._labelnames:
            metric.labels(*("x" for _ in metric._labelnames))
    yield "metrics", ["promtool", "check", "metrics"], generate_latest().decode()
    yield "Prometheus", ["promtool", "check", "config", str(_PROMETHEUS / "prometheus.yml")], None
    yield "alerts", ["promtool", "check", "rules", "--lint-fatal", str(_PROMETHEUS / "rules.yml")], None
    yield "tests of the alerts", ["promtool", "test", "rules", str(_PROMETHEUS / "rules.test.yml")], None
    with tempfile.TemporaryDirectory() as folder:
        for path in sorted((_FOLDER / "grafana" / "dashboards").glob("*.json")):
            queries = Path(folder) / f"{path.stem}.yml"
            queries.write_text(yaml.safe_dump({"groups": [{"name": path.stem, "rules": list(_queries(path))}]}))
            yield f"dashboard {path.stem}", ["promtool", "check", "rules", str(queries)], None
    yield "Alertmanager", ["amtool", "check-config", str(_FOLDER / "alertmanager" / "alertmanager.yml")], None


def _queries(path: Path) -> Iterator[dict[str, str]]:
    """The queries of a dashboard as recording rules, which promtool reads."""
    for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]:
        for target in panel.get("targets", ()):
            query = target["expr"]
            for variable, value in _VARIABLES.items():
                query = query.replace(variable, value)
            yield {"record": f"panel:{panel['id']}:{target['refId'].lower()}", "expr": query}


if __name__ == "__main__":
    main()
