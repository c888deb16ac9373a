"""The public API: registers and entries as JSON and CSV, for anyone, without a token."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Path, Query, Request
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, BeforeValidator, Field
from starlette.responses import Response, StreamingResponse

from services.publication.publishers import Publisher, Publishers
from services.publication.register import Edition, Page, Row, digest_of, page_after, page_before
from services.publication.table import columns_of, to_csv
from services.publication.view import RegisterView
from shared.clock import Clock, rfc3339
from shared.contracts.publication import EntryStatus, EntryVersion, RegisterName
from shared.errors import Problem, ProblemError, problem

PATH = "/api/v1/registers"
PAGE, LARGEST_PAGE = 100, 1000
CSV = "text/csv; charset=utf-8; header=present"

Register = Annotated[RegisterName, Path(description="Which register.")]
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
    EntryStatus | None, _OrNone, Query(description="The status today, in the publishing country's time.")
]
Originator = Annotated[str | None, _OrNone, Query(description="The country the entry comes from.", examples=["xb"])]
Limit = Annotated[
    int,
    BeforeValidator(lambda sent: sent or PAGE),
    Query(ge=1, le=LARGEST_PAGE, description="Entries on a page."),
]
Cursor = Annotated[str | None, _OrNone, Query(description="`next_cursor` of the page before.")]
Ids = Annotated[
    tuple[str, ...], Query(alias="id", max_length=100, description="These entries alone; may be given up to 100 times.")
]
EntryId = Annotated[str, Path(description="The entry's id within its register.", examples=["xb-00123"])]


class RegisterItem(BaseModel):
    """An entry as it stands today."""

    id: str
    originator: str
    registration_number: str
    status: EntryStatus = Field(
        description="`active` is also what is accredited for a later time: then `valid_from` lies ahead."
    )
    names: dict[str, str] = Field(description="Full names by language tag (BCP 47), as received.")
    short_names: dict[str, str]
    identifiers: dict[str, str] = Field(description="Numbers given by authorities, by scheme.")
    permit_number: str | None
    valid_from: date
    valid_to: date | None = Field(description="The last day.")
    revoked_on: date | None = Field(description="The first day without the accreditation.")
    ground: dict[str, str] = Field(description="Why it was revoked, by language tag.")
    revision: int = Field(description="Counts the published changes of the entry, from 1.")
    recorded_at: datetime = Field(description="When the latest of them was recorded.")
    digest: str = Field(description="SHA-256 of the entry's canonical form (RFC 8785), as in the complete register.")
    url: str = Field(description="The entry's page.")
    history_url: str = Field(description="The entry with all its versions.")


class RegisterPage(BaseModel):
    """Consecutive entries of a search, in the order of their ids."""

    items: list[RegisterItem]
    total: int = Field(description="How many entries the search finds.")
    next_cursor: str | None = Field(description="To be sent as `cursor` for the entries that follow; null at the end.")
    edition: datetime | None = Field(description="When the register's latest change was recorded; null while empty.")
    digest: str = Field(description="SHA-256 of the complete register, whatever was searched for.")


class EntryResource(RegisterItem):
    """An entry with its history."""

    versions: list[EntryVersion] = Field(
        description="Oldest first. On a day, the version recorded last among those in effect holds."
    )


EXAMPLE: dict[str, Any] = {
    "id": "xb-00123",
    "originator": "xb",
    "registration_number": "00123",
    "status": "active",
    "names": {"en": "Mountain Road Employment Agency LLC"},
    "short_names": {"en": "Mountain Road"},
    "identifiers": {"xb.tax": "00123"},
    "permit_number": "17/2026",
    "valid_from": "2026-02-01",
    "valid_to": "2027-01-31",
    "revoked_on": None,
    "ground": {},
    "revision": 1,
    "recorded_at": "2026-01-15T09:00:00.000000Z",
    "digest": digest_of(b"an entry"),
    "url": "https://registers.example/xa/sending-organizations/xb-00123",
    "history_url": f"https://registers.example{PATH}/sending-organizations/xb-00123?country=xa",
}
PAGE_EXAMPLE = {
    "items": [EXAMPLE],
    "total": 240,
    "next_cursor": "WyJhZnRlciIsInhiLTAwMTIzIl0",
    "edition": "2026-01-15T09:00:00.000000Z",
    "digest": digest_of(b"a register"),
}
ENTRY_EXAMPLE = EXAMPLE | {
    "versions": [
        {
            "change": "accredited",
            "effective_on": "2026-02-01",
            "registration_number": "00123",
            "names": {"en": "Mountain Road Employment Agency LLC"},
            "short_names": {"en": "Mountain Road"},
            "identifiers": {"xb.tax": "00123"},
            "legal_form": None,
            "address": "12 Station Road",
            "phones": [],
            "emails": [],
            "representative": None,
            "permit_number": "17/2026",
            "destination": "xa",
            "valid_from": "2026-02-01",
            "valid_to": "2027-01-31",
            "revoked_on": None,
            "ground": {},
            "recorded_at": "2026-01-15T09:00:00.000000Z",
        }
    ]
}
_ETAG: dict[str, Any] = {
    "ETag": {"description": "Strong; send it as `If-None-Match` to be told 304.", "schema": {"type": "string"}}
}


def _responses(example: Any, *, table: bool = False) -> dict[int | str, dict[str, Any]]:
    content: dict[str, Any] = {"application/json": {"example": example}}
    if table:
        content["text/csv"] = {"example": "id,originator,registration_number,…\r\nxb-00123,xb,00123,…\r\n"}
    problems = {"content": {"application/problem+json": {"schema": Problem.model_json_schema()}}}
    return {
        200: {"content": content, "headers": _ETAG},
        304: {"description": "Unchanged since the ETag sent."},
        400: {"description": "A parameter is wrong.", **problems},
        404: {"description": "There is no such entry.", **problems},
    }


class PublicRegisters:
    """What pages and API both ask: a register, an entry, a search, at the present day of the publishing country."""

    def __init__(self, view: RegisterView, publishers: Publishers, clock: Clock, public_url: str) -> None:
        self.publishers = publishers
        self._view, self._clock, self._public_url = view, clock, public_url.rstrip("/")

    def publisher(self, country: str) -> Publisher:
        """Raises ProblemError `wrong-parameter` for a country that publishes nothing."""
        found = self.publishers.by_country.get(country)
        if found is None:
            known = ", ".join(self.publishers.by_country)
            raise _wrong("country", f"{country!r} is none of the publishing countries: {known}.")
        return found

    def today(self, publisher: Publisher) -> date:
        return publisher.today(self._clock)

    def edition(self, publisher: Publisher, register_name: RegisterName) -> Edition:
        return self._view.register(publisher.country, register_name).edition

    def row(self, publisher: Publisher, register_name: RegisterName, entry_id: str) -> Row | None:
        return self._view.register(publisher.country, register_name).get(entry_id)

    def page_url(self, publisher: str, register_name: str, entry_id: str) -> str:
        """Under which the public reads the entry."""
        return f"{self._public_url}/{publisher}/{register_name}/{quote(entry_id, safe='')}"

    def item(self, row: Row, publisher: Publisher) -> dict[str, Any]:
        """A RegisterItem."""
        version, status, _ = row.on(self.today(publisher))
        entry = row.entry
        return {
            "id": entry.id,
            "originator": entry.originator,
            "registration_number": version.registration_number,
            "status": status,
            "names": version.names,
            "short_names": version.short_names,
            "identifiers": version.identifiers,
            "permit_number": version.permit_number,
            "valid_from": version.valid_from,
            "valid_to": version.valid_to,
            "revoked_on": version.revoked_on,
            "ground": version.ground,
            "revision": entry.revision,
            "recorded_at": rfc3339(row.recorded_at),
            "digest": row.digest,
            "url": self.page_url(publisher.country, entry.register_name, entry.id),
            "history_url": f"{self._public_url}{PATH}/{entry.register_name}/{quote(entry.id, safe='')}"
            f"?country={publisher.country}",
        }


def turn(found: Sequence[Row], cursor: str | None, limit: int) -> Page:
    """The page of a search that a cursor stands for. Raises ProblemError `wrong-parameter` for what is no cursor."""
    if cursor is None:
        return page_after(found, None, limit)
    try:
        direction, entry_id = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        turned: Callable[[Sequence[Row], str, int], Page] = {"after": page_after, "before": page_before}[direction]
        return turned(found, str(entry_id), limit)
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise _wrong("cursor", "It is not a cursor of ours; leave it out to begin at the beginning.") from None


def next_cursor(page: Page) -> str | None:
    """For the page that follows, None where it is the last."""
    last = page.offset + len(page.rows) >= page.total
    return None if last else _cursor("after", page.rows[-1])


def previous_cursor(page: Page) -> str | None:
    """For the page before, None where it is the first."""
    return None if page.offset == 0 or not page.rows else _cursor("before", page.rows[0])


def _cursor(direction: Literal["after", "before"], row: Row) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([direction, row.entry.id])).rstrip(b"=").decode()


def _wrong(parameter: str, detail: str) -> ProblemError:
    return ProblemError(problem("wrong-parameter", f"{parameter}: {detail}", pointer=f"/{parameter}"))


def answer(
    request: Request, body: bytes, media_type: str, *, vary: str = "Accept", headers: Mapping[str, str] | None = None
) -> Response:
    """The body with a strong ETag of its bytes, or 304 where the reader holds just these."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    return _unless_held(request, etag, Response(body, media_type=media_type), vary, headers or {})


