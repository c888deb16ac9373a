"""Kyrgyz documents and the contracts, one into the other. Pure.

Organizations are described in the fields of the Ministry of Justice's `SubjectFromTo` (formats.md B1), with its own
spellings. The layout of permit and revocation and of what goes back to the ministry is assumed (formats.md B4): no
public document shows it, so it is versioned here and its fixtures are named `assumed_layout`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from services.bridge_kg.dates import format_date, parse_date
from services.bridge_kg.identifiers import parse_okpo, parse_tin
from shared.bridge.fields import Fields, as_is, matching
from shared.bridge.kit import REGISTRY_COMMANDS, About, Matter, Outward, Translation, Translations
from shared.bridge.reading import Document
from shared.clock import rfc3339
from shared.contracts.base import Contract
from shared.contracts.case import case_of
from shared.contracts.common import CommandRefused
from shared.contracts.delivery import MessageDelivered, MessageUndelivered
from shared.contracts.publication import RegisterEntryPublished
from shared.contracts.sending_organization import (
    AccreditSendingOrganization,
    AmendSendingOrganization,
    Identifier,
    Permit,
    ReinstateSendingOrganization,
    RenewSendingOrganization,
    ResumeSendingOrganization,
    RevokeSendingOrganization,
    SendingOrganization,
    SuspendSendingOrganization,
    stream_of,
)
from shared.errors import Problem

COUNTRY = "kg"

ADDRESS = ("region", "district", "city", "village", "microdistrict", "street", "house", "room")
"""The parts of an address, the largest first."""

NOT_SHARED = (
    "id", "updated", "foreign_part", "capital", "order_date", "order_num", "first_order_date", "ind_founders",
    "jur_founders", "total_founders", "base_bus_code", "description", "category", "reorganization", "screate",
    "screate_name", "reorg_type", "reorg_type_name", "ownership", "ownership_name", "founders",
)  # fmt: skip
"""Fields of `SubjectFromTo` that no clause of the memorandum asks for, personal ones among them: they stay here."""

parse_country = matching(r"[A-Za-z]{2}", "a country as two letters (ISO 3166-1)")


# -- inward -------------------------------------------------------------------------------------------------------


def accreditation(document: Document) -> Translation:
    """M7.1, M7.2: an organization was accredited for one country of destination."""
    fields = Fields(document)
    organization, permit = organization_in(fields), _permit(fields)
    command = AccreditSendingOrganization(
        organization=organization, permit=permit, application_number=fields.text("application_number")
    )
    return translated(fields, command, organization.registration_number, permit.destination)


def amendment(document: Document) -> Translation:
    """M7.2: the entry from `effective_from` on, whole, in place of the one before."""
    fields = Fields(document)
    organization, permit = organization_in(fields), _permit(fields)
    day = fields.required("effective_from", parse_date, date.min)
    command = AmendSendingOrganization(organization=organization, permit=permit, effective_on=day)
    return translated(fields, command, organization.registration_number, permit.destination)


def renewal(document: Document) -> Translation:
    """M7.1: the permit is prolonged to another last day, by a decision made before it runs out."""
    fields = Fields(document)
    tin, destination = named(fields)
    decision = fields.section("renewal", required=True)
    command = RenewSendingOrganization(
        country=COUNTRY,
        registration_number=tin,
        decided_on=decision.required("decision_date", parse_date, date.min),
        decision_number=decision.text("decision_number"),
        valid_to=decision.required("valid_to", parse_date, date.min),
        application_number=decision.text("application_number"),
    )
    decision.finish()
    return translated(fields, command, tin, destination)


def suspension(document: Document) -> Translation:
    """M7.4: the permit for one country of destination is suspended from `effective_from` on."""
    fields = Fields(document)
    tin, destination = named(fields)
    command = SuspendSendingOrganization(
        country=COUNTRY,
        registration_number=tin,
        **_decision(fields, "suspension", grounded=True, notified_by=destination),
    )
    return translated(fields, command, tin, destination)


def resumption(document: Document) -> Translation:
    """M7.4: the suspension ends, `effective_from` being the first day without it."""
    fields = Fields(document)
    tin, destination = named(fields)
    command = ResumeSendingOrganization(
        country=COUNTRY, registration_number=tin, **_decision(fields, "resumption", grounded=False)
    )
    return translated(fields, command, tin, destination)


def revocation(document: Document) -> Translation:
    """M7.4: the permit for one country of destination is cancelled, `effective_from` being the first day without it."""
    fields = Fields(document)
    tin, destination = named(fields)
    command = RevokeSendingOrganization(
        country=COUNTRY,
        registration_number=tin,
        **_decision(fields, "revocation", grounded=True, notified_by=destination),
    )
    return translated(fields, command, tin, destination)


def reinstatement(document: Document) -> Translation:
    """M7.4: a cancellation is set aside, by a court or the ministry; the permit stands again from `effective_from`."""
    fields = Fields(document)
    tin, destination = named(fields)
    command = ReinstateSendingOrganization(
        country=COUNTRY, registration_number=tin, **_decision(fields, "reinstatement", grounded=True)
    )
    return translated(fields, command, tin, destination)


INWARD = {
    "accreditation": accreditation,
    "amendment": amendment,
    "renewal": renewal,
    "suspension": suspension,
    "resumption": resumption,
    "revocation": revocation,
    "reinstatement": reinstatement,
}
DECISIONS = ("renewal", "suspension", "resumption", "revocation", "reinstatement")
"""Of these types, which name the organization by its ИНН and say what was decided in a section of their own name."""


def named(fields: Fields) -> tuple[str, str]:
    """Whose permit a decision is about, and for which country of destination."""
    tin = fields.required("tin", parse_tin, "")
    permit = fields.section("permit", required=True)
    destination = permit.required("country", parse_country, "").lower()
    permit.skip("number")
    permit.finish()
    return tin, destination


def _decision(fields: Fields, name: str, *, grounded: bool, notified_by: str | None = None) -> dict[str, Any]:
    """From when on, why, by which decision; where it may follow from the notice of a country, from which."""
    decision = fields.section(name, required=True)
    decision.optional("decision_date", parse_date)
    read = {
        "effective_on": decision.required("effective_from", parse_date, date.min),
        "ground": by_language(ky=decision.text("ground_gl"), ru=decision.text("ground_ol", required=grounded)),
        "decision_number": decision.text("decision_number"),
    }
    if notified_by is not None:
        read["case"] = _notice(decision, notified_by)
    decision.finish()
    return read


def _notice(decision: Fields, destination: str) -> str | None:
    """M7.3: the notice of the country of destination that the decision follows from, where it does."""
    if not decision.given("notice"):
        return None
    notice = decision.section("notice")
    country = notice.required("country", parse_country, "").lower()
    if country and country != destination:
        notice.tell("wrong-party", "country", "The notice is of another country than the permit.")
    case = case_of(country, notice.required("number", as_is, ""))
    notice.finish()
    return case


def translated(fields: Fields, command: Contract, tin: str, destination: str) -> Translation:
    """The command to the organization's stream, or all that is wrong with the document."""
    fields.skip("message_id", "message_type")
    fields.finish()
    if fields.errors:
        return Translation(None, fields.problems)
    matter = Matter(command, REGISTRY_COMMANDS, stream_of(COUNTRY, tin), destination, pointer="/permit/country")
    return Translation(matter, fields.problems)


