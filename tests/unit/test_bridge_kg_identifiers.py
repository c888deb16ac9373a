"""Numbers and dates as Kyrgyz authorities give them are taken as they are, or refused with the reason."""

from __future__ import annotations

from datetime import date

import pytest

from services.bridge_kg.dates import format_date, parse_date
from services.bridge_kg.identifiers import parse_okpo, parse_tin
from shared.bridge.fields import WrongValue


@pytest.mark.parametrize("tin", ["01410199810177", "02401199810064", "02212200410023", "21207197600113"])
def test_a_real_tin_is_taken_as_text(tin: str) -> None:
    assert parse_tin(tin) == tin


@pytest.mark.parametrize(
    "tin",
    [
        "1410199810177",
        "001410199810177",
        "31410199810177",
        "03210199810177",
        "01413199810177",
        "01410189810177",
        "0141019981017A",
        "０１４１０１９９８１０１７７",
        "",
    ],
    ids=["13 digits", "15 digits", "first digit 3", "day 32", "month 13", "year 1898", "letter", "full width", "empty"],
)
def test_what_is_no_tin_has_the_wrong_form(tin: str) -> None:
    with pytest.raises(WrongValue) as caught:
        parse_tin(tin)
    assert caught.value.slug == "wrong-form"


@pytest.mark.parametrize("okpo", ["31824166", "24560761"])
def test_a_real_okpo_has_its_check_digit(okpo: str) -> None:
    assert parse_okpo(okpo) == okpo


def test_an_okpo_with_another_last_digit_is_refused_for_it() -> None:
    with pytest.raises(WrongValue) as caught:
        parse_okpo("31824167")
    assert caught.value.slug == "wrong-check-digit"


@pytest.mark.parametrize("okpo", ["3182416", "318241660", "3182416x", "３１８２４１６６"])
def test_what_is_no_okpo_has_the_wrong_form(okpo: str) -> None:
    with pytest.raises(WrongValue) as caught:
        parse_okpo(okpo)
    assert caught.value.slug == "wrong-form"


def test_a_day_is_read_and_written_as_day_month_year() -> None:
    assert parse_date("07.03.2026") == date(2026, 3, 7)
    assert format_date(date(2026, 3, 7)) == "07.03.2026"


@pytest.mark.parametrize("text", ["31.02.2026", "29.02.2025", "00.01.2026", "01.13.2026", "01.01.0000"])
def test_a_day_that_is_in_no_calendar_is_refused_as_such(text: str) -> None:
    with pytest.raises(WrongValue) as caught:
        parse_date(text)
    assert caught.value.slug == "no-such-date"


@pytest.mark.parametrize("text", ["2026-03-07", "7.3.2026", "07/03/2026", "07.03.26", "07.03.2026 г.", "０７.03.2026"])
def test_a_day_written_otherwise_has_the_wrong_form(text: str) -> None:
    with pytest.raises(WrongValue) as caught:
        parse_date(text)
    assert caught.value.slug == "wrong-form"
