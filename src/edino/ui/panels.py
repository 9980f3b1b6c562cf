"""Regions of a page about one subject that other packages offer, through `edino.kernel.registry.card_panels`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from edino.ui import navigation

Read = Callable[[HttpRequest, Any], dict[str, Any] | None]
"""The request and the subject of the page → the context of the panel's template; None: nothing to show."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A region of the page.

    `place`: "who" is the column that says who or what it is, "now" what goes on. `operation` is what one must be
    allowed to do to see it; empty means whoever sees the page.
    """

    place: Literal["who", "now"]
    order: int
    template: str
    read: Read
    operation: str = ""


def shown(
    offers: Iterable[tuple[str, Panel]], place: Literal["who", "now"], request: HttpRequest, subject: Any
) -> list[SafeString]:
    """The panels of a place, drawn, in order, without those the reader may not see or that have nothing to say."""
    wanted = [panel for _, panel in offers if panel.place == place and navigation.allowed(request, panel.operation)]
    drawn = []
    for panel in sorted(wanted, key=lambda panel: panel.order):
        context = panel.read(request, subject)
        if context is not None:
            drawn.append(render_to_string(panel.template, context, request))
    return drawn
