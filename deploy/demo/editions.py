"""Editions of a register of support organizations, in the layout and with every quirk of the real one (formats.md A1).

All of it is invented; telephone numbers are of exchanges that are not given out. The same seed gives the same edition.
`python -m deploy.demo.editions FOLDER [COUNT]` writes two, a month apart, of 400 organizations or as many as told.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import cycle, islice, product
from pathlib import Path
from typing import Final

from deploy.demo.edition_workbook import Cell, Text, packed, serial, workbook

SEED: Final = 2026
FEW: Final = 400
MANY: Final = 11_500
"""About as many as there are."""
FIRST_DAY, SECOND_DAY = date(2026, 7, 6), date(2026, 8, 3)
KYRGYZ_SPEAKING: Final = 12
RUSSIAN_SPEAKING: Final = 59

_SERIALS: Final = {19: (3, 3441), 20: (3454, 5818), 21: (5826, 6801), 22: (6809, 8151), 23: (8174, 9335),
                   24: (9363, 11335), 25: (11336, 12923), 26: (12936, 13756)}  # fmt: skip
"""Year of the number → its first and last serial."""


def _each(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_PLACES: Final = _each(
    """
    東京都新宿区西新宿 神奈川県横浜市中区本町 大阪府大阪市北区梅田 愛知県名古屋市中区錦 広島県広島市中区基町
    埼玉県さいたま市大宮区桜木町 北海道札幌市中央区北一条西 福岡県福岡市博多区博多駅前 茨城県つくば市吾妻
    群馬県高崎市栄町
    """
)
_Word = tuple[str, str, str]
"""As written, its reading in kana, in Latin letters."""


def _words(text: str) -> tuple[_Word, ...]:
    """What is in kana already has no reading of its own."""
    entries = (word.replace("_", " ").split("/") for word in text.split())
    return tuple((written, reading, latin) for written, reading, latin in entries)


_FIRST: Final = _words(
    """
    東京/トウキョウ/Tokyo 大和/ヤマト/Yamato 富士/フジ/Fuji 桜/サクラ/Sakura 青葉/アオバ/Aoba 旭/アサヒ/Asahi
    光/ヒカリ/Hikari 未来/ミライ/Mirai 希望/キボウ/Kibo 架橋/カキョウ/Kakyo 瀬戸内/セトウチ/Setouchi
    北斗/ホクト/Hokuto 南風/ミナミカゼ/Minamikaze 東亜/トウア/Toa 日昇/ニッショウ/Nissho 共栄/キョウエイ/Kyoei
    友愛/ユウアイ/Yuai 白樺/シラカバ/Shirakaba 若葉/ワカバ/Wakaba 高原/コウゲン/Kogen 清流/セイリュウ/Seiryu
    新緑/シンリョク/Shinryoku 千歳/チトセ/Chitose 武蔵/ムサシ/Musashi 常陸/ヒタチ/Hitachi 相模/サガミ/Sagami
    長\ufa11/ナガサキ/Nagasaki 川\ufa11/カワサキ/Kawasaki 山\ufa11/ヤマザキ/Yamazaki 髙橋/タカハシ/Takahashi
    \ufa10本/ツカモト/Tsukamoto \uf9dc盛/リュウセイ/Ryusei \ufa4f天/ユウテン/Yuten 麴町/コウジマチ/Kojimachi
    𠮷野/ヨシノ/Yoshino 𣘺本/ハシモト/Hashimoto アジア//Asia グローバル//Global ブリッジ//Bridge スマイル//Smile
    """
)
_SECOND: Final = _words(
    """
    人材/ジンザイ/Jinzai 支援機構/シエンキコウ/Support 国際交流/コクサイコウリュウ/Exchange 総研/ソウケン/Soken
    商事/ショウジ/Shoji 物産/ブッサン/Bussan 介護支援/カイゴシエン/Care_Support サポート//Support
    キャリア//Career ケア//Care パートナーズ//Partners ワークス//Works ヒューマン//Human ‐ネット//-Net
    ー・リンク//-Link ＆カンパニー//&_Company ｺﾝｻﾙﾀﾝﾄ//Consultant 教育/キョウイク/Education
    建設/ケンセツ/Construction 農園/ノウエン/Farm 水産/スイサン/Suisan 企画/キカク/Planning 運輸/ウンユ/Unyu
    産業/サンギョウ/Sangyo 開発/カイハツ/Kaihatsu 技研/ギケン/Giken 食品/ショクヒン/Foods 観光/カンコウ/Tourism
    """
)
_FORMS: Final = (
    ("株式会社{}", "{} Co., Ltd."),
    ("{}株式会社", "{} Corporation"),
    ("合同会社{}", "{} LLC"),
    ("有限会社{}", "{} Ltd."),
    ("一般社団法人{}", "{} Association"),
    ("㈱{}", "{} Inc."),
    ("{}協同組合", "{} Cooperative"),
    ("行政書士法人{}", "{} Gyoseishoshi Corporation"),
    ("ＮＰＯ法人　{}", "NPO {}"),
    ("社会福祉法人\n{}", "{} Social Welfare Corporation"),
)
_PERSONS: Final = (
    "𠮷田　花子　（よしだ行政書士事務所）",
    "𣘺本　太郎　（橋本国際事務所）",
    "刘　强　（東方サポート）",
    "吴　麗　（アジア支援室）",
    "髙\ufa11　\ufa4f子　（髙崎社会保険労務士事務所）",
    "渡邊　\uf9dc　（ワタナベ・オフィス）",
)
_FAMILY: Final = _each("佐藤 鈴木 髙橋 田中 渡邊 伊藤 山\ufa11 𠮷田 小林 齋藤 刘 グエン")
_GIVEN: Final = _each("一郎 花子 \ufa4f介 美咲 健 \uf9dc さくら ヴァン・アン 强 陽子")
_LANGUAGES: Final = _each(
    """
    英語 中国語 ベトナム語 インドネシア語 ネパール語 ミャンマー語 ビルマ語 タガログ語 フィリピン語 タイ語 日本語
    カンボジア語 クメール語 モンゴル語 ベンガル語 シンハラ語 ヒンディー語 インド語 スリランカ語 ウズベク語
    """
)
_SEPARATORS: Final = ("・", "、", "･", "\n")
_DASHES: Final = "\u002d\u2010\u2015\u30fc\uff0d\uff70"
_WIDE: Final = str.maketrans("0123456789", "０１２３４５６７８９")
_CONTENT: Final = (
    "１号特定技能外国人支援計画の全部の実施",
    "支援計画の全部の実施\n（対面及びオンライン）",
    "支援計画の作成の補助及び全部の実施",
)
_NOTICES: Final = (
    "2021年11月18日支援業務の休止の届出",
    "２０２６年５月７日支援業務休止の届出",
    "支援業務の休止の届出",
)

JAPANESE: Final = (
    *("登録番号", "登録年月日", "氏名又は名称", "郵便番号", "住所\n（所在地）", "電話番号", "代表者の氏名"),
    *("支援業務を行う事務所", None, None),
    *("支援業務の内容及び\nその実施方法", "支援業務開始\n予定年月日", "対応可能言語", "備考"),
)
ENGLISH: Final = (
    *("Registration number", "Date of registration", "Name", "Postal code", "Address", "Telephone", "Representative"),
    *("Office for support", None, None),
    *("Contents of support", "Planned start", "Languages", "Remarks"),
)
MERGED: Final = ("A1:N1", "A2:N2", "H3:J7", *(f"{column}3:{column}8" for column in "ABCDEFGKLMN"))


@dataclass(frozen=True, slots=True)
class Office:
    name: str
    postal_code: str
    address: str


@dataclass(frozen=True, slots=True)
class Registered:
    """An organization, or a person, as an edition has it."""

    number: str
    registered_on: date
    name: Text
    name_english: str
    postal_code: str
    address: str
    phones: tuple[str, ...]
    phone_as_number: bool
    """Then its leading 0 is lost, as a spreadsheet program loses it."""
    representatives: tuple[str, ...]
    offices: tuple[Office, ...]
    support_content: str
    planned_start_on: date
    languages: tuple[str, ...]
    separator: str
    remarks: str | None = None


@dataclass(frozen=True, slots=True)
class Following:
    """The edition after, and by number what is different in it."""

    organizations: tuple[Registered, ...]
    registered: tuple[str, ...]
    amended: tuple[str, ...]
    suspended: tuple[str, ...]
    resumed: tuple[str, ...]
    removed: tuple[str, ...]


def organizations(count: int, seed: int = SEED) -> tuple[Registered, ...]:
    """`count` organizations (13,000 at most) in the order of their numbers; three of the same name, three suspended,
    twelve that speak Kyrgyz."""
    draw = random.Random(seed)  # noqa: S311 - invented data, the same each time
    numbers = [(year, one) for year, (first, last) in _SERIALS.items() for one in range(first, last + 1)]
    names = list(product(_FIRST, _SECOND, _FORMS))
    draw.shuffle(names)
    drawn = zip(sorted(draw.sample(numbers, count)), cycle(names), strict=False)
    made = [_organization(draw, place, *one) for place, one in enumerate(drawn)]
    places = list(range(count))
    draw.shuffle(places)
    for place, notice in zip(places, _NOTICES, strict=False):
        made[place] = replace(made[place], remarks=notice)
    for language, speaking in (("キルギス語", KYRGYZ_SPEAKING), ("ロシア語", RUSSIAN_SPEAKING)):
        for place in sorted(places[3 : 3 + speaking]):
            made[place] = replace(made[place], languages=(*made[place].languages, language))
    for place in places[-3:]:
        made[place] = replace(made[place], name=Text("株式会社ネクスト"), name_english="Next Co., Ltd.")
    return tuple(made)


def following(before: Sequence[Registered], seed: int = SEED) -> Following:
    """A month later: of a hundred organizations one is new, two are amended, one is removed; one or two are suspended,
    one resumes."""
    draw = random.Random(seed + 1)  # noqa: S311
    each = max(1, len(before) // 100)
    active = [one.number for one in before if one.remarks is None]
    drawn = iter(draw.sample(active, min(len(active), 4 * each + 2)))
    removed = {next(drawn) for _ in range(each)}
    amended = {next(drawn) for _ in range(2 * each)}
    suspended = {next(drawn) for _ in range(2)}
    resumed = {one.number for one in before if one.remarks is not None and one.remarks.startswith("2021年")}
    after = []
    for one in before:
        if one.number in amended:
            after.append(replace(one, address=f"{one.address}\n別館２Ｆ"))
        elif one.number in suspended:
            after.append(replace(one, remarks="２０２６年７月２１日支援業務休止の届出"))
        elif one.number in resumed:
            after.append(replace(one, remarks=None))
        elif one.number not in removed:
            after.append(one)
    last = max(int(one.number[-6:]) for one in before)
    names = draw.sample(list(product(_FIRST, _SECOND, _FORMS)), each)
    new = [_organization(draw, place, (26, last + 1 + place), name) for place, name in enumerate(names)]
    told = (tuple(sorted(one)) for one in (amended, suspended, resumed, removed))
    return Following((*after, *new), tuple(one.number for one in new), *told)


def endless(count: int, seed: int) -> Iterator[tuple[date, tuple[Registered, ...], Following]]:
    """A day's edition after the other's: the day, what it shows, and what is different from the day before.

    Each day one is new, two are amended, one is removed, one is suspended, and those of the day before resume. None is
    suspended twice: what is shown of both could be told apart by the day alone, which may stand elsewhere in either.
    """
    pool = organizations(3_000, seed)
    draw = random.Random(seed)  # noqa: S311 - invented data, the same each time
    fresh = iter(draw.sample([one for one in pool if one.remarks is None], len(pool) - len(_NOTICES)))
    shown = {one.number: one for one in sorted(islice(fresh, count), key=lambda one: one.number)}
    # So long ago that the last there can be is of a day that has come.
    day, suspended, ever = FIRST_DAY - timedelta(days=len(pool)), tuple[str, ...](), set[str]()
    yield day, tuple(shown.values()), Following(tuple(shown.values()), tuple(shown), (), (), (), ())
    while True:
        day += timedelta(days=1)
        others = [number for number in shown if number not in ever]
        first, second, third, fourth = draw.sample(others, 4)
        # Those that were suspended once are removed first, so that there are always enough that were not.
        fourth = next((number for number in shown if number in ever and number not in suspended), fourth)
        shown |= {number: replace(shown[number], remarks=None) for number in suspended}
        for number in (first, second):
            shown[number] = replace(shown[number], address=f"{shown[number].address}\n{day:%j}号室")
        shown[third] = replace(shown[third], remarks=f"{day.year}年{day.month}月{day.day}日支援業務休止の届出")
        del shown[fourth]
        new = next(fresh)
        shown[new.number] = new
        told = Following(tuple(shown.values()), (new.number,), (first, second), (third,), suspended, (fourth,))
        suspended = (third,)
        ever.add(third)
        yield day, told.organizations, told


def japanese(shown: Sequence[Registered], day: date, *, digits: str = "wide") -> bytes:
    """The edition of a day as published: `digits` of the stamp are `wide`, `narrow` or by `era`."""
    stamp = (
        f"令和{day.year - 2018}年{day.month}月{day.day}日"
        if digits == "era"
        else f"{day.year}年{day.month}月{day.day}日"
    )
    stamp = stamp if digits == "narrow" else stamp.translate(_WIDE)
    return workbook("登録支援機関登録簿", japanese_rows(shown, f"（{stamp}現在）"), MERGED)


def japanese_rows(shown: Sequence[Registered], stamp: str) -> Iterator[list[Cell]]:
    """The sheet's rows: eight of title, stamp and headers, then the organizations."""
    yield [Text("登録支援機関登録簿", ((0, 2, "トウロク"), (2, 6, "シエンキカン")))]
    yield [stamp]
    yield from _headers(JAPANESE, ("名称", "郵便番号", "所在地"))
    for one in shown:
        yield from _rows(one)


