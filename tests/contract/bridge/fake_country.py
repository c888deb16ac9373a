"""A country that does not exist, with the least that a bridge needs: for the suite, and to copy from.

Its national system hands in licences and reports as JSON and a register as a text file, and takes the same layouts.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from shared.agreements import Agreement, Agreements
from shared.bridge.fields import Fields, WrongValue, as_is, matching
from shared.bridge.kit import REGISTRY_COMMANDS, About, Bridge, BridgeFeatures, Matter, Translation, Translations
from shared.bridge.reading import Document
from shared.bridge.snapshot import Change, Edition, Row, SnapshotRegister, Unreadable, Whole
from shared.contracts import misconduct_report as reports
from shared.contracts import support_organization as supporters
from shared.contracts.case import AGREEMENT
from shared.contracts.misconduct_report import MisconductReport, MisconductReportSubmitted, SubmitMisconductReport
from shared.contracts.publication import entry_of
from shared.contracts.sending_organization import (
    AccreditSendingOrganization,
    Identifier,
    Permit,
    SendingOrganization,
    SendingOrganizationAccredited,
    stream_of,
)
from shared.contracts.support_organization import (
    AmendSupportOrganization,
    RecordSupportOrganizationEdition,
    RegisterSupportOrganization,
    RemoveSupportOrganization,
    ResumeSupportOrganization,
    SupportOrganization,
    SuspendSupportOrganization,
)
from shared.errors import ProblemError, problem

COUNTRY: Final = "xa"
PARTNER: Final = "xb"
REGISTER_TYPE: Final = "text/x-register"

_country = matching(r"[a-z]{2}", "a country as two small letters")
_number = matching(r"[0-9]{6}", "a number of six digits")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise WrongValue("no-such-date", f"{text!r} is no date as yyyy-mm-dd.") from error


# -- licences: fields of its own, and something lost --------------------------------------------------------------


def licence_in(document: Document) -> Translation:
    """M7.2: an organization is licensed for one country."""
    fields = Fields(document)
    fields.skip("message_id", "message_type", "clerk")
    number = fields.required("number", _number, "")
    destination = fields.required("for", _country, "")
    permit = Permit(number=number, destination=destination, valid_from=fields.required("from", _day, date.min))
    organization = SendingOrganization(
        country=COUNTRY,
        registration_number=number,
        identifiers=(Identifier(scheme="xa.number", value=number),),
        names={"en": fields.required("name", as_is, "")},
        address=fields.text("seat"),
    )
    fields.finish()
    if fields.errors:
        return Translation(None, fields.problems)
    command = AccreditSendingOrganization(organization=organization, permit=permit)
    matter = Matter(command, REGISTRY_COMMANDS, stream_of(COUNTRY, number), destination, pointer="/for")
    return Translation(matter, fields.problems)


def licence_out(event: SendingOrganizationAccredited, about: About) -> Document:
    """The other side's licence, as much of it as there is a place for."""
    organization, permit = event.organization, event.permit
    return _headed("licence", about) | {
        "of": organization.country,
        "number": organization.registration_number,
        "numbers": {one.scheme: one.value for one in organization.identifiers},
        "names": organization.names,
        "seat": organization.address,
        "permit": permit.model_dump(mode="json"),
    }


LICENCES = Translations(
    inward={"licence": licence_in},
    outward={SendingOrganizationAccredited: licence_out},
    lost_inward={"licence": {"/clerk": "Whoever typed it is nobody's business abroad."}},
    lost_outward={
        SendingOrganizationAccredited: {
            "/application_number": "It stays with the side that has screened it.",
            "/organization/short_names": "There is one name of an organization.",
            "/organization/legal_form": "Legal forms abroad are not told apart.",
            "/organization/phones": "Abroad is written to.",
            "/organization/emails": "Abroad is written to.",
            "/organization/representative": "An organization is dealt with, not a person.",
            "/recorded_at": "The day of the permit is what counts.",
        }
    },
)


# -- reports: the same layout both ways, and something protected --------------------------------------------------

_report = TypeAdapter(MisconductReport)


def report_in(document: Document) -> Translation:
    """M4.1: what was learned, with those affected in `victims`."""
    fields = Fields(document)
    fields.skip("message_id", "message_type", "report", "victims", "receipt_id")
    destination = fields.required("to", _country, "")
    fields.finish()
    try:
        report = _report.validate_python({**_object(document.get("report")), "country": COUNTRY})
    except ValidationError as error:
        for wrong in error.errors():
            # Where, and not what: what stands there may be protected.
            slug = "missing-field" if wrong["type"] == "missing" else "wrong-form"
            pointer = "/".join(["", "report", *map(str, wrong["loc"])])
            fields.problems.append(problem(slug, wrong["msg"], pointer=pointer))
    if fields.errors:
        return Translation(None, fields.problems)
    victims = document.get("victims")
    matter = Matter(
        SubmitMisconductReport(report=report.model_copy(update={"affected_persons": None})),
        "reporting.commands.v1",
        reports.stream_of(AGREEMENT, COUNTRY, report.number),
        destination,
        pointer="/to",
        classification="confidential",
        protected={"/report/affected_persons": victims} if victims else {},
    )
    return Translation(matter, fields.problems)


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def report_out(event: MisconductReportSubmitted, about: About) -> Document:
    """The other side's report."""
    report = event.report.model_dump(mode="json", exclude={"affected_persons"})
    document = _headed("report", about) | {
        "to": COUNTRY,
        "report": report,
        "shared": event.shared_at.isoformat(),
        "recorded": event.recorded_at.isoformat(),
        "receipt": event.receipt_id,
        "newer": event.superseded_by,
    }
    victims = about.opened.get("/report/affected_persons")
    return document | {"victims": victims} if victims else document


