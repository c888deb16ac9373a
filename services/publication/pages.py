"""The pages the public reads, in the languages of the country that publishes. No script, nothing from another host."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple
from urllib.parse import quote, urlencode

import orjson
from fastapi import APIRouter, Query, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import RedirectResponse, Response

from services.publication.answers import answer
from services.publication.api import Cursor, Language, Originator
from services.publication.as_of import EARLIEST, LATEST, AsOf, WrongDayError
from services.publication.description import PATH
from services.publication.presenting import Reader
from services.publication.publishers import Publisher
from services.publication.register import Row, Search
from services.publication.registers import PublicRegisters, next_cursor, previous_cursor, turn
from services.publication.texts import languages, negotiate
from shared.contracts.publication import EntryStatus, RegisterName
from shared.errors import ProblemError, problem
from shared.web.appearance import BASE_STYLE, ICON

HERE = Path(__file__).parent
ENTRIES = 50
STATUSES: Mapping[RegisterName, Sequence[EntryStatus]] = {
    "sending-organizations": ("active", "upcoming", "suspended", "revoked", "removed", "expired"),
    "support-organizations": ("active", "upcoming", "suspended", "removed"),
    "improvement-orders": ("active", "upcoming", "expired", "revoked"),
    "field-acceptance": ("suspended", "upcoming", "active"),
}
"""What readers may ask a register for."""
HTML = "text/html; charset=utf-8"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
}

Lang = Annotated[str | None, Query(max_length=35)]
# Wrong values of a page's own address are corrected, not answered with an error: a reader typed or cut them.
Text = Annotated[str, Query()]


class _Address(NamedTuple):
    """Makes links that keep the reader's chosen language, and the day that is asked about."""

    path: str
    lang: str | None
    query: Mapping[str, str]
    day: Mapping[str, str]
    """`on` and `known` as asked for; empty where today is shown."""

    def of_day(self, path: str, **parameters: str | None) -> str:
        """Of the same day, where another than today is shown."""
        return self.to(path, **parameters, **self.day)

    def to(self, path: str, **parameters: str | None) -> str:
        """Of today."""
        kept = {name: value for name, value in parameters.items() if value}
        if self.lang:
            kept["lang"] = self.lang
        return f"{path}?{urlencode(kept)}" if kept else path

    def data(self, path: str, **parameters: str | None) -> str:
        """A link to the API, which has one language."""
        return f"{path}?{urlencode({name: value for name, value in parameters.items() if value})}"

    def in_language(self, lang: str) -> str:
        """This page in another language."""
        return f"{self.path}?{urlencode({**self.query, 'lang': lang})}"


def _say(text: str, **parts: object) -> Markup:
    """A text with its places filled; parts that are markup stay so, all else is escaped."""
    return Markup(escape(text)).format(**parts)  # noqa: S704


