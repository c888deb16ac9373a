"""The supervisor outlives a full disk, on which nothing can be started, written or told."""

from __future__ import annotations

import errno
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console

from deploy.local.board import ConsoleBoard
from deploy.local.kafka import Kafka
from deploy.local.member import Member
from deploy.local.process import Process


class Full:
    """A file on a full disk."""

    encoding = "utf-8"

    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    def flush(self) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_what_cannot_be_started_is_started_when_it_can(tmp_path: Path) -> None:
    said: list[str] = []
    # In place of a full disk: where its log should be, nothing can be written.
    (tmp_path / "log").mkdir()
    process = Process("program", [sys.executable, "-c", "import time; time.sleep(60)"], log=tmp_path / "log")
    member = Member(process, lambda: True, url="", say=said.append)
    try:
        member.start()
        assert member.condition == "restarting"
        assert said[0].startswith("program cannot be started: ")
        (tmp_path / "log").rmdir()
        while not process.running:
            member.look()
    finally:
        process.kill()


def test_a_server_that_runs_and_answers_no_more_is_started_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    answers = iter([True])
    process = Process("server", [sys.executable, "-c", "import time; time.sleep(60)"], log=tmp_path / "log")
    member = Member(process, lambda: next(answers, False), url="", say=said.append, patience=0.3)
    monkeypatch.setattr("deploy.local.member.LOOK_AGAIN", 0.1)
    try:
        member.start()
        first = process.pid
        until = time.monotonic() + 30
        while process.pid in (first, None) and time.monotonic() < until:
            member.look()
        assert process.pid not in (first, None)
        assert f"server (pid {first}) answers no more: killed" in said
    finally:
        process.kill()


def test_news_that_cannot_be_written_are_lost_and_no_more(capsys: pytest.CaptureFixture[str]) -> None:
    ConsoleBoard(Console(file=Full())).say("everything is ready")  # type: ignore[arg-type]


def test_the_brokers_settings_are_replaced_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kafka = Kafka(tmp_path / "kafka", 1, 2, log=tmp_path / "log")
    settings = kafka.state / "server.properties"
    settings.parent.mkdir()
    settings.write_text("as they were\n")

    def cut_short(path: Path, content: str) -> int:
        with path.open("w") as file:
            file.write(content[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", cut_short)
    with pytest.raises(OSError, match="No space"):
        kafka.start()
    assert settings.read_text() == "as they were\n"
