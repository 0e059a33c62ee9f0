"""Shapes of the warnings API."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import AliasChoices, Field, StrictFloat, StrictInt, model_validator

from services.monitor.warnings.levels import Thresholds
from services.monitor.warnings.models import WarningStatus
from shared.contracts.actors import ActorRef
from shared.contracts.levels import WarningLevel
from shared.contracts.warnings import EvidencePost, Reason
from shared.schemas import Prose, RequestShape, ResponseShape


class ThresholdsIn(RequestShape):
    """From when on a watch warns; what is left out keeps its default."""

    heat: dict[WarningLevel, StrictFloat] | None = Field(
        default=None,
        description="Posts an hour for each level, rising from blue to red",
        examples=[{"blue": 15, "yellow": 40, "orange": 90, "red": 250}],
    )
    outlook: StrictFloat | None = Field(
        default=None,
        gt=0,
        le=1,
        description="Warn early when this part of like past events grew large; 1 leaves it out",
    )
    surge: StrictFloat | None = Field(
        default=None,
        ge=2.5,
        le=100,
        description="Warn of a surge of the watch from this evidence on; 100 leaves it out",
    )
    negative_share: StrictFloat | None = Field(default=None, gt=0, le=1)
    speed: StrictFloat | None = Field(default=None, gt=0, le=1_000)
    voice: StrictInt | None = Field(default=None, ge=1, le=10**12, description="Followers")
    aggravation: StrictFloat | None = Field(default=None, gt=0, le=1)
    release: StrictFloat | None = Field(default=None, gt=0, le=1)
    hold: StrictFloat | None = Field(default=None, ge=0, le=86_400, description="Seconds")

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        Thresholds.of(self.model_dump(exclude_none=True))
        return self


class DismissalNew(RequestShape):
    """Why a warning needs no response."""

    reason: Prose = Field(examples=["An advertisement of a game with the same name."])


class WarningOut(ResponseShape):
    """A warning as it stands. `warned_at` is on the clock of the posts, the others on ours."""

    id: UUID
    story_id: UUID
    watch_id: UUID
    watch_name: str
    title: str
    level: WarningLevel
    peak_level: WarningLevel
    # The first choice is the name in the description; the row has the second.
    state: WarningStatus = Field(validation_alias=AliasChoices("state", "status"))
    reasons: list[Reason]
    evidence: list[EvidencePost]
    post_count: int
    first_post_at: datetime
    warned_at: datetime
    raised_at: datetime
    changed_at: datetime
    ended_at: datetime | None
    acknowledged_by: ActorRef | None
    acknowledged_at: datetime | None
    dismissed_by: ActorRef | None
    dismissed_reason: str | None
    incident_id: UUID | None
    sample: bool