def _prose(text: str) -> Markup:
    """What is written between backticks is code."""
    return Markup(re.sub("`(.+?)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704


def _allowed(schema: Mapping[str, Any]) -> list[str]:
    """The values an OpenAPI parameter may have, where they are a closed list."""
    alternatives = [schema, *schema.get("anyOf", ())]
    return [value for alternative in alternatives for value in alternative.get("enum", ())]


def router(registers: PublicRegisters, api_description: Mapping[str, Any]) -> APIRouter:
    """The pages' routes: `/`, and for each publishing country its registers and their entries."""
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals.update(
        say=_say, quote=lambda text: quote(text, safe=""), api=PATH, earliest=EARLIEST, latest=LATEST
    )
    templates.filters["prose"] = _prose
    templates.filters["allowed"] = _allowed
    templates.filters["pretty"] = lambda value: orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
    pages = APIRouter(include_in_schema=False)
    style = BASE_STYLE + (HERE / "static" / "style.css").read_bytes()

    def render(
        request: Request,
        template: str,
        lang: str | None,
        publisher: Publisher | None = None,
        status_code: int = 200,
        as_of: AsOf | None = None,
        **content: Any,
    ) -> Response:
        offered = publisher.languages if publisher is not None else registers.publishers.languages
        tag = negotiate(offered, lang, request.headers.get("accept-language", ""))
        language = languages()[tag]
        query = {name: value for name, value in request.query_params.items() if name != "lang" and value}
        html = templates.get_template(template).render(
            t=language.texts,
            language=language,
            reader=Reader(language, registers.publishers),
            offered=[(other, languages()[other].texts["language"]) for other in offered],
            address=_Address(
                quote(request.scope["path"]), tag if lang == tag else None, query, as_of.asked if as_of else {}
            ),
            publisher=publisher,
            as_of=as_of,
            **content,
        )
        headers = HEADERS | {"Content-Language": tag}
        if status_code != 200:
            return Response(html, status_code, headers, HTML)
        return answer(request, html.encode(), HTML, vary="Accept-Language", headers=headers)

    @pages.api_route("/", methods=["GET", "HEAD"])
    async def home(request: Request, lang: Lang = None) -> Response:
        """Choose a country."""
        countries = [
            (publisher, [(name, len(registers.edition(publisher, name).rows)) for name in publisher.registers])
            for publisher in registers.publishers.by_country.values()
        ]
        return render(request, "home.html", lang, countries=countries)

    @pages.api_route("/api/", methods=["GET", "HEAD"])
    async def for_programmers(request: Request, lang: Lang = None) -> Response:
        """The API's description, read from its OpenAPI document."""
        return render(request, "api.html", lang, description=api_description)

    @pages.api_route("/static/style.css", methods=["GET", "HEAD"])
    async def stylesheet(request: Request) -> Response:
        return answer(request, style, "text/css; charset=utf-8")

    @pages.api_route("/static/icon.svg", methods=["GET", "HEAD"])
    async def favicon(request: Request) -> Response:
        return answer(request, ICON, "image/svg+xml")

    def wrong_day(
        request: Request, lang: str | None, publisher: Publisher, name: RegisterName, wrong: WrongDayError
    ) -> Response:
        """Says which day cannot be shown and why, with the form to choose another."""
        query = {name: value for name, value in request.query_params.items() if name != wrong.parameter}
        sent = {name: query.pop(name, "") for name in ("on", "known")}
        query.pop("cursor", None)
        return render(
            request, "wrong_day.html", lang, publisher, 400, register=name, wrong=wrong, sent=sent, kept=query
        )

    def register_page(publisher: Publisher, name: RegisterName) -> Any:
        async def page(
            request: Request,
            q: Text = "",
            status: Text = "",
            originator: Originator = None,
            language: Language = None,
            on: Text = "",
            known: Text = "",
            cursor: Cursor = None,
            lang: Lang = None,
        ) -> Response:
            """A register with its search."""
            try:
                as_of = registers.as_of(publisher, on, known)
            except WrongDayError as wrong:
                return wrong_day(request, lang, publisher, name, wrong)
            edition = registers.register(publisher, name, as_of).edition
            chosen = next((known for known in STATUSES[name] if known == status), None)
            found = edition.find(Search(q[:200], chosen, originator, language), as_of.day)
            try:
                turned = turn(found, cursor, ENTRIES)
            except ProblemError:
                turned = turn(found, None, ENTRIES)
            return render(
                request,
                "register.html",
                lang,
                publisher,
                as_of=as_of,
                register=name,
                edition=edition,
                page=turned,
                entries=[(row, row.on(as_of.day)) for row in turned.rows],
                search={"q": q, "status": chosen, "originator": originator, "language": language},
                statuses=STATUSES[name],
                next=next_cursor(turned),
                previous=previous_cursor(turned),
            )

        return page

    def entry_page(publisher: Publisher, name: RegisterName) -> Any:
        async def page(request: Request, entry_id: str, on: Text = "", known: Text = "", lang: Lang = None) -> Response:
            """An entry with its history."""
            try:
                as_of = registers.as_of(publisher, on, known)
            except WrongDayError as wrong:
                return wrong_day(request, lang, publisher, name, wrong)
            row: Row | None = registers.register(publisher, name, as_of).get(entry_id)
            if row is None:
                return render(request, "not_found.html", lang, publisher, 404, as_of, register=name)
            shown = row.on(as_of.day)
            return render(request, "entry.html", lang, publisher, as_of=as_of, register=name, row=row, shown=shown)

        return page

    for publisher in registers.publishers.by_country.values():
        for number, name in enumerate(publisher.registers):
            list_page = register_page(publisher, name)
            if number == 0:
                pages.add_api_route(f"/{publisher.country}/", list_page, methods=["GET", "HEAD"])
            pages.add_api_route(f"/{publisher.country}/{name}/", list_page, methods=["GET", "HEAD"])
            pages.add_api_route(
                f"/{publisher.country}/{name}/{{entry_id:path}}", entry_page(publisher, name), methods=["GET", "HEAD"]
            )

    lists = {getattr(route, "path", "") for route in pages.routes if getattr(route, "path", "").endswith("/")}

    @pages.api_route("/{path:path}", methods=["GET", "HEAD"])
    async def nowhere(request: Request, path: str, lang: Lang = None) -> Response:
        """A page for readers; programs get the problem document that they get elsewhere."""
        if f"/{path}/" in lists:
            return RedirectResponse(request.url.replace(path=f"/{path}/"))
        if "text/html" not in request.headers.get("accept", ""):
            raise ProblemError(problem("not-found", f"There is nothing at /{path}."))
        return render(request, "not_found.html", lang, status_code=404, register=None)

    return pages
