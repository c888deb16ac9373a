"""Languages that workers are spoken to in: how they are found, and what readers of each language call them.

What a register calls a language is shown as it is published; that readers of other languages find it, and know what
it is, comes from its tag and CLDR's names.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from babel import Locale

from services.publication.texts import languages
from shared.contracts.support_organization import SpokenLanguage


def key_of(language: SpokenLanguage) -> str:
    """By which it is looked for: its tag, else its name in the form that tells no widths and cases apart."""
    return language.tag or unicodedata.normalize("NFKC", language.name).casefold()


def names_of(language: SpokenLanguage) -> Sequence[str]:
    """What it is called in the languages of the pages; empty for one that has no tag."""
    if language.tag is None:
        return ()
    return [name for name in (name_in(reader, language.tag) for reader in languages()) if name is not None]


@lru_cache(maxsize=4096)
def name_in(reader: str, tag: str) -> str | None:
    """What readers of one language call another; None where CLDR has no name for it."""
    found: str | None = Locale.parse(reader).languages.get(tag.replace("-", "_"))
    return found
