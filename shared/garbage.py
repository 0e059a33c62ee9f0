"""How often Python looks for garbage that reference counts do not find."""

import gc

# Containers that were made and not freed since the last look, and how many young looks make an
# older one. Python's own 700 and 10 made it walk through all that a tracker remembers again and
# again: 40 µs of the 156 that a post cost there. What waits until then is some megabytes.
_YOUNG, _OLDER = 50_000, 20


def collect_seldom() -> None:
    """Set this process up to hold much for long: what is there by now is never looked at again,
    what comes is looked at seldom. To be called once, when all code is loaded."""
    gc.freeze()
    gc.set_threshold(_YOUNG, _OLDER, _OLDER)
