"""A register as CSV (RFC 4180), safe to open in a spreadsheet program."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache

from services.publication.presenting import office_line
from services.publication.register import Edition, Row
from shared.clock import rfc3339
from shared.contracts.field_acceptance import FieldAcceptance
from shared.contracts.improvement_order import ImprovementOrder
from shared.contracts.publication import EntryVersion, RegisterName
from shared.contracts.support_organization import SupportOrganization

# Where a cell could begin with what a spreadsheet program takes for a formula, in either width: at the start, and
# after what some countries' settings take for the end of a cell.
_FORMULA = re.compile(r"(^|[;\t\r\n])(?=\s*[=+\-@＝＋－＠])|^(?=[\t\r\n])")


def harmless(text: str) -> str:
    """The text so that no cell of it is taken for a formula: an apostrophe stands before what could be one."""
    return _FORMULA.sub(r"\1'", text)


_OWN: dict[RegisterName, tuple[str, ...]] = {
    "sending-organizations": (
        "legal_form",
        "representative",
        "address",
        "phones",
        "emails",
        "permit_number",
        "destination",
        "valid_from",
        "valid_to",
        "suspended_on",
        "revoked_on",
    ),
    "support-organizations": (
        "registered_on",
        "main_office.postal_code",
        "main_office.address",
        "phones",
        "representatives",
        "offices",
        "support_content",
        "planned_start_on",
        "languages",
        "language_tags",
        "languages_text",
        "suspended_on",
        "remarks",
    ),
    "improvement-orders": (
        "address",
        "representative",
        "ordered_on",
        "articles",
        "facts",
        "measures",
        "deadline",
        "attachments",
        "lifted_on",
        "outcome",
    ),
    "field-acceptance": (
        "suspended_from",
        "articles",
        "resumed_on",
        "withdrawn_on",
    ),
}
"""What entries of a register have beside names, number, identifiers and status."""


@lru_cache(maxsize=32)
def columns_of(register: RegisterName, edition: Edition) -> Sequence[str]:
    """The header: the same for every search of an edition, a column for each language and scheme that occurs in it."""
    names: set[str] = set()
    grounds: set[str] = set()
    schemes: set[str] = set()
    for row in edition.rows:
        for version in row.entry.versions:
            names.update(version.names)
            grounds.update(version.ground)
            schemes.update(version.identifiers)
    return [
        "id",
        "originator",
        "registration_number",
        "status",
        *(f"name.{tag}" for tag in sorted(names)),
        *(f"identifier.{scheme}" for scheme in sorted(schemes)),
        *_OWN[register],
        *(f"ground.{tag}" for tag in sorted(grounds)),
        "revision",
        "recorded_at",
        "digest",
    ]


def header(columns: Sequence[str]) -> str:
    """The first line."""
    return _written(columns, [dict(zip(columns, columns, strict=True))])


def lines(columns: Sequence[str], rows: Iterable[Row], day: date, told: Mapping[str, str | None] | None = None) -> str:
    """One line an entry as it stands on `day`; `told` goes into every line, under columns of its own."""
    when = {column: cell or "" for column, cell in (told or {}).items()}
    return _written(columns, (_cells(row, day) | when for row in rows))


def _cells(row: Row, day: date) -> dict[str, str]:
    version, status = row.on(day).version, row.on(day).status
    if version.support_organization is not None:
        own = _of_support_organization(version.support_organization)
    elif version.improvement_order is not None:
        own = _of_improvement_order(version, version.improvement_order)
    elif version.field_acceptance is not None:
        own = _of_field_acceptance(version.field_acceptance)
    else:
        own = _of_sending_organization(version)
    cells = {
        "id": row.entry.id,
        "originator": row.entry.originator,
        "registration_number": version.registration_number,
        "status": status,
        **own,
        "revision": str(row.entry.revision),
        "recorded_at": rfc3339(row.recorded_at),
        "digest": row.digest,
        **{f"name.{tag}": name for tag, name in version.names.items()},
        **{f"identifier.{scheme}": value for scheme, value in version.identifiers.items()},
        **{f"ground.{tag}": text for tag, text in version.ground.items()},
    }
    return {column: harmless(cell) for column, cell in cells.items() if cell}


def _of_sending_organization(version: EntryVersion) -> dict[str, str | None]:
    return {
        "legal_form": version.legal_form,
        "representative": version.representative,
        "address": version.address,
        "phones": _several(version.phones),
        "emails": _several(version.emails),
        "permit_number": version.permit_number,
        "destination": version.destination,
        "valid_from": version.valid_from.isoformat(),
        "valid_to": _day(version.valid_to),
        "suspended_on": _day(version.suspended_on),
        "revoked_on": _day(version.revoked_on),
    }


def _of_support_organization(organization: SupportOrganization) -> dict[str, str | None]:
    return {
        "registered_on": organization.registered_on.isoformat(),
        "main_office.postal_code": organization.main_office.postal_code,
        "main_office.address": organization.main_office.address,
        "phones": _several(organization.phones),
        "representatives": _several(organization.representatives),
        "offices": _several(office_line(office) for office in organization.offices),
        "support_content": organization.support_content,
        "planned_start_on": _day(organization.planned_start_on),
        "languages": _several(language.name for language in organization.languages),
        "language_tags": _several(language.tag for language in organization.languages if language.tag),
        "languages_text": organization.languages_text,
        "suspended_on": _day(organization.suspended_on),
        "remarks": organization.remarks,
    }


def _of_improvement_order(version: EntryVersion, order: ImprovementOrder) -> dict[str, str | None]:
    return {
        "address": order.subject.address,
        "representative": order.subject.representative,
        "ordered_on": order.ordered_on.isoformat(),
        "articles": _several(order.articles),
        "facts": _several(order.facts.values()),
        "measures": _several(order.measures.values()),
        "deadline": _day(order.deadline),
        "attachments": _several(attachment.digest for attachment in order.attachments),
        "lifted_on": version.lifting.lifted_on.isoformat() if version.lifting is not None else None,
        "outcome": version.lifting.outcome if version.lifting is not None else None,
    }


def _of_field_acceptance(acceptance: FieldAcceptance) -> dict[str, str | None]:
    resumption, withdrawal = acceptance.resumption, acceptance.withdrawal
    return {
        "suspended_from": acceptance.suspension.suspended_from.isoformat(),
        "articles": _several(acceptance.suspension.articles),
        "resumed_on": resumption.resumed_on.isoformat() if resumption is not None else None,
        "withdrawn_on": withdrawal.withdrawn_on.isoformat() if withdrawal is not None else None,
    }


def _several(values: Iterable[str]) -> str:
    return " / ".join(values)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _written(columns: Sequence[str], rows: Iterable[dict[str, str]]) -> str:
    out = io.StringIO()
    csv.DictWriter(out, columns, restval="", lineterminator="\r\n").writerows(rows)
    return out.getvalue()
