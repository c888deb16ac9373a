"""Invented cases between two countries, in both layouts, and what is to become of them: misconduct and test-fraud
reports, notices of improper conduct, inquiries. Those that are made of statements are in statements.py.

All of it is made up. The layouts are those that the bridges assume. Of those affected there are names in some reports:
they are to be seen in the other side's national system and nowhere between.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import count, islice
from typing import Any, Final

from deploy.demo.documents import ID_FIELDS
from deploy.demo.organizations import Organization, organizations
from deploy.demo.statements import statements
from deploy.demo.steps import (
    ACCEPTING,
    NUMBERS,
    SENDING,
    WISHED,
    Case,
    Document,
    Step,
    in_japanese,
    in_russian,
    japanese,
    russian,
)

LEARNED: Final = date(2025, 11, 3)
"""The first report; each further one a day later. All before anyone runs the demonstration."""
_DIGEST: Final = "sha-256:6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


def reports() -> Iterator[Case]:
    """One of each category from either side and one of all at once, acknowledged; one corrected, one withdrawn."""
    known = list(islice(organizations(40), 40))
    for number, category in enumerate([*CATEGORIES, None]):
        yield _from_sending(number + 1, category, known[-1 - number])
        yield _from_accepting(number + 1, category, known[number])


def frauds() -> Iterator[Case]:
    """One of each of two kinds of cheating in tests, from either side, and noted."""
    report = {
        **in_japanese("ISA-2026/5101", "試験不正通報"),
        "通知先国": SENDING.upper(),
        "通報国": ACCEPTING.upper(),
        "通報番号": "入管試第1号",
        "覚知日時": "令和8年2月16日 10時30分",
        "不正の種別": "証明書変造",
        "概要": {"ja": "添付された判定結果通知書の得点が、実施機関の記録と異なる。"},
        "試験コード": "JFT-Basic",
        "試験回番号": "2025-11-ビシュケク-03",
        "証明書": [{"証明書番号": "JFT-2511-003182", "発行者": "独立行政法人国際交流基金"}],
        "関係者": [{"立場": "証明書名義人", "氏名": {"ky": "Асанова Айнура Бакытовна"}, "生年月日": "2001年5月17日"}],
    }
    noted = {
        **in_russian("MTSOM-2026-5401", "test-fraud-report-acknowledgement"),
        "сообщившая_страна": ACCEPTING.upper(),
        "номер": report["通報番号"],
        "исходящий_номер": "07-12/51",
    }
    yield [
        japanese(report, "a report of an altered certificate", "TestFraudReportSubmitted"),
        russian(noted, "the report is noted", "TestFraudReportAcknowledged"),
    ]
    report = {
        **in_russian("MTSOM-2026-5101", "test-fraud-report"),
        "страна_получатель": ACCEPTING.upper(),
        "сообщившая_страна": SENDING.upper(),
        "номер": "ТЕСТ-2026/1",
        "стало_известно": "16.02.2026 09:30",
        "вид_обмана": "подмена кандидата",
        "суть": {"ru": "Вместо кандидата экзамен сдал другой человек."},
        "экзамен": "JFT-Basic",
        "номер_сессии": "2025-11-БИШ-03",
        "причастные": [{"кто": "кандидат", "имена": {"ky": "Асанов Үсөн Бакыт уулу"}, "дата_рождения": "17.05.2001"}],
    }
    noted = {
        **in_japanese("ISA-2026/5401", "試験不正通報受領確認"),
        "通報国": SENDING.upper(),
        "通報番号": report["номер"],
        "備考": {"ja": "合格の判定を保留しました。"},
    }
    yield [
        russian(report, "a report of impersonation", "TestFraudReportSubmitted"),
        japanese(noted, "the report is noted", "TestFraudReportAcknowledged"),
    ]


def notices() -> Iterator[Case]:
    """Of an organization that is investigated, heard, guided and revoked; and of one that may not be decided about."""
    organization = next(organizations(1))
    notice = {
        **in_japanese("ISA-2026/6101", "不適正行為通知"),
        "通知先国": SENDING.upper(),
        "通知国": ACCEPTING.upper(),
        "通知番号": "入管通第1号",
        "覚知日時": "令和8年2月16日 10時30分",
        "概要": {"ja": "認定送出機関が就労希望者に保証金を求めた旨の申告があった。"},
        "対象機関": {
            "認定国": SENDING.upper(),
            "登録番号": organization.tin,
            "名称": {"ky": organization.full_name_ky, "ru": organization.full_name_ru},
        },
        "結果希望日": f"令和{WISHED.year - 2018}年{WISHED.month}月{WISHED.day}日",
    }

    def reply(number: int, kind: str, **own: Any) -> Document:
        head = {
            "уведомившая_страна": ACCEPTING.upper(),
            "номер": notice["通知番号"],
            "исходящий_номер": f"07-12/6{number}",
        }
        return {**in_russian(f"MTSOM-2026-62{number:02}", kind), **head, **own}

    opening = reply(1, "investigation-opening", дата_начала_проверки="19.02.2026")
    measures = [
        reply(
            1 + number,
            "investigation-measure",
            номер_меры=number,
            вид_меры=kind,
            дата_меры=day,
            содержание_меры={"ru": text},
        )
        for number, kind, day, text in (
            (1, "заслушивание", "24.02.2026", "Заслушан директор организации."),
            (2, "указание", "02.03.2026", "Предписано вернуть залоги."),
        )
    ]
    result = reply(
        4,
        "investigation-result",
        выводы={"ru": "Организация собирала залоги с пяти кандидатов."},
        последствие="отзыв",
        номер_решения_в_реестре="31-О",
    )
    yield [
        japanese(notice, "a notice of improper conduct", "NoticeSubmitted"),
        russian(opening, "an investigation is opened", "InvestigationOpened"),
        *(russian(measure, "a measure is taken", "MeasureTaken") for measure in measures),
        russian(result, "the result: revocation", "ResultReturned"),
    ]
    notice_back = {
        **in_russian("MTSOM-2026-6101", "improper-conduct-notice"),
        "страна_получатель": ACCEPTING.upper(),
        "уведомившая_страна": SENDING.upper(),
        "номер": "07-12/У-1",
        "стало_известно": "16.02.2026 09:30",
        "суть": {"ru": "Организация удерживает паспорта работников."},
        "организация": {
            "аккредитовавшая_страна": ACCEPTING.upper(),
            "регистрационный_номер": "19登-000123",
            "наименования": {"ja": "株式会社架橋支援センター"},
        },
    }
    declined = {
        **in_japanese("ISA-2026/6301", "不適正行為通知対応拒否"),
        "通知国": SENDING.upper(),
        "通知番号": notice_back["номер"],
        "根拠法令": "刑事訴訟法第47条",
        "拒否理由": {"ja": "捜査中の事件に関するため。"},
    }
    yield [
        russian(notice_back, "a notice of improper conduct", "NoticeSubmitted"),
        japanese(declined, "declined, by which law", "NoticeDeclined"),
    ]


def inquiries() -> Iterator[Case]:
    """Four: answered as a whole, in part and then the rest, in part and the rest declined, declined altogether."""
    yield [
        _ask_in_russian(1, "прием", "О приёме в сельском хозяйстве", "Сколько работников ожидается?"),
        _answer_in_japanese(1, 1, whole="来年度は約百二十人を予定しています。"),
    ]
    yield [
        _ask_in_japanese(
            1, "送出し", "送出機関の許可について", "更新はいつ決定されますか。", "費用の上限はいくらですか。"
        ),
        _answer_in_russian(1, 1, answers={1: "Решение принимается за месяц до истечения срока."}),
        _answer_in_russian(2, 1, whole="Предел установлен договором, см. приложение."),
    ]
    yield [
        _ask_in_russian(2, "прием", "О досрочном прекращении", "Какие отрасли приостановлены?", "Кто уволен до срока?"),
        _answer_in_japanese(2, 2, answers={1: "停止している分野はありません。"}),
        _decline_in_japanese(3, 2, 2),
    ]
    yield [
        _ask_in_japanese(2, "送出し", "個別の許可申請について", "不許可とした申請の理由を教えてください。"),
        _decline_in_russian(3, 2),
    ]


def endless(*, series: str) -> Iterator[Case]:
    """Cases of every kind again and again, each time others: `series` begins their ids and numbers."""
    for again in count(1):
        for case in (*reports(), *frauds(), *notices(), *inquiries(), *statements()):
            yield [_renamed(step, f"{series}-{again}") for step in case]


def _renamed(step: Step, series: str) -> Step:
    document = step.document | {ID_FIELDS[step.country]: f"{series}-{step.message_id}"}
    document |= {name: f"{series}-{document[name]}" for name in NUMBERS if name in document}
    return replace(step, message_id=f"{series}-{step.message_id}", document=document)


def bad() -> Iterator[Case]:
    """One case of each kind of bad input that there is to cases; its last step is the bad one."""
    known = list(islice(organizations(60), 40, 60))
    for number, (slug, about, change) in enumerate(_BAD_REPORTS, start=901):
        step = _from_accepting(number, "財産管理", known[number - 901])[0]
        yield [_changed(step, change, about, slug)]
    never = _answer_in_japanese(911, 911, whole="回答します。")
    yield [_changed(never, {}, "an answer to a question never asked", "no-such-case")]
    asked = _ask_in_russian(912, "прием", "О сроках", "Когда начнётся приём?")
    again = _answer_in_japanese(913, 912, whole="改めて回答します。")
    yield [
        asked,
        _answer_in_japanese(912, 912, whole="四月です。"),
        _changed(again, {}, "a second final answer", "already-answered"),
    ]
    late = _ask_in_japanese(913, "送出し", "期限について", "いつまでですか。")
    yield [_changed(late, {"回答希望日": "令和2年3月31日"}, "a day that is over", "dates-reversed")]
    reported = _from_sending(914, None, known[-1])[0]
    groundless = _withdrawn_in_russian(915, 914)
    unheard = _changed(_acknowledged_in_japanese(914, 914), {}, "noted after it was withdrawn", "withdrawn")
    yield [reported, groundless, unheard]


_BAD_REPORTS: Final[Sequence[tuple[str, str, Mapping[str, Any]]]] = (
    ("no-category", "a report in no category", {"行為": {}}),
    ("wrong-party", "a report in the other side's name", {"通報国": "KG"}),
    ("no-agreement", "a report to a country without an agreement", {"通知先国": "US"}),
    (
        "wrong-check-digit",
        "a 法人番号 whose check digit does not fit",
        {
            "対象者": [
                {
                    "区分": "法人",
                    "所在国": "JP",
                    "関与": "特定技能所属機関",
                    "識別番号": [{"種別": "法人番号", "番号": "1000012050002"}],
                }
            ]
        },
    ),
    ("no-such-date", "learned on a day that is not in the calendar", {"覚知日時": "令和7年11月31日"}),
    ("wrong-form", "a layout of a version that nobody knows", {"様式版": "2"}),
    ("missing-field", "nobody is said to have done it", {"対象者": []}),
)


# -- what Japan's side hands in -----------------------------------------------------------------------------------

_IN_JAPANESE: Final[Mapping[str, tuple[Any, str]]] = {
    "財産管理": (
        {
            "徴収物": [
                {"物件": "保証金", "価額": {"金額": "３００，０００", "通貨": "JPY"}, "提供者": "就労希望者"},
                {"物件": "旅券", "提供者": "就労者"},
            ]
        },
        "保証金を徴収し、旅券を預かっていた。",
    ),
    "違約金契約": (
        {
            "条項": [{"内容": "中途で帰国したときは違約金を支払う。", "違約金": {"金額": "500000", "通貨": "JPY"}}],
            "契約年月日": "令和7年4月1日",
            "契約者": "親族",
        },
        "違約金を定める契約を締結させていた。",
    ),
    "人権侵害": (
        {
            "侵害行為": [{"種類": "脅迫"}, {"種類": "自由の制限"}],
            "緊急度": "即時",
            "連絡上の注意": {"方針": "留意事項による", "留意事項": "所属機関を通さずに連絡すること。"},
        },
        "外出を禁じ、帰国させると告げて脅していた。",
    ),
    "虚偽文書": (
        {
            "文書": [
                {
                    "種類": "JFT-Basic判定結果通知書",
                    "態様": "偽造",
                    "手続": "在留資格認定証明書交付申請",
                }
            ]
        },
        "偽造された判定結果通知書が提出された。",
    ),
    "不透明な費用": (
        {
            "費用": [{"費目": "手数料", "請求額": {"金額": "1200.50", "通貨": "USD"}, "算定根拠の提示": "無"}],
            "説明内容": "内訳の説明はなかった。",
        },
        "内訳を示さずに費用を徴収していた。",
    ),
}
CATEGORIES: Final = tuple(_IN_JAPANESE)
"""M4.1a to e, as Japan's layout calls them."""
_WIDE: Final = str.maketrans("0123456789", "０１２３４５６７８９")
_WORKERS: Final = (
    ("Асанова Айнура Бакытовна", "アサノヴァ　アイヌラ", "2001年5月17日", "17.05.2001"),
    ("Көчөров Үсөн Бакыт уулу", "コチョロフ　ウセン", "1998年12月1日", "01.12.1998"),
    ("Токтосунова Гүлзат Эсенбековна", "トクトスノヴァ　グルザト", "2003年8月30日", "30.08.2003"),
)


