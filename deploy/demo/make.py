"""Writes the demonstration's files anew: `python -m deploy.demo.make`. The same content each time.

What two governments send each other in some weeks, in their own layouts: thirty organizations accredited, some amended
and revoked; two editions of a register of 400; improvement orders; suspensions of acceptance by field; reports of
misconduct and inquiries from either side with their answers. And of every kind of bad input that can be a file there is
one. `manifest.yaml` says what each file is and what is to come of it.
"""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any, Final

import yaml

from deploy.demo import cases, editions, orders, suspensions
from deploy.demo.documents import (
    FROM,
    REGISTER,
    Document,
    Prepared,
    accreditation,
    amendment,
    as_csv,
    as_json,
    as_json_lines,
    revocation,
)
from deploy.demo.edition_workbook import packed, workbook
from deploy.demo.editions import FIRST_DAY, MERGED, SECOND_DAY, Registered, following, japanese, japanese_rows
from deploy.demo.manifest import ACCEPTED, HELD
from deploy.demo.organizations import Organization, moved, organizations
from deploy.demo.statements import statements
from deploy.demo.steps import ACCEPTING, CLOCK, SENDING, Case, Step

FOLDER = Path(__file__).parent
SERIES = "MTSOM-2026"
"""Begins the ministry's message ids."""
ORGANIZATIONS = 30
THIRD_DAY = date(2026, 9, 7)
EARLIER_DAY = date(2026, 6, 1)
CUT_OFF, BROKEN = 60, 6
"""Organizations that the third edition lacks, and rows of it that nobody can read."""
UNPACKED = 210_000_000
"""Bytes that the smallest of the files unpacks to."""

DEPTH = 5_000

JSON, LINES, CSV = "application/json", "application/x-ndjson", "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SUPPORT_ORGANIZATIONS = "support-organizations"

_AS_RUSSIAN = str.maketrans("ңөүҢӨҮ", "ноуНОУ")
"""Windows-1251 has no Kyrgyz letters."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of the demonstration. `expected` is what is to come of it all: `accepted`, `held`, or a problem's slug."""

    name: str
    media_type: str
    about: str
    content: bytes
    prepared: Sequence[Prepared] = ()
    expected: str = ACCEPTED
    tells: str | None = None
    after: bool = False
    sender: str = FROM
    day: date | None = None
    """Of an edition; and `changes` is what it changes."""
    padded_to: int | None = None
    """Bytes to which it grows when it is handed in: not worth keeping."""
    changes: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)

    def described(self) -> dict[str, Any]:
        """Its entry in the manifest."""
        entry: dict[str, Any] = {"file": f"data/{self.name}", "from": self.sender, "media_type": self.media_type}
        entry |= {"about": self.about, "expected": self.expected}
        if self.tells:
            entry["tells"] = self.tells
        if self.after:
            entry["after"] = True
        if self.padded_to is not None:
            entry["padded_to"] = self.padded_to
        if self.day is not None:
            edition = {"register": SUPPORT_ORGANIZATIONS, "kind": "support-organization", "day": self.day.isoformat()}
            changes = {
                change: {number: list(texts) for number, texts in subjects.items()}
                for change, subjects in self.changes.items()
            }
            return entry | {"edition": {**edition, "to": SENDING, "pages": [SENDING], "changes": changes}}
        return entry | {"messages": [_described(prepared) for prepared in self.prepared]}


def _described(prepared: Prepared) -> dict[str, Any]:
    described: dict[str, Any] = {
        "message_id": prepared.message_id,
        "to": prepared.to,
        "matter": prepared.matter,
        "event": prepared.event,
        "marks": list(prepared.marks),
        "pages": list(prepared.pages),
        "page_marks": list(prepared.page_marks),
    }
    return described | ({"by_the_clock": list(CLOCK)} if prepared.due else {})


