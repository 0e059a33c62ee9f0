"""What a model is opened from."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from shared.contracts.labels import Task


class SourceKind(StrEnum):
    """Where an engine comes from."""

    FOLDER = "folder"
    SHIPPED = "shipped"
    REMOTE = "remote"


class Source(NamedTuple):
    """All that decides which engine is opened: equal sources share one engine in a process.

    `location` is a path, a name or an address; `task` and `labels` (the model's label -> ours) are
    said where the model does not speak for itself.
    """

    location: str
    task: Task | None = None
    labels: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, location: str, task: Task | None, labels: Mapping[str, str]) -> "Source":
        """A source from a plain mapping of labels."""
        return cls(location, task, tuple(sorted(labels.items())))


# The engine that needs no weights, and is always there.
LEXICON: Final = Source("lexicon")
