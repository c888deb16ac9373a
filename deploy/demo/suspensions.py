"""Invented suspensions of acceptance by field, in the layout that the bridge assumes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import count
from typing import Final

from deploy.demo.documents import Document, Prepared
from deploy.demo.orders import era

FROM, TO = "jp", "kg"
PAGES: Final = (FROM, TO)
REGISTER: Final = "field-acceptance"

_ARTICLE: Final = "出入国管理及び難民認定法第7条の2第3項"
FOOD_SERVICE: Final = ("外食業", "food-service")
AGRICULTURE: Final = ("農業", "agriculture")
INDUSTRIAL_PRODUCTS: Final = ("工業製品製造業", "industrial-products")
"""As Japan calls a field, and its code."""
Field = tuple[str, str]


def suspension(message_id: str, field: Field, first: date) -> Prepared:
    """No worker is newly accepted in the field from this day on."""
    ground = f"{field[0]}分野において必要とされる人材が確保されたため。"
    own = {"停止開始年月日": era(first), "根拠条文": [_ARTICLE], "停止理由": ground}
    return _prepared("受入停止", "FieldAcceptanceSuspended", "suspended", message_id, field, own, ground)


def resumption(message_id: str, field: Field, day: date) -> Prepared:
    """Workers are accepted in the field again from this day on."""
    ground = f"{field[0]}分野において再び人材が不足しているため。"
    own = {"再開年月日": era(day), "再開理由": ground}
    return _prepared("受入再開", "FieldAcceptanceResumed", "resumed", message_id, field, own, ground)


def withdrawal(message_id: str, field: Field, first: date, day: date) -> Prepared:
    """The suspension announced from `first` on was withdrawn on this day."""
    ground = f"{field[0]}分野における人材の確保の見込みが変わったため。"
    own = {"停止開始年月日": era(first), "撤回年月日": era(day), "撤回理由": ground}
    return _prepared("受入停止撤回", "FieldSuspensionWithdrawn", "withdrawn", message_id, field, own, ground)


def told(*, series: str) -> Sequence[Prepared]:
    """A field that is suspended, one that was, and one whose suspension was withdrawn before it began.

    `series` begins the ids of their messages.
    """
    ids = (f"{series}-{number:04}" for number in count(1))
    announced = date(2027, 4, 1)
    return [
        suspension(next(ids), FOOD_SERVICE, date(2026, 4, 1)),
        suspension(next(ids), AGRICULTURE, date(2025, 10, 1)),
        suspension(next(ids), INDUSTRIAL_PRODUCTS, announced),
        resumption(next(ids), AGRICULTURE, date(2026, 6, 1)),
        withdrawal(next(ids), INDUSTRIAL_PRODUCTS, announced, date(2026, 7, 15)),
    ]


def _prepared(
    kind: str, event: str, change: str, message_id: str, field: Field, own: Document, ground: str
) -> Prepared:
    name, code = field
    head = {"文書番号": message_id, "文書種別": kind, "様式版": "1", "通知先国": TO.upper(), "特定産業分野": name}
    return Prepared(
        head | own,
        f"field-acceptance/{FROM}/{code}",
        event,
        [message_id, code, ground],
        [change, code, ground],
        sender=FROM,
        to=TO,
        pages=PAGES,
    )