def _from_accepting(number: int, category: str | None, organization: Organization) -> Case:
    """Japan reports a sending organization; the ministry takes note."""
    said = CATEGORIES if category is None else (category,)
    learned = LEARNED + timedelta(days=number % 100)
    worker = _WORKERS[number % len(_WORKERS)]
    document: Document = {
        **in_japanese(f"ISA-2026/31{number:02}", "不正行為通報"),
        "通知先国": SENDING.upper(),
        "通報国": ACCEPTING.upper(),
        "通報番号": f"入管情第{number}号",
        "覚知日時": f"令和{learned.year - 2018}年{learned.month}月{learned.day}日 10時30分",
        "発生場所": "ビシュケク市",
        "概要": {"ja": "".join(_IN_JAPANESE[one][1] for one in said)},
        "対象者": [
            {
                "区分": "法人",
                "所在国": SENDING.upper(),
                "関与": "送出機関",
                "氏名又は名称": {
                    "ky": organization.full_name_ky,
                    "ru": organization.full_name_ru,
                    "ky-Latn": organization.name_latin,
                },
                "識別番号": [{"種別": "kg.tin", "番号": organization.tin}],
            }
        ],
        "行為": {one: _IN_JAPANESE[one][0] for one in said},
        "被害者": [{"立場": "就労者", "氏名": {"ky": worker[0], "ja": worker[1]}, "生年月日": worker[2]}],
        "証拠資料": [{"名称": "領収書の写し", "形式": "application/pdf", "バイト数": 48_211, "ハッシュ値": _DIGEST}],
    }
    report = japanese(document, f"a report of {_what(said)}", "MisconductReportSubmitted")
    noted = russian(
        {
            **in_russian(f"MTSOM-2026-34{number:02}", "misconduct-report-acknowledgement"),
            "сообщившая_страна": ACCEPTING.upper(),
            "номер": document["通報番号"],
            "исходящий_номер": f"07-12/{number}",
            "отметка": {"ru": "Принято к сведению."},
        },
        "the report is noted",
        "MisconductReportAcknowledged",
    )
    if category is not None:
        return [report, noted]
    whole = document | {
        "文書番号": f"ISA-2026/32{number:02}",
        "文書種別": "不正行為通報訂正",
        "改訂番号": 2,
        "改訂区分": "追加",
        "改訂理由": {"ja": "聴取を受けて追加する。"},
        "発生期間開始日": f"{learned.year}/０４/０１",
    }
    return [report, noted, japanese(whole, "an addition to it", "MisconductReportCorrected")]