REPORTS = Translations(
    inward={"report": report_in},
    outward={MisconductReportSubmitted: report_out},
    lost_inward={"report": {"/report/country": "Whose report it is, is said by who hands it in."}},
    same_layout={MisconductReportSubmitted: "report"},
)


def _headed(kind: str, about: About) -> dict[str, Any]:
    return {"message_type": kind, "message_id": about.message_id, "receipt_id": about.receipt_id}


# -- a register in editions ---------------------------------------------------------------------------------------


def read_register(path: Path) -> Edition:
    """`edition 2026-08-03`, then `A-001|name|suspended` a line. Raises ProblemError."""
    try:
        first = path.open(encoding="utf-8").readline().strip()
    except UnicodeDecodeError as error:
        raise ProblemError(problem("not-utf-8", "It is not UTF-8.")) from error
    if not first.startswith("edition "):
        raise ProblemError(problem("missing-header", "The first line does not say of which day the edition is.", row=1))
    try:
        return Edition(_day(first.removeprefix("edition ")), _rows(path))
    except WrongValue as error:
        raise ProblemError(problem(error.slug, str(error), row=1)) from error


def _rows(path: Path) -> Iterator[Row | Unreadable]:
    with path.open(encoding="utf-8") as lines:
        next(lines)
        for number, line in enumerate(lines, start=2):
            cells = line.rstrip("\n").split("|")
            known = cells[0].startswith("A-")
            if len(cells) != 3 or not known or not cells[1]:
                found = problem("row-unreadable", "A row is `A-number|name|standing`.", pointer="/name")
                yield Unreadable(number, (found,), cells[0] if known else None)
                continue
            standing = "suspended" if cells[2] == "suspended" else "registered"
            organization = SupportOrganization(
                country=COUNTRY,
                registration_number=cells[0],
                registered_on=date(2020, 1, 1),
                names={"en": cells[1]},
                status=standing,
            )
            suspension = {"suspension": organization.model_copy(update={"names": {}})}
            parts = {"organization": organization} | (suspension if standing == "suspended" else {})
            yield Row(cells[0], number, parts, name=cells[1])


def register_commands(change: Change) -> list[Matter]:
    """What a change of the register says."""
    if change.row is None:
        removal = RemoveSupportOrganization(
            country=COUNTRY, registration_number=change.subject, edition_date=change.day
        )
        return [_supporter(change, removal)]
    organization = change.row.parts["organization"]
    verb: Any = AmendSupportOrganization
    if not change.known:
        verb = RegisterSupportOrganization
    elif "suspension" in change.changed:
        verb = SuspendSupportOrganization if "suspension" in change.row.parts else ResumeSupportOrganization
    return [_supporter(change, verb(organization=organization, edition_date=change.day))]


def _supporter(change: Change, command: Any) -> Matter:
    return Matter(command, REGISTRY_COMMANDS, supporters.stream_of(COUNTRY, change.subject), change.destination)


def register_end(whole: Whole) -> Matter:
    """That this was all of an edition."""
    command = RecordSupportOrganizationEdition(
        country=COUNTRY, edition_date=whole.day, registration_numbers=tuple(whole.subjects), complete=whole.complete
    )
    return Matter(command, REGISTRY_COMMANDS, supporters.register_stream_of(COUNTRY), whole.destination)


REGISTER = SnapshotRegister(
    name="support-organizations",
    media_type=REGISTER_TYPE,
    suffix=".reg",
    read=read_register,
    commands=register_commands,
    digests=lambda shared: {entry_of(COUNTRY, number): parts["organization"] for number, parts in shared.items()},
    end=register_end,
    largest=2_000_000,
)

FAKE = Bridge(
    country=COUNTRY,
    matters=[LICENCES, REPORTS],
    registers=[REGISTER],
    features=BridgeFeatures(handing_in=frozenset({"http", "file-drop", "kafka"}), handing_over="http"),
)


def _party(**changes: Any) -> dict[str, Any]:
    return {
        "names": {"en": "Nowhere"},
        "ministries": {"en": "Ministry"},
        "contact_point": {"names": {"en": "Office"}, "channel": "bridge-xa", "key_set": "xa.json"},
        "languages": ["en"],
        "time_zone": "UTC",
    } | changes


FAKE_AGREEMENTS = Agreements(
    [
        Agreement.model_validate(
            {
                "id": "xa-xb",
                "names": {"en": "Agreement"},
                "original_language": "en",
                "states": [{"state": "in-force", "since": "2023-01-01"}],
                "parties": {
                    COUNTRY: _party(),
                    PARTNER: _party(
                        contact_point={"names": {"en": "Office"}, "channel": "bridge-xb", "key_set": "xb.json"},
                        publishes=[{"register": "support-organizations", "originators": ["xa"], "clauses": ["M7.5"]}],
                    ),
                },
            }
        )
    ]
)
