"""Refusals of customers."""

from edino.kernel.errors import Conflict, Forbidden, Invalid, NotFound, TooMany


class NoSuchCustomer(NotFound):
    """There is no such customer."""

    code = "no_such_customer"


class NotConfirmed(Forbidden):
    """An act needs identifiers that this source has itself confirmed."""

    code = "not_confirmed"


class NobodyGiven(Invalid):
    """None of these identifiers can be used to know somebody."""

    code = "nobody_given"


class NotTheirs(Invalid):
    """This contact does not belong to the customer."""

    code = "not_theirs"


class AlreadyOne(Conflict):
    """These are one customer already."""

    code = "already_one"


class Separated(Conflict):
    """Staff decided that these are different people (decision %(decisions)s); undo that first."""

    code = "separated"


class NothingToJoin(Conflict):
    """One of these customers is known only by values that many people share, so there is nothing to join it by."""

    code = "nothing_to_join"


class NotApart(Invalid):
    """Name some of the customer's identifiers, but not all of them, to go apart."""

    code = "not_apart"


class NoSuchDecision(NotFound):
    """There is no such decision."""

    code = "no_such_decision"


class AlreadyUndone(Conflict):
    """This decision was undone before."""

    code = "already_undone"


class NoSuchCase(NotFound):
    """There is no such case."""

    code = "no_such_case"


class CaseClosed(Conflict):
    """Somebody has decided this case already."""

    code = "case_closed"


class NoSuchPolicy(NotFound):
    """There is no such version of the rules."""

    code = "no_such_policy"


class PolicyInForce(Conflict):
    """A version that is or was in force cannot be changed; make a new one."""

    code = "policy_in_force"


class ProofRefused(Invalid):
    """This code is wrong, was used, or is too old. Ask for a new one."""

    code = "proof_refused"


class TooManyProofs(TooMany):
    """Too many codes were asked for; try again in an hour."""

    code = "too_many_proofs"
