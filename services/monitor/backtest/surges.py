"""Surges of a watch among past posts, found as the live system finds them."""

from collections import Counter, deque

from services.monitor.surge.carrying import LEAST_HISTORY, MOST_EMPTY, carrier
from services.monitor.surge.detector import Surge, SurgeDetector
from services.monitor.surge.settings import DEFAULT_SETTINGS
from services.monitor.warnings.causes import Surging

_STEP = DEFAULT_SETTINGS.step
_LONGEST = max(DEFAULT_SETTINGS.windows)


class PastSurges:
    """The mentions of one watch by bins, and the stories of the last hours."""

    def __init__(self) -> None:
        self._detector = SurgeDetector()
        self._first: int | None = None
        self._bin = 0
        self._count = 0
        self._recent: deque[tuple[float, str]] = deque()

    def add(self, at: float, story_id: str) -> tuple[str, Surging] | None:
        """Counts a mention at `at` (epoch seconds); tells the story that carries a surge of the
        bins that are over by then, if one does."""
        number = int(at // _STEP)
        found = None
        if self._first is None:
            self._first = self._bin = number
        self._bin = max(self._bin, number - MOST_EMPTY)
        while self._bin < number:
            surge = self._detector.add(self._bin * _STEP, self._count)
            if surge and surge.alarm and self._bin - self._first >= LEAST_HISTORY:
                found = self._carried(surge) or found
            self._bin, self._count = self._bin + 1, 0
        self._count += 1
        self._recent.append((at, story_id))
        while self._recent[0][0] < at - _LONGEST - _STEP:
            self._recent.popleft()
        return found

    def _carried(self, surge: Surge) -> tuple[str, Surging] | None:
        until = surge.at + _STEP
        stories = Counter(story for at, story in self._recent if at >= until - surge.seconds)
        for story, mentions in stories.most_common(1):
            if carrier(surge, mentions):
                return story, Surging(surge.evidence, surge.seconds, surge.count, surge.expected)
        return None
