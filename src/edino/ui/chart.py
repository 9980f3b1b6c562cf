"""Small charts as inline SVG. Large ones are drawn by Plotly on pages that have one, from `data-plot`."""

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString

from edino.ui.parts import EMPTY, Text


def sparkline(values: Sequence[float], label: Text, width: int = 96, height: int = 24) -> SafeString:
    """A trend the size of a word: the line over its own range, with a faint ground."""
    if not values:
        return EMPTY
    lowest, highest = min(values), max(values)
    span = (highest - lowest) or 1
    step = width / max(len(values) - 1, 1)
    points = [
        (round(index * step, 1), round(height - 2 - (value - lowest) / span * (height - 4), 1))
        for index, value in enumerate(values)
    ]
    line = " ".join(f"{x},{y}" for x, y in points)
    return format_html(
        '<svg class="spark" role="img" aria-label="{}" width="{w}" height="{h}" viewBox="0 0 {w} {h}"'
        ' preserveAspectRatio="none"><polygon class="area" points="0,{h} {line} {w},{h}"/>'
        '<polyline class="stroke" points="{line}"/></svg>',
        label,
        w=width,
        h=height,
        line=line,
    )


def plot(source_url: str, label: Text) -> SafeString:
    """The place of a Plotly chart: the page's script draws what `source_url` answers; the words stand without it."""
    return format_html('<figure class="plot" data-plot="{}" role="img" aria-label="{}"></figure>', source_url, label)
