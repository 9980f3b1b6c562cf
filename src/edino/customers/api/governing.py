"""The rules of identity as people change them: versions, a preview on live data, activation, blocked values."""

import re
import time
from collections.abc import Sequence
from typing import Final

import structlog
from django.db import transaction

from edino.customers import queries
from edino.customers.api import policies, recomputing
from edino.customers.errors import NoSuchDecision, NoSuchPolicy, PolicyInForce
from edino.customers.queries import governing
from edino.customers.rules import values
from edino.customers.types import FIRST_POLICY, Kind, Policy
from edino.customers.types.governing import BlockedValue, PolicyVersion, Preview
from edino.kernel import clock, jobs
from edino.kernel.errors import FieldError, Invalid
from edino.kernel.transactions import retried
from edino.staff import api as staff
from edino.staff.types import Actor, Person

OPERATION: Final = "customers.policy"
logger = structlog.get_logger("edino.customers")


def policy_versions() -> list[PolicyVersion]:
    """All versions of the rules, the newest first; the first one is built in."""
    found = governing.policies()
    in_force = max((row[0] for row in found if row[3]), default=FIRST_POLICY.version)
    made = [
        PolicyVersion(policies.from_rules(version, rules), by, made_at, activated_at, version == in_force)
        for version, by, made_at, activated_at, rules in found
    ]
    return [*made, PolicyVersion(FIRST_POLICY, "", None, None, in_force == FIRST_POLICY.version)]


def save_policy(*, kinds: Sequence[Kind], bound: int, by: Person | Actor) -> Policy:
    """Keep a new version of the rules. It does nothing until it is activated."""
    _check(kinds, bound)
    draft = Policy(0, {kind.code: kind for kind in kinds}, bound)
    with transaction.atomic():
        version = governing.add_policy(policies.to_rules(draft), by.name, clock.now())
        staff.audit(actor=by, operation=OPERATION, subject=("policy", str(version)), detail={"did": "saved"})
    return Policy(version, draft.kinds, bound)


def preview(*, version: int) -> Preview:
    """What this version would change on the data as it is now, with examples. Takes as long as the tables are large."""
    return recomputing.foresee(_policy(version), values.compile_blocked(queries.blocked_values()))


def activate(*, version: int, by: Person | Actor) -> None:
    """Put a version in force for all that comes, and have a job bring to it all that is there.

    Only a version newer than the one in force; to go back, save the old rules as a new version.
    """
    policy = _policy(version)
    with transaction.atomic():
        if not governing.activate(version, clock.now()):
            raise PolicyInForce
        staff.audit(actor=by, operation=OPERATION, subject=("policy", str(version)), detail={"did": "activated"})
        queries.add_decisions([("policy", [], "staff", {"by": by.name})], policy.version, clock.now())
        _ask_for_recompute()
    policies.forget_policy()


def blocked_values() -> list[BlockedValue]:
    """The values nobody can be known by, the newest first."""
    return governing.blocked()


def block(*, kind: str, pattern: str, reason: str, by: Person | Actor) -> None:
    """Let nobody be known by these values: new ones are refused, a job takes those known out of their customers."""
    _check_pattern(kind, pattern)
    with transaction.atomic():
        if governing.block(kind, pattern, reason, clock.now()):
            staff.audit(actor=by, operation=OPERATION, subject=("blocked", kind), detail={"did": "blocked"})
            _ask_for_recompute()
    policies.forget_policy()


def unblock(*, id: int, by: Person | Actor) -> None:  # noqa: A002 - the field's name
    """Take values off the list: a job lets those that were known join again."""
    with transaction.atomic():
        if not governing.unblock(id):
            raise NoSuchDecision
        staff.audit(actor=by, operation=OPERATION, subject=("blocked", str(id)), detail={"did": "unblocked"})
        _ask_for_recompute()
    policies.forget_policy()


def recompute(*, at_once: bool = False) -> Preview:
    """Bring every customer to the rules in force; what changed. The job of `activate`, `block` and `unblock`.

    Waits until nobody can be working by older rules any more, unless `at_once`. May be run again at any time.
    """
    if not at_once:
        _wait_out()
    policies.forget_policy()
    done = recomputing.apply(policies.current_policy(), policies.blocked_values())
    logger.info("rules applied", version=done.version, joined=done.joined, split=done.split, moved=done.moved)
    inputs = {"joined": done.joined, "split": done.split, "moved": done.moved, "impacts": done.impacts}
    retried(lambda: queries.add_decisions([("recompute", [], "policy", inputs)], done.version, clock.now()))
    return done


def _wait_out() -> None:
    """Policies are cached for five seconds; what was begun by then must have ended."""
    time.sleep(policies.FRESH_FOR + 1)
    moment = governing.moment()
    while not governing.all_later(moment):
        time.sleep(0.2)


def _ask_for_recompute() -> None:
    jobs.ask("customers.apply_rules")


def _policy(version: int) -> Policy:
    for known in policy_versions():
        if known.policy.version == version:
            return known.policy
    raise NoSuchPolicy


def _check(kinds: Sequence[Kind], bound: int) -> None:
    wrong = []
    if not 2 <= bound <= 10_000:
        wrong.append(FieldError("bound", "range", "The bound is between 2 and 10000."))
    codes = [kind.code for kind in kinds]
    for place, kind in enumerate(kinds):
        for name, least, most in (("weight", 1, 99), ("limit", 1, 1000), ("partners", 1, 1000)):
            if not least <= getattr(kind, name) <= most:
                wrong.append(FieldError(f"kinds[{place}].{name}", "range", f"From {least} to {most}."))
        if codes.count(kind.code) > 1 or not kind.code:
            wrong.append(FieldError(f"kinds[{place}].code", "once", "Each kind stands once."))
    if missing := set(FIRST_POLICY.kinds) - set(codes):
        wrong.append(FieldError("kinds", "missing", f"Missing: {', '.join(sorted(missing))}."))
    if wrong:
        raise Invalid(fields=wrong)


def _check_pattern(kind: str, pattern: str) -> None:
    if kind != "*" and kind not in policies.current_policy().kinds:
        raise Invalid.field("kind", "unknown", "There is no such kind.")
    try:
        compiled = re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        raise Invalid.field("pattern", "pattern", "This is not a regular expression.") from error
    if not pattern or len(pattern) > 200 or compiled.fullmatch("") or compiled.fullmatch("+79161234567abc@d.ru"):
        raise Invalid.field("pattern", "pattern", "This would block everybody, or nobody.")
