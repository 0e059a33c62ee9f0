"""What a warning says of its story when a judgement is carried out. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.monitor.warnings.models import WarningRecord
from shared.contracts.levels import WarningLevel
from shared.contracts.warnings import EvidencePost, Reason


@dataclass(frozen=True, slots=True)
class Notice:
    """A story at the time `at` of a judgement, on the story clock."""

    story_id: UUID
    watch_id: UUID
    watch_name: str
    title: str
    post_count: int
    first_post_at: datetime
    at: datetime
    evidence: tuple[EvidencePost, ...]
    sample: bool

    def new_warning(self, level: WarningLevel, now: datetime) -> WarningRecord:
        """The row of a warning that is raised for the first time."""
        return WarningRecord(
            story_id=self.story_id,
            watch_id=self.watch_id,
            watch_name=self.watch_name,
            title=self.title,
            level=level,
            peak_level=level,
            sample=self.sample,
            judged=None,
            reasons=[],
            evidence=[],
            post_count=self.post_count,
            first_post_at=self.first_post_at,
            warned_at=self.at,
            raised_at=now,
            changed_at=now,
        )

    def facts(
        self, warning_id: UUID, level: WarningLevel, reasons: Sequence[Reason]
    ) -> dict[str, Any]:
        """What every event about the warning says."""
        return {
            "warning_id": warning_id,
            "story_id": self.story_id,
            "watch_id": self.watch_id,
            "watch_name": self.watch_name,
            "title": self.title,
            "level": level,
            "reasons": tuple(reasons),
            "post_count": self.post_count,
            "first_post_at": self.first_post_at,
            "warned_at": self.at,
            "sample": self.sample,
        }
