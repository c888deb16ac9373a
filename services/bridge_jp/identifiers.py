"""Numbers that Japanese authorities give (formats.md A1, A5). Text throughout: leading zeros count."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from shared.bridge.fields import WrongValue

DASHES: Final = "-‐‑‒–—―−ーｰ－"
"""What is written for a dash: U+002D, U+2010 to U+2015, U+2212, U+30FC, U+FF70, U+FF0D."""

_DASHES = re.compile(f"[{DASHES}]")
_CORPORATE = re.compile(r"[1-9][0-9]{12}")
_SUPPORT_ORGANIZATION = re.compile(r"[0-9]{2}登-[0-9]{6}")


def parse_corporate_number(text: str) -> str:
    """法人番号: a check digit from 1 to 9, then twelve digits; of either width. Gives ASCII digits.

    Raises WrongValue: `wrong-form`, `wrong-check-digit`.
    """
    number = unicodedata.normalize("NFKC", text)
    if _CORPORATE.fullmatch(number) is None:
        twelve = re.fullmatch("[0-9]{12}", number) is not None
        advice = "; with 12 digits it is a 会社法人等番号, which lacks the check digit" if twelve else ""
        raise WrongValue("wrong-form", f"{text[:30]!r} is no 法人番号: it has 13 digits, the first not 0{advice}.")
    if int(number[0]) != corporate_check_digit(number[1:]):
        raise WrongValue("wrong-check-digit", f"The first digit of {number} does not follow from the other twelve.")
    return number


def corporate_check_digit(base: str) -> int:
    """9 − (Σ PₙQₙ mod 9), Pₙ the n-th digit from the right, Qₙ 1 where n is odd, else 2 (財務省令第70号 2条)."""
    return 9 - sum(int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(base))) % 9


def is_registration_number(text: str) -> bool:
    """Whether it is a 登録番号 in the form in which it is kept."""
    return _SUPPORT_ORGANIZATION.fullmatch(text) is not None


def parse_registration_number(text: str) -> str:
    """登録番号 of a support organization, e.g. 19登-000001; opaque, and a key: so digits of either width and any dash
    are the same. The prefix is not the year of registration. Raises WrongValue `wrong-form`.
    """
    if is_registration_number(text):
        return text
    number = _DASHES.sub("-", unicodedata.normalize("NFKC", text.strip()))
    if not is_registration_number(number):
        raise WrongValue("wrong-form", f"{text[:30]!r} is no 登録番号: two digits, 登, a dash, six digits.")
    return number
