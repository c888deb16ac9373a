"""Writes the demonstration's files anew: `python -m deploy.demo.make`. The same bytes each time.

Thirty organizations are accredited, some amended and revoked, in each form that a bridge takes; and of every kind of
bad input that can be a file there is one. `manifest.yaml` says what each file is and what is to come of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from deploy.demo.documents import (
    FROM,
    PAGES,
    REGISTER,
    TO,
    Document,
    Prepared,
    accreditation,
    amendment,
    as_csv,
    as_json,
    as_json_lines,
    revocation,
)
from deploy.demo.organizations import Organization, moved, organizations

FOLDER = Path(__file__).parent
SERIES = "MTSOM-2026"
"""Begins the ministry's message ids."""
ORGANIZATIONS = 30

DEPTH = 5_000

JSON, LINES, CSV = "application/json", "application/x-ndjson", "text/csv"

_AS_RUSSIAN = str.maketrans("ңөүҢӨҮ", "ноуНОУ")
"""Windows-1251 has no Kyrgyz letters."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of the demonstration. `expected` is what is to come of it all: `accepted`, or a problem's slug."""

    name: str
    media_type: str
    about: str
    content: bytes
    prepared: Sequence[Prepared] = ()
    expected: str = "accepted"
    warning: str | None = None

    def described(self) -> dict[str, Any]:
        """Its entry in the manifest."""
        entry = {"file": f"data/{self.name}", "media_type": self.media_type, "about": self.about}
        entry["expected"] = self.expected
        if self.warning:
            entry["warning"] = self.warning
        messages = [
            {
                "message_id": prepared.message_id,
                "matter": prepared.matter,
                "event": prepared.event,
                "marks": list(prepared.marks),
                "page_marks": list(prepared.page_marks),
            }
            for prepared in self.prepared
        ]
        return entry | {"messages": messages}


def files() -> Iterator[File]:
    """In the order in which they are handed in."""
    known = list(organizations(ORGANIZATIONS))
    accredited = [accreditation(f"{SERIES}-{number:04}", known[number - 1]) for number in range(1, ORGANIZATIONS + 1)]
    listed, lined, tabled, curious = accredited[:12], accredited[12:21], accredited[21:29], accredited[29]
    yield File("accreditations.json", JSON, "12 accreditations in a JSON array", as_json(_documents(listed)), listed)
    yield File("accreditations.jsonl", LINES, "9 accreditations, a line each", as_json_lines(_documents(lined)), lined)
    yield File("accreditations.csv", CSV, "8 accreditations in a table", as_csv(_documents(tabled)), tabled)
    yield File(
        "unknown-field.json",
        JSON,
        "an accreditation with a field that nobody knows",
        as_json(curious.document | {"favourite_colour": "көк"}),
        [curious],
        warning="unknown-field",
    )
    changes = [
        _amendment(101, known[0], 1, 30),
        _amendment(102, known[13], 1, 15),
        _amendment(103, known[0], 2, 60),
        _amendment(104, known[24], 1, 20),
        _amendment(105, known[7], 1, 90),
    ]
    content = as_json_lines(_documents(changes))
    yield File("amendments.jsonl", LINES, "5 amendments, two of them to the same", content, changes)
    ended = [_revocation(number, known[place], 120) for number, place in ((201, 5), (202, 13), (203, 28))]
    yield File("revocations.json", JSON, "3 revocations in a JSON array", as_json(_documents(ended)), ended)
    yield from _bad(accredited[0])


def _bad(first: Prepared) -> Iterator[File]:
    """One of each kind that can be a file. Each but the last is about an organization of its own."""
    strangers = iter(list(organizations(ORGANIZATIONS + 20))[ORGANIZATIONS:])
    numbers = iter(range(901, 1000))

    def stranger() -> Prepared:
        return accreditation(f"{SERIES}-{next(numbers):04}", next(strangers))

    def file(name: str, slug: str, about: str, prepared: Prepared, content: bytes | None = None) -> File:
        return File(f"bad/{name}", JSON, about, content or as_json(prepared.document), [prepared], slug)

    nameless = stranger()
    del nameless.document["full_name_ol"]
    yield file("missing-field.json", "missing-field", "no Russian name", nameless)

    misread = stranger()
    okpo = misread.document["stat_sub_code"]
    misread.document["stat_sub_code"] = f"{okpo[:7]}{(int(okpo[7]) + 1) % 10}"
    yield file("wrong-okpo.json", "wrong-check-digit", "an ОКПО whose check digit does not fit", misread)

    short = stranger()
    short.document["tin"] = short.document["tin"][1:]
    yield file("tin-13-digits.json", "wrong-form", "an ИНН that lost its leading zero", short)

    long = stranger()
    long.document["tin"] += "0"
    yield file("tin-15-digits.json", "wrong-form", "an ИНН of 15 digits", long)

    never = stranger()
    never.document["permit"]["valid_from"] = "31.02.2026"
    yield file("no-such-date.json", "no-such-date", "a permit from 31.02.2026 on", never)

    cut = stranger()
    yield file("truncated.json", "not-json", "a file cut off on its way", cut, as_json(cut.document)[:-150])

    old = stranger()
    table = as_csv([old.document]).decode().translate(_AS_RUSSIAN).encode("cp1251")
    yield File("bad/not-utf-8.csv", CSV, "a table saved as Windows-1251", table, [old], "not-utf-8")

    deep = stranger()
    opening, closing = b"[" * DEPTH, b"]" * DEPTH
    nested = as_json(deep.document).removesuffix(b"\n}\n") + b',\n  "founders": ' + opening + closing + b"\n}\n"
    yield file("too-deep.json", "too-deep", f"nested {DEPTH:,} levels deep", deep, nested)

    nobody = _revocation(next(numbers), next(strangers), 120)
    yield file("never-accredited.json", "not-accredited", "a revocation of one never accredited", nobody)

    other = first.document | {"email1": "other@content.example"}
    marks = [first.message_id, "other@content.example"]
    reused = Prepared(other, first.matter, first.event, marks, marks)
    yield file("used-id.json", "used-id", "another content under the id of the first message", reused)


def _amendment(number: int, organization: Organization, change: int, days: int) -> Prepared:
    day = organization.valid_from + timedelta(days=days)
    return amendment(f"{SERIES}-{number:04}", moved(organization, change), day)


def _revocation(number: int, organization: Organization, days: int) -> Prepared:
    day = organization.valid_from + timedelta(days=days)
    return revocation(f"{SERIES}-{number:04}", organization, day, number)


def _documents(prepared: Sequence[Prepared]) -> list[Document]:
    return [one.document for one in prepared]


def made() -> Iterator[tuple[str, bytes]]:
    """Every file of the demonstration by its path, the manifest last."""
    entries = []
    for file in files():
        entries.append(file.described())
        yield f"data/{file.name}", file.content
    manifest = {"from": FROM, "to": TO, "pages": list(PAGES), "register": REGISTER, "files": entries}
    text = yaml.safe_dump(manifest, allow_unicode=True, sort_keys=False, width=110)
    yield "manifest.yaml", f"# Written by deploy/demo/make.py; change it there.\n{text}".encode()


def main() -> None:
    for path, content in made():
        target = FOLDER / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


if __name__ == "__main__":
    main()
