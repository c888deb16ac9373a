"""The results of all runs, a line for each seed in a file, and the page that is made of them."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from tests.faults.run import Result


class Table:
    def __init__(self, path: Path, results: dict[int, Result]) -> None:
        self._path = path
        self._results = results

    @classmethod
    def of(cls, path: Path) -> Self:
        lines = path.read_text().splitlines() if path.exists() else []
        results = [Result.model_validate_json(line) for line in lines]
        return cls(path, {result.seed: result for result in results})

    def add(self, result: Result) -> None:
        self._results[result.seed] = result
        lines = [self._results[seed].model_dump_json() for seed in sorted(self._results)]
        self._path.write_text("".join(f"{line}\n" for line in lines))

    def render(self, page: Path) -> None:
        pass
