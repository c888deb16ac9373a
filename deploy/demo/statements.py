"""Invented cases that are made of statements: a cooperation request, return assistance, a consultation, a consent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from deploy.demo.steps import (
    ACCEPTING,
    RETURNING,
    SENDING,
    WISHED,
    Case,
    in_japanese,
    in_russian,
    japanese,
    russian,
)


def statements() -> Iterator[Case]:
    """A hall for a test, asked for and found; help for someone who returns; a day for a consultation, proposed, moved
    and agreed; a consent to show a report to one more authority.
    """
    hall = {"提起国": ACCEPTING.upper(), "案件番号": "試協第1号"}
    asked = in_japanese("ISA-2026/7101", "協力要請") | hall
    asked |= {
        "通知先国": SENDING.upper(),
        "区分": "技能試験",
        "件名": {"ja": "介護技能評価試験の会場"},
        "内容": {"ja": "五月に二日間、百二十席の会場と入口での本人確認をお願いします。"},
        "希望日": WISHED.isoformat(),
    }
    theirs = {"страна_инициатор": ACCEPTING.upper()}
    promised = in_russian("MTSOM-2026-7101", "cooperation-acceptance") | theirs | {"номер_дела": hall["案件番号"]}
    promised |= {
        "исходящий_номер": "07-12/71",
        "объём_согласия": "частично",
        "содержание": {"ru": "Зал на 80 мест, проверка личности на входе."},
        "срок_исполнения": f"{WISHED:%d.%m.%Y}",
    }
    done = in_russian("MTSOM-2026-7102", "cooperation-completion") | theirs | {"номер_дела": hall["案件番号"]}
    done |= {"исходящий_номер": "07-12/72", "содержание": {"ru": "Зал предоставлен, проверка проведена."}}
    yield [
        japanese(asked, "cooperation for a test is asked for", "CooperationRequested"),
        russian(promised, "it is promised, in part", "CooperationAccepted"),
        russian(done, "it is done", "CooperationCompleted"),
    ]
    help_ = {"提起国": ACCEPTING.upper(), "案件番号": "帰支第1号"}
    wanted = in_japanese("ISA-2026/7201", "帰国支援要請") | help_
    wanted |= {
        "通知先国": SENDING.upper(),
        "件名": {"ja": "緊急渡航証明書の発給"},
        "希望日": WISHED.isoformat(),
        RETURNING: {
            "氏名": {"ky": "Токтогулова Бегимай Нурлановна", "ja": "トクトグロワ　ベギマイ"},
            "生年月日": "平成12年5月17日",
            "連絡先": "+81 90 0000 7201",
            "事情": {"ja": "旅券を紛失し、出国できない。"},
        },
    }
    accepted = in_russian("MTSOM-2026-7201", "return-assistance-acceptance") | theirs
    accepted |= {"номер_дела": help_["案件番号"], "исходящий_номер": "09-3/21", "срок_исполнения": f"{WISHED:%d.%m.%Y}"}
    issued = in_russian("MTSOM-2026-7202", "travel-document") | theirs
    issued |= {
        "номер_дела": help_["案件番号"],
        "исходящий_номер": "09-3/22",
        "дата_выдачи": "03.03.2026",
        "действует_до": f"{WISHED:%d.%m.%Y}",
        "свидетельство_на_возвращение": {"номер_документа": "CB-0007201"},
    }
    yield [
        japanese(wanted, "help is asked for someone who returns", "ReturnAssistanceRequested"),
        russian(accepted, "it is promised", "ReturnAssistanceAccepted"),
        russian(issued, "a travel document is issued", "TravelDocumentIssued"),
    ]
    meeting = {"страна_инициатор": SENDING.upper(), "номер_дела": "К-2026/1"}
    proposed = in_russian("MTSOM-2026-7301", "consultation-proposal") | meeting
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
    moved = in_japanese("ISA-2026/7301", "協議日提案") | ours | {"協議日": later.isoformat()}
    agreed = in_russian("MTSOM-2026-7302", "consultation-date-agreement") | meeting
    agreed |= {"страна_получатель": ACCEPTING.upper(), "дата_консультации": f"{later:%d.%m.%Y}"}
    yield [
        russian(proposed, "a consultation is proposed", "ConsultationProposed"),
        japanese(moved, "another day is proposed", "ConsultationDateProposed"),
        russian(agreed, "it is agreed", "ConsultationDateAgreed"),
    ]
    consent = {"страна_инициатор": SENDING.upper(), "номер_дела": "С-2026/1"}
    requested = in_russian("MTSOM-2026-7401", "consent-request") | consent
    requested |= {
        "страна_получатель": ACCEPTING.upper(),
        "сведения": "misconduct-report/jp-kg/jp-入管通報第1号",
        "получатель_сведений": "Прокуратура города Бишкек",
        "цель": "Проверка организации",
        "согласие_до": f"{WISHED:%d.%m.%Y} 18:00:00",
        "кратность": "однократно",
        "содержание": {"ru": "Прокуратура проверяет по сообщению, если может его видеть."},
    }
    granted = in_japanese("ISA-2026/7401", "提供同意")
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
        russian(requested, "consent to show a report to an authority is asked for", "ConsentAsked"),
        japanese(granted, "it is granted, once", "ConsentGranted"),
    ]
