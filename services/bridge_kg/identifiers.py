"""Numbers that Kyrgyz authorities give (formats.md B2). Text throughout: leading zeros count."""

from __future__ import annotations

import re

from shared.bridge.fields import WrongValue

_TIN = re.compile(r"[012](0[1-9]|[12][0-9]|3[01])(0[1-9]|1[0-2])(19|20)[0-9]{2}[0-9]{5}")
_OKPO = re.compile(r"[0-9]{8}")


def parse_tin(text: str) -> str:
    """ИНН: 14 digits; 0 (legal entity), 1 or 2 (person), a date as ddmmyyyy, five more. Raises WrongValue.

    No check digit is documented, and none of the usual schemes fits the numbers known: so none is asked for.
    """
    if not (text.isascii() and text.isdigit()) or len(text) != 14:
        shown = text if len(text) <= 30 else f"{text[:30]}…"
        raise WrongValue("wrong-form", f"{shown!r} has {len(text)} characters; an ИНН has 14 digits.")
    if _TIN.fullmatch(text) is None:
        raise WrongValue("wrong-form", f"{text} is no ИНН: 0, 1 or 2, then a date as ddmmyyyy, then five digits.")
    return text


def parse_okpo(text: str) -> str:
    """ОКПО: seven digits and a check digit. Raises WrongValue: `wrong-form`, `wrong-check-digit`."""
    if _OKPO.fullmatch(text) is None:
        raise WrongValue("wrong-form", f"{text[:30]!r} is no ОКПО: it has 8 digits.")
    if int(text[7]) != okpo_check_digit(text[:7]):
        raise WrongValue("wrong-check-digit", f"The last digit of {text} does not follow from the first seven.")
    return text


def okpo_check_digit(digits: str) -> int:
    """Weights 1 to 7 and the remainder by 11; if that is 10, weights 3 to 9; if it is 10 again, 0."""
    for first_weight in (1, 3):
        remainder = sum(int(digit) * weight for weight, digit in enumerate(digits, start=first_weight)) % 11
        if remainder < 10:
            return remainder
    return 0
