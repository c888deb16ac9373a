"""Invented sending organizations as a sending country's register would have them. The country's own data, no rule.

All of it is made up: names, numbers, people, telephone numbers (of a series that is not given out) and addresses under
`.example`. The same seed gives the same organizations.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product

SEED = 2026

# The first word of a name: Kyrgyz, Russian, Latin as the organization writes itself.
_FIRST = (
    ("Бүркүт", "Буркут", "Burkut"),
    ("Керме-Тоо", "Керме-Тоо", "Kerme-Too"),
    ("Сары-Өзөн", "Сары-Озон", "Sary-Ozon"),
    ("Күн Нуру", "Кун Нуру", "Kun Nuru"),
    ("Ак-Кеме", "Ак-Кеме", "Ak-Keme"),
    ("Тоо Гүлү", "Тоо Гулу", "Too Gulu"),
    ("Көк Асман", "Кок Асман", "Kok Asman"),
    ("Жаңы Жол", "Жаны Жол", "Jany Jol"),
    ("Мээрим", "Мээрим", "Meerim"),
    ("Алтын Көпүрө", "Алтын Копуро", "Altyn Kopuro"),
    ("Ысык Булак", "Ысык Булак", "Ysyk Bulak"),
    ("Достук", "Достук", "Dostuk"),
    ("Үмүт", "Умут", "Umut"),
    ("Чыгыш Нуру", "Чыгыш Нуру", "Chygysh Nuru"),
    ("Жылдыз", "Жылдыз", "Zhyldyz"),
    ("Арча", "Арча", "Archa"),
    ("Кең-Суу", "Кен-Суу", "Ken-Suu"),
    ("Өмүр", "Омур", "Omur"),
    ("Ак Шумкар", "Ак Шумкар", "Ak Shumkar"),
    ("Бакыт", "Бакыт", "Bakyt"),
    ("Түндүк Жылдызы", "Тундук Жылдызы", "Tunduk Jyldyzy"),
    ("Эркин-Тоо", "Эркин-Тоо", "Erkin-Too"),
    ("Жибек", "Жибек", "Jibek"),
    ("Санжыра", "Санжыра", "Sanjyra"),
    ("Ала-Арча", "Ала-Арча", "Ala-Archa"),
)
# The second.
_SECOND = (
    ("Эмгек", "Эмгек", "Emgek"),
    ("Кадр", "Кадр", "Kadr"),
    ("Саякат", "Саякат", "Sayakat"),
    ("Интернэшнл", "Интернэшнл", "International"),
    ("Жумуш", "Жумуш", "Jumush"),
    ("Эмгек Борбору", "Центр Труда", "Employment Centre"),
    ("Ворк энд Тревел", "Ворк энд Тревел", "Work & Travel"),
    ("Азия", "Азия", "Asia"),
    ("Кесип", "Кесип", "Kesip"),
    ("Сапар", "Сапар", "Sapar"),
    ("Групп", "Групп", "Group"),
    ("Келечек", "Келечек", "Kelechek"),
    ("Билим", "Билим", "Bilim"),
    ("Консалт", "Консалт", "Consult"),
    ("Мекен", "Мекен", "Meken"),
    ("Кызмат", "Кызмат", "Kyzmat"),
)
# Legal form: in full and short, Kyrgyz and Russian; the Latin one.
_FORMS = (
    ("Жоопкерчилиги чектелген коом", "ЖЧК", "Общество с ограниченной ответственностью", "ОсОО", "LLC"),
    ("Жабык акционердик коом", "ЖАК", "Закрытое акционерное общество", "ЗАО", "CJSC"),
    ("Ачык акционердик коом", "ААК", "Открытое акционерное общество", "ОАО", "OJSC"),
)
# Region, town where it is another, streets.
_PLACES = (
    ("г. Бишкек", "", ("ул. Токтогула", "пр. Чуй", "ул. Киевская", "ул. Ибраимова", "бул. Эркиндик")),
    ("г. Ош", "", ("ул. Курманжан Датка", "ул. Ленина", "ул. Масалиева")),
    ("Чуйская область", "Токмок", ("ул. Ленинская", "ул. Фрунзе")),
    ("Иссык-Кульская область", "Каракол", ("ул. Гебзе", "ул. Абдрахманова")),
    ("Джалал-Абадская область", "Джалал-Абад", ("ул. Эркин-Тоо", "ул. Ташматова")),
    ("Нарынская область", "Нарын", ("ул. Ленина", "ул. Кыргызская")),
)
_WOMEN = (
    ("Бекова", "Токтосунова", "Жээнбаева", "Маматова", "Үсөнова"),
    ("Айнура", "Гүлзат", "Чолпон", "Бермет", "Нурзат"),
    ("Маратовна", "Бакытовна", "Асановна", "кызы", ""),
)
_MEN = (
    ("Осмонов", "Алыбаев", "Сыдыков", "Турдубаев", "Көчөров"),
    ("Нурлан", "Эрмек", "Азамат", "Улан", "Өмүрбек"),
    ("Асанович", "Жумабекович", "Кубанычбекович", "уулу", ""),
)


@dataclass(frozen=True, slots=True)
class Organization:
    """A legal entity with a permit to place workers abroad."""

    tin: str
    okpo: str
    full_name_ky: str
    full_name_ru: str
    short_name_ky: str
    short_name_ru: str
    name_latin: str
    legal_form: str
    region: str
    city: str
    street: str
    house: str
    phones: str
    email: str
    representative: str
    permit_number: str
    decided_on: date
    decision_number: str
    valid_from: date
    valid_to: date


def okpo(base: str) -> str:
    """The eight digits of an ОКПО number from its first seven.

    The check digit is Σ dᵢ·i mod 11 with weights 1 to 7; if that is 10, with weights 3 to 9; if it is again 10, then 0.
    """
    for first in (1, 3):
        check = sum(int(digit) * weight for weight, digit in enumerate(base, start=first)) % 11
        if check < 10:
            return f"{base}{check}"
    return f"{base}0"


def organizations(count: int, seed: int = SEED) -> Iterator[Organization]:
    """The first `count` organizations of a seed, no two alike in name or number."""
    draw = random.Random(seed)  # noqa: S311 - invented data, the same each time
    names = list(product(_FIRST, _SECOND))
    draw.shuffle(names)
    for number in range(count):
        first, second = names[number % len(names)]
        # Beyond the words that there are, a number tells namesakes apart, as in real registers.
        again = f"-{number // len(names) + 1}" if number >= len(names) else ""
        kyrgyz, russian, latin = (f"{a} {b}{again}" for a, b in zip(first, second, strict=True))
        form = _FORMS[draw.choices((0, 1, 2), (17, 2, 1))[0]]
        region, city, streets = draw.choice(_PLACES)
        registered = date(1996, 1, 1) + timedelta(days=draw.randrange(365 * 27))
        decided = date(2026, 1, 12) + timedelta(days=draw.randrange(60))
        begins = decided + timedelta(days=draw.randrange(1, 15))
        yield Organization(
            tin=f"0{registered:%d%m%Y}{10000 + number:05}",
            okpo=okpo(f"{2_000_000 + number * 37 + draw.randrange(37):07}"),
            full_name_ky=f"«{kyrgyz}» {form[0].lower()}у",
            full_name_ru=f"{form[2]} «{russian}»",
            short_name_ky=f"«{kyrgyz}» {form[1]}",
            short_name_ru=f"{form[3]} «{russian}»",
            name_latin=f"{latin} {form[4]}",
            legal_form=form[3],
            region=region,
            city=city,
            street=draw.choice(streets),
            house=f"{draw.randrange(1, 240)}{draw.choice(('', '', 'А', '/2'))}",
            phones=f"0312 00{number // 100 % 100:02} {number % 100:02}",
            email=f"info@{_host(latin)}.example",
            representative=" ".join(draw.choice(part) for part in draw.choice((_WOMEN, _MEN))).strip(),
            permit_number=f"ТГЗ-{number + 1:04}/2026",
            decided_on=decided,
            decision_number=f"{number + 1}-Р",
            valid_from=begins,
            valid_to=begins + timedelta(days=364),
        )


def moved(organization: Organization, number: int) -> Organization:
    """The organization after its `number`-th change: another house and another address to write to."""
    name, _, host = organization.email.partition("@")
    return replace(organization, house=f"{organization.house}-{number}", email=f"{name}{number}@{host}")


def _host(latin: str) -> str:
    return "".join(character if character.isalnum() else "-" for character in latin.lower()).replace("---", "-")
