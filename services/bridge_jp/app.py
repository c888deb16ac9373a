"""Japan's bridge. Its national system takes messages; it hands none in yet."""

from __future__ import annotations

from services.bridge_jp.translation import COUNTRY, SENDING_ORGANIZATIONS
from shared.bridge.kit import Bridge

BRIDGE = Bridge(country=COUNTRY, matters=[SENDING_ORGANIZATIONS], id_field="文書番号", type_field="文書種別")
