"""Sources that fall silent, and that speak again."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.contracts.event import Event


class SilenceCause(StrEnum):
    """Why nothing comes of a source: it is read and has nothing new, or it cannot be read."""

    SILENT = "silent"
    FAILING = "failing"


class SourceSilent(Event):
    """A source has been silent for longer than its own past makes plausible. Told once.

    `since`: its last new post, or the last reading that went well; `expected`: the posts that were
    to be expected meanwhile, where that is known.
    """

    source_id: UUID
    name: str
    platform: str
    cause: SilenceCause
    since: datetime
    expected: float | None = None
    reason: str
    reason_zh: str
    sample: bool = False


class SourceRecovered(Event):
    """A source that was silent speaks again, or is not to be read any more."""

    source_id: UUID
    name: str
    platform: str
    cause: SilenceCause
    since: datetime
    recovered_at: datetime
    reason: str
    reason_zh: str
    sample: bool = False
