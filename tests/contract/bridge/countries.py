"""Every bridge there is: those of the agreement files, and that of the country that does not exist."""

from __future__ import annotations

from importlib import import_module

import pytest

from shared.agreements import Agreements
from shared.bridge.kit import Bridge
from tests.bridge_builders import AGREEMENTS
from tests.contract.bridge.fake_country import FAKE, FAKE_AGREEMENTS

BRIDGES: dict[str, tuple[Bridge, Agreements]] = {
    country: (import_module(f"services.bridge_{country}.app").BRIDGE, AGREEMENTS) for country in AGREEMENTS.countries
} | {FAKE.country: (FAKE, FAKE_AGREEMENTS)}

every_bridge = pytest.mark.parametrize(("bridge", "agreements"), BRIDGES.values(), ids=BRIDGES)


def agreements_of(bridge: Bridge) -> Agreements:
    return BRIDGES[bridge.country][1]
