"""What the composite screens refuse."""

from edino.kernel.errors import Conflict


class NoTill(Conflict):
    """Every system of the channel “Store” is off: an administrator switches one on under “Sources and keys”."""

    code = "no_till"
