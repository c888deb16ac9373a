"""Handing files in at a bridge, and receipts for reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console, Group, RenderableType
from rich.progress import track
from rich.table import Table

from deploy.local.client import client_of
from deploy.local.program import command
from deploy.local.state import RunningStack

MEDIA_TYPES = {
    ".json": "application/json",
    ".jsonl": "application/x-ndjson",
    ".csv": "text/csv",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
}
"""By the ending of a file's name."""
WAIT = 30
"""Seconds that the bridge may wait for the outcome."""
_TRACE_DIGITS = 12
"""Of a trace id shown: enough for `trace` to find it by."""
_SHOWN = 50
"""Messages and problems shown of one receipt; all of them are in its JSON."""

Receipt = Mapping[str, Any]


class UnknownFileError(Exception):
    """A file whose name does not tell what is in it."""


def submit_files(stack: RunningStack, country: str, files: Sequence[Path]) -> Sequence[tuple[Path, Receipt]]:
    """Each file with its receipt, in order. Raises UnknownFileError before anything is sent; httpx.HTTPError."""
    for path in files:
        if path.suffix.lower() not in MEDIA_TYPES:
            raise UnknownFileError(f"{path}: its name must end with one of {', '.join(MEDIA_TYPES)}.")
    screen = Console(stderr=True)
    with client_of(stack, stack.bridges[country], "submitter", country) as client:
        bar = track(files, "Handing in", console=screen, transient=True, disable=not screen.is_terminal)
        return [(path, _hand_in(client, path)) for path in bar]


def find_receipt(stack: RunningStack, receipt_id: str) -> Receipt | None:
    """The receipt as it is now, from whichever bridge gave it. Raises httpx.HTTPError."""
    for country, bridge in stack.bridges.items():
        with client_of(stack, bridge, "submitter", country) as client:
            answer = client.get(f"/v1/receipts/{receipt_id}")
            if answer.status_code != httpx.codes.NOT_FOUND:
                return decided(answer.raise_for_status().json())
    return None


def _hand_in(client: httpx.Client, path: Path) -> Receipt:
    headers = {"Content-Type": MEDIA_TYPES[path.suffix.lower()], "Prefer": f"wait={WAIT}"}
    answer = client.post("/v1/messages", content=path.read_bytes(), headers=headers)
    body = answer.json() if "json" in answer.headers.get("content-type", "") else {}
    if "items" in body:
        return decided(body)
    if "receipt" in body:
        return decided(body["receipt"] | {"problems": body["receipt"]["problems"] or body["problems"]})
    if "slug" not in body:
        answer.raise_for_status()
        raise httpx.HTTPStatusError("no receipt", request=answer.request, response=answer)
    counts = {"accepted": 0, "duplicates": 0, "held": 0, "rejected": 0}
    return {"receipt_id": None, "status": "rejected", "messages": 0, "counts": counts, "problems": [body], "items": []}


def decided(receipt: Receipt) -> Receipt:
    """The receipt with the core's word in it: a message it has refused counts as rejected, with its problem."""
    refused = [item for item in receipt["items"] if item["status"] == "accepted" and item["outcome"] == "refused"]
    if not refused:
        return receipt
    told = [(problem["slug"], problem.get("detail")) for problem in receipt["problems"]]
    new = [item["refused"] for item in refused if (item["refused"]["slug"], item["refused"].get("detail")) not in told]
    counts = dict(receipt["counts"])
    counts["accepted"] -= len(refused)
    counts["rejected"] += len(refused)
    items = [item | {"status": "rejected"} if item in refused else item for item in receipt["items"]]
    status = "rejected" if counts["rejected"] == receipt["messages"] else receipt["status"]
    return {**receipt, "status": status, "counts": counts, "problems": [*receipt["problems"], *new], "items": items}


def went_well(receipt: Receipt) -> bool:
    """Whether nothing of it was rejected and there is no problem but warnings."""
    errors = [problem for problem in receipt["problems"] if problem.get("severity", "error") == "error"]
    return receipt["status"] != "rejected" and not receipt["counts"]["rejected"] and not errors


def shown_receipt(title: str, receipt: Receipt) -> RenderableType:
    """A receipt for reading: its messages, and what is wrong where."""
    counts = ", ".join(f"{number} {name}" for name, number in receipt["counts"].items() if number)
    number = receipt["messages"]
    messages = f"{number} message{'' if number == 1 else 's'}" + (f" ({counts})" if counts else "")
    caption = f"receipt {receipt['receipt_id']}: {receipt['status']}, {messages}"
    problems = [_line(problem) for problem in receipt["problems"][:_SHOWN]]
    if receipt["receipt_id"] is None:
        return Group(f"{title}: {receipt['status']} as a whole", *problems)
    table = Table(title=title, caption=caption, title_justify="left", caption_justify="left")
    for heading in ("message", "status", "decided", "delivered", "published", "trace"):
        table.add_column(heading, overflow="fold", no_wrap=heading == "trace")
    for item in receipt["items"][:_SHOWN]:
        table.add_row(
            item["message_id"] or "?",
            _status(item),
            item["outcome"] or "",
            item["delivered"]["receipt"]["receipt_number"] if item["delivered"] else "",
            "\n".join(f"{country} {page['at'][:19]}Z" for country, page in item["published"].items()),
            item["traceparent"].split("-")[1][:_TRACE_DIGITS] if item["traceparent"] else "",
        )
    more = max(len(receipt["items"]), len(receipt["problems"])) - _SHOWN
    notes = [f"… and {more} more: see --json"] if more > 0 else []
    if any(item["status"] == "accepted" and not item["delivered"] for item in receipt["items"]):
        notes.append(f"Some are on their way: {command('receipt', receipt['receipt_id'])}")
    return Group(table, *problems, *notes)


def _status(item: Mapping[str, Any]) -> str:
    original = item.get("original_status") or "accepted"
    told: str = item["status"] if original in ("accepted", item["status"]) else f"{item['status']} of {original}"
    return told


def _line(problem: Mapping[str, Any]) -> str:
    row, pointer = problem.get("row"), problem.get("pointer")
    where = " ".join([*([f"row {row}"] if row else []), *([pointer] if pointer else [])])
    sign = "!" if problem.get("severity", "error") == "error" else "·"
    told = f"{sign} {problem['slug']}{f' at {where}' if where else ''}: {problem.get('detail', '')}"
    return f"{told} {problem.get('action', '')}".replace("[", "\\[")
