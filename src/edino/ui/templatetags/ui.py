"""The kit in templates. Inline parts print themselves (`{{ part }}`); these tags build them or lay out larger ones.

The library is a builtin of the template engine: no `{% load %}`.
"""

import itertools
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput, HiddenInput
from django.template import Context
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from edino.kernel import money
from edino.ui import agreeing, chart, diagram, parts
from edino.ui.parts import Text, Tone

register = template.Library()


def _render(context: Context, name: str, values: dict[str, Any]) -> SafeString:
    shared = {key: context[key] for key in ("request", "csrf_token", "shell") if key in context}
    return render_to_string(f"ui/{name}.html", shared | values)


def _trimmed(content: str) -> SafeString:
    # Safe: the engine has rendered this block, with everything in it escaped.
    return SafeString(content.strip())


# Inline parts


@register.simple_tag
def icon(name: str) -> SafeString:
    """`{% icon "phone" %}`: always beside a word."""
    return parts.icon(str(name))


@register.simple_tag
def status(word: Text, tone: Tone = "quiet", icon: str = "", badge: bool = False) -> SafeString:
    """`{% status _("Live") tone="good" %}`."""
    return parts.Status(word, tone, icon, badge).html()


@register.filter
def amount(value: money.Money | None) -> SafeString:
    """`{{ order.total|amount }}`: 7 480 ₽."""
    return parts.Amount(value).html()


