"""What all pages have in common: language, times, the frame around them, and the part that renews itself."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from fastapi import Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from services.console.asking import Operator, Services
from services.console.sealed import without_empty, without_sealed
from services.console.session import form_token
from services.console.telling import form_of, readable
from services.console.watch import Watch
from shared.agreements import Agreements
from shared.clock import Clock
from shared.errors import Problem
from shared.web.appearance import BASE_STYLE, ICON
from shared.web.language import Language, languages_of, negotiate

HERE = Path(__file__).parent
LANGUAGE_COOKIE = "kakehashi-language"
HTML = "text/html; charset=utf-8"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
MEDIA_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


@cache
def languages() -> Mapping[str, Language]:
    """Every language there is a file of texts for, by its tag."""
    return languages_of(HERE / "texts")


class Manner:
    """How one reader is told things: the language, and the time zone of the operator's country."""

    def __init__(self, language: Language, zone: tzinfo, now: datetime, countries: Mapping[str, Mapping[str, str]]):
        self.language = language
        self._zone, self._now, self._countries = zone, now, countries
        self._texts = language.texts

    def country(self, code: str | None) -> str:
        """A country's name; of none, that it is no country's."""
        if code is None:
            return str(self._texts["no_country"])
        return self.language.name(self._countries.get(code, {}), code)

    def when(self, moment: datetime | str | None) -> Markup | str:
        """A moment to the second, with its day unless that is today."""
        if moment is None:
            return "–"
        if isinstance(moment, str):
            moment = datetime.fromisoformat(moment)
        local, today = moment.astimezone(self._zone), self._now.astimezone(self._zone).date()
        day = "" if local.date() == today else f"{self.language.day(local.date())} "
        return Markup('<time datetime="{}">{}{}</time>').format(local.isoformat(), day, f"{local:%H:%M:%S}")

    def written(self, moment: str) -> str:
        """A moment as a field for one has it, to the minute."""
        return f"{datetime.fromisoformat(moment).astimezone(self._zone):%Y-%m-%dT%H:%M}"

    def day(self, day: date | str) -> str:
        """A calendar day."""
        return self.language.day(date.fromisoformat(day) if isinstance(day, str) else day)

    def number(self, number: int) -> str:
        return self.language.number(number)

    def told(self, parts: Mapping[str, object]) -> Mapping[str, object]:
        """Parts of a text, numbers among them as this reader writes them."""
        return {name: self.number(part) if isinstance(part, int) else part for name, part in parts.items()}

    def since(self, moment: datetime) -> str:
        """How long ago a moment was."""
        return self.duration((self._now - moment).total_seconds())

    def between(self, first: str | None, last: str | None) -> str | None:
        """From one moment to another, where there are both."""
        if first is None or last is None:
            return None
        return self.duration((datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds())

    def duration(self, seconds: float) -> str:
        """In its two largest units."""
        units: Mapping[str, str] = self._texts["units"]
        if seconds < 1:
            return f"{max(seconds, 0) * 1000:.0f} {units['ms']}"
        left = int(seconds)
        parts = []
        for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
            count, left = divmod(left, size)
            if count:
                parts.append(f"{count} {units[unit]}")
        return " ".join(parts[:2])

    def zone(self) -> str:
        """The time zone's name and its offset now."""
        offset = f"{self._now.astimezone(self._zone):%z}"
        return f"{self._zone} (UTC{offset[:3]}:{offset[3:]})"

    def best(self, texts: Mapping[str, str]) -> Markup:
        """One of several wordings of the same, the one this reader reads best."""
        ordered = self.language.in_order(texts)
        if not ordered:
            return Markup("–")
        return Markup('<span lang="{}">{}</span>').format(*ordered[0])


class Frame:
    """Renders pages."""

    def __init__(self, agreements: Agreements, services: Services, watch: Watch, clock: Clock) -> None:
        self._agreements, self._services, self._watch, self._clock = agreements, services, watch, clock
        self._countries = {country: agreements.parties(country)[0].names for country in agreements.countries}
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.files = {
            path.name: path.read_bytes() for path in (HERE / "static").iterdir() if path.suffix in MEDIA_TYPES
        }
        self.files |= {"style.css": BASE_STYLE + self.files["style.css"], "icon.svg": ICON}
        self._templates.globals.update(
            say=say,
            static=self._static,
            quote=lambda text: quote(text, safe=""),
            query=urlencode,
            form_of=form_of,
            readable=readable,
        )
        self._templates.filters.update(unsealed=without_sealed, told=without_empty)
        self._templates.filters["pretty"] = lambda value: orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
        self._templates.filters["identity"] = lambda value: hashlib.sha256(str(value).encode()).hexdigest()[:10]

    def language(self, request: Request) -> Language:
        """Asked for in the address, else chosen before, else what the browser accepts, else English."""
        offered = sorted(languages(), key=lambda tag: tag != "en")
        asked = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
        return languages()[negotiate(offered, asked, request.headers.get("accept-language", ""))]

    def page(
        self,
        request: Request,
        name: str,
        operator: Operator | None = None,
        *,
        code: int = 200,
        renewed: bool = True,
        pause: int = 3,
        gone: Sequence[str] = (),
        problem: Problem | None = None,
        **content: Any,
    ) -> Response:
        """The page of `<name>.html`. Where there is a `<name>.live.html` it stands in it, and renews itself.

        `pause`: seconds between two renewals. `gone`: ids of sections outside of it that have nothing to say any more,
        and go away with the next renewal.

        Asked by the page itself, the answer is that part alone, or 204 where the reader has it as it is.
        """
        language = self.language(request)
        context = content | {
            "t": language.texts,
            "offered": [
                (tag, one.texts["language"], own_address(request, lang=tag)) for tag, one in languages().items()
            ],
            "m": self._manner(language, operator),
            "operator": operator,
            "here": own_path(request),
            "path": own_path(request) + (f"?{request.url.query}" if request.url.query else ""),
            "form": form_token(operator) if operator else "",
            "problem": problem,
            "waiting": self._waiting(operator) if operator else {},
        }
        headers = HEADERS | {"Content-Language": language.tag}
        live = f"{name}.live.html"
        if live in self._templates.list_templates():
            inner = Markup(self._templates.get_template(live).render(context))  # noqa: S704 - a template of ours
            digest = hashlib.sha256(inner.encode()).hexdigest()[:16]
            if request.headers.get("hx-request") and request.query_params.get("have") == digest:
                return Response(status_code=204, headers=headers)
            context["live"] = self._templates.get_template("live.html").render(
                inner=inner,
                digest=digest,
                address=own_address(request),
                renewed=renewed,
                pause=pause,
                gone=gone,
                t=language.texts,
                waiting=context["waiting"],
                again=bool(request.headers.get("hx-request")),
            )
            context["live"] = Markup(context["live"])  # noqa: S704
            if request.headers.get("hx-request"):
                return Response(context["live"], code, headers, HTML)
        html = self._templates.get_template(f"{name}.html").render(context)
        response = Response(html, code, headers, HTML)
        if request.query_params.get("lang") == language.tag:
            response.set_cookie(
                LANGUAGE_COOKIE, language.tag, max_age=31_536_000, samesite="lax", httponly=True, path="/"
            )
        return response

    def zone(self, operator: Operator | None) -> tzinfo:
        """The time zone of the operator's country; of no country's UTC."""
        party = operator.actor.party if operator else None
        parties = self._agreements.parties(party) if party else ()
        return parties[0].zone if parties else UTC

    def _manner(self, language: Language, operator: Operator | None) -> Manner:
        return Manner(language, self.zone(operator), self._clock.now(), self._countries)

    def _waiting(self, operator: Operator) -> Mapping[str, int]:
        """What waits for this operator, for the navigation."""
        known = [
            self._watch.seen[name].figures for name in self._services.open_to(operator) if name in self._watch.seen
        ]
        return {
            "parked": sum(figures.parked for figures in known if figures),
            "held": sum(figures.held for figures in known if figures),
        }

    def _static(self, name: str) -> str:
        """The address of a file, other when the file is."""
        return f"/static/{name}?v={hashlib.sha256(self.files[name]).hexdigest()[:8]}"


def say(text: str, **parts: object) -> Markup:
    """A text with its places filled; parts that are markup stay so, all else is escaped."""
    return Markup(escape(text)).format(**parts)  # noqa: S704


def own_address(request: Request, **changes: str) -> str:
    """The address of the page asked for, without what a renewal adds."""
    kept: Sequence[tuple[str, str]] = [
        (name, value) for name, value in request.query_params.multi_items() if name not in ("have", "lang", "done")
    ]
    query = urlencode([*kept, *changes.items()])
    return own_path(request) + (f"?{query}" if query else "")


def own_path(request: Request) -> str:
    """The path of the page asked for, escaped: a case's number may have anything in it."""
    return quote(request.scope["path"])
