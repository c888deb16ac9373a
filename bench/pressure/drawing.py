"""Small plots as SVG: a line a name over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#555555", "#8c6d31", "#843c39")
_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM, _LEGEND = 720, 260, 56, 28, 30, 150

Points = Sequence[tuple[float, float]]


def plot(
    path: Path,
    title: str,
    unit: str,
    lines: Mapping[str, Points],
    *,
    marks: Mapping[str, float] | None = None,
    across: str = "minutes",
) -> None:
    """Writes a plot. `marks` are vertical lines with a word."""
    points = [point for line in lines.values() for point in line]
    last, most = max((x for x, _ in points), default=1) or 1, max((y for _, y in points), default=1) * 1.05 or 1
    right, bottom = _WIDTH - _LEGEND, _HEIGHT - _BOTTOM

    def place(x: float, y: float) -> str:
        return f"{_LEFT + x / last * (right - _LEFT):.1f},{bottom - y / most * (bottom - _TOP):.1f}"

    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        'font-family="sans-serif" font-size="11">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="16" font-size="13">{escape(title)}</text>',
    ]
    for step in range(5):
        y, x = most * step / 4, last * step / 4
        left, at = place(0, y).split(",")
        drawn.append(f'<line x1="{left}" y1="{at}" x2="{right}" y2="{at}" stroke="#ddd"/>')
        drawn.append(f'<text x="{_LEFT - 6}" y="{at}" text-anchor="end" dy="4">{_short(y)}</text>')
        under = place(x, 0).split(",")[0]
        drawn.append(f'<text x="{under}" y="{bottom + 14}" text-anchor="middle">{_short(x)}</text>')
    drawn.append(f'<text x="{right}" y="{_HEIGHT - 3}" text-anchor="end">{escape(across)}</text>')
    drawn.append(f'<text x="{_LEFT - 6}" y="{_TOP - 8}" text-anchor="end">{escape(unit)}</text>')
    for word, moment in (marks or {}).items():
        at = place(moment, 0).split(",")[0]
        drawn.append(f'<line x1="{at}" y1="{_TOP}" x2="{at}" y2="{bottom}" stroke="#999" stroke-dasharray="4 3"/>')
        drawn.append(f'<text x="{at}" y="{_TOP}" dx="3" fill="#666">{escape(word)}</text>')
    for number, (name, line) in enumerate(lines.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        path_points = " ".join(place(x, y) for x, y in line)
        drawn.append(f'<polyline points="{path_points}" fill="none" stroke="{colour}" stroke-width="1.6"/>')
        at_y = _TOP + 14 * number + 10
        drawn.append(f'<text x="{right + 10}" y="{at_y}" fill="{colour}">{escape(name)}</text>')
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([*drawn, "</svg>\n"]), encoding="utf-8")


def thinned(points: Points, most: int = 200) -> Points:
    """Few enough to be drawn."""
    step = max(1, len(points) // most)
    return points[::step]


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"