def organization_in(fields: Fields) -> SendingOrganization:
    """The organization in the fields of `SubjectFromTo`."""
    fields.skip(*NOT_SHARED)
    tin = fields.required("tin", parse_tin, "")
    numbers = {
        "kg.tin": tin,
        "kg.okpo": fields.required("stat_sub_code", parse_okpo, ""),
        "kg.minjust": fields.text("registr_code"),
    }
    address = [part for part in (fields.text(name) for name in ADDRESS) if part is not None]
    emails = (fields.text("email1"), fields.text("email2"))
    return SendingOrganization(
        country=COUNTRY,
        registration_number=tin,
        identifiers=tuple(Identifier(scheme=scheme, value=value) for scheme, value in numbers.items() if value),
        # A Latin name is what its bearer chose (formats.md B5): as received, or none.
        names=by_language(
            ky=fields.required("full_name_gl", as_is, ""),
            ru=fields.required("full_name_ol", as_is, ""),
            latin=fields.text("full_name_latin"),
        ),
        short_names=by_language(
            ky=fields.text("short_name_gl"),
            ru=fields.text("short_name_ol"),
            latin=fields.text("short_name_latin"),
        ),
        legal_form=fields.text("category_name"),
        address=", ".join(address) or None,
        phones=tuple(part.strip() for part in re.split(r"[,;\n]", fields.text("phones") or "") if part.strip()),
        emails=tuple(email for email in emails if email is not None),
        representative=fields.text("shief"),
    )


