"""Japanese dates and numbers are read in every way they are written, and in no other."""

from __future__ import annotations

from datetime import date

import pytest

from services.bridge_jp.identifiers import corporate_check_digit, parse_corporate_number, parse_registration_number
from services.bridge_jp.languages import languages_of, tag_of
from services.bridge_jp.wareki import parse_date
from shared.bridge.fields import WrongValue


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026年8月3日", date(2026, 8, 3)),
        ("２０２６年８月３日", date(2026, 8, 3)),
        (" 2026年 8月 3日 ", date(2026, 8, 3)),
        ("2026-08-03", date(2026, 8, 3)),
        ("2026/8/3", date(2026, 8, 3)),
        ("二〇二六年八月三日", date(2026, 8, 3)),
        ("二千二十六年十二月三十一日", date(2026, 12, 31)),
        ("令和8年8月3日", date(2026, 8, 3)),
        ("令和８年８月３日", date(2026, 8, 3)),
        ("令和八年八月三日", date(2026, 8, 3)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("令和1年5月1日", date(2019, 5, 1)),
        ("R6.4.1", date(2024, 4, 1)),
        ("Ｒ６．４．１", date(2024, 4, 1)),
        ("R06/04/01", date(2024, 4, 1)),
        ("平成31年4月30日", date(2019, 4, 30)),
        ("平成元年1月8日", date(1989, 1, 8)),
        ("H1.1.8", date(1989, 1, 8)),
        ("昭和六十四年一月七日", date(1989, 1, 7)),
        ("S1.12.25", date(1926, 12, 25)),
        ("大正元年7月30日", date(1912, 7, 30)),
        ("明治45年7月29日", date(1912, 7, 29)),
        ("明治6年1月1日", date(1873, 1, 1)),
    ],
)
def test_a_date_is_read(text: str, day: date) -> None:
    assert parse_date(text) == day


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("", "wrong-form"),
        ("8月3日", "wrong-form"),
        ("8年8月3日", "wrong-form"),
        ("元年8月3日", "wrong-form"),
        ("03.08.2026", "wrong-form"),
        ("2026/8-3", "wrong-form"),
        ("2026年8月3日頃", "wrong-form"),
        ("慶応3年1月1日", "wrong-form"),
        ("2026年2月29日", "no-such-date"),
        ("令和8年13月1日", "no-such-date"),
        ("令和元年4月30日", "no-such-date"),
        ("平成31年5月1日", "no-such-date"),
        ("平成32年1月1日", "no-such-date"),
        ("昭和64年1月8日", "no-such-date"),
        ("明治5年12月2日", "no-such-date"),
        ("R0.1.1", "no-such-date"),
    ],
)
def test_what_is_no_date_is_told(text: str, slug: str) -> None:
    with pytest.raises(WrongValue) as error:
        parse_date(text)
    assert error.value.slug == slug


@pytest.mark.parametrize("number", ["7000012050002", "8700110005901", "4011001098993"])
def test_a_corporate_number_carries_its_check_digit_in_front(number: str) -> None:
    assert parse_corporate_number(number) == number
    assert corporate_check_digit(number[1:]) == int(number[0])


def test_a_corporate_number_in_wide_digits_is_the_same() -> None:
    assert parse_corporate_number("７０００01２0５0００２") == "7000012050002"


@pytest.mark.parametrize(
    ("number", "slug"),
    [
        ("8000012050002", "wrong-check-digit"),
        ("7000012050020", "wrong-check-digit"),
        ("0000012050002", "wrong-form"),
        ("700001205000", "wrong-form"),
        ("70000120500021", "wrong-form"),
        ("7000-0120-50002", "wrong-form"),
        ("", "wrong-form"),
    ],
)
def test_a_wrong_corporate_number_is_told(number: str, slug: str) -> None:
    with pytest.raises(WrongValue) as error:
        parse_corporate_number(number)
    assert error.value.slug == slug


def test_a_number_without_its_check_digit_is_told_as_such() -> None:
    with pytest.raises(WrongValue, match="会社法人等番号"):
        parse_corporate_number("000012050002")


@pytest.mark.parametrize(
    "number", ["19登-00001", "19登000001", "登-000001", "19-000001", "19登-0000011", "19登_000001"]
)
def test_a_wrong_registration_number_is_told(number: str) -> None:
    with pytest.raises(WrongValue, match="登録番号"):
        parse_registration_number(number)


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        ("キルギス語", "ky"),
        ("ｷﾙｷﾞｽ語", "ky"),
        ("ロシア語", "ru"),
        ("ビルマ語", "my"),
        ("ミャンマー語", "my"),
        ("カンボジア語", "km"),
        ("クメール語", "km"),
        ("中国語（簡体字）", "zh"),
        ("インド語", None),
        ("スリランカ語", None),
        ("その他", None),
    ],
)
def test_a_language_is_tagged_where_one_is_named(name: str, tag: str | None) -> None:
    assert tag_of(name) == tag


def test_what_stands_in_parentheses_is_not_a_language_of_its_own() -> None:
    assert [one.name for one in languages_of("中国語（北京語・広東語）・英語")] == ["中国語（北京語・広東語）", "英語"]


def test_parentheses_that_do_not_close_hide_nothing() -> None:
    assert [one.name for one in languages_of("中国語（北京語・英語")] == ["中国語（北京語", "英語"]
