"""What a session of 1C is refused for."""

from edino.integrations.exchange.errors import Unreadable
from edino.kernel.errors import Refusal, Unauthenticated


class WrongName(Unreadable):
    """This is not the name of a file."""

    code = "wrong_name"


class UnknownMode(Refusal):
    """Nothing is known of type=%(type)s&mode=%(mode)s."""

    code = "unknown_mode"


class NotASession(Unauthenticated):
    """The session is not known here; begin with checkauth."""

    code = "no_session"
