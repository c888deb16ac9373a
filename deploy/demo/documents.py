"""Documents of the sending country's ministry about its organizations, and what is to become of each.

The fields are those of the ministry of justice's `SubjectFromTo`; permit and revocation are laid out as its bridge
assumes. Beside each document stands what the other side and the public are to see of it: that is how the demonstration
and the fault tests know, without asking any service, whether it got through.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from deploy.demo.organizations import SEED, Organization, moved, organizations

FROM, TO = "kg", "jp"
PAGES = (TO, FROM)
REGISTER = "sending-organizations"
ID_FIELDS = {"kg": "message_id", "jp": "文書番号"}
"""By sender, the field with a message's id."""

Document = dict[str, Any]

_GROUNDS = (
    ("Жарандардан мыйзамсыз төлөм алган", "Взимание с граждан незаконных платежей"),
    ("Уруксаттын шарттарын бузган", "Нарушение условий разрешения"),
    ("Өз каалоосу боюнча", "По собственному заявлению"),
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document and what is to come of it: the event that reports it, the texts by which it is known over there.

    Of what is published nowhere, `page_marks` are texts none of which may be public.
    """

    document: Document
    matter: str
    event: str
    marks: Sequence[str]
    page_marks: Sequence[str]
    sender: str = FROM
    to: str = TO
    pages: Sequence[str] = PAGES
    due: bool = False
    """Whether it has a day by which something is due."""

    @property
    def message_id(self) -> str:
        message_id: str = self.document[ID_FIELDS[self.sender]]
        return message_id


def accreditation(message_id: str, organization: Organization) -> Prepared:
    """The organization was accredited for the country of destination."""
    return Prepared(
        {"message_id": message_id, "message_type": "accreditation"} | _organization(organization),
        _matter(organization),
        "SendingOrganizationAccredited",
        [message_id, organization.tin, organization.email, organization.permit_number],
        ["accredited", organization.tin, organization.email, organization.permit_number],
    )


def amendment(message_id: str, organization: Organization, effective_from: date) -> Prepared:
    """The organization as it is from a day on."""
    return Prepared(
        {"message_id": message_id, "message_type": "amendment", "effective_from": _day(effective_from)}
        | _organization(organization),
        _matter(organization),
        "SendingOrganizationAmended",
        [message_id, organization.tin, organization.email],
        ["amended", organization.tin, organization.email],
    )


def revocation(message_id: str, organization: Organization, effective_from: date, number: int) -> Prepared:
    """The organization's permit is cancelled from a day on."""
    kyrgyz, russian = _GROUNDS[number % len(_GROUNDS)]
    decision = f"{number}-О"
    ground = f"{russian} (решение № {decision})"
    document = {
        "message_id": message_id,
        "message_type": "revocation",
        "tin": organization.tin,
        "permit": {"country": TO.upper(), "number": organization.permit_number},
        "revocation": {
            "decision_number": decision,
            "decision_date": _day(effective_from - timedelta(days=3)),
            "effective_from": _day(effective_from),
            "ground_gl": f"{kyrgyz} (№ {decision} чечим)",
            "ground_ol": ground,
        },
    }
    return Prepared(
        document,
        _matter(organization),
        "SendingOrganizationRevoked",
        [message_id, organization.tin, decision, ground],
        ["revoked", organization.tin, ground],
    )


def histories(count: int, *, series: str, seed: int = SEED) -> Iterator[list[Prepared]]:
    """What happens to each of `count` organizations, in order: all accredited, some amended up to three times, some
    revoked at the end. `series` begins every message id.
    """
    for number, organization in enumerate(organizations(count, seed)):
        sent = [accreditation(f"{series}-{number:05}-0", organization)]
        day = organization.valid_from
        for change in range(1, number % 4 + 1):
            day += timedelta(days=10)
            sent.append(amendment(f"{series}-{number:05}-{change}", moved(organization, change), day))
        if number % 3 == 2:
            sent.append(revocation(f"{series}-{number:05}-9", organization, day + timedelta(days=30), number))
        yield sent


def as_json(value: Document | Sequence[Document]) -> bytes:
    """A document by itself, or an array of them, as people edit it."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def as_json_lines(documents: Sequence[Document]) -> bytes:
    return "".join(json.dumps(document, ensure_ascii=False) + "\n" for document in documents).encode()


def as_csv(documents: Sequence[Document]) -> bytes:
    """A table; the field of a section is a column `section.field`."""
    rows = [_flat(document) for document in documents]
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)))
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


def _flat(document: Document) -> dict[str, str]:
    flat = {}
    for name, value in document.items():
        if isinstance(value, dict):
            flat.update({f"{name}.{inner}": text for inner, text in value.items()})
        else:
            flat[name] = value
    return flat


def _organization(organization: Organization) -> Document:
    document: Document = {
        "tin": organization.tin,
        "stat_sub_code": organization.okpo,
        "full_name_gl": organization.full_name_ky,
        "full_name_ol": organization.full_name_ru,
        "full_name_latin": organization.name_latin,
        "short_name_gl": organization.short_name_ky,
        "short_name_ol": organization.short_name_ru,
        "category_name": organization.legal_form,
        "region": organization.region,
        "city": organization.city,
        "street": organization.street,
        "house": organization.house,
        "phones": organization.phones,
        "email1": organization.email,
        "shief": organization.representative,
        "permit": {
            "number": organization.permit_number,
            "country": TO.upper(),
            "decision_date": _day(organization.decided_on),
            "decision_number": organization.decision_number,
            "valid_from": _day(organization.valid_from),
            "valid_to": _day(organization.valid_to),
        },
    }
    return {name: value for name, value in document.items() if value}


def _matter(organization: Organization) -> str:
    return f"sending-organization/{FROM}/{organization.tin}"


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"
