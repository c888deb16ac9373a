"""What always holds of Japanese dates and numbers, and of canonical forms."""

from __future__ import annotations

import contextlib
from datetime import date
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from services.bridge_jp.identifiers import corporate_check_digit, parse_corporate_number, parse_registration_number
from services.bridge_jp.languages import languages_of
from services.bridge_jp.wareki import era_of, parse_date
from shared.bridge.evidence import canonical
from shared.bridge.fields import WrongValue

WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
KANJI = "〇一二三四五六七八九"

since_1873 = st.dates(date(1873, 1, 1), date(2150, 12, 31))


def in_kanji(number: int) -> str:
    """As it is said: 三十一."""
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else f"{KANJI[tens]}十") + (KANJI[ones] if ones else "")


def by_era(day: date) -> tuple[str, str, int]:
    era = era_of(day)
    assert era is not None
    return era.name, era.letter, day.year - era.before


@given(since_1873)
def test_a_date_written_in_any_way_is_read_as_the_same_day(day: date) -> None:
    era, letter, year = by_era(day)
    signs = f"{day.year}-{day.month:02}-{day.day:02}"
    written = [
        signs,
        signs.replace("-", "/").translate(WIDE),
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}年{day.month}月{day.day}日".translate(WIDE),
        f"{era}{'元' if year == 1 else year}年{day.month}月{day.day}日",
        f"{letter}{year}.{day.month}.{day.day}",
        "".join(KANJI[int(digit)] for digit in str(day.year)) + f"年{in_kanji(day.month)}月{in_kanji(day.day)}日",
    ]
    if year < 100:
        written.append(f"{era}{in_kanji(year)}年{in_kanji(day.month)}月{in_kanji(day.day)}日")
    assert {parse_date(text) for text in written} == {day}


@given(st.text(max_size=20) | st.text("0123456789元年月日令和R./-〇一十百千", max_size=12))
def test_any_text_is_taken_or_refused_as_a_wrong_value(text: str) -> None:
    for parse in (parse_date, parse_corporate_number, parse_registration_number):
        with contextlib.suppress(WrongValue):
            parse(text)


@given(st.text("0123456789", min_size=12, max_size=12))
def test_twelve_digits_have_exactly_one_check_digit(twelve: str) -> None:
    right = corporate_check_digit(twelve)
    assert 1 <= right <= 9
    assert parse_corporate_number(f"{right}{twelve}") == f"{right}{twelve}"
    for wrong in set(range(10)) - {right}:
        with pytest.raises(WrongValue):
            parse_corporate_number(f"{wrong}{twelve}")


@given(st.text("0123456789", min_size=12, max_size=12), st.integers(0, 11), st.integers(1, 8))
def test_a_mistyped_digit_is_noticed_unless_it_is_9_for_0(twelve: str, place: int, by: int) -> None:
    digit = (int(twelve[place]) + by) % 10
    if {int(twelve[place]), digit} == {0, 9}:
        return
    wrong = twelve[:place] + str(digit) + twelve[place + 1 :]
    assert corporate_check_digit(twelve) != corporate_check_digit(wrong)


@given(st.text(max_size=40) | st.text("語英中（）()・、･\n ", max_size=20))
def test_languages_lose_no_word(text: str) -> None:
    kept = "".join(one.name for one in languages_of(text))
    separators = set("・、･\n")
    assert [c for c in kept if c not in separators and not c.isspace()] == [
        c for c in text if c not in separators and not c.isspace()
    ]


values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=5),
    max_leaves=12,
)


@given(values)
def test_the_canonical_form_is_that_of_rfc_8785(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)