def english(shown: Sequence[Registered], day: date) -> bytes:
    """The English edition: names in English, and in another order than the Japanese one."""
    rows: list[list[Cell]] = [[f"As of {day:%B} {day.day}.{day.year}"], ["List of Registered Support Organization"]]
    rows += _headers(ENGLISH, ("Name", "Postal code", "Address"))
    for one in sorted(shown, key=lambda one: one.name_english):
        rows.append([one.number, one.registered_on, one.name_english, one.postal_code])
    return workbook("List", rows, MERGED)


def both(shown: Sequence[Registered], day: date) -> bytes:
    """The Japanese and the English edition of a day in one archive."""
    stem = f"{day:%Y%m%d}"
    return packed({f"{stem}.xlsx": japanese(shown, day), f"{stem}_en.xlsx": english(shown, day)})


def _headers(main: Sequence[str | None], offices: Sequence[str]) -> Iterator[list[Cell]]:
    yield list(main)
    for _ in range(4):
        yield [None] * len(main)
    yield [*[None] * 7, *offices, *[None] * 4]


def _rows(one: Registered) -> Iterator[list[Cell]]:
    """The first row, then one for each further office. Dates come as numbers with and without the look of a date."""
    plain_dates = int(one.number[-2:]) % 3 == 0
    marks = [chr(0x2460 + place) for place in range(len(one.offices))] if len(one.offices) > 1 else [""]
    offices = [
        [f"{mark}{office.name}", office.postal_code, f"{mark}{office.address}"]
        for mark, office in zip(marks, one.offices, strict=True)
    ]
    phone: Cell = "\n".join(one.phones) if len(one.phones) % 2 else "、".join(one.phones)
    if one.phone_as_number:
        phone = int("".join(character for character in one.phones[0] if character.isdigit()))
    registered, starts = one.registered_on, one.planned_start_on
    yield [
        one.number, serial(registered) if plain_dates else registered, one.name, one.postal_code, one.address, phone,
        "\n".join(one.representatives), *offices[0], one.support_content,
        serial(starts) if plain_dates else starts, one.separator.join(one.languages), one.remarks,
    ]  # fmt: skip
    for office in offices[1:]:
        yield [*[None] * 7, *office, *[None] * 4]