def files() -> Iterator[File]:
    """In the order in which they are handed in."""
    known = list(organizations(ORGANIZATIONS))
    accredited = [accreditation(f"{SERIES}-{number:04}", known[number - 1]) for number in range(1, ORGANIZATIONS + 1)]
    listed, lined, tabled, curious = accredited[:12], accredited[12:21], accredited[21:29], accredited[29]
    first, second = _editions()
    yield File("accreditations.json", JSON, "12 accreditations in a JSON array", as_json(_documents(listed)), listed)
    yield first
    yield File("accreditations.jsonl", LINES, "9 accreditations, a line each", as_json_lines(_documents(lined)), lined)
    yield File("accreditations.csv", CSV, "8 accreditations in a table", as_csv(_documents(tabled)), tabled)
    yield from _rounds("reports", _reports())
    yield File(
        "unknown-field.json",
        JSON,
        "an accreditation with a field that nobody knows",
        as_json(curious.document | {"favourite_colour": "көк"}),
        [curious],
        tells="unknown-field",
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
    yield second
    given = [*orders.history(1, series="ISA-2026/05"), *orders.history(2, series="ISA-2026/05", ends=False)]
    content = as_json_lines(_documents(given))
    about = "2 improvement orders, both amended, one lifted"
    yield File("improvement-orders.jsonl", LINES, about, content, given, sender=ACCEPTING)
    suspended = suspensions.told(series="ISA-2026/06")
    content = as_json_lines(_documents(suspended))
    about = "acceptance suspended in 3 fields, resumed in one, withdrawn for one before it began"
    yield File("field-acceptance.jsonl", LINES, about, content, suspended, sender=ACCEPTING)
    yield from _rounds("test-fraud-reports", list(cases.frauds()))
    yield from _rounds("notices", list(cases.notices()))
    yield from _rounds("inquiries", _inquiries())
    yield from _rounds("statements", list(statements()))
    ended = [_revocation(number, known[place], 120) for number, place in ((201, 5), (202, 13), (203, 28))]
    yield File("revocations.json", JSON, "3 revocations in a JSON array", as_json(_documents(ended)), ended)
    yield from _bad(accredited[0])
    yield from _bad_cases()
    yield from _bad_editions()


# -- editions -----------------------------------------------------------------------------------------------------


def _editions() -> tuple[File, File]:
    """Two, a month apart. Of the second a row cannot be read: its organization stays as it was."""
    before = editions.organizations(editions.FEW)
    after = following(before)
    shown = {one.number: one for one in before} | {one.number: one for one in after.organizations}
    changed = {"registered": after.registered, "amended": after.amended, "suspended": after.suspended}
    changed |= {"resumed": after.resumed}
    changes = {change: {number: _texts(shown[number]) for number in told} for change, told in changed.items()}
    changes["removed"] = {number: [] for number in after.removed}
    touched = {number for subjects in changes.values() for number in subjects}
    misread = next(one.number for one in before if one.number not in touched)
    printed = [_illegible(one) if one.number == misread else one for one in after.organizations]
    counts = ", ".join(f"{len(subjects)} {change}" for change, subjects in changes.items())
    return (
        File(
            f"{SUPPORT_ORGANIZATIONS}-{FIRST_DAY:%Y%m%d}.xlsx",
            XLSX,
            f"the register of {_day(FIRST_DAY)}, {len(before)} organizations",
            japanese(before, FIRST_DAY),
            sender=ACCEPTING,
            day=FIRST_DAY,
            changes={"registered": {one.number: _texts(one) for one in before}},
        ),
        File(
            f"{SUPPORT_ORGANIZATIONS}-{SECOND_DAY:%Y%m%d}.xlsx",
            XLSX,
            f"the register of {_day(SECOND_DAY)}: {counts}, one row illegible",
            japanese(printed, SECOND_DAY, digits="era"),
            tells="wrong-form",
            sender=ACCEPTING,
            day=SECOND_DAY,
            changes=changes,
        ),
    )


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _texts(one: Registered) -> list[str]:
    """What is to be found of an organization on the other side, as published."""
    return [one.name.text, one.address]


def _illegible(one: Registered) -> Registered:
    """Registered before there was a register."""
    return replace(one, registered_on=date(one.registered_on.year - 10, 5, 1))


LARGE: Final = 50_000_000


def _bad_editions() -> Iterator[File]:
    """A handful of organizations is enough for most of them."""
    few = editions.organizations(8, seed=7)

    def file(name: str, expected: str, about: str, content: bytes) -> File:
        return File(f"bad/{name}", XLSX, about, content, expected=expected, sender=ACCEPTING, day=THIRD_DAY)

    def sheet(rows: list[list[Any]], merged: Sequence[str] = MERGED) -> bytes:
        return workbook("登録支援機関登録簿", rows, merged)

    rows = list(japanese_rows(few, f"（{THIRD_DAY.year}年{THIRD_DAY.month}月{THIRD_DAY.day}日現在）"))
    moved_headers = [*rows[:2], [rows[2][2], *rows[2][1:2], rows[2][0], *rows[2][3:]], *rows[3:]]
    yield file(
        "edition-header.xlsx", "wrong-layout", "a register whose columns are headed otherwise", sheet(moved_headers)
    )
    headless = sheet([*rows[:2], *rows[8:]], ())
    yield file("edition-headless.xlsx", "wrong-layout", "a register without its rows of headers", headless)
    unmerged = sheet(rows, [one for one in MERGED if not one.startswith("H3")])
    yield file("edition-unmerged.xlsx", "wrong-layout", "a register with a merged cell gone", unmerged)
    undated = sheet([rows[0], ["（現在）"], *rows[2:]])
    yield file("edition-undated.xlsx", "no-edition-date", "a register that says nowhere of which day it is", undated)
    yield file("edition-empty.xlsx", "empty-edition", "a register without a row", sheet(rows[:8]))
    text = "登録支援機関登録簿".encode()
    yield file("edition-text.xlsx", "not-a-zip", "a text that is called a workbook", text)
    archive = packed({"登録簿.txt": text})
    yield file("edition-archive.xlsx", "not-a-workbook", "an archive with no workbook in it", archive)
    whole = japanese(few, THIRD_DAY)
    yield file("edition-truncated.xlsx", "not-a-zip", "a workbook cut off on its way", whole[: len(whole) // 2])
    yield file(
        "edition-swelling.xlsx", "unpacks-too-large", f"an archive that unpacks to {UNPACKED:,} bytes", _swelling()
    )
    large = f"a workbook of {LARGE:,} bytes"
    yield replace(file("edition-large.xlsx", "too-large", large, whole), padded_to=LARGE)
    earlier = japanese(few, EARLIER_DAY)
    yield file("edition-earlier.xlsx", "older-edition", "a register earlier than the last one", earlier)
    latest = list(following(editions.organizations(editions.FEW)).organizations)
    broken = [*latest[: -CUT_OFF - BROKEN], *map(_illegible, latest[-CUT_OFF - BROKEN : -CUT_OFF])]
    about = f"the register of {_day(THIRD_DAY)}, cut off: {CUT_OFF} are missing, {BROKEN} illegible"
    name = f"{SUPPORT_ORGANIZATIONS}-{THIRD_DAY:%Y%m%d}.xlsx"
    yield File(name, XLSX, about, japanese(broken, THIRD_DAY), expected=HELD, sender=ACCEPTING, day=THIRD_DAY)


def _swelling() -> bytes:
    """Zeros, packed in the way that packs them best."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        member = zipfile.ZipInfo("xl/worksheets/sheet1.xml", (2026, 1, 1, 0, 0, 0))
        archive.writestr(member, bytes(UNPACKED), zipfile.ZIP_BZIP2)
    return file.getvalue()


# -- cases --------------------------------------------------------------------------------------------------------


def _reports() -> list[Case]:
    """All, and of the bad ones what comes before them."""
    return [*cases.reports(), *(case[:-1] for case in cases.bad() if case[0].event.startswith("Misconduct"))]


def _inquiries() -> list[Case]:
    return [*cases.inquiries(), *(case[:-1] for case in cases.bad() if case[0].event.startswith("Inquiry"))]


def _rounds(name: str, found: Sequence[Case]) -> Iterator[File]:
    """The first steps of all cases, a file for each side; then the second ones, when those are decided; and so on."""
    for place in range(max(map(len, found))):
        steps = [case[place] for case in found if len(case) > place]
        for country, media_type in ((ACCEPTING, JSON), (SENDING, LINES)):
            prepared = [step.prepared() for step in steps if step.country == country]
            if prepared:
                documents = _documents(prepared)
                content = as_json(documents) if media_type == JSON else as_json_lines(documents)
                ending = "json" if media_type == JSON else "jsonl"
                yield File(
                    f"{name}-{place + 1}-{country}.{ending}",
                    media_type,
                    _counted(one.event for one in prepared),
                    content,
                    prepared,
                    after=place > 0,
                    sender=country,
                )


def _counted(events: Iterable[str]) -> str:
    told = Counter(events).items()
    return ", ".join(f"{number} {_CALLED[event][number > 1]}" for event, number in told)


_CALLED = {
    "MisconductReportSubmitted": ("report of misconduct", "reports of misconduct"),
    "MisconductReportAcknowledged": ("acknowledgement", "acknowledgements"),
    "MisconductReportCorrected": ("addition", "additions"),
    "MisconductReportWithdrawn": ("withdrawal", "withdrawals"),
    "TestFraudReportSubmitted": ("report of fraud in a test", "reports of fraud in tests"),
    "TestFraudReportAcknowledged": ("acknowledgement", "acknowledgements"),
    "NoticeSubmitted": ("notice of improper conduct", "notices of improper conduct"),
    "InvestigationOpened": ("investigation opened", "investigations opened"),
    "MeasureTaken": ("measure", "measures"),
    "ResultReturned": ("result", "results"),
    "NoticeDeclined": ("notice declined", "notices declined"),
    "InquiryAsked": ("inquiry", "inquiries"),
    "InquiryAnswered": ("answer", "answers"),
    "InquiryDeclined": ("refusal to answer", "refusals to answer"),
    "CooperationRequested": ("cooperation request", "cooperation requests"),
    "CooperationAccepted": ("cooperation promised", "promises of cooperation"),
    "CooperationCompleted": ("cooperation done", "requests done"),
    "ReturnAssistanceRequested": ("request to help someone return", "requests to help someone return"),
    "ReturnAssistanceAccepted": ("promise to help", "promises to help"),
    "TravelDocumentIssued": ("travel document", "travel documents"),
    "ConsultationProposed": ("consultation proposed", "consultations proposed"),
    "ConsultationDateProposed": ("other day proposed", "other days proposed"),
    "ConsultationDateAgreed": ("day agreed", "days agreed"),
    "ConsentAsked": ("request for consent", "requests for consent"),
    "ConsentGranted": ("consent", "consents"),
}
"""One and several of an event."""


def _bad_cases() -> Iterator[File]:
    """The last steps of the bad cases; and what is bad of an order and of a suspension."""
    for case in cases.bad():
        step: Step = case[-1]
        prepared = step.prepared()
        yield File(
            f"bad/case-{step.expected}.json",
            JSON,
            step.about,
            as_json(step.document),
            [prepared],
            step.expected,
            after=len(case) > 1,
            sender=step.country,
        )
    _, early = islice(orders.history(8, series="ISA-2026/05"), 2)
    about = "an amendment of an order that was never issued"
    yield File("bad/never-issued.json", JSON, about, as_json(early.document), [early], "not-issued", sender=ACCEPTING)
    japanese_text, *_ = orders.history(9, series="ISA-2026/05")
    content = as_json(japanese_text.document).decode().encode("cp932")
    about = "an order saved in the encoding of Japanese Windows"
    yield File("bad/cp932.json", JSON, about, content, [japanese_text], "not-utf-8", sender=ACCEPTING)
    first = date(2026, 4, 1)
    late = suspensions.withdrawal("ISA-2026/06-0901", suspensions.FOOD_SERVICE, first, first + timedelta(days=30))
    about = "a withdrawal of a suspension that has begun"
    yield File(
        "bad/suspension-begun.json", JSON, about, as_json(late.document), [late], "suspension-begun", sender=ACCEPTING
    )
    unlisted = suspensions.suspension("ISA-2026/06-0902", ("鉱業", "mining"), first)
    about = "a suspension in a field that is on no list"
    yield File(
        "bad/no-such-field.json", JSON, about, as_json(unlisted.document), [unlisted], "no-such-field", sender=ACCEPTING
    )


# -- sending organizations ----------------------------------------------------------------------------------------


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
    registers = [REGISTER, SUPPORT_ORGANIZATIONS, orders.REGISTER, suspensions.REGISTER]
    manifest = {"registers": registers, "files": entries}
    text = yaml.safe_dump(manifest, allow_unicode=True, sort_keys=False, width=200, default_flow_style=None)
    yield "manifest.yaml", f"# Written by deploy/demo/make.py; change it there.\n{text}".encode()


def main() -> None:
    for path, content in made():
        target = FOLDER / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


if __name__ == "__main__":
    main()
