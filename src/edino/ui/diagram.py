"""Boxes and lines as inline SVG, laid out in layers from left to right: a graph of what joins what, steps of a process.

Meant for up to some forty boxes. The same content follows as a list for those who cannot see the drawing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from edino.ui.parts import EMPTY, Text, Tone

BOX, HEIGHT, GAP_X, GAP_Y, MARGIN = 168, 44, 88, 16, 4
LETTERS = 22


@dataclass(frozen=True, slots=True)
class Node:
    """A box: a word, a second line, a tone."""

    key: str
    label: Text
    about: Text = ""
    tone: Tone | Literal[""] = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """A line from one box to another, with what it says; `weak` is dotted, `broken` is refused."""

    start: str
    end: str
    label: Text = ""
    kind: Literal["", "weak", "broken"] = ""


def draw(nodes: Sequence[Node], edges: Sequence[Edge], label: Text, shown: str = "") -> SafeString:
    """The drawing. Edges that name an unknown box are left out; a circle is cut where it closes."""
    keys = {node.key for node in nodes}
    kept = [edge for edge in edges if edge.start in keys and edge.end in keys]
    places = layout([node.key for node in nodes], [(edge.start, edge.end) for edge in kept])
    width = max((x for x, _y in places.values()), default=0) + BOX + MARGIN
    height = max((y for _x, y in places.values()), default=0) + HEIGHT + MARGIN
    names = {node.key: node.label for node in nodes}
    lines = format_html_join("", "{}", ((_line(edge, places),) for edge in kept))
    boxes = format_html_join("", "{}", ((_box(node, places[node.key], node.key == shown),) for node in nodes))
    words = format_html_join(
        "", "<li>{} – {}{}</li>", ((names[e.start], names[e.end], _after_colon(e.label)) for e in kept)
    )
    return format_html(
        '<figure class="diagram" tabindex="0" aria-label="{}">'
        '<svg role="{role}" aria-label="{}" width="{w}" height="{h}" viewBox="0 0 {w} {h}">{}{}</svg>'
        '<figcaption class="offscreen"><ul>{}</ul></figcaption></figure>',
        label,
        label,
        lines,
        boxes,
        words,
        # Links inside an "img" would be hidden from those who cannot see it.
        role="group" if any(node.url for node in nodes) else "img",
        w=width,
        h=height,
    )


def layout(keys: Sequence[str], edges: Sequence[tuple[str, str]]) -> dict[str, tuple[int, int]]:
    """Where each box goes: its column is the longest way to it, its row the average of those it comes from."""
    before: dict[str, list[str]] = {key: [] for key in keys}
    for start, end in edges:
        before[end].append(start)
    column: dict[str, int] = {}

    def depth(key: str, seen: frozenset[str]) -> int:
        if key not in column:
            ways = [depth(start, seen | {key}) + 1 for start in before[key] if start not in seen and start != key]
            column[key] = max(ways, default=0)
        return column[key]

    for key in keys:
        depth(key, frozenset({key}))
    rows: dict[str, float] = {}
    places: dict[str, tuple[int, int]] = {}
    tallest = max((list(column.values()).count(c) for c in column.values()), default=0)
    for number in sorted(set(column.values())):
        mine = [key for key in keys if column[key] == number]
        mine.sort(key=lambda key: sum(rows.get(k, 0.0) for k in before[key]) / max(len(before[key]), 1))
        for index, key in enumerate(mine):
            rows[key] = index + (tallest - len(mine)) / 2
            places[key] = (MARGIN + number * (BOX + GAP_X), round(MARGIN + rows[key] * (HEIGHT + GAP_Y)))
    return places


def _line(edge: Edge, places: dict[str, tuple[int, int]]) -> SafeString:
    (x1, y1), (x2, y2) = places[edge.start], places[edge.end]
    x1, y1, y2 = x1 + BOX, y1 + HEIGHT // 2, y2 + HEIGHT // 2
    middle = (x1 + x2) // 2
    words = EMPTY
    if edge.label:
        # Beside the box it leaves: in the middle, lines cross.
        words = format_html('<text class="edge-text" x="{}" y="{}">{}</text>', x1 + 6, y1 - 6, edge.label)
    return format_html(
        '<g class="{}"><path d="M{x1} {y1}C{m} {y1} {m} {y2} {x2} {y2}"/>{}</g>',
        edge.kind,
        words,
        x1=x1,
        y1=y1,
        m=middle,
        x2=x2,
        y2=y2,
    )


def _box(node: Node, place: tuple[int, int], is_shown: bool) -> SafeString:
    x, y = place
    tone = f"tone-{node.tone or 'info'}" if node.tone or is_shown else ""
    second = EMPTY
    if node.about:
        second = format_html('<text class="second" x="{}" y="{}">{}</text>', x + 12, y + 34, _short(node.about))
    body = format_html(
        '<g class="{}"><title>{} {}</title><rect x="{x}" y="{y}" width="{w}" height="{h}" rx="6"/>'
        '<text x="{tx}" y="{ty}">{}</text>{}</g>',
        tone,
        node.label,
        node.about,
        _short(node.label),
        second,
        x=x,
        y=y,
        w=BOX,
        h=HEIGHT,
        tx=x + 12,
        ty=y + (18 if node.about else 27),
    )
    return format_html('<a href="{}">{}</a>', node.url, body) if node.url else body


def _short(text: Text) -> str:
    words = str(text)
    return words if len(words) <= LETTERS else words[: LETTERS - 1] + "…"


def _after_colon(label: Text) -> str:
    return f": {label}" if label else ""
