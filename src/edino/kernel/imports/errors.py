"""Why an import could not run to the end. What is wrong with single rows is a `Rejection`, not one of these."""

from edino.kernel.errors import Conflict, Invalid, NotFound, Refusal


class Unreadable(Refusal):
    """The file cannot be read."""

    code = "unreadable"
    status = 422


class WrongMapping(Invalid):
    """The mapping does not fit the file."""

    code = "wrong_mapping"


class UnknownKind(NotFound):
    """There is no importer of this kind."""

    code = "unknown_kind"


class AlreadyRunning(Conflict):
    """This file is being imported at this moment."""

    code = "already_running"
