"""What a fault test has to tell stands in the summary of the run, passed or failed."""

from collections.abc import Callable

Tell = Callable[[str], None]
