"""The Kyrgyz Republic's bridge."""

from __future__ import annotations

from services.bridge_kg.translation import COUNTRY, INWARD, OUTWARD
from shared.bridge.kit import Bridge

BRIDGE = Bridge(country=COUNTRY, inward=INWARD, outward=OUTWARD)
