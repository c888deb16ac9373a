"""What every page of ours looks like before its service says more: `base.css`, and the icon."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_STATIC: Final = Path(__file__).parent / "static"

BASE_STYLE: Final = (_STATIC / "base.css").read_bytes()
"""Goes before a service's own style sheet, in one file with it."""
ICON: Final = (_STATIC / "icon.svg").read_bytes()
"""SVG."""
