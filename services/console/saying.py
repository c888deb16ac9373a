"""What an operator can say in a case, as forms, and the statements that come of them. Pure.

For a ministry that has no system of its own. What is said goes to the bridge of the operator's country
(`POST /v1/statements`), which checks it as it checks what a system hands in; the owner of the case decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any, Final, Literal

from shared.cases.resources import CaseResource
from shared.contracts.consent import KIND as CONSENT
from shared.contracts.consent import AskConsent, GrantConsent, RefuseConsent
from shared.contracts.consultation import KIND as CONSULTATION
from shared.contracts.consultation import AgreeConsultationDate, ProposeConsultationDate
from shared.contracts.inquiry import KIND as INQUIRY
from shared.contracts.inquiry import AcceptReplyDate, AnswerInquiry, DeclineInquiry, ProposeReplyDate

VERSION: Final = "1"
"""Of the layout in which statements are handed in."""
ANSWER: Final = "answer-"
"""Begins the names of the fields with answers; the question's number follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing that a form asks for."""

    name: str
    """The statement's member, or `answer-` and the number of a question."""
    form: Literal["text", "line", "day", "moment", "choice", "kept"]
    """`text` is said in the language chosen. `kept` is told and goes along as it stands."""
    value: str = ""
    """What stands there at first. A moment is one in UTC."""
    choices: Sequence[str] = ()
    needed: bool = True
    question: Mapping[str, str] = field(default_factory=dict)
    """What is to be answered, by language tag."""


@dataclass(frozen=True, slots=True)
class Form:
    """Something that can be said now."""

    command: str
    """CloudEvents type of the command that it comes to."""
    fields: Sequence[Field]

    @property
    def in_words(self) -> bool:
        """Whether there is a text in it, whose language is to be said."""
        return any(one.form == "text" for one in self.fields)


def forms(one: CaseResource, party: str | None) -> Sequence[Form]:
    """What `party` can say in the case as it stands. The owner's rules have the last word on it."""
    if party not in (one.country, one.other):
        return ()
    match one.kind:
        case kind if kind == INQUIRY:
            return tuple(_inquiry(one, party))
        case kind if kind == CONSULTATION:
            return tuple(_consultation(one, party))
        case kind if kind == CONSENT:
            return tuple(_consent(one, party))
        case _:
            return ()


def _inquiry(one: CaseResource, party: str) -> Iterator[Form]:
    """M6.4, M7.6, M3a."""
    parts = [part for part in one.record["parts"] if part["outcome"] == "open"]
    if not parts:
        return
    reference = Field(name="reference", form="line", needed=False)
    if party == one.other:
        answers = [
            Field(
                name=f"{ANSWER}{part['question']['number']}",
                form="text",
                needed=False,
                question=part["question"]["text"],
            )
            for part in parts
        ]
        yield Form(AnswerInquiry.__name__, [*answers, reference])
    proposal = one.record.get("proposal")
    if proposal is not None and proposal["by"] != party:
        yield Form(AcceptReplyDate.__name__, [Field(name="reply_on", form="kept", value=proposal["reply_on"])])
    yield Form(ProposeReplyDate.__name__, [Field(name="reply_on", form="day")])
    if party == one.other:
        grounds = [Field(name="legal_basis", form="line"), Field(name="ground", form="text", needed=False)]
        yield Form(DeclineInquiry.__name__, [*grounds, reference])


def _consultation(one: CaseResource, party: str) -> Iterator[Form]:
    """M4.2, M10b."""
    proposed = one.record.get("proposed_date")
    if one.status != "proposed" or proposed is None:
        return
    if proposed["by"] != party:
        yield Form(AgreeConsultationDate.__name__, [Field(name="on", form="kept", value=proposed["on"])])
    yield Form(ProposeConsultationDate.__name__, [Field(name="on", form="day")])


def _consent(one: CaseResource, party: str) -> Iterator[Form]:
    """M3b: as it was asked for, or for less."""
    if one.status != "asked" or party != one.other:
        return
    asked = AskConsent.model_validate(one.record["request"])
    yield Form(
        GrantConsent.__name__,
        [
            *(Field(name=name, form="kept", value=getattr(asked, name)) for name in ("record", "recipient", "purpose")),
            Field(name="expires_at", form="moment", value=asked.expires_at.isoformat()),
            Field(name="times", form="choice", choices=("once",) if asked.times == "once" else ("once", "many")),
            Field(name="reference", form="line", needed=False),
        ],
    )
    grounds = [Field(name="ground", form="text"), Field(name="legal_basis", form="line", needed=False)]
    yield Form(RefuseConsent.__name__, grounds)


def statement(
    form: Form, one: CaseResource, party: str, message_id: str, given: Mapping[str, str], zone: tzinfo
) -> dict[str, Any]:
    """What was given in the form, as the bridge takes it. `given`: by name, and the `language` of what is said.

    What is not a moment goes along as it was given: the bridge says what is wrong with it.
    """
    said: dict[str, Any] = {}
    answers = []
    language = given.get("language", "")
    for asked in form.fields:
        value = asked.value if asked.form == "kept" else given.get(asked.name, "").strip()
        if not value:
            continue
        if asked.name.startswith(ANSWER):
            answers.append({"number": int(asked.name.removeprefix(ANSWER)), "text": {language: value}})
        elif asked.form == "text":
            said[asked.name] = {language: value}
        else:
            said[asked.name] = _moment(value, zone) if asked.form == "moment" else value
    if answers:
        said["answers"] = answers
    head = {"message_id": message_id, "message_type": form.command, "version": VERSION}
    case = {"country": one.country.upper(), "number": one.id.removeprefix(f"{one.country}-")}
    addressee = {"addressee": one.other.upper()} if one.country == party else {}
    return head | case | addressee | said


def _moment(value: str, zone: tzinfo) -> str:
    """A moment by the clocks of the operator's country."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).isoformat()
