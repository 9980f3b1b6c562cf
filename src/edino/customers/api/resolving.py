"""Sightings in, profiles out: the online side of identity. docs/algorithms/identity.md, "online"."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from edino.customers import queries
from edino.customers.api import replaying
from edino.customers.api.policies import current_policy
from edino.customers.queries import Known, KnownProfile, NewClaim, NewProfile
from edino.customers.rules import partition as rules
from edino.customers.rules.partition import Component
from edino.customers.types import ACT, Identifier, Policy, Sighting
from edino.kernel import clock, ids
from edino.kernel.transactions import TryAgain

Part = int | Identifier
"""A known customer by id, or an identifier nobody has seen yet."""


def resolve(sightings: Sequence[Sighting]) -> list[int]:
    """The profile of each sighting, in order; customers are joined, attached or made as their claims say.

    Runs in the caller's transaction and may raise `TryAgain`, so call it under `transactions.retried`. Each sighting
    has at least one identifier, normalised and not blocked, strongest first.
    """
    if not sightings:
        return []
    keys = [profile_key(sighting) for sighting in sightings]
    told = dict(zip(keys, sightings, strict=True))
    again = _repeated(keys, sightings) if len(told) < len(keys) else {}
    moments = [sighting.at for sighting in sightings]
    first, last = min(moments), max(moments)
    months = {month_of(first), month_of(last)} if month_of(last) - month_of(first) < 2 else set(map(month_of, moments))
    profiles, doubtful = queries.profiles(list(told), months, first)
    fresh = [again.get(key) or Seen(key, one) for key, one in told.items() if key not in profiles]
    stale: list[tuple[Seen, KnownProfile]] = []
    for key, known in doubtful.items():
        if len(told[key].identifiers) > 1:
            seen = again.get(key) or Seen(key, told[key])
            if seen.exceeds(known):
                stale.append((seen, known))
    if fresh or stale:
        profiles |= Resolution(fresh, stale).run()
    return [profiles[key] for key in keys]


def _repeated(keys: Sequence[str], sightings: Sequence[Sighting]) -> "dict[str, Seen]":
    """The profiles that came more than once, put together."""
    counts = Counter(keys)
    again: dict[str, Seen] = {}
    for key, sighting in zip(keys, sightings, strict=True):
        if counts[key] > 1:
            if key in again:
                again[key].add(sighting)
            else:
                again[key] = Seen(key, sighting)
    return again


def profile_key(sighting: Sighting) -> str:
    """What makes two sightings the same profile: source, identifiers, what was confirmed, whether it was an act."""
    return _key_of(_beginning(sighting.source_id, sighting.act, sighting.confirmed), sighting.identifiers)


_key = ids.content_keys()


@lru_cache(maxsize=65_536)
def _key_of(beginning: str, items: tuple[Identifier, ...]) -> str:
    """People come back, many times within a visit: hashing their words anew costs six times looking them up."""
    words = "".join([f"\x01{kind}\x00{value}" for kind, value in (sorted(items) if len(items) > 1 else items)])
    return _key(f"{beginning}{words}")


@lru_cache(maxsize=1024)
def _beginning(source_id: int, act: bool, confirmed: frozenset[str]) -> str:
    return f"{source_id}\x01{act}\x01{','.join(sorted(confirmed))}"


def month_of(at: datetime) -> int:
    """Months since January 2000."""
    return (at.year - 2000) * 12 + at.month


@dataclass(slots=True)
class Span:
    """First and last moment (UNIX seconds) of a month's sightings, and the event of the first."""

    first: float
    last: float
    event: str


class Seen:
    """One profile as this batch saw it: its identifiers, and for each month the span of time."""

    __slots__ = ("key", "months", "sighting")

    def __init__(self, key: str, sighting: Sighting) -> None:
        self.key = key
        self.sighting = sighting
        at = sighting.at.timestamp()
        self.months = {month_of(sighting.at): Span(at, at, str(sighting.event))}

    def add(self, sighting: Sighting) -> None:
        """The same profile again."""
        at = sighting.at.timestamp()
        span = self.months.get(month_of(sighting.at))
        if span is None:
            self.months[month_of(sighting.at)] = Span(at, at, str(sighting.event))
            return
        span.first, span.event = min((span.first, span.event), (at, str(sighting.event)))
        span.last = max(span.last, at)

    @property
    def first(self) -> float:
        """The first moment of all."""
        return min(span.first for span in self.months.values())

    def exceeds(self, known: KnownProfile) -> bool:
        """Whether it says more than what is stored: a new month, or an earlier first moment."""
        return len(self.sighting.identifiers) > 1 and (
            not known.months.issuperset(self.months) or self.first < known.first_at
        )


