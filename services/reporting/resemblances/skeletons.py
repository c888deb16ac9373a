"""What is left of a name when its script, case, punctuation and legal form are taken away. Pure.

Two names with one skeleton resemble each other, and may be two organizations' all the same. What is done, in order:

1. Unicode's compatibility forms and case are folded (NFKC, casefold): `㈱`, half-width kana and capitals go.
2. Legal forms go, abbreviated or in full, wherever they stand; a name of nothing else stays as it is.
3. Cyrillic becomes Latin by BGN/PCGN (Kyrgyz 1979, Russian 1947), without diacritics. Deviating from it, ё is e and ң
   is n, as organizations write themselves in Russian and in Latin. Kana becomes Latin by Hepburn. Diacritics go.
4. Spellings of other romanizations are folded: see `_SPELLINGS`. Letters that are doubled count once.

Limits. Kanji is compared as it is written: it has no one reading, so a name in kanji meets no Latin one, and old and
new forms of a character differ. A name that was translated, abbreviated, misspelt or has its words in another order has
another skeleton; so has Cyrillic written in kana, which knows fewer sounds.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

SHORTEST: Final = 3
"""Letters that a skeleton in Latin has at least: a shorter one is borne by too many to tell anyone from others."""

_ATTACHED: Final = re.compile(
    "株式会社|有限会社|合同会社|合資会社|合名会社|特例有限会社|事業協同組合|協同組合連合会|協同組合|企業組合|"
    "(?:一般|公益)?(?:社団|財団)法人|特定非営利活動法人|npo法人|社会福祉法人|学校法人|医療法人|宗教法人|独立行政法人|"
    "行政書士法人|司法書士法人|社会保険労務士法人|税理士法人|弁護士法人"
)
"""Legal forms in kanji, which no space parts from the name."""

_FORMS: Final = frozenset(
    tuple(form.split())
    for form in (
        # The same abbreviated: in brackets, so that they stand by themselves; and romanized.
        "株", "有", "同", "資", "名", "一社", "公社", "一財", "公財", "特非",
        "kabushiki kaisha", "kabushiki gaisha", "yugen kaisha", "godo kaisha", "kk", "yk", "gk",
        # Kyrgyz.
        "жчк", "жак", "аак", "жи", "жк",
        "жоопкерчилиги чектелген коом", "жоопкерчилиги чектелген коому",
        "жабык акционердик коом", "жабык акционердик коому", "ачык акционердик коом", "ачык акционердик коому",
        "акционердик коом", "акционердик коому", "жеке ишкер",
        # Russian.
        "осоо", "ооо", "зао", "оао", "пао", "ао", "ип", "чп",
        "общество с ограниченной ответственностью", "закрытое акционерное общество", "открытое акционерное общество",
        "публичное акционерное общество", "акционерное общество", "индивидуальный предприниматель",
        # English, and the above in Latin.
        "llc", "ltd", "limited", "co", "company", "corp", "corporation", "inc", "incorporated", "plc", "jsc", "cjsc",
        "ojsc", "limited liability company", "joint stock company", "osoo", "ooo", "zao", "oao", "jchk", "zhchk",
    )
)  # fmt: skip
"""Legal forms as words that stand by themselves, folded."""
_LONGEST_FORM: Final = max(len(form) for form in _FORMS)

_CYRILLIC: Final = str.maketrans(
    dict(zip("абвгдезийклмнңоөпрстуүфыэ", "abvgdeziyklmnnooprstuufye", strict=True))
    | {"ё": "e", "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": ""}
    | {"ю": "yu", "я": "ya"}
)

_HEPBURN: Final = {"SI": "shi", "TI": "chi", "TU": "tsu", "HU": "fu", "ZI": "ji", "DI": "ji", "DU": "zu", "WO": "o"}
"""Where Hepburn differs from the letters' names in Unicode, which are the syllables by the older system."""
_KANA: Final = re.compile(r"(?:HIRAGANA|KATAKANA) LETTER (SMALL )?([A-Z]{1,3})")

_SPELLINGS: Final = (
    # Kyrgyz ж is j, Russian zh; Азия's дж is the same sound.
    ("dzh", "j"), ("zh", "j"), ("kh", "h"), ("x", "ks"), ("q", "k"),
    # Европа: Yevropa or Evropa. Ю, я: yu, iu; ya, ia. Ы, й: y, i.
    ("ye", "e"), ("y", "i"),
    # Long vowels of kana: こう is kou, kō or ko.
    ("ou", "o"),
)  # fmt: skip
_DOUBLED: Final = re.compile(r"([a-z])\1+")
_INSIDE: Final = re.compile(r"['’ʼʹ`´.・]")
"""What stands inside a word: О.О.О. is one."""


def skeleton(name: str) -> str:
    """Letters and digits without a space; the skeleton's own is the same. Empty for a name without either."""
    while (further := _reduced(name)) != name:
        name = further
    return name


def telling(bones: str) -> bool:
    """Whether a skeleton is long enough to tell anyone by: `SHORTEST` in Latin, two characters in other scripts."""
    return len(bones) >= (SHORTEST if bones.isascii() else 2)


def _reduced(name: str) -> str:
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    apart = _words(_ATTACHED.sub(" ", plain))
    latin = _latin("".join(_without_forms(apart) or apart or _words(plain)))
    for spelling, instead in _SPELLINGS:
        latin = latin.replace(spelling, instead)
    return _DOUBLED.sub(r"\1", latin)


def _words(text: str) -> list[str]:
    return "".join(letter if letter.isalnum() else " " for letter in _INSIDE.sub("", text)).split()


def _without_forms(words: list[str]) -> list[str]:
    kept: list[str] = []
    place = 0
    while place < len(words):
        ends = range(min(len(words), place + _LONGEST_FORM), place, -1)
        form = next((end for end in ends if tuple(words[place:end]) in _FORMS), None)
        if form is None:
            kept.append(words[place])
        place = form or place + 1
    return kept


def _latin(text: str) -> str:
    """Cyrillic and kana in Latin, all without diacritics."""
    syllables: list[str] = []
    for letter in text.translate(_CYRILLIC):
        found = _KANA.fullmatch(unicodedata.name(letter, ""))
        if found is not None:
            _add(syllables, found[2], small=found[1] is not None)
        elif letter != "ー":
            parts = unicodedata.normalize("NFKD", letter)
            syllables.append(parts[0] if all(map(unicodedata.combining, parts[1:])) else letter)
    return "".join(syllables)


def _add(syllables: list[str], kana: str, *, small: bool) -> None:
    """A syllable more; a small letter changes the one before it."""
    syllable = _HEPBURN.get(kana, kana.lower())
    if not small or kana in ("KA", "KE"):
        syllables.append(syllable)
    elif kana != "TU":  # ッ doubles what follows, and counts once.
        before = syllables.pop() if syllables else ""
        stem = {"u": "w", "i": "y"}.get(before, before[:-1])
        hard = stem.endswith(("sh", "ch", "j")) and syllable.startswith("y")
        syllables.append(stem + (syllable[1:] if hard else syllable))