class _Together(template.Node):
    """Everything within, its amounts agreeing about kopecks."""

    def __init__(self, nodelist: template.NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        with agreeing.together() as agree:
            # Safe: the engine has rendered it; only decimals that the kit itself marked are left or go.
            return SafeString(agree(self.nodelist.render(context)))


@register.tag(name="amounts")
def amounts(parser: template.base.Parser, _token: template.base.Token) -> _Together:
    """`{% amounts %}…{% endamounts %}`: no "8 990 ₽" beside "1 299,50 ₽"; base pages and lists have it already."""
    found = parser.parse(("endamounts",))
    parser.delete_first_token()
    return _Together(found)


@register.filter
def number(value: float | Decimal | None, decimals: int = 0) -> SafeString:
    """`{{ rows|number }}` or `{{ ratio|number:2 }}`."""
    return parts.Number(value, int(decimals)).html()


@register.filter
def when(value: datetime | date | None, style: parts.TimeStyle = "ago") -> SafeString:
    """`{{ seen_at|when }}`, `|when:"date"`, `|when:"time"`, `|when:"full"`."""
    return parts.When(value, style).html()


@register.simple_tag
def person(name: Text, **options: Any) -> SafeString:
    """`{% person name contact=… url=… masked=True show_url=… %}`."""
    return parts.Person(name, **options).html()


@register.simple_tag
def product(name: Text, **options: Any) -> SafeString:
    """`{% product name about=… image=… price=… url=… %}`."""
    return parts.Product(name, **options).html()


@register.simple_tag
def stock(lines: Sequence[parts.StockLine]) -> SafeString:
    """Where a thing is, place by place."""
    return parts.Stock(lines).html()


@register.simple_tag
def sparkline(values: Sequence[float], label: Text) -> SafeString:
    """A trend the size of a word; `label` says in words what it shows."""
    return chart.sparkline(values, label)


@register.simple_tag(name="diagram")
def diagram_tag(
    nodes: Sequence[diagram.Node], edges: Sequence[diagram.Edge], label: Text, shown: str = ""
) -> SafeString:
    """Boxes and lines, laid out in layers; `shown` is the key of the node to mark."""
    return diagram.draw(nodes, edges, label, shown)


@register.simple_tag(takes_context=True)
def action(context: Context, label: Text, url: str = "", method: str = "get", **options: Any) -> SafeString:
    """A button or link. `method="post"` is a form of its own, with the CSRF token, that works without JavaScript."""
    if method != "post":
        return parts.Action(label, url, method, **options).html()  # type: ignore[arg-type]  # a template gives plain text
    return _render(context, "action", {"action": parts.Action(label, url, "post", **options)})


@register.simple_tag(takes_context=True)
def show_action(context: Context, given: parts.Action | None) -> SafeString:
    """An `Action` made by the view."""
    if given is None:
        return parts.EMPTY
    return _render(context, "action", {"action": given}) if given.method == "post" else given.html()


# Regions


@register.simple_block_tag(takes_context=True)
def section(context: Context, content: str, title: Text = "", note: Text = "", **options: Any) -> SafeString:
    """`{% section _("Now") note=… action=… %}…{% endsection %}`: a region under a heading, without a box."""
    return _render(context, "region", {"content": content, "kind": "section", "title": title, "note": note} | options)


@register.simple_block_tag(takes_context=True)
def panel(context: Context, content: str, title: Text = "", note: Text = "", **options: Any) -> SafeString:
    """The same with a hairline around it, for a page of several regions side by side."""
    return _render(context, "region", {"content": content, "kind": "panel", "title": title, "note": note} | options)


@register.simple_block_tag
def why(content: str, word: Text = "", url: str = "") -> SafeString:
    """`{% why %}because…{% endwhy %}`, or `{% why url=… %}{% endwhy %}` to fetch the answer when asked."""
    return parts.Why("" if url else _trimmed(content), url, word).html()


@register.simple_block_tag
def notice(content: str, tone: Tone = "info") -> SafeString:
    """Something the reader should know about this page, in its place."""
    mark = parts.icon(parts.TONE_ICONS[tone])
    role = "alert" if tone == "bad" else "note"
    return format_html(
        '<div class="notice tone-{}" role="{}">{}<div class="body">{}</div></div>', tone, role, mark, content
    )


@register.simple_block_tag(takes_context=True)
def dialog(context: Context, content: str, name: str, title: Text) -> SafeString:
    """A native dialog, opened by any `data-open="name"`."""
    return _render(context, "dialog", {"content": content, "name": name, "title": title})


@register.simple_block_tag
def live(content: str, url: str, every: int = 10) -> SafeString:
    """A region that asks `url` for itself every so many seconds and never moves what is being read."""
    return format_html('<div class="live" data-live="{}" data-every="{}">{}</div>', url, every, content)


@register.simple_block_tag(takes_context=True)
def blank(context: Context, content: str, title: Text, icon: str = "inbox", heading: str = "h3") -> SafeString:
    """Nothing here: why, and what to do about it."""
    return _render(context, "blank", {"content": _trimmed(content), "title": title, "icon": icon, "heading": heading})


@register.simple_block_tag(takes_context=True)
def failure(context: Context, content: str, title: Text, retry: str = "") -> SafeString:
    """A region that could not be shown; `retry` is where to ask again."""
    return _render(context, "failure", {"content": _trimmed(content), "title": title, "retry": retry})


@register.simple_tag
def skeleton(lines: int = 3) -> SafeString:
    """What stands where something is about to arrive."""
    rows = SafeString("<span></span>" * int(lines))
    return format_html('<div class="skeleton" aria-hidden="true">{}</div>', rows)


@register.simple_tag(takes_context=True)
def progress(
    context: Context, label: Text, value: float | None = None, top: float = 100, note: Text = ""
) -> SafeString:
    """How far something has come; without a value it only says that it is going on."""
    return _render(context, "progress", {"label": label, "value": value, "top": top, "note": note})


# Groups of values


@register.simple_tag(takes_context=True)
def facts(context: Context, lines: Sequence[parts.Fact]) -> SafeString:
    """Keys and values."""
    return _render(context, "facts", {"lines": lines})


@register.simple_tag(takes_context=True)
def figures(context: Context, items: Sequence[parts.Figure]) -> SafeString:
    """Numbers in a row, each with what it is compared with."""
    return _render(context, "figures", {"figures": items})


@register.simple_tag(takes_context=True)
def tabs(context: Context, items: Sequence[parts.Tab], label: Text, target: str = "") -> SafeString:
    """Faces of one thing; with `target` they are swapped in place and the address follows."""
    return _render(context, "tabs", {"tabs": items, "label": label, "target": target})


@register.simple_tag(takes_context=True)
def timeline(context: Context, moments: Sequence[parts.Moment], more: str = "") -> SafeString:
    """What happened, newest first, under its day; `more` is the address of the older part."""
    days = itertools.groupby(moments, key=lambda moment: timezone.localtime(moment.at).date())
    today = timezone.localdate()
    grouped = [(day, (today - day).days, list(items)) for day, items in days]
    return _render(context, "timeline", {"days": grouped, "more": more})


@register.simple_tag(takes_context=True)
def listing(context: Context, table: Any) -> SafeString:
    """A list that `screen.Listing` has read for this request."""
    return _render(context, "list", {"table": table})


# Forms


@register.simple_tag(takes_context=True)
def field(context: Context, bound: BoundField, kind: Literal["", "segments"] = "") -> SafeString:
    """One field of a Django form: label above, hint, control, error beside it."""
    widget = bound.field.widget
    if isinstance(widget, HiddenInput):
        return bound.as_widget()
    values = {"field": bound, "check": isinstance(widget, CheckboxInput), "group": bound.use_fieldset, "kind": kind}
    return _render(context, "field", values)


@register.simple_tag(takes_context=True)
def form_summary(context: Context, form: BaseForm, focus: bool = True) -> SafeString:
    """What is wrong with a form, on top of it, each line a link to its field. Nothing when nothing is."""
    if not form.errors:
        return parts.EMPTY
    wrong = [(bound.id_for_label, bound.label, error) for bound in form.visible_fields() for error in bound.errors]
    hidden = [error for bound in form.hidden_fields() for error in bound.errors]
    general = [*form.non_field_errors(), *hidden]
    return _render(context, "form_summary", {"wrong": wrong, "general": general, "focus": focus})


@register.simple_tag(takes_context=True)
def form_fields(context: Context, form: BaseForm) -> SafeString:
    """The summary and every field of a form in order: the usual body of a `<form class="form">`."""
    pieces = [form_summary(context, form), *(field(context, bound) for bound in form)]
    return format_html("{}" * len(pieces), *pieces)


@register.simple_tag(takes_context=True)
def search(context: Context, url: str, label: Text, **options: Any) -> SafeString:
    """A search field of its own; `target` makes it answer while typing."""
    return _render(context, "search", {"url": url, "label": label} | options)
