"""Invented improvement orders to accepting organizations, in the layout that the bridge assumes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from typing import Any, Final

from deploy.demo.cases import corporate_number
from deploy.demo.documents import Document, Prepared

FROM, TO = "jp", "kg"
PAGES: Final = (TO,)
REGISTER: Final = "improvement-orders"

_FIRST: Final = ("架橋", "髙橋", "𠮷野", "瀬戸内", "渡邊", "青葉", "北斗", "白樺")
_SECOND: Final = ("製作所", "水産", "農園", "建設", "ケアサービス", "食品")
_FACTS: Final = (
    ("特定技能外国人{}名に対し、時間外労働に係る割増賃金を支払っていなかった。", "未払いの割増賃金を支払うこと。"),
    ("特定技能外国人{}名の旅券を保管していた。", "旅券を返還し、再発防止の措置を講じること。"),
    (
        "支援計画に基づく定期的な面談を、特定技能外国人{}名について実施していなかった。",
        "面談を実施し、記録を提出すること。",
    ),
)
_ARTICLE: Final = "出入国管理及び難民認定法第19条の21第1項"


def history(number: int, *, series: str, ends: bool = True, office: str = "入管庁") -> list[Prepared]:
    """An order that is issued, amended and, where it `ends`, lifted. `series` begins the ids of its messages, and
    `office` its number."""
    facts, measures = _FACTS[number % len(_FACTS)]
    day = date(2025, 11, 4) + timedelta(days=number % 300)
    order_number = f"{office}在改第{number}号"
    order: Document = {
        "様式版": "1",
        "通知先国": TO.upper(),
        "命令番号": order_number,
        "命令年月日": era(day),
        "対象機関": {
            "法人番号": corporate_number(f"{number:04}01{number % 100:02}0001"),
            "名称": f"株式会社{_FIRST[number % len(_FIRST)]}{_SECOND[number // len(_FIRST) % len(_SECOND)]}",
            "所在地": f"愛知県名古屋市中区三の丸{number % 9 + 1}丁目１番",
        },
        "根拠条文": [_ARTICLE],
        "認定事実": facts.format(number % 7 + 2),
        "命令内容": measures,
        "履行期限": era(day + timedelta(days=60)),
    }
    corporate = order["対象機関"]["法人番号"]
    ids = (f"{series}-{number:04}-{step}" for step in count())

    def prepared(kind: str, event: str, change: str, document: Document, text: str) -> Prepared:
        message_id = next(ids)
        return Prepared(
            {"文書番号": message_id, "文書種別": kind} | document,
            f"improvement-order/{FROM}/{order_number}",
            event,
            [message_id, order_number, corporate, text],
            [change, order_number, corporate, text],
            sender=FROM,
            to=TO,
            pages=PAGES,
        )

    amended = order | {
        "変更年月日": (day + timedelta(days=20)).isoformat(),
        "命令内容": f"{measures}賃金台帳の写しを提出すること。",
    }
    found = [
        prepared("改善命令", "ImprovementOrderIssued", "issued", order, measures),
        prepared("改善命令変更", "ImprovementOrderAmended", "amended", amended, amended["命令内容"]),
    ]
    if ends:
        ground = f"{order_number}で命じた措置が講じられたことを確認した。"
        lifting: dict[str, Any] = {
            "様式版": "1",
            "通知先国": TO.upper(),
            "命令番号": order_number,
            "解除年月日": era(day + timedelta(days=90)),
            "解除区分": "履行",
            "解除理由": ground,
        }
        found.append(prepared("改善命令解除", "ImprovementOrderLifted", "lifted", lifting, ground))
    return found


def histories(*, series: str) -> Iterator[list[Prepared]]:
    """Orders without end."""
    return (history(number, series=f"{series}-O", ends=number % 3 > 0, office=series) for number in count(1))


def era(day: date) -> str:
    """The day as Japanese authorities write it."""
    return f"令和{day.year - 2018}年{day.month}月{day.day}日"