def _permit(fields: Fields) -> Permit:
    """The permit for work abroad of one country of destination (assumed layout); both days are inclusive."""
    permit = fields.section("permit", required=True)
    valid_from = permit.required("valid_from", parse_date, date.min)
    valid_to = permit.optional("valid_to", parse_date)
    if valid_to is not None and valid_to < valid_from:
        permit.tell(
            "dates-reversed",
            "valid_to",
            f"It is valid to {format_date(valid_to)}, which is before {format_date(valid_from)}.",
        )
    read = Permit(
        number=permit.required("number", as_is, ""),
        destination=permit.required("country", parse_country, "").lower(),
        decided_on=permit.optional("decision_date", parse_date),
        decision_number=permit.text("decision_number"),
        valid_from=valid_from,
        valid_to=valid_to,
    )
    permit.finish()
    return read


def by_language(*, ky: str | None, ru: str | None, latin: str | None = None) -> dict[str, str]:
    """The texts that there are, by language tag."""
    names = {"ky": ky, "ru": ru, "ky-Latn": latin}
    return {language: name for language, name in names.items() if name}


TOLD_OF_PROBLEMS = frozenset({"slug", "title", "detail", "clause", "action"})
"""What the ministry hears of a problem."""


# -- outward (assumed layout) -------------------------------------------------------------------------------------


def delivery_receipt(event: MessageDelivered, about: About) -> Document:
    """The other side's national system has the ministry's message, and gave this receipt."""
    return _answer("delivery-receipt", about) | {
        "country": event.country.upper(),
        "receipt_number": event.receipt.receipt_number,
        "received_at": rfc3339(event.receipt.received_at),
        "digest": event.digest,
        "signature": event.signature,
    }


def delivery_failure(event: MessageUndelivered, about: About) -> Document:
    """The ministry's message did not reach the other side's national system, and why."""
    return _answer("delivery-failure", about) | {"country": event.country.upper(), "reason": _reason(event.problem)}


def publication_confirmation(event: RegisterEntryPublished, about: About) -> Document:
    """M6.1, M6.2, M7.2: what the ministry sent is public, where and since when."""
    return _answer("publication-confirmation", about) | {
        "country": event.publisher.upper(),
        "register": event.register_name,
        "entry": event.entry,
        "change": event.change,
        "published_at": rfc3339(event.published_at),
        "url": event.url,
    }


def refusal(event: CommandRefused, about: About) -> Document:
    """The ministry's message was decided against, and why."""
    return _answer("refusal", about) | {"reason": _reason(event.problem)}


OUTWARD: dict[type[Contract], Outward] = {
    MessageDelivered: delivery_receipt,
    MessageUndelivered: delivery_failure,
    RegisterEntryPublished: publication_confirmation,
    CommandRefused: refusal,
}

_KNOWN = "The ministry knows its message by its own id."
LOST_OF_PROBLEMS = dict.fromkeys(
    (f"/problem/{name}" for name in Problem.model_fields.keys() - TOLD_OF_PROBLEMS),
    "The ministry is told what was refused, why, by which clause, and what to do.",
)

SENDING_ORGANIZATIONS = Translations(
    inward=INWARD,
    outward=OUTWARD,
    lost_inward={
        "accreditation": dict.fromkeys((f"/{name}" for name in NOT_SHARED), "No clause of the memorandum asks for it."),
        "amendment": dict.fromkeys((f"/{name}" for name in NOT_SHARED), "No clause of the memorandum asks for it."),
        **{
            kind: {"/permit/number": "What is decided on is the accreditation for the country named."}
            for kind in DECISIONS
        },
    },
    lost_outward={
        MessageDelivered: dict.fromkeys(("/event_id", "/event_type", "/delivery_id"), _KNOWN),
        MessageUndelivered: dict.fromkeys(("/event_id", "/event_type", "/delivery_id"), _KNOWN) | LOST_OF_PROBLEMS,
        RegisterEntryPublished: {"/revision": "The page at the address says it."},
        CommandRefused: dict.fromkeys(("/command_id", "/command_type"), _KNOWN) | LOST_OF_PROBLEMS,
    },
)


def _answer(document_type: str, about: About) -> dict[str, Any]:
    return {"document_type": document_type, "message_id": about.message_id, "receipt_id": about.receipt_id}


def _reason(found: Problem) -> Mapping[str, object]:
    return found.model_dump(mode="json", exclude_none=True, include=set(TOLD_OF_PROBLEMS))
