"""What can keep the system from running on this machine."""

from shared.errors import GroundswellError


class AlreadyRunning(GroundswellError):
    """The system of this data folder runs already."""


class StartFailed(GroundswellError):
    """A part of the system does not come up; the message names its log."""


class StopFailed(GroundswellError):
    """What runs does not stop."""
