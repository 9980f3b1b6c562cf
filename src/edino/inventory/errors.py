"""Refusals of inventory."""

from edino.kernel.errors import Conflict, NotFound


class NoSuchLocation(NotFound):
    """There is no such location."""

    code = "no_such_location"


class NoSuchVariant(NotFound):
    """There is no such SKU."""

    code = "no_such_variant"


class NoSuchTransfer(NotFound):
    """There is no such transfer."""

    code = "no_such_transfer"


class NoSuchCount(NotFound):
    """There is no such count."""

    code = "no_such_count"


class NoSuchCase(NotFound):
    """There is no such case."""

    code = "no_such_case"


class NoSuchFile(NotFound):
    """There is no such stock file."""

    code = "no_such_file"


class NoSuchCorrection(NotFound):
    """There is no such correction."""

    code = "no_such_correction"


class NotExpected(NotFound):
    """This is not expected any more."""

    code = "not_expected"


class ChangedMeanwhile(Conflict):
    """%(total)s lie there by now, not %(seen)s. Look again before you correct it."""

    code = "changed"


class WrongState(Conflict):
    """This cannot be done any more: it is %(state)s already."""

    code = "wrong_state"


class MoreThanSent(Conflict):
    """More would be received than is on its way."""

    code = "more_than_sent"


class TooManyZeros(Conflict):
    """%(zeroed)s of %(stocked)s places with stock would become empty. Nothing was changed. Force it if this is true."""

    code = "too_many_zeros"


class AlreadyThere(Conflict):
    """This can be had now; there is nothing to wait for."""

    code = "already_there"
