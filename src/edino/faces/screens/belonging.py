"""Why each part of a customer belongs, in words: what holds it in, what was refused, what people decided."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from edino.channels import api as channels
from edino.customers.api import wording
from edino.customers.types import VERDICT
from edino.customers.types.verdicts import DecisionView, Link, Member, Undoable, Why
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import naming
from edino.ui.parts import Text
from edino.ui.screen import Action, Status, When

_THINGS: Final = frozenset({"device", "push_token", "web_push"})
_MOST_REASONS: Final = 2
_MOST_REFUSED: Final = 10
_AT_ONCE: Final = timedelta(seconds=1)
DECIDED: Final[dict[str, Text]] = {
    "join": gettext_lazy("joined"),
    "split": gettext_lazy("split"),
    "unjoin": gettext_lazy("join taken back"),
    "unsplit": gettext_lazy("split taken back"),
    "different": gettext_lazy("judged to be different people"),
    "same": gettext_lazy("judged to be one person"),
}


@dataclass(frozen=True, slots=True)
class Belongs:
    """One identifier and what holds it in."""

    kind: Text
    masked: str
    sure: str
    marks: Sequence[Status]
    reasons: Sequence[str]
    rest: int


@dataclass(frozen=True, slots=True)
class Decided:
    """A line of the history."""

    at: datetime
    what: Text
    by: str
    why: str
    undo: Action | None


def context(request: StaffRequest, why: Why) -> dict[str, Any]:
    """What the template of the explanation needs."""
    names = {source.id: naming.told(source.name) for source in channels.list_sources()}
    members = sorted(why.members, key=lambda member: member.kind in _THINGS)
    before: set[int] = set()
    told: list[tuple[str, Belongs]] = []
    for member in members:
        told.append((member.kind, _belongs(member, names, before)))
        before.add(member.id)
    own = [belongs for kind, belongs in told if kind not in _THINGS]
    things = [belongs for kind, belongs in told if kind in _THINGS]
    by_source: dict[str, int] = {}
    for fragment in why.fragments:
        name = names.get(fragment.source_id, "?")
        by_source[name] = by_source.get(name, 0) + 1
    sources = sorted(by_source.items(), key=lambda pair: -pair[1])
    return {
        "own": own,
        "things": things,
        "fragments": len(why.fragments),
        "by_source": ", ".join(f"{name} {count}" for name, count in sources),
        "refused": [_refused(link) for link in why.refused[:_MOST_REFUSED]],
        "history": _history(request, why),
        "policy": why.policy,
    }


def _belongs(member: Member, names: Mapping[int, str], before: Set[int]) -> Belongs:
    """What ties an identifier to those told before it, so that each tie is told once."""
    marks = []
    if member.login:
        marks.append(Status(_("confirmed"), "good"))
    if member.shared:
        marks.append(Status(_("shared, joins nobody"), "warn"))
    links = [link for link in member.links if not link.refused and link.other in before]
    links.sort(key=lambda link: not link.holds)
    reasons = [_reason(link, names) for link in links[:_MOST_REASONS]]
    sure = ngettext(
        "%(sources)d of %(heard)d source says so", "%(sources)d of %(heard)d sources say so", member.heard
    ) % {"sources": member.sources, "heard": member.heard}  # fmt: skip
    if not before and member.first_at:
        reasons = [format_html("{} {}", _("known since"), When(member.first_at, "date"))]
    rest = max(len(links) - _MOST_REASONS, 0)
    return Belongs(wording.kind(member.kind), member.masked, sure if member.heard > 1 else "", marks, reasons, rest)


def _reason(link: Link, names: Mapping[int, str]) -> str:
    """Seen together with what, by whom, how often, how strongly."""
    said = sorted({names.get(claim.source_id, "") for claim in link.claims} - {""})
    if link.strength >= VERDICT:
        said.append(_("a person's verdict"))
    together = format_html(
        '{} {} <span class="masked">{}</span>', _("with"), wording.kind(link.other_kind), link.other_masked
    )
    told = [", ".join(said), _("strength %(number)d") % {"number": link.strength}]
    if link.verified:
        told.append(_("confirmed"))
    months = max((claim.months for claim in link.claims), default=0)
    if months > 1:
        told.append(ngettext("%(number)d month", "%(number)d months", months) % {"number": months})
    return format_html('{} <span class="quiet">{}</span>', together, " · ".join(filter(None, told)))


def _refused(link: Link) -> str:
    return format_html(
        '<a href="{}">{} <span class="masked">{}</span></a>: {}',
        reverse("customer", args=[link.other_customer]),
        wording.kind(link.other_kind),
        link.other_masked,
        wording.refusal(link.refused),
    )


def _history(request: StaffRequest, why: Why) -> list[Decided]:
    standing: dict[tuple[str, int], Undoable] = {(one.what, one.decision): one for one in why.verdicts}
    said = [one.at for one in why.decisions if one.reason == "staff"]
    # What a verdict led to is kept beside it in the same second; the reader is told of the verdict.
    told = [
        one for one in why.decisions if one.reason == "staff" or not any(abs(one.at - at) < _AT_ONCE for at in said)
    ]
    lines = [_decided(request, one, standing, why) for one in told]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _decided(
    request: StaffRequest, one: DecisionView, standing: Mapping[tuple[str, int], Undoable], why: Why
) -> Decided:
    inputs = one.inputs
    number = inputs.get("separation" if one.what in {"split", "different"} else "verdict")
    kind = "split" if one.what in {"split", "different"} else "join"
    verdict = standing.get((kind, number)) if isinstance(number, int) else None
    undo = None
    if verdict and staff.may(request.staff, f"customers.{kind}"):
        undo = Action(_("Undo"), reverse("customer_undo", args=[why.customer.uid, kind, number]), "post", tone="plain")
    said = {"claims": _("by what sources say"), "replay": _("by replay")}.get(one.reason, "")
    by = naming.told(str(inputs.get("by") or "")) or said
    return Decided(one.at, DECIDED.get(one.what, one.what), by, str(inputs.get("why") or ""), undo)
