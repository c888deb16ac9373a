"""A register as CSV (RFC 4180), safe to open in a spreadsheet program."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache

from services.publication.register import Edition, Row
from shared.clock import rfc3339

# Where a cell could begin with what a spreadsheet program takes for a formula, in either width: at the start, and
# after what some countries' settings take for the end of a cell.
_FORMULA = re.compile(r"(^|[;\t\r\n])(?=\s*[=+\-@＝＋－＠])|^(?=[\t\r\n])")


def harmless(text: str) -> str:
    """The text so that no cell of it is taken for a formula: an apostrophe stands before what could be one."""
    return _FORMULA.sub(r"\1'", text)


@lru_cache(maxsize=8)
def columns_of(edition: Edition) -> Sequence[str]:
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
        "legal_form",
        "representative",
        "address",
        "phones",
        "emails",
        "permit_number",
        "destination",
        "valid_from",
        "valid_to",
        "revoked_on",
        *(f"ground.{tag}" for tag in sorted(grounds)),
        "revision",
        "recorded_at",
        "digest",
    ]


def header(columns: Sequence[str]) -> str:
    """The first line."""
    return _written(columns, [dict(zip(columns, columns, strict=True))])


def lines(columns: Sequence[str], rows: Iterable[Row], day: date) -> str:
    """One line an entry as it stands on `day`."""
    return _written(columns, (_cells(row, day) for row in rows))


def _cells(row: Row, day: date) -> dict[str, str]:
    version, status, _ = row.on(day)
    cells = {
        "id": row.entry.id,
        "originator": row.entry.originator,
        "registration_number": version.registration_number,
        "status": status,
        "legal_form": version.legal_form,
        "representative": version.representative,
        "address": version.address,
        "phones": " / ".join(version.phones),
        "emails": " / ".join(version.emails),
        "permit_number": version.permit_number,
        "destination": version.destination,
        "valid_from": version.valid_from.isoformat(),
        "valid_to": version.valid_to.isoformat() if version.valid_to else None,
        "revoked_on": version.revoked_on.isoformat() if version.revoked_on else None,
        "revision": str(row.entry.revision),
        "recorded_at": rfc3339(row.recorded_at),
        "digest": row.digest,
        **{f"name.{tag}": name for tag, name in version.names.items()},
        **{f"identifier.{scheme}": value for scheme, value in version.identifiers.items()},
        **{f"ground.{tag}": text for tag, text in version.ground.items()},
    }
    return {column: harmless(cell) for column, cell in cells.items() if cell}


def _written(columns: Sequence[str], rows: Iterable[dict[str, str]]) -> str:
    out = io.StringIO()
    csv.DictWriter(out, columns, restval="", lineterminator="\r\n").writerows(rows)
    return out.getvalue()