def _acknowledged_in_japanese(number: int, of: int) -> Step:
    document = {
        **in_japanese(f"ISA-2026/34{number:02}", "不正行為通報受領確認"),
        "通報国": SENDING.upper(),
        "通報番号": f"МТСОМ-{of}/2025",
        "受領国整理番号": f"入管情第{800 + number}号",
        "備考": {"ja": "確認しました。"},
    }
    return japanese(document, "the report is noted", "MisconductReportAcknowledged")


def _ask_in_japanese(number: int, topic: str, title: str, *questions: str) -> Step:
    document = {
        **in_japanese(f"ISA-2026/41{number:02}", "照会"),
        "通知先国": SENDING.upper(),
        "照会番号": f"入管在照第{str(number).translate(_WIDE)}号",
        "主題": topic,
        "件名": {"ja": title},
        "質問": [{"番号": place, "内容": {"ja": text}} for place, text in enumerate(questions, start=1)],
        "回答希望日": f"令和{WISHED.year - 2018}年{WISHED.month}月{WISHED.day}日",
    }
    return japanese(document, f"an inquiry of {len(questions)}", "InquiryAsked")


def _answer_in_japanese(
    number: int, of: int, *, answers: Mapping[int, str] | None = None, whole: str | None = None
) -> Step:
    document: Document = {
        **in_japanese(f"ISA-2026/42{number:02}", "照会回答"),
        "照会国": SENDING.upper(),
        "照会番号": f"{of}-В/2026",
        "回答整理番号": f"入管在第{number}号",
    }
    if answers:
        document["回答"] = [{"番号": place, "内容": {"ja": text}} for place, text in answers.items()]
    if whole:
        document["一括回答"] = {"ja": whole}
    return japanese(document, "all that is open is answered" if whole else "some of it is answered", "InquiryAnswered")


