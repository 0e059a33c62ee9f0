"""What can go wrong with the engines, each as one line that says what to do."""

from shared.errors import GroundswellError


class EngineError(GroundswellError):
    """The engines cannot be brought up or reached; the message is one line for the person."""


class EngineMissing(EngineError):
    """No usable program of an engine was found on this machine."""


class EngineFailed(EngineError):
    """An engine was started and did not come up; the message names its log."""


class RightMissing(EngineError):
    """The operating system refuses a file, a folder or a user change that is needed."""


class PortTaken(EngineError):
    """Another program listens on a port that was asked for."""


def telling_line(output: str) -> str:
    """The line of a failed program's output that says most about why."""
    # Command lines draw frames around their errors.
    lines = [line.strip(" │╭╮╰╯─") for line in output.splitlines()]
    lines = [line for line in lines if line]
    telling = [line for line in lines if any(word in line for word in ("FATAL", "PANIC", "error"))]
    return (telling or lines or ["it said nothing"])[-1]