def _organization(
    draw: random.Random, place: int, number: tuple[int, int], name: tuple[_Word, _Word, tuple[str, str]]
) -> Registered:
    year, running = number
    first, second, (form, form_english) = name
    registered = min(date(2000 + year, 4, 1) + timedelta(days=draw.randrange(365)), FIRST_DAY - timedelta(days=7))
    representatives = tuple(
        f"{draw.choice(_FAMILY)}　{draw.choice(_GIVEN)}" for _ in range(2 if place % 17 == 5 else 1)
    )
    if place % 29 == 7:
        representatives = (f"代表取締役\n{representatives[0]}", *representatives[1:])
    exchange = draw.choice(("03-0000-", "045-000-", "0120-000-", "０６－００００－", "052‐000‐"))
    count = 3 if place % 19 == 3 else 2 if place % 11 == 2 else 1
    phones = tuple(f"{exchange}{draw.randrange(10_000):04}" for _ in range(count))
    as_number = count == 1 and place % 9 == 4
    if as_number:
        phones = (f"045000{draw.randrange(10_000):04}",)
    postal_code, address = _address(draw)
    more = 10 if place % 211 == 20 else draw.choice((1, 1, 2, 3)) if place % 43 == 6 else 0
    main = Office("本社" if place % 4 else f"{first[0]}オフィス", postal_code, address)
    offices = (main, *(Office(f"第{number}営業所", *_address(draw)) for number in range(2, more + 2)))
    spoken = draw.sample(_LANGUAGES, draw.choice((1, 2, 2, 3, 4, 6)))
    return Registered(
        number=f"{year}登-{running:06}",
        registered_on=registered,
        name=_name(place, first, second, form),
        name_english=form_english.format(f"{first[2]} {second[2]}"),
        postal_code=postal_code,
        address=address,
        phones=phones,
        phone_as_number=as_number,
        representatives=representatives,
        offices=offices,
        support_content=draw.choice(_CONTENT),
        planned_start_on=registered + timedelta(days=draw.randrange(1, 60)),
        languages=tuple(spoken),
        separator=_SEPARATORS[place % len(_SEPARATORS)],
    )


