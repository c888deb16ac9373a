"""Languages as the register of support organizations names them: free text, with synonyms (formats.md A1)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from unicodedata import normalize

from babel import Locale

from shared.contracts.support_organization import SpokenLanguage

_SEPARATOR: Final = re.compile(r"[・、･\n]")
_BETWEEN: Final = re.compile(r"[・、･\n](?![^（(]*[）)])")
"""A separator outside parentheses: 中国語（北京語・広東語） is one."""
_IN_PARENTHESES: Final = re.compile(r"[（(].*[）)]")

_SYNONYMS: Final = {
    "ビルマ語": "my",
    "カンボジア語": "km",
    "タガログ語": "tl",
    "フィリピン語": "fil",
    "ヒンズー語": "hi",
    "ヒンドゥー語": "hi",
    "ウルドゥ語": "ur",
    "ラオス語": "lo",
    "マレーシア語": "ms",
    "モンゴリア語": "mn",
    "朝鮮語": "ko",
    "キルギスタン語": "ky",
    "ペルシャ語": "fa",
    "北京語": "zh",
}
"""Beside the names that CLDR has. Of インド語, スリランカ語 and the like nobody can tell which language is meant."""


_TAGS: Final = {name: tag.replace("_", "-") for tag, name in Locale("ja").languages.items()} | _SYNONYMS


@lru_cache(maxsize=10_000)
def languages_of(text: str) -> tuple[SpokenLanguage, ...]:
    """The languages in a cell, in order, each as published with the tag of the language that it names, if any."""
    balanced = text.count("（") + text.count("(") == text.count("）") + text.count(")")
    tokens = (token.strip() for token in (_BETWEEN if balanced else _SEPARATOR).split(text))
    return tuple(SpokenLanguage(name=token, tag=tag_of(token)) for token in tokens if token)


def tag_of(name: str) -> str | None:
    """The BCP 47 tag of a language by its Japanese name, of any width; None where that names no one language."""
    key = re.sub(r"\s", "", normalize("NFKC", name))
    return _TAGS.get(key) or _TAGS.get(_IN_PARENTHESES.sub("", key))
