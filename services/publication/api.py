"""The public API: registers and entries as JSON and CSV, for anyone, without a token."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

import orjson
from fastapi import APIRouter, Path, Query, Request
from pydantic import BeforeValidator
from starlette.responses import Response

from services.publication.answers import answer, answer_in_parts, etag_of
from services.publication.as_of import AsOf
from services.publication.description import PATH, EntryResource, RegisterPage, describe, responses
from services.publication.feed import MEDIA_TYPE, feed
from services.publication.presenting import Reader
from services.publication.register import Register, Row, Search, whole
from services.publication.registers import PublicRegisters, named, next_cursor, turn
from services.publication.table import columns_of, header, lines
from services.publication.texts import languages, negotiate
from shared.clock import rfc3339
from shared.contracts.publication import EntryStatus, RegisterName
from shared.errors import ProblemError, problem
from shared.merkle import MOST_AT_ONCE, Digits, RegisterDigest, told

PAGE, LARGEST_PAGE = 100, 1000
ROWS_AT_ONCE = 200
CSV = "text/csv; charset=utf-8; header=present"

Name = Annotated[RegisterName, Path(description="Which register.")]
Country = Annotated[
    str, Query(description="The country that publishes: ISO 3166-1 alpha-2, lower case.", examples=["xa"])
]
Words = Annotated[
    str,
    Query(
        max_length=200,
        description="Words, each of which occurs in a name, the registration number or an identifier, in any script.",
        examples=["travel"],
    ),
]
# A parameter sent empty, as forms do, is one not sent.
_OrNone = BeforeValidator(lambda sent: sent or None)
Status = Annotated[
    EntryStatus | None, _OrNone, Query(description="The status on the day asked about, today where none is.")
]
On = Annotated[
    str | None,
    _OrNone,
    Query(
        description="Entries as they stood, or will stand, on this day; without it today in the publishing country's"
        " time. Of days before the first one recorded of an entry the first one's is told.",
        examples=["2026-01-31"],
    ),
]
Known = Annotated[
    str | None,
    _OrNone,
    Query(
        description="By what was recorded until this moment (RFC 3339), or until the end of this day in the publishing"
        " country's time; without it by all that is recorded now. What was recorded later is left out: versions, and"
        " entries of which nothing was recorded by then.",
        examples=["2026-01-31", "2026-01-31T12:00:00+09:00"],
    ),
]
Originator = Annotated[str | None, _OrNone, Query(description="The country the entry comes from.", examples=["xb"])]
Language = Annotated[
    str | None,
    _OrNone,
    Query(description="Of support organizations: a language workers are supported in (BCP 47).", examples=["en"]),
]
InLanguage = Annotated[
    str | None,
    _OrNone,
    Query(
        max_length=35,
        description="A language of the country's pages (BCP 47); without it by `Accept-Language`.",
        examples=["en"],
    ),
]
Limit = Annotated[
    int,
    BeforeValidator(lambda sent: sent or PAGE),
    Query(ge=1, le=LARGEST_PAGE, description="Entries on a page."),
]
Cursor = Annotated[str | None, _OrNone, Query(description="`next_cursor` of the page before.")]
Ids = Annotated[
    tuple[str, ...], Query(alias="id", max_length=100, description="These entries alone; may be given up to 100 times.")
]
Under = Annotated[
    tuple[Digits, ...],
    Query(
        max_length=MOST_AT_ONCE,
        description="Hexadecimal digits that lead to a subtree, none to the whole; may be given up to 256 times.",
        examples=[["a", "a3"]],
    ),
]
EntryId = Annotated[str, Path(description="The entry's id within its register.", examples=["xb-00123"])]


ANYWHERE = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag"}


def router(registers: PublicRegisters) -> APIRouter:
    """The API's routes, with its OpenAPI description at `/api/v1/openapi.json`."""
    api = APIRouter(tags=["registers"])

    def table(
        request: Request, name: RegisterName, register: Register, rows: Sequence[Row], as_of: AsOf, bom: bool
    ) -> Response:
        told = as_of.told if as_of.asked else {}
        columns = [*columns_of(name, register.edition), *told]

        def parts() -> Iterator[bytes]:
            yield (("\ufeff" if bom else "") + header(columns)).encode()
            for start in range(0, len(rows), ROWS_AT_ONCE):
                yield lines(columns, rows[start : start + ROWS_AT_ONCE], as_of.day, told).encode()

        # What determines the bytes: the columns, the revisions, the day that gives each its status, what is told of it.
        etag = etag_of("csv", bom, columns, as_of.day, told, [(row.entry.id, row.entry.revision) for row in rows])
        return answer_in_parts(request, etag, parts(), CSV, headers=ANYWHERE)

    @api.get(
        f"{PATH}/{{register}}.csv",
        summary="A register, or a search in it, as CSV",
        response_class=Response,
        responses=responses("text/csv"),
    )
    async def register_as_csv(
        request: Request,
        register: Name,
        country: Country,
        q: Words = "",
        status: Status = None,
        originator: Originator = None,
        language: Language = None,
        on: On = None,
        known: Known = None,
        bom: Annotated[bool, Query(description="Begin with a byte order mark, for spreadsheet programs.")] = False,
    ) -> Response:
        """Every entry found. A cell that a spreadsheet program could take for a formula begins with an apostrophe.

        Of another day than today, or as known earlier, each line names the day and the moment in `on` and `known`.
        """
        publisher = registers.publisher(country)
        as_of = registers.as_of_or_problem(publisher, on, known)
        then = registers.register(publisher, register, as_of)
        found = then.edition.find(Search(q, status, originator, language), as_of.day)
        return table(request, register, then, found, as_of, bom)

    @api.get(
        f"{PATH}/{{register}}.json",
        summary="The complete register in canonical form",
        response_class=Response,
        responses=responses("application/json"),
    )
    async def register_in_canonical_form(
        request: Request, register: Name, country: Country, known: Known = None
    ) -> Response:
        """All entries with all versions, sorted by id, as RFC 8785 writes them, fields without a value left out.

        Who publishes the register is not part of it, so that what two countries show can be compared.

        The `digest` on every page is the root of a Merkle tree over the digests of the entries, those that were removed
        left out. Entries are sorted by the SHA-256 of their ids. Up to 16 of them hash to SHA-256(`00` and, for each,
        the SHA-256 of its id and its digest), more to SHA-256(`01` and the hashes of the 16 subtrees that the next
        hexadecimal digit tells apart).
        """
        publisher = registers.publisher(country)
        edition = registers.register(publisher, register, registers.as_of_or_problem(publisher, None, known)).edition

        def parts() -> Iterator[bytes]:
            yield b"["
            for start in range(0, len(edition.rows), ROWS_AT_ONCE):
                rows = edition.rows[start : start + ROWS_AT_ONCE]
                yield (b"," if start else b"") + b",".join(whole(row.entry) for row in rows)
            yield b"]"

        etag = etag_of("whole", [(row.entry.id, row.entry.revision) for row in edition.rows])
        return answer_in_parts(request, etag, parts(), "application/json", headers=ANYWHERE)

    @api.get(
        f"{PATH}/{{register}}.atom",
        summary="What has changed in a register, as a feed",
        response_class=Response,
        responses=responses(MEDIA_TYPE),
    )
    async def register_feed(request: Request, register: Name, country: Country, lang: InLanguage = None) -> Response:
        """The latest fifty changes of its entries, as an Atom feed (RFC 4287), each linked to the entry's page."""
        publisher = registers.publisher(country)
        tag = negotiate(publisher.languages, lang, request.headers.get("accept-language", ""))
        edition, reader = registers.edition(publisher, register), Reader(languages()[tag], registers.publishers)
        body = feed(edition, register, publisher, reader, registers.feed_at(publisher, register, tag))
        return answer(request, body, MEDIA_TYPE, vary="Accept-Language", headers=ANYWHERE)

    @api.get(
        f"{PATH}/{{register}}.digest",
        summary="The register's digest, and those of the subtrees asked for",
        response_model=RegisterDigest,
        responses=responses("application/json"),
    )
    async def register_digest(
        request: Request, register: Name, country: Country, originator: Originator = None, under: Under = ("",)
    ) -> Response:
        """By which two sides find the entries that differ in some four exchanges, however many entries there are.

        Each begins with the whole register and asks for the subtrees whose digests differ, until entries are told.
        """
        tree = registers.tree(registers.publisher(country), register, originator)
        return answer(request, told(tree, under).model_dump_json().encode(), "application/json", headers=ANYWHERE)

    @api.get(
        f"{PATH}/{{register}}",
        summary="A register, or a search in it, page by page",
        response_model=RegisterPage,
        responses=responses("application/json", "text/csv"),
    )
    async def register_page(
        request: Request,
        register: Name,
        country: Country,
        q: Words = "",
        status: Status = None,
        originator: Originator = None,
        language: Language = None,
        on: On = None,
        known: Known = None,
        ids: Ids = (),
        limit: Limit = PAGE,
        cursor: Cursor = None,
    ) -> Response:
        """Entries in the order of their ids. A page's end stays where it is though entries come in between.

        With `Accept: text/csv` the answer is a table of all that is found.
        """
        publisher = registers.publisher(country)
        as_of = registers.as_of_or_problem(publisher, on, known)
        then = registers.register(publisher, register, as_of)
        edition = then.edition
        found = edition.find(Search(q, status, originator, language), as_of.day)
        if ids:
            asked = named(then, ids)
            found = asked if found is edition.rows else sorted({*asked} & {*found}, key=lambda row: row.entry.id)
        if "text/csv" in request.headers.get("accept", ""):
            return table(request, register, then, found, as_of, bom=False)
        page = turn(found, cursor, limit)
        body = {
            "items": [registers.item(row, publisher, as_of) for row in page.rows],
            "total": page.total,
            "next_cursor": next_cursor(page),
            "edition": rfc3339(edition.as_of) if edition.as_of else None,
            "digest": edition.digest,
            **as_of.told,
        }
        return answer(request, orjson.dumps(body), "application/json", headers=ANYWHERE)

    @api.get(
        f"{PATH}/{{register}}/{{entry_id:path}}",
        summary="An entry with its history",
        response_model=EntryResource,
        responses=responses("application/json"),
    )
    async def register_entry(
        request: Request, register: Name, entry_id: EntryId, country: Country, on: On = None, known: Known = None
    ) -> Response:
        """The entry as it stands on the day, and every version of it that was published and known."""
        publisher = registers.publisher(country)
        as_of = registers.as_of_or_problem(publisher, on, known)
        row = registers.register(publisher, register, as_of).get(entry_id)
        if row is None:
            when = f", as known at {rfc3339(as_of.known)}," if as_of.known is not None else ""
            raise ProblemError(problem("not-found", f"{register} of {country}{when} holds no entry {entry_id!r}."))
        versions = [version.model_dump(mode="json") for version in row.entry.versions]
        body = orjson.dumps(registers.item(row, publisher, as_of) | {"versions": versions, **as_of.told})
        return answer(request, body, "application/json", headers=ANYWHERE)

    # RFC 9110: where GET is answered HEAD is too, with the same headers.
    for route in list(api.routes):
        api.add_api_route(route.path, route.endpoint, methods=["HEAD"], include_in_schema=False)  # type: ignore[attr-defined]

    description = orjson.dumps(describe(api))

    @api.get("/api/v1/openapi.json", include_in_schema=False)
    async def openapi(request: Request) -> Response:
        return answer(request, description, "application/json", headers=ANYWHERE)

    return api
