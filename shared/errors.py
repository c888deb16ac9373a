"""Problems (RFC 9457) as values: one shape on HTTP, in receipts and in refusals.

Every slug of the product stands in `SLUGS` with its title and HTTP status: a closed list, so that a reader of a
receipt can look each one up at `/problems/<slug>`.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict


class Slug(NamedTuple):
    """What a slug means, wherever it occurs."""

    status: int
    """The HTTP status a problem with this slug is answered with."""
    title: str
    action: str
    """What the reader should do about it."""


SLUGS: dict[str, Slug] = {
    # Who is asking
    "no-token": Slug(401, "No token was sent", "Send `Authorization: Bearer <token>`."),
    "bad-token": Slug(401, "The token cannot be trusted", "Ask the issuer for a new token."),
    "expired-token": Slug(401, "The token has expired", "Ask the issuer for a new token."),
    "forged": Slug(403, "The form is not ours", "Load the page again, and send the form from there."),
    "wrong-role": Slug(403, "The token's role may not do this", "Use a token with one of the roles named."),
    "wrong-party": Slug(403, "The token is another party's", "Hand the message in at your own country's bridge."),
    # How it was sent
    "too-large": Slug(413, "Larger than is taken", "Split it, or shorten the field named."),
    "unsupported-media-type": Slug(415, "This media type is not taken", "Use one of the media types named."),
    "not-utf-8": Slug(400, "Not UTF-8", "Save the file as UTF-8 and send it again."),
    "not-json": Slug(400, "Not JSON", "Mend the JSON at the place named; a truncated file looks like this too."),
    "not-csv": Slug(400, "Not a table", "Mend the row or header named; quotes in a cell are doubled."),
    "too-deep": Slug(400, "Nested too deeply", "Flatten it; no message of ours is nested that deeply."),
    "no-messages": Slug(400, "There is no message in it", "Send at least one message."),
    "missing-header": Slug(400, "A column is missing", "Name the columns in the first line as documented."),
    "not-a-zip": Slug(400, "The file cannot be unpacked", "Save the workbook again; a truncated one looks like this."),
    "unpacks-too-large": Slug(413, "It unpacks to more than is taken", "Send a file without filler in it."),
    "not-a-workbook": Slug(400, "Not an xlsx workbook", "Save it as .xlsx and send it again."),
    "wrong-layout": Slug(422, "The layout is not the one known", "Send it as published, or have the new one added."),
    "no-edition-date": Slug(422, "The edition's date cannot be read", "Send the edition as published, stamp included."),
    "empty-edition": Slug(422, "There is nothing in the edition", "Send the edition as published, all rows included."),
    "future-edition": Slug(422, "The edition's day has not come yet", "Correct the day, and send the edition again."),
    "two-editions": Slug(422, "It holds editions of two days", "Put workbooks of one day into it."),
    "cut-off": Slug(400, "The upload ended before its end", "Send it again."),
    # What it says
    "unknown-type": Slug(422, "Not a type of message this bridge takes", "Use one of the types named."),
    "missing-field": Slug(422, "A field is missing", "Add the field."),
    "unknown-field": Slug(422, "A field is not known and was kept out", "Remove it, or ask for it to be added."),
    "wrong-form": Slug(422, "A field has the wrong form", "Write it in the form named."),
    "wrong-check-digit": Slug(422, "The check digit does not fit", "Compare the number with the certificate."),
    "no-such-date": Slug(422, "There is no such date", "Give a date of the calendar, in the form of its field."),
    "dates-reversed": Slug(422, "A period ends before it begins", "Exchange or correct the two dates."),
    "used-id": Slug(409, "This message id was used for another content", "Give the changed message a new id."),
    # What the memorandum says
    "already-accredited": Slug(409, "The organization is accredited already", "Send an amendment instead."),
    "not-accredited": Slug(409, "The organization is not accredited", "Accredit it first, or check its number."),
    "already-revoked": Slug(409, "The accreditation is revoked already", "Nothing is left to be done."),
    "revoked": Slug(409, "The accreditation is revoked", "Accredit the organization anew."),
    "not-revoked": Slug(409, "The accreditation is not revoked", "Check the organization's number."),
    "expired": Slug(409, "The accreditation has expired", "Accredit the organization anew."),
    "already-applied": Slug(409, "An application with this number was told before", "Give it a new number."),
    "no-such-application": Slug(409, "There is no such application", "Tell of it first, or check its number."),
    "application-decided": Slug(409, "The application was decided on before", "Apply anew, under a new number."),
    "no-criteria": Slug(422, "There is nothing to screen it by", "Check the day, or have criteria added."),
    "no-such-criterion": Slug(422, "There is no such criterion", "Name one of the agreement's list."),
    "criteria-not-met": Slug(409, "Not every criterion was found to be met", "Screen those named, or refuse it."),
    "criteria-met": Slug(409, "Every criterion was found to be met", "Accredit it, or screen it anew."),
    "already-given": Slug(409, "Guidance with this number was told before", "Give it a new number."),
    "outside-period": Slug(409, "The date lies outside the accreditation", "Give a date within the accreditation."),
    "wrong-destination": Slug(
        422, "The permit is for another country", "Send it under the agreement with that country."
    ),
    "row-unreadable": Slug(422, "A row cannot be read", "Mend the row; until then its subject stays as it was."),
    "subject-twice": Slug(422, "Two rows are about the same subject", "Keep one of them."),
    "removal-withheld": Slug(422, "Nothing is removed by this edition", "Mend the rows whose number cannot be read."),
    "held": Slug(409, "An operator has to look at it first", "Ask an operator to confirm or reject it."),
    "already-decided": Slug(409, "It was decided otherwise already", "See who has decided it, and why."),
    "not-registered": Slug(409, "The organization was never registered", "Register it first, or check its number."),
    "removed": Slug(409, "The organization was removed from the register", "Register it anew."),
    "suspended": Slug(409, "The organization is suspended", "Send that it resumes, or an amendment."),
    "not-suspended": Slug(409, "The organization is not suspended", "Send that it is suspended, or an amendment."),
    "older-edition": Slug(409, "A later edition was taken already", "Send the latest edition."),
    "not-issued": Slug(409, "The order was never issued", "Issue it first, or check its number."),
    "already-issued": Slug(409, "The order is issued already", "Send an amendment instead."),
    "lifted": Slug(409, "The order is lifted", "Issue a new order."),
    "another-subject": Slug(409, "It is about another organization", "Withdraw it and issue a new one."),
    "no-such-field": Slug(422, "The field is not on the list", "Name a field that is on the list on that day."),
    "acceptance-suspended": Slug(
        409, "Acceptance is suspended already", "Withdraw the suspension if it has not begun, or send that it ends."
    ),
    "acceptance-not-suspended": Slug(409, "Acceptance is not suspended", "Check the field and the day."),
    "suspension-begun": Slug(409, "The suspension has begun", "Send from when on workers are accepted again."),
    "no-such-test": Slug(409, "The test is not listed on that day", "List it first, or check its number and the day."),
    "already-announced": Slug(409, "The session was announced before", "Send how it changes instead."),
    "no-such-session": Slug(409, "The session was not announced", "Announce it first, or check its number."),
    "session-cancelled": Slug(409, "The session is cancelled", "Announce another, under a new number."),
    "session-held": Slug(409, "The session was held", "Check the day."),
    "no-category": Slug(422, "The report is in none of the categories", "Say what happened in one or more of them."),
    "not-sealed": Slug(422, "Protected content is not sealed", "Seal it to the addressee's key."),
    "used-revision": Slug(409, "This revision was shared before", "Give the correction the next number."),
    "superseded": Slug(409, "A later revision says otherwise", "See the latest revision."),
    "no-such-revision": Slug(409, "This revision was not shared", "Name one that was received."),
    "already-acknowledged": Slug(409, "The report was acknowledged before", "Nothing is left to be done."),
    "already-assessed": Slug(409, "This revision was assessed before", "Nothing is left to be done."),
    "closed": Slug(409, "The report was closed", "See with what outcome; nothing more comes of it."),
    "withdrawn": Slug(409, "It was withdrawn", "Submit it anew, under a new number."),
    "already-opened": Slug(409, "The investigation was opened before", "Tell of its measures, or its result."),
    "not-opened": Slug(409, "No investigation was opened", "Open the investigation first."),
    "used-number": Slug(409, "A measure with this number was told before", "Give the measure the next number."),
    "concluded": Slug(409, "The result was returned before", "Submit a new notice if more is known."),
    "declined": Slug(409, "It was declined", "See by which law; nothing more comes of it."),
    "no-such-case": Slug(409, "Nothing is recorded of this case", "Check its country and number."),
    "already-asked": Slug(409, "It was asked before under this number", "Give it a new number."),
    "another-text": Slug(409, "It is about another text", "Sign or agree to the text whose digest was proposed."),
    "wrong-state": Slug(409, "The case has come to another point", "See what was said in it before."),
    "another-date": Slug(409, "Another day was proposed", "Agree to the day proposed last, or propose another."),
    "own-proposal": Slug(409, "Nobody agrees to its own proposal", "Wait for the other side, or propose otherwise."),
    "already-proposed": Slug(409, "It was proposed before", "Agree to it, or propose a text of its own."),
    "no-position": Slug(409, "The other side has not stated its position", "Wait until it has."),
    "no-such-item": Slug(409, "The minutes have no such action item", "Name one by its number in the minutes."),
    "already-done": Slug(409, "It was done before", "Nothing is left to be done."),
    "no-dependants": Slug(422, "This status brings no dependants", "Raise it for a worker of SSW 2."),
    "no-consent": Slug(403, "No consent covers it", "Ask the originator for its consent."),
    "consent-withdrawn": Slug(403, "The consent is withdrawn", "Disclose nothing; ask for a new consent."),
    "consent-expired": Slug(403, "The consent has expired", "Disclose nothing; ask for a new consent."),
    "consent-used": Slug(403, "The consent is used up", "Disclose nothing more; ask for a new consent."),
    "not-asked": Slug(409, "More is granted than was asked", "Consent to what was asked, or to less."),
    "no-such-question": Slug(409, "The inquiry has no such question", "Answer by the numbers of its questions."),
    "already-answered": Slug(409, "It was answered or declined before", "Nothing is left to be done."),
    "no-agreement": Slug(422, "There is no agreement with this country", "Name a party to an agreement."),
    "not-in-force": Slug(403, "The agreement is not in force", "No new sharing passes under it."),
    "withheld": Slug(403, "The egress guard withheld it", "Correct what is named, or ask for consent."),
    "refused-by-national-system": Slug(409, "The national system refused it", "See its reason."),
    # Parked messages
    "null-header": Slug(422, "A header without a value", "Skip it, and mend the producer."),
    "no-body": Slug(422, "A record without a value", "Skip it, and mend the producer."),
    "no-key": Slug(422, "A record without a readable key", "Skip it, and mend the producer."),
    "not-cloudevents": Slug(422, "Not a CloudEvents message", "Skip it, and mend the producer."),
    "not-the-contract": Slug(422, "The data do not fit the contract", "Skip it, or redrive it after an update."),
    "rule-failed": Slug(500, "A rule raised an exception", "Report it; redrive the message after an update."),
    "stream-blocked": Slug(409, "An earlier message of this stream is parked", "Redrive or skip the earlier one."),
    "not-parked": Slug(404, "No such parked message", "List the parked ones."),
    # Everything else
    "ambiguous": Slug(409, "Several answer to this", "Name the one that is meant in full."),
    "not-found": Slug(404, "There is no such thing here", "Check the address."),
    "not-allowed": Slug(405, "This method is not for this address", "See the API description."),
    "wrong-parameter": Slug(400, "A parameter is wrong", "Correct the parameter named."),
    "not-available": Slug(503, "Not available at the moment", "Try again a little later."),
    "internal-error": Slug(500, "Something failed here", "Try again; if it persists, report the trace id."),
}


class Problem(BaseModel):
    """RFC 9457 problem details with the extension members `slug`, `pointer`, `row`, `action`, `severity`, `clause`.

    `pointer` is an RFC 6901 JSON pointer into what was sent, `row` the line of a file counted from 1 with the header.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    type: str
    title: str
    status: int
    detail: str
    slug: str
    action: str
    severity: Literal["error", "warning"] = "error"
    pointer: str | None = None
    row: int | None = None
    clause: str | None = None
    state: str | None = None
    """What the stream was like when a rule refused, e.g. `revoked`."""
    instance: str | None = None
    digests: dict[str, str] | None = None


def problem(
    slug: str,
    detail: str,
    *,
    pointer: str | None = None,
    row: int | None = None,
    severity: Literal["error", "warning"] = "error",
    clause: str | None = None,
    state: str | None = None,
    digests: dict[str, str] | None = None,
) -> Problem:
    """A problem with the title, status and advice of its slug. Raises KeyError for a slug that is not in SLUGS."""
    known = SLUGS[slug]
    return Problem(
        type=f"/problems/{slug}",
        title=known.title,
        status=known.status,
        detail=detail,
        slug=slug,
        action=known.action,
        severity=severity,
        pointer=pointer,
        row=row,
        clause=clause,
        state=state,
        digests=digests,
    )


class ProblemError(Exception):
    """Carries a problem to where it is answered."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.slug}: {problem.detail}")
        self.problem = problem


class CannotStart(Exception):  # noqa: N818
    """Why a service will not run, in words: nothing that another start would mend."""
