"""Refusals of staff."""

from edino.kernel.errors import Conflict, Forbidden, NotFound


class NotAllowed(Forbidden):
    """Your role does not include this. Ask an administrator if your work needs it."""

    code = "role"


class EmailTaken(Conflict):
    """Somebody already logs in with this e-mail address."""

    code = "email_taken"


class NoSuchPerson(NotFound):
    """There is no such person."""

    code = "no_such_person"


class LastAdministrator(Conflict):
    """This is the last active administrator: name another one first."""

    code = "last_administrator"
