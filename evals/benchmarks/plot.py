"""A small line plot as SVG text, since the project installs no plotting library."""

from __future__ import annotations

import math
from collections.abc import Sequence

WIDTH, HEIGHT, LEFT, TOP = 300, 190, 52, 34
INK, LINES = "#333", ("#1f6fb4", "#c4621d")
Row = dict[str, object]
PANELS = (
    ("Build, CPU seconds", (("other_cpu_seconds", "all but embedding"), ("embedding_cpu_seconds", "embedding"))),
    ("On disk, MB", (("disk_mb", "index"),)),
    ("Peak memory, MB", (("peak_tree_mb", "with the model"),)),
    ("Search, ms", (("query_ms_p50", "p50"), ("query_ms_p95", "p95"))),
)


def growth(rows: Sequence[Row]) -> str:
    """Four panels over the number of chunks, both axes logarithmic."""
    wide, high = 2 * (WIDTH + LEFT + 24), 2 * (HEIGHT + TOP + 44)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" font-family="sans-serif" font-size="11">',
        f'<rect width="{wide}" height="{high}" fill="white"/>',
    ]
    for number, (title, series) in enumerate(PANELS):
        x, y = (number % 2) * wide // 2 + LEFT, (number // 2) * high // 2 + TOP
        parts += [f'<g transform="translate({x},{y})">', *_panel(title, series, rows), "</g>"]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(title: str, series: Sequence[tuple[str, str]], rows: Sequence[Row]) -> list[str]:
    across = [_number(row["chunks"]) for row in rows]
    held = {key: [_number(row[key]) for row in rows] for key, _ in series}
    values = [value for key in held for value in held[key] if value > 0]
    low_x, high_x = _decades(across)
    low_y, high_y = _decades(values)

    def place(x: float, y: float) -> tuple[float, float]:
        return WIDTH * (math.log10(x) - low_x) / (high_x - low_x), HEIGHT * (
            1 - (math.log10(y) - low_y) / (high_y - low_y)
        )

    parts = [f'<text x="0" y="-14" font-size="13" fill="{INK}">{title}</text>']
    for power in range(low_x, high_x + 1):
        at = place(10.0**power, 10.0**low_y)[0]
        parts.append(f'<path d="M{at:.1f} 0V{HEIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{at:.1f}" y="{HEIGHT + 16}" text-anchor="middle" fill="{INK}">{10**power:,}</text>')
    for power in range(low_y, high_y + 1):
        at = place(10.0**low_x, 10.0**power)[1]
        parts.append(f'<path d="M0 {at:.1f}H{WIDTH}" stroke="#ddd"/>')
        parts.append(f'<text x="-6" y="{at + 4:.1f}" text-anchor="end" fill="{INK}">{10.0**power:,.10g}</text>')
    for number, (key, name) in enumerate(series):
        points = [(*place(x, y), y) for x, y in zip(across, held[key], strict=True) if y > 0]
        if not points:
            continue
        colour = LINES[number]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for x, y, value in points:
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>')
            above = (
                y - 7 if number else y + 17
            )  # two lines' labels on either side of theirs; the last ends at its point
            anchor = "end" if x > WIDTH - 30 else "middle"
            parts.append(
                f'<text x="{x:.1f}" y="{above:.1f}" text-anchor="{anchor}" fill="{colour}">{value:,.3g}</text>'
            )
        parts.append(f'<text x="{WIDTH}" y="{-14 + 13 * number}" text-anchor="end" fill="{colour}">{name}</text>')
    return parts


def _number(value: object) -> float:
    return float(str(value))


def _decades(values: Sequence[float]) -> tuple[int, int]:
    """Whole powers of ten around the values, at least one apart."""
    low = math.floor(math.log10(min(values)) + 0.01)  # 990 chunks are 1,000 to the eye
    return low, max(low + 1, math.ceil(math.log10(max(values)) - 0.01))
