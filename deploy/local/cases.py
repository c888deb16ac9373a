"""`kakehashi case`: one case's whole way, asked of the console's API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from deploy.local.client import client_of
from deploy.local.layout import CONSOLE
from deploy.local.state import RunningStack

_TIMES = ("learned_at", "shared_at", "received_at", "accepted_at", "answered_at", "acted_at", "ended_at")


class NoSuchCaseError(Exception):
    """No case answers, to an operator of whichever country."""


def find_case(stack: RunningStack, wanted: str) -> Mapping[str, Any]:
    """The case as the console's `/api/v1/cases/ID` has it, for an operator of a country that it concerns.

    Raises NoSuchCaseError, and httpx.HTTPStatusError with any other problem, such as `ambiguous`.
    """
    detail = ""
    for country in stack.bridges:
        with client_of(stack, stack.service(CONSOLE), "operator", country) as client:
            answer = client.get(f"/api/v1/cases/{quote(wanted)}")
        if answer.status_code not in (httpx.codes.NOT_FOUND, httpx.codes.FORBIDDEN):
            found: Mapping[str, Any] = answer.raise_for_status().json()
            return found
        detail = detail or answer.json()["detail"]
    raise NoSuchCaseError(f"{detail} An ID is kind/agreement/case, or the case's number where one alone has it.")


def shown_case(case: Mapping[str, Any]) -> RenderableType:
    """A case for reading: whose it is, how it stands, when what happened, and by which message."""
    facts = Table(box=None, show_header=False, pad_edge=False)
    state = [case["status"], *(["overdue"] if case["overdue"] else []), *(["closed"] if case["closed"] else [])]
    title = " · ".join(case["title"].values())
    told = {"case": _name(case), "about": title, "parties": f"{case['country']} → {case['other']}"}
    told |= {"state": ", ".join(state), "due on": case["due_on"]}
    told |= {name.replace("_", " "): case[name] and _moment(case[name]) for name in _TIMES}
    for name, value in told.items():
        if value:
            facts.add_row(name, escape(str(value)))
    steps = Table(title="steps", title_justify="left")
    for heading in ("recorded", "step", "about", "receipt", "trace"):
        steps.add_column(heading, overflow="fold", no_wrap=heading == "recorded")
    for step in case["history"]:
        parts = ", ".join(map(str, step["parts"]))
        steps.add_row(
            _moment(step["recorded_at"]), step["event"], parts, step["receipt_id"] or "", step["trace_id"] or ""
        )
    return Group(facts, steps)


def _name(case: Mapping[str, Any]) -> str:
    return f"{case['kind']}/{case['agreement']}/{case['id']}"


def _moment(text: str) -> str:
    return f"{text[:19].replace('T', ' ')}Z"
