"""What operators say for a country that has no system for it meets the same checks and goes the same way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from importlib import import_module
from typing import Any

import pytest

from shared.bridge.core_events import CASE_KINDS
from shared.bridge.operators import EXAMPLES, ID, TYPE, operators
from shared.contracts.base import Contract
from shared.contracts.case import InCase, Statement
from shared.contracts.inquiry import EXAMPLES as INQUIRIES
from shared.contracts.inquiry import AnswerInquiry, AskInquiry, DeclineInquiry
from tests.bridge_builders import Border, running

ANSWER = {**EXAMPLES[0], "country": "JP"}
SAID = [
    (one, example)
    for kind in CASE_KINDS
    if kind.commands_topic == "inquiry.commands.v1" and not kind.sealed
    for one in kind.statements
    for example in import_module(one.command.__module__).EXAMPLES
    if type(example) is one.command
]


@pytest.fixture
async def border() -> AsyncIterator[Border]:
    async with running(Border()) as border:
        yield border


def document(command: Contract, by: str, other: str) -> dict[str, Any]:
    """The statement of a party in a case of `xa`, as its operators write it."""
    written = command.model_dump(mode="json", exclude_defaults=True)
    head = {ID: "console-1", TYPE: type(command).__name__, "version": "1", "country": "XA"}
    return written | head | ({"addressee": other.upper()} if by == "xa" else {})


@pytest.mark.parametrize(("statement", "command"), SAID, ids=lambda one: type(one).__name__)
def test_every_statement_of_a_case_is_taken_by_its_own_names(statement: Statement, command: InCase) -> None:
    by, other = ("xb", "xa") if statement.by == "other" else ("xa", "xb")
    translation = operators(by).inward[type(command).__name__](document(command, by, other))
    assert translation.problems == []
    assert translation.matter is not None
    assert translation.matter.command == command
    assert translation.matter.destination == other


@pytest.mark.parametrize("kind", [AskInquiry, AnswerInquiry, DeclineInquiry])
def test_so_are_inquiries_their_answers_and_refusals(kind: type[Contract]) -> None:
    (command,) = (one for one in INQUIRIES if type(one) is kind)
    written = document(command, "xb", "xa")
    if isinstance(command, AskInquiry):
        written = document(command.inquiry, "xa", "xb") | {TYPE: kind.__name__}
    for answer in written.get("answers", []):
        answer["number"] = answer.pop("question")
    if isinstance(command, DeclineInquiry):
        written["questions"] = [{"number": one} for one in command.questions]
    translation = operators("xa" if kind is AskInquiry else "xb").inward[kind.__name__](written)
    assert translation.problems == []
    assert translation.matter is not None
    assert translation.matter.command == command


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one[TYPE])
def test_the_examples_are_taken(example: dict[str, Any]) -> None:
    assert operators("xb").inward[example[TYPE]](example).problems == []


def test_nothing_is_said_here_of_persons_or_of_the_agreement() -> None:
    taken = set(operators("xa").inward)
    assert not taken & {"RequestReturnAssistance", "RaiseResidenceMatter", "GiveTerminationNotice", "SignAmendment"}
    assert {"AnswerInquiry", "ProposeConsultationDate", "GrantConsent"} <= taken


async def test_what_an_operator_says_is_in_the_ledger_and_goes_to_its_owner(border: Border) -> None:
    answer = await border.say(ANSWER)
    assert answer.status_code == 202
    (entry,) = await border.entries()
    assert (entry.message_id, entry.actor) == ("console-0001", "operator:ministry@kg")
    await border.ledger.publish_oldest()
    (sent,) = border.sender.headers()
    assert (sent["ce_type"], sent["ce_originator"], sent["ce_addressee"]) == ("AnswerInquiry", "kg", "jp")
    assert sent["ce_actor"] == "operator:ministry@kg"


async def test_what_is_said_twice_is_said_once(border: Border) -> None:
    first, second = await border.say(ANSWER), await border.say(ANSWER)
    assert (first.status_code, second.status_code) == (202, 200)
    assert first.json()["receipt_id"] == second.json()["receipt_id"]
    other = await border.say({**ANSWER, "reference": "other"})
    assert (other.status_code, other.json()["slug"]) == (409, "used-id")


@pytest.mark.parametrize(
    ("changed", "slug", "pointer"),
    [
        ({"country": None}, "missing-field", "/country"),
        ({"country": "KG"}, "wrong-party", "/country"),
        ({"country": "ZZ"}, "no-agreement", "/country"),
        ({"version": "2"}, "wrong-form", "/version"),
        ({"answers": [{"number": 1, "text": {"english": "?"}}]}, "wrong-form", "/answers/0/text/english"),
        ({TYPE: "GiveTerminationNotice"}, "unknown-type", f"/{TYPE}"),
        ({TYPE: "GrantConsent"}, "missing-field", "/record"),
    ],
)
async def test_what_is_wrong_is_told_with_its_place(
    border: Border, changed: dict[str, Any], slug: str, pointer: str
) -> None:
    answer = await border.say({name: value for name, value in {**ANSWER, **changed}.items() if value is not None})
    told = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (slug, pointer) in {(one["slug"], one["pointer"]) for one in told["problems"]}


async def test_only_operators_of_the_country_speak_for_it(border: Border) -> None:
    assert (await border.say(ANSWER, border.token("submitter"))).json()["slug"] == "wrong-role"
    assert (await border.say(ANSWER, border.token("operator", "jp"))).json()["slug"] == "wrong-party"
    assert await border.entries() == []