def _decline_in_japanese(number: int, of: int, *questions: int) -> Step:
    document = {
        **in_japanese(f"ISA-2026/43{number:02}", "照会回答拒否"),
        "照会国": SENDING.upper(),
        "照会番号": f"{of}-В/2026",
        "質問": [{"番号": place} for place in questions],
        "根拠法令": "個人情報の保護に関する法律第69条",
        "拒否理由": {"ja": "個人に関する情報のため。"},
    }
    return japanese(document, "declined, by which law", "InquiryDeclined")


# -- what the Kyrgyz side hands in --------------------------------------------------------------------------------

_IN_RUSSIAN: Final[Mapping[str, tuple[str, Any, str]]] = {
    "財産管理": (
        "удержание_имущества",
        {
            "имущество": [
                {"что": "залог", "стоимость": {"сумма": "50 000,00", "валюта": "KGS"}, "у_кого": "желающий работать"},
                {"что": "паспорт", "у_кого": "работник"},
            ]
        },
        "Посредник собирал залог и удерживал паспорта.",
    ),
    "違約金契約": (
        "договор_с_неустойкой",
        {
            "условия": [
                {"текст": "При уходе до срока — неустойка.", "неустойка": {"сумма": "300000", "валюта": "JPY"}}
            ],
            "дата_договора": "01.04.2025",
            "обязанное_лицо": "родственник",
        },
        "Заключались договоры с неустойкой.",
    ),
    "人権侵害": (
        "нарушение_прав",
        {
            "действия": [{"вид": "насилие"}],
            "срочность": "срочно",
            "безопасная_связь": {"правило": "только через сообщившую страну"},
        },
        "Работников избивали.",
    ),
    "虚偽文書": (
        "ложные_документы",
        {
            "документы": [
                {
                    "вид": "справка о стаже",
                    "характер": "ложный",
                    "процедура": "виза «Определённые навыки»",
                }
            ]
        },
        "Предоставлялись ложные справки о стаже.",
    ),
    "不透明な費用": (
        "непрозрачные_сборы",
        {
            "сборы": [
                {"за_что": "«Оформление»", "взыскано": {"сумма": "1200", "валюта": "USD"}, "расчет_показан": "нет"}
            ],
            "разъяснено": "Ничего.",
        },
        "Взимались сборы без расчёта.",
    ),
}
_COMPANIES: Final = (
    ("株式会社架橋農園", "Kakyo Farm Co., Ltd.", "012050000"),
    ("合同会社青葉ケア", "Aoba Care LLC", "010401089"),
    ("株式会社髙橋製作所", "Takahashi Seisakusho Co., Ltd.", "001100059"),
)


