"""A watched folder: files are taken when they are whole, and answered with a receipt beside them.

- `incoming`: where the national system puts files: best under another name (`.part`, or a leading dot), renamed at the
  end; else a file is taken once it has kept its size for a while and nobody has it locked;
- `working`: taken and not answered yet; what a crash leaves here is taken again, and is a duplicate then;
- `accepted`, `held`, `rejected`: the file as it was, and `<name>.receipt.json`.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import shutil
import tempfile
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from shared.bridge.desk import Desk
from shared.bridge.kit import Bridge
from shared.bridge.reading import CSV, JSON, MAX_BODY_BYTES, NDJSON
from shared.bridge.receipts import Receipt
from shared.errors import Problem, ProblemError, problem
from shared.store.base import StoreUnavailable
from shared.telemetry.logs import get_logger

log = get_logger(__name__)

SETTLED: Final = 1.0
"""Seconds for which a file must not have changed."""
LOOK: Final = 0.5
"""Seconds between looks into the folder."""
AGAIN: Final = 5.0
"""Seconds after which what could not be taken is tried again."""

MEDIA_TYPES: Final = {".json": JSON, ".jsonl": NDJSON, ".ndjson": NDJSON, ".csv": CSV}
UNFINISHED: Final = (".part", ".tmp", ".filepart", ".crdownload")
"""Endings under which programs write what is not whole yet."""
RECEIPT: Final = ".receipt.json"


@dataclass(frozen=True, slots=True)
class _Look:
    """What tells one state of a file from another."""

    inode: int
    size: int
    changed: int

    @classmethod
    def at(cls, path: Path) -> _Look:
        found = path.stat()
        return cls(found.st_ino, found.st_size, found.st_mtime_ns)


class FileDrop:
    """The folder of one bridge. `watch` runs from start to stop; several instances may watch one folder.

    `actor` is who hands in whatever is put there: the folder's own permissions say who may.
    """

    def __init__(self, bridge: Bridge, desk: Desk, folder: Path, *, actor: str, settled: float = SETTLED) -> None:
        self._bridge = bridge
        self._desk = desk
        self._actor = actor
        self._settled = settled
        self._folder = folder
        self._incoming = folder / "incoming"
        self._working = folder / "working"
        self._seen: dict[Path, _Look] = {}

    async def watch(self) -> None:
        """Takes files until cancelled; first those that an earlier process had taken and not answered."""
        for name in ("incoming", "working", "accepted", "held", "rejected"):
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        await self._patiently(self.take_up_again)
        while True:
            await self._patiently(self.look)
            await asyncio.sleep(LOOK)

    async def _patiently(self, work: Any) -> None:
        try:
            await work()
        except (StoreUnavailable, OSError) as error:
            log.warning("dropped files wait", error=str(error), seconds=AGAIN)
            await asyncio.sleep(AGAIN)
            if work == self.look:
                await self._patiently(self.take_up_again)

    async def look(self) -> int:
        """Takes the files that are whole, in the order of their names; says how many. Raises StoreUnavailable, OSError:
        what was taken then stays in `working`."""
        taken = 0
        for path in await asyncio.to_thread(self._whole_ones):
            claimed = await asyncio.to_thread(self._claim, path)
            if claimed is not None:
                await self._take(claimed)
                taken += 1
        return taken

    async def take_up_again(self) -> int:
        """Takes what is in `working`. Raises StoreUnavailable, OSError."""
        left = await asyncio.to_thread(lambda: sorted(path for path in self._working.glob("*/*") if path.is_file()))
        for path in left:
            await self._take(path)
        return len(left)

    # -- which files ----------------------------------------------------------------------------------------------

    def _whole_ones(self) -> list[Path]:
        now: dict[Path, _Look] = {}
        whole = []
        for path in sorted(self._incoming.iterdir()):
            if path.name.startswith(".") or path.suffix.lower() in UNFINISHED or not path.is_file():
                continue
            try:
                now[path] = _Look.at(path)
            except FileNotFoundError:
                continue
            quiet = time.time() - now[path].changed / 1e9 >= self._settled
            if quiet and self._seen.get(path) == now[path]:
                whole.append(path)
        self._seen = now
        return whole

    def _claim(self, path: Path) -> Path | None:
        """Moves a file where it is ours alone. None where somebody writes it still, or another instance was faster."""
        seen = self._seen[path]
        mine = self._working / uuid.uuid4().hex
        try:
            with path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                mine.mkdir()
                claimed = path.rename(mine / path.name)
        except (BlockingIOError, FileNotFoundError):
            if mine.exists():
                mine.rmdir()
            return None
        if _Look.at(claimed) != seen:
            # Written to in the very moment: back, to be looked at again.
            claimed.rename(path)
            mine.rmdir()
            return None
        return claimed

    # -- one file -------------------------------------------------------------------------------------------------

    async def _take(self, path: Path) -> None:
        """Hands a claimed file in and puts it away with its receipt."""
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / path.name
            try:
                before = _Look.at(path)
                if before.size <= self._largest(path):
                    await asyncio.to_thread(shutil.copyfile, path, copy)
                    if _Look.at(path) != before:
                        log.warning("a file changed while it was read", file=path.name)
                        await asyncio.to_thread(self._put_back, path)
                        return
                receipt = await self._hand_in(path.name, copy, before.size)
                told: Mapping[str, Any] = receipt.shown()
                where = _folder_of(receipt)
            except FileNotFoundError:
                return  # another instance has put it away
            except ProblemError as error:
                where, told = "rejected", _problem_told(error.problem)
        await asyncio.to_thread(self._put_away, path, where, told)

    async def _hand_in(self, name: str, copy: Path, size: int) -> Receipt:
        most = self._largest(copy)
        if size > most:
            raise ProblemError(problem("too-large", f"{name} has {size} bytes; {most} are taken at once."))
        register = self._register(copy)
        if register is not None:
            handed = await self._desk.hand_in_edition(register, copy, actor=self._actor)
        elif copy.suffix.lower() in MEDIA_TYPES:
            body = await asyncio.to_thread(copy.read_bytes)
            handed = await self._desk.hand_in(body, MEDIA_TYPES[copy.suffix.lower()], actor=self._actor)
        else:
            known = ", ".join([*MEDIA_TYPES, *(one.suffix for one in self._bridge.registers)])
            detail = f"{name} does not end with one of {known}."
            raise ProblemError(problem("unsupported-media-type", detail))
        return handed.receipt

    def _register(self, path: Path) -> Any:
        return next((one for one in self._bridge.registers if one.suffix == path.suffix.lower()), None)

    def _largest(self, path: Path) -> int:
        register = self._register(path)
        return MAX_BODY_BYTES if register is None else int(register.largest)

    def _put_away(self, path: Path, where: str, told: Mapping[str, Any]) -> None:
        """The receipt first: a file that has been put away has been answered."""
        goal = _free(self._folder / where / path.name)
        receipt = goal.with_name(goal.name + RECEIPT)
        new = receipt.with_name(f".{receipt.name}.tmp")
        new.write_text(json.dumps(told, ensure_ascii=False, indent=2), encoding="utf-8")
        new.replace(receipt)
        path.replace(goal)
        path.parent.rmdir()
        log.info("a dropped file was answered", file=goal.name, where=where)

    def _put_back(self, path: Path) -> None:
        path.replace(_free(self._incoming / path.name))
        path.parent.rmdir()


def _free(path: Path) -> Path:
    """A path of this name that no file has: `name.csv`, `name-2.csv` …"""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return free


def _folder_of(receipt: Receipt) -> str:
    told = {item.original_status or item.status for item in receipt.items}
    return next((status for status in ("accepted", "held") if status in told), "rejected")


def _problem_told(found: Problem) -> Mapping[str, Any]:
    """As a receipt has it, where nothing was recorded that could have one."""
    return {"receipt_id": None, "status": "rejected", "problems": [found.model_dump(mode="json", exclude_none=True)]}