def _name(place: int, first: _Word, second: _Word, form: str) -> Text:
    if place % 37 == 9:
        return Text(_PERSONS[place // 37 % len(_PERSONS)])
    text = form.format(f"{first[0]}{second[0]}")
    begin = form.index("{")
    middle, end = begin + len(first[0]), begin + len(first[0]) + len(second[0])
    readings = [(begin, middle, first[1])] if first[1] else []
    readings += [(middle, end, second[1])] if second[1] else []
    return Text(text, tuple(readings), bold_to=2 if place % 53 == 1 else 0)


def _address(draw: random.Random) -> tuple[str, str]:
    """Postal code and address, in digits of either width and any of the dashes there are."""
    dash, wide = draw.choice(_DASHES), draw.random() < 0.5
    postal_code = f"{draw.randrange(10, 990):03}-{draw.randrange(10_000):04}"
    address = f"{draw.choice(_PLACES)}{draw.randrange(1, 9)}{dash}{draw.randrange(1, 30)}{dash}{draw.randrange(1, 20)}"
    if draw.random() < 0.3:
        address += f"\nかけはしビル{draw.randrange(1, 12)}F"
    return (postal_code.translate(_WIDE), address.translate(_WIDE)) if wide else (postal_code, address)


def main(folder: Path, count: int) -> None:
    """Writes an edition, and the one a month later alone and together with the English one."""
    first = organizations(count)
    second = following(first).organizations
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{FIRST_DAY:%Y%m%d}.xlsx").write_bytes(japanese(first, FIRST_DAY))
    (folder / f"{SECOND_DAY:%Y%m%d}.xlsx").write_bytes(japanese(second, SECOND_DAY))
    (folder / f"{SECOND_DAY:%Y%m%d}.zip").write_bytes(both(second, SECOND_DAY))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else FEW)
