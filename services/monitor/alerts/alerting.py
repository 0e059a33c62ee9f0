"""How patiently alerts are sent. Pure rules."""

from datetime import timedelta

# Until the next try, by the tries so far: a receiver that restarts hears of it within a minute, one
# that is repaired within two hours.
_PAUSES = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 60, 300, 900, 1_800, 3_600))


def pause_after(attempts: int) -> timedelta | None:
    """How long to wait after so many failed tries; None when there have been enough."""
    return _PAUSES[attempts - 1] if attempts <= len(_PAUSES) else None
