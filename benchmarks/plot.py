"""A curve as an SVG picture, drawn by hand: no library for one line."""

from collections.abc import Sequence

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 720, 260, 56, 34, 30


def curve(title: str, points: Sequence[tuple[float, float]], across: str, up: str) -> str:
    """A picture of (x, y) points, the axis of y from 0."""
    last, highest = points[-1][0], max(y for _, y in points) * 1.15

    def at(x: float, y: float) -> str:
        right = _LEFT + x / last * (_WIDTH - _LEFT - 16)
        return f"{right:.1f},{_HEIGHT - _BOTTOM - y / highest * (_HEIGHT - _BOTTOM - _TOP):.1f}"

    def tick(x: float, y: float, text: str, place: str) -> str:
        left, top = at(x, y).split(",")
        return f'<text x="{left}" y="{top}" {place}>{text}</text>'

    step = max(1, round(highest / 4 / 10)) * 10
    rows = [step * n for n in range(int(highest // step) + 1)]
    columns = [last * n / 5 for n in range(6)]
    lines = [f'<path class="grid" d="M{at(0, row)} L{at(last, row)}"/>' for row in rows]
    lines += [tick(0, row, f"{row}", 'dx="-6" dy="4" text-anchor="end"') for row in rows]
    lines += [tick(one, 0, f"{one:.0f}", 'dy="15" text-anchor="middle"') for one in columns]
    path = " ".join(at(x, y) for x, y in points)
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}">',
        "<style>text{font:11px sans-serif}.grid{stroke:#ddd}.curve{fill:none;stroke:#07c;stroke-width:1.5}</style>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="18" font-size="13">{title}</text>',
        *lines, f'<polyline class="curve" points="{path}"/>',
        f'<text x="{_WIDTH - 16}" y="{_HEIGHT - 4}" text-anchor="end">{across}</text>',
        f'<text x="4" y="{_TOP - 2}">{up}</text>', "</svg>", "",
    ])  # fmt: skip
