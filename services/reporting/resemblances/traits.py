"""The traits by which organizations and those who were reported are compared, each with the key of its stream. Pure."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping

from services.reporting.resemblances.skeletons import skeleton, telling
from shared.contracts.resemblance import Trait
from shared.contracts.sending_organization import Identifier


def traits(names: Iterable[Mapping[str, str]], identifiers: Iterable[Identifier] = ()) -> dict[str, Trait]:
    """By key: each number, and each skeleton that the names have. `names` are by language tag, the fuller ones first;
    of several with one skeleton and one tag the first is kept.
    """
    found: dict[str, Trait] = {}
    for identifier in identifiers:
        plain = unicodedata.normalize("NFKC", identifier.value).casefold()
        digits = "".join(letter for letter in plain if letter.isalnum())
        if digits:
            found.setdefault(_key("number", identifier.scheme, digits), Trait(identifier=identifier))
    for named in names:
        for tag, name in named.items():
            bones = skeleton(name)
            if telling(bones):
                key = _key("name", bones)
                known = found[key].names if key in found else {}
                found[key] = Trait(names={**known, tag: known.get(tag, name)})
    return found


def _key(*parts: str) -> str:
    """A digest: a stream's id stands in logs and metrics, and is to say nothing of anybody."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
