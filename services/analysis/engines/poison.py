"""Texts that broke a model, remembered for a while."""

from collections import OrderedDict
from time import monotonic
from typing import Final

from services.analysis.engines.base import Item

_MOST: Final = 1_000
_FOR_S: Final = 600.0


class Poison:
    """A bounded memory of texts, by their hash. What broke a model once may pass in ten minutes:
    the machine may have been out of memory."""

    def __init__(self) -> None:
        self._since: OrderedDict[int, float] = OrderedDict()

    def add(self, item: Item) -> None:
        """Remember a text; the oldest is forgotten when there are too many."""
        self._since[hash(item)] = monotonic()
        self._since.move_to_end(hash(item))
        if len(self._since) > _MOST:
            self._since.popitem(last=False)

    def __contains__(self, item: Item) -> bool:
        since = self._since.get(hash(item))
        return since is not None and monotonic() - since < _FOR_S
