"""When a surge of a watch counts, and which story carries it."""

from services.monitor.surge.detector import Surge
from services.monitor.surge.settings import DEFAULT_SETTINGS

# Bins: what is usual is not known before; the first three days only teach.
LEAST_HISTORY = int(3 * 86_400 / DEFAULT_SETTINGS.step)
# Bins without a mention that are made good; what lies further back tells nothing any more.
MOST_EMPTY = int(28 * 86_400 / DEFAULT_SETTINGS.step)
# A surge that goes on is not told again: so many seconds it counts as going on.
LASTS = 3_600.0
_FAIR_PART = 0.5


def carrier(surge: Surge, mentions: int) -> bool:
    """Tells whether so many of the mentions, of a story or of a source, carry a surge: whether they
    are at least half of what is beyond the usual."""
    return mentions >= _FAIR_PART * (surge.count - surge.expected)
