"""What an exchange refuses."""

from edino.kernel.errors import Conflict, NotFound, Refusal


class Unreadable(Refusal):
    """The file cannot be read."""

    code = "unreadable"
    status = 422


class Busy(Conflict):
    """Another exchange with this source is under way; try again in a moment."""

    code = "busy"


class NoSuchRun(NotFound):
    """There is no such import."""

    code = "no_such_run"
