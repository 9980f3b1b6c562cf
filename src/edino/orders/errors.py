"""What orders refuse."""

from edino.kernel.errors import Conflict, Forbidden, Invalid, NotFound


class NoSuchOrder(NotFound):
    """There is no such order."""

    code = "no_such_order"


class NoSuchReturn(NotFound):
    """There is no such return."""

    code = "no_such_return"


class NoSuchFulfilment(NotFound):
    """There is no such parcel in this order."""

    code = "no_such_fulfilment"


class NoSuchPayment(NotFound):
    """There is no such payment."""

    code = "no_such_payment"


class WrongState(Conflict):
    """This cannot be done any more, or not yet: its state is %(state)s."""

    code = "wrong_state"


class WrongCode(Forbidden):
    """The pickup code is not right."""

    code = "wrong_code"


class CodeLocked(Forbidden):
    """Too many wrong pickup codes: ask for a person who may hand over without one."""

    code = "code_locked"


class TooManyPieces(Conflict):
    """There are not so many pieces left to cancel or to give back."""

    code = "too_many_pieces"


class WrongSums(Invalid):
    """The sums of the lines do not add up."""

    code = "wrong_sums"


class KeyTaken(Conflict):
    """This key was used before for something else."""

    code = "key_taken"


class OverTheLimit(Conflict):
    """Returns without a receipt are over the limit for this customer."""

    code = "over_the_limit"


class NeedsCustomer(Invalid):
    """A return without a receipt needs a known customer, a reason and a member of staff."""

    code = "needs_customer"


class NothingLeft(Conflict):
    """No money of this payment is left to give back."""

    code = "nothing_left"


class NotPaid(Conflict):
    """The order is not paid yet: say how the rest is paid."""

    code = "not_paid"


class NotExact(Conflict):
    """The parts do not sum up to what is to be paid."""

    code = "not_exact"


class NothingChanges(Invalid):
    """Nothing would change."""

    code = "nothing_changes"
