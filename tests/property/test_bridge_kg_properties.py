"""What always holds of Kyrgyz identifiers and dates."""

from __future__ import annotations

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.bridge_kg.dates import format_date, parse_date
from services.bridge_kg.identifiers import okpo_check_digit, parse_okpo, parse_tin
from services.bridge_kg.translation import INWARD
from shared.bridge.fields import WrongValue
from shared.bridge.kit import Translation
from shared.contracts.sending_organization import AccreditSendingOrganization
from tests.bridge_builders import accreditation

digits = st.text("0123456789", min_size=7, max_size=7)
names = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=60).filter(
    lambda name: name.strip() == name
)


@given(digits)
def test_seven_digits_have_exactly_one_check_digit(seven: str) -> None:
    right = okpo_check_digit(seven)
    assert parse_okpo(f"{seven}{right}") == f"{seven}{right}"
    for wrong in set(range(10)) - {right}:
        with pytest.raises(WrongValue):
            parse_okpo(f"{seven}{wrong}")


@given(digits, st.integers(0, 6), st.integers(1, 9))
def test_a_mistyped_digit_is_noticed_where_the_first_weights_decide(seven: str, place: int, by: int) -> None:
    def remainder(text: str) -> int:
        return sum(int(digit) * weight for weight, digit in enumerate(text, start=1)) % 11

    wrong = seven[:place] + str((int(seven[place]) + by) % 10) + seven[place + 1 :]
    if remainder(seven) < 10 and remainder(wrong) < 10:
        assert okpo_check_digit(seven) != okpo_check_digit(wrong)


@given(st.dates(date(1000, 1, 1), date(9999, 12, 31)))
def test_a_date_written_is_read_as_the_same_day(day: date) -> None:
    assert parse_date(format_date(day)) == day


@given(st.text(max_size=20))
def test_any_text_is_taken_or_refused_as_a_wrong_value(text: str) -> None:
    for parse in (parse_tin, parse_okpo, parse_date):
        with contextlib.suppress(WrongValue):
            parse(text)


@given(
    st.sampled_from("012"),
    st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    st.text("0123456789", min_size=5, max_size=5),
)
def test_every_tin_built_as_documented_is_taken(first: str, day: date, rest: str) -> None:
    tin = f"{first}{day:%d%m%Y}{rest}"
    assert parse_tin(tin) == tin


@given(names, names, st.none() | names)
def test_names_pass_as_received(kyrgyz: str, russian: str, latin: str | None) -> None:
    translation = INWARD["accreditation"](
        accreditation(full_name_gl=kyrgyz, full_name_ol=russian, full_name_latin=latin)
    )
    assert translation.matter is not None
    command = translation.matter.command
    assert isinstance(command, AccreditSendingOrganization)
    given_names = {"ky": kyrgyz, "ru": russian} | ({"ky-Latn": latin} if latin is not None else {})
    assert command.organization.names == given_names


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(sorted(INWARD)), st.dictionaries(st.sampled_from(sorted(accreditation())), json_values))
def test_whatever_stands_in_the_fields_is_translated_or_told(kind: str, wrong: dict[str, object]) -> None:
    translation: Translation = INWARD[kind](accreditation() | wrong)
    errors = [found for found in translation.problems if found.severity == "error"]
    assert (translation.matter is None) == bool(errors)