def _unless_held(
    request: Request, etag: str, response: Response, vary: str, headers: Mapping[str, str] | None = None
) -> Response:
    held = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    if etag in held or held == ["*"]:
        response = Response(status_code=304)
    response.headers.update(
        {"ETag": etag, "Cache-Control": "public, no-cache", "Vary": vary, "X-Content-Type-Options": "nosniff"}
        | dict(headers or {})
    )
    return response


ANYWHERE = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag"}


def router(registers: PublicRegisters) -> APIRouter:
    """The API's routes, with its OpenAPI description at `/api/v1/openapi.json`."""
    api = APIRouter(tags=["registers"])

    def table(request: Request, publisher: Publisher, edition: Edition, rows: Sequence[Row], bom: bool) -> Response:
        text = to_csv(columns_of(edition.rows), rows, registers.today(publisher))
        return answer(request, (("\ufeff" if bom else "") + text).encode(), CSV, headers=ANYWHERE)

    @api.get(
        f"{PATH}/{{register}}.csv",
        summary="A register, or a search in it, as CSV",
        response_class=Response,
        responses={200: {"content": {"text/csv": {}}, "headers": _ETAG}},
    )
    async def register_as_csv(
        request: Request,
        register: Register,
        country: Country,
        q: Words = "",
        status: Status = None,
        originator: Originator = None,
        bom: Annotated[bool, Query(description="Begin with a byte order mark, for spreadsheet programs.")] = False,
    ) -> Response:
        """Every entry found. A cell that a spreadsheet program could take for a formula begins with an apostrophe."""
        publisher = registers.publisher(country)
        edition = registers.edition(publisher, register)
        found = edition.find(q, status, originator, registers.today(publisher))
        return table(request, publisher, edition, found, bom)

    @api.get(
        f"{PATH}/{{register}}.json",
        summary="The complete register in canonical form",
        response_class=Response,
        responses={200: {"content": {"application/json": {}}, "headers": _ETAG}},
    )
    async def register_in_canonical_form(request: Request, register: Register, country: Country) -> Response:
        """All entries with all versions, sorted by id, as RFC 8785 writes them: the SHA-256 of the body is `digest`.

        Who publishes the register is not part of it, so that what two countries show can be compared.
        """
        edition = registers.edition(registers.publisher(country), register)
        rows = edition.rows

        async def body() -> Any:
            yield b"["
            for start in range(0, len(rows), 200):
                yield (b"," if start else b"") + b",".join(row.canonical for row in rows[start : start + 200])
            yield b"]"

        etag = f'"{edition.digest}"'
        return _unless_held(request, etag, StreamingResponse(body(), media_type="application/json"), "Accept", ANYWHERE)

    @api.get(
        f"{PATH}/{{register}}",
        summary="A register, or a search in it, page by page",
        response_model=RegisterPage,
        responses=_responses(PAGE_EXAMPLE, table=True),
    )
    async def register_page(
        request: Request,
        register: Register,
        country: Country,
        q: Words = "",
        status: Status = None,
        originator: Originator = None,
        ids: Ids = (),
        limit: Limit = PAGE,
        cursor: Cursor = None,
    ) -> Response:
        """Entries in the order of their ids. A page's end stays where it is though entries come in between.

        With `Accept: text/csv` the answer is a table of all that is found.
        """
        publisher = registers.publisher(country)
        edition = registers.edition(publisher, register)
        found = edition.find(q, status, originator, registers.today(publisher))
        if ids:
            wanted = set(ids)
            found = [row for row in found if row.entry.id in wanted]
        if "text/csv" in request.headers.get("accept", ""):
            return table(request, publisher, edition, found, bom=False)
        page = turn(found, cursor, limit)
        body = {
            "items": [registers.item(row, publisher) for row in page.rows],
            "total": page.total,
            "next_cursor": next_cursor(page),
            "edition": rfc3339(edition.as_of) if edition.as_of else None,
            "digest": edition.digest,
        }
        return answer(request, orjson.dumps(body), "application/json", headers=ANYWHERE)

    @api.get(
        f"{PATH}/{{register}}/{{entry_id:path}}",
        summary="An entry with its history",
        response_model=EntryResource,
        responses=_responses(ENTRY_EXAMPLE),
    )
    async def register_entry(request: Request, register: Register, entry_id: EntryId, country: Country) -> Response:
        """The entry as it stands today, and every version of it that was published."""
        publisher = registers.publisher(country)
        row = registers.row(publisher, register, entry_id)
        if row is None:
            raise ProblemError(problem("not-found", f"{register} of {country} holds no entry {entry_id!r}."))
        versions = [version.model_dump(mode="json") for version in row.entry.versions]
        body = orjson.dumps(registers.item(row, publisher) | {"versions": versions})
        return answer(request, body, "application/json", headers=ANYWHERE)

    # RFC 9110: where GET is answered HEAD is too, with the same headers.
    for route in list(api.routes):
        api.add_api_route(route.path, route.endpoint, methods=["HEAD"], include_in_schema=False)  # type: ignore[attr-defined]

    description = orjson.dumps(describe(api))

    @api.get("/api/v1/openapi.json", include_in_schema=False)
    async def openapi(request: Request) -> Response:
        return answer(request, description, "application/json", headers=ANYWHERE)

    return api


def describe(api: APIRouter) -> dict[str, Any]:
    """The OpenAPI description of the public API alone."""
    description = get_openapi(
        title="Public registers",
        version="1",
        description="What countries have promised each other to publish. Free to read, without registration.",
        routes=api.routes,
    )
    # A wrong parameter is answered with 400 and a problem, not as the framework would.
    for path in description["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)
    return description
