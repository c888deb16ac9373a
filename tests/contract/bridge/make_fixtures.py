"""Writes the fixtures that are not there yet: `python -m tests.contract.bridge.make_fixtures COUNTRY`.

What an event becomes is written as the bridge writes it; what is handed in, as the same document without what only the
other side can tell. Read every one of them before it is committed: they are what the layout is held to from then on.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from shared.bridge.kit import Bridge
from tests.bridge_builders import FIXTURES
from tests.contract.bridge.countries import BRIDGES, agreements_of
from tests.contract.bridge.examples import MESSAGE_ID, NEWS, about, as_handed_in_by, example_for, partner_of


def missing(bridge: Bridge) -> dict[str, Any]:
    """By the fixture's name."""
    agreements = agreements_of(bridge)
    partner = partner_of(bridge, agreements)
    found: dict[str, Any] = {}
    for event in bridge.outward:
        opener = bridge.country if event in NEWS else partner
        original = example_for(bridge, agreements, event)
        found[event.__name__] = bridge.outward[event](original, about(original, opener))
    for matter in bridge.matters:
        for event, kind in matter.same_layout.items():
            original = as_handed_in_by(bridge, agreements, event)
            document: dict[str, Any] = dict(matter.outward[event](original, about(original, bridge.country)))
            translation = matter.inward[kind](document)
            assert translation.matter is not None, translation.problems
            unknown = {told.pointer for told in translation.problems}
            kept = {name: value for name, value in document.items() if f"/{name}" not in unknown}
            kept[translation.matter.pointer.removeprefix("/")] = partner.upper()
            head = {bridge.id_field: MESSAGE_ID, bridge.type_field: kind}
            found[kind] = head | {name: value for name, value in kept.items() if name not in head}
    return {name: document for name, document in found.items() if not path(bridge.country, name).exists()}


def path(country: str, name: str) -> Any:
    return FIXTURES / country / f"{name}.assumed_layout.json"


if __name__ == "__main__":
    bridge, _ = BRIDGES[sys.argv[1]]
    for name, document in missing(bridge).items():
        path(bridge.country, name).write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
        print(path(bridge.country, name).name)
