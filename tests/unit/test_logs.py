"""Logs of a process: one line each, and no floods."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from shared.telemetry import logs


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger, which is as it was afterwards."""
    found = logging.getLogger()
    handlers, level = found.handlers[:], found.level
    yield found
    found.handlers[:] = handlers
    found.setLevel(level)


def test_a_library_that_repeats_itself_is_heard_once_in_a_while(
    root: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("service")
    for node in range(100):
        logging.getLogger("aiokafka.cluster").error("no connection to node %s", node)
    logging.getLogger("aiokafka.cluster").error("something else")
    for number in range(3):
        logging.getLogger("shared.messaging").error("ours %s", number)
    said = [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()]
    assert said == ["no connection to node 0", "something else", "ours 0", "ours 1", "ours 2"]


def test_it_is_heard_again_later() -> None:
    moment = 100.0
    seldom = logs._Seldom(lambda: moment)
    record = logging.LogRecord("aiokafka", logging.ERROR, "", 1, "no connection", (), None)
    assert [seldom.filter(record), seldom.filter(record)] == [True, False]
    moment += logs.SELDOM
    assert seldom.filter(record)
