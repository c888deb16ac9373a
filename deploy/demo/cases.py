"""Invented cases between two countries, in both layouts, and what is to become of them: misconduct and test-fraud
reports, notices of improper conduct, inquiries, a cooperation request, a consultation, return assistance, a consent.

All of it is made up. The layouts are those that the bridges assume. Of those affected there are names in some reports:
they are to be seen in the other side's national system and nowhere between.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count, islice
from typing import Any, Final

from deploy.demo.documents import ID_FIELDS, Prepared
from deploy.demo.organizations import Organization, organizations
from shared.bridge.core_events import CASE_KINDS

Document = dict[str, Any]

SENDING, ACCEPTING = "kg", "jp"
AGREEMENT: Final = "jp-kg"
CLOCK: Final = ("InquiryReminded", "InquiryOverdue")
"""Events by which the clock tells of an inquiry that waits."""
NUMBERS: Final = ("номер", "номер_дела", "通報番号", "通知番号", "照会番号", "案件番号")
"""Fields with the number that the side gave a case that opened it."""
_OPENERS: Final = (
    "сообщившая_страна",
    "уведомившая_страна",
    "запросившая_страна",
    "страна_инициатор",
    "通報国",
    "通知国",
    "照会国",
    "提起国",
)
_PERSONS: Final = ("被害者", "пострадавшие", "関係者", "причастные")
"""Fields with those whom a report seals."""
_RETURNING: Final = "帰国者"
"""The field with someone who is helped to return, sealed too."""
_KINDS: Final = {"Inquiry": "inquiry", "Misconduct": "misconduct-report", "TestFraud": "test-fraud-report"} | {
    event.__name__: kind.kind for kind in CASE_KINDS for event in kind.events
}
"""By how events begin; the others are of notices."""
LEARNED: Final = date(2025, 11, 3)
"""The first report; each further one a day later. All before anyone runs the demonstration."""
WISHED: Final = date(2035, 3, 30)
"""Answers are wished by a day that is still to come whenever the demonstration is run."""
ACCEPTED: Final = "accepted"
_DIGEST: Final = "sha-256:6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


@dataclass(frozen=True, slots=True)
class Step:
    """One message of a case. `expected` is `accepted`, or the slug of the problem for which it is refused."""

    country: str
    """Who hands it in."""
    message_id: str
    document: Document
    about: str
    event: str
    """What the other side gets, where it is accepted."""
    expected: str = ACCEPTED

    def number(self) -> str:
        """The case's."""
        return next(str(self.document[name]) for name in NUMBERS if name in self.document)

    def prepared(self) -> Prepared:
        """… with what it is known by on the other side, affected persons included; of all that nothing is public."""
        opener = next((str(self.document[name]) for name in _OPENERS if name in self.document), self.country).lower()
        kind = next((kind for begins, kind in _KINDS.items() if self.event.startswith(begins)), "notice")
        affected: Sequence[Mapping[str, Any]] = next(
            (self.document[name] for name in _PERSONS if name in self.document),
            [self.document[_RETURNING]] if _RETURNING in self.document else [],
        )
        known = [self.number(), *((one.get("氏名") or one["имена"])["ky"] for one in affected)]
        return Prepared(
            self.document,
            f"{kind}/{AGREEMENT}/{opener}-{self.number()}",
            self.event,
            [self.message_id, *known],
            known,
            sender=self.country,
            to=SENDING if self.country == ACCEPTING else ACCEPTING,
            pages=(),
            due=self.event == "InquiryAsked",
        )


Case = Sequence[Step]
"""In order: each is handed in when the one before it is decided, for two bridges are in no order to each other."""


def reports() -> Iterator[Case]:
    """One of each category from either side and one of all at once, acknowledged; one corrected, one withdrawn."""
    known = list(islice(organizations(40), 40))
    for number, category in enumerate([*CATEGORIES, None]):
        yield _from_sending(number + 1, category, known[-1 - number])
        yield _from_accepting(number + 1, category, known[number])


def frauds() -> Iterator[Case]:
    """One of each of two kinds of cheating in tests, from either side, and noted."""
    report = {
        **_in_japanese("ISA-2026/5101", "試験不正通報"),
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
        **_in_russian("MTSOM-2026-5401", "test-fraud-report-acknowledgement"),
        "сообщившая_страна": ACCEPTING.upper(),
        "номер": report["通報番号"],
        "исходящий_номер": "07-12/51",
    }
    yield [
        _japanese(report, "a report of an altered certificate", "TestFraudReportSubmitted"),
        _russian(noted, "the report is noted", "TestFraudReportAcknowledged"),
    ]
    report = {
        **_in_russian("MTSOM-2026-5101", "test-fraud-report"),
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
        **_in_japanese("ISA-2026/5401", "試験不正通報受領確認"),
        "通報国": SENDING.upper(),
        "通報番号": report["номер"],
        "備考": {"ja": "合格の判定を保留しました。"},
    }
    yield [
        _russian(report, "a report of impersonation", "TestFraudReportSubmitted"),
        _japanese(noted, "the report is noted", "TestFraudReportAcknowledged"),
    ]


