"""Categories, properties, kinds of price and stores: the words that goods and offers are told in."""

from typing import Any, Final

from edino.catalogue import api as catalogue
from edino.catalogue.types import CategoryInput
from edino.integrations.exchange import queries
from edino.integrations.exchange.queries import Change, Mirrored, Staged
from edino.integrations.exchange.work import Work, compared

MOST: Final = 50_000
_WORDS: Final = {"property": "properties", "reference": "references", "pricetype": "pricetypes"}


def categories(work: Work) -> bool:
    """All categories of the document in one step, parents before children; False when there are none left."""
    staged = queries.waiting(work.run.id, "category", MOST)
    if not staged:
        return False
    known = queries.vocabulary(work.source.id, "category")
    parents = _parents(work, staged, known)
    changes: list[Change] = []
    inputs: list[CategoryInput] = []
    things: list[Mirrored] = []
    asked: list[Staged] = []
    for one in _downwards(staged, parents):
        body = {"name": one.body["name"], "parent": parents[one.ext_id]}
        before = known.get(one.ext_id)
        things.append(_kept(one, body))
        if before is not None and before.settled and before.body == body:
            work.count("categories", "unchanged")
            continue
        names = {"name": body["name"], "parent": _name(body["parent"], staged, known)}
        old = {"name": before.body["name"], "parent": _name(before.body["parent"], staged, known)} if before else None
        what = "changed" if before else "created"
        fields = compared(old, names) if before else []
        changes.append(Change("category", what, body["parent"], one.ext_id, body["name"], one.line, fields))
        work.count("categories", what)
        inputs.append(CategoryInput(one.ext_id, names={work.language: body["name"]}, parent=body["parent"]))
        asked.append(one)
    if inputs:
        report = catalogue.upsert_categories(source=work.source, categories=inputs)
        refused = {each.index: each for each in report.rejected}
        for index, each in refused.items():
            one = asked[index]
            changes.append(work.refuse("category", one, one.body["name"], [(each.field, each.message)]))
            work.count("categories", "rejected")
        unsettled = {asked[index].ext_id for index in refused}
        things = [_unsettled(thing) if thing.ext_id in unsettled else thing for thing in things]
    work.reflect(things)
    work.note(changes)
    work.done(staged)
    return True


def _kept(one: Staged, body: dict[str, Any]) -> Mirrored:
    return Mirrored(one.kind, one.ext_id, one.grp, "", "", "", body, settled=True, active=True)


def _unsettled(thing: Mirrored) -> Mirrored:
    return Mirrored(
        thing.kind,
        thing.ext_id,
        thing.grp,
        thing.catalog,
        thing.article,
        thing.sku,
        thing.body,
        settled=False,
        active=thing.active,
    )


def _parents(work: Work, staged: list[Staged], known: dict[str, Mirrored]) -> dict[str, str]:
    """The parent of each category that there really is; without circles."""
    told = {one.ext_id: one.body.get("parent", "") for one in staged}
    everybody = {each: thing.body.get("parent", "") for each, thing in known.items()} | told
    for one in staged:
        parent = told[one.ext_id]
        if parent and parent not in everybody:
            work.odd.note("category_parent_missing", f"{one.body['name']} ← {parent}", line=one.line)
            told[one.ext_id] = everybody[one.ext_id] = ""
    sound: set[str] = {""}
    for one in staged:
        trail: list[str] = []
        at = one.ext_id
        while at not in sound and at not in trail:
            trail.append(at)
            at = everybody.get(at, "")
        if at in trail:
            work.odd.note("category_cycle", f"{one.body['name']} ({at})", line=one.line)
            everybody[at] = ""
            if at in told:
                told[at] = ""
        sound.update(trail)
    return told


def _downwards(staged: list[Staged], parents: dict[str, str]) -> list[Staged]:
    """Parents first."""
    depth: dict[str, int] = {}

    def deep(each: str) -> int:
        trail = []
        while each in parents and each not in depth:
            trail.append(each)
            each = parents[each]
        level = depth.get(each, -1)
        for one in reversed(trail):
            level += 1
            depth[one] = level
        return level

    for one in staged:
        deep(one.ext_id)
    return sorted(staged, key=lambda one: depth[one.ext_id])


def _name(each: str, staged: list[Staged], known: dict[str, Mirrored]) -> str:
    if not each:
        return ""
    for one in staged:
        if one.ext_id == each:
            return str(one.body["name"])
    return str(known[each].body["name"]) if each in known else each


def words(work: Work) -> bool:
    """Properties, entries of reference books and kinds of price, kept as they were told; False when none are left."""
    found = False
    for kind, counted in _WORDS.items():
        staged = queries.waiting(work.run.id, kind, MOST)
        if not staged:
            continue
        found = True
        known = queries.vocabulary(work.source.id, kind)
        things = []
        for one in staged:
            before = known.get(one.ext_id)
            body = {name: value for name, value in one.body.items() if name != "id"}
            things.append(_kept(one, body))
            what = "created" if before is None else "unchanged" if before.body == body else "changed"
            work.count(counted, what)
        work.reflect(things)
        work.done(staged)
    return found
