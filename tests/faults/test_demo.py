"""`kakehashi demo` keeps what its users rely on: its result, its exit code, and that a second run changes nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from deploy.demo.manifest import ACCEPTED, HELD, load
from deploy.local.state import State


def demo(stack: State) -> tuple[int, dict[str, Any]]:
    command = [sys.executable, "-m", "deploy.local.cli", "demo", "--json", "--state", str(stack.folder)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    print(ended.stderr)
    result: dict[str, Any] = json.loads(ended.stdout)
    return ended.returncode, result


@pytest.fixture(scope="module")
def twice(stack: State) -> tuple[tuple[int, dict[str, Any]], tuple[int, dict[str, Any]]]:
    """Exit code and result of the first run, in which things are killed, and of the second."""
    return demo(stack), demo(stack)


def test_the_first_run_brings_every_good_message_through_and_rejects_every_bad_one(twice: Any) -> None:
    (code, result), _ = twice
    seconds = result.pop("seconds")
    messages = [(file.expected, message) for file in load().files for message in file.all_messages()]
    good = [message for expected, message in messages if expected == ACCEPTED]
    held = sum(expected == HELD for expected, _ in messages)
    assert result == {
        "accepted": len(good),
        "duplicates": 0,
        "held": held,
        "delivered": len(good),
        "rejected": len(messages) - len(good) - held,
        "parked": 0,
        "published": {country: sum(country in message.pages for message in good) for country in ("jp", "kg")},
        "traces": {"complete": len(good), "broken": 0},
        "lost": 0,
    }
    assert result["accepted"] > 480
    assert held == 1
    assert seconds > 0
    assert code == 0


def test_the_second_run_finds_duplicates_only_and_changes_nothing(twice: Any) -> None:
    (_, first), (code, second) = twice
    assert second == first | {"accepted": 0, "duplicates": first["accepted"], "seconds": second["seconds"]}
    assert code == 0