def notices() -> Iterator[Case]:
    """Of an organization that is investigated, heard, guided and revoked; and of one that may not be decided about."""
    organization = next(organizations(1))
    notice = {
        **_in_japanese("ISA-2026/6101", "不適正行為通知"),
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
        return {**_in_russian(f"MTSOM-2026-62{number:02}", kind), **head, **own}

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
        _japanese(notice, "a notice of improper conduct", "NoticeSubmitted"),
        _russian(opening, "an investigation is opened", "InvestigationOpened"),
        *(_russian(measure, "a measure is taken", "MeasureTaken") for measure in measures),
        _russian(result, "the result: revocation", "ResultReturned"),
    ]
    notice_back = {
        **_in_russian("MTSOM-2026-6101", "improper-conduct-notice"),
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
        **_in_japanese("ISA-2026/6301", "不適正行為通知対応拒否"),
        "通知国": SENDING.upper(),
        "通知番号": notice_back["номер"],
        "根拠法令": "刑事訴訟法第47条",
        "拒否理由": {"ja": "捜査中の事件に関するため。"},
    }
    yield [
        _russian(notice_back, "a notice of improper conduct", "NoticeSubmitted"),
        _japanese(declined, "declined, by which law", "NoticeDeclined"),
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


def dealings() -> Iterator[Case]:
    """A hall for a test, asked for and found; help for someone who returns; a day for a consultation, proposed, moved
    and agreed; a consent to show a report to one more authority.
    """
    hall = {"提起国": ACCEPTING.upper(), "案件番号": "試協第1号"}
    asked = _in_japanese("ISA-2026/7101", "協力要請") | hall
    asked |= {
        "通知先国": SENDING.upper(),
        "区分": "技能試験",
        "件名": {"ja": "介護技能評価試験の会場"},
        "内容": {"ja": "五月に二日間、百二十席の会場と入口での本人確認をお願いします。"},
        "希望日": WISHED.isoformat(),
    }
    theirs = {"страна_инициатор": ACCEPTING.upper()}
    promised = _in_russian("MTSOM-2026-7101", "cooperation-acceptance") | theirs | {"номер_дела": hall["案件番号"]}
    promised |= {
        "исходящий_номер": "07-12/71",
        "объём_согласия": "частично",
        "содержание": {"ru": "Зал на 80 мест, проверка личности на входе."},
        "срок_исполнения": f"{WISHED:%d.%m.%Y}",
    }
    done = _in_russian("MTSOM-2026-7102", "cooperation-completion") | theirs | {"номер_дела": hall["案件番号"]}
    done |= {"исходящий_номер": "07-12/72", "содержание": {"ru": "Зал предоставлен, проверка проведена."}}
    yield [
        _japanese(asked, "cooperation for a test is asked for", "CooperationRequested"),
        _russian(promised, "it is promised, in part", "CooperationAccepted"),
        _russian(done, "it is done", "CooperationCompleted"),
    ]
    help_ = {"提起国": ACCEPTING.upper(), "案件番号": "帰支第1号"}
    wanted = _in_japanese("ISA-2026/7201", "帰国支援要請") | help_
    wanted |= {
        "通知先国": SENDING.upper(),
        "件名": {"ja": "緊急渡航証明書の発給"},
        "希望日": WISHED.isoformat(),
        _RETURNING: {
            "氏名": {"ky": "Токтогулова Бегимай Нурлановна", "ja": "トクトグロワ　ベギマイ"},
            "生年月日": "平成12年5月17日",
            "連絡先": "+81 90 0000 7201",
            "事情": {"ja": "旅券を紛失し、出国できない。"},
        },
    }
    accepted = _in_russian("MTSOM-2026-7201", "return-assistance-acceptance") | theirs
    accepted |= {"номер_дела": help_["案件番号"], "исходящий_номер": "09-3/21", "срок_исполнения": f"{WISHED:%d.%m.%Y}"}
    issued = _in_russian("MTSOM-2026-7202", "travel-document") | theirs
    issued |= {
        "номер_дела": help_["案件番号"],
        "исходящий_номер": "09-3/22",
        "дата_выдачи": "03.03.2026",
        "действует_до": f"{WISHED:%d.%m.%Y}",
        "свидетельство_на_возвращение": {"номер_документа": "CB-0007201"},
    }
    yield [
        _japanese(wanted, "help is asked for someone who returns", "ReturnAssistanceRequested"),
        _russian(accepted, "it is promised", "ReturnAssistanceAccepted"),
        _russian(issued, "a travel document is issued", "TravelDocumentIssued"),
    ]
    meeting = {"страна_инициатор": SENDING.upper(), "номер_дела": "К-2026/1"}
    proposed = _in_russian("MTSOM-2026-7301", "consultation-proposal") | meeting
    proposed |= {
        "страна_получатель": ACCEPTING.upper(),
        "тема": {"ru": "Очередная консультация"},
        "повестка": [{"раздел": "посредники", "содержание": {"ru": "Посредники, которые собирают залоги."}}],
        "дата_консультации": f"{WISHED:%d.%m.%Y}",
        "вид_консультации": "очередная",
        "периодичность_в_месяцах": 6,
    }
    ours = {"提起国": SENDING.upper(), "案件番号": meeting["номер_дела"], "通知先国": SENDING.upper()}
    later = WISHED + timedelta(days=7)
    moved = _in_japanese("ISA-2026/7301", "協議日提案") | ours | {"協議日": later.isoformat()}
    agreed = _in_russian("MTSOM-2026-7302", "consultation-date-agreement") | meeting
    agreed |= {"страна_получатель": ACCEPTING.upper(), "дата_консультации": f"{later:%d.%m.%Y}"}
    yield [
        _russian(proposed, "a consultation is proposed", "ConsultationProposed"),
        _japanese(moved, "another day is proposed", "ConsultationDateProposed"),
        _russian(agreed, "it is agreed", "ConsultationDateAgreed"),
    ]
    consent = {"страна_инициатор": SENDING.upper(), "номер_дела": "С-2026/1"}
    requested = _in_russian("MTSOM-2026-7401", "consent-request") | consent
    requested |= {
        "страна_получатель": ACCEPTING.upper(),
        "сведения": "misconduct-report/jp-kg/jp-入管通報第1号",
        "получатель_сведений": "Прокуратура города Бишкек",
        "цель": "Проверка организации",
        "согласие_до": f"{WISHED:%d.%m.%Y} 18:00:00",
        "кратность": "однократно",
        "содержание": {"ru": "Прокуратура проверяет по сообщению, если может его видеть."},
    }
    granted = _in_japanese("ISA-2026/7401", "提供同意")
    granted |= {
        "提起国": SENDING.upper(),
        "案件番号": consent["номер_дела"],
        "対象情報": requested["сведения"],
        "提供先": requested["получатель_сведений"],
        "利用目的": requested["цель"],
        "同意期限": f"{WISHED.isoformat()}T18:00:00+09:00",
        "提供回数": "一回",
        "先方整理番号": "入管同第1号",
    }
    yield [
        _russian(requested, "consent to show a report to an authority is asked for", "ConsentAsked"),
        _japanese(granted, "it is granted, once", "ConsentGranted"),
    ]


def endless(*, series: str) -> Iterator[Case]:
    """Cases of every kind again and again, each time others: `series` begins their ids and numbers."""
    for again in count(1):
        for case in (*reports(), *frauds(), *notices(), *inquiries(), *dealings()):
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
        **_in_japanese(f"ISA-2026/31{number:02}", "不正行為通報"),
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
    report = _japanese(document, f"a report of {_what(said)}", "MisconductReportSubmitted")
    noted = _russian(
        {
            **_in_russian(f"MTSOM-2026-34{number:02}", "misconduct-report-acknowledgement"),
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
    return [report, noted, _japanese(whole, "an addition to it", "MisconductReportCorrected")]


def _acknowledged_in_japanese(number: int, of: int) -> Step:
    document = {
        **_in_japanese(f"ISA-2026/34{number:02}", "不正行為通報受領確認"),
        "通報国": SENDING.upper(),
        "通報番号": f"МТСОМ-{of}/2025",
        "受領国整理番号": f"入管情第{800 + number}号",
        "備考": {"ja": "確認しました。"},
    }
    return _japanese(document, "the report is noted", "MisconductReportAcknowledged")


def _ask_in_japanese(number: int, topic: str, title: str, *questions: str) -> Step:
    document = {
        **_in_japanese(f"ISA-2026/41{number:02}", "照会"),
        "通知先国": SENDING.upper(),
        "照会番号": f"入管在照第{str(number).translate(_WIDE)}号",
        "主題": topic,
        "件名": {"ja": title},
        "質問": [{"番号": place, "内容": {"ja": text}} for place, text in enumerate(questions, start=1)],
        "回答希望日": f"令和{WISHED.year - 2018}年{WISHED.month}月{WISHED.day}日",
    }
    return _japanese(document, f"an inquiry of {len(questions)}", "InquiryAsked")


def _answer_in_japanese(
    number: int, of: int, *, answers: Mapping[int, str] | None = None, whole: str | None = None
) -> Step:
    document: Document = {
        **_in_japanese(f"ISA-2026/42{number:02}", "照会回答"),
        "照会国": SENDING.upper(),
        "照会番号": f"{of}-В/2026",
        "回答整理番号": f"入管在第{number}号",
    }
    if answers:
        document["回答"] = [{"番号": place, "内容": {"ja": text}} for place, text in answers.items()]
    if whole:
        document["一括回答"] = {"ja": whole}
    return _japanese(document, "all that is open is answered" if whole else "some of it is answered", "InquiryAnswered")


def _decline_in_japanese(number: int, of: int, *questions: int) -> Step:
    document = {
        **_in_japanese(f"ISA-2026/43{number:02}", "照会回答拒否"),
        "照会国": SENDING.upper(),
        "照会番号": f"{of}-В/2026",
        "質問": [{"番号": place} for place in questions],
        "根拠法令": "個人情報の保護に関する法律第69条",
        "拒否理由": {"ja": "個人に関する情報のため。"},
    }
    return _japanese(document, "declined, by which law", "InquiryDeclined")


def _in_japanese(message_id: str, kind: str) -> Document:
    return {"文書番号": message_id, "文書種別": kind, "様式版": "1"}


def _japanese(document: Document, about: str, event: str) -> Step:
    return Step(ACCEPTING, document["文書番号"], document, about, event)


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
        **_in_russian(f"MTSOM-2026-31{number:02}", "misconduct-report"),
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
    report = _russian(document, f"a report of {_what(said)}", "MisconductReportSubmitted")
    if number % 100 == 5:
        # Taken back before anyone has noted it.
        return [report, _withdrawn_in_russian(number, number)]
    return [report, _acknowledged_in_japanese(number, number)]


def _withdrawn_in_russian(number: int, of: int) -> Step:
    document = {
        **_in_russian(f"MTSOM-2026-33{number:02}", "misconduct-report-withdrawal"),
        "страна_получатель": ACCEPTING.upper(),
        "номер": f"МТСОМ-{of}/2025",
        "основание": {"ru": "Ошибка в лице."},
    }
    return _russian(document, "it is taken back", "MisconductReportWithdrawn")


def _ask_in_russian(number: int, topic: str, title: str, *questions: str) -> Step:
    document = {
        **_in_russian(f"MTSOM-2026-41{number:02}", "inquiry"),
        "страна_получатель": ACCEPTING.upper(),
        "номер": f"{number}-В/2026",
        "предмет": topic,
        "заголовок": {"ru": title},
        "вопросы": [{"номер": place, "текст": {"ru": text}} for place, text in enumerate(questions, start=1)],
        "желаемый_срок": f"{WISHED:%d.%m.%Y}",
    }
    return _russian(document, f"an inquiry of {len(questions)}", "InquiryAsked")


def _answer_in_russian(
    number: int, of: int, *, answers: Mapping[int, str] | None = None, whole: str | None = None
) -> Step:
    document: Document = {
        **_in_russian(f"MTSOM-2026-42{number:02}", "inquiry-answer"),
        "запросившая_страна": ACCEPTING.upper(),
        "номер": f"入管在照第{str(of).translate(_WIDE)}号",
        "исходящий_номер": f"07-12/9{number}",
    }
    if answers:
        document["ответы"] = [{"номер": place, "текст": {"ru": text}} for place, text in answers.items()]
    if whole:
        document["общий_ответ"] = {"ru": whole}
    return _russian(document, "all that is open is answered" if whole else "some of it is answered", "InquiryAnswered")


def _decline_in_russian(number: int, of: int) -> Step:
    document = {
        **_in_russian(f"MTSOM-2026-43{number:02}", "inquiry-refusal"),
        "запросившая_страна": ACCEPTING.upper(),
        "номер": f"入管在照第{str(of).translate(_WIDE)}号",
        "правовое_основание": "Закон КР «Об информации персонального характера», статья 24",
        "причина": {"ru": "Сведения о частных лицах."},
    }
    return _russian(document, "declined, by which law", "InquiryDeclined")


def _in_russian(message_id: str, kind: str) -> Document:
    return {"message_id": message_id, "message_type": kind, "версия": "1"}


def _russian(document: Document, about: str, event: str) -> Step:
    return Step(SENDING, document["message_id"], document, about, event)


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