def _from_sending(number: int, category: str | None, organization: Organization) -> Case:
    """The ministry reports an accepting organization and an intermediary; Japan takes note."""
    said = CATEGORIES if category is None else (category,)
    learned = LEARNED + timedelta(days=number % 100)
    worker = _WORKERS[number % len(_WORKERS)]
    japanese, english, base = _COMPANIES[number % len(_COMPANIES)]
    document: Document = {
        **in_russian(f"MTSOM-2026-31{number:02}", "misconduct-report"),
        "страна_получатель": ACCEPTING.upper(),
        "сообщившая_страна": SENDING.upper(),
        "номер": f"МТСОМ-{number}/2025",
        "стало_известно": f"{learned:%d.%m.%Y} 09:15",
        "период_с": "01.04.2025",
        "суть": {"ru": " ".join(_IN_RUSSIAN[one][2] for one in said)},
        "субъекты": [
            {
                "вид": "юридическое лицо",
                "страна": ACCEPTING.upper(),
                "роль": "принимающая организация",
                "наименования": {"ja": japanese, "en": english},
                "номера": [{"вид": "jp.corporate-number", "номер": corporate_number(f"{number:03}{base}")}],
            },
            {
                "вид": "физическое лицо",
                "страна": SENDING.upper(),
                "роль": "посредник",
                "наименования": {"ru": organization.representative},
                "телефоны": [organization.phones],
            },
        ],
        "нарушения": {_IN_RUSSIAN[one][0]: _IN_RUSSIAN[one][1] for one in said},
        "пострадавшие": [{"кто": "работник", "имена": {"ky": worker[0]}, "дата_рождения": worker[3]}],
    }
    report = russian(document, f"a report of {_what(said)}", "MisconductReportSubmitted")
    if number % 100 == 5:
        # Taken back before anyone has noted it.
        return [report, _withdrawn_in_russian(number, number)]
    return [report, _acknowledged_in_japanese(number, number)]


