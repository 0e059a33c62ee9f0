"""What can go wrong with releases, in words."""

from shared.errors import Conflict


class BelowGate(Conflict):
    """The release did not show that it is good enough, and nobody said why it should answer."""

    title = "Below the gate"


class NotCaughtUp(OSError):
    """This process has not opened yet what is live by the record.

    An OSError, as of a database that is away: the delivery is tried again in a second, here or by
    another worker, and loses no try by it.
    """
