"""How Japan's authorities write what documents about cases have in common. Pure.

No national layout of them is published: it is the kit's, assumed (`assumed_layout`), and carries its version in 様式版.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from services.bridge_jp.documents import headed
from services.bridge_jp.identifiers import parse_corporate_number
from services.bridge_jp.translation import COUNTRY
from services.bridge_jp.wareki import parse_date
from shared.bridge.case_layout import CaseLayout, CaseWords
from shared.bridge.fields import WrongValue, matching
from shared.bridge.persons import PersonWords
from shared.bridge.revisions import RevisionWords
from shared.bridge.statements import CaseTerms

ZONE: Final = ZoneInfo("Asia/Tokyo")

_residence_card = matching(r"[A-Z]{2}[0-9]{8}[A-Z]{2}", "a 在留カード番号 as two letters, eight digits, two letters")
_AMOUNT: Final = re.compile(r"([0-9]{1,15}|[0-9]{1,3}(,[0-9]{3}){1,4})(\.[0-9]{1,4})?")
_MOMENT: Final = re.compile(
    r"(?P<day>.+?)(T| +|(?<=日))(?P<hour>[0-9]{1,2})(:|時)(?P<minute>[0-9]{2})((:(?P<second>[0-9]{2}))|分)?"
    r"(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?"
)


def parse_moment(text: str, parse_day: Callable[[str], date]) -> datetime:
    """In UTC: a day in any form that days are written in, and the time (`9時30分`, `T09:30:00+09:00`), of Japan where
    no zone is named. A day by itself is its first moment. Raises WrongValue.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    found = _MOMENT.fullmatch(plain)
    if found is None:
        return datetime.combine(parse_day(plain), time.min, ZONE).astimezone(UTC)
    day = parse_day(found["day"])
    try:
        clock = time(int(found["hour"]), int(found["minute"]), int(found["second"] or 0))
    except ValueError as error:
        raise WrongValue("wrong-form", f"{text!r} has a time of day that there is not.") from error
    if found["zone"] is None:
        return datetime.combine(day, clock, ZONE).astimezone(UTC)
    try:
        return datetime.fromisoformat(f"{day.isoformat()}T{clock.isoformat()}{found['zone']}").astimezone(UTC)
    except ValueError as error:
        raise WrongValue("wrong-form", f"{text!r} has a time zone that there is not.") from error


def in_japan(moment: datetime) -> str:
    """By the clocks of Japan, in ISO 8601, to the second."""
    return moment.astimezone(ZONE).isoformat(timespec="seconds")


def parse_amount(text: str) -> Decimal:
    """An amount as `300000`, `３００，０００` or `1200.50`. Raises WrongValue."""
    plain = unicodedata.normalize("NFKC", text)
    if _AMOUNT.fullmatch(plain) is None:
        raise WrongValue("wrong-form", f"{text[:40]!r} is no amount such as 300000, 300,000 or 1200.50.")
    return Decimal(plain.replace(",", ""))


LAYOUT: Final = CaseLayout(
    country=COUNTRY,
    words=CaseWords(
        version="様式版",
        destination="通知先国",
        recorded_at="記録日時",
        receipt_id="受付番号",
        amount="金額",
        currency="通貨",
        scheme="種別",
        identifier="番号",
        title="名称",
        digest="ハッシュ値",
        media_type="形式",
        size="バイト数",
    ),
    identifying=("文書番号", "文書種別"),
    numbers={
        "法人番号": ("jp.corporate-number", parse_corporate_number),
        "在留カード番号": ("jp.residence-card", _residence_card),
    },
    read_day=parse_date,
    read_moment=parse_moment,
    read_amount=parse_amount,
    written_day=date.isoformat,
    written_moment=in_japan,
    written_amount="{:f}".format,
    headed=headed,
)

REVISIONS: Final = RevisionWords(
    learned_at="覚知日時",
    summary="概要",
    evidence="証拠資料",
    revision="改訂番号",
    nature="改訂区分",
    reason="改訂理由",
    ground="取下げ理由",
    reference="受領国整理番号",
    note="備考",
    acknowledged_by="確認国",
    acknowledged_at="確認日時",
    shared_at="共有日時",
    superseded_by="後の改訂番号",
    measure_number="措置番号",
    measure_kind="措置区分",
    taken_on="措置年月日",
    measure_text="措置内容",
    legal_basis="根拠法令",
    refusal_ground="拒否理由",
    likely="認められる類型",
    likely_kind="類型",
    assessment_text="評価内容",
    outcome="結論",
    closing_text="終結内容",
    measures="措置件数",
    natures={"訂正": "correction", "追加": "addition"},
    outcomes={"事実と認定": "confirmed", "一部認定": "partly-confirmed", "認定せず": "not-confirmed"},
)
"""Of reports and notices."""

PERSONS: Final = PersonWords(
    role="立場",
    names="氏名",
    born_on="生年月日",
    identifiers="識別番号",
    contact="連絡先",
)
"""Of those who are protected."""

TERMS: Final = CaseTerms(
    documents={},
    members={
        "country": "提起国",
        "number": "案件番号",
        "shared_at": "共有日時",
        "reference": "先方整理番号",
        "title": "件名",
        "text": "内容",
        "topic": "区分",
        "ground": "理由",
        "legal_basis": "根拠法令",
        "attachments": "添付資料",
        "by": "発言国",
        "late": "期限後",
        "overdue_at": "期限経過日時",
        "as_received": "開封内容",
        "names": "氏名",
        "born_on": "生年月日",
        "identifiers": "識別番号",
        "contact": "連絡先",
    },
    values={"yes": "該当", "no": "非該当"},
)
"""What all cases made of statements have; each matter adds its own."""
