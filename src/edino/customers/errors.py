"""Refusals of customers."""

from edino.kernel.errors import Forbidden, Invalid, NotFound


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
