"""Refusals of channels."""

from edino.kernel.errors import Conflict, Forbidden, NotFound, TooMany, Unauthenticated


class WrongKey(Unauthenticated):
    """This key is not known, has expired, or was revoked."""

    code = "wrong_key"


class MissingScope(Forbidden):
    """This key was not given the scope %(scope)s."""

    code = "missing_scope"


class TooFast(TooMany):
    """This source sends more events per second than it is allowed to."""

    code = "too_fast"


class NoSuchSource(NotFound):
    """There is no such source."""

    code = "no_such_source"


class UnknownSource(NoSuchSource):
    """There is no such source: %(name)s. There are: %(there)s. Its first key makes one: edino key create"""


class NoSuchChannel(NotFound):
    """There is no channel %(channel)s."""

    code = "no_such_channel"


class NoSuchKey(NotFound):
    """There is no such key."""

    code = "no_such_key"


class SourceTaken(Conflict):
    """There is already a source of this name."""

    code = "source_taken"
