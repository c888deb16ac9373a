"""Fields of work in which specified skilled workers are accepted: a code list in versions (docs/formats.md, A4).

A code is a word that stays, never a place in the list, whose numbering has changed before. The names in `ja` are those
of the decisions; those in `en` are as commonly used, those in `ky` and `ru` are translations of ours: no authority was
seen to have published them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple


class FieldOfWork(NamedTuple):
    """A field, and what readers of each language (BCP 47) call it."""

    code: str
    names: Mapping[str, str]


class FieldList(NamedTuple):
    """The fields from a day on, until the next list's day. In the order of the decision."""

    since: date
    fields: tuple[FieldOfWork, ...]

    def has(self, code: str) -> bool:
        return any(field.code == code for field in self.fields)


def _field(code: str, ja: str, en: str, ky: str, ru: str) -> FieldOfWork:
    return FieldOfWork(code, {"ja": ja, "en": en, "ky": ky, "ru": ru})


_NURSING_CARE = _field(
    "nursing-care", "介護", "Nursing care", "Карыларды жана оорулууларды багуу", "Уход за пожилыми и больными"
)
_BUILDING_CLEANING = _field(
    "building-cleaning", "ビルクリーニング", "Building cleaning management", "Имараттарды тазалоо", "Уборка зданий"
)
_LINEN_SUPPLY = _field(
    "linen-supply",
    "リネンサプライ",
    "Linen supply",
    "Төшөк жана сүлгү буюмдары менен камсыздоо",
    "Обеспечение бельём",
)
_INDUSTRIAL_PRODUCTS = _field(
    "industrial-products",
    "工業製品製造業",
    "Manufacture of industrial products",
    "Өнөр жай буюмдарын өндүрүү",
    "Производство промышленной продукции",
)
_CONSTRUCTION = _field("construction", "建設", "Construction", "Курулуш", "Строительство")
_SHIPBUILDING = _field(
    "shipbuilding",
    "造船・舶用工業",
    "Shipbuilding and ship machinery",
    "Кеме куруу жана кеме жабдуулары",
    "Судостроение и судовое оборудование",
)
_AUTOMOBILE_REPAIR = _field(
    "automobile-repair",
    "自動車整備",
    "Automobile repair and maintenance",
    "Автоунааларды оңдоо жана тейлөө",
    "Ремонт и обслуживание автомобилей",
)
_AVIATION = _field("aviation", "航空", "Aviation", "Авиация", "Авиация")
_ACCOMMODATION = _field("accommodation", "宿泊", "Accommodation", "Мейманкана иши", "Гостиничное дело")
_AUTOMOBILE_TRANSPORTATION = _field(
    "automobile-transportation",
    "自動車運送業",
    "Automobile transportation business",
    "Автоунаа менен ташуу",
    "Автомобильные перевозки",
)
_RAILWAY = _field("railway", "鉄道", "Railway", "Темир жол", "Железная дорога")
_WAREHOUSING = _field(
    "distribution-warehousing",
    "物流倉庫",
    "Distribution and warehousing",
    "Логистика жана кампа иши",
    "Логистика и складское дело",
)
_AGRICULTURE = _field("agriculture", "農業", "Agriculture", "Айыл чарба", "Сельское хозяйство")
_FISHERY = _field(
    "fishery", "漁業", "Fishery and aquaculture", "Балык уулоо жана аквакультура", "Рыболовство и аквакультура"
)
_FOOD_MANUFACTURING = _field(
    "food-manufacturing",
    "飲食料品製造業",
    "Manufacture of food and beverages",
    "Тамак-аш жана суусундуктарды өндүрүү",
    "Производство продуктов питания и напитков",
)
_FOOD_SERVICE = _field("food-service", "外食業", "Food service", "Коомдук тамактануу", "Общественное питание")
_FORESTRY = _field("forestry", "林業", "Forestry", "Токой чарбасы", "Лесное хозяйство")
_WOOD_INDUSTRY = _field(
    "wood-industry", "木材産業", "Wood industry", "Жыгач өнөр жайы", "Деревообрабатывающая промышленность"
)
_RESOURCE_RECYCLING = _field(
    "resource-recycling", "資源循環", "Resource recycling", "Ресурстарды кайра иштетүү", "Переработка отходов"
)

FIELD_LISTS: Final[tuple[FieldList, ...]] = (
    FieldList(
        date(2024, 3, 29),
        (
            _NURSING_CARE,
            _BUILDING_CLEANING,
            _INDUSTRIAL_PRODUCTS,
            _CONSTRUCTION,
            _SHIPBUILDING,
            _AUTOMOBILE_REPAIR,
            _AVIATION,
            _ACCOMMODATION,
            _AUTOMOBILE_TRANSPORTATION,
            _RAILWAY,
            _AGRICULTURE,
            _FISHERY,
            _FOOD_MANUFACTURING,
            _FOOD_SERVICE,
            _FORESTRY,
            _WOOD_INDUSTRY,
        ),
    ),
    # From the day of the Cabinet's decision. That it took effect that day is not verified; nor is since when workers
    # are accepted in the three new fields, which is said to be from April 2027.
    FieldList(
        date(2026, 1, 23),
        (
            _NURSING_CARE,
            _BUILDING_CLEANING,
            _LINEN_SUPPLY,
            _INDUSTRIAL_PRODUCTS,
            _CONSTRUCTION,
            _SHIPBUILDING,
            _AUTOMOBILE_REPAIR,
            _AVIATION,
            _ACCOMMODATION,
            _AUTOMOBILE_TRANSPORTATION,
            _RAILWAY,
            _WAREHOUSING,
            _AGRICULTURE,
            _FISHERY,
            _FOOD_MANUFACTURING,
            _FOOD_SERVICE,
            _FORESTRY,
            _WOOD_INDUSTRY,
            _RESOURCE_RECYCLING,
        ),
    ),
)
"""Oldest first. Of the fields before the first list's day nothing is said here."""


def list_on(day: date) -> FieldList | None:
    """The list that holds on `day`; None before the first."""
    return next((one for one in reversed(FIELD_LISTS) if one.since <= day), None)


def names_of(code: str) -> Mapping[str, str]:
    """By language tag, as the latest list with this field has them; empty for a code that no list has."""
    found = (field.names for one in reversed(FIELD_LISTS) for field in one.fields if field.code == code)
    return next(found, {})
