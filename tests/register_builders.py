"""Builders for registers: invented organizations with names as they are in Kyrgyz and Russian documents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import httpx
from fastapi import FastAPI

from services.publication import api, pages
from services.publication.description import describe
from services.publication.publishers import Publishers, publishers_of
from services.publication.registers import PublicRegisters
from services.publication.view import RegisterView
from shared.agreements import load_agreements
from shared.clock import Clock, FixedClock
from shared.contracts.base import Contract
from shared.contracts.fields_of_work import names_of
from shared.contracts.publication import EntryVersion, RegisterEntry, stream_of
from shared.contracts.support_organization import Office, SpokenLanguage, SupportOrganization
from shared.web import create_app
from tests import field_acceptance_builders as fields
from tests import improvement_order_builders as orders

TODAY = date(2026, 1, 15)
RECORDED = datetime(2026, 1, 10, 4, 30, tzinfo=UTC)

PUBLISHERS = publishers_of(load_agreements(Path(__file__).parents[1] / "deploy" / "agreements"))

# Kyrgyz, Russian and Latin spelling of invented names.
_NAMES = (
    ("Ала-Тоо Эмгек", "Ала-Тоо Эмгек", "Ala-Too Emgek"),
    ("Жибек Жол Кадр", "Жибек Жол Кадр", "Jibek Jol Kadr"),
    ("Манас Ворк & Тревел", "Манас Ворк & Тревел", "Manas Work & Travel"),
    ("Ысык-Көл Жумуш", "Иссык-Куль Жумуш", "Issyk-Kul Jumush"),
    ("Күн Чыгыш Кадрлар Борбору", "Центр кадров «Восход»", "Kun Chygysh Center"),
    ("Төлөс Саякат", "Толос Саякат", "Tolos Sayakat"),
    ("Бүркүт Интернешнл", "Буркут Интернешнл", "Burkut International"),
    ("Өнөр Билим", "Онор Билим", "Onor Bilim"),
    ("Чынар Стафф", "Чинар Стафф", "Chynar Staff"),
    ("Сары-Челек Лайн", "Сары-Челек Лайн", "Sary-Chelek Line"),
    ("Нарын Көпүрө", "Нарын Купюро", "Naryn Kopuro"),
    ("Тянь-Шань Карьера", "Тянь-Шань Карьера", "Tian-Shan Career"),
)


def version(number: int = 1, **changes: Any) -> EntryVersion:
    """An accreditation for 2026 of an invented organization, one for each number."""
    ky, ru, latin = _NAMES[number % len(_NAMES)]
    mark = f" {number // len(_NAMES) + 1}" if number >= len(_NAMES) else ""
    tin = f"0{number % 28 + 1:02d}0{number % 9 + 1}2015{10000 + number:05d}"
    facts: dict[str, Any] = {
        "change": "accredited",
        "effective_on": date(2026, 1, 1),
        "registration_number": tin,
        "names": {
            "ky": f"«{ky}{mark}» жоопкерчилиги чектелген коому",
            "ru": f"Общество с ограниченной ответственностью «{ru}{mark}»",
            "ky-Latn": f"{latin}{mark} LLC",
        },
        "short_names": {"ky": f"«{ky}{mark}» ЖЧК", "ru": f"ОсОО «{ru}{mark}»"},
        "identifiers": {"kg.tin": tin, "kg.okpo": f"{24000000 + number * 7}"},
        "legal_form": "ОсОО",
        "address": f"г. Бишкек, Первомайский район, ул. Токтогула, д. {number % 200 + 1}",
        "phones": ("+996 312 000 000",),
        "emails": (f"info{number}@example.org",),
        "representative": "Асанова Айгүл Бектуровна",
        "permit_number": f"№ {number:04d}/26",
        "destination": "jp",
        "valid_from": date(2026, 1, 1),
        "valid_to": date(2026, 12, 31),
        "recorded_at": RECORDED + timedelta(minutes=number),
    }
    return EntryVersion(**facts | changes)


def revoked(before: EntryVersion, on: date = date(2026, 1, 12)) -> EntryVersion:
    """The version that a revocation makes of the one before."""
    return before.model_copy(
        update={
            "change": "revoked",
            "effective_on": on,
            "revoked_on": on,
            "ground": {
                "ky": "Жумушчулардан эсептөө негизи көрсөтүлбөгөн төлөмдөр алынган.",
                "ru": "С работников взимались платежи без указания основания расчёта.",
            },
            "recorded_at": before.recorded_at + timedelta(days=2, hours=3),
        }
    )


def marked(before: EntryVersion, change: Literal["suspended", "resumed"], on: date) -> EntryVersion:
    """The version that a suspension or its end makes of the one before."""
    return before.model_copy(
        update={
            "change": change,
            "effective_on": on,
            "suspended_on": on if change == "suspended" else None,
            "ground": {"ru": "Проводится проверка." if change == "suspended" else "Нарушений не выявлено."},
            "recorded_at": before.recorded_at + timedelta(days=1),
        }
    )


def entry(*versions: EntryVersion, publisher: str = "jp", entry_id: str | None = None) -> RegisterEntry:
    """The published entry with these versions; one accreditation where none are given."""
    versions = versions or (version(),)
    return RegisterEntry(
        id=entry_id or f"kg-{versions[0].registration_number}",
        publisher=publisher,
        register_name="sending-organizations",
        originator="kg",
        revision=len(versions),
        versions=versions,
    )


def plausible(count: int, publisher: str = "jp") -> Iterator[RegisterEntry]:
    """A register as it may look: most in force, some amended, expired, revoked or yet to begin."""
    for number in range(count):
        first = version(number)
        match number % 11:
            case 3:
                amended = first.model_copy(
                    update={
                        "change": "amended",
                        "effective_on": date(2026, 1, 9),
                        "address": "г. Ош, ул. Ленина, д. 312, офис 4",
                        "phones": ("+996 3222 0 00 00", "+996 555 000 111"),
                        "recorded_at": first.recorded_at + timedelta(days=1),
                    }
                )
                yield entry(first, amended, publisher=publisher)
            case 5:
                yield entry(first, revoked(first), publisher=publisher)
            case 7:
                old = {"effective_on": date(2025, 1, 1), "valid_from": date(2025, 1, 1), "valid_to": date(2025, 12, 31)}
                yield entry(first.model_copy(update=old), publisher=publisher)
            case 9:
                later = {"effective_on": date(2026, 3, 1), "valid_from": date(2026, 3, 1), "valid_to": None}
                yield entry(first.model_copy(update=later), publisher=publisher)
            case _:
                yield entry(first, publisher=publisher)


# Invented names, with characters that normalising would change.
_SUPPORTERS = (
    "株式会社岩﨑サポート",
    "一般社団法人ひまわり国際支援センター",
    "㈱塚本ヒューマンブリッジ",
    "行政書士　髙橋　一郎　（髙橋事務所）",
    "合同会社𠮷田グローバル",
    "NPO法人ﾊﾝﾄﾞ･ｲﾝ･ﾊﾝﾄﾞ",
)
_SPOKEN = (
    ("英語", "en"),
    ("ベトナム語", "vi"),
    ("ビルマ語", "my"),
    ("ミャンマー語", "my"),
    ("インドネシア語", "id"),
    ("ロシア語", "ru"),
    ("インド語", None),
    ("ネパール語", "ne"),
)


def supporter(number: int = 1, **changes: Any) -> SupportOrganization:
    """An invented support organization, one for each number; every thousandth or so speaks Kyrgyz."""
    spoken = [_SPOKEN[number % len(_SPOKEN)], _SPOKEN[(number // 3) % len(_SPOKEN)]]
    if number % 960 == 4:
        spoken.append(("キルギス語", "ky"))
    languages = tuple(SpokenLanguage(name=name, tag=tag) for name, tag in dict.fromkeys(spoken))
    office = Office(
        name="本社",
        postal_code=f"100-{number % 10000:04d}",
        address=f"東京都千代田区霞が関{number % 9 + 1}丁目１－{number}",
    )
    facts: dict[str, Any] = {
        "country": "jp",
        "registration_number": f"{19 + number // 2000}登-{number:06d}",
        "registered_on": date(2019, 4, 26) + timedelta(days=number // 6),
        "names": {"ja": f"{_SUPPORTERS[number % len(_SUPPORTERS)]}{number // len(_SUPPORTERS) or ''}"},
        "main_office": office.model_copy(update={"name": None}),
        "phones": (f"03-0000-{number % 10000:04d}",),
        "representatives": ("岩﨑　花子",),
        "offices": (office,) if number % 50 else (office, office.model_copy(update={"name": "②大阪支店"})),
        "support_content": "出入国在留管理庁長官が定める支援の全部",
        "planned_start_on": date(2019, 5, 7) + timedelta(days=number // 6),
        "languages": languages,
        "languages_text": "・".join(language.name for language in languages),
    }
    return SupportOrganization(**facts | changes)


def support_version(organization: SupportOrganization | None = None, **changes: Any) -> EntryVersion:
    """What the edition of 3 August 2026 or another says of an organization."""
    organization = organization or supporter()
    facts: dict[str, Any] = {
        "change": "registered",
        "effective_on": date(2026, 1, 5),
        "registration_number": organization.registration_number,
        "names": organization.names,
        "valid_from": organization.registered_on,
        "support_organization": organization,
        "recorded_at": RECORDED,
    }
    return EntryVersion(**facts | changes)


def suspended_version(organization: SupportOrganization) -> EntryVersion:
    """The version of an organization that gave notice."""
    notice = {
        "status": "suspended",
        "suspended_on": date(2026, 1, 7),
        "remarks": "２０２６年１月７日支援業務休止の届出",
    }
    return support_version(
        organization.model_copy(update=notice),
        change="suspended",
        effective_on=date(2026, 1, 12),
        recorded_at=RECORDED + timedelta(days=2),
    )


def support_entry(*versions: EntryVersion) -> RegisterEntry:
    """The published entry of a support organization with these versions."""
    versions = versions or (support_version(),)
    return RegisterEntry(
        id=f"jp-{versions[0].registration_number}",
        publisher="kg",
        register_name="support-organizations",
        originator="jp",
        revision=len(versions),
        versions=versions,
    )


def supporters(count: int) -> Iterator[RegisterEntry]:
    """A register as it may look: some amended, a few suspended or removed."""
    for number in range(1, count + 1):
        organization = supporter(number)
        first = support_version(organization)
        match number % 97:
            case 5:
                moved = organization.model_copy(update={"phones": ("06-0000-0000", "0120-000-000")})
                later = {"change": "amended", "effective_on": date(2026, 1, 12), "recorded_at": RECORDED}
                yield support_entry(first, support_version(moved, **later))
            case 6:
                yield support_entry(first, suspended_version(organization))
            case 7:
                later = {"change": "removed", "effective_on": date(2026, 1, 12), "recorded_at": RECORDED}
                yield support_entry(first, first.model_copy(update=later))
            case _:
                yield support_entry(first)


def order_entry(*commands: Contract, publisher: str = "kg") -> RegisterEntry:
    """The published entry of an improvement order after these commands; one issued where none are given."""
    record = orders.record_after(*(commands or (orders.issue(),)))
    versions = []
    for one in record.versions:
        subject, lifting = one.order.subject, one.lifting
        versions.append(
            EntryVersion(
                change=one.change,
                effective_on=one.effective_on,
                registration_number=one.order.order_number,
                names=subject.names,
                identifiers={subject.identifier.scheme: subject.identifier.value},
                valid_from=one.order.ordered_on,
                ground=lifting.ground if lifting is not None else {},
                improvement_order=one.order,
                lifting=lifting,
                recorded_at=one.recorded_at,
            )
        )
    return RegisterEntry(
        id=f"jp-{versions[0].registration_number}",
        publisher=publisher,
        register_name="improvement-orders",
        originator="jp",
        revision=len(versions),
        versions=tuple(versions),
    )


def field_entry(*commands: Contract, publisher: str = "jp") -> RegisterEntry:
    """The published entry of a field after these commands; one suspension where none are given."""
    record = fields.record_after(*(commands or (fields.suspend(),)))
    versions = []
    for one in record.versions:
        ended = one.acceptance.resumption or one.acceptance.withdrawal
        versions.append(
            EntryVersion(
                change=one.change,
                effective_on=one.effective_on,
                registration_number=fields.FIELD,
                names=dict(names_of(fields.FIELD)),
                valid_from=one.acceptance.suspension.suspended_from,
                ground=(ended or one.acceptance.suspension).ground,
                field_acceptance=one.acceptance,
                recorded_at=one.recorded_at,
            )
        )
    return RegisterEntry(
        id=f"jp-{fields.FIELD}",
        publisher=publisher,
        register_name="field-acceptance",
        originator="jp",
        revision=len(versions),
        versions=tuple(versions),
    )


def take(view: RegisterView, published: RegisterEntry) -> None:
    """The entry as the topic brings it."""
    key = stream_of(published.publisher, published.register_name, published.id)
    view.take(key.encode(), published.model_dump_json().encode())


def view_of(*entries: RegisterEntry) -> RegisterView:
    """A view that has read these entries from the topic."""
    view = RegisterView()
    for published in entries:
        take(view, published)
    view.ready = True
    return view


def application(view: RegisterView, clock: Clock | None = None, publishers: Publishers = PUBLISHERS) -> FastAPI:
    """The public application over a view."""
    registers = PublicRegisters(view, publishers, clock or FixedClock(), "http://public.test")
    app = create_app("publication", ready=lambda: view.ready)
    public = api.router(registers)
    app.include_router(public)
    app.include_router(pages.router(registers, describe(public)))
    return app


def client(*entries: RegisterEntry, clock: Clock | None = None) -> httpx.AsyncClient:
    """A client of the public application over these entries."""
    return client_of(application(view_of(*entries), clock))


def client_of(app: FastAPI) -> httpx.AsyncClient:
    """A client of an application in this process."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://public.test")