def _withdrawn_in_russian(number: int, of: int) -> Step:
    document = {
        **in_russian(f"MTSOM-2026-33{number:02}", "misconduct-report-withdrawal"),
        "страна_получатель": ACCEPTING.upper(),
        "номер": f"МТСОМ-{of}/2025",
        "основание": {"ru": "Ошибка в лице."},
    }
    return russian(document, "it is taken back", "MisconductReportWithdrawn")


def _ask_in_russian(number: int, topic: str, title: str, *questions: str) -> Step:
    document = {
        **in_russian(f"MTSOM-2026-41{number:02}", "inquiry"),
        "страна_получатель": ACCEPTING.upper(),
        "номер": f"{number}-В/2026",
        "предмет": topic,
        "заголовок": {"ru": title},
        "вопросы": [{"номер": place, "текст": {"ru": text}} for place, text in enumerate(questions, start=1)],
        "желаемый_срок": f"{WISHED:%d.%m.%Y}",
    }
    return russian(document, f"an inquiry of {len(questions)}", "InquiryAsked")


def _answer_in_russian(
    number: int, of: int, *, answers: Mapping[int, str] | None = None, whole: str | None = None
) -> Step:
    document: Document = {
        **in_russian(f"MTSOM-2026-42{number:02}", "inquiry-answer"),
        "запросившая_страна": ACCEPTING.upper(),
        "номер": f"入管在照第{str(of).translate(_WIDE)}号",
        "исходящий_номер": f"07-12/9{number}",
    }
    if answers:
        document["ответы"] = [{"номер": place, "текст": {"ru": text}} for place, text in answers.items()]
    if whole:
        document["общий_ответ"] = {"ru": whole}
    return russian(document, "all that is open is answered" if whole else "some of it is answered", "InquiryAnswered")


def _decline_in_russian(number: int, of: int) -> Step:
    document = {
        **in_russian(f"MTSOM-2026-43{number:02}", "inquiry-refusal"),
        "запросившая_страна": ACCEPTING.upper(),
        "номер": f"入管在照第{str(of).translate(_WIDE)}号",
        "правовое_основание": "Закон КР «Об информации персонального характера», статья 24",
        "причина": {"ru": "Сведения о частных лицах."},
    }
    return russian(document, "declined, by which law", "InquiryDeclined")


# -- both ---------------------------------------------------------------------------------------------------------


def corporate_number(base: str) -> str:
    """The thirteen digits of a 法人番号 from the last twelve: check = 9 − (Σ Pₙ·Qₙ mod 9), from the right."""
    total = sum(int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(base)))
    return f"{9 - total % 9}{base}"


def _what(categories: Sequence[str]) -> str:
    names = dict(zip(CATEGORIES, ("property control", "a penalty contract", "violated rights", "false documents",
                                  "opaque fees"), strict=True))  # fmt: skip
    return names[categories[0]] if len(categories) == 1 else "all five kinds"


def _changed(step: Step, change: Mapping[str, Any], about: str, slug: str) -> Step:
    return Step(step.country, step.message_id, step.document | dict(change), about, step.event, slug)
