"""Protected persons in a country's words (M3b): read to be sealed, and written once they are opened. Pure.

They leave their country sealed, and nothing of what is said of them is repeated in a problem.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from shared.bridge.case_layout import CaseLayout
from shared.bridge.fields import Fields, name_of, one_of, unquoted
from shared.bridge.kit import present
from shared.bridge.reading import Document
from shared.contracts.base import Contract


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonWords:
    """What a country calls what is said of a person, whatever the matter."""

    role: str
    names: str
    born_on: str
    identifiers: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectedPersons:
    """Those of one matter."""

    layout: CaseLayout
    words: PersonWords
    persons: str
    """The field that lists them."""
    as_received: str
    """The field for what was opened and is not as agreed."""
    roles: Mapping[str, str]
    contract: type[Contract]
    """What is sealed: its one member `persons` has a ProtectedPerson with a role for each."""

    def read(self, fields: Fields, document: Document) -> Any:
        """M3b: what is to be sealed of them, None where there are none.

        What is wrong with it is told without a word of theirs.
        """
        fields.skip(self.persons)
        apart = Fields({self.persons: document.get(self.persons)})
        sections = apart.sections(self.persons)
        persons = [
            {
                "role": one.required(self.words.role, one_of(self.roles), next(iter(self.roles.values()))),
                "names": one.by_language(self.words.names, required=True),
                "born_on": one.optional(self.words.born_on, self.layout.parse_day),
                "identifiers": self.layout.identifiers(one.sections(self.words.identifiers)),
                "contact": one.text(self.words.contact),
            }
            for one in sections
        ]
        for one in sections:
            one.finish()
        words = self.words
        known = {words.role, words.names, words.born_on, words.identifiers, words.contact}
        fields.problems += unquoted(apart.problems, f"/{self.persons}", known)
        return self.contract.model_validate({"persons": persons}).model_dump(mode="json") if persons else None

    def written(self, opened: Any) -> Mapping[str, Any]:
        """Nobody between the two countries could look into it: what is not as agreed is handed over as it came."""
        if opened is None:
            return {}
        try:
            persons: Any = dict(self.contract.model_validate(opened))["persons"]
        except ValidationError:
            return {self.as_received: opened}
        return {
            self.persons: [
                {
                    self.words.role: name_of(self.roles, person.role),
                    self.words.names: person.names,
                    **present(
                        {
                            self.words.born_on: person.born_on and self.layout.written_day(person.born_on),
                            self.words.identifiers: self.layout.written_identifiers(person.identifiers),
                            self.words.contact: person.contact,
                        }
                    ),
                }
                for person in persons
            ]
        }