def _stored(known: Known) -> Component:
    """The customer of a known identifier, as the fast path needs it."""
    sides = {-1: 0} if known.separated else {}
    return Component(known.customer_id, known.size, dict(known.kinds), known.customer_login, sides)


class Resolution:
    """One batch of profiles that say something new."""

    def __init__(self, fresh: list[Seen], stale: list[tuple[Seen, KnownProfile]]) -> None:
        self.fresh = fresh
        self.stale = stale
        self.policy: Policy = current_policy()
        self.known: dict[Identifier, Known] = {}
        self.ids: dict[Identifier, int] = {}
        self.confirmed: set[Identifier] = set()
        self.plain: dict[int, bool] = {}
        self.reserved: list[int] = []
        self.relied: set[int] = set()
        self.seeds: set[int] = set()
        self.absorbed: list[tuple[int, int]] = []
        self.forms: dict[tuple[tuple[str, bool], ...], Component | None] = {}

    def run(self) -> dict[str, int]:
        """Store what is new; the ids of the fresh profiles by key."""
        self._look_up()
        groups = self._groups()
        customers = self._settle(groups)
        self._add_identifiers(customers)
        made = self._add_profiles()
        self._add_claims()
        self._find_shared()
        self._replay()
        return made

    def _look_up(self) -> None:
        """Find and lock what is known; identifiers that are not get ids."""
        everything = [seen.sighting for seen in self.fresh] + [seen.sighting for seen, _ in self.stale]
        wanted = list(dict.fromkeys(item for sighting in everything for item in sighting.identifiers))
        self.known = queries.identifiers(wanted)
        if self.known and self._lock():
            locked = {known.customer_id for known in self.known.values()}
            self.known = queries.identifiers(wanted)
            self.plain.clear()
            if not locked.issuperset(known.customer_id for known in self.known.values()):
                raise TryAgain
            # Two who rely on one plain customer see the same partners of a value there; in others they might not.
            if any(known.customer_id in self.relied and not self._plain(known) for known in self.known.values()):
                raise TryAgain
        unknown = [item for item in wanted if item not in self.known]
        self.ids = {item: known.id for item, known in self.known.items()}
        if unknown or self.fresh:
            reserved, self.reserved = queries.reserve(len(unknown), len(self.fresh))
            self.ids.update(zip(unknown, reserved, strict=False))
        for sighting in everything:
            for item in sighting.identifiers:
                if item.kind in sighting.confirmed and self.policy.kind(item.kind).access:
                    self.confirmed.add(item)

    def _lock(self) -> bool:
        """Lock what may change against everybody, what is only relied on against change: many may rely at once.

        Whether anything had changed before the locks were had: every change of a customer raises its epoch.
        """
        changing = {known.customer_id for known in self.known.values() if not self._plain(known)}
        for seen in self.fresh:
            items = seen.sighting.identifiers
            homes = {self.known[item].customer_id for item in items if item in self.known}
            if len(homes) > 1 or any(item not in self.known for item in items):
                changing |= homes
        self.relied = {known.customer_id for known in self.known.values()} - changing
        epochs = queries.lock_customers(changing) if changing else {}
        if self.relied:
            epochs |= queries.rely_on_customers(self.relied)
        return any(epochs.get(known.customer_id) != known.epoch for known in self.known.values())

    def _part(self, item: Identifier) -> Part:
        known = self.known.get(item)
        return known.customer_id if known else item

    def _groups(self) -> list[list[Part]]:
        """Parts that the fresh profiles bring together, shared values left out."""
        parent: dict[Part, Part] = {}

        def find(part: Part) -> Part:
            while parent[part] != part:
                parent[part] = parent[parent[part]]
                part = parent[part]
            return part

        for seen in self.fresh:
            first: Part | None = None
            for item in seen.sighting.identifiers:
                known = self.known.get(item)
                if known and known.shared:
                    continue
                part = self._part(item)
                parent.setdefault(part, part)
                if first is None:
                    first = find(part)
                else:
                    parent[find(part)] = find(first)
        groups: dict[Part, list[Part]] = defaultdict(list)
        for part in parent:
            groups[find(part)].append(part)
        return list(groups.values())

    def _plain(self, known: Known) -> bool:
        """Whether no rule can ever have to choose within the customer of a known identifier."""
        plain = self.plain.get(known.customer_id)
        if plain is None:
            plain = rules.joins_plainly([_stored(known)], self.policy)
            self.plain[known.customer_id] = plain
        return plain

    def _component(self, part: Part, by_id: dict[int, Known]) -> Component:
        if isinstance(part, int):
            return _stored(by_id[part])
        return Component(self.ids[part], 1, {part.kind: 1}, part in self.confirmed, {})

    def _settle(self, groups: list[list[Part]]) -> dict[Identifier, int]:
        """Decide each group: joined plainly here, or left to the replay. The customer of each new identifier."""
        by_id = {known.customer_id: known for known in self.known.values()}
        newly = {
            self.known[item].customer_id for item in self.confirmed & self.known.keys() if not self.known[item].login
        }
        customers: dict[Identifier, int] = {}
        made: list[tuple[int, int, dict[str, int], bool]] = []
        grown: list[tuple[int, int, dict[str, int], bool]] = []
        for group in groups:
            if self._strangers(group, customers, made):
                continue
            parts = [self._component(part, by_id) for part in group]
            doubtful = any(part in newly for part in group) and (len(parts) > 1 or parts[0].size > 1)
            if doubtful or not rules.joins_plainly(parts, self.policy):
                self._leave_to_replay(group, parts, customers, made)
                continue
            if len(parts) == 1 and isinstance(group[0], int):
                continue
            whole = Component(parts[0].root)
            for part in parts:
                whole.absorb(part)
            customers.update((part, whole.root) for part in group if not isinstance(part, int))
            old = [part for part in group if isinstance(part, int)]
            row = (whole.root, whole.size, whole.kinds, whole.login)
            (grown if whole.root in old else made).append(row)
            self.absorbed += [(part, whole.root) for part in old if part != whole.root]
        for item in self.ids:
            if item not in customers and item not in self.known:
                customers[item] = self.ids[item]
                made.append((self.ids[item], 1, {item.kind: 1}, item in self.confirmed))
        if made:
            queries.add_customers(made)
        if grown:
            queries.set_customers(grown)
        return customers

    def _strangers(
        self,
        group: Sequence[Part],
        customers: dict[Identifier, int],
        made: list[tuple[int, int, dict[str, int], bool]],
    ) -> bool:
        """Make the customer of a group whom nobody knew, if it joins plainly: that is told by its kinds alone."""
        items = [part for part in group if not isinstance(part, int)]
        if len(items) < len(group):
            return False
        form = tuple([(item.kind, item in self.confirmed) for item in items])
        whole = self.forms.get(form)
        if form not in self.forms:
            parts = [self._component(item, {}) for item in items]
            if rules.joins_plainly(parts, self.policy):
                whole = Component(parts[0].root)
                for part in parts:
                    whole.absorb(part)
            self.forms[form] = whole
        if whole is None:
            return False
        root = min([self.ids[item] for item in items])
        customers.update(dict.fromkeys(items, root))
        made.append((root, whole.size, whole.kinds, whole.login))
        return True

    def _leave_to_replay(
        self,
        group: Sequence[Part],
        parts: Sequence[Component],
        customers: dict[Identifier, int],
        made: list[tuple[int, int, dict[str, int], bool]],
    ) -> None:
        for part, component in zip(group, parts, strict=True):
            self.seeds.add(component.root)
            if not isinstance(part, int):
                customers[part] = component.root
                made.append((component.root, component.size, component.kinds, component.login))

    def _add_identifiers(self, customers: dict[Identifier, int]) -> None:
        rows = [(self.ids[item], item, customer, item in self.confirmed) for item, customer in customers.items()]
        if rows:
            queries.add_identifiers(rows)
        late = [self.known[item].id for item in self.confirmed & self.known.keys() if not self.known[item].login]
        if late:
            queries.confirm_identifiers(late)
            self.seeds.update(late)
        if self.absorbed:
            queries.absorb_customers([a for a, _ in self.absorbed], [b for _, b in self.absorbed])
            replaying.announce_joins(self.absorbed, self.policy.version, clock.now())

    def _add_profiles(self) -> dict[str, int]:
        """Store fresh profiles and what stale ones learned; the fresh ones' ids by key."""
        further = [(known.id, month, span.first) for seen, known in self.stale for month, span in seen.months.items()]
        months_of: dict[str, list[int]] = {}
        rows: list[NewProfile] = []
        for id_, seen in zip(self.reserved, self.fresh, strict=False):
            identifiers = seen.sighting.identifiers
            own = tuple(self.ids[item] for item in identifiers)
            free = [item for item in identifiers if not (item in self.known and self.known[item].shared)]
            anchor = self.ids[free[0]] if free else own[0]
            months = list(seen.months)
            rows.append(NewProfile(id_, seen.key, seen.sighting.source_id, own, anchor, months[0], seen.first))
            months_of[seen.key] = months[1:]
        made = {row.key: row.id for row in rows}
        if rows and queries.add_profiles(rows) < len(rows):
            # Another connection saw the same people together at the same moment: its profiles are as good as ours.
            theirs = {key: known.id for key, known in queries.profiles_by_key(list(made)).items()}
            further += [(theirs[row.key], row.month, row.first_at) for row in rows if theirs[row.key] != row.id]
            made = theirs
        further += [(made[row.key], month, row.first_at) for row in rows for month in months_of[row.key]]
        if further:
            queries.extend_profiles(further)
        return made

    def _add_claims(self) -> None:
        rows: list[NewClaim] = []
        touched: list[Seen] = [seen for seen in self.fresh if len(seen.sighting.identifiers) > 1]
        for seen in touched + [seen for seen, _ in self.stale]:
            rows += self._claims(seen)
        if rows:
            queries.add_claims(rows)
        for seen, known in self.stale:
            homes = {self.known[item].customer_id for item in seen.sighting.identifiers}
            plain = all(self._plain(self.known[item]) for item in seen.sighting.identifiers)
            if len(homes) > 1 or (seen.first < known.first_at and not plain):
                self.seeds.update(self.ids[item] for item in seen.sighting.identifiers)
        things = {
            self.known[item].id
            for seen in touched + [seen for seen, _ in self.stale]
            for item in seen.sighting.identifiers
            if item in self.known and self.policy.kind(item.kind).switches
        }
        if things:
            self.seeds.update(queries.with_tenure(things))

    def _claims(self, seen: Seen) -> Iterable[NewClaim]:
        sighting = seen.sighting
        items = sighting.identifiers
        for index, one in enumerate(items):
            for other in items[index + 1 :]:
                first, second = sorted((self.ids[one], self.ids[other]))
                verified = sighting.act or (one.kind in sighting.confirmed and other.kind in sighting.confirmed)
                strength = ACT if sighting.act else rules.nudge(sighting.trust)
                for month, span in seen.months.items():
                    yield NewClaim(
                        first, second, sighting.source_id, strength, verified, month, span.first, span.last, span.event
                    )

    def _find_shared(self) -> None:
        """Values that have too many partners now; what they held together is replayed."""
        suspects: dict[int, int] = {}
        partners: dict[Identifier, set[Identifier]] = defaultdict(set)
        for seen in self.fresh:
            items = seen.sighting.identifiers
            if len(items) > 1:
                for item in items:
                    partners[item].update(items)
        for item, crowd in partners.items():
            known = self.known.get(item)
            limit = self.policy.kind(item.kind).partners
            if (known.shared if known else len(crowd) - 1 <= limit) or not any(map(self._personal, crowd - {item})):
                continue
            suspects[self.ids[item]] = limit
        if not suspects:
            return
        personal = [code for code, kind in self.policy.kinds.items() if kind.personal]
        found = {one for one, _, count in queries.partners(suspects, personal) if count > suspects[one]}
        if not found:
            return
        newly = queries.mark_shared(found)
        self.seeds |= newly | queries.partners_of(newly)
        queries.reanchor(newly)

    def _personal(self, item: Identifier) -> bool:
        return self.policy.kind(item.kind).personal

    def _replay(self) -> None:
        if self.seeds:
            replaying.replay(self.seeds, self.policy)
